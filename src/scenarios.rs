//! `paydrill scenarios [list|show NAME|copy NAME|triggers|import HISTOGRAM]`

use std::{fs, io::Write};

use scenarios::{
    library::{self, Shipped},
    triggers::Case,
};

use crate::{
    cli::{Format, ScenariosAction, ScenariosOptions},
    failure::{Ending, usage},
    import,
};

/// What editors complete by, in the folder of the copies.
const SCHEMA: &str = "paydrill.schema.json";

pub(crate) fn run(options: &ScenariosOptions) -> anyhow::Result<Ending> {
    match &options.action {
        None => list(Format::Text)?,
        Some(ScenariosAction::List { format }) => list(*format)?,
        Some(ScenariosAction::Show { name }) => write!(std::io::stdout(), "{}", shipped(name)?.text)?,
        Some(ScenariosAction::Copy { name }) => copy(name)?,
        Some(ScenariosAction::Triggers { format }) => triggers(*format)?,
        Some(ScenariosAction::Import(options)) => return import::run(options),
    }
    Ok(Ending::Good)
}

fn list(format: Format) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    let all: Vec<Shipped> = library::names().filter_map(library::get).collect();
    match format {
        Format::Text => write!(out, "{}", by_group(&all))?,
        Format::Json => {
            for Shipped { name, group, about, .. } in all {
                let line = serde_json::json!({"name": name, "group": group.word(), "about": about});
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(())
}

fn by_group(all: &[Shipped]) -> String {
    let width = all.iter().map(|shipped| shipped.name.len()).max().unwrap_or(0);
    let groups = all.chunk_by(|one, next| one.group == next.group).map(|shipped| {
        let group = shipped[0].group;
        let heading = format!("{}: {}\n", group.word(), group.about());
        let lines = shipped
            .iter()
            .map(|Shipped { name, about, .. }| format!("  {name:width$}  {about}\n"));
        heading + &lines.collect::<String>()
    });
    groups.collect::<Vec<_>>().join("\n")
}

/// The acceptance table: the amount or the header that asks for each case, what it certifies, what happens.
fn triggers(format: Format) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    let widest = |text: fn(Case) -> &'static str| Case::all().map(|case| text(case).len()).max().unwrap_or(0);
    let (names, checks) = (widest(Case::name), widest(Case::certifies));
    for case in Case::all() {
        let (amount, name, certifies, about) = (case.amount(), case.name(), case.certifies(), case.about());
        match format {
            Format::Text => writeln!(out, "{amount}  {name:names$}  {certifies:checks$}  {about}")?,
            Format::Json => {
                let certifies: Vec<&str> = certifies.split(' ').collect();
                let amount = amount.to_string();
                let row = serde_json::json!({"amount": amount, "name": name, "certifies": certifies, "about": about});
                writeln!(out, "{row}")?;
            }
        }
    }
    Ok(())
}

/// The copy completes in editors: its first line names the schema, which stands beside it.
fn copy(name: &str) -> anyhow::Result<()> {
    let file = format!("{name}.yaml");
    let text = shipped(name)?.text;
    let mut target = fs::File::create_new(&file).map_err(|error| {
        usage(format!(
            "`{file}` can't be made: {error}; move the one that is there away"
        ))
    })?;
    write!(target, "# yaml-language-server: $schema={SCHEMA}\n{text}")?;
    // Generated, so an older one is replaced.
    let schema = serde_json::to_string_pretty(&scenarios::schema())?;
    fs::write(SCHEMA, schema + "\n").map_err(|error| usage(format!("`{SCHEMA}` can't be written: {error}")))?;
    writeln!(std::io::stdout(), "{file}")?;
    Ok(())
}

fn shipped(name: &str) -> anyhow::Result<Shipped> {
    library::get(name).ok_or_else(|| {
        let guess = library::nearest(name).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        usage(format!(
            "no shipped scenario `{name}`{guess} (`paydrill scenarios` lists them)"
        ))
    })
}
