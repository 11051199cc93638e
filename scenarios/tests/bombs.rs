//! Files made to cost: what refusing them takes is counted, not timed, so that a busy machine changes nothing. How many
//! milliseconds that is, `cargo bench -p scenarios` says.
//!
//! One test in a binary of its own, because the allocator that counts is the whole process's.

#[path = "bombs/list.rs"]
mod list;

use std::alloc::System;

use scenarios::read_bytes;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use list::{Bomb, bombs};

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Everything that is ever allocated, given back or not: no less than what is held at any moment.
const MOST_BYTES: usize = 16 << 20;
/// Each costs some tens of nanoseconds, with what is done for it.
const MOST_ALLOCATIONS: usize = 300_000;

#[test]
fn refusing_a_bomb_costs_little_and_names_the_limit_and_the_place() {
    let mut dear = Vec::new();
    for Bomb { name, bytes, says, at } in bombs() {
        let region = Region::new(COUNTED);
        let problems = read_bytes("bomb.yaml", &bytes).expect_err(name);
        let rendered = problems.render(false);
        let cost = region.change();
        let first = &problems.list[0];
        let place = problems.place(first.span.start);
        if !first.message.contains(says) || (place.line, place.column) != at {
            dear.push(format!("{name}: {}:{} {}", place.line, place.column, first.message));
        }
        assert!(
            rendered.contains(&format!("bomb.yaml:{}:{}\n", place.line, place.column)),
            "{name}"
        );
        if cost.bytes_allocated > MOST_BYTES || cost.allocations > MOST_ALLOCATIONS {
            dear.push(format!(
                "{name}: {} allocations, {} bytes",
                cost.allocations, cost.bytes_allocated
            ));
        }
    }
    assert!(dear.is_empty(), "{}", dear.join("\n"));
}
