//! Shops, payers and what the wallet does of itself, in words; what is as in any scenario goes without saying.

use std::fmt::{self, Write};

use super::{capacity, conditions, in_brackets};
use crate::{
    distribution::Distribution,
    scenario::{
        ByMethod, CallbackForm, Clock, Dialect, Fees, KeyOrder, Limits, Md5, Method, Payers, Phase, Quota, Risk,
        Scenario, Shop, ShopStatus, Signing, TlsFault, Triggers, When, Withdrawals,
    },
};

/// A line for each shop that is more than an id, a token and a balance.
pub(super) fn write_shops(text: &mut String, scenario: &Scenario) -> fmt::Result {
    for shop in &scenario.shops {
        let said = shop_in_words(shop);
        if !said.is_empty() {
            writeln!(text, "shop {}: {}", shop.id, said.join("; "))?;
        }
    }
    Ok(())
}

fn shop_in_words(shop: &Shop) -> Vec<String> {
    let mut said = Vec::new();
    match shop.status {
        ShopStatus::Approved => {}
        ShopStatus::UnderReview => said.push("still under review, so its calls are refused".to_owned()),
        ShopStatus::Suspended => said.push("suspended, so its calls are refused".to_owned()),
    }
    match (shop.dialect, shop.signing) {
        (Dialect::Okpay, Signing::Hmac) => {}
        (Dialect::Kdpay, _) => said.push("speaks KDPay".to_owned()),
        (Dialect::Okpay, signing @ (Signing::Md5 | Signing::Both)) => {
            let lenient = match shop.md5 {
                Md5::Strict => "",
                Md5::Lenient => ", read leniently",
            };
            let how = match signing {
                Signing::Both => "HMAC or MD5",
                Signing::Hmac | Signing::Md5 => "MD5",
            };
            said.push(format!("signs with {how}{lenient}"));
        }
    }
    said.extend(limits_in_words(&shop.limits));
    said.extend(fees_in_words(&shop.fees));
    said.extend(quota_in_words(&shop.quota));
    if !shop.ip_allow.is_empty() {
        let ranges: Vec<String> = shop.ip_allow.iter().map(ToString::to_string).collect();
        said.push(format!("called from {} only", ranges.join(", ")));
    }
    said.extend(callback_form_in_words(shop.callback_form));
    said
}

fn callback_form_in_words(form: CallbackForm) -> Option<String> {
    let sorted = match form.key_order {
        KeyOrder::Documented => "",
        KeyOrder::Sorted => ", keys sorted",
    };
    (form != CallbackForm::default()).then(|| format!("callbacks as {}{sorted}", form.encoding.word()))
}

fn limits_in_words(limits: &Limits) -> Option<String> {
    let Limits { min, max, per_day } = limits;
    let parts = [
        min.map(|min| format!("from {min}")),
        max.map(|max| format!("up to {max}")),
        per_day.map(|most| format!("{most} a day")),
    ];
    listed("amounts", parts)
}

fn quota_in_words(quota: &Quota) -> Option<String> {
    let Quota {
        per_transaction,
        per_day,
        total,
    } = quota;
    let parts = [
        per_transaction.map(|most| format!("{most} a transaction")),
        per_day.map(|most| format!("{most} a day")),
        total.map(|most| format!("{most} in all")),
    ];
    listed("a quota of", parts)
}

fn listed<const N: usize>(what: &str, parts: [Option<String>; N]) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("{what} {}", parts.join(", ")))
}

fn fees_in_words(fees: &Fees) -> Option<String> {
    let deposit = (fees.rate.num > 0).then(|| match fees.discount.num {
        0 => format!("{} of deposits", fees.rate),
        _ => format!("{} less {} of deposits", fees.rate, fees.discount),
    });
    let withdrawal = (fees.withdrawal_rate.num > 0).then(|| format!("{} of withdrawals", fees.withdrawal_rate));
    listed("fees of", [deposit, withdrawal])
}

/// `92% pay, 8% abandon, after 2s`, and what they pay with.
pub(super) fn payers_in_words(payers: &Payers) -> String {
    let outcomes = &payers.outcomes;
    let shares = [
        ("pay", outcomes.pay),
        ("abandon", outcomes.abandon),
        ("decline", outcomes.decline),
    ];
    let shares = shares
        .iter()
        .filter(|(_, share)| share.num > 0)
        .map(|(word, share)| format!("{share} {word}"));
    let shares = shares.collect::<Vec<_>>().join(", ");
    let mut said = vec![format!("{shares}, after {}", payers.pay_after.describe())];
    if payers.methods != ByMethod::BALANCE {
        said.push(format!("{} first", by_method(&payers.methods, "by")));
    }
    if payers.failing != ByMethod::NEVER {
        said.push(format!("{} fail", by_method(&payers.failing, "of")));
    }
    let factor = payers.second_factor;
    said.extend(factor.map(|factor| format!("a code from {} on", factor.from)));
    let agreement = payers.agreement;
    said.extend(agreement.map(|agreement| format!("up to {} at once, without a password", agreement.up_to)));
    said.extend(quota_in_words(&payers.quota).map(|quota| format!("{quota} for each")));
    said.join("; ")
}

fn by_method(shares: &ByMethod, link: &str) -> String {
    let parts = Method::ALL
        .into_iter()
        .map(|method| (method, shares.of(method)))
        .filter(|(_, share)| share.num > 0)
        .map(|(method, share)| format!("{share} {link} {}", method.word()));
    parts.collect::<Vec<_>>().join(", ")
}

/// What risk control does, on a line of its own.
pub(super) fn write_risk(text: &mut String, risk: &Risk) -> fmt::Result {
    let of_payments = |when: &When| format!("of payments{}", in_brackets(&conditions(when)));
    let declines = risk
        .decline
        .as_ref()
        .map(|decline| format!("declines {} {}", decline.chance, of_payments(&decline.when)));
    let reviews = risk.review.as_ref().map(|review| {
        let of = of_payments(&review.when);
        format!("reviews {} {of} for {}", review.chance, review.takes.describe())
    });
    let said: Vec<String> = [declines, reviews].into_iter().flatten().collect();
    if said.is_empty() {
        return Ok(());
    }
    writeln!(text, "risk control: {}", said.join(", then "))
}

/// When withdrawals settle.
pub(super) fn write_withdrawals(text: &mut String, withdrawals: &Withdrawals) -> fmt::Result {
    if withdrawals.settle_after == Distribution::fixed(Withdrawals::DEFAULT_SETTLING) {
        return Ok(());
    }
    writeln!(
        text,
        "withdrawals: settle after {}",
        withdrawals.settle_after.describe()
    )
}

/// How the calendar runs, what the gateway can bear, and which triggers are open.
pub(super) fn write_pace(text: &mut String, scenario: &Scenario) -> fmt::Result {
    let Clock { speed, frozen } = scenario.clock;
    if frozen {
        writeln!(text, "calendar: stands still until somebody moves it")?;
    } else if scenario.clock != Clock::default() {
        writeln!(text, "calendar: {speed} times as fast as the wall")?;
    }
    if let Some(capacity) = &scenario.capacity {
        writeln!(text, "capacity: {}", capacity::in_words(capacity))?;
    }
    let Triggers { amounts, headers } = scenario.triggers;
    let opened = [(amounts, "amounts"), (headers, "headers")];
    let opened: Vec<&str> = opened.iter().filter(|(open, _)| *open).map(|(_, word)| *word).collect();
    if opened.is_empty() {
        return Ok(());
    }
    writeln!(
        text,
        "triggers: {} ask for a case; `paydrill scenarios triggers` prints them",
        opened.join(" and ")
    )
}

/// What goes wrong when TLS is agreed on.
pub(super) fn tls_in_words(fault: TlsFault) -> &'static str {
    match fault {
        TlsFault::Expired => "over TLS, the certificate has expired",
        TlsFault::WrongHost => "over TLS, the certificate is another host's",
        TlsFault::Stall => "over TLS, handshakes are never answered",
    }
}

/// The bounds that a phase puts on every shop.
pub(super) fn write_bounds(text: &mut String, phase: &Phase) -> fmt::Result {
    let said = [limits_in_words(&phase.limits), quota_in_words(&phase.quota)];
    said.into_iter()
        .flatten()
        .try_for_each(|bound| writeln!(text, "  every shop: {bound}"))
}
