//! Watching what runs elsewhere. What is seen of it becomes the same pictures that a run of our own makes.

mod gateway;

pub use gateway::{After, GatewayLook, GatewayPicture};
