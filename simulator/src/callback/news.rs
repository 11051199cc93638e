//! The words of a callback and of the answer to it: the bytes an attempt carries, and whether a merchant took them.

use std::sync::Arc;

use ledger::{Coin, Money};
use protocol::{
    Token,
    dialect::{forge::Spoilt, kdpay, okpay},
};
use rust_decimal::Decimal;
use scenarios::{Ack, Forgery, Tampering, strange_token};

use super::{deliver::Heard, fault::Says, outbox::Due};
use crate::{
    dialect::{News, Seal, Via},
    occasion::decimal,
    shop::{Shop, Shops},
    store::{Origin, What},
};

/// An order and what outlasts the call that opened it.
pub(super) type Order = (What, Origin);

/// A callback in bytes.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) content_type: &'static str,
    pub(super) body: Vec<u8>,
    /// What it says; a tampering that changes nothing leaves the truth.
    pub(super) says: Says,
}

/// The bytes of a delivery: the same for each that says the same of an order, as long as its shop keeps its token.
pub(super) fn letter(shops: &Shops, seed: u64, due: &Due, (order, origin): &Order, says: Says) -> Option<Letter> {
    let shop = shops.find(due.key.shop)?;
    let token = shop.keys.as_ref()?.current();
    let (amount, says) = match says {
        Says::Tampered(tampering) => {
            let said = tampered(tampering, order.amount(), origin.via);
            (said, if said == order.amount() { Says::Truth } else { says })
        }
        Says::Truth | Says::Forged(_) | Says::Unpaid => (order.amount(), says),
    };
    // An order opened without a number has its own id as one, which the merchant never gave.
    let given = *due.key.number != order.order_id().to_string();
    let news = News {
        order,
        number: given.then_some(&*due.key.number),
        via: origin.via,
        amount,
        unpaid: says == Says::Unpaid,
    };
    let sealed = |shop_id, token: &Token, spoilt| {
        let seal = Seal {
            shop: shop_id,
            token,
            spoilt,
        };
        news.encode(&shop.manner, &seal)
    };
    let (content_type, body) = match says {
        Says::Truth | Says::Tampered(_) | Says::Unpaid => sealed(shop.id, token, None),
        Says::Forged(forgery) => match forgery {
            Forgery::BitFlip => sealed(shop.id, token, Some(Spoilt::BitFlip)),
            Forgery::Missing => sealed(shop.id, token, Some(Spoilt::Missing)),
            Forgery::Respelled => sealed(shop.id, token, Some(Spoilt::Respelled)),
            Forgery::WrongKey => sealed(shop.id, &nobodys_token(seed, shop.id)?, None),
            Forgery::OtherShop => {
                let (other, token) = other_shop(shops, seed, &shop)?;
                sealed(other, &token, None)
            }
        },
    };
    Some(Letter {
        content_type,
        body,
        says,
    })
}

/// What a tampered callback says was paid. A KDPay notification names no coin: it is always yuan, and only the amount
/// can be another.
fn tampered(Tampering { amount, coin }: Tampering, honest: Money, via: Via) -> Money {
    let coin = match via {
        Via::OkPay(_) => coin
            .and_then(|word| Coin::parse(word).ok())
            .unwrap_or_else(|| honest.coin()),
        Via::KdPay => honest.coin(),
    };
    let was = decimal(honest);
    let said = amount.map_or(was, |change| change.of(was, honest.coin().scale()));
    // Another coin may have fewer decimals.
    let mut said = said.max(Decimal::new(1, coin.scale()));
    said.rescale(coin.scale());
    i64::try_from(said.mantissa()).map_or(honest, |minor| Money::new(minor, coin))
}

/// A token that no shop has.
fn nobodys_token(seed: u64, shop: u64) -> Option<Token> {
    let digits = strange_token(seed, shop).map(|byte| format!("{byte:02x}")).concat();
    Token::new(&digits).ok()
}

/// The next shop of the dialect, by number, with its token: who serves several looks tokens up by the number. Where the
/// gateway has no other, one that it does not know either.
fn other_shop(shops: &Shops, seed: u64, shop: &Shop) -> Option<(u64, Arc<Token>)> {
    let all = shops.all();
    let later = all.iter().filter(|(id, _)| **id > shop.id);
    let earlier = all.iter().filter(|(id, _)| **id < shop.id);
    let known = later.chain(earlier).find_map(|(id, other)| {
        let alike = other.said.dialect == shop.said.dialect;
        let token = other.keys.as_ref().filter(|_| alike)?.current();
        Some((*id, Arc::clone(token)))
    });
    known.or_else(|| {
        let mut others = (1_u64..).map(|step| shop.id.wrapping_add(step));
        let id = others.find(|id| *id > 0 && !all.contains_key(id))?;
        Some((id, Arc::new(nobodys_token(seed, id)?)))
    })
}

pub(super) fn takes(ack: Ack, via: Via, heard: &Heard) -> bool {
    let rule = match ack {
        Ack::Strict => okpay::Ack::Strict,
        Ack::Lenient => okpay::Ack::Lenient,
        Ack::Http => okpay::Ack::Http,
    };
    match via {
        Via::OkPay(_) => rule.accepts(heard.status, &heard.body),
        // Plain text, so there is no JSON to be strict about.
        Via::KdPay => match ack {
            Ack::Strict => kdpay::notify::acknowledges(heard.status, &heard.body),
            Ack::Lenient | Ack::Http => rule.accepts(heard.status, &heard.body),
        },
    }
}
