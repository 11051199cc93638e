//! Reads single values: each returns what it means, or reports why it means nothing.

use std::time::Duration;

use rust_decimal::Decimal;

use crate::{
    check::{Checker, advice, keys::Word, shown, words},
    file::Node,
    problem::{Problem, Span},
    scenario::{AmountChange, Rate, Ratio},
    units::{self, NotAQuantity, duration_text},
};

impl Checker<'_> {
    /// One word of a closed list.
    pub(crate) fn word(&mut self, node: &Node, key: &str, words: &'static [Word]) -> Option<&'static str> {
        self.word_at(node.text()?, node.span, key, words)
    }

    /// The same for a text wherever it stands, such as a key of the user's choice.
    pub(crate) fn word_at(
        &mut self,
        text: &str,
        span: Span,
        key: &str,
        words: &'static [Word],
    ) -> Option<&'static str> {
        let Some(word) = words.iter().find(|word| word.name == text) else {
            self.report(advice::unknown_word(text, key, words, span));
            return None;
        };
        Some(word.name)
    }

    /// A text without control characters but line ends, not blank, not longer than `most` characters.
    pub(crate) fn text_of(&mut self, node: &Node, key: &str, most: usize) -> Option<String> {
        let text = node.text()?;
        let fault = if text.chars().count() > most {
            format!("`{key}` is longer than {most} characters")
        } else if text
            .chars()
            .any(|letter| letter.is_control() && letter != '\n' && letter != '\t')
        {
            format!("`{key}` holds a control character")
        } else {
            return Some(text.to_owned());
        };
        self.report(Problem::new("bad_value", node.span, fault));
        None
    }

    /// A whole number between both ends.
    pub(crate) fn whole(&mut self, node: &Node, key: &str, least: u64, most: u64) -> Option<u64> {
        let text = node.text()?;
        let value = units::whole(text).or_else(|| {
            text.parse()
                .ok()
                .filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
        });
        match value {
            Some(value) if (least..=most).contains(&value) => Some(value),
            Some(_) | None => {
                let range = if most == u64::MAX {
                    format!("{least} or more")
                } else {
                    format!("{least} to {most}")
                };
                let message = format!("`{}` is not a number that `{key}` takes", shown(text));
                self.report(Problem::new("bad_value", node.span, message).help(format!("a whole number, {range}")));
                None
            }
        }
    }

    /// A duration of at most `most`.
    pub(crate) fn duration(&mut self, node: &Node, key: &str, most: Duration) -> Option<Duration> {
        let value = self.quantity(node, units::duration)?;
        if value > most {
            let message = format!("`{}` is too long for `{key}`", node.text().unwrap_or_default());
            self.report(Problem::new("bad_value", node.span, message).help(format!("at most {}", duration_text(most))));
            return None;
        }
        Some(value)
    }

    /// An exact share.
    pub(crate) fn share(&mut self, node: &Node) -> Option<Ratio> {
        self.quantity(node, units::share)
    }

    /// Arrivals a second.
    pub(crate) fn rate(&mut self, node: &Node) -> Option<Rate> {
        self.quantity(node, units::rate)
    }

    /// Arrivals a second, or none.
    pub(crate) fn rate_from_zero(&mut self, node: &Node) -> Option<Rate> {
        self.quantity(node, units::rate_from_zero)
    }

    /// An amount of money.
    pub(crate) fn money(&mut self, node: &Node) -> Option<Decimal> {
        self.quantity(node, words::money)
    }

    /// Another amount, or so much more or less.
    pub(crate) fn amount_change(&mut self, node: &Node) -> Option<AmountChange> {
        self.quantity(node, words::amount_change)
    }

    /// Bytes.
    pub(crate) fn size(&mut self, node: &Node) -> Option<u64> {
        self.quantity(node, units::size)
    }

    /// Bytes a second.
    pub(crate) fn bandwidth(&mut self, node: &Node) -> Option<u64> {
        self.quantity(node, units::bandwidth)
    }

    /// A factor above zero.
    pub(crate) fn factor(&mut self, node: &Node) -> Option<Decimal> {
        self.quantity(node, units::factor)
    }

    fn quantity<T>(&mut self, node: &Node, parse: fn(&str) -> Result<T, NotAQuantity>) -> Option<T> {
        let text = node.text()?;
        // Longer texts are no quantities, and nobody wants to see them quoted whole.
        let wrong = if text.len() > LONGEST_QUANTITY {
            NotAQuantity {
                message: format!("`{}` is too long for a number", shown(text)),
                help: None,
            }
        } else {
            match parse(text) {
                Ok(value) => return Some(value),
                Err(wrong) => wrong,
            }
        };
        self.report(Problem::new("bad_value", node.span, wrong.message).maybe_help(wrong.help));
        None
    }
}

const LONGEST_QUANTITY: usize = 40;
