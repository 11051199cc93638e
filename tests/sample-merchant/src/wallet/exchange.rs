//! One try of one call: signed, sent, and its answer judged. Never repeated here.

use std::time::Duration;

use reqwest::{Response, StatusCode, header};

use super::{Refusal, Wallet};
use crate::{
    clock::{now_ms, unique},
    message::{Message, Verified},
    sign::Fields,
};

/// No answer of the wallet's is longer; one that is never ends, or is not the wallet's.
const ANSWER_MAX_BYTES: usize = 1024 * 1024;
/// Connections that are kept for the next call. Opening one for each call costs a round trip, or three with TLS.
const IDLE_MAX: usize = 256;
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// A `Retry-After` beyond this is taken for this much: nobody may send the shop to sleep for a year.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(60);

/// How one try ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Done, and signed by the wallet.
    Done(Verified),
    /// Refused for good: the same again gets the same.
    Refused(Refusal),
    /// Not now (429): nobody may ask again before that.
    TooMany { retry_after: Duration },
    /// Nobody knows: time-out, reset, 5xx, a page of some proxy, an answer that is not signed.
    Lost { why: String, retry_after: Option<Duration> },
}

/// The HTTP client of the whole shop: connections are pooled, everything has a time-out.
pub(super) fn client(timeout: Duration) -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .timeout(timeout)
        .connect_timeout(timeout.min(Duration::from_secs(3)))
        .pool_max_idle_per_host(IDLE_MAX)
        .pool_idle_timeout(IDLE_TIMEOUT)
        // A redirect would carry a signed call to wherever it says.
        .redirect(reqwest::redirect::Policy::none())
        // We repeat with a new nonce and a new sign; a client that repeats by itself sends the old ones.
        .retry(reqwest::retry::never())
        .no_proxy()
        .build()
}

impl Wallet {
    pub(super) async fn exchange(&self, operation: &str, fields: &Fields, timeout: Duration) -> Outcome {
        let request = self
            .http
            .post(format!("{}/shop/{operation}", self.base))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .timeout(timeout)
            .body(self.body(fields));
        match request.send().await {
            Ok(response) => self.judge(response).await,
            Err(error) => lost(reason(&error)),
        }
    }

    /// The form of one try. Each has a nonce and a time of its own: the wallet takes none twice.
    fn body(&self, fields: &Fields) -> String {
        let mut all = fields.clone();
        all.insert("id".to_owned(), self.shop.to_string());
        all.insert("timestamp".to_owned(), (now_ms() / 1_000).to_string());
        all.insert("nonce".to_owned(), unique());
        let sign = self.token.sign(&all);
        // Encoded only now: the sign is over the plain values.
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&all)
            .append_pair("sign", &sign)
            .finish()
    }

    async fn judge(&self, response: Response) -> Outcome {
        let status = response.status();
        let retry_after = retry_after(&response);
        if status == StatusCode::TOO_MANY_REQUESTS {
            return Outcome::TooMany {
                retry_after: retry_after.unwrap_or(self.retry_base),
            };
        }
        // Whatever its body says: a proxy's 502 comes also for calls that were carried out.
        if status != StatusCode::OK {
            return Outcome::Lost {
                why: format!("HTTP {status}"),
                retry_after,
            };
        }
        let message = match read(response).await.map(|body| Message::read(&body)) {
            Ok(Ok(message)) => message,
            Ok(Err(error)) => return lost(error.to_string()),
            Err(why) => return lost(why),
        };
        // HTTP 200 is not a yes: the wallet's own word is in `status`.
        match message.unverified("status") {
            "success" => match message.verified(&self.token, self.shop) {
                Ok(verified) => Outcome::Done(verified),
                Err(error) => lost(format!("an answer that cannot be believed: {error}")),
            },
            "warning" => Outcome::Refused(Refusal {
                msg: message.unverified("msg").to_owned(),
                code: message.unverified("code").to_owned(),
            }),
            // `error` is the wallet's own trouble, and may pass.
            other => lost(format!("status `{other}`: {}", message.unverified("msg"))),
        }
    }
}

async fn read(mut response: Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| reason(&error))? {
        if body.len() + chunk.len() > ANSWER_MAX_BYTES {
            return Err(format!("more than {ANSWER_MAX_BYTES} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Seconds; the form with a date is not used by this wallet.
fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    let seconds = value.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(RETRY_AFTER_MAX))
}

fn lost(why: String) -> Outcome {
    Outcome::Lost { why, retry_after: None }
}

/// The innermost cause: "connection refused" says more than "error sending request".
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    if error.is_timeout() {
        return "time-out".to_owned();
    }
    cause.to_string()
}
