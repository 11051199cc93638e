//! More deliveries than one: at the same moment, after a while, and one that takes everything back.

use tokio::time::timeout;

use super::{lies::Manner, *};
use crate::{
    callback::{deliver::Road, target::Gate},
    store::Flow,
};

/// Nothing is written before every connection is open, and then everything at once.
#[tokio::test(start_paused = true)]
async fn concurrent_copies_leave_together_over_open_connections() {
    for copies in [2, 5, 64] {
        let bench = Bench::new(&format!(
            "phases: [{{name: whole, for: 1h}}]\nrules: [{{name: it, on: callback, callback: {{duplicate: {{copies: \
             {copies}, concurrent: true}}}}}}]\n"
        ));
        // One at a time is let in, so that the last connection opens when this test says so.
        let (memory, mut listener) = tokio::sync::mpsc::channel(1);
        bench.gateway.callbacks.open(Road {
            gate: Gate::default(),
            tasks: bench.tasks.clone(),
            stop: bench.stop.now.clone(),
            memory: Some(memory),
        });
        bench.call(&open("ORDER-1")).await;
        let key = Key::new(SHOP_ID, Flow::Deposit, "ORDER-1".into());
        cashier::pay(&bench.gateway, &key, 7).unwrap();
        let mut streams = Vec::new();
        for _ in 0..copies - 2 {
            streams.push(listener.recv().await.unwrap());
        }
        if let Some(first) = streams.first_mut() {
            let early = timeout(Duration::from_secs(1), read_request(first)).await;
            assert!(early.is_err(), "{copies}: one was sent before all were connected");
        }
        streams.push(listener.recv().await.unwrap());
        streams.push(listener.recv().await.unwrap());
        let since = Instant::now();
        let mut bodies = Vec::new();
        for stream in &mut streams {
            bodies.push(read_request(stream).await.unwrap());
            stream.write_all(TAKEN.as_bytes()).await.unwrap();
        }
        assert_eq!(since.elapsed().as_millis(), 0, "{copies}: at the same moment");
        assert!(bodies.iter().all(|body| *body == bodies[0]), "the same bytes each time");
        sleep(Duration::from_secs(1)).await;
        assert_eq!(outcomes(&bench), vec![("acknowledged".to_owned(), 1); copies]);
        assert_eq!(
            state(&bench),
            ("acknowledged".to_owned(), 1, u32::try_from(copies).unwrap())
        );
        let rules = bench.journal().into_iter().filter(|line| line.rules.is_some()).count();
        assert_eq!(rules, 1, "one line stands for the decision");
    }
}

/// Whether the merchant takes what says paid and what says unpaid, and from it: what comes when, and the end.
#[tokio::test(start_paused = true)]
async fn a_downgrade_follows_the_paid_one_and_is_nobodys_attempt() {
    type Row = (bool, bool, &'static [(u128, bool)], (&'static str, u32, u32));
    let rows: [Row; 4] = [
        (true, true, &[(0, true), (1, false)], ("acknowledged", 1, 2)),
        (true, false, &[(0, true), (1, false)], ("acknowledged", 1, 2)),
        (false, true, &[(0, true), (1, false), (5, true)], ("lost", 2, 3)),
        (false, false, &[(0, true), (1, false), (5, true)], ("lost", 2, 3)),
    ];
    for manner in Manner::all() {
        let paid = move |body: &str| {
            let status = manner.read(body, TOKEN).expect("signed rightly").status;
            let says = if manner == Manner::KdPay { [3, 2] } else { [1, 0] };
            assert!(says.contains(&status), "{body}");
            status == says[0]
        };
        for (takes_paid, takes_unpaid, expected, end) in rows {
            let bench = manner.bench("rules: [{name: it, on: callback, callback: {downgrade: true}}]\n");
            let merchant = Merchant::read(&bench, bench.listen(&[]), move |_, body| {
                Some(if [takes_unpaid, takes_paid][usize::from(paid(body))] {
                    TAKEN
                } else {
                    BROKEN
                })
            });
            manner.pay(&bench, "ORDER-1").await;
            sleep(Duration::from_secs(60)).await;
            let times = merchant.times_ms().into_iter().map(|ms| ms / 1_000);
            let said: Vec<(u128, bool)> = times.zip(merchant.bodies().iter().map(|body| paid(body))).collect();
            let at = format!("{manner:?} {takes_paid} {takes_unpaid}");
            assert_eq!(said, expected, "{at}");
            assert_eq!(state(&bench), (end.0.to_owned(), end.1, end.2), "{at}");
        }
    }
}

/// Nothing is taken back that nobody heard.
#[tokio::test(start_paused = true)]
async fn a_delivery_that_nobody_heard_has_no_sequel() {
    let manner = Manner::KdPay;
    let bench = manner.bench("rules: [{name: it, on: callback, callback: {downgrade: true}}]\n");
    drop(bench.listen(&[]));
    manner.pay(&bench, "ORDER-1").await;
    sleep(Duration::from_secs(60)).await;
    let expected = [("failed".to_owned(), 1), ("failed".to_owned(), 2)];
    assert_eq!(outcomes(&bench), expected);
}

#[tokio::test(start_paused = true)]
async fn a_stale_copy_has_the_same_bytes_and_is_not_repeated() {
    for manner in Manner::all() {
        let bench = manner.bench("rules: [{name: it, on: callback, callback: {stale: 1h}}]\n");
        let merchant = Merchant::listen(&bench, bench.listen(&[]), |place| Some([TAKEN, BROKEN][place.min(1)]));
        manner.pay(&bench, "ORDER-1").await;
        sleep(Duration::from_secs(3 * 3_600)).await;
        let times: Vec<u128> = merchant.times_ms().into_iter().map(|ms| ms / 1_000).collect();
        assert_eq!(times, [0, 3_600], "{manner:?}");
        let bodies = merchant.bodies();
        assert_eq!(bodies[0], bodies[1], "{manner:?}");
        assert_eq!(state(&bench), ("acknowledged".to_owned(), 1, 2), "{manner:?}");
    }
}

/// First attempts overtake one another within the window, each by its own draw.
#[tokio::test(start_paused = true)]
async fn reordered_callbacks_overtake_one_another() {
    let bench = Bench::new(
        "phases: [{name: whole, for: 1h}]\nrules: [{name: it, on: callback, callback: {reorder: {window: 10s}}}]\n",
    );
    let merchant = Merchant::listen(&bench, bench.listen(&[]), |_| Some(TAKEN));
    for number in 0..20 {
        pay(&bench, &format!("ORDER-{number:02}")).await;
    }
    sleep(Duration::from_secs(60)).await;
    let times = merchant.times_ms();
    assert!(times.len() == 20 && times.iter().all(|ms| *ms <= 10_100), "{times:?}");
    let bodies = merchant.bodies();
    let at = |number: usize| {
        bodies
            .iter()
            .position(|body| body.contains(&format!("ORDER-{number:02}")))
    };
    let order: Vec<usize> = (0..20).map(|number| at(number).unwrap()).collect();
    assert!(order.windows(2).any(|pair| pair[0] > pair[1]), "{order:?}");
}
