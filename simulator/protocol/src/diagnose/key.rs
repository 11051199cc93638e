//! Mistakes with the token and with the hash.

use md5::{Digest, Md5};
use sha2::Sha256;

use super::{
    client::{Case, Trial},
    shape::{unbase64, unhex},
};
use crate::{
    canonical::php::Leniences,
    sign::{Algorithm, upper_hex},
};

pub(super) fn previous_token(case: &Case<'_>, trial: &mut Trial<'_>) {
    if let Some(previous) = case.previous {
        trial.keyed(previous.reveal(), case.right_string().as_bytes());
    }
}

pub(super) fn token_untrimmed(case: &Case<'_>, trial: &mut Trial<'_>) {
    let (token, right) = (case.token.reveal(), case.right_string());
    for padded in [
        format!("{token}\n"),
        format!("{token}\r\n"),
        format!("{token} "),
        format!(" {token}"),
    ] {
        trial.keyed(&padded, right.as_bytes());
    }
}

pub(super) fn token_trimmed(case: &Case<'_>, trial: &mut Trial<'_>) {
    let token = case.token.reveal();
    if token.trim() != token {
        trial.keyed(token.trim(), case.right_string().as_bytes());
    }
}

/// The string is decoded, but the token behind it is not.
pub(super) fn token_not_decoded(case: &Case<'_>, trial: &mut Trial<'_>) {
    let token = case.token.reveal();
    if case.algorithm == Algorithm::Md5 && token.contains(['+', '%']) {
        trial.md5(&[case.right_string().as_bytes(), b"&token=", token.as_bytes()]);
    }
}

/// To what HMAC signs; with MD5 in another way than `&token=`.
pub(super) fn token_appended(case: &Case<'_>, trial: &mut Trial<'_>) {
    let (token, right) = (case.token.reveal().as_bytes(), case.right_string());
    for between in ["&token=", "&key=", "&secret=", ""] {
        let message = [right.as_bytes(), between.as_bytes(), token].concat();
        match case.algorithm {
            Algorithm::Hmac => trial.message(&message),
            // The protocol's own way, but for decoding: a mistake of its own.
            Algorithm::Md5 if between == "&token=" => {}
            Algorithm::Md5 => trial.md5(&[&message]),
        }
    }
}

pub(super) fn token_prefixed(case: &Case<'_>, trial: &mut Trial<'_>) {
    let message = [case.token.reveal(), &case.right_string()].concat();
    match case.algorithm {
        Algorithm::Hmac => trial.message(message.as_bytes()),
        Algorithm::Md5 => trial.md5(&[message.as_bytes()]),
    }
}

pub(super) fn token_hashed(case: &Case<'_>, trial: &mut Trial<'_>) {
    let (token, right) = (case.token.reveal(), case.right_string());
    let upper = upper_hex(&Md5::digest(token));
    trial.keyed(&upper.to_lowercase(), right.as_bytes());
    trial.keyed(&upper, right.as_bytes());
    if case.algorithm == Algorithm::Hmac {
        trial.hmac(&Md5::digest(token), right.as_bytes());
        trial.keyed(&upper_hex(&Sha256::digest(token)).to_lowercase(), right.as_bytes());
    }
}

/// A token that happens to be hex digits or base64, decoded before use.
pub(super) fn token_decoded(case: &Case<'_>, trial: &mut Trial<'_>) {
    if case.algorithm == Algorithm::Hmac {
        let token = case.token.reveal();
        for key in [unhex(token), unbase64(token)].into_iter().flatten() {
            trial.hmac(&key, case.right_string().as_bytes());
        }
    }
}

pub(super) fn key_and_message_swapped(case: &Case<'_>, trial: &mut Trial<'_>) {
    if case.algorithm == Algorithm::Hmac {
        trial.hmac(case.right_string().as_bytes(), case.token.reveal().as_bytes());
    }
}

/// The legacy protocol at a shop that signs with HMAC, as PHP or as another client writes it.
pub(super) fn legacy_md5(case: &Case<'_>, trial: &mut Trial<'_>) {
    if case.algorithm == Algorithm::Hmac {
        trial.legacy(case.fields, Leniences::STRICT);
        for leniences in Leniences::combinations() {
            trial.legacy(case.fields, leniences);
        }
    }
}

/// The new protocol at a shop of the legacy one.
pub(super) fn hmac_at_md5_shop(case: &Case<'_>, trial: &mut Trial<'_>) {
    if case.algorithm == Algorithm::Md5 {
        trial.hmac(case.token.reveal().as_bytes(), case.fields.canonical().as_bytes());
    }
}

pub(super) fn plain_sha256(case: &Case<'_>, trial: &mut Trial<'_>) {
    for message in keyless(case) {
        trial.sha256(&[message.as_bytes()]);
    }
}

pub(super) fn plain_md5(case: &Case<'_>, trial: &mut Trial<'_>) {
    if case.algorithm == Algorithm::Hmac {
        for message in keyless(case) {
            trial.md5(&[message.as_bytes()]);
        }
    }
}

pub(super) fn hmac_md5(case: &Case<'_>, trial: &mut Trial<'_>) {
    trial.hmac_md5(case.token.reveal().as_bytes(), case.right_string().as_bytes());
}

pub(super) fn hmac_sha512(case: &Case<'_>, trial: &mut Trial<'_>) {
    trial.hmac_sha512(case.token.reveal().as_bytes(), case.right_string().as_bytes());
}

/// The string of HMAC for a hash without a key: bare, and with the token in the ways in use elsewhere.
fn keyless(case: &Case<'_>) -> [String; 5] {
    let (canonical, token) = (case.fields.canonical(), case.token.reveal());
    [
        format!("{canonical}&token={token}"),
        format!("{canonical}&key={token}"),
        format!("{canonical}{token}"),
        format!("{token}{canonical}"),
        canonical,
    ]
}
