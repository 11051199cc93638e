//! What became of one order, line by line: made of a run folder or of an admin port, shown by the dashboard.

/// The whole way of one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// The merchant's order number; it tells answers to different questions apart.
    pub order: String,
    /// What heads it, such as the order's end and its amount.
    pub title: String,
    /// What happened, oldest first; only as much as a person reads.
    pub lines: Vec<StoryLine>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryLine {
    /// When, as it is to be shown.
    pub at: String,
    /// Who did it, such as `merchant` or `gateway`.
    pub who: String,
    /// What was done, in words.
    pub what: String,
    /// How it is to be taken.
    pub tone: Tone,
}

/// How a line of a story is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Plain,
    /// What the scenario injected, or what may be wrong.
    Warn,
    /// What failed.
    Bad,
    /// What ended well.
    Good,
}
