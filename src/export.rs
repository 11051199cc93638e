//! What the dashboard's export writes: the picture as JSON, and the screen as it is drawn.

use std::{fs, path::Path};

use dashboards::{Model, Still};

use crate::view;

/// Without a terminal's size.
const SIZE: (u16, u16) = (120, 38);
/// Exports of one second, at most.
const SAME_SECOND_MAX: u32 = 100;

/// Writes `frame-75.json` and `frame-75.txt` into a folder; empty is the current one. Gives a remark on it.
pub(crate) fn write(folder: &Path, model: &Model) -> String {
    match try_write(folder, model) {
        Ok(name) => format!("written: {name}, and the screen as text beside it"),
        Err(error) => format!("nothing could be written: {error}"),
    }
}

fn try_write(folder: &Path, model: &Model) -> anyhow::Result<String> {
    let picture = model.snapshot();
    let second = picture.elapsed_us / 1_000_000;
    let (json, text) = (
        serde_json::to_vec(picture)?,
        Still::of(model, view::terminal_size().unwrap_or(SIZE)).text(),
    );
    for turn in 1..=SAME_SECOND_MAX {
        let name = if turn == 1 {
            format!("frame-{second}")
        } else {
            format!("frame-{second}-{turn}")
        };
        let path = folder.join(format!("{name}.json"));
        let mut file = match fs::File::create_new(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error.into()),
        };
        std::io::Write::write_all(&mut file, &json)?;
        fs::write(path.with_extension("txt"), &text)?;
        return Ok(path.display().to_string());
    }
    anyhow::bail!("{SAME_SECOND_MAX} were written of this second already")
}
