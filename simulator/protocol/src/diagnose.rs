//! Why did my signature fail: names the mistake that makes exactly the presented sign, and nothing else.
//!
//! Owns the known mistakes, the sign each would have made, and the walk through a right one. Leaves verification to
//! [`mod@crate::sign`]. A mistake is never guessed: it is named only when its own sign equals the presented one, so a random
//! sign names none. Work is bounded by [`MAX_SIGNS`]; the token is in no text that leaves here.

mod body;
mod charset;
mod client;
mod field;
mod key;
mod known;
mod nested;
mod shape;
mod steps;
mod text;

pub use self::steps::{Step, steps};
use self::{
    client::{Case, Trial},
    known::Known,
    shape::Shape,
};
use crate::{
    canonical::Fields,
    sign::{Accepts, Algorithm, Token, verify_fields},
};

/// The most signs that are computed for one diagnosis.
pub const MAX_SIGNS: usize = 72;

/// What stands in a text where the token would.
pub const MASK: &str = "•••";

/// What MD5 hashes behind the string, as it is shown.
const APPENDED: &str = "&token=•••";

/// A body whose sign was refused.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'a> {
    /// As declared; only tells a JSON body from a form where it could not be read.
    pub content_type: Option<&'a str>,
    /// As received.
    pub body: &'a [u8],
    /// What was read from it; `None` where it could not be read.
    pub fields: Option<&'a Fields>,
}

/// What can be said about a refused sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// The one mistake that makes the presented sign; `None` where no known one does, or the sign is right.
    pub mistake: Option<Mistake>,
    /// The string that should have been signed, the token shown as [`MASK`]; empty where the body could not be read.
    pub canonical: String,
}

/// A known mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Stable, in snake case.
    pub code: &'static str,
    /// What the client did, one sentence of printable ASCII.
    pub what: String,
    /// What it should do, one line of printable ASCII.
    pub remedy: &'static str,
}

/// Tries the known mistakes on a body whose sign was refused. `previous` is the token before the last rotation.
pub fn diagnose(token: &Token, previous: Option<&Token>, accepts: Accepts, request: &Presented<'_>) -> Diagnosis {
    let Some(fields) = request.fields else {
        return charset::unreadable(token, accepts, request);
    };
    let shape = fields.presented_sign().and_then(Shape::read);
    let expected = expected(accepts, shape.as_ref());
    let canonical = string_to_hash(expected, fields, token, previous);
    let named = match shape {
        Some(shape) if verify_fields(accepts, token, fields).is_none() => {
            let case = Case {
                algorithm: expected,
                token,
                previous,
                fields,
                body: request.body,
            };
            name(&case, accepts, &shape)
        }
        Some(_) | None => None,
    };
    let mistake = named.map(|mistake| Mistake {
        what: masked(&mistake.what, token, previous),
        ..mistake
    });
    Diagnosis { mistake, canonical }
}

/// The text with [`MASK`] in place of either token.
pub fn masked(text: &str, token: &Token, previous: Option<&Token>) -> String {
    let hidden = text.replace(token.reveal(), MASK);
    match previous {
        Some(previous) => hidden.replace(previous.reveal(), MASK),
        None => hidden,
    }
}

/// The algorithm of the presented sign where the shop takes it, else the one it takes.
fn expected(accepts: Accepts, shape: Option<&Shape>) -> Algorithm {
    match (accepts.hmac, accepts.md5) {
        (true, Some(_)) => shape.and_then(Shape::algorithm).unwrap_or(Algorithm::Hmac),
        (false, Some(_)) => Algorithm::Md5,
        (_, None) => Algorithm::Hmac,
    }
}

/// The masked string and, with MD5, the mask of the token behind it.
fn string_to_hash(algorithm: Algorithm, fields: &Fields, token: &Token, previous: Option<&Token>) -> String {
    let string = masked(&algorithm.string(fields), token, previous);
    match algorithm {
        Algorithm::Hmac => string,
        Algorithm::Md5 => string + APPENDED,
    }
}

fn name(case: &Case<'_>, accepts: Accepts, shape: &Shape) -> Option<Mistake> {
    let mut trial = Trial::new(case, &shape.digest);
    if shape.algorithm() != Some(case.algorithm) {
        return first(known::OTHER_HASH, case, &mut trial);
    }
    trial.message(case.right_string().as_bytes());
    if trial.is_met() {
        return shape.mistake(accepts);
    }
    first(known::OTHER_HASH, case, &mut trial).or_else(|| first(known::SAME_HASH, case, &mut trial))
}

fn first(known: &[Known], case: &Case<'_>, trial: &mut Trial<'_>) -> Option<Mistake> {
    known.iter().find_map(|known| {
        (known.tries)(case, trial);
        trial.is_met().then(|| known.mistake(trial.field()))
    })
}

#[cfg(test)]
mod tests;
