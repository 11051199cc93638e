//! Journeys without users: steps are pulled and performed by the test, against a wallet that answers as the row says and
//! the receiver that a real run uses. Real sockets, no waiting but for answers.

mod others;

use std::{
    collections::{BTreeMap, VecDeque},
    convert::Infallible,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, StatusCode, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use measure::{recorder::Interval, sample::Class};
use protocol::{
    Algorithm, Operation as Asked, Token,
    dialect::okpay::{Answer as Said, Callback, Fault, Manner, ack::ACK_BODY, answer},
};
use scenarios::Journey;
use tokio::{net::TcpListener, time::Instant};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::*;
use crate::{
    book::Query,
    client::Outgoing,
    gate::Gate,
    receiver::Receiver,
    testing::{book, callback, deposit, expected, order_id, scenario_of, sent, token, withdrawal},
};

/// What the wallet says to the next request.
#[derive(Clone)]
enum Says {
    Opened,
    Refused,
    Busy,
    Paid,
    Unpaid,
    Unknown,
    /// As `Opened`, with a page of this wallet's own.
    OpenedHere,
    /// A withdrawal was taken.
    Taken,
    /// What became of a withdrawal: its state on the wire.
    Withdrawal(u8),
    /// A page.
    Page,
}

impl Says {
    fn body(&self, merchant: &Merchant, authority: &str) -> (StatusCode, Vec<u8>) {
        let signed = |said: &Said| answer::encode(said, merchant.shop(), &Manner::default(), Algorithm::Hmac, &token());
        let opened = |pay_url: String| {
            signed(&Said::PayLink {
                order_id: order_id(0),
                pay_url,
                unique_id: Some(merchant.number(0)),
            })
        };
        match self {
            Self::Opened => (StatusCode::OK, opened("https://t.me/okpay?start=x".to_owned())),
            Self::OpenedHere => (
                StatusCode::OK,
                opened(format!("http://{authority}/cashier/{}", order_id(0))),
            ),
            Self::Taken => (StatusCode::OK, signed(&Said::Transfer { order_id: order_id(0) })),
            Self::Withdrawal(status) => (StatusCode::OK, withdrawal(merchant, 0, *status)),
            Self::Page => (StatusCode::OK, b"<html>".to_vec()),
            Self::Refused => (StatusCode::OK, Fault::InsufficientBalance.encode()),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, Vec::new()),
            Self::Paid => (StatusCode::OK, deposit(merchant, 0, 1)),
            Self::Unpaid => (StatusCode::OK, deposit(merchant, 0, 0)),
            Self::Unknown => (StatusCode::OK, Fault::UnknownOrder.encode()),
        }
    }
}

/// A run without users.
struct Stage {
    journeys: Arc<Journeys>,
    steps: Steps<Step>,
    callback_url: String,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Stage {
    /// A wallet with these answers, in order; it refuses connections when there are none.
    async fn set(says: Vec<Says>, policy: Policy, users: u32) -> Self {
        Self::set_for(Journey::Checkout, says, policy, users).await
    }

    /// The same for another journey.
    async fn set_for(journey: Journey, says: Vec<Says>, policy: Policy, users: u32) -> Self {
        let scenario = scenario_of(journey);
        let whats = Whats::of(&scenario.load);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gate = Gate::open(&format!("http://{}", listener.local_addr().unwrap()), &[]).unwrap();
        let receiver = Receiver::bind().await.unwrap();
        let callback_url = receiver.url().to_owned();
        let merchant = || {
            let (prefix, nonces) = ("T".to_owned(), "nonce-".to_owned());
            Merchant::new(scenario.clone(), 0, prefix, nonces, callback_url.clone()).unwrap()
        };
        let axis = Arc::new(Axis::default());
        axis.set(Instant::now());
        let stop = CancellationToken::new();
        let (journeys, steps) = Journeys::new(Parts {
            repeats: None,
            crowd: None,
            tours: None,
            somebody_pays: true,
            book: book(0),
            client: Client::new(gate, Duration::from_secs(10), stop.clone()),
            merchant: merchant(),
            axis,
            recorder: Arc::new(Recorder::new(1, 5, whats.len())),
            expected: expected(),
            whats,
            users,
            policy,
            phases: 5,
        });
        let tasks = TaskTracker::new();
        tasks.spawn(receiver.serve(journeys.clone(), stop.clone()));
        if !says.is_empty() {
            tasks.spawn(wallet(listener, says, merchant(), stop.clone()));
        }
        Self {
            journeys,
            steps,
            callback_url,
            stop,
            tasks,
        }
    }

    fn arrive(&self, seq: u32) {
        self.journeys.arrive(Arrival {
            seq,
            intended_us: 0,
            lag_us: 0,
        });
    }

    /// Performs everything that is due.
    async fn perform(&self) {
        self.pull().await;
        assert!(self.journeys.is_quiet());
    }

    /// Performs everything that is due, where more may come by itself.
    async fn pull(&self) {
        while let Ok(step) = self.steps.try_lock().unwrap().try_recv() {
            self.journeys.perform(step).await;
        }
    }

    /// Calls back as the gateway does; the receiver's answer.
    async fn call_back(&self, body: Vec<u8>) -> String {
        let authority = self.callback_url.strip_suffix("/notify").unwrap();
        let client = Client::new(
            Gate::open(authority, &[]).unwrap(),
            Duration::from_secs(10),
            self.stop.clone(),
        );
        let path = "/notify".to_owned();
        let exchange = client
            .exchange(Outgoing {
                method: hyper::Method::POST,
                path,
                headers: Vec::new(),
                body: Bytes::from(body),
            })
            .await;
        String::from_utf8(exchange.answer.unwrap().body.to_vec()).unwrap()
    }

    fn notice(&self) -> Callback {
        callback(&self.journeys.merchant, 0)
    }

    async fn end(self) -> (Arc<Journeys>, Interval) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        let interval = self.journeys.recorder.swap();
        (self.journeys, interval)
    }
}

async fn wallet(listener: TcpListener, says: Vec<Says>, merchant: Merchant, stop: CancellationToken) {
    let authority = listener.local_addr().unwrap().to_string();
    let says = Arc::new(Mutex::new(VecDeque::from(says)));
    let merchant = Arc::new(merchant);
    let answer = service_fn(move |request: Request<Incoming>| {
        let (says, merchant, authority) = (says.clone(), merchant.clone(), authority.clone());
        async move {
            let path = request.uri().path();
            assert!(Asked::from_path(path).is_some() || path.starts_with("/cashier/"));
            request.into_body().collect().await.unwrap();
            let says = says.lock().unwrap().pop_front().expect("no more requests than answers");
            let (status, body) = says.body(&merchant, &authority);
            let mut response = Response::new(Full::new(Bytes::from(body)));
            *response.status_mut() = status;
            Ok::<_, Infallible>(response)
        }
    });
    loop {
        let (stream, _) = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted.unwrap(),
        };
        tokio::select! {
            () = stop.cancelled() => return,
            served = http1::Builder::new().serve_connection(TokioIo::new(stream), answer.clone()) => served.unwrap(),
        }
    }
}

/// Every sample as (operation, class), in the order of both.
fn samples(journeys: &Journeys, interval: &Interval) -> Vec<(String, Class, u64)> {
    let names = journeys.whats.names();
    let mut found: BTreeMap<(String, Class), u64> = BTreeMap::new();
    for (key, times) in &interval.times {
        *found.entry((names.word(key.what).to_owned(), key.class)).or_default() += times.response.count();
    }
    let rows = found.into_iter();
    rows.map(|((what, class), count)| (what, class, count)).collect()
}

fn owned(expected: &[(&str, Class, u64)]) -> Vec<(String, Class, u64)> {
    let rows = expected.iter();
    rows.map(|(what, class, count)| ((*what).to_owned(), *class, *count))
        .collect()
}

#[tokio::test]
async fn a_checkout_opens_waits_for_the_callback_and_queries() {
    let stage = Stage::set(vec![Says::Opened, Says::Paid], Policy::Queue, 1).await;
    stage.arrive(0);
    stage.perform().await;
    assert_eq!(stage.journeys.unsettled(), [0]);
    let body = sent(&stage.notice(), &token());
    assert_eq!(stage.call_back(body.clone()).await, ACK_BODY);
    // The same bytes again: acknowledged, no second query.
    assert_eq!(stage.call_back(body).await, ACK_BODY);
    stage.perform().await;
    assert!(stage.journeys.unsettled().is_empty());
    let (journeys, interval) = stage.end().await;
    let order = journeys.book().order(0).unwrap().clone();
    assert_eq!((order.delivered, order.bad, order.queries, order.over), (2, 0, 1, true));
    assert!(matches!(order.query, Query::Paid { .. }));
    let expected = [
        ("checkDeposit", Class::Ok, 1),
        ("checkout", Class::Ok, 1),
        ("payLink", Class::Ok, 1),
    ];
    assert_eq!(samples(&journeys, &interval), owned(&expected));
    assert_eq!(journeys.totals.repeated.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn bad_callbacks_are_counted_and_refused() {
    let stage = Stage::set(vec![Says::Opened], Policy::Queue, 1).await;
    stage.arrive(0);
    stage.arrive(1);
    let waiting = callback(&stage.journeys.merchant, 1);
    let first = stage.steps.lock().await.try_recv().unwrap();
    stage.journeys.perform(first).await;
    let altered = |change: fn(&mut Callback)| {
        let mut notice = stage.notice();
        change(&mut notice);
        sent(&notice, &token())
    };
    let bad = [
        sent(&stage.notice(), &Token::new("another").unwrap()),
        altered(|notice| notice.amount = "0.01".to_owned()),
        altered(|notice| notice.order_id = "f".repeat(32)),
        altered(|notice| notice.unique_id = Some("T-00000099".to_owned())),
        altered(|notice| notice.unique_id = Some("ELSE-1".to_owned())),
        altered(|notice| notice.unique_id = None),
        // Its opening was not sent yet.
        sent(&waiting, &token()),
        b"{".to_vec(),
    ];
    let count = bad.len() as u64;
    for body in bad {
        assert_ne!(stage.call_back(body).await, ACK_BODY);
    }
    let totals = &stage.journeys.totals;
    assert_eq!(
        (
            totals.received.load(Ordering::Relaxed),
            totals.bad.load(Ordering::Relaxed)
        ),
        (count, count)
    );
    assert_eq!(stage.journeys.waiting(), 1, "only the second arrival is due, no query");
    stage.end().await;
}

/// Arrive, perform, perhaps be called back, then reconcile as often as there are answers left.
async fn check(
    says: Vec<Says>,
    called_back: bool,
    passes: u32,
    open: &str,
    query: Query,
    expected: &[(&str, Class, u64)],
) {
    let stage = Stage::set(says, Policy::Queue, 1).await;
    stage.arrive(0);
    stage.perform().await;
    if called_back {
        stage.call_back(sent(&stage.notice(), &token())).await;
        stage.perform().await;
    }
    for _ in 0..passes {
        assert_eq!(stage.journeys.unsettled(), [0]);
        stage.journeys.reconcile(0);
        stage.perform().await;
    }
    assert!(stage.journeys.unsettled().is_empty(), "{open}");
    let (journeys, interval) = stage.end().await;
    let order = journeys.book().order(0).unwrap().clone();
    assert!(order.over);
    assert_eq!(journeys.totals.completed.load(Ordering::Relaxed), 1);
    let (found_open, name) = (format!("{:?}", order.open), open);
    assert!(found_open.starts_with(name), "{found_open}");
    assert_eq!(std::mem::discriminant(&order.query), std::mem::discriminant(&query));
    assert_eq!(samples(&journeys, &interval), owned(expected), "{open}");
}

#[tokio::test]
async fn every_order_comes_to_one_fate() {
    const UNPAID: Query = Query::Unpaid { sent_us: 0 };
    const ABSENT: Query = Query::Absent { sent_us: 0 };
    const PAID: Query = Query::Paid { sent_us: 0 };
    let ok = |what| (what, Class::Ok, 1);
    // Refused: over at once.
    check(
        vec![Says::Refused],
        false,
        0,
        "Declined",
        Query::Unanswered,
        &[("checkout", Class::Declined, 1), ("payLink", Class::Declined, 1)],
    )
    .await;
    // The shopper left: no journey sample, because nobody waited.
    check(
        vec![Says::Opened, Says::Unpaid],
        false,
        1,
        "Opened",
        UNPAID,
        &[ok("checkDeposit"), ok("payLink")],
    )
    .await;
    // Hidden, and the wallet never had it.
    check(
        vec![Says::Busy, Says::Unknown],
        false,
        1,
        "Hidden",
        ABSENT,
        &[
            ("checkDeposit", Class::Declined, 1),
            ("checkout", Class::Http5xx, 1),
            ("payLink", Class::Http5xx, 1),
        ],
    )
    .await;
    // Hidden, but paid and called back: it ends well.
    check(
        vec![Says::Busy, Says::Paid],
        true,
        0,
        "Hidden",
        PAID,
        &[ok("checkDeposit"), ok("checkout"), ("payLink", Class::Http5xx, 1)],
    )
    .await;
    // The query after the callback fails; the reconciliation asks again, and again.
    check(
        vec![Says::Opened, Says::Busy, Says::Busy, Says::Paid],
        true,
        2,
        "Opened",
        PAID,
        &[
            ok("checkDeposit"),
            ("checkDeposit", Class::Http5xx, 2),
            ok("checkout"),
            ok("payLink"),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_refused_connection_is_final() {
    let stage = Stage::set(Vec::new(), Policy::Queue, 1).await;
    stage.arrive(0);
    stage.perform().await;
    assert!(stage.journeys.unsettled().is_empty());
    let (journeys, interval) = stage.end().await;
    assert_eq!(
        samples(&journeys, &interval),
        owned(&[("checkout", Class::Refused, 1), ("payLink", Class::Refused, 1)])
    );
}

#[tokio::test]
async fn without_a_free_user_arrivals_wait_or_are_dropped() {
    for (policy, waiting, dropped) in [(Policy::Queue, 5, 0), (Policy::Drop, 2, 3)] {
        let stage = Stage::set(Vec::new(), policy, 2).await;
        for seq in 0..5 {
            stage.arrive(seq);
        }
        assert_eq!(
            (stage.journeys.waiting(), stage.journeys.totals.dropped()),
            (waiting, dropped)
        );
        assert_eq!(stage.journeys.book().len(), 5);
        stage.end().await;
    }
}

#[tokio::test]
async fn closed_journeys_begin_nothing() {
    let stage = Stage::set(vec![Says::Opened], Policy::Queue, 1).await;
    stage.arrive(0);
    stage.journeys.close();
    stage.perform().await;
    let (journeys, interval) = stage.end().await;
    assert_eq!(journeys.book().order(0).unwrap().open, Open::Dropped);
    assert!(samples(&journeys, &interval).is_empty());
}
