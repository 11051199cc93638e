//! What a rule says, whether its parts fit together, and how it is called without a name.

use crate::{
    check::{fields::Fields, outcome::SaidReply},
    decision::{LedgerAct, Shape},
    distribution::Distribution,
    problem::Problem,
    scenario::{CallbackFault, Operation, Outcome},
    units::size_text,
};

/// What a rule says, before it is known to make sense.
pub(super) struct Said {
    pub(super) on: Option<Operation>,
    pub(super) ledger: Option<LedgerAct>,
    pub(super) reply: Option<SaidReply>,
    pub(super) callback: Option<CallbackFault>,
}

impl Said {
    /// What does not fit together; a rule has at most one such problem.
    pub(super) fn misfit(&self, fields: &Fields<'_>) -> Option<Problem> {
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
        self.settles_nothing(fields).or_else(|| self.hidden_outcome(fields))
    }

    /// Only withdrawals settle later, and only orders have lines in the statement.
    fn settles_nothing(&self, fields: &Fields<'_>) -> Option<Problem> {
        let operation = self.on.map_or("any operation", Operation::word);
        if let Some(LedgerAct::Statement(_)) = self.ledger
            && !self.on.is_some_and(Operation::opens_orders)
        {
            let message = format!("`statement` is about orders' lines, and this rule acts on {operation}");
            let problem = Problem::new("conflict", fields.span("ledger"), message);
            return Some(
                problem.help("write an operation that opens orders: payLink, transfer, kdpay.pay or kdpay.remit"),
            );
        }
        if self.ledger != Some(LedgerAct::FailLater) || self.on.is_some_and(Operation::is_withdrawal) {
            return None;
        }
        let message = format!("`settle` is about withdrawals, and this rule acts on {operation}");
        let problem = Problem::new("conflict", fields.span("ledger"), message);
        Some(problem.help("write `on: transfer` or `on: kdpay.remit`"))
    }

    /// Of the words of `callback`, an operation knows `drop` and, where it opens deposits, `early`.
    fn callback_of_operation(&self, fault: &CallbackFault, fields: &Fields<'_>) -> Option<Problem> {
        let operation = self.on.map_or("any operation", Operation::word);
        let span = fields.span("callback");
        if *fault == CallbackFault::Early {
            if matches!(self.on, Some(Operation::PayLink | Operation::KdpayPay)) {
                return None;
            }
            let message = format!("`callback: early` needs an order that is paid, and this rule acts on {operation}");
            return Some(Problem::new("conflict", span, message).help("write `on: payLink` or `on: kdpay.pay`"));
        }
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
            Problem::new("conflict", span, message)
                .help("write `on: callback`, or name an operation such as payLink or transfer")
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
            (Some(LedgerAct::Skip), Some(shape)) if needs_an_answer(shape) => {
                let message = format!(
                    "{} is the wallet's own answer, and `ledger: skip` leaves none",
                    shape_in_words(shape)
                );
                let problem = Problem::new("conflict", fields.span("reply"), message);
                Some(problem.help("leave out `ledger`, or reply with `reset` or a `status`"))
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
    pub(super) fn axes(self) -> (Option<Outcome>, Option<Distribution>, Option<CallbackFault>) {
        let (delay, shape) = self.reply.map_or((None, None), |reply| (reply.delay, reply.shape));
        let outcome = match (self.ledger, shape) {
            (None, None) => None,
            (ledger, shape) => {
                let shape = shape.unwrap_or(Shape::Honest);
                Some(Outcome {
                    ledger: ledger.unwrap_or_default(),
                    shape,
                })
            }
        };
        (outcome, delay, self.callback)
    }

    /// A label for a rule without a name, such as `payLink: skip 503`.
    pub(super) fn in_words(&self) -> String {
        let mut words = vec![format!("{}:", self.on.map_or("any", Operation::word))];
        words.extend(self.ledger.as_ref().map(|act| match act {
            LedgerAct::Apply => "apply".to_owned(),
            LedgerAct::Skip => "skip".to_owned(),
            LedgerAct::Refuse(reason) => format!("refuse {}", reason.word()),
            LedgerAct::FailLater => "settle fails_later".to_owned(),
            LedgerAct::Statement(wrong) => format!("statement {}", wrong.word()),
        }));
        if let Some(reply) = &self.reply {
            words.extend(reply.delay.as_ref().map(|_| "delay".to_owned()));
            words.extend(reply.shape.as_ref().map(shape_in_words));
        }
        words.extend(self.callback.as_ref().map(|fault| word_of_fault(fault).to_owned()));
        words.join(" ")
    }
}

fn hides(shape: &Shape) -> bool {
    match shape {
        Shape::Honest | Shape::Dribble { .. } | Shape::SlowClose(_) | Shape::Bandwidth { .. } => false,
        Shape::Status(reply) => reply.status >= 300,
        Shape::Reset | Shape::Empty | Shape::Hang | Shape::Garbage | Shape::Truncate(_) => true,
    }
}

/// What these do, they do to the wallet's own answer.
fn needs_an_answer(shape: &Shape) -> bool {
    match shape {
        Shape::Honest | Shape::Truncate(_) | Shape::Dribble { .. } | Shape::SlowClose(_) | Shape::Bandwidth { .. } => {
            true
        }
        Shape::Status(_) | Shape::Reset | Shape::Empty | Shape::Hang | Shape::Garbage => false,
    }
}

fn shape_in_words(shape: &Shape) -> String {
    match shape {
        Shape::Honest => "honest".to_owned(),
        Shape::Status(reply) => format!("status {}", reply.status),
        Shape::Reset => "reset".to_owned(),
        Shape::Empty => "empty".to_owned(),
        Shape::Hang => "hang".to_owned(),
        Shape::Garbage => "garbage".to_owned(),
        Shape::Truncate(part) => format!("truncate {part}"),
        Shape::Dribble { .. } => "dribble".to_owned(),
        Shape::SlowClose(_) => "slow_close".to_owned(),
        Shape::Bandwidth { bytes_per_second } => format!("bandwidth {}/s", size_text(*bytes_per_second)),
    }
}

fn word_of_fault(fault: &CallbackFault) -> &'static str {
    match fault {
        CallbackFault::Drop => "drop",
        CallbackFault::Delay(_) => "delay",
        CallbackFault::Duplicate { .. } => "duplicate",
        CallbackFault::Reorder { .. } => "reorder",
        CallbackFault::Forge(_) => "forge",
        CallbackFault::Tamper(_) => "tamper",
        CallbackFault::Stale(_) => "stale",
        CallbackFault::Downgrade => "downgrade",
        CallbackFault::Early => "early",
        CallbackFault::Hold => "hold",
        CallbackFault::Release { .. } => "release",
    }
}
