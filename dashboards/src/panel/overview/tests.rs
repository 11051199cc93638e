//! The overview at every size: screens as snapshots, and that its numbers are those of the picture.

use crate::{
    fixture,
    panel::tests::{PLAIN, shown},
};

const SIZES: [(u16, u16); 5] = [(60, 16), (80, 24), (100, 30), (120, 38), (200, 60)];

#[test]
fn every_moment_at_every_size() {
    for (name, snapshot) in [
        ("healthy", fixture::healthy()),
        ("brown_out", fixture::brown_out()),
        ("outage", fixture::outage()),
        ("recovery", fixture::recovery()),
    ] {
        for (columns, rows) in SIZES {
            let screen = shown(&fixture::model(snapshot.clone(), PLAIN), columns, rows);
            insta::assert_snapshot!(format!("{name}_{columns}x{rows}"), screen);
        }
    }
}
