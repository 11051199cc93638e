//! Sums are exact where they can be and the worst where not; a gateway's side goes to the load that lacks it.

use measure::snapshot::{CapacityFigures, RuleFigures};

use super::*;
use crate::fixture;

fn part(second: u64) -> Arc<Snapshot> {
    Arc::new(fixture::at(second))
}

#[test]
fn a_sum_of_one_is_the_one() {
    assert_eq!(sum(&[part(35)]), part(35));
}

#[test]
fn counts_and_heat_are_added_up_and_percentiles_are_the_worst() {
    let mut slow = fixture::at(35);
    for window in &mut slow.windows {
        window.response.p99_us *= 10;
    }
    let slow = Arc::new(slow);
    let all = sum(&[part(35), Arc::clone(&slow), part(35)]);
    let one = part(35);
    assert_eq!(all.load.started, 3 * one.load.started);
    assert_eq!(all.plan.target_per_second[0], 3.0 * one.plan.target_per_second[0]);
    for (sum, one) in all.seconds.iter().zip(one.seconds.iter()) {
        assert_eq!(
            (sum.second, sum.finished, sum.ok),
            (one.second, 3 * one.finished, 3 * one.ok)
        );
        assert_eq!(sum.heat.iter().sum::<u32>(), 3 * one.heat.iter().sum::<u32>());
        assert_eq!((sum.p50_us, sum.p99_us), (one.p50_us, one.p99_us));
        let of_operations: u32 = sum.operations.iter().map(|operation| operation.finished).sum();
        let of_one: u32 = one.operations.iter().map(|operation| operation.finished).sum();
        assert_eq!(of_operations, 3 * of_one);
    }
    for ((sum, one), slow) in all.windows.iter().zip(&one.windows).zip(&slow.windows) {
        assert_eq!(sum.finished, 3 * one.finished);
        assert_eq!(
            (sum.response.p99_us, sum.response.p50_us),
            (slow.response.p99_us, one.response.p50_us)
        );
        assert!((sum.success - one.success).abs() < 1e-9);
    }
    let count = |snapshot: &Snapshot| -> u64 { snapshot.classes.iter().map(|class| class.count).sum() };
    assert_eq!(count(&all), 3 * count(&one));
    assert_eq!(all.callbacks.received, 3 * one.callbacks.received);
    assert_eq!(all.callbacks.sent, one.callbacks.sent, "one gateway is counted once");
    assert!(all.failures.windows(2).all(|pair| pair[0].seq < pair[1].seq));
}

#[test]
fn a_second_is_summed_when_every_part_has_it() {
    let all = sum(&[part(35), part(20)]);
    assert_eq!(all.seconds.last().map(|second| second.second), Some(19));
    let ended = sum(&[Arc::new(fixture::ended()), part(20)]);
    assert_eq!(ended.seconds.last().map(|second| second.second), Some(19));
    assert_eq!(ended.stage, measure::snapshot::Stage::Running);
}

#[test]
fn a_load_that_knows_no_gateway_gets_its_side() {
    let mut bare = fixture::brown_out();
    (bare.rules, bare.capacity) = (Vec::new(), None);
    bare.callbacks = CallbackFigures {
        received: 7,
        bad: 1,
        ..CallbackFigures::default()
    };
    let bare = Arc::new(bare);
    let rule = RuleFigures {
        name: "busy".to_owned(),
        phase: "brown-out".to_owned(),
        on: "payLink".to_owned(),
        decided: 12,
    };
    let gateway = Snapshot {
        subject: Subject::Gateway,
        rules: vec![rule],
        capacity: Some(CapacityFigures::default()),
        ..fixture::brown_out()
    };
    let both = combine(&bare, &Arc::new(gateway.clone()));
    assert_eq!((both.callbacks.received, both.callbacks.bad), (7, 1));
    assert_eq!(both.callbacks.sent, gateway.callbacks.sent);
    assert_eq!((both.rules.len(), both.capacity), (1, gateway.capacity));
    assert_eq!(both.phases.get(1).map(|phase| phase.injected), Some(12));
    assert_eq!(both.seconds, bare.seconds);
    // It knows better itself, or the gateway is another one.
    let knowing = Arc::new(fixture::brown_out());
    assert!(Arc::ptr_eq(&combine(&knowing, &Arc::new(gateway.clone())), &knowing));
    let mut other = gateway;
    other.plan = Arc::new(measure::snapshot::RunPlan {
        seed: 43,
        ..fixture::plan()
    });
    assert!(Arc::ptr_eq(&combine(&bare, &Arc::new(other)), &bare));
}
