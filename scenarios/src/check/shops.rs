//! `shops`.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::{
    check::{
        Checker,
        fields::Fields,
        keys::{
            Place,
            lists::{COINS, SIGNINGS},
        },
        shown, words,
    },
    file::{Node, Value},
    problem::{Problem, Span},
    scenario::Shop,
};

/// The shops of a file, or the one that every scenario has without them.
pub(crate) fn shops(checker: &mut Checker<'_>, file: &Fields<'_>) -> Vec<Shop> {
    let Some(nodes) = file.list("shops") else {
        return vec![default_shop(DEFAULT_ID)];
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
    fields.word(checker, "signing", SIGNINGS);
    let callback_url = fields.get("callback_url").and_then(|node| url(checker, node));
    let balance = fields.get("balance").map(|node| balance(checker, node));
    let id = fields.whole(checker, "id")?;
    let default = default_shop(id);
    let shop = Shop {
        id,
        token: token.unwrap_or(default.token),
        callback_url,
        balance: balance.unwrap_or(default.balance),
    };
    Some((shop, fields.span("id")))
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

/// The shop of scenarios that name none; its parts are the defaults of any shop.
fn default_shop(id: u64) -> Shop {
    Shop {
        id,
        token: format!("sandbox-token-{id}"),
        callback_url: None,
        balance: BTreeMap::from([("USDT".to_owned(), Decimal::from(100_000))]),
    }
}

const DEFAULT_ID: u64 = 10_001;
const LONGEST_URL: usize = 2_048;
