//! Replies as the rules say them, and what the journal says of them.

use super::*;

/// Rules, the number of an order, and what its `payLink` sees, when, and what the journal says of it.
#[tokio::test(start_paused = true)]
async fn each_reply_is_what_the_rule_says_and_the_journal_says_so() {
    struct Row {
        rule: &'static str,
        seen: fn(&Seen) -> bool,
        after_ms: u64,
        outcome: &'static str,
        decision: (&'static str, &'static str),
        orders: u64,
    }
    let honest: fn(&Seen) -> bool = |seen| seen.status() == 200 && seen.body().contains(r#""status":"success""#);
    let rows = [
        Row {
            rule: "reply: {delay: 250ms}",
            seen: honest,
            after_ms: 250,
            outcome: "answered",
            decision: ("apply", "honest"),
            orders: 1,
        },
        Row {
            rule: "ledger: skip, reply: {status: 503, retry_after: 1500ms, headers: {x-a: b}, body: busy}",
            seen: |seen| {
                (
                    seen.status(),
                    seen.body(),
                    seen.header("retry-after"),
                    seen.header("x-a"),
                ) == (503, "busy", Some("2"), Some("b"))
            },
            after_ms: 0,
            outcome: "answered",
            decision: ("skip", "status 503"),
            orders: 0,
        },
        Row {
            rule: "ledger: apply, reply: reset",
            seen: |seen| *seen == Seen::Reset(0),
            after_ms: 0,
            outcome: "reset",
            decision: ("apply", "reset"),
            orders: 1,
        },
        Row {
            rule: "ledger: skip, reply: empty",
            seen: |seen| *seen == Seen::Closed(0),
            after_ms: 0,
            outcome: "closed",
            decision: ("skip", "empty"),
            orders: 0,
        },
        Row {
            rule: "ledger: apply, reply: hang",
            seen: |seen| *seen == Seen::Closed(0),
            after_ms: 600_000,
            outcome: "hung",
            decision: ("apply", "hang"),
            orders: 1,
        },
        Row {
            rule: "ledger: apply, reply: {delay: 2s, then: reset}",
            seen: |seen| *seen == Seen::Reset(0),
            after_ms: 2_000,
            outcome: "reset",
            decision: ("apply", "reset"),
            orders: 1,
        },
        Row {
            rule: "ledger: {refuse: insufficient_balance}",
            seen: |seen| seen.body() == r#"{"status":"warning","msg":"余额不足","code":10003}"#,
            after_ms: 0,
            outcome: "answered",
            decision: ("refuse: insufficient_balance", "honest"),
            orders: 0,
        },
    ];
    for row in rows {
        let bench = Bench::new(&format!("{HEALTHY}rules: [{{name: it, on: payLink, {}}}]\n", row.rule));
        let begin = Instant::now();
        let seen = bench.call(&open("ORDER-1")).await;
        assert!((row.seen)(&seen), "{}: {seen:?}", row.rule);
        let took = begin.elapsed().as_millis();
        assert!(
            (u128::from(row.after_ms)..=u128::from(row.after_ms) + 2).contains(&took),
            "{}: {took} ms",
            row.rule
        );
        assert_eq!(bench.gateway.store.counts().open, row.orders, "{}", row.rule);
        let [line] = bench.journal().try_into().unwrap();
        let decision = line.decision.unwrap();
        assert_eq!(line.outcome, row.outcome, "{}", row.rule);
        assert_eq!(
            (decision.ledger.as_str(), decision.reply.as_str()),
            row.decision,
            "{}",
            row.rule
        );
        let rules = line.rules.unwrap();
        assert!(rules.outcome.is_some() || rules.delay.is_some(), "{}", row.rule);
        // Once, whether the rule decided the outcome, the delay or both.
        assert_eq!(
            bench.gateway.in_force.get().decided(scenarios::RuleId(0)),
            1,
            "{}",
            row.rule
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_is_written_down_with_its_rules() {
    let bench = Bench::new(&format!("{HEALTHY}rules: [{{name: slow, reply: {{delay: 10s}}}}]\n"));
    let mut client = bench.connect();
    let body = bench.body(&open("ORDER-1"));
    let left = tokio::time::timeout(Duration::from_secs(1), client.post("/shop/payLink", &body)).await;
    assert!(left.is_err());
    drop(client);
    tokio::time::sleep(Duration::from_millis(1)).await;
    let [line] = bench.journal().try_into().unwrap();
    assert_eq!((line.outcome.as_str(), line.status), ("closed", 0));
    assert_eq!(
        line.reason.as_deref(),
        Some("cut_short: the client left, or the gateway stopped, before the answer")
    );
    assert_eq!(line.rules.unwrap().delay.unwrap().name, "slow");
    assert!(
        (900_000..=line.took_us).contains(&line.injected_us),
        "it was delayed until then: {}",
        line.injected_us
    );
}

#[tokio::test(start_paused = true)]
async fn a_skipped_call_leaves_its_nonce_and_an_applied_one_spends_it() {
    let rows = [
        ("ledger: skip, reply: {status: 503}", false),
        ("ledger: apply, reply: {status: 503}", true),
    ];
    for (rule, spent) in rows {
        let bench = Bench::new(&format!(
            "{HEALTHY}rules: [{{name: it, {rule}, when: {{attempt: 1}}}}]\n"
        ));
        let body = bench.body(&open("ORDER-1"));
        assert_eq!(bench.connect().post("/shop/payLink", &body).await.status(), 503);
        let again = bench.connect().post("/shop/payLink", &body).await;
        assert_eq!(again.body().contains("nonce"), spent, "{rule}: {again:?}");
        assert_eq!(again.body().contains("success"), !spent, "{rule}: {again:?}");
    }
}
