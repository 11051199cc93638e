//! The one test binary of the root package: the house's arrows and manners, and the real binary end to end.
//!
//! Every test here starts the real `paydrill` on port 0 and reads the addresses it announces. None needs anything
//! running, and none leaves loopback.

#![expect(clippy::disallowed_methods, reason = "real processes are timed by the real clock")]

mod bad_input;
mod browser;
mod capacity;
mod capacity_search;
mod coach;
mod compare;
mod drill;
mod guide;
mod harness;
mod import;
mod interrupt;
mod journeys;
mod library;
mod load;
mod matrix;
mod merchant;
mod metrics;
mod poisson;
mod pty;
mod recipe;
mod rehearse;
mod rerun;
mod safety;
mod screen;
mod secrets;
mod segments;
mod sign;
mod stall;
mod tidy;
mod tls;
mod tours;
mod watch;
mod wire;
