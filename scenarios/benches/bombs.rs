//! How long it takes to refuse a file that was made to cost, and to read the largest good one.
//!
//! `cargo bench -p scenarios`. The slowest of some rounds each, in milliseconds; `tests/bombs.rs` bounds the memory.

#[path = "../tests/bombs/list.rs"]
mod list;

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use scenarios::{library, read_bytes};

const ROUNDS: u32 = 20;

fn main() {
    for list::Bomb { name, bytes, says, at } in list::bombs() {
        let slowest = slowest(|| {
            let problems = read_bytes("bomb.yaml", black_box(&bytes)).expect_err(name);
            let said = problems.render(false);
            let place = format!("bomb.yaml:{}:{}\n", at.0, at.1);
            assert!(said.contains(says) && said.contains(&place), "{name}: {said}");
        });
        print(name, slowest);
    }
    let shipped: Vec<&str> = library::names()
        .filter_map(library::get)
        .map(|shipped| shipped.text)
        .collect();
    let slowest = slowest(|| {
        for text in &shipped {
            black_box(read_bytes("shipped", black_box(text.as_bytes())).expect("shipped scenarios are good"));
        }
    });
    print("all shipped scenarios", slowest);
}

#[expect(clippy::disallowed_methods, reason = "a bench measures this machine's own time")]
fn slowest(mut what: impl FnMut()) -> Duration {
    let times = (0..ROUNDS).map(|_| {
        let begin = Instant::now();
        what();
        begin.elapsed()
    });
    times.max().unwrap_or_default()
}

#[expect(clippy::print_stdout, reason = "a bench reports on stdout")]
fn print(name: &str, slowest: Duration) {
    println!("{name:24} {:8.2} ms", slowest.as_secs_f64() * 1_000.0);
}
