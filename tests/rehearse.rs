//! `paydrill rehearse` as processes of their own: the same scenario gives the same decisions, to the last byte.

use crate::harness::{Folder, run_in};

#[test]
fn two_processes_decide_the_same() {
    for scenario in ["outage-and-recovery", "lost-answers"] {
        let rehearse = |further: &[&str]| {
            let folder = Folder::new();
            let arguments = [&["rehearse", scenario, "--orders", "2000", "--format", "json"], further].concat();
            let ended = run_in(folder.path(), &arguments);
            assert_eq!(ended.stderr, "");
            ended.stdout
        };
        let first = rehearse(&[]);
        assert!(first.contains("\"decided\""), "{first}");
        assert_eq!(first, rehearse(&[]));
        assert_ne!(first, rehearse(&["--seed", "43"]));
    }
}
