//! Faults that live beneath HTTP. What a scenario asks for is decided elsewhere; here it is *done* to a connection.

pub(crate) mod wire;
