//! Faults of bytes and connections. What a scenario asks for is decided elsewhere; here it is *done*.

pub(crate) mod body;
pub(crate) mod wire;

#[cfg(test)]
mod tests;
