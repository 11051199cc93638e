//! What the arguments of `watch` name, and what is watched without any.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{
    client::{Port, PortError},
    folder,
};
use crate::{failure::usage, folder::RUNS, settings::Settings};

/// What can be watched.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// The folder of a run that is over.
    Recorded(PathBuf),
    /// The folder of a run that goes on.
    Growing(PathBuf),
    /// A load that lets itself be watched.
    Load(Port),
    /// A gateway, by its admin port.
    Gateway(Port),
}

/// What `GET /status` says of what it is: a load says so, a gateway has its orders.
#[derive(Deserialize)]
struct Kind {
    format: u32,
    kind: Option<String>,
    orders: Option<serde::de::IgnoredAny>,
}

/// Sources watched at a time, at most.
const PLACES_MAX: usize = 64;

/// The format of a load's answers and of an admin port's that is read here.
const FORMAT: u32 = protocol::admin::FORMAT;

/// Everything that is named, or what goes on where nothing is.
pub(super) async fn find(named: &[String], settings: &Settings) -> anyhow::Result<Vec<Place>> {
    if named.len() > PLACES_MAX {
        return Err(usage(format!(
            "{} are too many to watch, {PLACES_MAX} at most",
            named.len()
        )));
    }
    if named.is_empty() {
        return Ok(vec![unnamed(settings).await?]);
    }
    let mut places = Vec::new();
    for name in named {
        places.push(place(name, settings).await?);
    }
    Ok(places)
}

async fn place(name: &str, settings: &Settings) -> anyhow::Result<Place> {
    if name.contains("://") {
        let port = Port::new(name, settings.admin_token.as_deref()).map_err(usage)?;
        return told_apart(port).await.map_err(usage);
    }
    folder::place(Path::new(name))
}

async fn unnamed(settings: &Settings) -> anyhow::Result<Place> {
    if let Some(path) = folder::newest() {
        return folder::place(&path);
    }
    let url = format!("http://{}", settings.admin);
    let port = Port::new(&url, settings.admin_token.as_deref()).map_err(usage)?;
    told_apart(port).await.map_err(|error| {
        usage(format!(
            "nothing to watch: no run goes on below `{RUNS}`, and no gateway answers at its admin address ({error}); \
             name a run folder or a URL"
        ))
    })
}

/// A load or a gateway, by its `GET /status`.
async fn told_apart(port: Port) -> Result<Place, PortError> {
    let status: Kind = match port.get("/status").await {
        Ok(status) => status,
        Err(PortError::Refused { status: 404, .. } | PortError::Strange { .. }) => return Err(neither(&port)),
        Err(error) => return Err(error),
    };
    if status.format > FORMAT {
        return Err(PortError::Strange {
            url: port.url(),
            what: "GET /status".to_owned(),
            why: format!(
                "format {}, this paydrill reads up to {FORMAT}: use a newer one",
                status.format
            ),
        });
    }
    match (status.kind.as_deref(), status.orders) {
        (Some("load"), _) => Ok(Place::Load(port)),
        (Some("gateway") | None, Some(_)) => Ok(Place::Gateway(port)),
        (Some(_) | None, _) => Err(neither(&port)),
    }
}

fn neither(port: &Port) -> PortError {
    PortError::Strange {
        url: port.url(),
        what: "GET /status".to_owned(),
        why: "it is neither a gateway's admin port nor a load that lets itself be watched (`--watch-listen`)"
            .to_owned(),
    }
}

impl Place {
    /// Its name on the screen.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Recorded(path) | Self::Growing(path) => path.file_name().map_or_else(
                || path.display().to_string(),
                |name| name.to_string_lossy().into_owned(),
            ),
            Self::Load(port) => format!("load {}", port.authority()),
            Self::Gateway(port) => format!("gateway {}", port.authority()),
        }
    }
}
