//! Queries: which parameters there are, what they look like, and reading them. What is unknown, doubled or misshapen is
//! refused before a route sees it.

use std::time::Duration;

use ledger::{Day, OrderId};
use scenarios::{duration_text, parse_duration};
use url::form_urlencoded;

use super::answer::{AdminError, whole};

/// Orders or lines of a page that names no limit.
const PAGE: u64 = 1_000;
/// Orders or lines of a page, at most.
const PAGE_MAX: u64 = 10_000;

/// A fault lasts at least this long, and at most a day: who needs one for longer writes a scenario.
const TTL: Kind = Kind::Lasts(Duration::from_millis(1), Duration::from_millis(DAY_MS));

/// Nothing asked for here lasts longer than a day.
const DAY_MS: u64 = 86_400_000;

/// A parameter of a query.
#[derive(Clone, Copy)]
pub(super) struct Parameter {
    /// Its name.
    pub(super) name: &'static str,
    /// What it is for.
    pub(super) about: &'static str,
    /// What it looks like.
    pub(super) kind: Kind,
}

/// What a parameter looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A whole number between two bounds.
    Whole(u64, u64),
    /// A word of a closed list.
    OneOf(&'static [&'static str]),
    /// The id of an order.
    OrderId,
    /// A day.
    Day,
    /// A duration between two bounds, as scenario files write it.
    Lasts(Duration, Duration),
    /// Any text.
    Text,
}

/// A page's length.
const LIMIT: Parameter = Parameter {
    name: "limit",
    about: "how many rows the page may have; 1000 without it",
    kind: Kind::Whole(1, PAGE_MAX),
};
/// Where a page of the journal, or its stream, begins.
const AFTER_SEQ: Parameter = Parameter {
    name: "after",
    about: "only lines with a larger `seq`",
    kind: Kind::Whole(0, u64::MAX),
};

/// Of `GET /orders`.
pub(super) const ORDERS: &[Parameter] = &[
    Parameter {
        name: "after",
        about: "`next` of the page before",
        kind: Kind::OrderId,
    },
    LIMIT,
    Parameter {
        name: "shop",
        about: "only orders of this shop",
        kind: Kind::Whole(0, u64::MAX),
    },
    Parameter {
        name: "number",
        about: "only orders of this number of the merchant's",
        kind: Kind::Text,
    },
];

/// Of `GET /journal`.
pub(super) const JOURNAL: &[Parameter] = &[
    AFTER_SEQ,
    LIMIT,
    Parameter {
        name: "last",
        about: "the newest lines, this many; `after` does not count then",
        kind: Kind::Whole(0, u64::MAX),
    },
];

/// Of `GET /events`.
pub(super) const EVENTS: &[Parameter] = &[
    AFTER_SEQ,
    Parameter {
        name: "for_ms",
        about: "ends the stream after this many milliseconds; without it, the reader ends it",
        kind: Kind::Whole(0, DAY_MS),
    },
];

/// Of `PUT /scenario`.
pub(super) const SCENARIO: &[Parameter] = &[
    Parameter {
        name: "name",
        about: "the file's name, for messages",
        kind: Kind::Text,
    },
    Parameter {
        name: "for_ms",
        about: "another length of the timeline, in milliseconds",
        kind: Kind::Whole(1, DAY_MS),
    },
    Parameter {
        name: "in_ms",
        about: "the timeline starts so many milliseconds from now instead of at once; until then the first phase decides",
        kind: Kind::Whole(0, DAY_MS),
    },
    Parameter {
        name: "seed",
        about: "another seed than the file's",
        kind: Kind::Whole(0, u64::MAX),
    },
    Parameter {
        name: "dry_run",
        about: "`true` asks what would change and leaves the old one in force",
        kind: Kind::OneOf(&["true", "false"]),
    },
];

/// Of `PUT /faults/{name}`.
pub(super) const FAULT: &[Parameter] = &[Parameter {
    name: "ttl",
    about: "for how long, in wall time, such as 30s; 60s without it",
    kind: TTL,
}];

/// Of `GET /acts`.
pub(super) const ACTS: &[Parameter] = &[
    Parameter {
        name: "after",
        about: "only acts with a larger `seq`",
        kind: Kind::Whole(0, u64::MAX),
    },
    LIMIT,
];

/// Of `GET /seconds`.
pub(super) const SECONDS: &[Parameter] = &[
    Parameter {
        name: "after",
        about: "only seconds with a larger `seq`",
        kind: Kind::Whole(0, u64::MAX),
    },
    LIMIT,
];

/// Of `GET /shops/{id}/statement`.
pub(super) const STATEMENT: &[Parameter] = &[
    Parameter {
        name: "day",
        about: "on the calendar of the gateway; yesterday without it",
        kind: Kind::Day,
    },
    Parameter {
        name: "coin",
        about: "USDT without it, at a shop of KDPay CNY",
        kind: Kind::OneOf(&["USDT", "TRX", "CNY"]),
    },
    Parameter {
        name: "format",
        about: "json without it",
        kind: Kind::OneOf(&["json", "csv"]),
    },
];

/// The query of a request.
#[derive(Clone, Copy)]
pub(super) struct Query<'a>(pub(super) &'a str);

impl Query<'_> {
    /// A parameter.
    pub(super) fn text(self, name: &str) -> Option<String> {
        let mut pairs = form_urlencoded::parse(self.0.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// A parameter that is a whole number, which [`check`](Self::check) has looked at.
    pub(super) fn number(self, name: &str) -> Option<u64> {
        self.text(name).and_then(|text| whole(&text))
    }

    /// A parameter that is a duration, which [`check`](Self::check) has looked at.
    pub(super) fn duration(self, name: &str) -> Option<Duration> {
        self.text(name).and_then(|text| parse_duration(&text).ok())
    }

    /// Whether a parameter is there and says this.
    pub(super) fn is(self, name: &str, value: &str) -> bool {
        self.text(name).is_some_and(|said| said == value)
    }

    /// How many rows a page may have.
    pub(super) fn limit(self) -> usize {
        let limit = self.number("limit").unwrap_or(PAGE);
        usize::try_from(limit.min(PAGE_MAX)).expect("a page's length fits any machine")
    }

    /// Refuses what no parameter is, what comes twice, and what does not look as it must.
    pub(super) fn check(self, known: &[Parameter]) -> Result<(), AdminError> {
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in form_urlencoded::parse(self.0.as_bytes()) {
            let Some(parameter) = known.iter().find(|parameter| parameter.name == name) else {
                return Err(unknown(&name, known));
            };
            if seen.contains(&parameter.name) {
                let message = format!("`{name}` comes twice");
                return Err(AdminError::bad(parameter.name, message, "pass each parameter once"));
            }
            seen.push(parameter.name);
            let (fits, help) = match parameter.kind {
                Kind::OneOf(words) => (words.contains(&&*value), format!("pass one of {}", words.join(", "))),
                Kind::Day => (Day::parse(&value).is_ok(), "pass a day such as 2026-11-26".to_owned()),
                Kind::Whole(least, most) => (
                    whole(&value).is_some_and(|number| (least..=most).contains(&number)),
                    format!("pass a whole number from {least} to {most}"),
                ),
                Kind::OrderId => (
                    OrderId::parse(&value).is_ok(),
                    "pass `next` of the page before".to_owned(),
                ),
                Kind::Lasts(least, most) => (
                    parse_duration(&value).is_ok_and(|lasts| (least..=most).contains(&lasts)),
                    format!(
                        "pass a duration from {} to {}, such as 30s",
                        duration_text(least),
                        duration_text(most)
                    ),
                ),
                Kind::Text => (true, String::new()),
            };
            if !fits {
                let message = format!("`{name}={value}` is not what it must be");
                return Err(AdminError::bad(parameter.name, message, help));
            }
        }
        Ok(())
    }
}

fn unknown(name: &str, known: &[Parameter]) -> AdminError {
    let names: Vec<&str> = known.iter().map(|parameter| parameter.name).collect();
    let help = match names.as_slice() {
        [] => "ask without a query".to_owned(),
        names => format!("there are {}", names.join(", ")),
    };
    AdminError::bad(
        "parameter_unknown",
        format!("there is no parameter `{name}` here"),
        help,
    )
}
