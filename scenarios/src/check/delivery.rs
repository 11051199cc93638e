//! What a rule does to callbacks: `callback`, alone. Whether it fits the rest of the rule is `rules`'.

use std::time::Duration;

use crate::{
    check::{
        Checker,
        fields::Fields,
        keys::{
            Place,
            lists::{CALLBACK_WORDS, COINS, FLAGS, FORGERIES, YES},
        },
    },
    file::{Node, Value},
    problem::Problem,
    scenario::{CallbackFault, Forgery, Tampering},
};

/// Reads `callback`.
pub(crate) fn callback(checker: &mut Checker<'_>, node: &Node) -> Option<CallbackFault> {
    match &node.value {
        Value::Scalar(_) => checker.word(node, "callback", CALLBACK_WORDS).map(|word| match word {
            "drop" => CallbackFault::Drop,
            "hold" => CallbackFault::Hold,
            "early" => CallbackFault::Early,
            _ => CallbackFault::Release { over: Duration::ZERO },
        }),
        Value::Map(_) => {
            let fields = Fields::of(checker, node, Place::Callback);
            let (key, node) = fields.one(checker, &[])?;
            fault(checker, key, node)
        }
        Value::List(_) => None,
    }
}

fn fault(checker: &mut Checker<'_>, key: &str, node: &Node) -> Option<CallbackFault> {
    match key {
        "delay" => checker
            .time(node, "delay", LONGEST_CALLBACK_DELAY)
            .map(CallbackFault::Delay),
        "duplicate" => duplicate(checker, node),
        "reorder" => {
            let fields = Fields::of(checker, node, Place::Reorder);
            let window = fields.duration(checker, "window", LONGEST_SPREAD);
            window.map(|window| CallbackFault::Reorder { window })
        }
        "forge" => {
            let word = checker.word(node, "forge", FORGERIES)?;
            let mut forgeries = Forgery::ALL.into_iter();
            forgeries
                .find(|forgery| forgery.word() == word)
                .map(CallbackFault::Forge)
        }
        "tamper" => tamper(checker, node),
        "stale" => checker
            .duration(node, "stale", LONGEST_CALLBACK_DELAY)
            .map(CallbackFault::Stale),
        "downgrade" => checker.word(node, "downgrade", YES).map(|_| CallbackFault::Downgrade),
        _ => {
            let fields = Fields::of(checker, node, Place::Release);
            let over = fields.duration(checker, "over", LONGEST_SPREAD);
            over.map(|over| CallbackFault::Release { over })
        }
    }
}

fn duplicate(checker: &mut Checker<'_>, node: &Node) -> Option<CallbackFault> {
    let fields = Fields::of(checker, node, Place::Duplicate);
    let spread = fields.duration(checker, "spread", LONGEST_SPREAD);
    let concurrent = fields.word(checker, "concurrent", FLAGS) == Some("true");
    if concurrent && spread.is_some_and(|spread| !spread.is_zero()) {
        let problem = Problem::new(
            "conflict",
            fields.span("spread"),
            "concurrent copies leave at the same moment and have no `spread`",
        );
        checker.report(problem.help("leave out one of both"));
    }
    let copies = u32::try_from(fields.whole(checker, "copies")?).ok()?;
    if concurrent && copies > MOST_CONCURRENT {
        let message = format!("{copies} concurrent copies are more than {MOST_CONCURRENT}");
        checker.report(Problem::new("limit", fields.span("copies"), message));
    }
    Some(CallbackFault::Duplicate {
        copies,
        spread: spread.unwrap_or(Duration::ZERO),
        concurrent,
    })
}

fn tamper(checker: &mut Checker<'_>, node: &Node) -> Option<CallbackFault> {
    let fields = Fields::of(checker, node, Place::Tamper);
    let amount = fields.get("amount").map(|node| checker.amount_change(node));
    let coin = fields.get("coin").map(|_| fields.word(checker, "coin", COINS));
    if amount.is_none() && coin.is_none() {
        if !fields.refused {
            let problem = Problem::new("missing_key", fields.head, "`tamper` says nothing");
            checker.report(problem.help("an `amount`, a `coin`, or both"));
        }
        return None;
    }
    Some(CallbackFault::Tamper(Tampering {
        amount: amount.map_or(Some(None), |amount| amount.map(Some))?,
        coin: coin.map_or(Some(None), |coin| coin.map(Some))?,
    }))
}

const LONGEST_CALLBACK_DELAY: Duration = Duration::from_secs(30 * 24 * 3_600);
const LONGEST_SPREAD: Duration = Duration::from_secs(3_600);
/// As many as one endpoint gets at a time.
const MOST_CONCURRENT: u32 = 64;
