//! What a journal line says was decided, read from the words of scenario files.

use std::fmt;

/// One axis of one decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// The wallet's own answer.
    Honest,
    /// The wallet's own refusal.
    Refuse,
    /// An HTTP answer of the scenario's.
    Status {
        /// Its status.
        status: u16,
    },
    /// TCP reset.
    Reset,
    /// Closed without an answer.
    Empty,
    /// No answer.
    Hang,
    /// Bytes that are no answer.
    Garbage,
    /// An answer that ends before its end.
    Truncate,
    /// The wallet's own answer in pieces.
    Dribble {
        /// From the first to the last.
        us: u64,
    },
    /// The wallet's own answer over a narrow connection.
    Bandwidth,
    /// The wallet's own answer; the connection closes later.
    SlowClose,
    /// The answer is kept back.
    Delay {
        /// For so long.
        us: u64,
    },
    /// The callback is never sent.
    Drop,
    /// The callback's first attempt is late.
    Late {
        /// By so much.
        us: u64,
    },
    /// The callback is delivered several times.
    Copies {
        /// In all.
        copies: u32,
    },
    /// The callback is delivered spoilt: under another sign, or with other content.
    Spoilt,
    /// The callback comes once more, after this age.
    Stale,
    /// The callback is taken back after it was delivered.
    Downgrade,
    /// The order is paid and called back before its opening is answered.
    Early,
    /// The callback is kept.
    Hold,
    /// Kept callbacks are delivered.
    Release,
    /// Words this program does not know.
    Strange,
}

impl Said {
    /// The outcome axis, from its two words.
    pub(crate) fn of_outcome(ledger: &str, reply: &str) -> Self {
        match reply {
            "honest" if ledger.starts_with("refuse") => Self::Refuse,
            "honest" => Self::Honest,
            "reset" => Self::Reset,
            "empty" => Self::Empty,
            "hang" => Self::Hang,
            "garbage" => Self::Garbage,
            _ => Self::of_words(reply).unwrap_or(Self::Strange),
        }
    }

    /// A reply of several words.
    fn of_words(reply: &str) -> Option<Self> {
        let (word, rest) = reply.split_once(' ')?;
        match word {
            "status" => Some(Self::Status {
                status: rest.parse().ok()?,
            }),
            "truncate" => Some(Self::Truncate),
            "dribble" => Some(Self::Dribble {
                us: duration_us(rest.split_once(" over ")?.1)?,
            }),
            "bandwidth" => Some(Self::Bandwidth),
            "slow_close" => Some(Self::SlowClose),
            _ => None,
        }
    }

    /// The callback axis. A release has no word of its own in a decision: it delivers.
    pub(crate) fn of_callback(words: &str, outcome: &str) -> Self {
        let mut parts = words.split_whitespace();
        match (parts.next(), parts.next()) {
            (Some("deliver"), None) if outcome == "released" => Self::Release,
            (Some("deliver"), None) => Self::Honest,
            (Some("release"), _) => Self::Release,
            (Some("drop"), None) => Self::Drop,
            (Some("hold"), None) => Self::Hold,
            (Some("forge" | "tamper"), Some(_)) => Self::Spoilt,
            (Some("stale"), Some(_)) => Self::Stale,
            (Some("downgrade"), None) => Self::Downgrade,
            (Some("early"), None) => Self::Early,
            (Some("delay"), Some(span)) => duration_us(span).map_or(Self::Strange, |us| Self::Late { us }),
            (Some("duplicate"), Some(copies)) => copies.parse().map_or(Self::Strange, |copies| Self::Copies { copies }),
            (_, _) => Self::Strange,
        }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Honest => f.write_str("honest"),
            Self::Refuse => f.write_str("refuse"),
            Self::Status { status } => write!(f, "status {status}"),
            Self::Reset => f.write_str("reset"),
            Self::Empty => f.write_str("empty"),
            Self::Hang => f.write_str("hang"),
            Self::Garbage => f.write_str("garbage"),
            Self::Truncate => f.write_str("truncate"),
            Self::Dribble { us } => write!(f, "dribble over {} ms", us / 1_000),
            Self::Bandwidth => f.write_str("bandwidth"),
            Self::SlowClose => f.write_str("slow_close"),
            Self::Delay { us } | Self::Late { us } => write!(f, "delay {} ms", us / 1_000),
            Self::Drop => f.write_str("drop"),
            Self::Copies { copies } => write!(f, "duplicate {copies}"),
            Self::Spoilt => f.write_str("forge or tamper"),
            Self::Stale => f.write_str("stale"),
            Self::Downgrade => f.write_str("downgrade"),
            Self::Early => f.write_str("early"),
            Self::Hold => f.write_str("hold"),
            Self::Release => f.write_str("release"),
            Self::Strange => f.write_str("something this program does not know"),
        }
    }
}

/// `2s`, `1.5ms`, `1m`, `1m30s`: a whole number of microseconds, the rest cut off.
fn duration_us(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total = 0_u64;
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let (number, after) = rest.split_at(digits);
        let unit_ends = after
            .find(|letter: char| letter.is_ascii_digit())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_ends);
        total = total.checked_add(scaled(number, nanos_of(unit)?)?)?;
        rest = after;
    }
    (!text.is_empty()).then_some(total / 1_000)
}

fn nanos_of(unit: &str) -> Option<u64> {
    match unit {
        "ns" => Some(1),
        "us" | "µs" | "μs" => Some(1_000),
        "ms" => Some(1_000_000),
        "s" => Some(1_000_000_000),
        "m" => Some(60_000_000_000),
        "h" => Some(3_600_000_000_000),
        _ => None,
    }
}

/// A decimal number times a whole one, cut off.
fn scaled(number: &str, by: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let whole = whole.parse::<u64>().ok()?.checked_mul(by)?;
    let fraction = fraction.get(..fraction.len().min(9))?;
    let scale = 10_u64.pow(u32::try_from(fraction.len()).ok()?);
    let part = u128::from(fraction.parse::<u64>().ok()?) * u128::from(by) / u128::from(scale);
    whole.checked_add(u64::try_from(part).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_read() {
        for (ledger, reply, expected) in [
            ("apply", "honest", Said::Honest),
            ("refuse: insufficient_balance", "honest", Said::Refuse),
            ("skip", "status 503", Said::Status { status: 503 }),
            ("apply", "reset", Said::Reset),
            ("apply", "empty", Said::Empty),
            ("skip", "hang", Said::Hang),
            ("apply", "status x", Said::Strange),
            ("apply", "garbage", Said::Garbage),
            ("apply", "truncate 50%", Said::Truncate),
            ("apply", "dribble 5 over 1.5s", Said::Dribble { us: 1_500_000 }),
            ("apply", "slow_close 5s", Said::SlowClose),
            ("refuse: system_error", "bandwidth 2000B/s", Said::Bandwidth),
            ("apply", "dribble", Said::Strange),
            ("apply", "dribble 5", Said::Strange),
            ("apply", "whisper 5", Said::Strange),
        ] {
            assert_eq!(Said::of_outcome(ledger, reply), expected, "{ledger} {reply}");
        }
    }

    #[test]
    fn callbacks_are_read() {
        for (words, outcome, expected) in [
            ("deliver", "acknowledged", Said::Honest),
            ("deliver", "released", Said::Release),
            ("release", "released", Said::Release),
            ("drop", "dropped", Said::Drop),
            ("hold", "held", Said::Hold),
            ("delay 2s", "acknowledged", Said::Late { us: 2_000_000 }),
            ("delay 1.5ms", "acknowledged", Said::Late { us: 1_500 }),
            ("delay 1m30s", "acknowledged", Said::Late { us: 90_000_000 }),
            ("delay 812.345678ms", "acknowledged", Said::Late { us: 812_345 }),
            ("delay 5µs", "acknowledged", Said::Late { us: 5 }),
            ("delay soon", "acknowledged", Said::Strange),
            ("delay 5", "acknowledged", Said::Strange),
            ("duplicate 3 over 2s", "acknowledged", Said::Copies { copies: 3 }),
            ("duplicate 5 concurrent", "acknowledged", Said::Copies { copies: 5 }),
            ("forge wrong_key", "refused", Said::Spoilt),
            ("tamper amount -0.01 coin TRX", "refused", Said::Spoilt),
            ("stale 3600s", "acknowledged", Said::Stale),
            ("downgrade", "acknowledged", Said::Downgrade),
            ("early", "acknowledged", Said::Early),
            ("reorder", "acknowledged", Said::Strange),
        ] {
            assert_eq!(Said::of_callback(words, outcome), expected, "{words}");
        }
    }
}
