//! What people and scripts see of a run: the terminal dashboard, plain lines, JSON lines and the HTML report.
//!
//! Start at [`run`], which draws until the run is over, then read `panel`, where a [`Model`] becomes cells. Every view
//! is a pure function of what `measure` made of the run; nothing here measures, and nothing here touches the hot path.
//!
//! | file | owns |
//! |---|---|
//! | `screen` | [`run`]: the loop between keys, snapshots and the terminal |
//! | `app` | the [`Model`] and how events change it |
//! | `event`, `keys` | the closed set of events; the one table of keys, commands and their help |
//! | `source`, `terminal` | where events come from; the terminal, which is always restored |
//! | `theme` | colours, heat ramp, ASCII |
//! | `panel` | one file for each panel, and the layouts |
//! | `axis`, `starts`, `moment` | the shared time axis; achieved arrivals; which phase it is |
//! | `figures` | numbers and foreign text as they appear everywhere |
//! | `lines`, `json`, `follow` | runs without a screen |
//! | `junit` | the verdicts of a finished run for CI servers |
//! | `report` | the HTML page of a finished run |
//!
//! Invariants: no clock; foreign text passes `figures::clean` before it is shown; nothing is told by colour alone.

mod app;
mod axis;
mod event;
mod figures;
#[cfg(test)]
mod fixture;
mod follow;
mod json;
mod junit;
mod keys;
mod lines;
mod moment;
mod panel;
mod report;
mod screen;
mod source;
mod starts;
mod terminal;
mod theme;

pub use app::{Effect, Modal, Model, Request, Steer, Times};
pub use event::{Event, Key};
pub use follow::{follow_json, follow_lines};
pub use json::{JsonLines, json_capacity, json_step, json_summary};
pub use junit::{JunitError, junit};
pub use keys::{BINDINGS, Binding, Command};
pub use lines::PlainLines;
pub use panel::view;
pub use report::{capacity_html, html};
pub use screen::{ScreenError, ScreenOptions, run};
pub use terminal::restore;
pub use theme::{Palette, Theme};
