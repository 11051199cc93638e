//! One request to a port that is watched: JSON answers, and lines that go on. Each takes a connection of its own; what is
//! asked once a second needs no pool.

use std::{pin::pin, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Method, Request, Response, StatusCode, Uri,
    body::Incoming,
    client::conn::http1,
    header::{AUTHORIZATION, HOST, HeaderValue},
};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use tokio::{net::TcpStream, time::timeout};

/// For a connection and the answer's head, and again for a whole answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest answer that is read whole: ten minutes of a busy gateway's seconds are one.
const LONGEST_ANSWER: usize = 32 << 20;
/// Of a refusal's body so much is shown.
const REFUSAL_CHARS: usize = 200;

/// A port that can be asked. Clones ask the same one.
#[derive(Clone, Debug)]
pub(crate) struct Port {
    authority: String,
    token: Option<HeaderValue>,
}

/// A connection: what asks, and what must be driven meanwhile.
type Talk = (
    http1::SendRequest<Full<Bytes>>,
    http1::Connection<TokioIo<TcpStream>, Full<Bytes>>,
);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PortError {
    /// Nobody answers.
    #[error("{url} cannot be reached: {why}")]
    Unreachable { url: String, why: String },
    /// The token is missing or wrong.
    #[error("{url} wants the admin token: set `admin_token` in the settings or PAYDRILL_ADMIN_TOKEN")]
    Token { url: String },
    /// Another refusal.
    #[error("{url} answers HTTP {status} to {what}: {body}")]
    Refused {
        url: String,
        status: u16,
        what: String,
        body: String,
    },
    /// Not what was asked for.
    #[error("{url} answers {what} strangely: {why}")]
    Strange { url: String, what: String, why: String },
}

impl Port {
    /// A port by its URL, such as `http://127.0.0.1:8081`. The token is sent if there is one.
    pub(crate) fn new(url: &str, token: Option<&str>) -> Result<Self, String> {
        let remedy = "write it as http://127.0.0.1:8081";
        let uri: Uri = url.parse().map_err(|error| format!("`{url}`: {error}; {remedy}"))?;
        let (Some("http"), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(format!("`{url}` is no http address; {remedy}"));
        };
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() || authority.as_str().contains('@') {
            return Err(format!("`{url}` names more than a host and a port; {remedy}"));
        }
        let token = token
            .map(|token| HeaderValue::from_str(&format!("Bearer {token}")))
            .transpose();
        let mut token = token.map_err(|_| "the admin token has characters that no header can hold".to_owned())?;
        if let Some(token) = &mut token {
            token.set_sensitive(true);
        }
        Ok(Self {
            authority: authority.to_string(),
            token,
        })
    }

    /// Its address, as a user writes it.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.authority)
    }

    /// Host and port.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// Asks for JSON.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, PortError> {
        let body = self.ask(Method::GET, path, Bytes::new()).await?;
        serde_json::from_slice(&body).map_err(|error| self.strange(&format!("GET {path}"), &error))
    }

    /// Asks for anything, and reads the whole answer.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: Bytes) -> Result<Bytes, PortError> {
        let what = format!("{method} {path}");
        let (mut sender, connection) = self.connect().await?;
        let mut connection = pin!(connection);
        let request = self.request(method, path, body)?;
        let mut exchange = pin!(async {
            let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
            let (status, body) = (response.status(), response.into_body());
            let body = Limited::new(body, LONGEST_ANSWER).collect().await;
            body.map(|body| (status, body.to_bytes()))
                .map_err(|error| error.to_string())
        });
        let answer = timeout(PATIENCE, async {
            tokio::select! {
                biased;
                answer = &mut exchange => answer,
                _ended = &mut connection => exchange.await,
            }
        });
        let answer = answer
            .await
            .unwrap_or_else(|_| Err(format!("no whole answer within {PATIENCE:?}")));
        let (status, body) = answer.map_err(|why| self.unreachable(why))?;
        self.accepted(status, &what, &body)?;
        Ok(body)
    }

    /// Asks for what goes on, and hands on its bytes as they come, until the other side ends it.
    ///
    /// # Errors
    /// Where it cannot be reached or refuses, and those of `take`, which end it.
    pub(crate) async fn stream<E: std::fmt::Display>(
        &self,
        path: &str,
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), PortError> {
        let what = format!("GET {path}");
        let (mut sender, connection) = self.connect().await?;
        let mut connection = pin!(connection);
        let request = self.request(Method::GET, path, Bytes::new())?;
        let mut talk = pin!(async {
            let response = timeout(PATIENCE, sender.send_request(request)).await;
            let response: Response<Incoming> = response
                .map_err(|_| self.unreachable(format!("no answer within {PATIENCE:?}")))?
                .map_err(|error| self.unreachable(error))?;
            let (status, mut body) = (response.status(), response.into_body());
            if !status.is_success() {
                let refusal = Limited::new(body, LONGEST_ANSWER).collect().await;
                let refusal = refusal.map(http_body_util::Collected::to_bytes).unwrap_or_default();
                return self.accepted(status, &what, &refusal);
            }
            while let Some(frame) = body.frame().await {
                let frame = frame.map_err(|error| self.unreachable(error))?;
                if let Some(bytes) = frame.data_ref() {
                    take(bytes).map_err(|error| self.strange(&what, &error))?;
                }
            }
            Ok(())
        });
        tokio::select! {
            biased;
            told = &mut talk => told,
            _ended = &mut connection => talk.await,
        }
    }

    async fn connect(&self) -> Result<Talk, PortError> {
        let address = match self.authority.rsplit_once(':') {
            Some((_, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => self.authority.clone(),
            Some(_) | None => format!("{}:80", self.authority),
        };
        let connected = timeout(PATIENCE, TcpStream::connect(address)).await;
        let stream = connected
            .map_err(|_| self.unreachable(format!("no connection within {PATIENCE:?}")))?
            .map_err(|error| self.unreachable(error))?;
        let shaken = http1::handshake(TokioIo::new(stream)).await;
        shaken.map_err(|error| self.unreachable(error))
    }

    fn request(&self, method: Method, path: &str, body: Bytes) -> Result<Request<Full<Bytes>>, PortError> {
        let mut builder = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, &self.authority);
        if let Some(token) = &self.token {
            builder = builder.header(AUTHORIZATION, token.clone());
        }
        builder
            .body(Full::new(body))
            .map_err(|error| self.strange(path, &error))
    }

    fn accepted(&self, status: StatusCode, what: &str, body: &[u8]) -> Result<(), PortError> {
        match status {
            status if status.is_success() => Ok(()),
            StatusCode::UNAUTHORIZED => Err(PortError::Token { url: self.url() }),
            status => Err(PortError::Refused {
                url: self.url(),
                status: status.as_u16(),
                what: what.to_owned(),
                body: String::from_utf8_lossy(body).chars().take(REFUSAL_CHARS).collect(),
            }),
        }
    }

    fn unreachable(&self, why: impl std::fmt::Display) -> PortError {
        PortError::Unreachable {
            url: self.url(),
            why: why.to_string(),
        }
    }

    fn strange(&self, what: &str, why: &impl std::fmt::Display) -> PortError {
        PortError::Strange {
            url: self.url(),
            what: what.to_owned(),
            why: why.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (url, authority) in [
            ("http://127.0.0.1:8081", Some("127.0.0.1:8081")),
            ("http://127.0.0.1:8081/", Some("127.0.0.1:8081")),
            ("http://[::1]:9", Some("[::1]:9")),
            ("http://gateway", Some("gateway")),
            ("https://127.0.0.1:8443", None),
            ("http://127.0.0.1:8081/status", None),
            ("http://127.0.0.1:8081/?a=1", None),
            ("http://user@127.0.0.1:8081", None),
            ("http://", None),
        ] {
            let port = Port::new(url, None).ok();
            assert_eq!(port.as_ref().map(Port::authority), authority, "{url}");
        }
    }
}
