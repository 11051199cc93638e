//! The shipped scenarios, part of the binary. Each is a file of `library/` and a lesson: what it teaches and what a
//! correct merchant does stand in its comments.

/// A shipped scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// Its name, also that of its file.
    pub name: &'static str,
    /// What it shows, in one sentence.
    pub about: &'static str,
    /// The file.
    pub text: &'static str,
}

/// The names, from the quietest to the worst.
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

const LIBRARY: [Shipped; 6] = [
    Shipped {
        name: "healthy",
        about: "A good wallet: the baseline that every other drill is compared with.",
        text: include_str!("../library/healthy.yaml"),
    },
    Shipped {
        name: "slow-wallet",
        about: "The wallet answers late, then very late, and everything still succeeds.",
        text: include_str!("../library/slow-wallet.yaml"),
    },
    Shipped {
        name: "declines",
        about: "Payers decline or leave and the wallet refuses orders: honest answers, no faults.",
        text: include_str!("../library/declines.yaml"),
    },
    Shipped {
        name: "lost-answers",
        about: "Orders are opened, but some answers never arrive.",
        text: include_str!("../library/lost-answers.yaml"),
    },
    Shipped {
        name: "callback-storm",
        about: "Callbacks are held back, then released at once, late and in copies.",
        text: include_str!("../library/callback-storm.yaml"),
    },
    Shipped {
        name: "outage-and-recovery",
        about: "A brown-out grows into an outage; the wallet comes back with a backlog of callbacks.",
        text: include_str!("../library/outage-and-recovery.yaml"),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_scenario_reads_and_says_of_itself_what_the_list_says() {
        for shipped in LIBRARY {
            let scenario = crate::read(shipped.name, shipped.text).unwrap_or_else(|problems| panic!("{problems}"));
            assert_eq!(scenario.name, shipped.name);
            assert_eq!(scenario.about, shipped.about);
            assert!(!scenario.expect.is_empty(), "{} is judged by nothing", shipped.name);
        }
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
