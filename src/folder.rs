//! The run folder: made when a run can really start, and taken away again if it could not.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::failure::usage;

/// Where run folders go without `--out`.
pub(crate) const RUNS: &str = "paydrill-runs";
/// Several runs may start within a second.
const SAME_SECOND_MAX: u32 = 100;

/// A run folder that exists.
pub(crate) struct Folder {
    path: PathBuf,
    made: bool,
}

impl Folder {
    /// Makes the folder. One that exists must be empty: runs are never mixed.
    pub(crate) fn make(out: Option<&Path>) -> anyhow::Result<Self> {
        match out {
            Some(path) => Self::named(path),
            None => Self::by_time(),
        }
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the folder away again, with what a run that never started left in it.
    pub(crate) fn discard(self) {
        let written = [
            "journal.jsonl",
            "scenario.yaml",
            "rerun.json",
            "latency.hlog",
            "orders.jsonl",
        ];
        for name in written {
            let _gone_already = fs::remove_file(self.path.join(name));
        }
        if self.made {
            let _not_empty = fs::remove_dir(&self.path);
            let _not_empty = self.path.parent().map(fs::remove_dir);
        }
    }

    fn named(path: &Path) -> anyhow::Result<Self> {
        let explain = |error: io::Error| usage(format!("run folder `{}`: {error}", path.display()));
        if path.exists() {
            let mut entries = fs::read_dir(path).map_err(explain)?;
            if entries.next().is_some() {
                return Err(usage(format!(
                    "run folder `{}` is not empty; name a new one",
                    path.display()
                )));
            }
            return Ok(Self {
                path: path.to_owned(),
                made: false,
            });
        }
        fs::create_dir_all(path).map_err(explain)?;
        Ok(Self {
            path: path.to_owned(),
            made: true,
        })
    }

    fn by_time() -> anyhow::Result<Self> {
        let runs = Path::new(RUNS);
        let explain = |error: io::Error| usage(format!("run folder in `{RUNS}`: {error}; name another with --out"));
        fs::create_dir_all(runs).map_err(explain)?;
        let time = jiff::Timestamp::now().strftime("%Y-%m-%dT%H-%M-%SZ").to_string();
        for turn in 1..=SAME_SECOND_MAX {
            let name = if turn == 1 {
                time.clone()
            } else {
                format!("{time}-{turn}")
            };
            let path = runs.join(name);
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self { path, made: true }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(explain(error)),
            }
        }
        Err(usage(format!(
            "`{RUNS}` already holds {SAME_SECOND_MAX} runs of this second; name a folder with --out"
        )))
    }
}
