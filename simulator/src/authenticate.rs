//! Is the caller who it says it is? The only maker of [`Authentic`] values. What an authentic caller asks for is not
//! looked at here.

use std::{
    collections::{BTreeMap, HashSet},
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use protocol::{
    Algorithm, Token,
    dialect::{kdpay as kd, okpay as ok},
};
use scenarios::Dialect;
use tokio::time::Instant;

use crate::{
    dialect::{Call, Fault, Via},
    shop::{Shop, Standing},
};

/// Something whose sender was verified.
#[derive(Debug)]
pub(crate) struct Authentic<T> {
    what: T,
    shop: Arc<Shop>,
    via: Via,
    token: Arc<Token>,
    nonce: Option<u64>,
}

impl<T> Authentic<T> {
    /// The shop that sent it.
    pub(crate) fn shop(&self) -> &Arc<Shop> {
        &self.shop
    }

    /// Its dialect and algorithm, which are its answer's too.
    pub(crate) fn via(&self) -> Via {
        self.via
    }

    /// The token that its sign was made with, which its answer is signed with too.
    pub(crate) fn token(&self) -> &Token {
        &self.token
    }
}

impl<T> Deref for Authentic<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.what
    }
}

/// When a call came, and from where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// The wall time.
    pub(crate) wall: Duration,
    /// How far a timestamp may be from it, either way.
    pub(crate) window: Duration,
    /// The caller's address, where it has one.
    pub(crate) peer: Option<IpAddr>,
}

/// Verifies a call: its sign, whether its shop may call from there, its age, and that its nonce is new, in this order.
/// The nonce is remembered.
pub(crate) fn authenticate(
    call: Call,
    shops: &BTreeMap<u64, Arc<Shop>>,
    nonces: &Nonces,
    moment: &Moment,
) -> Result<Authentic<Call>, Fault> {
    match &call {
        Call::OkPay(okpay) => {
            let (shop, via, token) = okpay_sender(okpay, shops, moment).map_err(Fault::OkPay)?;
            shop.may_call(moment.peer).map_err(|why| Fault::Barred {
                said: Box::new(Fault::OkPay(ok::Fault::Unauthorized)),
                why,
            })?;
            let nonce = okpay_turn(okpay, shop.id, via, nonces, moment).map_err(Fault::OkPay)?;
            Ok(Authentic {
                what: call,
                shop,
                via,
                token,
                nonce,
            })
        }
        Call::KdPay(kdpay) => {
            let (shop, token) = kdpay_sender(kdpay, shops, moment).map_err(Fault::KdPay)?;
            shop.may_call(moment.peer).map_err(|why| Fault::Barred {
                said: Box::new(Fault::KdPay(kd::Fault::Unauthorized)),
                why,
            })?;
            Ok(Authentic {
                what: call,
                shop,
                via: Via::KdPay,
                token,
                nonce: None,
            })
        }
    }
}

fn okpay_sender(
    call: &ok::Call,
    shops: &BTreeMap<u64, Arc<Shop>>,
    moment: &Moment,
) -> Result<(Arc<Shop>, Via, Arc<Token>), ok::Fault> {
    let id = call.shop.ok_or(ok::AuthFailure::ShopMissing)?;
    let shop = shops
        .get(&id)
        .cloned()
        .filter(|shop| shop.said.dialect == Dialect::Okpay);
    let shop = shop.ok_or(ok::AuthFailure::ShopUnknown)?;
    let claimed = call.claim(shop.accepts)?;
    if claimed == Algorithm::Hmac {
        call.timestamp.ok_or(ok::AuthFailure::TimestampMissing)?;
        call.nonce.as_deref().ok_or(ok::AuthFailure::NonceMissing)?;
    }
    let signed = shop.good_tokens(moment.wall, |token| call.verify(shop.accepts, token));
    let (token, algorithm) = signed.ok_or(ok::AuthFailure::SignWrong)?;
    Ok((shop, Via::OkPay(algorithm), token))
}

/// Under MD5 a call has neither age nor nonce.
fn okpay_turn(
    call: &ok::Call,
    shop: u64,
    via: Via,
    nonces: &Nonces,
    moment: &Moment,
) -> Result<Option<u64>, ok::Fault> {
    let (Via::OkPay(Algorithm::Hmac), Some(timestamp), Some(nonce)) = (via, call.timestamp, call.nonce.as_deref())
    else {
        return Ok(None);
    };
    if moment.wall.as_secs().abs_diff(timestamp) > moment.window.as_secs() {
        return Err(ok::AuthFailure::TimestampOutside.into());
    }
    let nonce = nonces.key(shop, nonce);
    if nonces.spend(nonce) {
        Ok(Some(nonce))
    } else {
        Err(ok::Fault::NonceReplayed)
    }
}

fn kdpay_sender(
    call: &kd::Call,
    shops: &BTreeMap<u64, Arc<Shop>>,
    moment: &Moment,
) -> Result<(Arc<Shop>, Arc<Token>), kd::Fault> {
    let failed = kd::Fault::AuthFailed;
    let id = call.shop.ok_or_else(|| failed(kd::AuthFailure::ShopMissing))?;
    let shop = shops
        .get(&id)
        .cloned()
        .ok_or_else(|| failed(kd::AuthFailure::ShopUnknown))?;
    if shop.said.dialect != Dialect::Kdpay {
        return Err(failed(kd::AuthFailure::OtherDialect));
    }
    if call.presented_sign.is_none() {
        return Err(failed(kd::AuthFailure::SignMissing));
    }
    let signed = shop.good_tokens(moment.wall, |token| call.verify(token).then_some(()));
    let (token, ()) = signed.ok_or_else(|| failed(kd::AuthFailure::SignWrong))?;
    if call.operation == kd::Operation::Balance {
        let timestamp_ms = call
            .timestamp_ms
            .ok_or_else(|| failed(kd::AuthFailure::TimestampMissing))?;
        let wall_ms = crate::clock::whole_ms(moment.wall);
        if u128::from(wall_ms.abs_diff(timestamp_ms)) > moment.window.as_millis() {
            return Err(failed(kd::AuthFailure::TimestampOutside));
        }
    }
    Ok((shop, token))
}

impl Shop {
    /// What `verify` says under the first good token under which it says something.
    fn good_tokens<T>(&self, wall: Duration, verify: impl Fn(&Token) -> Option<T>) -> Option<(Arc<Token>, T)> {
        let keys = self.keys.as_ref()?;
        let mut good = [Some(keys.current()), keys.previous(wall)].into_iter().flatten();
        good.find_map(|token| Some((Arc::clone(token), verify(token)?)))
    }

    /// Whether it may call at all, and from this address; why not otherwise.
    fn may_call(&self, peer: Option<IpAddr>) -> Result<(), String> {
        match &self.standing {
            Standing::Approved => {}
            Standing::UnderReview => return Err("its application is under review".to_owned()),
            Standing::Rejected { reason } => return Err(format!("its application was rejected: {reason}")),
            Standing::Suspended { reason } => return Err(format!("it is suspended: {reason}")),
        }
        let listed = &self.said.ip_allow;
        if listed.is_empty() || peer.is_some_and(|peer| listed.iter().any(|range| range.contains(peer))) {
            return Ok(());
        }
        let from = peer.map_or_else(|| "an unknown address".to_owned(), |peer| peer.to_string());
        Err(format!("{from} is not in its ip_allow"))
    }
}

/// Locks; a power of two well above the number of cores.
const SHARDS: usize = 64;
/// Nonces remembered in one set of one shard: with all shards four million, some seven thousand calls a second. A set
/// that is full is put aside early, which shortens the memory and never refuses a good call.
const SET_SIZE: usize = 65_536;

/// Nonces in use, as keyed hashes of 64 bits in two sets that take turns: a set is put aside when its time is over, and
/// forgotten when the next one is put aside.
#[derive(Debug)]
pub(crate) struct Nonces {
    shards: Box<[Mutex<Sets>]>,
    hasher: RandomState,
    lasts: Duration,
}

#[derive(Debug)]
struct Sets {
    current: HashSet<u64>,
    aside: HashSet<u64>,
    since: Instant,
}

impl Nonces {
    /// Remembers nonces for at least that long.
    pub(crate) fn new(lasts: Duration) -> Self {
        let since = Instant::now();
        let sets = || {
            Mutex::new(Sets {
                current: HashSet::new(),
                aside: HashSet::new(),
                since,
            })
        };
        Self {
            shards: (0..SHARDS).map(|_| sets()).collect(),
            hasher: RandomState::new(),
            lasts,
        }
    }

    /// Forgets that this call was seen: the scenario lets the wallet miss it, so the same bytes may come again.
    pub(crate) fn forgive<T>(&self, authentic: &Authentic<T>) {
        let Some(nonce) = authentic.nonce else { return };
        let mut sets = self.lock(nonce);
        sets.current.remove(&nonce);
        sets.aside.remove(&nonce);
    }

    /// Forgets every nonce.
    pub(crate) fn clear(&self) {
        for shard in &self.shards {
            let mut sets = shard.lock().unwrap_or_else(PoisonError::into_inner);
            sets.current.clear();
            sets.aside.clear();
        }
    }

    fn key(&self, shop: u64, nonce: &str) -> u64 {
        self.hasher.hash_one((shop, nonce))
    }

    /// True the first time.
    fn spend(&self, nonce: u64) -> bool {
        let mut sets = self.lock(nonce);
        let now = Instant::now();
        if sets.current.len() >= SET_SIZE || now.duration_since(sets.since) >= self.lasts {
            sets.aside = std::mem::take(&mut sets.current);
            sets.since = now;
        }
        !sets.aside.contains(&nonce) && sets.current.insert(nonce)
    }

    fn lock(&self, nonce: u64) -> std::sync::MutexGuard<'_, Sets> {
        let place = usize::try_from(nonce % SHARDS as u64).expect("below the number of shards");
        self.shards[place].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
