//! Whether a step was a steady state. A queue that grows keeps every response time for a while and none for long, so a
//! short step could pass far above the limit; what is asked for must be answered, and nothing may pile up.

/// Answers, as a share of what was asked for, below which a step is not passed.
pub const ACHIEVED_LEAST: f64 = 0.98;

/// Work that piles up over a step, as a share of its arrivals, above which a step is not passed: over a minute a queue of
/// a second and a half at most could hide below it, and that is what the confirmation is for.
pub const GROWTH_MOST: f64 = 0.01;

/// Work under way moves up and down by a few; so much is no growth.
const GROWTH_NOISE: f64 = 4.0;

/// What was counted in the measured stretch of a step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flow {
    /// Arrivals that fell due.
    pub offered: u64,
    /// Of these, dropped.
    pub dropped: u64,
    /// Requests that ended.
    pub finished: u64,
    /// Of these, answered as a healthy wallet would.
    pub ok: u64,
    /// Steps due and not done, looked at in equal distances from the first moment to the last.
    pub under_way: Vec<u64>,
}

impl Flow {
    /// How many more steps are under way in the last third than in the first, on average.
    pub fn growth(&self) -> f64 {
        let third = self.under_way.len() / 3;
        if third == 0 {
            return 0.0;
        }
        let mean = |part: &[u64]| part.iter().sum::<u64>() as f64 / part.len() as f64;
        mean(&self.under_way[self.under_way.len() - third..]) - mean(&self.under_way[..third])
    }

    /// The share of requests that were answered as a healthy wallet would; one without any.
    pub fn success(&self) -> f64 {
        if self.finished == 0 {
            1.0
        } else {
            self.ok as f64 / self.finished as f64
        }
    }

    /// The share of the arrivals that was dealt with: not dropped, and not added to what waits.
    pub fn achieved(&self) -> f64 {
        if self.offered == 0 {
            return 0.0;
        }
        let left = self.last() - self.first();
        ((self.offered as f64 - self.dropped as f64 - left.max(0.0)) / self.offered as f64).clamp(0.0, 1.0)
    }

    /// Why it was no steady state, one sentence each; empty where it was. With `judge_errors` failed answers count as
    /// none: an objective that speaks of errors itself judges them better.
    pub fn troubles(&self, judge_errors: bool) -> Vec<String> {
        let mut troubles = Vec::new();
        if self.offered == 0 {
            troubles.push("nothing arrived".to_owned());
            return troubles;
        }
        let achieved = self.achieved();
        if achieved < ACHIEVED_LEAST && !self.is_noise(self.last() - self.first()) {
            troubles.push(format!(
                "only {:.1} % of the arrivals were dealt with",
                achieved * 100.0
            ));
        }
        if judge_errors && self.success() < ACHIEVED_LEAST {
            troubles.push(format!("only {:.1} % of the answers were good", self.success() * 100.0));
        }
        // Between the middles of the first and the last third lie two thirds of the arrivals.
        let growth = self.growth();
        if growth > self.offered as f64 * (2.0 / 3.0) * GROWTH_MOST && !self.is_noise(growth) {
            troubles.push(format!("work piled up: {growth:.0} more under way at the end"));
        }
        troubles
    }

    /// A difference of two counts is noise while it stays within two standard deviations of a Poisson count.
    fn is_noise(&self, difference: f64) -> bool {
        difference <= GROWTH_NOISE.max(2.0 * self.first().max(1.0).sqrt()) && self.dropped == 0
    }

    fn first(&self) -> f64 {
        self.under_way.first().map_or(0.0, |count| *count as f64)
    }

    fn last(&self) -> f64 {
        self.under_way.last().map_or(0.0, |count| *count as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::Flow;

    /// A step of ten seconds whose work under way goes from one count to another in a line.
    fn flow(offered: u64, from: u64, to: u64, ok: u64) -> Flow {
        Flow {
            offered,
            dropped: 0,
            finished: 1_000,
            ok,
            under_way: (0..=100).map(|at| from + (to - from) * at / 100).collect(),
        }
    }

    #[test]
    fn what_piles_up_is_no_steady_state() {
        for (flow, troubles) in [
            (flow(8_000, 8, 8, 1_000), 0),
            (flow(8_000, 8, 14, 1_000), 0),
            // 810/s where 800 are served: 100 more at the end of ten seconds, 1.2 % of the arrivals.
            (flow(8_100, 8, 108, 1_000), 1),
            (flow(8_400, 8, 408, 1_000), 2),
            // A handful is noise, however few arrive.
            (flow(20, 0, 3, 1_000), 0),
            (flow(8_000, 8, 8, 970), 1),
            (flow(0, 0, 0, 1_000), 1),
        ] {
            assert_eq!(flow.troubles(true).len(), troubles, "{:?}", flow.troubles(true));
        }
        assert!(flow(8_000, 8, 8, 970).troubles(false).is_empty());
    }
}
