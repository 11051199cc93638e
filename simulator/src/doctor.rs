//! Why did my signature fail: finds the shop and the body of a refused call and lets the protocol's diagnosis try what
//! clients are known to do wrong. The same for the header of a refusal, the console and the admin interface.

use std::time::Duration;

use protocol::{
    Algorithm,
    diagnose::{Mistake, Presented, Step, diagnose, steps},
    dialect::okpay::request::decode,
};

use crate::shop::{Shop, Shops};

/// Bodies beyond are not looked at: trying them under every mistake would let a stranger keep the gateway busy.
const BODY_MAX_BYTES: usize = 8 * 1024;

/// A body whose sign is in question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patient<'a> {
    /// Its media type, as declared.
    pub(crate) content_type: Option<&'a str>,
    /// Its bytes.
    pub(crate) body: &'a [u8],
    /// The shop to judge for; without it the one that the body names.
    pub(crate) shop: Option<u64>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The sign is right.
    pub(crate) matches: bool,
    /// How it should be signed.
    pub(crate) algorithm: Algorithm,
    /// The mistake whose sign matches, where one does.
    pub(crate) mistake: Option<Mistake>,
    /// The string that should have been signed, without the token.
    pub(crate) canonical: String,
    /// How it comes about, step by step.
    pub(crate) steps: Vec<String>,
}

/// Why nothing can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Helpless {
    /// Too long to be tried.
    #[error("the body has more than {BODY_MAX_BYTES} bytes")]
    TooLong,
    /// No shop to verify with.
    #[error("the body names no shop that is known and has a token")]
    NoShop,
}

/// Looks at a body.
pub(crate) fn examine(shops: &Shops, wall: Duration, patient: &Patient<'_>) -> Result<Finding, Helpless> {
    if patient.body.len() > BODY_MAX_BYTES {
        return Err(Helpless::TooLong);
    }
    let call = decode(protocol::Operation::PayLink, patient.content_type, patient.body).ok();
    let named = patient.shop.or_else(|| call.as_ref()?.shop);
    let shop = named.and_then(|id| shops.find(id)).ok_or(Helpless::NoShop)?;
    let keys = shop.keys.as_ref().ok_or(Helpless::NoShop)?;
    let fields = call.as_ref().map(|call| &call.fields);
    let presented = Presented {
        content_type: patient.content_type,
        body: patient.body,
        fields,
    };
    let verified = call.as_ref().and_then(|call| call.verify(shop.accepts, keys.current()));
    let algorithm = verified.unwrap_or_else(|| usual(&shop));
    let found = diagnose(
        keys.current(),
        keys.previous(wall).map(|token| &**token),
        shop.accepts,
        &presented,
    );
    let walk = fields.map(|fields| steps(algorithm, keys.current(), fields));
    // A body may hold other secrets than the one it is verified with: the token before a rotation, another shop's.
    let masked = |text: String| shops.masked(&text).into_owned();
    Ok(Finding {
        matches: verified.is_some(),
        algorithm,
        mistake: found.mistake.map(|mistake| Mistake {
            what: masked(mistake.what),
            ..mistake
        }),
        canonical: masked(found.canonical),
        steps: walk.into_iter().flatten().flat_map(told).map(masked).collect(),
    })
}

/// What a refusal says of a mistake, fit for a header: `; CODE: what it did; what to do`.
pub(crate) fn hint(shops: &Shops, wall: Duration, patient: &Patient<'_>) -> Option<String> {
    let mistake = examine(shops, wall, patient).ok()?.mistake?;
    Some(format!("; {}: {} {}", mistake.code, mistake.what, mistake.remedy))
}

/// A step, and what comes of it.
fn told(step: Step) -> impl Iterator<Item = String> {
    let head = format!("{}: {}", step.name, step.what);
    [head]
        .into_iter()
        .chain(step.lines.into_iter().map(|line| format!("  {line}")))
}

fn usual(shop: &Shop) -> Algorithm {
    if shop.accepts.hmac {
        Algorithm::Hmac
    } else {
        Algorithm::Md5
    }
}
