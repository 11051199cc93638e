//! `shops`.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::{
    check::{
        Checker, bounds,
        fields::Fields,
        keys::{
            Place,
            lists::{COINS, DIALECTS, ENCODINGS, KEY_ORDERS, MD5, SIGNINGS, STATUSES},
        },
        shown, words,
    },
    file::{Node, Value},
    problem::{Problem, Span},
    scenario::{CallbackEncoding, CallbackForm, Dialect, IpRange, KeyOrder, Md5, Shop, ShopStatus, Signing},
};

/// The shops of a file, or the one that every scenario has without them.
pub(crate) fn shops(checker: &mut Checker<'_>, file: &Fields<'_>) -> Vec<Shop> {
    let Some(nodes) = file.list("shops") else {
        return vec![Shop::usual(DEFAULT_ID, Dialect::Okpay)];
    };
    if file.is_empty_list("shops") {
        let problem = Problem::new("bad_value", file.span("shops"), "a wallet without shops answers nobody");
        checker.report(problem.help("leave `shops` out to get the shop 10001"));
    }
    let mut shops: Vec<Shop> = Vec::new();
    let mut seen: Vec<(u64, Span)> = Vec::new();
    for node in nodes {
        let Some((shop, place)) = shop(checker, node) else {
            continue;
        };
        if let Some((id, first)) = seen.iter().find(|(id, _)| *id == shop.id) {
            let problem = Problem::new("duplicate_name", place, format!("the shop {id} stands here twice"));
            checker.report(problem.label("again here").related(*first, "first here"));
            continue;
        }
        seen.push((shop.id, place));
        shops.push(shop);
    }
    shops
}

fn shop(checker: &mut Checker<'_>, node: &Node) -> Option<(Shop, Span)> {
    let fields = Fields::of(checker, node, Place::Shop);
    let token = fields.text(checker, "token");
    if token.as_deref().is_some_and(|token| token.trim().is_empty()) {
        checker.report(Problem::new(
            "bad_value",
            fields.span("token"),
            "a token must not be blank: it is the key of signatures",
        ));
    }
    let dialect = fields.word(checker, "dialect", DIALECTS);
    let dialect = meant(Dialect::ALL, Dialect::word, dialect);
    let signing = fields.word(checker, "signing", SIGNINGS);
    let signing = meant(Signing::ALL, Signing::word, signing);
    let md5 = fields.word(checker, "md5", MD5);
    let status = fields.word(checker, "status", STATUSES);
    belongs(checker, &fields, dialect, signing);
    let callback_url = fields.get("callback_url").and_then(|node| url(checker, node));
    let callback_form = fields.get("callback_form").map(|node| callback_form(checker, node));
    let balance = fields.get("balance").map(|node| balance(checker, node));
    let limits = fields.get("limits").map(|node| bounds::limits(checker, node));
    let fees = fields.get("fees").map(|node| bounds::fees(checker, node));
    let quota = fields.get("quota").map(|node| bounds::quota(checker, node));
    let ip_allow = ip_allow(checker, &fields);
    let id = fields.whole(checker, "id")?;
    let default = Shop::usual(id, dialect);
    let shop = Shop {
        token: token.unwrap_or(default.token),
        signing,
        md5: meant(Md5::ALL, Md5::word, md5),
        status: meant(ShopStatus::ALL, ShopStatus::word, status),
        callback_url,
        callback_form: callback_form.unwrap_or_default(),
        balance: balance.unwrap_or(default.balance),
        limits: limits.unwrap_or_default(),
        fees: fees.unwrap_or(default.fees),
        quota: quota.unwrap_or_default(),
        ip_allow,
        ..default
    };
    Some((shop, fields.span("id")))
}

/// The value of a word; its default without one, or where the word was reported.
fn meant<T: Copy + Default, const N: usize>(all: [T; N], word_of: fn(T) -> &'static str, word: Option<&str>) -> T {
    let found = all.into_iter().find(|value| Some(word_of(*value)) == word);
    found.unwrap_or_default()
}

/// Keys that mean nothing beside the dialect or the signing are reported: they are never ignored.
fn belongs(checker: &mut Checker<'_>, fields: &Fields<'_>, dialect: Dialect, signing: Signing) {
    let strangers: &[(&str, &str)] = match (dialect, signing) {
        (Dialect::Kdpay, _) => &[
            ("signing", "KDPay has one way of signing"),
            ("md5", "KDPay has one way of signing"),
            ("callback_form", "KDPay's notifications have one form"),
        ],
        (Dialect::Okpay, Signing::Hmac) => &[
            (
                "quota",
                "only KDPay has quotas: write `dialect: kdpay`, or say it with `limits`",
            ),
            (
                "md5",
                "it says how MD5 is read: write `signing: md5` or `signing: both`",
            ),
        ],
        (Dialect::Okpay, Signing::Md5 | Signing::Both) => &[(
            "quota",
            "only KDPay has quotas: write `dialect: kdpay`, or say it with `limits`",
        )],
    };
    for (key, why) in strangers {
        if fields.get(key).is_some() {
            let message = format!("`{key}` means nothing at this shop");
            checker.report(Problem::new("conflict", fields.span(key), message).help(*why));
        }
    }
}

fn callback_form(checker: &mut Checker<'_>, node: &Node) -> CallbackForm {
    let fields = Fields::of(checker, node, Place::CallbackForm);
    let encoding = fields.word(checker, "encoding", ENCODINGS);
    let key_order = fields.word(checker, "key_order", KEY_ORDERS);
    CallbackForm {
        encoding: meant(CallbackEncoding::ALL, CallbackEncoding::word, encoding),
        key_order: meant(KeyOrder::ALL, KeyOrder::word, key_order),
    }
}

fn ip_allow(checker: &mut Checker<'_>, fields: &Fields<'_>) -> Vec<IpRange> {
    let nodes = fields.list("ip_allow").unwrap_or_default();
    if nodes.len() > MOST_RANGES {
        let message = format!("{} addresses are more than {MOST_RANGES}", nodes.len());
        checker.report(Problem::new("limit", fields.span("ip_allow"), message));
        return Vec::new();
    }
    let mut ranges = Vec::new();
    for node in nodes {
        let Some(text) = node.text() else {
            continue;
        };
        match words::ip_range(text) {
            Ok(range) => ranges.push(range),
            Err(wrong) => checker.report(Problem::new("bad_value", node.span, wrong.message).maybe_help(wrong.help)),
        }
    }
    ranges
}

fn url(checker: &mut Checker<'_>, node: &Node) -> Option<String> {
    let text = checker.text_of(node, "callback_url", LONGEST_URL)?;
    if let Some(fault) = words::fault_of_url(&text) {
        let message = format!("`{}` is no address for callbacks: {fault}", shown(&text));
        checker.report(Problem::new("bad_value", node.span, message).help("such as http://127.0.0.1:9000/notify"));
        return None;
    }
    Some(text)
}

fn balance(checker: &mut Checker<'_>, node: &Node) -> BTreeMap<String, Decimal> {
    let mut balance = BTreeMap::new();
    let Value::Map(entries) = &node.value else {
        return balance;
    };
    for entry in entries {
        let Some(coin) = checker.word_at(&entry.key.text, entry.key.span, "balance", COINS) else {
            continue;
        };
        if entry.value.text().is_none_or(str::is_empty) {
            let message = format!("the balance of {coin} is {}, not an amount", entry.value.kind());
            checker.report(Problem::new("wrong_kind", entry.key.span, message));
        } else if let Some(amount) = checker.money(&entry.value) {
            balance.insert(coin.to_owned(), amount);
        }
    }
    balance
}
const DEFAULT_ID: u64 = 10_001;
const LONGEST_URL: usize = 2_048;
const MOST_RANGES: usize = 100;
