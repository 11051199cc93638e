//! What the gateway did, second by second, as `GET /seconds` shows it: enough to draw the last ten minutes at once, and
//! to add seconds up without averaging percentiles.

use serde::{Deserialize, Serialize};

/// How many complete seconds are kept.
pub const SECONDS_KEPT: usize = 600;

/// Rows of a second's heat, upper bounds in microseconds; the last row takes everything above its neighbour.
pub const HEAT_ROWS_US: [u64; 16] = [
    1_000,
    2_000,
    5_000,
    10_000,
    20_000,
    50_000,
    100_000,
    200_000,
    500_000,
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000,
    20_000_000,
    50_000_000,
    u64::MAX,
];

/// A bucket of times, as JSON `[us, count]`. Buckets come shortest first, none is empty, and those of several seconds may
/// be added up. Times above two minutes count as two minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u32, u32)", into = "(u32, u32)")]
pub struct Bucket {
    /// The longest time that belongs to it, microseconds: at most 1 % above the shortest.
    pub us: u32,
    /// How often one occurred.
    pub count: u32,
}

impl From<(u32, u32)> for Bucket {
    fn from((us, count): (u32, u32)) -> Self {
        Self { us, count }
    }
}

impl From<Bucket> for (u32, u32) {
    fn from(Bucket { us, count }: Bucket) -> Self {
        (us, count)
    }
}

/// `GET /seconds?after=SEQ&limit=N`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecondPage {
    /// [`super::FORMAT`].
    pub format: u32,
    /// When the gateway began, microseconds since the Unix epoch: another one is another gateway, whose seconds begin
    /// anew.
    pub began_us: u64,
    /// Microseconds since then.
    pub now_us: u64,
    /// Complete seconds with a larger `seq` than `after`, oldest first and without a gap; of the last ten minutes only.
    pub seconds: Vec<GatewaySecond>,
    /// The largest `seq` that is complete; 0 in the first second.
    pub last: u64,
}

/// One second of the gateway, in which exchanges and callback attempts *ended*. What did not occur is absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GatewaySecond {
    /// Its number: it ends so many seconds after the gateway began.
    pub seq: u64,
    /// Exchanges of the merchant port; connections that a phase refused are none.
    pub exchanges: u64,
    /// By operation: how they ended, with their times.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<OperationSecond>,
    /// From a request's head to the end of its exchange, waits included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took: Option<Spread>,
    /// The same without the delays that rules asked for and without the wait for a worker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Spread>,
    /// Waits for a worker, of those that had to do with one; absent where no capacity is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued: Option<Times>,
    /// `answered` and `declined` by how long they took, one count for each row of 1, 2, 5, 10 … 20,000, 50,000 ms and
    /// above; empty without any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heat: Vec<u32>,
    /// The same by `service`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub service_heat: Vec<u32>,
    /// Delays that rules asked for, summed.
    #[serde(default)]
    pub injected_us: u64,
    /// Exchanges that no worker served.
    #[serde(default)]
    pub overloaded: u64,
    /// How often rules hit, callbacks' rules included.
    #[serde(default)]
    pub decided: u64,
    /// Callbacks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callbacks: Option<CallbackSecond>,
}

/// How many exchanges ended in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EndCount {
    /// How.
    pub end: ExchangeEnd,
    /// Whether the scenario brought it about: a rule, a fault by hand, a phase, or the capacity.
    pub by_scenario: bool,
    /// How many.
    pub count: u64,
}

/// How an exchange ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExchangeEnd {
    /// As asked.
    Answered,
    /// The wallet says no, as a healthy one would, or because a rule makes it.
    Declined,
    /// The client's mistake: nobody who may call sent it, or sent it twice, or too late.
    Unauthenticated,
    /// The client's mistake: it does not read, or asks for what there is not.
    Malformed,
    /// HTTP 4xx, which the scenario asked for.
    #[serde(rename = "http_4xx")]
    Http4xx,
    /// HTTP 5xx, which the scenario asked for.
    #[serde(rename = "http_5xx")]
    Http5xx,
    /// Another HTTP answer of the scenario's own.
    Strange,
    /// The answer stopped in its middle.
    Cut,
    /// Bytes that are no answer.
    Garbled,
    /// A reset.
    Reset,
    /// The connection was closed without an answer.
    Closed,
    /// Nothing until the client left.
    Hung,
    /// The client left, or the gateway stopped, before the whole answer was out. Where the client was made to wait, the
    /// scenario brought it about.
    Left,
}

impl ExchangeEnd {
    /// Every end.
    pub const ALL: [Self; 13] = [
        Self::Answered,
        Self::Declined,
        Self::Unauthenticated,
        Self::Malformed,
        Self::Http4xx,
        Self::Http5xx,
        Self::Strange,
        Self::Cut,
        Self::Garbled,
        Self::Reset,
        Self::Closed,
        Self::Hung,
        Self::Left,
    ];

    /// Whether a healthy wallet would have answered so.
    pub fn is_success(self) -> bool {
        match self {
            Self::Answered | Self::Declined => true,
            Self::Unauthenticated
            | Self::Malformed
            | Self::Http4xx
            | Self::Http5xx
            | Self::Strange
            | Self::Cut
            | Self::Garbled
            | Self::Reset
            | Self::Closed
            | Self::Hung
            | Self::Left => false,
        }
    }
}

/// One operation in a second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OperationSecond {
    /// Its word; a path nobody serves is `unknown`.
    pub operation: String,
    /// How its exchanges ended.
    pub ends: Vec<EndCount>,
    /// How long `answered` and `declined` took.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ok: Vec<Bucket>,
    /// How long the others took.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<Bucket>,
    /// The service times of `ok`; empty where none of them waited on purpose or for a worker: then they are the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub service_ok: Vec<Bucket>,
    /// Those of `failed`, likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub service_failed: Vec<Bucket>,
}

/// Percentiles of the times of one second, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Spread {
    /// Median.
    pub p50_us: u64,
    /// 90th.
    pub p90_us: u64,
    /// 99th.
    pub p99_us: u64,
    /// 99.9th.
    pub p999_us: u64,
    /// Longest.
    pub max_us: u64,
}

/// The times of one second.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Times {
    /// Their percentiles.
    #[serde(flatten)]
    pub spread: Spread,
    /// All of them.
    pub buckets: Vec<Bucket>,
}

/// What became of callbacks in a second.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallbackSecond {
    /// Attempts that ended, copies included: acknowledged, refused, failed and timed out.
    pub sent: u64,
    /// Of these, acknowledged.
    pub acknowledged: u64,
    /// Of these, answered but not acknowledged.
    pub refused: u64,
    /// Of these, without an answer: no connection, or a broken one.
    pub failed: u64,
    /// Of these, without an answer in time.
    pub timeout: u64,
    /// Of these, after the first attempt of their callback.
    pub retried: u64,
    /// Not sent, as their address may not be called.
    pub forbidden: u64,
    /// Callbacks that were kept back.
    pub held: u64,
    /// Callbacks that were let go.
    pub released: u64,
    /// Callbacks that are never sent.
    pub dropped: u64,
    /// Callbacks that were given up.
    pub lost: u64,
    /// How long acknowledged attempts took, from the connect to the acknowledgement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_in: Option<Times>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_have_the_words_of_classes() {
        for (end, word) in [
            (ExchangeEnd::Answered, "\"answered\""),
            (ExchangeEnd::Http4xx, "\"http_4xx\""),
            (ExchangeEnd::Http5xx, "\"http_5xx\""),
        ] {
            assert_eq!(serde_json::to_string(&end).unwrap(), word);
        }
        assert!(ExchangeEnd::ALL.is_sorted(), "each stands at its own number");
    }

    #[test]
    fn a_quiet_second_is_short() {
        let quiet = GatewaySecond {
            seq: 7,
            ..GatewaySecond::default()
        };
        let text = serde_json::to_string(&quiet).unwrap();
        assert_eq!(
            text,
            r#"{"seq":7,"exchanges":0,"injected_us":0,"overloaded":0,"decided":0}"#
        );
        assert_eq!(serde_json::from_str::<GatewaySecond>(&text).unwrap(), quiet);
    }
}
