//! The gateway's journal as the load gets hold of it: a file the gateway writes beside us, or pages of the admin port
//! that are written into the run folder as they come.

use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

use protocol::admin::JournalLine;

use crate::{LoadError, admin::AdminPort, merchant::Merchant, plan::JournalSource, rules::Reader};

/// The journal's name in the run folder.
const NAME: &str = "journal.jsonl";

/// A longer line is nobody's.
const MAX_LINE_BYTES: usize = 64 * 1024;

/// Pages fetched at a time; a journal that grows faster is read on at the next call.
const MAX_PAGES: usize = 200;

/// Where lines come from, and how far they were read.
pub(crate) enum Journal {
    /// The gateway's file.
    File {
        path: PathBuf,
        open: Option<BufReader<File>>,
        /// The start of a line whose end was not written yet.
        partial: Vec<u8>,
    },
    /// The admin port, copied into the run folder.
    Pages {
        port: Box<AdminPort>,
        last: u64,
        copy: BufWriter<File>,
        path: PathBuf,
        open: Option<BufReader<File>>,
    },
    /// Nowhere.
    None,
}

impl Journal {
    /// Opens the source; lines up to `after` are of before the run.
    pub(crate) fn open(
        source: &JournalSource,
        port: Option<&AdminPort>,
        out: &Path,
        after: u64,
    ) -> Result<Self, LoadError> {
        match (source, port) {
            (JournalSource::File(path), _) => Ok(Self::File {
                path: path.clone(),
                open: None,
                partial: Vec::new(),
            }),
            (JournalSource::Admin, Some(port)) => {
                let path = out.join(NAME);
                let copy = File::create(&path).map_err(|error| LoadError::File {
                    path: path.clone(),
                    error,
                })?;
                Ok(Self::Pages {
                    port: Box::new(port.clone()),
                    last: after,
                    copy: BufWriter::new(copy),
                    path,
                    open: None,
                })
            }
            (JournalSource::Admin, None) | (JournalSource::None, _) => Ok(Self::None),
        }
    }

    /// The file that lines are in.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::File { path, .. } | Self::Pages { path, .. } => Some(path),
            Self::None => None,
        }
    }

    /// Whether there is any.
    pub(crate) fn is_some(&self) -> bool {
        match self {
            Self::File { .. } | Self::Pages { .. } => true,
            Self::None => false,
        }
    }

    /// Fetches what came since the last call, for a source whose memory is short.
    pub(crate) async fn fetch(&mut self) -> Result<(), LoadError> {
        let Self::Pages {
            port, last, copy, path, ..
        } = self
        else {
            return Ok(());
        };
        for _ in 0..MAX_PAGES {
            let page = port.journal(*last).await?;
            let Some(newest) = page.lines.last() else { break };
            *last = newest.seq;
            let written = page.lines.iter().try_for_each(|line| {
                serde_json::to_writer(&mut *copy, line)?;
                copy.write_all(b"\n")
            });
            written.map_err(|error| LoadError::File {
                path: path.clone(),
                error,
            })?;
        }
        copy.flush().map_err(|error| LoadError::File {
            path: path.clone(),
            error,
        })
    }

    /// Reads on to the end of what is there, one line after the other.
    pub(crate) fn read(&mut self, merchant: &Merchant, reader: &mut Reader) -> Result<(), LoadError> {
        match self {
            Self::File { path, open, partial } => read_on(path, open, partial, merchant, reader),
            // Whole lines are written at a time, and all of them before they are read.
            Self::Pages { path, open, .. } => read_on(path, open, &mut Vec::new(), merchant, reader),
            Self::None => Ok(()),
        }
    }
}

fn read_on(
    path: &Path,
    open: &mut Option<BufReader<File>>,
    partial: &mut Vec<u8>,
    merchant: &Merchant,
    reader: &mut Reader,
) -> Result<(), LoadError> {
    let broken = |error| LoadError::File {
        path: path.to_owned(),
        error,
    };
    let file = match open {
        Some(file) => file,
        None => open.insert(BufReader::with_capacity(
            MAX_LINE_BYTES,
            File::open(path).map_err(broken)?,
        )),
    };
    loop {
        let read = file.read_until(b'\n', partial).map_err(broken)?;
        if read == 0 || partial.last() != Some(&b'\n') {
            return Ok(());
        }
        // A line of a newer gateway may hold what we do not know; the counts then disagree and say so.
        if partial.len() <= MAX_LINE_BYTES
            && let Ok(line) = serde_json::from_slice::<JournalLine>(partial)
        {
            reader.line(merchant, &line);
        }
        partial.clear();
    }
}
