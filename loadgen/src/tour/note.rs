//! What is kept of each tour: one line of `journeys.jsonl`, written when it is over.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::Path,
};

use measure::sample::Class;
use serde::{Deserialize, Serialize};

/// The file's name in the run folder.
pub(crate) const NAME: &str = "journeys.jsonl";

/// One tour that is over. Times are microseconds on the run's axis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Noted {
    /// The number of its arrival.
    pub(crate) seq: u32,
    /// The journey's name.
    pub(crate) journey: String,
    /// The phase of its arrival.
    pub(crate) phase: u16,
    /// How it ended.
    pub(crate) class: Class,
    /// When it was due.
    pub(crate) arrival_us: u64,
    /// When it was over.
    pub(crate) done_us: u64,
    /// The wallet's number of its order, where the shopper came to pay.
    pub(crate) order_id: Option<String>,
    /// Its steps; of a repeated one the first try and the last.
    pub(crate) marks: Vec<Mark>,
}

/// One try of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// Which step, from 0.
    pub(crate) leg: u16,
    /// When it was due.
    pub(crate) due_us: u64,
    /// When it was sent.
    pub(crate) sent_us: u64,
    /// When the answer's head was there.
    pub(crate) first_byte_us: u64,
    /// When it ended.
    pub(crate) done_us: u64,
}

/// Writes lines; the first failure is kept for the end.
#[derive(Debug)]
pub(crate) struct Notebook {
    file: BufWriter<File>,
    failed: Option<io::Error>,
}

impl Notebook {
    /// A new file in the run folder.
    pub(crate) fn create(folder: &Path) -> io::Result<Self> {
        let file = BufWriter::new(File::create(folder.join(NAME))?);
        Ok(Self { file, failed: None })
    }

    pub(super) fn write(&mut self, noted: &Noted) {
        let line = serde_json::to_string(noted).expect("numbers and text are JSON");
        if let Err(error) = writeln!(self.file, "{line}") {
            self.failed.get_or_insert(error);
        }
    }

    pub(super) fn close(&mut self) -> io::Result<()> {
        match self.failed.take() {
            Some(error) => Err(error),
            None => self.file.flush(),
        }
    }
}

/// Every tour of a run folder.
pub(crate) fn read(folder: &Path) -> io::Result<impl Iterator<Item = Noted>> {
    let lines = BufReader::new(File::open(folder.join(NAME))?).lines();
    Ok(lines
        .map_while(Result::ok)
        .filter_map(|line| serde_json::from_str(&line).ok()))
}
