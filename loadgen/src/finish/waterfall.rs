//! Where the time of journeys of one's own went, asked of the wallet when the load is over.

use std::io;

use measure::waterfall::Waterfall;

use super::{Ending, MAX_ORDER_PAGES};
use crate::{LoadError, admin::AdminPort, aggregate::Aggregate, waterfall};

impl Ending<'_> {
    /// Cuts the time of journeys, where the wallet's side can be asked. The figures are good without, so a wallet that is
    /// gone by now leaves none.
    pub(super) async fn waterfall(&mut self, aggregate: &mut Aggregate) -> Result<Vec<Waterfall>, LoadError> {
        if let Some(tours) = &self.journeys.tours {
            tours.close().map_err(|error| self.of_folder(error))?;
        }
        let Some(port) = self.port.clone() else {
            return Ok(Vec::new());
        };
        match self.of_wallet(&port, aggregate).await {
            Ok(orders) => {
                let told = waterfall::of_run(self.out, &aggregate.plan(), &orders);
                told.map_err(|error| self.of_folder(error))
            }
            Err(error @ LoadError::File { .. }) => Err(error),
            Err(_) => Ok(Vec::new()),
        }
    }

    /// What the wallet knows of every order.
    async fn of_wallet(&mut self, port: &AdminPort, aggregate: &mut Aggregate) -> Result<waterfall::Orders, LoadError> {
        let journeys = self.journeys.clone();
        self.journal.fetch().await?;
        aggregate.status = Some(port.status().await?);
        let mut orders = waterfall::Orders::default();
        if let Some(path) = self.journal.path() {
            let read = orders.read_journal(path, &journeys.axis);
            read.map_err(|error| self.of_folder(error))?;
        }
        let calendar = port.calendar(self.scenario).await?;
        for shop in &self.scenario.shops {
            let mut after = None;
            for _ in 0..MAX_ORDER_PAGES {
                let page = port.orders(shop.id, after.as_deref()).await?;
                for mut order in page.orders {
                    order.paid_ms = order.paid_ms.map(|paid_ms| calendar.wall_ms(paid_ms));
                    orders.paid(&order, &journeys.axis);
                }
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(orders)
    }

    fn of_folder(&self, error: io::Error) -> LoadError {
        LoadError::File {
            path: self.out.to_owned(),
            error,
        }
    }
}
