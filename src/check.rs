//! `paydrill check FILE…`

use std::io::Write;

use scenarios::{Problems, Read};

use crate::{
    cli::{CheckOptions, Format},
    failure::{Ending, usage},
    scenario::read,
    view,
};

pub(crate) fn run(options: &CheckOptions) -> anyhow::Result<Ending> {
    let mut out = std::io::stdout();
    let colour = view::colour(options.color);
    let (mut bad_files, mut mistakes_in_all) = (0_usize, 0_usize);
    for path in &options.files {
        let problems = match scenarios::read_bytes(path, &read(path)?) {
            Ok(read) => {
                good(&mut out, path, &read, options)?;
                continue;
            }
            Err(problems) => problems,
        };
        bad_files += 1;
        mistakes_in_all += problems.total();
        match options.format {
            Format::Text => write!(out, "{}", problems.render(colour))?,
            Format::Json => writeln!(out, "{}", serde_json::to_string(&problems)?)?,
        }
    }
    if bad_files == 0 {
        return Ok(Ending::Good);
    }
    Err(usage(format!(
        "{mistakes_in_all} mistakes in {bad_files} of {} files",
        options.files.len()
    )))
}

/// A file that is played: what its writer may want to know, and how large it is.
fn good(out: &mut impl Write, path: &str, read: &Read, options: &CheckOptions) -> std::io::Result<()> {
    match options.format {
        Format::Text => {
            if let Some(notes) = &read.notes {
                write!(out, "{}", notes.render(view::colour(options.color)))?;
            }
            writeln!(out, "{path}: good ({})", size(&read.scenario))
        }
        Format::Json => match &read.notes {
            Some(notes) => writeln!(out, "{}", serde_json::to_string(notes)?),
            None => Ok(()),
        },
    }
}

/// Every problem of a file, and a last line that counts them: what `run` prints for a bad file.
pub(crate) fn headline(problems: &Problems) -> String {
    let list = problems.render(view::colour(crate::cli::Colour::Auto));
    format!(
        "`{}` has {}\n\n{list}",
        problems.name,
        plural(problems.total(), "mistake")
    )
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 {
        format!("1 {word}")
    } else {
        format!("{count} {word}s")
    }
}

fn size(scenario: &scenarios::Scenario) -> String {
    format!(
        "{} phases, {} rules, {} expectations",
        scenario.phases.len(),
        scenario.rules.len(),
        scenario.expect.len()
    )
}
