//! What a call shows by what came before it: numbers that come again, retries after an answer that was lost, questions
//! asked too often, connections never used twice.

use std::time::Duration;

use super::{
    Mend, Remark, Right,
    heard::{Call, End, Heard, Order},
    letter::Letter,
    memory::{Lost, Memory, Number, Opening, Shop},
};
use crate::store::About;

/// The same order under a new number within this time is taken for a retry.
const RETRY_WITHIN: Duration = Duration::from_secs(120);
/// A retry that comes sooner was not waited for.
const AT_ONCE: Duration = Duration::from_millis(100);
/// Asking about an order again within this time is too soon.
const POLL_EVERY: Duration = Duration::from_secs(1);
/// So often in a row it is a habit.
const POLLS_MAX: u32 = 10;
/// So many connections for as many calls are a habit, as long as the calls follow each other.
const CONNECTIONS_MAX: u32 = 5;
/// Calls further apart may well have a connection each.
const FOLLOWS_WITHIN: Duration = Duration::from_secs(10);

/// What a call shows by what came before.
pub(super) fn remarks(memory: &mut Memory, heard: &Heard, call: &Call) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let (Some(letter), Some(_)) = (&call.letter, call.via) else {
        return remarks;
    };
    if let Some(shop) = memory.shop(heard.shop) {
        remarks.extend(connected(shop, heard, call));
    }
    let Some(order) = &heard.order else {
        return remarks;
    };
    match letter.about {
        Some(About::Opening) if letter.number => opened(memory, heard, call, letter, order, &mut remarks),
        Some(About::Query | About::QueryById) => asked(memory, heard, order, &mut remarks),
        Some(About::Opening) | None => {}
    }
    remarks
}

fn connected(shop: &mut Shop, heard: &Heard, call: &Call) -> Option<Remark> {
    let follows = heard.begin().saturating_sub(shop.last) < FOLLOWS_WITHIN;
    shop.last = heard.at;
    shop.connections = match (call.turn, follows) {
        (2.., _) => 0,
        (0 | 1, true) => shop.connections + 1,
        (0 | 1, false) => 1,
    };
    (shop.connections >= CONNECTIONS_MAX).then(|| {
        let what = format!("{CONNECTIONS_MAX} calls in a row opened a connection each");
        Remark::mend(Mend::ConnectionEach, what)
    })
}

fn opened(memory: &mut Memory, heard: &Heard, call: &Call, letter: &Letter, order: &Order, remarks: &mut Vec<Remark>) {
    let before = memory.number(heard.shop, order).opening.clone();
    let changed = matches!(&call.end, End::Refused(reason) if reason.starts_with("exists_with_different"));
    match before {
        Some(before) if !changed => again(heard, order, &before, remarks),
        // Other content: the ledger refuses it, and why is said where refusals are.
        Some(_) => {}
        None => remarks.extend(renumbered(memory, heard, letter, order)),
    }
    let (lost, retry_after) = match call.end {
        End::Left | End::Lost => (true, None),
        End::Busy { retry_after } => (true, retry_after),
        End::Answered | End::Refused(_) | End::Declined => (false, None),
    };
    memory.number(heard.shop, order).opening = Some(Opening {
        ended: heard.at,
        lost,
        retry_after,
    });
    if let Some(shop) = memory.shop(heard.shop) {
        shop.find(order);
        if lost {
            shop.lose(Lost {
                order: order.clone(),
                content: letter.content,
                ended: heard.at,
            });
        }
    }
}

/// The same number with the same content.
fn again(heard: &Heard, order: &Order, before: &Opening, remarks: &mut Vec<Remark>) {
    let number = &order.number;
    if !before.lost {
        let what = format!("{number} was sent again though its answer had left: the live wallet may refuse it");
        remarks.push(Remark::mend(Mend::NumberSentAgain, what));
        return;
    }
    let what = format!("asked again for {number}, whose answer was lost, with the same number");
    remarks.push(Remark::right(Right::RetriedSameNumber, what));
    let gap = heard.begin().saturating_sub(before.ended);
    let ms = gap.as_millis();
    match before.retry_after {
        Some(wait) if gap < wait => {
            let what = format!("came again after {ms} ms, though asked to wait {} s", wait.as_secs());
            remarks.push(Remark::mend(Mend::RetryAfterIgnored, what));
        }
        Some(_) | None if gap < AT_ONCE => {
            let what = format!("came again after {ms} ms: a wallet in trouble gets the load twice");
            remarks.push(Remark::mend(Mend::RetriedAtOnce, what));
        }
        Some(_) | None => {}
    }
}

/// A new number for the content of an order whose answer was lost. It can only be suspected: customers do buy twice.
fn renumbered(memory: &mut Memory, heard: &Heard, letter: &Letter, order: &Order) -> Option<Remark> {
    let since = heard.begin().saturating_sub(RETRY_WITHIN);
    let lost = memory.shop(heard.shop)?.alike(order, letter.content, since)?;
    let what = format!(
        "{} asks the same as {}, whose answer was lost: if it is a retry, the customer may pay twice",
        order.number, lost.order.number
    );
    Some(Remark::mend(Mend::RetriedNewNumber, what))
}

fn asked(memory: &mut Memory, heard: &Heard, order: &Order, remarks: &mut Vec<Remark>) {
    let number = memory.number(heard.shop, order);
    remarks.extend(polled(number, heard, order));
    if let Some(opening) = number.opening.as_mut().filter(|opening| opening.lost) {
        opening.lost = false;
        let what = format!("asked what became of {}, whose answer was lost", order.number);
        remarks.push(Remark::right(Right::AskedAfterLoss, what));
    }
    if let Some(shop) = memory.shop(heard.shop) {
        shop.find(order);
    }
}

fn polled(number: &mut Number, heard: &Heard, order: &Order) -> Option<Remark> {
    let too_soon = number
        .asked
        .is_some_and(|asked| heard.begin().saturating_sub(asked) < POLL_EVERY);
    number.asked = Some(heard.at);
    number.too_soon = if too_soon { number.too_soon + 1 } else { 0 };
    (number.too_soon >= POLLS_MAX).then(|| {
        let what = format!(
            "asked about {} {POLLS_MAX} times in a row within a second of the last",
            order.number
        );
        Remark::mend(Mend::PollsFast, what)
    })
}
