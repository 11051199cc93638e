//! `callbacks`: retries, acknowledgement, time-out, and the schedules of known providers.

use std::{iter::repeat_n, time::Duration};

use crate::{
    check::{
        Checker,
        fields::Fields,
        keys::{
            Place,
            lists::{ACKS, PRESETS},
        },
    },
    file::{Node, Value},
    problem::Problem,
    scenario::{Ack, Callbacks},
};

/// Reads `callbacks`.
pub(crate) fn callbacks(checker: &mut Checker<'_>, file: &Fields<'_>) -> Callbacks {
    let Some(node) = file.get("callbacks") else {
        return preset("okpay");
    };
    let fields = Fields::of(checker, node, Place::Callbacks);
    let base = fields
        .get("retry")
        .and_then(|node| retry(checker, node))
        .unwrap_or_else(|| preset("okpay"));
    let ack = fields.word(checker, "ack", ACKS).map(|word| match word {
        "strict" => Ack::Strict,
        "http" => Ack::Http,
        _ => Ack::Lenient,
    });
    let timeout = fields.duration(checker, "timeout", LONGEST_TIMEOUT);
    if timeout.is_some_and(|timeout| timeout.is_zero()) {
        checker.report(Problem::new(
            "bad_value",
            fields.span("timeout"),
            "a time-out of zero lets no callback arrive",
        ));
    }
    Callbacks {
        retry: base.retry,
        ack: ack.unwrap_or(base.ack),
        timeout: timeout.unwrap_or(base.timeout),
    }
}

fn retry(checker: &mut Checker<'_>, node: &Node) -> Option<Callbacks> {
    match &node.value {
        Value::Scalar(_) => checker.word(node, "retry", PRESETS).map(preset),
        Value::Map(_) => {
            let fields = Fields::of(checker, node, Place::Retry);
            let nodes = fields.list("after")?;
            if nodes.len() > MOST_RETRIES {
                let message = format!("{} retries are more than {MOST_RETRIES}", nodes.len());
                checker.report(Problem::new("limit", fields.span("after"), message));
            }
            let waits: Vec<_> = nodes
                .iter()
                .filter_map(|node| checker.duration(node, "after", LONGEST_WAIT))
                .collect();
            Some(Callbacks {
                retry: waits,
                ..preset("okpay")
            })
        }
        Value::List(_) => None,
    }
}

/// The schedules that providers publish. `okpay` is assumed: the vendor publishes none.
fn preset(name: &str) -> Callbacks {
    let (waits, ack, timeout_s): (Vec<u64>, Ack, u64) = match name {
        "alipay" => (vec![4 * M, 10 * M, 10 * M, H, 2 * H, 6 * H, 15 * H], Ack::Lenient, 5),
        "wechat" => {
            let first = [15, 15, 30, 3 * M, 10 * M, 20 * M].into_iter();
            let rest = repeat_n(30 * M, 3)
                .chain([H])
                .chain(repeat_n(3 * H, 3))
                .chain(repeat_n(6 * H, 2));
            (first.chain(rest).collect(), Ack::Http, 5)
        }
        "adyen" => {
            let waits = vec![9, 18, 27, 2 * M, 5 * M, 10 * M, 15 * M, 30 * M, H, 2 * H, 4 * H, 8 * H];
            (waits, Ack::Http, 10)
        }
        "standard-webhooks" => (
            vec![5, 5 * M, 30 * M, 2 * H, 5 * H, 10 * H, 14 * H, 20 * H, 24 * H],
            Ack::Http,
            15,
        ),
        "square" => {
            let doubling = (0..6).map(|power| M << power);
            (doubling.chain(repeat_n(H, HOURS_OF_SQUARE)).collect(), Ack::Http, 10)
        }
        "juspay" => {
            let first = [M].into_iter().chain(repeat_n(5 * M, 2)).chain(repeat_n(10 * M, 5));
            (
                first.chain(repeat_n(H, 5)).chain(repeat_n(6 * H, 3)).collect(),
                Ack::Http,
                5,
            )
        }
        _ => (vec![5, 30, 2 * M, 10 * M, 30 * M, H], Ack::Lenient, 5),
    };
    let retry = waits.into_iter().map(Duration::from_secs).collect();
    Callbacks {
        retry,
        ack,
        timeout: Duration::from_secs(timeout_s),
    }
}

/// Seconds.
const M: u64 = 60;
const H: u64 = 3_600;
/// Square retries for a day: the doubling waits take 63 minutes of it.
const HOURS_OF_SQUARE: usize = 22;
const MOST_RETRIES: usize = 64;
const LONGEST_WAIT: Duration = Duration::from_secs(7 * 24 * H);
const LONGEST_TIMEOUT: Duration = Duration::from_secs(5 * M);

#[cfg(test)]
mod tests;
