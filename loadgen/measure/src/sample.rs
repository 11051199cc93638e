//! One finished step and what class its outcome is.

use serde::{Deserialize, Serialize};

/// One finished step. Times are microseconds since the planned instant of the first arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Index of the phase of its intended start, in the run's list of phases.
    pub phase: u16,
    /// Index of the operation or journey in the run's list of names.
    pub what: u16,
    /// How it ended.
    pub class: Class,
    /// Whether the scenario could have caused a class that is not [`Class::Ok`] or [`Class::Declined`].
    pub expected: bool,
    /// When it was due.
    pub intended_us: u64,
    /// When it was sent.
    pub sent_us: u64,
    /// When the answer's head was there; equal to `done_us` where there was none.
    pub first_byte_us: u64,
    /// When it ended, whole body read.
    pub done_us: u64,
}

impl Sample {
    /// What the customer waits: from the intended start. Never below one microsecond.
    pub fn response_us(&self) -> u64 {
        self.done_us.saturating_sub(self.intended_us).max(1)
    }

    /// What the server took: from the send. Never below one microsecond.
    pub fn service_us(&self) -> u64 {
        self.done_us.saturating_sub(self.sent_us).max(1)
    }
}

/// How a step ended. The words are those of reports, histogram tags and JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Answered as asked, signature right.
    Ok,
    /// Honestly refused by the wallet, as a healthy one would.
    Declined,
    /// HTTP 4xx.
    #[serde(rename = "http_4xx")]
    Http4xx,
    /// HTTP 5xx.
    #[serde(rename = "http_5xx")]
    Http5xx,
    /// No answer within the client's time-out.
    Timeout,
    /// The connection was refused.
    Refused,
    /// The connection was reset.
    Reset,
    /// The connection was closed without an answer.
    Empty,
    /// An answer that is not the protocol's.
    Protocol,
    /// An answer whose sign is wrong or missing.
    Signature,
    /// Ended by our own stop.
    Aborted,
}

impl Class {
    /// Every class, in the order of reports.
    pub const ALL: [Self; 11] = [
        Self::Ok,
        Self::Declined,
        Self::Http4xx,
        Self::Http5xx,
        Self::Timeout,
        Self::Refused,
        Self::Reset,
        Self::Empty,
        Self::Protocol,
        Self::Signature,
        Self::Aborted,
    ];

    /// The word in reports, histogram tags and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Declined => "declined",
            Self::Http4xx => "http_4xx",
            Self::Http5xx => "http_5xx",
            Self::Timeout => "timeout",
            Self::Refused => "refused",
            Self::Reset => "reset",
            Self::Empty => "empty",
            Self::Protocol => "protocol",
            Self::Signature => "signature",
            Self::Aborted => "aborted",
        }
    }

    /// Whether a healthy wallet would have answered so.
    pub fn is_success(self) -> bool {
        match self {
            Self::Ok | Self::Declined => true,
            Self::Http4xx
            | Self::Http5xx
            | Self::Timeout
            | Self::Refused
            | Self::Reset
            | Self::Empty
            | Self::Protocol
            | Self::Signature
            | Self::Aborted => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Class;

    #[test]
    fn json_has_the_word() {
        for class in Class::ALL {
            assert_eq!(serde_json::to_string(&class).unwrap(), format!("\"{}\"", class.word()));
        }
    }
}
