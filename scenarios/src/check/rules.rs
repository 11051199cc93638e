//! `rules`, of the file and of phases: what each says, whether that fits together, and whether it can ever hit.

mod said;

use std::{collections::BTreeMap, hash::Hasher as _};

use siphasher::sip::SipHasher24;

use crate::{
    check::{
        Checker, delivery,
        fields::Fields,
        keys::{
            Place,
            lists::{COINS, OPERATIONS},
            one_of,
        },
        outcome, shown,
    },
    file::Node,
    problem::{Problem, Span},
    scenario::{Operation, Ratio, Rule, RuleId, Shop, Triggers, When},
    source,
    triggers::Case,
};
use said::Said;

/// The rules of all phases under construction.
pub(crate) struct RuleBook<'s> {
    known: Known<'s>,
    written: Vec<Written>,
}

/// What rules may speak of.
#[derive(Clone, Copy)]
pub(crate) struct Known<'s> {
    /// The shops there are.
    pub(crate) shops: &'s [Shop],
    /// Whether calls' headers may be looked at.
    pub(crate) triggers: Triggers,
}

/// A rule and where it stands.
pub(crate) struct Written {
    pub(crate) rule: Rule,
    /// Its name, or the head of the rule without one.
    pub(crate) place: Span,
    named: bool,
}

impl<'s> RuleBook<'s> {
    pub(crate) fn new(known: Known<'s>) -> Self {
        Self {
            known,
            written: Vec::new(),
        }
    }

    /// The rules by [`RuleId`]; labels that several nameless rules share get a number.
    pub(crate) fn into_rules(self) -> Vec<Rule> {
        let mut taken: BTreeMap<String, u32> = BTreeMap::new();
        for written in self.written.iter().filter(|written| written.named) {
            taken.insert(written.rule.label.clone(), 1);
        }
        let mut rules = Vec::new();
        for Written { mut rule, named, .. } in self.written {
            if !named {
                let times = taken
                    .entry(rule.label.clone())
                    .and_modify(|times| *times += 1)
                    .or_insert(1);
                if *times > 1 {
                    rule.label = format!("{} ({times})", rule.label);
                }
            }
            rules.push(rule);
        }
        rules
    }

    /// The rules that stand in the file, not those behind triggers.
    pub(crate) fn of_the_file(&self) -> impl Iterator<Item = &Written> {
        self.written.iter().filter(|written| written.rule.when.case.is_none())
    }

    /// The index of the next rule.
    fn next(&self) -> RuleId {
        RuleId(u16::try_from(self.written.len()).expect("a file of 10,000 nodes holds fewer rules than 65,536"))
    }

    fn of(&self, id: RuleId) -> &Written {
        &self.written[usize::from(id.0)]
    }
}

/// Reads the rules of the file or of a phase. `beside` are rules that hold at the same time.
pub(crate) fn rules(
    checker: &mut Checker<'_>,
    fields: &Fields<'_>,
    book: &mut RuleBook<'_>,
    beside: &[RuleId],
) -> Vec<RuleId> {
    let mut ids: Vec<RuleId> = Vec::new();
    for node in fields.list("rules").unwrap_or_default() {
        let Some(written) = rule(checker, node, book.known) else {
            continue;
        };
        alone(checker, book, &written, ids.iter().chain(beside));
        reachable(checker, book, &written, &ids);
        ids.push(book.next());
        book.written.push(written);
    }
    ids
}

/// The rules behind the cases that a scenario's triggers open.
pub(crate) fn of_triggers(book: &mut RuleBook<'_>) -> Vec<RuleId> {
    if book.known.triggers == Triggers::default() {
        return Vec::new();
    }
    let mut ids = Vec::new();
    for case in Case::all() {
        for (at, text) in case.rules().iter().enumerate() {
            let mut rule = rule_of(text, book.known).expect("the cases' rules are part of the binary and tested");
            rule.label = format!("case {}", case.name());
            rule.site = format!("case {} {at}", case.name());
            rule.when.case = Some(case);
            ids.push(book.next());
            book.written.push(Written {
                rule,
                place: Span::default(),
                named: true,
            });
        }
    }
    ids
}

/// Reads a rule that stands alone.
fn rule_of(text: &str, known: Known<'_>) -> Option<Rule> {
    let (root, problems) = source::parse(text);
    let mut checker = Checker::new(text, problems);
    let written = rule(&mut checker, root.as_ref()?, known)?;
    checker.problems.is_empty().then_some(written.rule)
}

/// Reads the rule of an ad-hoc fault, which is called as the fault is.
pub(crate) fn by_hand(checker: &mut Checker<'_>, node: &Node, fault: &str, known: Known<'_>) -> Option<Rule> {
    let mut written = rule(checker, node, known)?;
    fault.clone_into(&mut written.rule.label);
    written.rule.site = fault.to_owned();
    Some(written.rule)
}

/// Reads a rule; `None` where anything of it was reported, so that nothing more is said of it.
fn rule(checker: &mut Checker<'_>, node: &Node, known: Known<'_>) -> Option<Written> {
    let before = checker.problems.len();
    let fields = Fields::of(checker, node, Place::Rule);
    let name = fields.text(checker, "name");
    if name.as_deref().is_some_and(|name| name.trim().is_empty()) {
        let problem = Problem::new("bad_value", fields.span("name"), "a rule's name must not be blank");
        checker.report(problem);
    }
    let word = fields.word(checker, "on", OPERATIONS);
    let on = word.and_then(|word| Operation::ALL.into_iter().find(|operation| operation.word() == word));
    let when = fields.get("when").map(|node| when(checker, node, known));
    let chance = fields.get("chance").and_then(|node| checker.share(node));
    let said = Said {
        on,
        ledger: fields.get("ledger").and_then(|node| outcome::ledger(checker, node)),
        reply: fields.get("reply").and_then(|node| outcome::reply(checker, node)),
        callback: fields
            .get("callback")
            .and_then(|node| delivery::callback(checker, node)),
    };
    let limit = fields.whole(checker, "limit");
    let first = fields
        .whole(checker, "first")
        .and_then(|first| u32::try_from(first).ok());
    if first.is_some() && when.as_ref().is_some_and(|when| when.attempt.is_some()) {
        let problem = Problem::new(
            "conflict",
            fields.span("first"),
            "`first` and `when: {attempt: …}` both choose attempts",
        );
        checker.report(problem.help("leave out one of both"));
    }
    if checker.problems.len() == before
        && let Some(problem) = said.misfit(&fields)
    {
        checker.report(problem);
    }
    if checker.problems.len() > before {
        return None;
    }
    let place = if name.is_some() {
        fields.span("name")
    } else {
        fields.head
    };
    let named = name.is_some();
    let site = name.clone().unwrap_or_else(|| site(node));
    let label = name.unwrap_or_else(|| said.in_words());
    let (outcome, delay, callback) = said.axes();
    let rule = Rule {
        label,
        site,
        on,
        when: when.unwrap_or_default(),
        chance: chance.unwrap_or(Ratio::ALWAYS),
        limit,
        first,
        outcome,
        delay,
        callback,
    };
    Some(Written { rule, place, named })
}

fn when(checker: &mut Checker<'_>, node: &Node, known: Known<'_>) -> When {
    let fields = Fields::of(checker, node, Place::When);
    if fields.get("header").is_some() && !known.triggers.headers {
        let problem = Problem::new(
            "conflict",
            fields.span("header"),
            "this scenario does not look at calls' headers",
        );
        checker.report(problem.help("add `triggers: headers` to the file"));
    }
    When {
        payer: fields.whole(checker, "payer"),
        attempt: fields
            .whole(checker, "attempt")
            .and_then(|attempt| u32::try_from(attempt).ok()),
        nth: fields.whole(checker, "nth"),
        headers: fields
            .get("header")
            .map(|node| outcome::headers(checker, node))
            .unwrap_or_default()
            .into_iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value))
            .collect(),
        ..conditions(checker, &fields, known.shops)
    }
}

/// Conditions on an order: its shop, amount and coin.
pub(crate) fn conditions(checker: &mut Checker<'_>, fields: &Fields<'_>, shops: &[Shop]) -> When {
    let shop = fields.whole(checker, "shop");
    if let Some(shop) = shop.filter(|id| shops.iter().all(|known| known.id != *id)) {
        let ids: Vec<String> = shops.iter().map(|shop| shop.id.to_string()).collect();
        let known = one_of(ids.iter().map(String::as_str));
        let problem = Problem::new(
            "unknown_name",
            fields.span("shop"),
            format!("no shop has the id {shop}"),
        );
        checker.report(problem.help(format!("the wallet knows {known}")));
    }
    let mut when = When {
        shop,
        coin: fields.word(checker, "coin", COINS).map(str::to_owned),
        ..When::default()
    };
    if let Some(node) = fields.get("amount") {
        let amount = Fields::of(checker, node, Place::Amount);
        let mut money = |name| amount.get(name).and_then(|node| checker.money(node));
        (when.at_least, when.below, when.equals) = (money("at_least"), money("below"), money("equals"));
        let contradicts = |low: Option<_>, high: Option<_>| low.zip(high).is_some_and(|(low, high)| low >= high);
        let out_of_range = when.equals.is_some_and(|equals| {
            when.at_least.is_some_and(|least| equals < least) || when.below.is_some_and(|below| equals >= below)
        });
        if contradicts(when.at_least, when.below) || out_of_range {
            checker.report(Problem::new(
                "never",
                node.span,
                "no amount meets all of these conditions",
            ));
        }
    }
    when
}

/// Rules that hold at the same time must not share a site, or they would share their draws.
fn alone<'i>(
    checker: &mut Checker<'_>,
    book: &RuleBook<'_>,
    written: &Written,
    others: impl Iterator<Item = &'i RuleId>,
) {
    let mut others = others.map(|id| book.of(*id));
    let Some(other) = others.find(|other| other.rule.site == written.rule.site) else {
        return;
    };
    let problem = if written.named {
        let message = format!(
            "two rules that hold at the same time are called `{}`",
            shown(&written.rule.label)
        );
        Problem::new("duplicate_name", written.place, message)
            .help("a name is part of the draws: with one name, both would hit the same orders")
    } else {
        let problem = Problem::new("duplicate_name", written.place, "this rule stands here twice");
        problem.help("give each a `name`: without one, equal words mean equal draws, whatever the chance")
    };
    checker.report(problem.label("again here").related(other.place, "first here"));
}

/// A rule after one that decides all of its occasions never hits.
fn reachable(checker: &mut Checker<'_>, book: &RuleBook<'_>, written: &Written, before: &[RuleId]) {
    let Some(first) = before
        .iter()
        .map(|id| book.of(*id))
        .find(|earlier| always_before(&earlier.rule, &written.rule))
    else {
        return;
    };
    let message = format!(
        "this rule never hits: `{}` always comes first",
        shown(&first.rule.label)
    );
    let problem = Problem::new("never", written.place, message).related(first.place, "hits every occasion");
    checker.report(problem.help("put it before that rule, or give that rule a `chance` or a `when`"));
}

fn always_before(earlier: &Rule, later: &Rule) -> bool {
    let acts_on_all = match (earlier.on, later.on) {
        (None, on) => on != Some(Operation::Callback),
        (Some(earlier), later) => later == Some(earlier),
    };
    // A callback rule without `attempt` acts on the first attempt only.
    let attempts = earlier.on != Some(Operation::Callback) || matches!(later.when.attempt, None | Some(1));
    let names_all = (earlier.outcome.is_some() || later.outcome.is_none())
        && (earlier.delay.is_some() || later.delay.is_none())
        && (earlier.callback.is_some() || later.callback.is_none());
    acts_on_all
        && attempts
        && names_all
        && earlier.when == When::default()
        && earlier.chance == Ratio::ALWAYS
        && earlier.limit.is_none()
        && earlier
            .first
            .is_none_or(|first| later.first.is_some_and(|later| later <= first))
}

/// A hash of the rule's own words. The chance is left out, so that raising it only adds hits, and neither comments nor
/// layout nor the order of keys count.
fn site(node: &Node) -> String {
    let mut hasher = SipHasher24::new();
    hasher.write(node.canonical(|key| key == "chance").as_bytes());
    format!("#{:016x}", hasher.finish())
}
