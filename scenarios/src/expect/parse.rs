//! From a sentence to its claim, or to the one mistake that a reader should look at first.

use std::{ops::Range, time::Duration};

use crate::{
    expect::{Claim, Comparison, Expectation, Metric, Of, Value},
    scenario::Operation,
    units::{self, NotAQuantity},
};

/// A sentence that is no expectation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExpectationError {
    /// Where in the sentence, in bytes; empty at its end when something is missing there.
    pub at: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// How it is written.
    pub help: Option<String>,
}

impl Expectation {
    /// Reads one sentence. Names of phases and journeys are taken as they are.
    ///
    /// # Errors
    /// The first mistake of the sentence, with its place and a way out.
    pub fn parse(text: &str) -> Result<Self, ExpectationError> {
        let mut words = Words {
            text,
            words: split(text),
            next: 0,
        };
        let claim = match words.peek() {
            Some("recovered") => recovered(&mut words)?,
            Some("every") => called_back(&mut words)?,
            Some("books") => {
                words.phrase("books balance", "books balance")?;
                Claim::BooksBalance
            }
            Some(_) => compare(&mut words)?,
            None => return Err(words.missing("the sentence is empty", "such as `success >= 99.5%`")),
        };
        words.end()?;
        Ok(Self {
            text: text.to_owned(),
            claim,
        })
    }
}

fn recovered(words: &mut Words<'_>) -> Result<Claim, ExpectationError> {
    words.phrase("recovered within", RECOVERED)?;
    let within = words.duration(RECOVERED)?;
    words.phrase("of", RECOVERED)?;
    let (_, of) = words.take("a phase", RECOVERED)?;
    Ok(Claim::Recovered {
        within,
        of: of.to_owned(),
    })
}

fn called_back(words: &mut Words<'_>) -> Result<Claim, ExpectationError> {
    words.phrase("every paid order called back within", CALLED_BACK)?;
    Ok(Claim::CalledBack {
        within: words.duration(CALLED_BACK)?,
    })
}

fn compare(words: &mut Words<'_>) -> Result<Claim, ExpectationError> {
    let metric = metric(words)?;
    let op = comparison(words)?;
    let value = value(words, metric)?;
    let of = if words.skip("of") {
        of(words, metric)?
    } else {
        Of::Requests
    };
    let phase = if words.skip("in") {
        Some(words.take("a phase", COMPARE)?.1.to_owned())
    } else {
        None
    };
    if let (Some(_), Some("of")) = (&phase, words.peek()) {
        let (at, _) = words.take("`of`", COMPARE)?;
        return Err(wrong(at, "`of` stands behind the phase", "write `of …` before `in …`"));
    }
    Ok(Claim::Compare {
        metric,
        op,
        value,
        of,
        phase,
    })
}

fn metric(words: &mut Words<'_>) -> Result<Metric, ExpectationError> {
    let (at, word) = words.take("a metric", COMPARE)?;
    if let Some((_, metric)) = METRICS.iter().find(|(name, _)| *name == word) {
        return Ok(*metric);
    }
    let percentile = word
        .strip_prefix('p')
        .filter(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
    if let Some(number) = percentile {
        return thousandths(number).map(Metric::Percentile).ok_or_else(|| {
            let help =
                "percentiles lie above p0 and below p100, with at most three decimals; the longest time is `max`";
            wrong(at, format!("`{word}` is no percentile"), help)
        });
    }
    let names = METRICS
        .iter()
        .map(|(name, _)| *name)
        .chain(["recovered", "every", "books", "p50", "p99"]);
    let help = nearest(word, names).map_or_else(
        || "measured are success, errors, p50 to p99.99, max, rate and dropped".to_owned(),
        |meant| format!("did you mean `{meant}`?"),
    );
    Err(wrong(at, format!("`{word}` is nothing that is measured"), help))
}

/// A percentage in thousandths: `99.9` is 99,900.
fn thousandths(number: &str) -> Option<u32> {
    let (digits, scale) = units::decimal_parts(number)?;
    let thousandths = digits.checked_mul(10_u64.pow(3_u32.checked_sub(scale)?))?;
    u32::try_from(thousandths)
        .ok()
        .filter(|thousandths| (1..100_000).contains(thousandths))
}

fn comparison(words: &mut Words<'_>) -> Result<Comparison, ExpectationError> {
    let (at, word) = words.take("a comparison", COMPARE)?;
    match word {
        "<" => Ok(Comparison::Below),
        "<=" => Ok(Comparison::AtMost),
        ">" => Ok(Comparison::Above),
        ">=" => Ok(Comparison::AtLeast),
        _ => {
            let help = match word {
                "=>" | "≥" => "did you mean `>=`?",
                "=<" | "≤" => "did you mean `<=`?",
                _ => "write <, <=, > or >=",
            };
            Err(wrong(at, format!("`{word}` is no comparison"), help))
        }
    }
}

fn value(words: &mut Words<'_>, metric: Metric) -> Result<Value, ExpectationError> {
    let (at, word) = words.take("a value", COMPARE)?;
    match metric {
        Metric::Success | Metric::Errors => units::share(word).map(Value::Share),
        Metric::Percentile(_) | Metric::Max => units::duration(word).map(Value::Time),
        Metric::Rate => units::rate(word).map(|rate| Value::PerSecond(rate.0)),
        Metric::Dropped if word.contains(['%', '/']) => units::share(word).map(Value::Share),
        Metric::Dropped => units::whole(word).map(Value::Count).ok_or_else(|| NotAQuantity {
            message: format!("`{word}` is no number of arrivals"),
            help: Some("write a count such as 0, or a share such as 1%".to_owned()),
        }),
    }
    .map_err(|NotAQuantity { message, help }| ExpectationError { at, message, help })
}

fn of(words: &mut Words<'_>, metric: Metric) -> Result<Of, ExpectationError> {
    let (at, word) = words.take("what is measured", COMPARE)?;
    if let Some(operation) = Operation::ALL.into_iter().find(|operation| operation.word() == word) {
        return match operation {
            Operation::Callback => Err(wrong(
                at,
                "`callback` is no operation of the load",
                "did you mean `callbacks`?",
            )),
            Operation::PayLink
            | Operation::CheckDeposit
            | Operation::CheckTransferByTxid
            | Operation::Transfer
            | Operation::CheckTransfer
            | Operation::Balance
            | Operation::CensorUserByTg
            | Operation::TransactionHistory
            | Operation::KdpayPay
            | Operation::KdpayQueryPay
            | Operation::KdpayRemit
            | Operation::KdpayQueryRemit
            | Operation::KdpayBalance => Ok(Of::Operation(operation)),
        };
    }
    match word {
        "callbacks" => Ok(Of::Callbacks),
        "service" if metric.is_time() => Ok(Of::Service),
        "service" => {
            let help = "leave out `of service`, or measure p50 to p99.99 or max";
            Err(wrong(
                at,
                format!("`{metric}` is no time, and `of service` is about times"),
                help,
            ))
        }
        _ => Ok(Of::Journey(word.to_owned())),
    }
}

/// The words of a sentence, and which of them comes next.
struct Words<'a> {
    text: &'a str,
    words: Vec<Range<usize>>,
    next: usize,
}

impl<'a> Words<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.words.get(self.next).map(|at| &self.text[at.clone()])
    }

    /// Takes the next word, which must be there: `what` says as what.
    fn take(&mut self, what: &str, sentence: &str) -> Result<(Range<usize>, &'a str), ExpectationError> {
        let Some(at) = self.words.get(self.next).cloned() else {
            return Err(self.missing(
                &format!("the sentence ends before {what}"),
                &format!("write `{sentence}`"),
            ));
        };
        self.next += 1;
        Ok((at.clone(), &self.text[at]))
    }

    /// Takes the next word if it is this one.
    fn skip(&mut self, word: &str) -> bool {
        let is_next = self.peek() == Some(word);
        self.next += usize::from(is_next);
        is_next
    }

    /// Takes exactly these words.
    fn phrase(&mut self, phrase: &str, sentence: &str) -> Result<(), ExpectationError> {
        for expected in phrase.split(' ') {
            let (at, word) = self.take(&format!("`{expected}`"), sentence)?;
            if word != expected {
                let message = format!("`{word}` stands where `{expected}` belongs");
                return Err(wrong(at, message, format!("write `{sentence}`")));
            }
        }
        Ok(())
    }

    fn duration(&mut self, sentence: &str) -> Result<Duration, ExpectationError> {
        let (at, word) = self.take("a duration", sentence)?;
        units::duration(word).map_err(|NotAQuantity { message, help }| ExpectationError { at, message, help })
    }

    /// Nothing may follow.
    fn end(&self) -> Result<(), ExpectationError> {
        let Some(at) = self.words.get(self.next).cloned() else {
            return Ok(());
        };
        let word = &self.text[at.clone()];
        let help = match nearest(word, ["in", "of"].into_iter()) {
            Some(meant) if meant == word => "this sentence is about the whole run".to_owned(),
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "each expectation is one sentence of its own".to_owned(),
        };
        Err(wrong(at, format!("the sentence is complete before `{word}`"), help))
    }

    fn missing(&self, message: &str, help: &str) -> ExpectationError {
        let end = self.words.last().map_or(self.text.len(), |last| last.end);
        wrong(end..end, message, help)
    }
}

/// Words are parted by blanks; signs of comparison are words of their own, so that `p99<300ms` reads as well.
fn split(text: &str) -> Vec<Range<usize>> {
    let is_sign = |letter: char| "<>=!≤≥".contains(letter);
    let kind = |letter: char| (!letter.is_whitespace()).then(|| is_sign(letter));
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut before = None;
    for (at, letter) in text.char_indices() {
        let end = at + letter.len_utf8();
        match (kind(letter), words.last_mut()) {
            (None, _) => {}
            (kind, Some(word)) if kind == before => word.end = end,
            (Some(_), _) => words.push(at..end),
        }
        before = kind(letter);
    }
    words
}

fn nearest<'a>(wrong: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = wrong.to_lowercase();
    let distances = names.map(|name| (strsim::damerau_levenshtein(&lower, name), name));
    let near = distances.filter(|(distance, name)| *distance <= name.len().div_ceil(3).min(2));
    near.min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

fn wrong(at: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> ExpectationError {
    ExpectationError {
        at,
        message: message.into(),
        help: Some(help.into()),
    }
}

const METRICS: [(&str, Metric); 5] = [
    ("success", Metric::Success),
    ("errors", Metric::Errors),
    ("max", Metric::Max),
    ("rate", Metric::Rate),
    ("dropped", Metric::Dropped),
];

const COMPARE: &str = "METRIC OP VALUE [of WHAT] [in PHASE]";
const RECOVERED: &str = "recovered within 5s of PHASE";
const CALLED_BACK: &str = "every paid order called back within 60s";
