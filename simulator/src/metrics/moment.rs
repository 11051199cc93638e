//! What is read at the moment of a scrape instead of being counted as it happens: how many orders stand where, what is
//! owed, what is in force. It is what `/status` says, so both pages agree.

use std::{borrow::Cow, sync::atomic::AtomicU64};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{
        counter::ConstCounter,
        family::Family,
        gauge::{ConstGauge, Gauge},
        info::Info,
    },
    registry::{Registry, Unit},
};
use protocol::admin::Status;

/// Labels of the program.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BuildLabels {
    version: String,
}

/// Labels of what is in force.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DrillLabels {
    scenario: String,
    phase: String,
    seed: u64,
}

/// Labels of orders.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabels {
    state: &'static str,
}

/// Labels of callbacks by what became of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FateLabels {
    fate: &'static str,
}

/// Labels of the books.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CoinLabels {
    coin: Cow<'static, str>,
}

/// A registry of this moment's figures, for one page.
pub(super) fn registry(status: &Status) -> Registry {
    let mut registry = Registry::with_prefix("paydrill");
    in_force(&mut registry, status);
    orders(&mut registry, status);
    callbacks(&mut registry, status);
    capacity(&mut registry, status);
    journal(&mut registry, status);
    registry
}

fn in_force(registry: &mut Registry, status: &Status) {
    let version = status.version.clone();
    registry.register("build", "The program", Info::new(BuildLabels { version }));
    let drill = DrillLabels {
        scenario: status.scenario.clone(),
        phase: status.phase.clone(),
        seed: status.seed,
    };
    registry.register("drill", "The scenario and the phase in force", Info::new(drill));
    let elapsed_s = f64::from(u32::try_from(status.elapsed_ms).unwrap_or(u32::MAX)) / 1_000.0;
    registry.register_with_unit(
        "timeline_elapsed",
        "Since the scenario's timeline started",
        Unit::Seconds,
        ConstGauge::new(elapsed_s),
    );
    registry.register("connections", "Open merchant connections", gauge(status.connections));
}

fn orders(registry: &mut Registry, status: &Status) {
    let counts = &status.orders;
    let by_state = Family::<StateLabels, Gauge>::default();
    for (state, count) in [
        ("open", counts.open),
        ("paid", counts.paid),
        ("pending", counts.pending),
        ("paid_out", counts.paid_out),
        ("failed", counts.failed),
    ] {
        by_state.get_or_create(&StateLabels { state }).set(signed(count));
    }
    registry.register("orders", "Orders that are kept, by state", by_state);
    registry.register(
        "orders_forgotten",
        "Orders forgotten because of keep_orders",
        ConstCounter::new(counts.forgotten),
    );
    registry.register(
        "payers_pending",
        "Simulated payers that will still act",
        gauge(status.payers_pending),
    );
    registry.register(
        "payouts_pending",
        "Withdrawals that will still settle or fail",
        gauge(status.payouts_pending),
    );
    let books = Family::<CoinLabels, Gauge<f64, AtomicU64>>::default();
    for sum in &status.books {
        let coin = Cow::Owned(sum.coin.clone());
        // A sum that does not fit is no number: whoever watches for other than zero sees it.
        let value = sum.sum.parse().unwrap_or(f64::NAN);
        books.get_or_create(&CoinLabels { coin }).set(value);
    }
    registry.register("books_sum", "Every posting summed, which must be zero", books);
}

fn callbacks(registry: &mut Registry, status: &Status) {
    let counts = &status.callbacks;
    let by_fate = Family::<FateLabels, Gauge>::default();
    for (fate, count) in [
        ("pending", counts.pending),
        ("held", counts.held),
        ("acknowledged", counts.acknowledged),
        ("dropped", counts.dropped),
        ("lost", counts.lost),
    ] {
        by_fate.get_or_create(&FateLabels { fate }).set(signed(count));
    }
    registry.register("callback_fates", "Callbacks by what became of them", by_fate);
    registry.register(
        "callbacks_retried",
        "Attempts after the first of their callback",
        ConstCounter::new(counts.retried),
    );
}

/// All zero where nothing queues.
fn capacity(registry: &mut Registry, status: &Status) {
    let view = status.capacity.as_ref();
    let count = |of: u32| ConstGauge::new(i64::from(of));
    registry.register(
        "capacity_workers",
        "Workers there are, where a capacity is in force",
        count(view.map_or(0, |view| view.workers)),
    );
    registry.register(
        "capacity_busy",
        "Workers at work",
        count(view.map_or(0, |view| view.busy)),
    );
    registry.register(
        "capacity_waiting",
        "Calls that wait for a worker",
        count(view.map_or(0, |view| view.waiting)),
    );
    registry.register(
        "capacity_utilisation",
        "The share of the workers' time that was worked, over the last second or a little more",
        ConstGauge::new(view.map_or(0.0, |view| view.utilisation)),
    );
}

fn journal(registry: &mut Registry, status: &Status) {
    registry.register(
        "journal_lines",
        "Lines of the journal",
        ConstCounter::new(status.journal.written),
    );
    registry.register(
        "journal_dropped",
        "Journal lines missed by its file",
        gauge(status.journal.dropped),
    );
}

fn gauge(count: u64) -> ConstGauge<i64> {
    ConstGauge::new(signed(count))
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
