//! Run folders as they are watched: a recorded one is read, one that is still written is followed, and of those below
//! `paydrill-runs` the newest that goes on is found.

use std::{
    fs::{self, File},
    io::{BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use dashboards::{Event, Recording, RecordingError};
use measure::{frames::FrameStream, snapshot::Snapshot, summary::Summary};
use tokio::sync::{mpsc, watch};

use super::place::Place;
use crate::{failure::usage, folder::RUNS};

const FRAMES: &str = "frames.jsonl";
/// A run writes every second; one that has written nothing for so long is over, however it ended.
const OVER_AFTER: Duration = Duration::from_secs(60);
/// Behind the last line's start lie at most so many bytes.
const LAST_LINE: u64 = 4 << 20;
/// A file that grows is looked at this often.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// So long without news is worth a remark, and so often it is repeated.
const NO_NEWS: Duration = Duration::from_secs(10);
/// Run folders looked at in the search for one that goes on.
const FOLDERS_MAX: usize = 10_000;
/// Bytes read at a time.
const PIECE: usize = 1 << 16;

/// What a folder is: a recorded run, or one that goes on.
pub(super) fn place(path: &Path) -> anyhow::Result<Place> {
    let mut frames = frames(path)?;
    let is_over = ends(&mut frames).unwrap_or(false) || idle(&frames).is_none_or(|idle| idle > OVER_AFTER);
    let path = path.to_owned();
    Ok(if is_over {
        Place::Recorded(path)
    } else {
        Place::Growing(path)
    })
}

/// The pictures of a folder, as a file.
pub(super) fn frames(path: &Path) -> anyhow::Result<File> {
    let file = path.join(FRAMES);
    match File::open(&file) {
        Ok(file) => Ok(file),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(usage(missing(path))),
        Err(error) => Err(usage(format!("`{}`: {error}", file.display()))),
    }
}

fn missing(path: &Path) -> String {
    let shown = path.display();
    if !path.is_dir() {
        format!(
            "`{shown}` is no run folder; name one below `{RUNS}`, or a gateway's admin port or a load as http://127.0.0.1:8081"
        )
    } else if path.join("report.html").exists() {
        format!("`{shown}` has no {FRAMES}: a folder of an older paydrill; its report.html still opens")
    } else {
        format!("`{shown}` has no {FRAMES}: it is no run folder, or its run has not begun")
    }
}

/// The whole recording.
pub(super) fn recording(path: &Path) -> anyhow::Result<Recording> {
    let frames = frames(path)?;
    Recording::read(BufReader::new(frames)).map_err(|error| explained(path, error))
}

/// Says which file an error is about.
pub(super) fn explained(path: &Path, error: RecordingError) -> anyhow::Error {
    match error {
        // The output's errors come this way too, and a pipe that is closed is no failure.
        RecordingError::Read(error) => error.into(),
        RecordingError::Line(_) | RecordingError::Empty => usage(format!("`{}`: {error}", path.join(FRAMES).display())),
    }
}

/// What the run came to; `None` where it was killed.
pub(super) fn summary(path: &Path) -> anyhow::Result<Option<Summary>> {
    let path = path.join("summary.json");
    let Ok(text) = fs::read_to_string(&path) else {
        return Ok(None);
    };
    let summary = Summary::from_json(&text);
    summary
        .map(Some)
        .map_err(|error| usage(format!("`{}`: {error}", path.display())))
}

/// The newest run below `paydrill-runs` that goes on.
pub(super) fn newest() -> Option<PathBuf> {
    let entries = fs::read_dir(RUNS).ok()?;
    let going_on = entries.flatten().take(FOLDERS_MAX).filter_map(|entry| {
        let path = entry.path();
        let mut frames = File::open(path.join(FRAMES)).ok()?;
        let idle = idle(&frames).filter(|idle| *idle <= OVER_AFTER)?;
        let is_over = ends(&mut frames).unwrap_or(true);
        (!is_over).then_some((idle, path))
    });
    going_on.min().map(|(_, path)| path)
}

fn idle(file: &File) -> Option<Duration> {
    // A file from the future was written just now.
    let modified = file.metadata().and_then(|metadata| metadata.modified()).ok()?;
    Some(modified.elapsed().unwrap_or_default())
}

/// Whether the last whole line says that the run is over. The text is looked at, and not all of the file: text within
/// JSON never holds a bare quote, so that these words are a key and its value.
fn ends(file: &mut File) -> std::io::Result<bool> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(LAST_LINE)))?;
    let mut tail = Vec::new();
    Read::take(&mut *file, LAST_LINE).read_to_end(&mut tail)?;
    file.rewind()?;
    let whole = tail.iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
    let tail = &tail[..whole];
    let last = tail.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    Ok(String::from_utf8_lossy(last).contains(r#""stage":"ended""#))
}

/// A file that grows, read as far as it was written.
#[derive(Debug)]
pub(super) struct Growing {
    file: File,
    stream: FrameStream,
    path: PathBuf,
}

impl Growing {
    /// The folder's pictures so far, none read yet.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        Ok(Self {
            file: frames(path)?,
            stream: FrameStream::new(),
            path: path.to_owned(),
        })
    }

    /// Reads what is new, and gives the newest picture in it.
    pub(super) fn newest(&mut self) -> anyhow::Result<Option<Arc<Snapshot>>> {
        let mut newest = None;
        let mut piece = vec![0; PIECE];
        loop {
            let count = self.file.read(&mut piece)?;
            if count == 0 {
                return Ok(newest);
            }
            let fed = self.stream.feed(&piece[..count], |picture| newest = Some(picture));
            fed.map_err(|error| usage(format!("`{}`: {error}", self.path.join(FRAMES).display())))?;
        }
    }

    /// Hands on what is new until nobody wants it. Silence is worth a remark.
    pub(super) async fn follow(mut self, pictures: watch::Sender<Arc<Snapshot>>, remark: impl Fn(String)) {
        let mut quiet = Duration::ZERO;
        let mut remark_at = NO_NEWS;
        loop {
            let is_over = pictures.borrow().stage == measure::snapshot::Stage::Ended;
            if is_over {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = pictures.closed() => return,
            }
            match self.newest() {
                Ok(Some(picture)) => {
                    (quiet, remark_at) = (Duration::ZERO, NO_NEWS);
                    pictures.send_replace(picture);
                }
                Ok(None) => quiet += LOOK_EVERY,
                Err(error) => return remark(error.to_string()),
            }
            if quiet >= remark_at {
                remark_at = quiet + NO_NEWS;
                remark(format!("no news for {} s", quiet.as_secs()));
            }
        }
    }
}

/// A remark to the dashboard; beyond the few that may wait it is forgotten.
pub(super) fn remark(answer: &mpsc::Sender<Event>, words: String) {
    let _full_or_over = answer.try_send(Event::Remark(words));
}
