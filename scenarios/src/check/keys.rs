//! The table of keys: every word of the format, where it may stand, what it holds and what it means. Reading,
//! did-you-mean and `schema.json` follow it, so a word is added in one place.

mod kind;
pub(crate) mod lists;
mod table;

pub(crate) use kind::Kind;

/// A map of the format; each has its own keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    File,
    Shop,
    Limits,
    Fees,
    Quota,
    CallbackForm,
    Payers,
    Outcomes,
    SecondFactor,
    Methods,
    Failing,
    Agreement,
    Callbacks,
    Retry,
    Risk,
    RiskDecline,
    RiskReview,
    RiskWhen,
    Withdrawals,
    Rule,
    When,
    Amount,
    Ledger,
    Reply,
    Callback,
    Duplicate,
    Release,
    Phase,
    Load,
    Journey,
    Arrivals,
    Constant,
    Ramp,
    Stairs,
    Spike,
    Trace,
    Itinerary,
    Leg,
    LoadAmount,
    AmountRange,
    Distribution,
    Uniform,
    Lognormal,
    Capacity,
    Overload,
    Clock,
    Dribble,
    Reorder,
    Tamper,
    Normal,
    Exponential,
    Percentiles,
    Connection,
}

impl Place {
    pub(crate) const ALL: [Self; 53] = [
        Self::File,
        Self::Shop,
        Self::Limits,
        Self::Fees,
        Self::Quota,
        Self::CallbackForm,
        Self::Payers,
        Self::Outcomes,
        Self::SecondFactor,
        Self::Methods,
        Self::Failing,
        Self::Agreement,
        Self::Callbacks,
        Self::Retry,
        Self::Risk,
        Self::RiskDecline,
        Self::RiskReview,
        Self::RiskWhen,
        Self::Withdrawals,
        Self::Rule,
        Self::When,
        Self::Amount,
        Self::Ledger,
        Self::Reply,
        Self::Callback,
        Self::Duplicate,
        Self::Release,
        Self::Phase,
        Self::Load,
        Self::Journey,
        Self::Arrivals,
        Self::Constant,
        Self::Ramp,
        Self::Stairs,
        Self::Spike,
        Self::Trace,
        Self::Itinerary,
        Self::Leg,
        Self::LoadAmount,
        Self::AmountRange,
        Self::Distribution,
        Self::Uniform,
        Self::Lognormal,
        Self::Capacity,
        Self::Overload,
        Self::Clock,
        Self::Dribble,
        Self::Reorder,
        Self::Tamper,
        Self::Normal,
        Self::Exponential,
        Self::Percentiles,
        Self::Connection,
    ];

    /// What a person calls it, with its article.
    pub(crate) fn called(self) -> &'static str {
        match self {
            Self::File => "a scenario",
            Self::Shop => "a shop",
            Self::Limits => "`limits`",
            Self::Fees => "`fees`",
            Self::Quota => "`quota`",
            Self::CallbackForm => "`callback_form`",
            Self::Payers => "`payers`",
            Self::Outcomes => "`outcomes`",
            Self::SecondFactor => "`second_factor`",
            Self::Methods => "`methods`",
            Self::Failing => "`failing`",
            Self::Agreement => "`agreement`",
            Self::Callbacks => "`callbacks`",
            Self::Retry => "`retry`",
            Self::Risk => "`risk`",
            Self::RiskDecline => "the `decline` of `risk`",
            Self::RiskReview => "the `review` of `risk`",
            Self::RiskWhen => "the `when` of `risk`",
            Self::Withdrawals => "`withdrawals`",
            Self::Rule => "a rule",
            Self::When => "`when`",
            Self::Amount => "the `amount` of `when`",
            Self::Ledger => "`ledger`",
            Self::Reply => "`reply`",
            Self::Callback => "a rule's `callback`",
            Self::Duplicate => "`duplicate`",
            Self::Release => "`release`",
            Self::Phase => "a phase",
            Self::Load => "`load`",
            Self::Journey => "an entry of `journeys`",
            Self::Arrivals => "an entry of `arrivals`",
            Self::Constant => "`constant` or `poisson`",
            Self::Ramp => "`ramp`",
            Self::Stairs => "`stairs`",
            Self::Spike => "`spike`",
            Self::Trace => "`trace`",
            Self::Itinerary => "a journey of one's own",
            Self::Leg => "a step of a journey",
            Self::LoadAmount => "the `amount` of `load`",
            Self::AmountRange => "`uniform` amounts",
            Self::Distribution => "a distribution",
            Self::Uniform => "`uniform`",
            Self::Lognormal => "`lognormal`",
            Self::Capacity => "`capacity`",
            Self::Overload => "`overload`",
            Self::Clock => "`clock`",
            Self::Dribble => "`dribble`",
            Self::Reorder => "`reorder`",
            Self::Tamper => "`tamper`",
            Self::Normal => "`normal`",
            Self::Exponential => "`exponential`",
            Self::Percentiles => "`percentiles`",
            Self::Connection => "a connection fault",
        }
    }

    /// Its name among the schema's definitions.
    pub(crate) fn definition(self) -> &'static str {
        match self {
            Self::File => "scenario",
            Self::Shop => "shop",
            Self::Limits => "limits",
            Self::Fees => "fees",
            Self::Quota => "quota",
            Self::CallbackForm => "callback_form",
            Self::Payers => "payers",
            Self::Outcomes => "outcomes",
            Self::SecondFactor => "second_factor",
            Self::Methods => "methods",
            Self::Failing => "failing",
            Self::Agreement => "agreement",
            Self::Callbacks => "callbacks",
            Self::Retry => "retry",
            Self::Risk => "risk",
            Self::RiskDecline => "risk_decline",
            Self::RiskReview => "risk_review",
            Self::RiskWhen => "risk_when",
            Self::Withdrawals => "withdrawals",
            Self::Rule => "rule",
            Self::When => "when",
            Self::Amount => "when_amount",
            Self::Ledger => "ledger",
            Self::Reply => "reply",
            Self::Callback => "callback_fault",
            Self::Duplicate => "duplicate",
            Self::Release => "release",
            Self::Phase => "phase",
            Self::Load => "load",
            Self::Journey => "journey_share",
            Self::Arrivals => "arrivals",
            Self::Constant => "constant",
            Self::Ramp => "ramp",
            Self::Stairs => "stairs",
            Self::Spike => "spike",
            Self::Trace => "trace",
            Self::Itinerary => "journey",
            Self::Leg => "step",
            Self::LoadAmount => "load_amount",
            Self::AmountRange => "amount_range",
            Self::Distribution => "distribution",
            Self::Uniform => "uniform",
            Self::Lognormal => "lognormal",
            Self::Capacity => "capacity",
            Self::Overload => "overload",
            Self::Clock => "clock",
            Self::Dribble => "dribble",
            Self::Reorder => "reorder",
            Self::Tamper => "tamper",
            Self::Normal => "normal",
            Self::Exponential => "exponential",
            Self::Percentiles => "percentiles",
            Self::Connection => "connection_fault",
        }
    }

    /// Its keys, in the order of the documentation.
    pub(crate) fn keys(self) -> impl Iterator<Item = &'static Key> {
        table::rows().filter(move |key| key.place == self)
    }

    /// A key of it by name.
    pub(crate) fn key(self, name: &str) -> Option<&'static Key> {
        self.keys().find(|key| key.name == name)
    }
}

/// One key.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) place: Place,
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Whether it must be there.
    pub(crate) required: bool,
    /// One sentence or two for people: meaning, limits, default.
    pub(crate) doc: &'static str,
}

/// One word of a closed list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    pub(crate) name: &'static str,
    pub(crate) doc: &'static str,
}

/// `` `a`, `b` or `c` ``
pub(crate) fn one_of<'a>(names: impl Iterator<Item = &'a str>) -> String {
    joined(names, "or")
}

/// `` `a`, `b` and `c` ``
pub(crate) fn all_of<'a>(names: impl Iterator<Item = &'a str>) -> String {
    joined(names, "and")
}

fn joined<'a>(names: impl Iterator<Item = &'a str>, with: &str) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {with} {last}", first.join(", ")),
    }
}

/// Advice on a word that is none: the likeliest one meant, or all there are.
pub(crate) fn did_you_mean<'a>(wrong: &str, what: &str, names: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(wrong, names.clone()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("{what} {}", all_of(names.take(MOST_NAMES))),
    }
}

/// The name that somebody most likely meant, if one is near.
pub(crate) fn nearest<'a>(wrong: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if wrong.len() > LONGEST_GUESS {
        return None;
    }
    let lower = wrong.to_lowercase();
    let score = |name: &str| {
        let distance = strsim::damerau_levenshtein(&lower, &name.to_lowercase());
        let alike = strsim::jaro_winkler(&lower, &name.to_lowercase());
        // Two letters of four are half the word: `rate` is no slip of `name`.
        let most = if name.chars().count() <= 4 { 1 } else { 2 };
        let is_start = lower.len() >= 3 && name.to_lowercase().starts_with(&lower);
        let near = distance <= most || alike >= ALIKE || is_start;
        near.then_some(distance)
    };
    names
        .filter_map(|name| score(name).map(|distance| (distance, name)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Names that one message lists.
const MOST_NAMES: usize = 20;
/// Longer words are not slips of the finger.
const LONGEST_GUESS: usize = 40;
/// Jaro-Winkler likeness from which a word counts as meant: `dup` for `duplicate`, not `rate` for `chance`.
const ALIKE: f64 = 0.88;

#[cfg(test)]
mod tests;
