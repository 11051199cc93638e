//! What one call shows by itself: how it came, how it was signed and written, why it was refused, how long its client
//! waited.

use std::time::Duration;

use protocol::Algorithm;

use super::{
    Habit, Mend, Remark, Right,
    heard::{Call, End, Heard},
    letter::{AmountAs, BodyAs, Letter, Stamp},
};
use crate::{dialect::Via, store::About};

/// A clock this far off is worth a word, long before the wallet refuses its timestamps.
const CLOCK_OFF_S: i64 = 30;
/// A client that leaves earlier gives up on a wallet that is merely busy.
const PATIENCE_MIN: Duration = Duration::from_secs(2);
/// Time-outs of known clients are 8, 10, 15, 20 and 30 s (okpay.md section 3).
const PATIENCE_MAX: Duration = Duration::from_secs(31);

/// What a call shows.
pub(super) fn remarks(heard: &Heard, call: &Call) -> Vec<Remark> {
    let mut remarks = Vec::new();
    if let (Some(via), Some(letter)) = (call.via, &call.letter) {
        signed(via, letter, &mut remarks);
        carried(call, &mut remarks);
        written(via, letter, &mut remarks);
    }
    match &call.end {
        End::Refused(reason) => remarks.extend(refused(call, reason)),
        End::Left | End::Answered | End::Declined | End::Busy { .. } | End::Lost => {}
    }
    if call.letter.is_some() {
        remarks.extend(waited(heard, &call.end));
    }
    remarks
}

impl Remark {
    /// Something right.
    pub(super) fn right(right: Right, what: impl Into<String>) -> Self {
        Self {
            habit: Habit::Right(right),
            what: what.into(),
        }
    }

    /// Something to be mended.
    pub(super) fn mend(mend: Mend, what: impl Into<String>) -> Self {
        Self {
            habit: Habit::Mend(mend),
            what: what.into(),
        }
    }
}

fn signed(via: Via, letter: &Letter, remarks: &mut Vec<Remark>) {
    remarks.push(match via {
        Via::OkPay(Algorithm::Hmac) => Remark::right(Right::Signed, "signed right (HMAC-SHA256)"),
        Via::OkPay(Algorithm::Md5) => {
            Remark::mend(Mend::SignedMd5, "the sign is right, but of the legacy MD5 protocol")
        }
        Via::KdPay => Remark::right(Right::Signed, "signed right (KDPay)"),
    });
    if letter.sign_lower_case {
        let what = "the sign is in lower case: taken here, and maybe not there";
        remarks.push(Remark::mend(Mend::SignLowerCase, what));
    }
    match letter.stamp {
        Some(Stamp::Off(seconds)) if seconds.abs() > CLOCK_OFF_S => remarks.push(clock_off(seconds)),
        Some(Stamp::Off(_) | Stamp::Millis) | None => {}
    }
}

fn clock_off(seconds: i64) -> Remark {
    let side = if seconds < 0 { "behind" } else { "ahead" };
    let off = seconds.unsigned_abs();
    Remark::mend(Mend::ClockOff, format!("the timestamp is {off} s {side}"))
}

fn carried(call: &Call, remarks: &mut Vec<Remark>) {
    remarks.push(if call.secure {
        Remark::right(Right::Https, "over https")
    } else {
        Remark::mend(
            Mend::PlainHttp,
            "plain http: the live wallet is https, and anybody can read along",
        )
    });
    if call.old_http {
        remarks.push(Remark::mend(
            Mend::OldHttp,
            "HTTP/1.0: every call pays for a connection",
        ));
    }
    if call.turn > 1 {
        remarks.push(Remark::right(Right::KeptConnection, "connection used again"));
    }
}

fn written(via: Via, letter: &Letter, remarks: &mut Vec<Remark>) {
    match (via, letter.body) {
        (Via::OkPay(_), BodyAs::Json) => {
            let what = "the body is JSON: the wallet documents forms, and hardly a client sends anything else";
            remarks.push(Remark::mend(Mend::BodyJson, what));
        }
        (Via::OkPay(_), BodyAs::Form) | (Via::KdPay, _) => {}
    }
    if letter.about != Some(About::Opening) {
        return;
    }
    match letter.amount {
        Some(AmountAs::Number) => {
            let what = "the amount is a JSON number: it changes its text, and with it its sign, on the way";
            remarks.push(Remark::mend(Mend::AmountNumber, what));
        }
        Some(AmountAs::Text) => remarks.push(Remark::right(Right::AmountText, "amount as text")),
        None => {}
    }
    remarks.push(if letter.number {
        Remark::right(Right::NumberGiven, "number of its own")
    } else {
        let what = "an order without a number: if the answer is lost, nobody can ask about it";
        Remark::mend(Mend::NumberMissing, what)
    });
    if letter.callback_url {
        remarks.push(Remark::right(Right::CallbackUrlGiven, "callback_url given"));
    }
}

/// Why the client itself was refused; a refusal that any client may meet says nothing about it.
fn refused(call: &Call, reason: &str) -> Option<Remark> {
    let word = reason.split(':').next().unwrap_or_default();
    let mend = match word {
        "auth_failed" => return Some(not_authentic(call, reason)),
        "path_unknown" => Mend::PathUnknown,
        "method_not_allowed" | "host_invalid" | "target_too_long" | "body_too_long" | "body_too_slow"
        | "body_broken" => Mend::HeadWrong,
        "nonce_replayed" => Mend::NonceReused,
        "unauthorized" => Mend::NotAllowed,
        "exists_with_different" => Mend::NumberChanged,
        "body_malformed"
        | "field_invalid"
        | "callback_url_invalid"
        | "address_invalid"
        | "txid_invalid"
        | "amount_below_minimum"
        | "amount_above_maximum" => Mend::FieldWrong,
        _ => return None,
    };
    Some(Remark::mend(mend, format!("refused: {reason}")))
}

fn not_authentic(call: &Call, reason: &str) -> Remark {
    let outside = reason.contains("outside the window");
    match call.letter.as_ref().and_then(|letter| letter.stamp) {
        Some(Stamp::Millis) => Remark::mend(Mend::TimestampMillis, "refused: the timestamp is in milliseconds"),
        Some(Stamp::Off(seconds)) if outside => clock_off(seconds),
        Some(Stamp::Off(_)) | None => Remark::mend(Mend::NotAuthentic, format!("refused: {reason}")),
    }
}

fn waited(heard: &Heard, end: &End) -> Option<Remark> {
    let took = heard.took.as_secs_f64();
    match end {
        End::Left if heard.took < PATIENCE_MIN => Some(Remark::mend(
            Mend::GaveUpEarly,
            format!("gave up after {took:.1} s: a busy wallet takes longer"),
        )),
        End::Left if heard.took <= PATIENCE_MAX => Some(Remark::right(
            Right::GaveUpInTime,
            format!("gave up after {took:.1} s, so it has a time-out"),
        )),
        _ if heard.took > PATIENCE_MAX => Some(Remark::mend(
            Mend::GaveUpLate,
            format!("waited {took:.0} s: no time-out, or one that no customer outlasts"),
        )),
        End::Left | End::Answered | End::Refused(_) | End::Declined | End::Busy { .. } | End::Lost => None,
    }
}
