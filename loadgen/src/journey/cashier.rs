//! The page behind `pay_url`, as the shopper of a journey `qr` opens it: the page, then its QR code. Both are one sample,
//! over when the code is there to be scanned.
//!
//! It is asked for at the target and nowhere else: a gateway serves its cashier where it serves its merchants, and what
//! leads to another host must not be called. No rule of a scenario acts on the page, so all that may break it is an outage.

use hyper::StatusCode;
use measure::sample::Class;
use scenarios::Journey;
use tokio::time::Instant;
use url::Url;

use super::{Journeys, Step, What};
use crate::client::{Answer, Broken, Exchange, Outgoing};

/// The page's script asks for the code here, below the page.
const QR_CODE: &str = "/qr.svg";

impl Journeys {
    /// The shopper of an opened order looks at its page.
    pub(super) async fn visit(&self, opened: Step, pay_url: &str) {
        let Some(page) = path_at(pay_url, self.client.authority()) else {
            let exchange = Exchange::skipped(Class::Protocol, "the page is not on the target");
            self.sample(What::Page(Journey::Qr), opened, &exchange, Class::Protocol);
            return;
        };
        if self.repeats.is_some() && self.expected.refuses(self.axis.us(Instant::now())) {
            let exchange = Exchange::unsent(Class::Refused);
            self.sample(What::Page(Journey::Qr), opened, &exchange, Class::Refused);
            return;
        }
        let mut exchange = self.client.exchange(Outgoing::get(page.clone())).await;
        let mut class = class_of(&exchange.answer);
        if class == Class::Ok {
            let code = self.client.exchange(Outgoing::get(page + QR_CODE)).await;
            class = class_of(&code.answer);
            exchange.done = code.done;
        }
        self.sample(What::Page(Journey::Qr), opened, &exchange, class);
    }
}

fn class_of(answer: &Result<Answer, Broken>) -> Class {
    match answer {
        Err(broken) => broken.class,
        Ok(answer) => match answer.status {
            StatusCode::OK => Class::Ok,
            status if status.is_client_error() => Class::Http4xx,
            status if status.is_server_error() => Class::Http5xx,
            _ => Class::Protocol,
        },
    }
}

/// The path of a page, where it is the target's own. A gateway with a port for TLS says `https`, on that port, and serves
/// the same pages on the one that the load drives over http: so of such an address only the host must fit.
fn path_at(pay_url: &str, authority: &str) -> Option<String> {
    let (page, target) = (
        Url::parse(pay_url).ok()?,
        Url::parse(&format!("http://{authority}")).ok()?,
    );
    let same_host = page.host() == target.host() || (is_loopback(&page) && is_loopback(&target));
    let same_port = page.port_or_known_default() == target.port_or_known_default();
    let fits = same_host && (same_port || page.scheme() == "https");
    fits.then(|| page.path().to_owned())
}

/// `localhost` and `127.0.0.1` are one machine under two names.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::path_at;

    #[test]
    fn only_pages_of_the_target_are_opened() {
        for (pay_url, authority, expected) in [
            ("http://127.0.0.1:80/cashier/a1", "127.0.0.1:80", Some("/cashier/a1")),
            (
                "http://127.0.0.1:8080/cashier/a1",
                "127.0.0.1:8080",
                Some("/cashier/a1"),
            ),
            (
                "http://localhost:8080/cashier/a1",
                "127.0.0.1:8080",
                Some("/cashier/a1"),
            ),
            (
                "https://127.0.0.1:8443/cashier/a1",
                "127.0.0.1:8080",
                Some("/cashier/a1"),
            ),
            ("https://pay.test:8443/cashier/a1", "pay.test:8080", Some("/cashier/a1")),
            ("http://127.0.0.1:8081/cashier/a1", "127.0.0.1:8080", None),
            ("https://pay.test/cashier/a1", "127.0.0.1:8080", None),
            ("https://t.me/OkayPayBot?start=x", "127.0.0.1:8080", None),
            ("", "127.0.0.1:8080", None),
        ] {
            assert_eq!(path_at(pay_url, authority).as_deref(), expected, "{pay_url}");
        }
    }
}
