//! `paydrill compare RUN RUN`: is the difference real, and does it matter?

mod baseline;
mod folder;

use std::{io::Write, path::Path};

use measure::{
    compare::{self, Comparison, Relevance},
    summary::Look,
};

use crate::{
    cli::{CompareOptions, Format},
    failure::{Ending, usage},
    view,
};

/// Times that change by less do not matter, unless somebody says otherwise.
const MIN_EFFECT: f64 = 0.05;

/// A share of successes that changes by less, half a percentage point, does not matter.
const MIN_SUCCESS: f64 = 0.005;

pub(crate) fn run(options: &CompareOptions) -> anyhow::Result<Ending> {
    if let Some(name) = &options.save_baseline {
        return baseline::save(&options.run, &options.baselines, name);
    }
    let (before, after) = match (&options.after, &options.baseline) {
        (Some(after), _) => (options.run.clone(), after.clone()),
        (None, Some(name)) => (baseline::find(&options.baselines, name)?, options.run.clone()),
        (None, None) => return Err(usage("name a second RUN, or --baseline NAME")),
    };
    let comparison = compared(&before, &after, relevance(options))?;
    tell(&comparison, options)?;
    let failed = options
        .fail_on_regression
        .is_some_and(|share| comparison.regressions(share).next().is_some());
    Ok(if failed { Ending::Failed } else { Ending::Good })
}

fn relevance(options: &CompareOptions) -> Relevance {
    // Whoever wants to fail at 2 % wants to see 2 %.
    let share = options
        .fail_on_regression
        .map_or(MIN_EFFECT, |share| share.min(MIN_EFFECT));
    Relevance {
        share: options.min_effect.unwrap_or(share),
        time_ms: options.min_time,
        success: MIN_SUCCESS,
    }
}

fn compared(before: &Path, after: &Path, relevance: Relevance) -> anyhow::Result<Comparison> {
    let (before, after) = (folder::read(before)?, folder::read(after)?);
    let mut differences = compare::differences(&before.run, &after.run);
    differences.extend(folder::differences(&before, &after));
    if !differences.is_empty() {
        return Err(usage(format!(
            "these runs cannot be compared:\n  {}",
            differences.join("\n  ")
        )));
    }
    let mut comparison = compare::compare(&before.run, &after.run, relevance).map_err(usage)?;
    comparison.notes.extend(folder::notes(&before, &after));
    Ok(comparison)
}

fn tell(comparison: &Comparison, options: &CompareOptions) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    match options.print.format {
        Format::Text => {
            let look = Look {
                width: view::width(),
                colour: view::colour(options.print.color),
                ascii: options.print.ascii,
            };
            write!(out, "{}", compare::render(comparison, look, options.fail_on_regression))?;
        }
        Format::Json => writeln!(out, "{}", serde_json::json!({ "compare": comparison }))?,
    }
    Ok(())
}
