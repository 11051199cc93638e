//! What a key holds: the kinds of values, and what a person is told to write.

use super::{Place, Word, all_of, one_of};

/// What a key holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Any text of at most this many characters.
    Text(usize),
    /// A whole number between both ends.
    Whole(u64, u64),
    Money,
    Duration,
    Share,
    Rate,
    /// Bytes, such as `10MB`.
    Size,
    /// Bytes a second, such as `2KB/s`.
    Bandwidth,
    /// A number above zero.
    Factor,
    /// An amount, or one with a sign for so much more or less.
    AmountChange,
    /// `http://` or `https://`.
    Url,
    /// A sentence of `expect`.
    Sentence,
    /// One of these words.
    Word(&'static [Word]),
    Map(Place),
    /// A map with keys of the user's choice.
    Pairs(&'static Self),
    List(&'static Self),
    Either(&'static [Self]),
    /// Not looked at here: the key is refused anyway, or whoever reads it looks.
    Anything,
}

impl Kind {
    /// What each item of a list holds, where it may be a list.
    pub(crate) fn of_items(self) -> Option<Self> {
        match self {
            Self::List(inner) => Some(*inner),
            Self::Either(kinds) => kinds.iter().find_map(|kind| kind.of_items()),
            Self::Text(_)
            | Self::Whole(..)
            | Self::Money
            | Self::Duration
            | Self::Share
            | Self::Rate
            | Self::Size
            | Self::Bandwidth
            | Self::Factor
            | Self::AmountChange
            | Self::Url
            | Self::Sentence
            | Self::Word(_)
            | Self::Map(_)
            | Self::Pairs(_)
            | Self::Anything => None,
        }
    }

    /// What is expected, for messages.
    pub(crate) fn expected(&self) -> String {
        match self {
            Self::Text(_) => "text".to_owned(),
            Self::Whole(..) => "a whole number".to_owned(),
            Self::Money => "an amount such as \"12.50\"".to_owned(),
            Self::Duration => "a duration such as 300ms or 30s".to_owned(),
            Self::Share => "a share such as 20% or 1/20".to_owned(),
            Self::Rate => "a rate such as 200/s".to_owned(),
            Self::Size => "a size such as 10MB".to_owned(),
            Self::Bandwidth => "a bandwidth such as 2KB/s".to_owned(),
            Self::Factor => "a number above zero".to_owned(),
            Self::AmountChange => "an amount such as \"3.50\", or \"-1\" for one less".to_owned(),
            Self::Url => "an http or https address".to_owned(),
            Self::Sentence => "a sentence such as `p99 < 300ms`".to_owned(),
            Self::Word(words) => one_of(words.iter().map(|word| word.name)),
            Self::Map(place) => {
                format!("a map with {}", all_of(place.keys().map(|key| key.name)))
            }
            Self::Pairs(_) => "a map".to_owned(),
            Self::Anything => "text, a list or a map".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::Either(kinds) => kinds.iter().map(Self::expected).collect::<Vec<_>>().join(", or "),
        }
    }
}
