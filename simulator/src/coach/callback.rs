//! What a shop shows by how it takes callbacks.

use std::time::Duration;

use crate::callback::Says;

use super::{
    Mend, Remark, Right,
    heard::{Ack, Delivery, Heard},
    memory::Memory,
};

/// An acknowledgement that takes longer is on its way to a time-out.
const ACK_WITHIN: Duration = Duration::from_secs(3);

/// What a delivery shows.
pub(super) fn remarks(memory: &mut Memory, heard: &Heard, delivery: &Delivery) -> Vec<Remark> {
    let Some(order) = &heard.order else {
        return Vec::new();
    };
    let number = memory.number(heard.shop, order);
    let before = number.acknowledged;
    match (delivery.says, &delivery.end) {
        (Says::Forged(_), end) => return forged(heard, end),
        // What is not so may be taken and put aside, or turned away: only the merchant's own books tell.
        (Says::Unpaid | Says::Tampered(_), Ack::Taken { .. } | Ack::Refused { .. }) => return Vec::new(),
        (Says::Truth | Says::Unpaid | Says::Tampered(_), _) => {}
    }
    let asked_back = number.asked.is_some_and(|asked| asked >= heard.begin());
    match delivery.end {
        Ack::Taken { .. } => number.acknowledged = true,
        Ack::Refused { .. } | Ack::Unreached(_) | Ack::TimedOut | Ack::Nowhere | Ack::Forbidden(_) => {}
    }
    let mut remarks = vec![ended(heard, &delivery.end, before)];
    if asked_back {
        let what = "asked the wallet back while the callback was under way";
        remarks.push(Remark::right(Right::AskedBack, what));
    }
    remarks
}

/// How a callback ended whose sign is not the shop's: to take it is the one mistake that costs money at once.
fn forged(heard: &Heard, end: &Ack) -> Vec<Remark> {
    let remark = match end {
        Ack::Taken { .. } => {
            let what = "accepted a forged callback: whoever knows the address is paid without paying";
            Remark::mend(Mend::ForgeryTaken, what)
        }
        Ack::Refused { .. } => Remark::right(Right::ForgeryRefused, "refused a forged callback"),
        Ack::Unreached(_) | Ack::TimedOut | Ack::Nowhere | Ack::Forbidden(_) => ended(heard, end, false),
    };
    vec![remark]
}

fn ended(heard: &Heard, end: &Ack, before: bool) -> Remark {
    let took = heard.took.as_secs_f64();
    match end {
        Ack::Taken { .. } if heard.took > ACK_WITHIN => Remark::mend(
            Mend::CallbackLate,
            format!("the callback was acknowledged after {took:.1} s"),
        ),
        Ack::Taken { well: false } => {
            let what = "acknowledged, but not in the documented words: a strict wallet calls again";
            Remark::mend(Mend::AckLoose, what)
        }
        Ack::Taken { well: true } if before => {
            let what = "acknowledged a callback that came again; see that it was credited once";
            Remark::right(Right::AcknowledgedAgain, what)
        }
        Ack::Taken { well: true } => Remark::right(Right::Acknowledged, "callback acknowledged as documented"),
        Ack::Refused { status } if before => {
            let what = format!("refused a callback that came again (status {status}): it will come once more");
            Remark::mend(Mend::RepeatRefused, what)
        }
        Ack::Refused { status: 200..=299 } => {
            let what = "the callback was answered 2xx, but nothing in it says success: it will come again";
            Remark::mend(Mend::AckWrong, what)
        }
        Ack::Refused { status: 300..=399 } => Remark::mend(Mend::CallbackRedirected, "the callback met a redirect"),
        Ack::Refused { status } => Remark::mend(
            Mend::CallbackRefused,
            format!("the callback was answered {status}: it will come again"),
        ),
        Ack::Unreached(reason) => Remark::mend(Mend::CallbackUnreached, format!("nobody took the callback: {reason}")),
        Ack::TimedOut => Remark::mend(
            Mend::CallbackTimedOut,
            format!("the callback was not answered within {took:.1} s"),
        ),
        Ack::Nowhere => Remark::mend(Mend::CallbackNowhere, "nobody said where the callback goes"),
        Ack::Forbidden(reason) => Remark::mend(Mend::CallbackForbidden, format!("the callback was not sent: {reason}")),
    }
}
