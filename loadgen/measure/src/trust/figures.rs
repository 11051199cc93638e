//! The figures of trust, as a line for people.

use super::TrustFacts;
use crate::unit;

impl TrustFacts {
    /// What trust rests on, in one line, whatever the stamp.
    pub fn line(&self) -> String {
        let achieved = match self.offered {
            0 => "nothing was offered".to_owned(),
            offered => format!(
                "{} of the offered arrivals started, {} completed",
                unit::percent(self.started, offered),
                unit::percent(self.completed, offered)
            ),
        };
        let mut parts = vec![
            achieved,
            format!("pacer lag p99 {}", unit::time(self.lag_p99_us)),
            format!("longest stall {}", unit::time(self.stall_longest_us)),
        ];
        if self.lasted_us > 0 && self.cores > 0 {
            parts.push(self.cpu());
        }
        parts.join(", ")
    }

    /// Who used how much of the machine.
    fn cpu(&self) -> String {
        let room_us = u128::from(self.lasted_us) * u128::from(self.cores);
        let share = unit::decimal(u128::from(self.cpu_us) * 100, room_us, 0);
        let whose = match (self.shares_process, self.shares_cores) {
            (true, _) => "load and gateway in one process took",
            (false, true) => "the load, beside its target on one machine, took",
            (false, false) => "the load took",
        };
        let cores = match self.cores {
            1 => "one core".to_owned(),
            cores => format!("{cores} cores"),
        };
        format!("{whose} {share} % of {cores}")
    }
}
