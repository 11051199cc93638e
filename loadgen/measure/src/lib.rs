//! Measuring, pure: samples in, histograms, windows, snapshots, summaries and verdicts out.
//!
//! Start at [`sample`], then [`recorder`]. Nothing here has a clock, a thread or a socket: time comes in with the
//! samples, as microseconds since the first arrival's planned instant.
//!
//! | file | owns |
//! |---|---|
//! | `sample` | one finished step and what class its outcome is |
//! | `tally` | a sparse HDR histogram, exact in its percentiles |
//! | `recorder` | sharded HDR histograms that many threads fill and one swaps out |
//! | `window` | the last seconds and the whole run, out of swapped intervals |
//! | `snapshot` | what a dashboard draws: one immutable picture of a run |
//! | `frames` | `frames.jsonl`: the pictures of a run, to be looked at again or from elsewhere |
//! | `summary` | `summary.json`, and the same as text for the terminal |
//! | `search` | the search for a limit: which level to try next, and what was found |
//! | `verdict` | comparing a figure with its bound |
//! | `waterfall` | where the time of a journey went |
//! | `trust` | VALID, SUSPECT or INVALID, with reasons |
//! | `budget` | when unexpected errors stop a load |
//! | `fit` | whether instants look as a process was planned |
//! | `runlog` | `latency.hlog` |
//! | `intervals` | everything that was measured, interval by interval, to be merged |
//! | `measurement` | a measurement in a file, of any tool |
//! | `story` | orders that failed, and what is told of them |
//! | `compare` | two runs side by side: which differences are real and matter |
//! | `unit` | numbers with their units, for people |

pub mod budget;
pub mod compare;
pub mod fit;
pub mod frames;
pub mod intervals;
pub mod measurement;
pub mod recorder;
pub mod runlog;
pub mod sample;
pub mod search;
pub mod snapshot;
pub mod story;
pub mod summary;
pub mod tally;
pub mod trust;
pub mod unit;
pub mod verdict;
pub mod waterfall;
pub mod window;
