//! The gateway's admin port, as the load asks it: status, orders, journal, scenario.

use std::time::Duration;

use bytes::Bytes;
use hyper::{Method, StatusCode, header};
use protocol::admin::{ClockView, FORMAT, FaultList, JournalPage, OrderPage, Status};
use scenarios::Scenario;
use serde::de::DeserializeOwned;

use crate::{
    calendar::Calendar,
    client::{Answer, Client, Outgoing},
    clock::wall_us,
};

/// Orders asked for at a time.
const ORDERS_PER_PAGE: usize = 500;

/// Journal lines asked for at a time.
const LINES_PER_PAGE: usize = 1_000;

/// Why the admin port did not answer as hoped.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// It cannot be reached.
    #[error("{url} cannot be reached: {why}")]
    Unreachable {
        /// Its address.
        url: String,
        /// What the socket said.
        why: String,
    },
    /// The token is missing or wrong.
    #[error("{url} refuses the admin token: HTTP {status}")]
    Token {
        /// Its address.
        url: String,
        /// Its answer.
        status: u16,
    },
    /// Another refusal.
    #[error("{url} answers HTTP {status} to {what}: {body}")]
    Refused {
        /// Its address.
        url: String,
        /// What was asked.
        what: String,
        /// Its answer.
        status: u16,
        /// The start of its body.
        body: String,
    },
    /// Not the admin protocol.
    #[error("{url} is no admin port of a gateway: {what} answers {why}")]
    Strange {
        /// Its address.
        url: String,
        /// What was asked.
        what: String,
        /// What is wrong with the answer.
        why: String,
    },
    /// A newer format than this program reads.
    #[error("{url} speaks format {found}, this program reads up to {FORMAT}")]
    Format {
        /// Its address.
        url: String,
        /// Its format.
        found: u32,
    },
}

/// The admin port of the gateway that is driven.
#[derive(Clone)]
pub(crate) struct AdminPort {
    client: Client,
    url: String,
    token: Option<header::HeaderValue>,
}

impl AdminPort {
    /// Over a client of its own, so that questions never wait behind the load.
    pub(crate) fn new(client: Client, url: String, token: Option<&str>) -> Result<Self, AdminError> {
        let token = token.map(|token| {
            header::HeaderValue::from_str(&format!("Bearer {token}")).map(|mut value| {
                value.set_sensitive(true);
                value
            })
        });
        match token.transpose() {
            Ok(token) => Ok(Self { client, url, token }),
            Err(_) => Err(AdminError::Token { url, status: 0 }),
        }
    }

    /// `GET /status`
    pub(crate) async fn status(&self) -> Result<Status, AdminError> {
        let status: Status = self.read("/status".to_owned()).await?;
        if status.format > FORMAT {
            return Err(AdminError::Format {
                url: self.url.clone(),
                found: status.format,
            });
        }
        Ok(status)
    }

    /// How the calendar runs, by `GET /clock`.
    pub(crate) async fn calendar(&self, scenario: &Scenario) -> Result<Calendar, AdminError> {
        if Calendar::is_in_step(scenario) {
            return Ok(Calendar::InStep);
        }
        // Taken before, so that what is put on the wall is never later than it was.
        let wall_ms = wall_us() / 1_000;
        let view: ClockView = self.read("/clock".to_owned()).await?;
        Ok(Calendar::AtSpeed {
            speed: scenario.clock.speed,
            wall_ms,
            calendar_ms: view.gateway_time_ms,
        })
    }

    /// `GET /orders`, one page.
    pub(crate) async fn orders(&self, shop: u64, after: Option<&str>) -> Result<OrderPage, AdminError> {
        let after = after.map(|after| format!("&after={after}")).unwrap_or_default();
        self.read(format!("/orders?limit={ORDERS_PER_PAGE}&shop={shop}{after}"))
            .await
    }

    /// `GET /journal`, one page.
    pub(crate) async fn journal(&self, after: u64) -> Result<JournalPage, AdminError> {
        self.read(format!("/journal?after={after}&limit={LINES_PER_PAGE}"))
            .await
    }

    /// `PUT /scenario`, with the length and the seed that the load itself plays it with. Its timeline starts after
    /// `starts_in`.
    pub(crate) async fn put_scenario(
        &self,
        text: &str,
        lasts: Duration,
        seed: u64,
        starts_in: Duration,
    ) -> Result<(), AdminError> {
        let in_ms = match starts_in.as_millis() {
            0 => String::new(),
            ms => format!("&in_ms={ms}"),
        };
        let path = format!("/scenario?for_ms={}&seed={seed}{in_ms}", lasts.as_millis());
        self.ask(Method::PUT, path, Bytes::from(text.to_owned()))
            .await
            .map(|_| ())
    }

    /// `POST /phase/{name}`
    pub(crate) async fn jump(&self, name: &str) -> Result<(), AdminError> {
        let answer = self.ask(Method::POST, path(&["phase", name]), Bytes::new()).await;
        answer.map(|_| ())
    }

    /// `POST /timeline/hold`
    pub(crate) async fn hold(&self) -> Result<(), AdminError> {
        let answer = self.ask(Method::POST, path(&["timeline", "hold"]), Bytes::new()).await;
        answer.map(|_| ())
    }

    /// `POST /timeline/release`
    pub(crate) async fn release_timeline(&self) -> Result<(), AdminError> {
        let path = path(&["timeline", "release"]);
        self.ask(Method::POST, path, Bytes::new()).await.map(|_| ())
    }

    /// `GET /faults`
    pub(crate) async fn faults(&self) -> Result<FaultList, AdminError> {
        self.read("/faults".to_owned()).await
    }

    /// `PUT /faults/{name}`, for as long as a fault is on that says nothing of it.
    pub(crate) async fn put_fault(&self, name: &str, text: &str) -> Result<(), AdminError> {
        let body = Bytes::from(text.to_owned());
        self.ask(Method::PUT, path(&["faults", name]), body).await.map(|_| ())
    }

    /// `DELETE /faults/{name}`
    pub(crate) async fn lift_fault(&self, name: &str) -> Result<(), AdminError> {
        let answer = self.ask(Method::DELETE, path(&["faults", name]), Bytes::new()).await;
        answer.map(|_| ())
    }

    async fn read<T: DeserializeOwned>(&self, path: String) -> Result<T, AdminError> {
        let what = path.clone();
        let answer = self.ask(Method::GET, path, Bytes::new()).await?;
        serde_json::from_slice(&answer.body).map_err(|error| AdminError::Strange {
            url: self.url.clone(),
            what: format!("GET {what}"),
            why: error.to_string(),
        })
    }

    async fn ask(&self, method: Method, path: String, body: Bytes) -> Result<Answer, AdminError> {
        let what = format!("{method} {path}");
        let headers = self
            .token
            .iter()
            .map(|token| (header::AUTHORIZATION, token.clone()))
            .collect();
        let exchange = self
            .client
            .exchange(Outgoing {
                method,
                path,
                headers,
                body,
            })
            .await;
        let answer = exchange.answer.map_err(|broken| AdminError::Unreachable {
            url: self.url.clone(),
            why: broken.why,
        })?;
        match answer.status {
            status if status.is_success() => Ok(answer),
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => Err(AdminError::Token {
                url: self.url.clone(),
                status: status.as_u16(),
            }),
            status => Err(AdminError::Refused {
                url: self.url.clone(),
                what,
                status: status.as_u16(),
                body: String::from_utf8_lossy(&answer.body).chars().take(300).collect(),
            }),
        }
    }
}

/// A path of these segments, each written as a URL writes it.
fn path(segments: &[&str]) -> String {
    let mut url = url::Url::parse("http://localhost/").expect("a literal that is one");
    if let Ok(mut path) = url.path_segments_mut() {
        path.clear().extend(segments);
    }
    url.path().to_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_of_any_script_fits_a_path() {
        assert_eq!(super::path(&["phase", "恢 a/b"]), "/phase/%E6%81%A2%20a%2Fb");
    }
}
