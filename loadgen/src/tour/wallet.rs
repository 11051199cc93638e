//! The wallet's page, where the shopper pays: it is opened as a browser would, and where nobody pays by itself the
//! shopper pays by balance.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
use hyper::{Method, header};
use measure::sample::Class;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    client::{Client, Exchange, Outgoing, TIMEOUT},
    gate::Gate,
};

/// Hosts that pages were found at; a load has one wallet.
const HOSTS_MOST: usize = 16;

/// How the wallet's pages are reached.
pub(crate) struct Wallet {
    /// The wallet's address, where the user gave it.
    base: Option<String>,
    allow: Vec<String>,
    hard: CancellationToken,
    clients: Mutex<BTreeMap<String, Client>>,
}

/// A shopper who could not pay.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) exchange: Exchange,
    pub(super) class: Class,
    /// What is wrong with the file or the command line.
    pub(super) mistake: Option<String>,
}

impl Wallet {
    pub(crate) fn new(base: Option<String>, allow: &[String], hard: CancellationToken) -> Self {
        Self {
            base,
            allow: allow.to_vec(),
            hard,
            clients: Mutex::default(),
        }
    }

    /// Opens the page; where nobody in the scenario pays, the shopper does.
    pub(super) async fn pay(&self, url: &str, somebody_pays: bool) -> Result<Exchange, Failed> {
        let (client, path) = self.find(url).map_err(|mistake| Failed {
            exchange: Exchange::unsent(Class::Refused),
            class: Class::Refused,
            mistake: Some(mistake),
        })?;
        let page = good(client.exchange(Outgoing::get(path.clone())).await)?;
        if somebody_pays {
            return Ok(page);
        }
        let json = (
            header::CONTENT_TYPE,
            header::HeaderValue::from_static("application/json"),
        );
        let paid = client.exchange(Outgoing {
            method: Method::POST,
            path: format!("{path}/pay"),
            headers: vec![json],
            body: Bytes::from_static(br#"{"method":"balance"}"#),
        });
        let paid = good(paid.await)?;
        Ok(Exchange {
            sent: page.sent,
            ..paid
        })
    }

    /// Whether the page says that nobody paid.
    pub(super) async fn is_unpaid(&self, url: &str) -> bool {
        #[derive(serde::Deserialize)]
        struct State {
            stage: String,
        }
        let Ok((client, path)) = self.find(url) else {
            return false;
        };
        let exchange = client.exchange(Outgoing::get(format!("{path}/state"))).await;
        let state = exchange.answer.ok();
        let state = state.and_then(|answer| serde_json::from_slice::<State>(&answer.body).ok());
        state.is_some_and(|state| state.stage != "paid")
    }

    fn find(&self, url: &str) -> Result<(Client, String), String> {
        let page = Url::parse(url).map_err(|error| format!("`{url}` is no address to pay at: {error}"))?;
        let path = page.path().to_owned();
        let base = match &self.base {
            Some(base) => base.clone(),
            None if page.scheme() == "http" => page.origin().ascii_serialization(),
            None => {
                let host = page.host_str().unwrap_or_default();
                return Err(format!(
                    "the page to pay at is on {}://{host}, and the load speaks plain http: name the wallet's own port by \
                     `--wallet http://…`",
                    page.scheme()
                ));
            }
        };
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&base) {
            return Ok((client.clone(), path));
        }
        if clients.len() >= HOSTS_MOST {
            return Err(format!(
                "more than {HOSTS_MOST} hosts to pay at; {base} is one too many"
            ));
        }
        let gate = Gate::open(&base, &self.allow).map_err(|error| error.to_string())?;
        let client = Client::new(gate, TIMEOUT, self.hard.clone());
        clients.insert(base, client.clone());
        Ok((client, path))
    }
}

fn good(exchange: Exchange) -> Result<Exchange, Failed> {
    let class = match &exchange.answer {
        Ok(answer) if answer.status.is_success() => return Ok(exchange),
        Ok(answer) if answer.status.is_client_error() => Class::Http4xx,
        Ok(answer) if answer.status.is_server_error() => Class::Http5xx,
        Ok(_) => Class::Protocol,
        Err(broken) => broken.class,
    };
    Err(Failed {
        exchange,
        class,
        mistake: None,
    })
}

/// The wallet's number of an order, the last part of its page's address: 32 hex digits.
pub(super) fn order_id(url: &str) -> Option<&str> {
    let last = url.rsplit(['/', '-', '=']).next()?;
    (last.len() == 32 && last.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_read_from_its_page() {
        let id = "0123456789abcdef0123456789abcdef";
        for (url, expected) in [
            (format!("http://127.0.0.1:1/cashier/{id}"), Some(id)),
            (format!("https://t.me/OkayPayBot?start=shop_deposit--{id}"), Some(id)),
            ("http://127.0.0.1:1/pay/7".to_owned(), None),
        ] {
            assert_eq!(order_id(&url), expected, "{url}");
        }
    }

    #[test]
    fn pages_are_found_where_the_load_may_go() {
        let wallet = |base: Option<&str>| Wallet::new(base.map(str::to_owned), &[], CancellationToken::new());
        let found = |base, url: &str| wallet(base).find(url).map(|(_, path)| path);
        assert_eq!(found(None, "http://127.0.0.1:9/cashier/1").as_deref(), Ok("/cashier/1"));
        assert_eq!(
            found(Some("http://127.0.0.1:9"), "https://127.0.0.1:8/cashier/1").as_deref(),
            Ok("/cashier/1")
        );
        for (url, said) in [
            ("https://127.0.0.1:8/cashier/1", "--wallet http://"),
            ("/cashier/1", "is no address to pay at"),
            ("http://192.0.2.1/cashier/1", "--allow-target"),
        ] {
            let refused = found(None, url).unwrap_err();
            assert!(refused.contains(said), "{url}: {refused}");
        }
    }
}
