//! What the ledger says of one order, and how that lies on a shelf.

use crate::shelf::{Fixed, In, Out, TEXT_BYTES};

/// What the ledger says of one order of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The wallet's number.
    pub(crate) order_id: Box<str>,
    /// When it was paid, or failed, milliseconds since the Unix epoch.
    pub(crate) paid_ms: Option<u64>,
    /// Whether it is a withdrawal that failed.
    pub(crate) failed: bool,
    /// What became of its callback; `None` while there is none.
    pub(crate) callback: Option<Fate>,
}

/// What became of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Due or waiting.
    Pending,
    /// Kept back.
    Held,
    /// Acknowledged.
    Acknowledged,
    /// Dropped by the scenario.
    Dropped,
    /// Given up.
    Lost,
    /// A word this program does not know.
    Strange,
}

impl Fate {
    /// What a word of the admin protocol means.
    pub(super) fn read(word: &str) -> Self {
        match word {
            "pending" => Self::Pending,
            "held" => Self::Held,
            "acknowledged" => Self::Acknowledged,
            "dropped" => Self::Dropped,
            "lost" => Self::Lost,
            _ => Self::Strange,
        }
    }

    /// The word in the admin protocol and in `orders.jsonl`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Held => "held",
            Self::Acknowledged => "acknowledged",
            Self::Dropped => "dropped",
            Self::Lost => "lost",
            Self::Strange => "strange",
        }
    }

    /// Whether a delivery may still come.
    pub(crate) fn is_open(self) -> bool {
        match self {
            Self::Pending | Self::Held => true,
            Self::Acknowledged | Self::Dropped | Self::Lost | Self::Strange => false,
        }
    }
}

/// Every fate, by the byte it is kept as, from 1.
const FATES: [Fate; 6] = [
    Fate::Pending,
    Fate::Held,
    Fate::Acknowledged,
    Fate::Dropped,
    Fate::Lost,
    Fate::Strange,
];

impl Fixed for Option<Entry> {
    /// Whether there is one; the wallet's number; when it was paid, or failed, and which; what became of its callback.
    const BYTES: usize = 1 + TEXT_BYTES + 9 + 1 + 1;

    fn write(&self, out: &mut Out<'_>) {
        out.flag(self.is_some());
        if let Some(entry) = self {
            out.text(&entry.order_id);
            out.maybe(entry.paid_ms);
            out.flag(entry.failed);
            let fate = FATES.iter().position(|known| Some(*known) == entry.callback);
            out.u8(fate.map_or(0, |place| u8::try_from(place + 1).unwrap_or_default()));
        }
    }

    fn read(from: &mut In<'_>) -> Self {
        from.flag().then(|| Entry {
            order_id: from.text(),
            paid_ms: from.maybe(),
            failed: from.flag(),
            callback: usize::from(from.u8())
                .checked_sub(1)
                .and_then(|place| FATES.get(place).copied()),
        })
    }
}
