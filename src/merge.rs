//! `paydrill merge RUN…`

use crate::{
    cli::MergeOptions,
    failure::{Ending, usage},
    folder::Folder,
    view::{self, Shown},
};

pub(crate) fn run(options: &MergeOptions) -> anyhow::Result<Ending> {
    let folder = Folder::make(options.out.as_deref())?;
    let merged = match loadgen::merge::merge(&options.runs, folder.path()) {
        Ok(merged) => merged,
        Err(error) => {
            folder.discard();
            return Err(if error.is_usage() { usage(error) } else { error.into() });
        }
    };
    let shown = Shown {
        format: options.print.format,
        colour: options.print.color,
        ascii: options.print.ascii,
        strict: options.strict,
        junit: options.junit.as_deref(),
    };
    view::tell(&merged, &folder, shown)
}
