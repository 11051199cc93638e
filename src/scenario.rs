//! Finds the scenario that a command line names: a shipped one, or a file.

use std::{fs, io::Read, path::Path, sync::Arc};

use loadgen::Feed;
use scenarios::{Scenario, library, load::Trace};

use crate::{
    cli::{Common, Feeds},
    failure::usage,
};

/// More than a scenario file may have, so that a larger one is still refused by its own limit.
const READ_BYTES_MAX: u64 = scenarios::SIZE_LIMIT as u64 + 1;

/// A scenario and the text it came from.
pub(crate) struct Loaded {
    pub(crate) scenario: Arc<Scenario>,
    pub(crate) text: String,
    /// The text of its recorded arrivals.
    pub(crate) trace: Option<String>,
    /// What its journeys take values from.
    pub(crate) feed: Option<Feed>,
}

impl Loaded {
    /// With the files that its load wants.
    pub(crate) fn fed(mut self, feeds: &Feeds) -> anyhow::Result<Self> {
        match (self.scenario.load.wants_trace(), &feeds.trace) {
            (false, None) => {}
            (true, None) => {
                return Err(usage(
                    "the load's arrivals are recorded ones (`trace`): name their file by `--trace FILE`",
                ));
            }
            (false, Some(_)) => {
                return Err(usage(
                    "`--trace` names recorded arrivals, but no entry of the load's `arrivals` says `trace`",
                ));
            }
            (true, Some(path)) => {
                let text = text_of(path)?;
                let trace = Trace::parse(&text).map_err(|error| of_file(path, &error))?;
                Arc::make_mut(&mut self.scenario).load.give_trace(&trace);
                self.trace = Some(text);
            }
        }
        if let Some(path) = &feeds.feed {
            if self.scenario.load.itineraries.is_empty() {
                return Err(usage(
                    "`--feed` gives values to journeys of one's own, but the scenario has no `journeys`",
                ));
            }
            let feed = Feed::parse(&text_of(path)?).map_err(|error| of_file(path, &error))?;
            self.feed = Some(feed);
        }
        Ok(self)
    }

    /// For what has no shop to drive.
    pub(crate) fn without_shop(self) -> anyhow::Result<Self> {
        if self.scenario.load.itineraries.is_empty() {
            return Ok(self);
        }
        Err(usage(
            "the scenario's journeys drive a shop: start `paydrill serve`, then your shop, then `paydrill load FILE \
             --target SHOP --admin ADMIN`",
        ))
    }
}

fn text_of(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).map_err(|error| of_file(path, &error))
}

fn of_file(path: &Path, error: &dyn std::fmt::Display) -> anyhow::Error {
    usage(format!("`{}`: {error}", path.display()))
}

/// Reads the scenario that `argument` names and applies `--seed`.
pub(crate) fn load(argument: &str, common: &Common) -> anyhow::Result<Loaded> {
    let (name, bytes) = find(argument)?;
    let mut scenario = scenarios::read_bytes(&name, &bytes)
        .map_err(|problems| usage(crate::check::headline(&problems)))?
        .scenario;
    if let Some(seed) = common.seed {
        scenario.seed = seed;
    }
    Ok(Loaded {
        scenario: Arc::new(scenario),
        // What was read as a scenario is UTF-8.
        text: String::from_utf8_lossy(&bytes).into_owned(),
        trace: None,
        feed: None,
    })
}

/// What order numbers start with unless somebody says otherwise: equal seeds ask for equal orders.
pub(crate) fn prefix(scenario: &Scenario) -> String {
    format!("PD{}", scenario.seed)
}

/// The name to show and the bytes of what `argument` names. A shipped name wins; `./name` is always a file.
fn find(argument: &str) -> anyhow::Result<(String, Vec<u8>)> {
    if let Some(shipped) = library::get(argument) {
        return Ok((format!("{argument}.yaml"), shipped.text.as_bytes().to_vec()));
    }
    let path = Path::new(argument);
    if path.exists() {
        return Ok((argument.to_owned(), read(argument)?));
    }
    let guess = library::nearest(argument).map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
    Err(usage(format!(
        "no scenario `{argument}`: neither a file nor a shipped scenario{guess} (`paydrill scenarios` lists them)"
    )))
}

/// Reads a scenario file, `-` being standard input, but never much more than a scenario may have.
pub(crate) fn read(path: &str) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let outcome = if path == "-" {
        std::io::stdin().take(READ_BYTES_MAX).read_to_end(&mut bytes)
    } else {
        fs::File::open(path).and_then(|file| file.take(READ_BYTES_MAX).read_to_end(&mut bytes))
    };
    outcome.map_err(|error| usage(format!("`{path}` can't be read: {error}")))?;
    Ok(bytes)
}
