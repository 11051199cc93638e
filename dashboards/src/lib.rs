//! What people and scripts see of a run: the terminal dashboard, plain lines, JSON lines and the HTML report.
//!
//! Start at [`run`], which draws until the run is over, then read `panel`, where a [`Model`] becomes cells. Every view
//! is a pure function of what `measure` made of the run; nothing here measures, and nothing here touches the hot path.
//!
//! | file | owns |
//! |---|---|
//! | `screen` | [`run`]: the loop between keys, snapshots and the terminal |
//! | `app` | the [`Model`] and how events change it |
//! | `choice`, `cursor`, `modal`, `request` | parts of it: closed choices; the time cursor; help and story; what is asked of others |
//! | `event`, `story` | the closed set of events; what became of one order |
//! | `keys`, `keymap`, `spelling` | the one table of commands and their help; which key asks for which; how keys are spelt |
//! | `recording` | a recorded run: its pictures, and how they are played |
//! | `source`, `terminal` | where events come from; the terminal, which is always restored |
//! | `theme`, `colour` | styles and shades by role, ASCII; colours as numbers, the heat map's ramps |
//! | `panel` | one file for each panel, and the layouts |
//! | `axis`, `moment` | the shared time axis; which phase it is |
//! | `figures` | numbers and foreign text as they appear everywhere |
//! | `watch` | a running gateway as pictures |
//! | `beside` | a load beside its gateway; the parts of a load together |
//! | `lines`, `json`, `follow` | runs without a screen |
//! | `metrics` | a load that is under way, for whoever scrapes it |
//! | `still` | one picture for a file: letters, a terminal's colours, a page |
//! | `junit` | the verdicts of a finished run for CI servers |
//! | `report` | the HTML page of a finished run |
//!
//! Invariants: no clock; foreign text passes `figures::clean` before it is shown; nothing is told by colour alone.

mod app;
mod axis;
mod beside;
mod choice;
mod colour;
mod cursor;
mod event;
mod figures;
#[cfg(test)]
mod fixture;
mod follow;
mod json;
mod junit;
mod keymap;
mod keys;
mod lines;
mod metrics;
mod modal;
mod moment;
mod panel;
mod recording;
mod report;
mod request;
mod screen;
mod source;
mod spelling;
mod still;
mod story;
mod terminal;
mod theme;
mod watch;

pub use app::Model;
pub use beside::{combine, sum};
pub use choice::{HeatScale, Show, Times, ViewName};
pub use colour::{Colours, Ramp};
pub use event::{Event, Key, Named};
pub use follow::{follow_json, follow_lines};
pub use json::{JsonLines, json_capacity, json_step, json_summary};
pub use junit::{JunitError, junit};
pub use keymap::{Keymap, KeymapError};
pub use keys::{BINDINGS, Binding, Command, Group};
pub use lines::PlainLines;
pub use metrics::{OPENMETRICS, exposition};
pub use modal::{Drill, Help, Modal, Told};
pub use panel::view;
pub use recording::{PICTURES_HELD, Player, Recording, RecordingError, each_picture};
pub use report::{Folder, Histograms, Language, Run, capacity_html, html};
pub use request::{Effect, Origin, Playback, Request, Steer};
pub use screen::{Inputs, ScreenError, ScreenOptions, run};
pub use spelling::SpellingError;
pub use still::Still;
pub use story::{Story, StoryLine, Tone};
pub use terminal::restore;
pub use theme::{Look, Palette, Theme};
pub use watch::{After, GatewayLook, GatewayPicture};
