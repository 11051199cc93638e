//! The ring, and the file that follows it.

use std::{sync::Arc, time::Duration};

use super::*;
use crate::drill::Drill;

fn entry(n: u64) -> Entry {
    let scenario = scenarios::read("test", crate::testing::SHOP).unwrap();
    let drill = Arc::new(Drill::new(Arc::new(scenario), None));
    Entry {
        wall: Duration::from_millis(n),
        calendar: Duration::from_millis(n),
        phase: drill.phase(),
        drill,
        asked: Asked::default(),
        order_id: None,
        decision: None,
        counts_rules: true,
        status: 200,
        outcome: Outcome::Answered,
        bytes_in: 0,
        bytes_out: 0,
        took: Duration::ZERO,
        injected: Duration::ZERO,
        queued: Duration::ZERO,
        service: Duration::ZERO,
        reason: None,
    }
}

#[tokio::test(start_paused = true)]
async fn the_ring_keeps_the_newest_lines_with_their_numbers() {
    let journal = Journal::open(3, None).unwrap();
    for n in 1..=5 {
        journal.write(entry(n), Exhibits::default());
    }
    let rows: [(u64, usize, &[u64]); 6] = [
        (0, 10, &[3, 4, 5]),
        (3, 10, &[4, 5]),
        (3, 1, &[4]),
        (5, 10, &[]),
        (9, 10, &[]),
        (u64::MAX, 10, &[]),
    ];
    for (after, limit, expected) in rows {
        let page = journal.page(after, limit);
        let seqs: Vec<u64> = page.lines.iter().map(|line| line.seq).collect();
        assert_eq!((seqs.as_slice(), page.last), (expected, 5), "after {after}");
        assert!(page.lines.iter().all(|line| line.time_us == line.seq * 1_000));
    }
}

#[tokio::test(start_paused = true)]
async fn the_file_has_every_line_once_it_is_closed() {
    let folder = std::env::temp_dir().join(format!("paydrill-journal-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("journal.jsonl");
    let journal = Journal::open(20_000, Some(&path)).unwrap();
    for n in 1..=10_000 {
        journal.write(entry(n), Exhibits::default());
    }
    journal.close();
    let text = std::fs::read_to_string(&path).unwrap();
    let seqs = text
        .lines()
        .map(|line| serde_json::from_str::<JournalLine>(line).unwrap().seq);
    assert!(seqs.eq(1..=10_000));
    assert_eq!(journal.counts().dropped, 0);
    std::fs::remove_dir_all(folder).unwrap();
}

/// A ring that goes round before its writer looks: what was missed is counted, the rest is on disk.
#[tokio::test(start_paused = true)]
async fn what_the_file_misses_is_counted() {
    let folder = std::env::temp_dir().join(format!("paydrill-journal-missed-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("journal.jsonl");
    let journal = Journal::open(10, Some(&path)).unwrap();
    for n in 1..=1_000 {
        journal.write(entry(n), Exhibits::default());
    }
    journal.close();
    let written = std::fs::read_to_string(&path).unwrap().lines().count() as u64;
    assert!(written >= 10);
    assert_eq!(written + journal.counts().dropped, 1_000);
    std::fs::remove_dir_all(folder).unwrap();
}
