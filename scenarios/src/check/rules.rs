//! `rules`, of the file and of phases: what each says, whether that fits together, and whether it can ever hit.

use std::hash::Hasher as _;

use siphasher::sip::SipHasher24;

use crate::{
    check::{
        Checker,
        fields::Fields,
        keys::{
            Place,
            lists::{COINS, OPERATIONS},
            one_of,
        },
        outcome::{self, SaidReply},
        shown,
    },
    decision::LedgerAct,
    file::Node,
    problem::{Problem, Span},
    scenario::{CallbackFault, Operation, Outcome, OutcomeShape, Ratio, Rule, RuleId, Shop, When},
};

/// The rules of all phases under construction.
pub(crate) struct RuleBook<'s> {
    shops: &'s [Shop],
    written: Vec<Written>,
}

/// A rule and where it stands.
struct Written {
    rule: Rule,
    /// Its name, or the head of the rule without one.
    place: Span,
    named: bool,
}

impl<'s> RuleBook<'s> {
    pub(crate) fn new(shops: &'s [Shop]) -> Self {
        Self {
            shops,
            written: Vec::new(),
        }
    }

    /// The rules by [`RuleId`]; labels that two nameless rules share get a number.
    pub(crate) fn into_rules(self) -> Vec<Rule> {
        let mut rules: Vec<Rule> = Vec::new();
        for Written { mut rule, named, .. } in self.written {
            if !named {
                let alike = |label: &str| rules.iter().any(|other| other.label == label);
                let numbered = (2_u32..).map(|number| format!("{} ({number})", rule.label));
                let mut labels = std::iter::once(rule.label.clone()).chain(numbered);
                rule.label = labels.find(|label| !alike(label)).expect("the numbers do not end");
            }
            rules.push(rule);
        }
        rules
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
        let Some(written) = rule(checker, node, book.shops) else {
            continue;
        };
        alone(checker, book, &written, ids.iter().chain(beside));
        reachable(checker, book, &written, &ids);
        ids.push(RuleId(
            u16::try_from(book.written.len()).expect("a file of 10,000 nodes holds fewer rules than 65,536"),
        ));
        book.written.push(written);
    }
    ids
}

fn rule(checker: &mut Checker<'_>, node: &Node, shops: &[Shop]) -> Option<Written> {
    let fields = Fields::of(checker, node, Place::Rule);
    let name = fields.text(checker, "name");
    if name.as_deref().is_some_and(|name| name.trim().is_empty()) {
        checker.report(Problem::new(
            "bad_value",
            fields.span("name"),
            "a rule's name must not be blank",
        ));
    }
    let on = match fields.get("on").map(|node| checker.word(node, "on", OPERATIONS)) {
        Some(word) => Operation::ALL
            .into_iter()
            .find(|operation| Some(operation.word()) == word),
        None => None,
    };
    let on_is_known = fields
        .get("on")
        .is_none_or(|node| on.is_some() || node.text() == Some("any"));
    let when = fields
        .get("when")
        .map(|node| when(checker, node, shops))
        .unwrap_or_default();
    let chance = fields
        .get("chance")
        .map_or(Some(Ratio::ALWAYS), |node| checker.share(node));
    let ledger = fields.get("ledger").map(|node| outcome::ledger(checker, node));
    let reply = fields.get("reply").map(|node| outcome::reply(checker, node));
    let callback = fields.get("callback").map(|node| outcome::callback(checker, node));
    let is_read = on_is_known
        && !fields.refused
        && ledger != Some(None)
        && !matches!(reply, Some(None))
        && callback != Some(None);
    let said = Said {
        on,
        ledger: ledger.flatten(),
        reply: reply.flatten(),
        callback: callback.flatten(),
    };
    if is_read && !said.fits_together(checker, &fields) {
        return None;
    }
    let (named, place) = (
        name.is_some(),
        if name.is_some() {
            fields.span("name")
        } else {
            fields.head
        },
    );
    let site = name.clone().unwrap_or_else(|| site(node));
    let label = name.unwrap_or_else(|| said.in_words());
    let (outcome, delay, callback) = said.axes();
    Some(Written {
        rule: Rule {
            label,
            site,
            on,
            when,
            chance: chance?,
            outcome,
            delay,
            callback,
        },
        place,
        named,
    })
}

/// What a rule says, before it is known to make sense.
struct Said {
    on: Option<Operation>,
    ledger: Option<LedgerAct>,
    reply: Option<SaidReply>,
    callback: Option<CallbackFault>,
}

impl Said {
    /// Reports what does not fit together; each rule gets at most one such problem.
    fn fits_together(&self, checker: &mut Checker<'_>, fields: &Fields<'_>) -> bool {
        match self.misfit(fields) {
            Some(problem) => {
                checker.report(problem);
                false
            }
            None => true,
        }
    }

    fn misfit(&self, fields: &Fields<'_>) -> Option<Problem> {
        if self.ledger.is_none() && self.reply.is_none() && self.callback.is_none() {
            let problem = Problem::new("missing_key", fields.head, "this rule does nothing");
            return Some(problem.help("say what happens: `ledger`, `reply` or `callback`"));
        }
        if self.on == Some(Operation::Callback) {
            let key = ["ledger", "reply"].into_iter().find(|key| fields.get(key).is_some())?;
            let problem = Problem::new(
                "conflict",
                fields.span(key),
                format!("`{key}` belongs to API operations, and this rule acts on callbacks"),
            );
            return Some(
                problem
                    .related(fields.span("on"), "because of this")
                    .help("make two rules of it, or say it with `callback`"),
            );
        }
        if let Some(fault) = &self.callback
            && let Some(problem) = self.callback_of_operation(fault, fields)
        {
            return Some(problem);
        }
        self.hidden_outcome(fields)
    }

    /// Of the words of `callback`, an operation knows only `drop`.
    fn callback_of_operation(&self, fault: &CallbackFault, fields: &Fields<'_>) -> Option<Problem> {
        let operation = self.on.map_or("any operation", Operation::word);
        let span = fields.span("callback");
        if *fault != CallbackFault::Drop {
            let message = format!(
                "`callback: {}` acts on callbacks, and this rule acts on {operation}",
                word_of_fault(fault)
            );
            return Some(Problem::new("conflict", span, message).help("write `on: callback`"));
        }
        self.on.filter(|operation| operation.is_query()).map(|operation| {
            let message = format!(
                "{} is a query and leads to no callback that could be dropped",
                operation.word()
            );
            Problem::new("conflict", span, message).help("write `on: callback` or `on: payLink`")
        })
    }

    /// A reply that hides what happened must say what happened.
    fn hidden_outcome(&self, fields: &Fields<'_>) -> Option<Problem> {
        let shape = self.reply.as_ref().and_then(|reply| reply.shape.as_ref());
        let is_query = self.on.is_some_and(Operation::is_query);
        match (&self.ledger, shape) {
            (Some(LedgerAct::Skip), None) => {
                let problem = Problem::new("missing_key", fields.span("ledger"), "`ledger: skip` must name a reply");
                Some(problem.help("the wallet has no answer of its own to what it never did: add `reply: reset` or `reply: {status: 503}`"))
            }
            (None, Some(shape)) if hides(shape) && !is_query => {
                let message = format!("{} hides what happened, so the rule must say it", shape_in_words(shape));
                let problem = Problem::new("missing_key", fields.span("reply"), message);
                Some(problem.help("add `ledger: apply` (done, but the answer is lost) or `ledger: skip` (never done)"))
            }
            (Some(LedgerAct::Refuse(_)), Some(shape)) if hides(shape) => {
                let message = format!("a refusal is an answer, and {} hides it", shape_in_words(shape));
                let problem = Problem::new("conflict", fields.span("reply"), message);
                Some(problem.help("leave out the reply, or write `ledger: skip`"))
            }
            (Some(_) | None, _) => None,
        }
    }

    /// The three axes of the rule.
    fn axes(
        self,
    ) -> (
        Option<Outcome>,
        Option<crate::distribution::Distribution>,
        Option<CallbackFault>,
    ) {
        let (delay, shape) = self.reply.map_or((None, None), |reply| (reply.delay, reply.shape));
        let outcome = match (self.ledger, shape) {
            (None, None) => None,
            (ledger, shape) => {
                let shape = shape.unwrap_or(OutcomeShape::Honest);
                Some(Outcome {
                    ledger: ledger.unwrap_or_default(),
                    shape,
                })
            }
        };
        (outcome, delay, self.callback)
    }

    /// A label for a rule without a name, such as `payLink: skip 503`.
    fn in_words(&self) -> String {
        let mut words = vec![format!("{}:", self.on.map_or("any", Operation::word))];
        words.extend(self.ledger.as_ref().map(|act| match act {
            LedgerAct::Apply => "apply".to_owned(),
            LedgerAct::Skip => "skip".to_owned(),
            LedgerAct::Refuse(reason) => format!("refuse {}", reason.word()),
        }));
        if let Some(reply) = &self.reply {
            words.extend(reply.delay.as_ref().map(|_| "delay".to_owned()));
            words.extend(reply.shape.as_ref().map(shape_in_words));
        }
        words.extend(self.callback.as_ref().map(|fault| word_of_fault(fault).to_owned()));
        words.join(" ")
    }
}

fn when(checker: &mut Checker<'_>, node: &Node, shops: &[Shop]) -> When {
    let fields = Fields::of(checker, node, Place::When);
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
        attempt: fields
            .whole(checker, "attempt")
            .and_then(|attempt| u32::try_from(attempt).ok()),
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
    acts_on_all && attempts && names_all && earlier.when == When::default() && earlier.chance == Ratio::ALWAYS
}

/// A hash of the rule's own words. The chance is left out, so that raising it only adds hits, and neither comments nor
/// layout nor the order of keys count.
fn site(node: &Node) -> String {
    let mut hasher = SipHasher24::new();
    hasher.write(node.canonical(|key| key == "chance").as_bytes());
    format!("#{:016x}", hasher.finish())
}

fn hides(shape: &OutcomeShape) -> bool {
    match shape {
        OutcomeShape::Honest => false,
        OutcomeShape::Status(reply) => reply.status >= 300,
        OutcomeShape::Reset | OutcomeShape::Empty | OutcomeShape::Hang => true,
    }
}

fn shape_in_words(shape: &OutcomeShape) -> String {
    match shape {
        OutcomeShape::Honest => "honest".to_owned(),
        OutcomeShape::Status(reply) => format!("status {}", reply.status),
        OutcomeShape::Reset => "reset".to_owned(),
        OutcomeShape::Empty => "empty".to_owned(),
        OutcomeShape::Hang => "hang".to_owned(),
    }
}

fn word_of_fault(fault: &CallbackFault) -> &'static str {
    match fault {
        CallbackFault::Drop => "drop",
        CallbackFault::Delay(_) => "delay",
        CallbackFault::Duplicate { .. } => "duplicate",
        CallbackFault::Hold => "hold",
        CallbackFault::Release { .. } => "release",
    }
}
