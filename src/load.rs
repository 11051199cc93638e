//! `paydrill load SCENARIO --target URL`: the load alone.

use std::sync::Arc;

use loadgen::{Admin, JournalSource, Part, Plan, recorded};
use scenarios::load::Segment;

use crate::{
    cli::{LoadOptions, SegmentOptions},
    drive,
    failure::{Ending, usage},
    folder::Folder,
    look,
    scenario::{self, Loaded},
    settings, signals,
    watch::serve::Window,
};

pub(crate) fn run(options: &LoadOptions) -> anyhow::Result<Ending> {
    // The allocator asks for pages of 2 MB, and each thread then holds some that are nearly empty: half of an idle load's
    // memory. A gateway is faster by them and keeps them. Where they can't be refused a load is only larger.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    let loaded = scenario::load(&options.scenario, &options.common)?.fed(&options.drive.feeds)?;
    let part = part(options.segment)?;
    let settings = settings::layered(options.common.config.as_deref())?;
    let screen = look::screen(&options.drive.print, &options.drive.screen, &settings)?;
    let window = Window::open(options.drive.watched.watch_listen, settings.admin_token.as_deref())?;
    signals::install()?;
    let folder = Folder::make(options.drive.out.as_deref())?;
    let admin = options.admin.clone().map(|url| Admin {
        url,
        token: settings.admin_token,
    });
    if part.is_some() {
        recorded::keep_scenario(folder.path(), &loaded.text).map_err(usage)?;
    }
    let plan = Plan {
        part,
        ..plan(options, loaded, &folder, admin)
    };
    drive::to_the_end(plan, folder, &options.drive, screen, window)
}

/// Which part of a load it is. A load that only begins later is a part that is the whole.
fn part(options: SegmentOptions) -> anyhow::Result<Option<Part>> {
    let Some(start) = options.start_at else { return Ok(None) };
    let start_us = u64::try_from(start.as_microsecond()).map_err(|_| usage("`--start-at` lies before 1970"))?;
    Ok(Some(Part {
        segment: options.segment.unwrap_or(Segment::WHOLE),
        start_us,
    }))
}

/// Orders of an earlier load with the same numbers may still stand in the gateway, so each load starts them anew. Segments
/// of one load must agree, and what they agree on is their start.
fn plan(options: &LoadOptions, loaded: Loaded, folder: &Folder, admin: Option<Admin>) -> Plan {
    let start = || options.segment.start_at.unwrap_or_else(jiff::Timestamp::now);
    let new_prefix = || format!("L{}", start().as_millisecond());
    Plan {
        scenario: Arc::clone(&loaded.scenario),
        length: options.common.length,
        target: options.target.clone(),
        journal: if admin.is_some() {
            JournalSource::Admin
        } else {
            JournalSource::None
        },
        fault: Some(options.drive.fault.clone()),
        scenario_text: admin.as_ref().map(|_| loaded.text),
        admin,
        allow_target: options.allow_target.clone(),
        out: folder.path().to_owned(),
        prefix: options.drive.prefix.clone().unwrap_or_else(new_prefix),
        on_first_arrival: None,
        shop: 0,
        repeats: None,
        feed: loaded.feed,
        wallet: options.wallet.clone(),
        users: options.drive.users,
        safety: options.drive.safety.limits(),
        part: None,
    }
}
