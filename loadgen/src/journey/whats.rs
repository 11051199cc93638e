//! What a load measures: the operations that its journeys call, the pages that they open, and the journeys themselves.
//! Samples speak of them by their place in the list; what no journey of the load does is not in it.

use measure::window::Names;
use scenarios::{Journey, Load, Operation};

/// What a sample is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A call of the merchant's.
    Call(Operation),
    /// A page that a shopper of this journey opened.
    Page(Journey),
    /// A whole journey, from its arrival.
    Journey(Journey),
}

impl What {
    /// The word in reports; a page that a journey does not open has the journey's.
    fn word(self) -> &'static str {
        match self {
            Self::Call(operation) => operation.word(),
            Self::Page(journey) => journey.page().unwrap_or_else(|| journey.word()),
            Self::Journey(journey) => journey.word(),
        }
    }
}

/// Everything that a load measures, in the order of its tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Whats(Vec<What>);

impl Whats {
    /// What this load measures: calls in the order of the documentation, pages, then journeys.
    pub(crate) fn of(load: &Load) -> Self {
        let played: Vec<Journey> = Journey::ALL
            .into_iter()
            .filter(|journey| load.journeys.iter().any(|(known, _)| known == journey))
            .collect();
        let called = |operation: &Operation| played.iter().any(|journey| journey.operations().contains(operation));
        let calls = Operation::ALL.into_iter().filter(called).map(What::Call);
        let pages = played.iter().filter(|journey| journey.page().is_some());
        let pages = pages.map(|journey| What::Page(*journey));
        let journeys = played.iter().map(|journey| What::Journey(*journey));
        Self(calls.chain(pages).chain(journeys).collect())
    }

    /// The place of one in samples.
    pub(crate) fn index(&self, what: What) -> u16 {
        let at = self.0.iter().position(|known| *known == what);
        at.and_then(|at| u16::try_from(at).ok())
            .expect("a load does only what its journeys do")
    }

    /// How many there are.
    pub(crate) fn len(&self) -> u16 {
        u16::try_from(self.0.len()).expect("a handful of operations and journeys")
    }

    /// Their words, and which are journeys.
    pub(crate) fn names(&self) -> Names {
        let name = |what: &What| (what.word().to_owned(), matches!(what, What::Journey(_)));
        Names {
            whats: self.0.iter().map(name).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Whats;

    #[test]
    fn only_what_is_played_is_measured() {
        for (journeys, expected) in [
            ("{checkout: 100%}", "payLink checkDeposit checkout"),
            ("{payout: 100%}", "transfer checkTransfer payout"),
            ("{query-storm: 100%}", "payLink checkDeposit query-storm"),
            ("{qr: 100%}", "payLink checkDeposit cashier qr"),
            (
                "{qr: 25%}, {payout: 25%}, {query-storm: 25%}, {checkout: 25%}",
                "payLink checkDeposit transfer checkTransfer cashier checkout payout query-storm qr",
            ),
        ] {
            let text = format!("name: test\nload: {{journeys: [{journeys}]}}\n");
            let scenario = scenarios::read("test.yaml", &text).unwrap_or_else(|problems| panic!("{problems:?}"));
            let whats = Whats::of(&scenario.load);
            let words: Vec<String> = whats.names().whats.into_iter().map(|(word, _)| word).collect();
            assert_eq!(words.join(" "), expected);
            assert_eq!(usize::from(whats.len()), words.len());
        }
    }
}
