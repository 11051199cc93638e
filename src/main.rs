//! paydrill.
fn main() {}
