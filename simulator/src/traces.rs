//! Spans of exchanges and of callbacks' deliveries, sent to a collector by OTLP over plain HTTP. Built with the feature
//! `otlp` only.
//!
//! A span says what its journal line says. Lines are written when they end, so a span is made whole at its end, with the
//! moment of its begin; nothing is carried along with a request. Spans wait in a bounded queue of the SDK's, which drops
//! what finds no room: the request path never waits for a collector.

mod carrier;

use std::{
    str::FromStr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use opentelemetry::{
    Array, Context, KeyValue, StringValue, Value,
    trace::{Span, SpanBuilder, SpanKind, Status, Tracer, TracerProvider},
};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracer, SdkTracerProvider},
};
use scenarios::Operation;
use url::{Host, Url};

use crate::{
    clock::whole_us,
    journal::{Entry, Outcome, Subject, UNKNOWN_OPERATION},
};
use carrier::Carrier;

/// Spans that may wait for the collector; one more is dropped. A second of a busy gateway.
const WAITING_MAX: usize = 8_192;
/// Spans in one message.
const TOGETHER_MAX: usize = 1_024;
/// How long a span waits for others to go with it.
const TOGETHER_WITHIN: Duration = Duration::from_secs(1);
/// How long the end of the gateway waits for the last spans to be taken.
const FLUSH_WITHIN: Duration = Duration::from_secs(2);
/// Where a collector takes spans, below its address.
const PATH: &str = "/v1/traces";

/// Where spans go: the base of a collector's OTLP/HTTP receiver, such as `http://127.0.0.1:4318`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collector(Url);

/// Why an address is no collector's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CollectorError {
    /// It is no URL.
    #[error("`{text}` is no URL: {error}; write the base of a collector, such as http://127.0.0.1:4318")]
    NoUrl {
        /// What was said.
        text: String,
        /// What is wrong with it.
        #[source]
        error: url::ParseError,
    },
    /// It is another protocol's.
    #[error("`{text}` is not plain http; run a collector on this machine and let it speak TLS to others")]
    NotHttp {
        /// What was said.
        text: String,
    },
}

impl FromStr for Collector {
    type Err = CollectorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|error| CollectorError::NoUrl {
            text: text.to_owned(),
            error,
        })?;
        if url.scheme() != "http" || !matches!(url.host(), Some(Host::Domain(_) | Host::Ipv4(_) | Host::Ipv6(_))) {
            return Err(CollectorError::NotHttp { text: text.to_owned() });
        }
        Ok(Self(url))
    }
}

impl Collector {
    fn endpoint(&self) -> String {
        format!("{}{PATH}", self.0.as_str().trim_end_matches('/'))
    }
}

/// Sends spans to a collector until it is closed.
#[derive(Debug)]
pub(crate) struct Traces {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

impl Traces {
    /// Spans go to this collector from now on. Called within the runtime that carries them.
    pub(crate) fn to(collector: &Collector) -> Result<Self, ExporterBuildError> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(collector.endpoint())
            .with_http_client(Carrier::new())
            .build()?;
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(WAITING_MAX)
            .with_max_export_batch_size(TOGETHER_MAX)
            .with_scheduled_delay(TOGETHER_WITHIN)
            .build();
        let processor = BatchSpanProcessor::builder(exporter).with_batch_config(batches).build();
        let resource = Resource::builder()
            .with_service_name("paydrill")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_span_processor(processor)
            .with_resource(resource)
            .build();
        let tracer = provider.tracer("paydrill");
        Ok(Self { provider, tracer })
    }

    /// The span of a line, unless nothing crossed the wire.
    pub(crate) fn write(&self, entry: &Entry) {
        let Some(kind) = kind(entry.outcome) else { return };
        let ended = SystemTime::UNIX_EPOCH + entry.wall;
        let operation = entry.asked.operation.map_or(UNKNOWN_OPERATION, Operation::word);
        let builder = SpanBuilder::from_name(operation)
            .with_kind(kind)
            .with_start_time(ended - entry.took.min(entry.wall))
            .with_attributes(attributes(entry, operation));
        let mut span = self.tracer.build_with_context(builder, &Context::new());
        if !is_good(entry) {
            span.set_status(Status::error(entry.outcome.word()));
        }
        span.end_with_timestamp(ended);
    }

    /// Sends what waits, and ends. Blocks for a short while at most.
    pub(crate) fn close(&self) {
        if let Err(error) = self.provider.shutdown_with_timeout(FLUSH_WITHIN) {
            tracing::warn!(%error, "the collector has not taken the last spans");
        }
    }
}

/// Who sent what the span is of: the merchant an exchange, we a delivery. The other lines have no duration.
fn kind(outcome: Outcome) -> Option<SpanKind> {
    match outcome {
        Outcome::Answered | Outcome::Cut | Outcome::Garbled | Outcome::Reset | Outcome::Closed | Outcome::Hung => {
            Some(SpanKind::Server)
        }
        Outcome::Acknowledged | Outcome::Refused | Outcome::Failed | Outcome::Timeout => Some(SpanKind::Client),
        Outcome::Held | Outcome::Released | Outcome::Dropped | Outcome::Forbidden => None,
    }
}

fn is_good(entry: &Entry) -> bool {
    match entry.outcome {
        Outcome::Answered => entry.status < 500,
        Outcome::Acknowledged => true,
        Outcome::Cut
        | Outcome::Garbled
        | Outcome::Reset
        | Outcome::Closed
        | Outcome::Hung
        | Outcome::Refused
        | Outcome::Failed
        | Outcome::Timeout
        | Outcome::Held
        | Outcome::Released
        | Outcome::Dropped
        | Outcome::Forbidden => false,
    }
}

/// What the journal's line says, in its words. Neither nonces nor bodies are among them.
fn attributes(entry: &Entry, operation: &'static str) -> Vec<KeyValue> {
    let us = |time: Duration| i64::try_from(whole_us(time)).unwrap_or(i64::MAX);
    let mut attributes = vec![
        KeyValue::new("paydrill.scenario", entry.drill.scenario.name.clone()),
        KeyValue::new("paydrill.phase", entry.drill.phase_name(entry.phase).to_owned()),
        KeyValue::new("paydrill.operation", operation),
        KeyValue::new("paydrill.outcome", entry.outcome.word()),
        KeyValue::new("paydrill.attempt", i64::from(entry.asked.attempt)),
        KeyValue::new("paydrill.injected_us", us(entry.injected)),
        KeyValue::new("paydrill.queued_us", us(entry.queued)),
        KeyValue::new("paydrill.service_us", us(entry.service)),
    ];
    if entry.status > 0 {
        attributes.push(KeyValue::new("http.response.status_code", i64::from(entry.status)));
    }
    if entry.asked.shop > 0 {
        attributes.push(KeyValue::new("paydrill.shop", entry.asked.shop.to_string()));
    }
    match &entry.asked.subject {
        Subject::Number(number) => attributes.push(KeyValue::new("paydrill.subject", Arc::clone(number))),
        Subject::Ordinal(_) | Subject::Unknown => {}
    }
    let rules = entry.decision.iter().flat_map(|decision| decision.hits.rules());
    let rules: Vec<StringValue> = rules
        .map(|hit| entry.drill.scenario.rule(hit.rule).label.clone().into())
        .collect();
    if !rules.is_empty() {
        attributes.push(KeyValue::new("paydrill.rule", Value::Array(Array::String(rules))));
    }
    attributes
}

#[cfg(test)]
mod tests;
