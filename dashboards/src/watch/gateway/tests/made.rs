//! A made gateway, as its admin port would tell of it.

use super::*;

/// A gateway that can be looked at.
pub(super) struct Made {
    pub(super) status: Status,
    pub(super) timeline: Timeline,
    /// Every second so far, from the first.
    pub(super) seconds: Vec<GatewaySecond>,
    pub(super) acts: Vec<ActLine>,
    pub(super) faults: FaultList,
}

impl Made {
    /// One whose timeline of three phases, 10 s each, started with it, after so many seconds.
    pub(super) fn after(seconds: u64) -> Self {
        let phase = |name: &str, from_s: u64, faults: &[&str]| PhaseView {
            name: name.to_owned(),
            from_ms: from_s * 1_000,
            until_ms: (from_s + 10) * 1_000,
            faults: faults.iter().map(|word| (*word).to_owned()).collect(),
        };
        let status = r#"{"format":1,"version":"","scenario":"made","seed":1,"phase":"calm","phases":[],"elapsed_ms":0,
            "orders":{"open":0,"paid":0,"forgotten":0},"payers_pending":0,"callbacks":{"pending":3,"held":2,"held_total":2,
            "sent":40,"acknowledged":30,"retried":5,"lost":1,"dropped":0,"ack_p99_us":1200},"rules":[
            {"name":"full","phase":"busy","on":"payLink","decided":7}],"capacity":{"workers":4,"busy":3,"waiting":2,
            "utilisation":0.5,"turned_away":1,"timed_out":0},"connections":1,"journal":{"written":0,"dropped":0},"books":[]}"#;
        let mut made = Self {
            status: serde_json::from_str(status).unwrap(),
            timeline: Timeline {
                format: 1,
                began_us: BEGAN_US,
                now_us: 0,
                scenario: "made".to_owned(),
                seed: 1,
                standing: Standing::Running,
                elapsed_ms: 0,
                phases: vec![
                    phase("calm", 0, &[]),
                    phase("busy", 10, &["full 20%"]),
                    phase("end", 20, &[]),
                ],
                end_ms: 30_000,
                legs: vec![LegView {
                    at_us: 0,
                    elapsed_ms: 0,
                    held: false,
                }],
            },
            seconds: Vec::new(),
            acts: Vec::new(),
            faults: FaultList {
                format: 1,
                faults: Vec::new(),
            },
        };
        made.pass(seconds);
        made
    }

    /// Seconds pass, each with exchanges.
    pub(super) fn pass(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.seconds.push(second(self.seconds.len() as u64 + 1));
        }
        // A look comes a little after the second.
        self.timeline.now_us = self.seconds.len() as u64 * S + 200_000;
        let leg = self.timeline.legs.last().unwrap();
        if leg.held {
            return;
        }
        self.timeline.elapsed_ms = (self.timeline.now_us - leg.at_us) / 1_000 + leg.elapsed_ms;
        if self.timeline.elapsed_ms >= self.timeline.end_ms {
            self.timeline.standing = Standing::After;
        }
    }

    pub(super) fn jump(&mut self, name: &str) {
        let at_us = self.timeline.now_us;
        let phase = self.timeline.phases.iter().find(|phase| phase.name == name).unwrap();
        self.timeline.legs.push(LegView {
            at_us,
            elapsed_ms: phase.from_ms,
            held: false,
        });
        self.timeline.standing = Standing::Running;
        self.act("phase", name);
    }

    /// The timeline is held where it stands, or let go.
    pub(super) fn hold(&mut self, held: bool) {
        self.timeline.legs.push(LegView {
            at_us: self.timeline.now_us,
            elapsed_ms: self.timeline.elapsed_ms,
            held,
        });
    }

    pub(super) fn act(&mut self, act: &str, name: &str) {
        self.acts.push(ActLine {
            seq: self.acts.len() as u64 + 1,
            time_us: self.timeline.began_us + self.timeline.now_us + 40,
            act: act.to_owned(),
            name: name.to_owned(),
            detail: String::new(),
        });
    }

    pub(super) fn shown_to(&self, picture: &mut GatewayPicture) -> Arc<Snapshot> {
        let After { seconds, acts } = picture.after();
        let oldest = (self.seconds.len() as u64).saturating_sub(SECONDS_KEPT as u64);
        let newer = |second: &&GatewaySecond| second.seq > seconds.max(oldest);
        let page = SecondPage {
            format: 1,
            began_us: self.timeline.began_us,
            now_us: self.timeline.now_us,
            seconds: self.seconds.iter().filter(newer).cloned().collect(),
            last: self.seconds.len() as u64,
        };
        let acts = ActPage {
            format: 1,
            acts: self.acts.iter().filter(|act| act.seq > acts).cloned().collect(),
            last: self.acts.len() as u64,
        };
        picture.take(&GatewayLook {
            status: &self.status,
            timeline: &self.timeline,
            seconds: &page,
            acts: &acts,
            faults: &self.faults,
        })
    }
}

/// A second in which `seq` deposits are opened, more slowly the later; two queries are reset and one call is wrong.
pub(super) fn second(seq: u64) -> GatewaySecond {
    let bucket = |us: u64, count: u64| Bucket {
        us: u32::try_from(us).unwrap(),
        count: u32::try_from(count).unwrap(),
    };
    let ends = |end, by_scenario, count| EndCount {
        end,
        by_scenario,
        count,
    };
    let mut heat = vec![0; HEAT_ROWS_US.len()];
    heat[HEAT_ROWS_US.partition_point(|border| *border < seq * 1_000)] = u32::try_from(seq).unwrap();
    GatewaySecond {
        seq,
        exchanges: seq + 3,
        operations: vec![
            OperationSecond {
                operation: "payLink".to_owned(),
                ends: vec![ends(End::Answered, false, seq), ends(End::Unauthenticated, false, 1)],
                ok: vec![bucket(seq * 1_000, seq)],
                failed: vec![bucket(90, 1)],
                service_ok: vec![bucket(500, seq)],
                service_failed: Vec::new(),
            },
            OperationSecond {
                operation: "checkDeposit".to_owned(),
                ends: vec![ends(End::Reset, true, 2)],
                ok: Vec::new(),
                failed: vec![bucket(100, 2)],
                service_ok: Vec::new(),
                service_failed: Vec::new(),
            },
        ],
        took: Some(Spread {
            p50_us: seq * 1_000,
            max_us: seq * 1_000,
            ..Spread::default()
        }),
        heat: heat.clone(),
        service_heat: heat,
        decided: 2,
        callbacks: Some(CallbackSecond {
            sent: 2,
            acknowledged: 1,
            acknowledged_in: Some(Times::default()),
            ..CallbackSecond::default()
        }),
        ..GatewaySecond::default()
    }
}
