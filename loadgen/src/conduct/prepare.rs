//! What is checked and made before anything is sent.

use std::{sync::Arc, time::Duration};

use measure::recorder::Recorder;
use tokio_util::sync::CancellationToken;

use crate::{
    LoadError, Stopper,
    admin::AdminPort,
    aggregate::names,
    book::Book,
    client::{Client, TIMEOUT},
    clock::Axis,
    course::Course,
    expected::Expected,
    gate::Gate,
    journey::{Parts, Whats},
    merchant::Merchant,
    pace::crowd::Left,
    plan::{Layout, Plan},
    receiver::Receiver,
    tour::{Alarm, Notebook, Tours, Wallet},
};

/// A target that does not accept a connection within this is not reachable.
const REACH_WITHIN: Duration = Duration::from_secs(3);

/// Shards of the recorder, twice the threads that fill it.
const SHARDS: usize = 4;

pub(crate) async fn reach(gate: &Gate) -> Result<(), LoadError> {
    let mut why = String::new();
    for admitted in gate.addresses() {
        match tokio::time::timeout(REACH_WITHIN, tokio::net::TcpStream::connect(admitted.address())).await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => why = error.to_string(),
            Err(_) => why = format!("no answer within {REACH_WITHIN:?}"),
        }
    }
    Err(LoadError::Unreachable {
        target: gate.to_string(),
        why,
    })
}

/// A port for callbacks.
pub(crate) async fn receiver() -> Result<Receiver, LoadError> {
    Receiver::bind().await.map_err(|error| LoadError::System {
        what: "a port for callbacks",
        error,
    })
}

pub(crate) async fn admin_port(plan: &Plan, stopper: &Stopper) -> Result<Option<AdminPort>, LoadError> {
    let Some(admin) = &plan.admin else { return Ok(None) };
    let gate = Gate::open(&admin.url, &plan.allow_target).map_err(LoadError::AdminGate)?;
    // It lives on after a stop, for the audit; only the second stop ends it.
    let client = Client::new(gate, TIMEOUT, stopper.abort.clone());
    let port = AdminPort::new(client, admin.url.clone(), admin.token.as_deref())?;
    port.status().await?;
    Ok(Some(port))
}

/// Asks the target one question, so that a wrong token is a message and not a run full of errors. Any other answer, or
/// none, is the run's to measure.
pub(crate) async fn introduce(target: &str, parts: &Parts) -> Result<(), LoadError> {
    let exchange = parts.client.exchange(parts.merchant.probe()).await;
    if parts.merchant.is_refused(&exchange.answer) {
        return Err(LoadError::Shopless {
            target: target.to_owned(),
            shop: parts.merchant.shop(),
        });
    }
    Ok(())
}

/// Who wants to hear of journeys beside the figures, and who moves their phases.
pub(crate) struct Hears {
    pub(crate) crowd: Option<Left>,
    pub(crate) tours: Option<Tours>,
    /// Where the run is on its plan.
    pub(crate) course: Arc<Course>,
}

/// What plays journeys of one's own, where the scenario has some.
pub(crate) fn tours(
    plan: &Plan,
    gate: &Gate,
    hard: &CancellationToken,
    alarm: Alarm,
) -> Result<Option<Tours>, LoadError> {
    let scenario = &plan.scenario;
    if scenario.load.itineraries.is_empty() {
        return Ok(None);
    }
    let is_column = |name: &str| plan.feed.as_ref().is_some_and(|feed| feed.has(name));
    for itinerary in &scenario.load.itineraries {
        if let Some((leg, name)) = itinerary.unknown_name(is_column) {
            return Err(LoadError::UnknownName {
                journey: itinerary.name.clone(),
                step: leg.name.clone(),
                name: name.to_owned(),
            });
        }
    }
    let notebook = Notebook::create(&plan.out).map_err(|error| LoadError::File {
        path: plan.out.clone(),
        error,
    })?;
    let shop = Client::new(gate.clone(), TIMEOUT, hard.clone());
    let wallet = Wallet::new(plan.wallet.clone(), &plan.allow_target, hard.clone());
    let (feed, scenario) = (plan.feed.clone(), scenario.clone());
    Ok(Some(Tours::new(scenario, shop, wallet, feed, (alarm, notebook))))
}

pub(crate) fn parts(
    plan: &Plan,
    layout: &Layout,
    receiver: &Receiver,
    gate: Gate,
    hard: CancellationToken,
    Hears { crowd, tours, course }: Hears,
) -> Result<Parts, LoadError> {
    // Entropy at the rim: a nonce must be new to a gateway that remembers those of earlier runs.
    let nonces = format!("{:016x}", rand::random::<u64>());
    let callback_url = receiver.url().to_owned();
    let merchant = Merchant::new(
        plan.scenario.clone(),
        plan.shop,
        plan.prefix.clone(),
        nonces,
        callback_url,
    )?
    .of_segment(plan.segment());
    let book = Book::new(&plan.out).map_err(LoadError::shelf)?;
    let phases = u16::try_from(layout.phase_names().len()).unwrap_or(u16::MAX);
    let measured = u16::try_from(names(&plan.scenario.load).whats.len()).unwrap_or(u16::MAX);
    Ok(Parts {
        client: Client::new(gate, TIMEOUT, hard),
        merchant,
        axis: Arc::new(Axis::default()),
        recorder: Arc::new(Recorder::new(SHARDS, phases, measured)),
        expected: Expected::new(&plan.scenario, layout.timeline.clone(), TIMEOUT).on(course),
        whats: Whats::of(&plan.scenario.load),
        repeats: plan.repeats.clone(),
        crowd,
        tours,
        somebody_pays: plan.scenario.somebody_pays(),
        book,
        users: layout.users,
        policy: plan.scenario.load.policy,
        phases,
    })
}
