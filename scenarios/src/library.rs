//! The shipped scenarios, part of the binary. Each is a file of `library/` and a lesson: what it teaches and what a
//! correct merchant does stand in its comments.

/// A shipped scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// Its name, also that of its file.
    pub name: &'static str,
    /// Where it belongs.
    pub group: Group,
    /// What it shows, in one sentence.
    pub about: &'static str,
    /// The file.
    pub text: &'static str,
}

/// What a shipped scenario is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// The wallet on a good day, its people, its protocols.
    Basics,
    /// Calls that fail, and answers that cannot be believed.
    Outages,
    /// Callbacks that come late, twice, forged, or never.
    Callbacks,
    /// Amounts, limits, withdrawals and statements.
    Money,
    /// What happened to others.
    Incidents,
    /// The wallet at its limit.
    Capacity,
}

impl Group {
    /// The word in lists.
    pub fn word(self) -> &'static str {
        match self {
            Self::Basics => "basics",
            Self::Outages => "outages",
            Self::Callbacks => "callbacks",
            Self::Money => "money",
            Self::Incidents => "incidents",
            Self::Capacity => "capacity",
        }
    }

    /// What its scenarios are about, in a few words.
    pub fn about(self) -> &'static str {
        match self {
            Self::Basics => "the wallet on a good day, its people, its protocols",
            Self::Outages => "calls that fail, and answers that cannot be believed",
            Self::Callbacks => "callbacks that come late, twice, forged, or never",
            Self::Money => "amounts, limits, withdrawals and statements",
            Self::Incidents => "what happened to others",
            Self::Capacity => "the wallet at its limit",
        }
    }
}

/// The names, by group, and in a group from the quietest to the worst.
pub fn names() -> impl Iterator<Item = &'static str> {
    LIBRARY.iter().map(|shipped| shipped.name)
}

/// A scenario by its name.
pub fn get(name: &str) -> Option<Shipped> {
    LIBRARY.iter().find(|shipped| shipped.name == name).copied()
}

/// The name that somebody most likely meant.
pub fn nearest(name: &str) -> Option<&'static str> {
    crate::check::nearest(name, names())
}

/// The one that is played when nobody names one.
pub const DEFAULT: &str = "outage-and-recovery";

/// The table: the name of each is its file's.
macro_rules! library {
    ($($group:ident { $($name:literal: $about:literal,)+ })+) => {
        &[$($(Shipped {
            name: $name,
            group: Group::$group,
            about: $about,
            text: include_str!(concat!("../library/", $name, ".yaml")),
        }),+),+]
    };
}

/// By group, and in a group from the quietest to the worst.
const LIBRARY: &[Shipped] = library! {
    Basics {
        "healthy": "A good wallet: the baseline that every other drill is compared with.",
        "slow-wallet": "The wallet answers late, then very late, and everything still succeeds.",
        "declines": "Payers decline or leave and the wallet refuses orders: honest answers, no faults.",
        "people-who-pay": "Payers with cards that fail, codes and patience: from at once to a quarter of a minute.",
        "acceptance": "Amounts and headers ask for single cases; everything else is a good wallet.",
        "two-signings": "HMAC, MD5 and both at one wallet, with callbacks in three shapes.",
        "kdpay-shop": "A KDPay shop beside an OkayPay one, with its quota and its own faults.",
    }
    Outages {
        "lost-answers": "Orders are opened, but some answers never arrive.",
        "brown-out": "The wallet turns away one call in twenty, then one in five, then every second one.",
        "rate-limited": "Every fourth opening gets 429 and Retry-After, then three hundred queries in a row.",
        "strange-answers": "HTML with status 200, redirects, proxies' errors and noise in place of answers.",
        "oversized-answers": "Some answers are megabytes long; the orders behind them were opened.",
        "slow-bodies": "Answers dribble, crawl, end in the middle, or leave the connection open.",
        "black-hole": "One opening in ten is swallowed without an answer; half of those were carried out.",
        "tls-faults": "An expired certificate, another host's, and a handshake that is never answered.",
        "flapping": "The wallet comes and goes three times; callbacks arrive throughout.",
        "outage-and-recovery": "A brown-out grows into an outage; the wallet comes back with a backlog of callbacks.",
    }
    Callbacks {
        "late-callbacks": "Callbacks come up to twenty seconds after the payment; the query knows at once.",
        "out-of-order-callbacks": "Callbacks overtake one another within a window of ten seconds.",
        "duplicate-callbacks": "Callbacks come three times within two seconds, then five times at the same moment.",
        "stale-callbacks": "One callback in five comes again an hour later, by the gateway's calendar.",
        "lost-callbacks": "A third of all callbacks never come, then none at all; only asking helps.",
        "wrong-amounts": "Well-signed callbacks over other amounts or another coin: they must not be credited.",
        "forged-callbacks": "Callbacks under five kinds of wrong sign; the true one follows five seconds later.",
        "retry-ladder": "A day of a provider's retry ladder in minutes; some callbacks are good only the fourth time.",
        "callback-storm": "Callbacks are held back, then released at once, late and in copies.",
    }
    Money {
        "limits-and-quotas": "Limits of amounts tighten for a while, and KDPay's quotas with them.",
        "risk-control": "Large payments are declined or reviewed; the shop sees orders that stay unpaid for a while.",
        "empty-account": "The shop's account starts almost empty, fees are taken, and withdrawals meet the bottom.",
        "partial-pay-backs": "Withdrawals, and so pay-backs, time out, are refused, and fail later.",
        "withdrawal-fails-later": "Withdrawals are accepted and a third fail later; some callbacks about it are lost.",
        "payout-day": "Payouts all day; at the rush some answers get lost, some are never done, and some fail later.",
        "double-payment": "Openings are carried out and their answers lost after three seconds; all links get paid.",
        "kdpay-under-payment": "A KDPay shop is told that less was paid than ordered.",
        "statement-breaks": "The statement of the day before is wrong in five ways: missing, extra, amount, status, duplicate.",
    }
    Incidents {
        "forged-probes": "One callback in fifty is forged, all day, amid ordinary business.",
        "failed-attempt-remembered": "A bad first delivery, then the good one; a shop remembered the bad one as seen.",
        "callback-leads-by-3s": "Orders are paid and called back three seconds before the call that opened them is answered.",
        "status-went-back": "A signed \"unpaid\" follows the \"paid\", and callbacks overtake one another.",
        "paid-after-expiry": "Payments come five to thirty minutes after the order, when the shop may have expired it.",
        "failure-is-stored": "The order is open and every opening call about it fails; only the query knows better.",
        "charged-three-times": "Two answers in a row are lost after the order was opened; a shop charged three times.",
        "credited-500-times": "One payment is called back 500 times within half a second; a shop once credited each.",
        "test-live-mix-up": "Credentials are refused for a while, and callbacks of another shop arrive.",
    }
    Capacity {
        "long-tail": "Service times from a measured table with a long tail; utilisation is low and some still wait.",
        "saturation": "Load grows past what the wallet's four workers can serve.",
        "queue-time-outs": "In a rush calls wait half a second in the wallet's queue and are turned away all the same.",
        "slow-drain": "A short rush fills a deep queue that takes long to drain; nothing fails.",
        "thundering-herd": "After an outage the held callbacks are released at once onto a wallet that starts cold.",
    }
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_scenario_reads_and_says_of_itself_what_the_list_says() {
        for shipped in LIBRARY.iter().copied() {
            let scenario = crate::read(shipped.name, shipped.text).unwrap_or_else(|problems| panic!("{problems}"));
            assert_eq!(scenario.name, shipped.name);
            assert_eq!(scenario.about, shipped.about);
            assert!(!scenario.expect.is_empty(), "{} is judged by nothing", shipped.name);
        }
    }

    /// Each says what it teaches, or what happened, and what a correct merchant does.
    #[test]
    fn every_shipped_scenario_is_a_lesson() {
        for shipped in LIBRARY {
            let story = if shipped.group == Group::Incidents {
                "# What happened:"
            } else {
                "# What it teaches:"
            };
            for part in [
                story,
                "\n# What a correct merchant does",
                "\nseed: 42\n",
                "\n  - books balance\n",
            ] {
                assert!(shipped.text.contains(part), "{} lacks {part:?}", shipped.name);
            }
            let longest = shipped.text.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(longest <= 125, "{} has a line of {longest} characters", shipped.name);
        }
    }

    #[test]
    fn groups_stand_together() {
        assert!(LIBRARY.is_sorted_by_key(|shipped| shipped.group));
        assert!(LIBRARY.len() >= 25, "the library shrinks");
    }

    #[test]
    fn names_are_guessed() {
        for (typed, meant) in [
            ("helthy", Some("healthy")),
            ("outage", Some("outage-and-recovery")),
            ("slow_wallet", Some("slow-wallet")),
            ("refunds", None),
        ] {
            assert_eq!(nearest(typed), meant, "{typed}");
        }
        assert!(get(DEFAULT).is_some());
    }
}
