//! The page itself, the closed list of faults, and names beyond the limit.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use scenarios::{Decision, Hit, LedgerAct, RuleId, Shape};

use super::{
    injected::Injected,
    labels::{NAMES_MAX, Names, OTHER},
};
use crate::testing::{Bench, open};

#[test]
fn a_decision_injects_what_its_rules_say_and_nothing_else() {
    let hit = Some(Hit {
        rule: RuleId(0),
        draw: 0,
    });
    let busy = Decision {
        ledger: LedgerAct::Skip,
        reply: scenarios::Reply {
            delay: Duration::from_secs(1),
            shape: Shape::Reset,
        },
        callback: scenarios::CallbackAct::Drop,
        ..Decision::good()
    };
    let hits = |outcome, delay, callback| scenarios::Hits {
        outcome,
        delay,
        callback,
    };
    for (hits, expected) in [
        (hits(None, None, None), &[][..]),
        (hits(hit, None, None), &[("ledger", "skip"), ("reply", "reset")]),
        (hits(None, hit, None), &[("reply", "delay")]),
        (hits(None, None, hit), &[("callback", "drop")]),
    ] {
        let decision = Decision { hits, ..busy.clone() };
        let found: Vec<_> = Injected::of(&decision).map(Injected::words).collect();
        assert_eq!(found, expected);
    }
    let good = Decision {
        hits: hits(hit, hit, hit),
        ..Decision::good()
    };
    assert_eq!(
        Injected::of(&good).count(),
        0,
        "a good wallet on purpose is a good wallet"
    );
}

#[test]
fn names_are_kept_once_and_only_so_many() {
    let names = Names::default();
    assert!(Arc::ptr_eq(&names.shared("healthy"), &names.shared("healthy")));
    let kept: BTreeSet<Arc<str>> = (0..2 * NAMES_MAX).map(|n| names.shared(&n.to_string())).collect();
    assert!(kept.len() <= NAMES_MAX);
    assert_eq!(&*names.shared("one more"), OTHER);
    assert_eq!(&*names.shared("healthy"), "healthy");
}

#[tokio::test(start_paused = true)]
async fn a_page_tells_phases_operations_rules_and_faults_apart() {
    let bench = Bench::new(concat!(
        "phases:\n",
        "  - {name: busy, for: 10s, rules: [{name: late, on: payLink, reply: {delay: 2s}}]}\n",
        "  - {name: cut, for: 10s, rules: [{name: gone, ledger: skip, reply: reset}]}\n",
    ));
    bench.call(&open("ORDER-1")).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    bench.call(&open("ORDER-2")).await;
    let page = bench.gateway.metrics.page(&crate::admin::status(&bench.gateway));
    let samples = page
        .lines()
        .filter(|line| !line.starts_with('#') && !line.contains("_bucket{"));
    // A family's series come in no order of their own.
    let samples: BTreeSet<&str> = samples.collect();
    let samples: Vec<&str> = samples.into_iter().collect();
    insta::with_settings!({filters => vec![(r#"version="[^"]+""#, r#"version="…""#)]}, {
        insta::assert_snapshot!(samples.join("\n"));
    });
}
