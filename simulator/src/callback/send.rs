//! Deliveries under way: each enters the lane of its endpoint, is made there, and is handed over with its end.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use scenarios::CallbackAct;
use tokio::{sync::Barrier, task::JoinSet, time::Instant};

use super::{
    deliver::{Failure, Heard, Kept, Road, deliver, open},
    end::{End, finish},
    fault::Says,
    lane::Entered,
    news::{Letter, Order, letter, takes},
    outbox::{Decided, Due},
    target::Target,
};
use crate::{
    gateway::Gateway,
    journal::{Exhibit, Exhibits, Outcome},
};

/// A delivery on its way to an endpoint, or several that leave together.
#[derive(Debug)]
pub(crate) struct Delivery {
    due: Due,
    decided: Decided,
    order: Order,
    target: Target,
}

/// Sends a delivery into the lane of its endpoint.
pub(super) fn start(gateway: &Arc<Gateway>, due: Due, decided: Decided, order: Order) {
    let Some(road) = gateway.callbacks.road() else { return };
    let of_shop = || {
        gateway
            .shops
            .find(due.key.shop)
            .and_then(|shop| shop.callback_url.clone())
    };
    let Some(url) = order.0.callback_url().map(str::to_owned).or_else(of_shop) else {
        // Nobody asked to be called: the callback ends here, as at a wallet whose merchant left the field empty.
        let reason = Some("no_callback_url: neither the order nor its shop has one");
        finish(gateway, &due, &decided, End::unsent(Outcome::Forbidden, reason));
        return;
    };
    let target = match Target::parse(&url) {
        Ok(target) => target,
        Err(forbidden) => {
            let failure = Failure::Forbidden(forbidden);
            finish(
                gateway,
                &due,
                &decided,
                End::unsent(Outcome::Forbidden, Some(&failure.to_string())),
            );
            return;
        }
    };
    let endpoint = target.endpoint();
    let delivery = Delivery {
        due,
        decided,
        order,
        target,
    };
    match gateway.callbacks.lanes.enter(&endpoint, delivery) {
        Entered::Start(delivery, kept) => {
            road.tasks
                .spawn(work(Arc::clone(gateway), road.clone(), endpoint, delivery, kept));
        }
        Entered::Queued => {}
        Entered::Full(Delivery { due, decided, .. }) => {
            let reason = Some("lane_full: too many callbacks wait for this endpoint");
            finish(gateway, &due, &decided, End::unsent(Outcome::Failed, reason));
        }
    }
}

/// Makes one delivery after another, as long as the lane has any. A stop cuts the one under way short; the merchant may
/// have heard it, so it has its line.
async fn work(gateway: Arc<Gateway>, road: Road, endpoint: String, first: Delivery, kept: Option<Kept>) {
    let mut next = Some((first, kept));
    while let Some((delivery, mut kept)) = next {
        let since = Instant::now();
        let cut_short = || End {
            took: since.elapsed(),
            ..End::unsent(
                Outcome::Failed,
                Some("cut_short: the gateway stopped before the answer"),
            )
        };
        if delivery.decided.together > 1 {
            let ends = tokio::select! {
                ends = burst(&gateway, &road, &delivery) => ends,
                () = road.stop.cancelled() => (0..delivery.decided.together).map(|_| cut_short()).collect(),
            };
            for (copy, end) in (0..).zip(ends) {
                let decided = Decided {
                    copy,
                    ..delivery.decided.clone()
                };
                finish(&gateway, &delivery.due, &decided, end);
            }
        } else {
            let end = tokio::select! {
                end = make(&gateway, &road, &delivery, &mut kept) => end,
                () = road.stop.cancelled() => cut_short(),
            };
            finish(&gateway, &delivery.due, &delivery.decided, end);
        }
        next = gateway.callbacks.lanes.leave(&endpoint, kept);
    }
}

async fn make(gateway: &Gateway, road: &Road, delivery: &Delivery, kept: &mut Option<Kept>) -> End {
    let Some(letter) = written(gateway, delivery) else {
        return unwritten();
    };
    let since = Instant::now();
    let body = (letter.content_type, Bytes::from(letter.body));
    let heard = deliver(road, &delivery.target, body.clone(), within(delivery), kept).await;
    ended(delivery, letter.says, body, heard, since.elapsed())
}

/// Several deliveries that leave together: first every connection is opened, then all write at once. Whichever cannot
/// connect fails by itself.
async fn burst(gateway: &Gateway, road: &Road, delivery: &Delivery) -> Vec<End> {
    let copies = delivery.decided.together;
    let Some(letter) = written(gateway, delivery) else {
        return (0..copies).map(|_| unwritten()).collect();
    };
    let _turn = gateway.callbacks.bursts.acquire().await;
    let body = (letter.content_type, Bytes::from(letter.body));
    let within = within(delivery);
    let barrier = Arc::new(Barrier::new(copies as usize));
    let mut under_way = JoinSet::new();
    for copy in 0..copies {
        let (road, target, body) = (road.clone(), delivery.target.clone(), body.clone());
        let barrier = Arc::clone(&barrier);
        under_way.spawn(async move {
            let opened = open(&road, &target, within).await;
            barrier.wait().await;
            let since = Instant::now();
            let heard = match opened {
                Ok(kept) => deliver(&road, &target, body, within, &mut Some(kept.again())).await,
                Err(failure) => Err(failure),
            };
            (copy, heard, since.elapsed())
        });
    }
    let mut made = under_way.join_all().await;
    made.sort_by_key(|(copy, ..)| *copy);
    let ends = made.into_iter();
    ends.map(|(_, heard, took)| ended(delivery, letter.says, body.clone(), heard, took))
        .collect()
}

fn written(
    gateway: &Gateway,
    Delivery {
        due, decided, order, ..
    }: &Delivery,
) -> Option<Letter> {
    letter(&gateway.shops, decided.drill.scenario.seed, due, order, decided.says)
}

fn unwritten() -> End {
    let reason = "shop_unknown: there is no such shop any more, or it has no token";
    End::unsent(Outcome::Failed, Some(reason))
}

fn within(delivery: &Delivery) -> Duration {
    delivery.due.terms.timeout
}

/// How a delivery ended that went out, or was to.
fn ended(
    delivery: &Delivery,
    says: Says,
    (content_type, body): (&'static str, Bytes),
    heard: Result<Heard, Failure>,
    took: Duration,
) -> End {
    let ack = delivery.due.terms.ack;
    let bytes_out = body.len() as u64;
    let answer = heard.as_ref().ok().map(|heard| Exhibit {
        content_type: None,
        body: heard.body.clone(),
    });
    let (outcome, status, bytes_in, reason) = match heard {
        Ok(heard) if takes(ack, delivery.order.1.via, &heard) => {
            let remark = remark(delivery, says).map(str::to_owned);
            (Outcome::Acknowledged, heard.status, heard.body.len(), remark)
        }
        Ok(heard) => {
            let reason = "not_acknowledged: by the scenario's ack rule".to_owned();
            (Outcome::Refused, heard.status, heard.body.len(), Some(reason))
        }
        Err(failure) => (outcome_of(&failure), 0, 0, Some(failure.to_string())),
    };
    End {
        outcome,
        status,
        bytes_out,
        bytes_in: bytes_in as u64,
        took,
        reason,
        says,
        exhibits: Exhibits {
            request: Some(Exhibit::new(content_type, body)),
            answer,
        },
    }
}

/// What is worth a word of an acknowledgement, by what was said.
fn remark(delivery: &Delivery, said: Says) -> Option<&'static str> {
    let Delivery { due, decided, .. } = delivery;
    match (decided.says, said) {
        (_, Says::Forged(_)) => Some("forgery_acknowledged: its sign is not the shop's"),
        (_, Says::Tampered(_)) => Some("tampering_acknowledged: its amount or coin is not the order's"),
        (_, Says::Unpaid) => Some("downgrade_acknowledged: it says unpaid, after the paid one"),
        (Says::Tampered(_), Says::Truth) => {
            Some("tampering_without_effect: the callback says what is so, as KDPay names no coin or nothing differs")
        }
        (Says::Truth, Says::Truth) if decided.decision.callback == CallbackAct::Early && due.awaited.is_none() => {
            Some("not_early: the call that opened the order was answered before this was decided")
        }
        (Says::Truth | Says::Forged(_) | Says::Unpaid, Says::Truth) => None,
    }
}

fn outcome_of(failure: &Failure) -> Outcome {
    match failure {
        Failure::Forbidden(_) => Outcome::Forbidden,
        Failure::Timeout(_) => Outcome::Timeout,
        Failure::Resolve(_) | Failure::Connect(_) | Failure::Broken(_) | Failure::TooLong => Outcome::Failed,
    }
}
