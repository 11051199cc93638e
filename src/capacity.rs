//! `paydrill capacity [SCENARIO] --by rate|users --slo …`: the highest level that keeps an objective.

use std::{fs, io::Write, net::SocketAddr};

use anyhow::Context;
use loadgen::{
    Admin,
    capacity::{self, Bare, CapacityPlan, Objective, Searching},
};
use measure::search::{self, Range, report};
use simulator::{Bound, Config, Start};
use tokio_util::sync::CancellationToken;

use crate::{
    cli::{By, CapacityOptions, Common, Format},
    drive,
    failure::{Ending, usage},
    folder::Folder,
    gateway, look, scenario, settings,
    settings::Settings,
    signals::{self, Stop},
};

/// What the load does without a scenario: every arrival opens one order, and nobody pays, so an arrival is a request.
const OPENINGS: &str = "name: openings\nload: {journeys: [{checkout: 100%}], arrivals: [{constant: 1/s}]}\n";
/// Below it a step has too few arrivals to be judged by.
const LOWEST_RATE: f64 = 1.0;
/// Where a search begins.
const FROM_RATE: f64 = 50.0;
/// A search asks nothing of the journal, and its lines would take memory.
const JOURNAL_LINES: usize = 1_000;

pub(crate) fn run(options: &CapacityOptions) -> anyhow::Result<Ending> {
    let bare = bare(options)?;
    let objectives: Vec<Objective> = options
        .slo
        .iter()
        .map(|text| Objective::parse(text, &bare.scenario.load).map_err(|error| usage(format!("--slo {error}"))))
        .collect::<anyhow::Result<_>>()?;
    let range = range(options)?;
    if let Some(objective) = objectives.iter().find(|objective| objective.is_about_journeys())
        && !bare.scenario.somebody_pays()
    {
        return Err(usage(format!(
            "--slo `{}`: in `{}` nobody pays, so no journey comes to its end; speak of requests, or name a scenario with `payers`",
            objective.text(),
            bare.scenario.name
        )));
    }
    let settings = settings::layered(options.config.as_deref())?;
    signals::install()?;
    let folder = Folder::make(options.out.as_deref())?;
    let plan = CapacityPlan {
        bare,
        range,
        at_least: options.at_least,
        objectives,
        step: options.step,
        confirm: options.confirm,
        longest: options.longest,
        target: options.target.clone().unwrap_or_default(),
        own: options.target.is_none(),
        admin: options.admin.clone().map(|url| Admin {
            url,
            token: settings.admin_token.clone(),
        }),
        allow_target: options.allow_target.clone(),
        out: folder.path().to_owned(),
        // Orders of an earlier load with the same numbers may still stand in the target.
        prefix: options
            .prefix
            .clone()
            .unwrap_or_else(|| format!("C{}", jiff::Timestamp::now().as_millisecond())),
        on_first_arrival: None,
    };
    if plan.own {
        in_own_gateway(plan, settings, folder, options.format)
    } else {
        to_the_end(plan, folder, options.format)
    }
}

fn range(options: &CapacityOptions) -> anyhow::Result<Range> {
    let (by, from, lowest, highest) = match options.by {
        By::Rate => (search::By::Rate, FROM_RATE, LOWEST_RATE, options.max_rate),
        By::Users => (search::By::Users, 1.0, 1.0, options.max_users),
    };
    let whole = |level: Option<f64>| level.is_none_or(|level| level.fract() == 0.0);
    if by == search::By::Users && !(whole(options.from) && whole(options.at_least)) {
        return Err(usage(
            "--by users counts whole users: --from and --at-least are numbers such as 8",
        ));
    }
    let from = options.from.unwrap_or(from);
    if from > highest {
        return Err(usage(format!(
            "the first level, {from}, lies above the highest, {highest}"
        )));
    }
    Ok(Range {
        by,
        from,
        lowest: lowest.min(from),
        highest,
        precision: options.precision,
    })
}

fn bare(options: &CapacityOptions) -> anyhow::Result<Bare> {
    let common = Common {
        seed: options.seed,
        length: None,
        config: None,
    };
    let scenario = match &options.scenario {
        Some(argument) => scenario::load(argument, &common)?.scenario,
        None => {
            let mut scenario = ::scenarios::read("openings.yaml", OPENINGS).expect("our own text is a scenario");
            scenario.seed = options.seed.unwrap_or(scenario.seed);
            scenario.into()
        }
    };
    if !scenario.load.itineraries.is_empty() {
        return Err(usage(format!(
            "`{}` plays journeys of its own, and a search plays `checkout` alone: name a scenario without them",
            scenario.name
        )));
    }
    Ok(capacity::bare(&scenario, options.longest))
}

fn in_own_gateway(plan: CapacityPlan, settings: Settings, folder: Folder, format: Format) -> anyhow::Result<Ending> {
    let shutdown = CancellationToken::new();
    let runtime = tokio::runtime::Runtime::new().context("the runtime can't start")?;
    let bound = match runtime.block_on(bind(&plan, settings, shutdown.clone())) {
        Ok(bound) => bound,
        Err(error) => {
            folder.discard();
            return Err(error);
        }
    };
    let plan = CapacityPlan {
        target: format!("http://{}", bound.gateway),
        on_first_arrival: Some(Box::new(bound.starter())),
        ..plan
    };
    let outcome = to_the_end(plan, folder, format);
    shutdown.cancel();
    runtime.block_on(bound.stopped());
    outcome
}

async fn bind(plan: &CapacityPlan, mut settings: Settings, shutdown: CancellationToken) -> anyhow::Result<Bound> {
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    (settings.listen, settings.tls_listen, settings.admin) = (loopback, loopback, loopback);
    (settings.tls, settings.journal, settings.journal_lines) = (false, None, JOURNAL_LINES);
    let config = Config {
        start: Start::FirstArrival,
        ..gateway::config(&settings, &plan.bare.scenario, None)?
    };
    gateway::bind(config, shutdown).await
}

/// Searches, shows the steps, and leaves the run folder. A search that can't start leaves nothing.
fn to_the_end(plan: CapacityPlan, folder: Folder, format: Format) -> anyhow::Result<Ending> {
    let first_line = format!(
        "{} at {}, orders {}-…",
        plan.bare.scenario.name, plan.target, plan.prefix
    );
    let notes = plan.bare.notes.clone();
    let by = plan.range.by;
    let searching = match capacity::start(plan) {
        Ok(searching) => searching,
        Err(error) => {
            folder.discard();
            return Err(drive::explained(error));
        }
    };
    let stopper = searching.stopper();
    signals::on_stop(move |stop| match stop {
        Stop::Gracefully => stopper.stop(),
        Stop::AtOnce => stopper.abort(),
    });
    let mut out = std::io::stdout();
    if format == Format::Text {
        notes
            .iter()
            .chain([&first_line])
            .try_for_each(|line| writeln!(out, "{line}"))?;
        writeln!(out, "{}", report::head_line())?;
    }
    show(&searching, by, format)?;
    let found = searching.wait().map_err(drive::explained)?;
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        fs::write(&path, text).with_context(|| format!("`{}`", path.display()))
    };
    write("capacity.json", found.to_json_pretty())?;
    write("capacity.html", dashboards::capacity_html(&found, look::language()))?;
    match format {
        Format::Text => writeln!(
            out,
            "\n{}\nrun folder  {}",
            report::render(&found),
            folder.path().display()
        )?,
        Format::Json => dashboards::json_capacity(&found, folder.path(), &mut out)?,
    }
    Ok(match (found.is_untrusted(), found.is_good()) {
        (true, _) => Ending::Untrusted,
        (false, true) => Ending::Good,
        (false, false) => Ending::Failed,
    })
}

fn show(searching: &Searching, by: search::By, format: Format) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    while let Some(step) = searching.next_step() {
        match format {
            Format::Text => writeln!(out, "{}", report::step_line(&step, by))?,
            Format::Json => dashboards::json_step(&step, &mut out)?,
        }
        out.flush()?;
    }
    Ok(())
}
