//! `paydrill load SCENARIO --target URL`: the load alone.

use std::sync::Arc;

use loadgen::{Admin, JournalSource, Plan};

use crate::{
    cli::LoadOptions,
    drive,
    failure::Ending,
    folder::Folder,
    scenario::{self, Loaded},
    settings, signals,
};

pub(crate) fn run(options: &LoadOptions) -> anyhow::Result<Ending> {
    // The allocator asks for pages of 2 MB, and each thread then holds some that are nearly empty: half of an idle load's
    // memory. A gateway is faster by them and keeps them. Where they can't be refused a load is only larger.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    let loaded = scenario::load(&options.scenario, &options.common)?.fed(&options.drive.feeds)?;
    let settings = settings::layered(options.common.config.as_deref())?;
    signals::install()?;
    let folder = Folder::make(options.drive.out.as_deref())?;
    let admin = options.admin.clone().map(|url| Admin {
        url,
        token: settings.admin_token,
    });
    drive::to_the_end(plan(options, loaded, &folder, admin), folder, &options.drive)
}

/// Orders of an earlier load with the same numbers may still stand in the gateway, so each load starts them anew.
fn plan(options: &LoadOptions, loaded: Loaded, folder: &Folder, admin: Option<Admin>) -> Plan {
    let new_prefix = || format!("L{}", jiff::Timestamp::now().as_millisecond());
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
    }
}
