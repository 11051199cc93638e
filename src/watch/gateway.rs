//! A running gateway, asked by its admin port.

use std::{sync::Arc, time::Duration};

use dashboards::{GatewayLook, GatewayPicture};
use measure::snapshot::Snapshot;
use tokio::{sync::watch, time::sleep};

use super::client::{Port, PortError};

/// A gateway is asked this often: its seconds come no faster.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// A gateway's picture, asked for by its admin port.
pub(super) struct Poller {
    port: Port,
    picture: GatewayPicture,
}

impl Poller {
    /// Nothing asked yet.
    pub(super) fn new(port: Port) -> Self {
        let picture = GatewayPicture::new(port.url());
        Self { port, picture }
    }

    /// Asks everything once.
    pub(super) async fn look(&mut self) -> Result<Arc<Snapshot>, PortError> {
        let after = self.picture.after();
        let (seconds, acts) = (
            format!("/seconds?after={}", after.seconds),
            format!("/acts?after={}", after.acts),
        );
        let (status, timeline, seconds, acts, faults) = tokio::try_join!(
            self.port.get("/status"),
            self.port.get("/timeline"),
            self.port.get(&seconds),
            self.port.get(&acts),
            self.port.get("/faults"),
        )?;
        Ok(self.picture.take(&GatewayLook {
            status: &status,
            timeline: &timeline,
            seconds: &seconds,
            acts: &acts,
            faults: &faults,
        }))
    }

    /// Asks again and again, until nobody wants to know.
    pub(super) async fn poll(mut self: Box<Self>, pictures: watch::Sender<Arc<Snapshot>>, say: impl Fn(String)) {
        loop {
            tokio::select! {
                () = sleep(ASK_EVERY) => {}
                () = pictures.closed() => return,
            }
            match self.look().await {
                Ok(picture) => {
                    pictures.send_replace(picture);
                }
                Err(error) => say(error.to_string()),
            }
        }
    }
}
