//! The page behind `pay_url`, served on the merchant port: its files, its little interface in JSON, its QR code. What
//! payers do there is `desk.rs`'s.
//!
//! No rule of a scenario acts on these requests, so that a person can pay whatever the merchant's calls go through; a
//! phase that refuses connections refuses these too. They are no merchant's calls, and the journal has no line of them.

mod answer;

use hyper::{
    HeaderMap, Method as Verb, Request, Uri,
    body::{Bytes, Incoming},
    header::{CONTENT_TYPE, HOST, ORIGIN},
};
use ledger::OrderId;
use qrcode::{QrCode, render::svg};
use scenarios::Method;
use serde::{Deserialize, de::DeserializeOwned};

use super::desk::{self, Wish};
use crate::{
    connection::{Answer, Severed, read_body},
    fault::wire::{Ending, Line},
    gateway::Gateway,
    route::check_head,
};
use answer::PageError;

/// Where the cashier's paths begin.
const ROOT: &str = "/cashier/";
/// The page and its files: name, media type, bytes.
const PAGE: (&str, &str) = ("text/html; charset=utf-8", include_str!("page/cashier.html"));
const ASSETS: [(&str, &str, &str); 2] = [
    (
        "cashier.css",
        "text/css; charset=utf-8",
        concat!(include_str!("../palette.css"), include_str!("page/cashier.css")),
    ),
    (
        "cashier.js",
        "text/javascript; charset=utf-8",
        include_str!("page/cashier.js"),
    ),
];
/// The QR code's width and height at least, in pixels; it is scaled without loss.
const QR_PX: u32 = 220;

/// Whether a request is a payer's.
pub(crate) fn is_for(uri: &Uri) -> bool {
    uri.path().starts_with(ROOT)
}

/// Answers a payer's request, or ends its connection where the phase refuses.
pub(crate) async fn serve(gateway: &Gateway, line: &Line, request: Request<Incoming>) -> Result<Answer, Severed> {
    let answered = hear(gateway, line, request).await;
    if gateway.in_force.refuses_now() {
        line.sever(Ending::Reset);
        return Err(Severed);
    }
    Ok(answered.unwrap_or_else(|error| answer::refuse(&error)))
}

async fn hear(gateway: &Gateway, line: &Line, request: Request<Incoming>) -> Result<Answer, PageError> {
    let (head, body) = request.into_parts();
    check_head(&head.uri, head.version, &head.headers, gateway.limits.uri_bytes)?;
    let place = Place::of(head.uri.path()).ok_or(PageError::PathUnknown)?;
    place.check_verb(&head.method)?;
    match place {
        Place::Page(id) => {
            let known = id.is_some_and(|id| is_known(gateway, id, &head.method));
            Ok(answer::page(PAGE.0, PAGE.1, known))
        }
        Place::Asset(name) => asset(name),
        Place::State(id) => known(desk::look(gateway, id)),
        Place::Qr(id) => qr(gateway, line, &head.headers, id),
        Place::Command(id, command) => {
            check_sender(&head.headers)?;
            let body = read_body(body, &gateway.limits).await?;
            known(desk::act(gateway, id, command.read(&body)?))
        }
    }
}

/// A page that is looked for without being read, by `HEAD`, has not been opened.
fn is_known(gateway: &Gateway, id: OrderId, verb: &Verb) -> bool {
    if *verb == Verb::HEAD {
        desk::look(gateway, id).is_some()
    } else {
        desk::open(gateway, id)
    }
}

fn known(state: Option<super::state::State>) -> Result<Answer, PageError> {
    state.map(|state| answer::json(&state)).ok_or(PageError::OrderUnknown)
}

fn asset(name: &str) -> Result<Answer, PageError> {
    let found = ASSETS.iter().find(|(known, _, _)| *known == name);
    let (_, media_type, text) = found.ok_or(PageError::PathUnknown)?;
    Ok(answer::asset(media_type, text))
}

/// The address that this payer came by, as another device of his will most likely reach the gateway by the same.
fn qr(gateway: &Gateway, line: &Line, headers: &HeaderMap, id: OrderId) -> Result<Answer, PageError> {
    desk::look(gateway, id).ok_or(PageError::OrderUnknown)?;
    let scheme = if line.secure() { "https" } else { "http" };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let base = host.map(|host| format!("{scheme}://{host}"));
    let base = base.or_else(|| gateway.cashier.get().cloned()).ok_or(PageError::Host)?;
    let code = QrCode::new(format!("{base}{ROOT}{id}")).map_err(|_| PageError::Host)?;
    let drawn = code
        .render::<svg::Color<'_>>()
        .min_dimensions(QR_PX, QR_PX)
        .dark_color(svg::Color("#000"))
        .light_color(svg::Color("#fff"))
        .build();
    Ok(answer::svg(drawn))
}

/// What a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place<'p> {
    /// The page itself, for whatever the link said.
    Page(Option<OrderId>),
    Asset(&'p str),
    State(OrderId),
    Qr(OrderId),
    Command(OrderId, Command),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Command {
    Pay,
    Code,
    Decline,
}

impl<'p> Place<'p> {
    fn of(path: &'p str) -> Option<Self> {
        let rest = path.strip_prefix(ROOT)?;
        let Some((first, second)) = rest.split_once('/') else {
            return Some(Self::Page(OrderId::parse(rest).ok()));
        };
        if first == "assets" {
            return Some(Self::Asset(second));
        }
        // A malformed id is an order that nobody opened, which says more than a path that nobody serves.
        let id = OrderId::parse(first).unwrap_or(OrderId([0; 16]));
        match second {
            "state" => Some(Self::State(id)),
            "qr.svg" => Some(Self::Qr(id)),
            "pay" => Some(Self::Command(id, Command::Pay)),
            "code" => Some(Self::Command(id, Command::Code)),
            "decline" => Some(Self::Command(id, Command::Decline)),
            _ => None,
        }
    }

    fn check_verb(self, verb: &Verb) -> Result<(), PageError> {
        let (fits, allowed) = match self {
            Self::Page(_) | Self::Asset(_) | Self::State(_) | Self::Qr(_) => {
                (matches!(*verb, Verb::GET | Verb::HEAD), "GET, HEAD")
            }
            Self::Command(..) => (*verb == Verb::POST, "POST"),
        };
        if fits { Ok(()) } else { Err(PageError::Verb { allowed }) }
    }
}

impl Command {
    fn read(self, body: &Bytes) -> Result<Wish, PageError> {
        #[derive(Deserialize)]
        struct Pay {
            method: String,
        }
        #[derive(Deserialize)]
        struct Code {
            code: String,
        }
        #[derive(Deserialize)]
        struct Decline {}

        match self {
            Self::Pay => {
                let Pay { method } = read(body)?;
                let named = Method::ALL.into_iter().find(|known| known.word() == method);
                named.map(Wish::Pay).ok_or(PageError::MethodUnknown)
            }
            Self::Code => {
                let Code { code } = read(body)?;
                let digits = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
                let code = code.parse().ok().filter(|_| digits);
                code.map(Wish::Enter).ok_or(PageError::CodeMalformed)
            }
            Self::Decline => read(body).map(|Decline {}| Wish::Decline),
        }
    }
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, PageError> {
    serde_json::from_slice(body).map_err(|error| PageError::BodyMalformed {
        what: error.to_string(),
    })
}

/// A page of another origin may not pay: its browser says where it is from, and cannot send JSON without asking first.
fn check_sender(headers: &HeaderMap) -> Result<(), PageError> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let from_here = |origin: &str| {
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        authority
            .zip(host)
            .is_some_and(|(authority, host)| authority.eq_ignore_ascii_case(host))
    };
    let mut origins = headers.get_all(ORIGIN).iter();
    if !origins.all(|origin| origin.to_str().is_ok_and(from_here)) {
        return Err(PageError::Origin);
    }
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    if media_type.trim().eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        Err(PageError::ContentType)
    }
}

#[cfg(test)]
mod tests;
