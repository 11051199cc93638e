//! When a failed attempt is repeated: the scenario's ladder of waits, one rung for each failure.

use std::time::Duration;

/// The wait after the `attempt`-th attempt (from 1) failed; `None` when it was the last.
pub(crate) fn wait_after(ladder: &[Duration], attempt: u32) -> Option<Duration> {
    let rung = usize::try_from(attempt.checked_sub(1)?).ok()?;
    ladder.get(rung).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_has_its_own_wait_until_the_ladder_ends() {
        let ladder = [5, 30].map(Duration::from_secs);
        let rows = [(0, None), (1, Some(5)), (2, Some(30)), (3, None), (u32::MAX, None)];
        for (attempt, wait) in rows {
            assert_eq!(
                wait_after(&ladder, attempt),
                wait.map(Duration::from_secs),
                "after attempt {attempt}"
            );
        }
        assert_eq!(wait_after(&[], 1), None);
    }
}
