use crate::{check::read, scenario::Ack, units::duration_text};

/// The schedule in words: waits, acknowledgement, time-out.
fn schedule(callbacks: &str) -> String {
    let scenario =
        read("x", &format!("name: x\ncallbacks: {callbacks}\n")).unwrap_or_else(|problems| panic!("{problems}"));
    let waits: Vec<String> = scenario.callbacks.retry.iter().copied().map(duration_text).collect();
    let ack = match scenario.callbacks.ack {
        Ack::Strict => "strict",
        Ack::Lenient => "lenient",
        Ack::Http => "http",
    };
    format!(
        "{} {ack} {}",
        waits.join(","),
        duration_text(scenario.callbacks.timeout)
    )
}

#[test]
fn presets_are_those_of_the_providers() {
    for (callbacks, expected) in [
        ("{}", "5s,30s,2m,10m,30m,1h lenient 5s"),
        ("{retry: okpay}", "5s,30s,2m,10m,30m,1h lenient 5s"),
        ("{retry: alipay}", "4m,10m,10m,1h,2h,6h,15h lenient 5s"),
        (
            "{retry: wechat}",
            "15s,15s,30s,3m,10m,20m,30m,30m,30m,1h,3h,3h,3h,6h,6h http 5s",
        ),
        ("{retry: adyen}", "9s,18s,27s,2m,5m,10m,15m,30m,1h,2h,4h,8h http 10s"),
        ("{retry: standard-webhooks}", "5s,5m,30m,2h,5h,10h,14h,20h,24h http 15s"),
        (
            "{retry: juspay}",
            "1m,5m,5m,10m,10m,10m,10m,10m,1h,1h,1h,1h,1h,6h,6h,6h http 5s",
        ),
        (
            "{retry: {after: [1s, 2s]}, ack: strict, timeout: 2s}",
            "1s,2s strict 2s",
        ),
        ("{retry: {after: []}, ack: http}", " http 5s"),
        (
            "{retry: adyen, ack: strict}",
            "9s,18s,27s,2m,5m,10m,15m,30m,1h,2h,4h,8h strict 10s",
        ),
    ] {
        assert_eq!(schedule(callbacks), expected, "{callbacks}");
    }
    let square = schedule("{retry: square}");
    assert!(square.starts_with("1m,2m,4m,8m,16m,32m,1h,1h,"), "{square}");
    assert_eq!(square.matches("1h").count(), 22, "63 minutes and 22 hours make a day");
}
