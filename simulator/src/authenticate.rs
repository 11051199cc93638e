//! Is the caller who it says it is? The only maker of [`Authentic`] values. What an authentic caller asks for is not
//! looked at here.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use protocol::{
    Accepts, Token,
    dialect::okpay::{AuthFailure, Call, Fault},
};
use tokio::time::Instant;

use crate::shop::{Shop, Shops, Standing};

/// How every shop signs.
const ACCEPTS: Accepts = Accepts::HMAC;

/// Something whose sender was verified.
#[derive(Debug)]
pub(crate) struct Authentic<T> {
    what: T,
    shop: Arc<Shop>,
    token: Arc<Token>,
    nonce: u64,
}

impl<T> Authentic<T> {
    /// The shop that sent it.
    pub(crate) fn shop(&self) -> &Arc<Shop> {
        &self.shop
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

/// Verifies a call's sign, its age and that its nonce is new, in this order, and remembers the nonce.
pub(crate) fn authenticate(
    call: Call,
    shops: &Shops,
    nonces: &Nonces,
    wall: Duration,
    window: Duration,
) -> Result<Authentic<Call>, Fault> {
    let id = call.shop.ok_or(AuthFailure::ShopMissing)?;
    let shop = shops.find(id).ok_or(AuthFailure::ShopUnknown)?;
    call.claim(ACCEPTS)?;
    let timestamp = call.timestamp.ok_or(AuthFailure::TimestampMissing)?;
    let nonce = call.nonce.as_deref().ok_or(AuthFailure::NonceMissing)?;
    let token = key_of(&call, &shop, wall).ok_or(AuthFailure::SignWrong)?;
    match shop.standing {
        Standing::Approved => {}
        Standing::UnderReview | Standing::Rejected { .. } | Standing::Suspended { .. } => {
            return Err(Fault::Unauthorized);
        }
    }
    if wall.as_secs().abs_diff(timestamp) > window.as_secs() {
        return Err(AuthFailure::TimestampOutside.into());
    }
    let nonce = nonces.key(id, nonce);
    if !nonces.spend(nonce) {
        return Err(Fault::NonceReplayed);
    }
    Ok(Authentic {
        what: call,
        shop,
        token,
        nonce,
    })
}

/// The token that a call is signed with: the shop's, or the one before it while both are good.
fn key_of(call: &Call, shop: &Shop, wall: Duration) -> Option<Arc<Token>> {
    let keys = shop.keys.as_ref()?;
    let mut good = [Some(keys.current()), keys.previous(wall)].into_iter().flatten();
    good.find(|token| call.verify(ACCEPTS, token).is_some()).cloned()
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
    /// Remembers nonces for as long as their timestamp may stand in the window: it may be as far ahead of the wall as
    /// behind it, so twice the window.
    pub(crate) fn new(window: Duration) -> Self {
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
            lasts: window * 2,
        }
    }

    /// Forgets that this call was seen: the scenario lets the wallet miss it, so the same bytes may come again.
    pub(crate) fn forgive<T>(&self, authentic: &Authentic<T>) {
        let mut sets = self.lock(authentic.nonce);
        sets.current.remove(&authentic.nonce);
        sets.aside.remove(&authentic.nonce);
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
