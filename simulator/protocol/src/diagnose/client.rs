//! What a client signs: the rows it takes, in its order and its text, and the trial of the sign they make.

use std::{borrow::Cow, collections::BTreeSet};

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq;

use super::MAX_SIGNS;
use crate::{
    canonical::{
        Field, Fields, Scalar,
        form::decode_bytes,
        php::{self, Leniences},
    },
    sign::{Algorithm, Token},
};

/// What is known about a refused sign.
pub(super) struct Case<'a> {
    /// The one the shop expects.
    pub(super) algorithm: Algorithm,
    pub(super) token: &'a Token,
    pub(super) previous: Option<&'a Token>,
    pub(super) fields: &'a Fields,
    pub(super) body: &'a [u8],
}

/// One `k=v` of a client.
#[derive(Clone)]
pub(super) struct Row<'a> {
    pub(super) field: &'a Field,
    pub(super) name: Cow<'a, str>,
    pub(super) text: Cow<'a, str>,
}

impl<'a> Case<'a> {
    /// Every field but the sign, in the order of the document, in the right text; `null` is empty.
    pub(super) fn all(&self) -> Vec<Row<'a>> {
        let fields = self.fields.places().iter().filter(|field| !field.is_sign());
        fields
            .map(|field| Row {
                field,
                name: self.name(field),
                text: self.text(&field.value),
            })
            .collect()
    }

    /// The rows that take part, in the order of the document.
    pub(super) fn kept(&self) -> Vec<Row<'a>> {
        self.all().into_iter().filter(|row| self.keeps(row.field)).collect()
    }

    /// The rows as they should be.
    pub(super) fn right(&self) -> Vec<Row<'a>> {
        self.sorted(self.kept())
    }

    /// The string that should have been signed.
    pub(super) fn right_string(&self) -> String {
        self.algorithm.string(self.fields)
    }

    /// In the order of the protocol.
    pub(super) fn sorted(&self, mut rows: Vec<Row<'a>>) -> Vec<Row<'a>> {
        match self.algorithm {
            Algorithm::Hmac => rows.sort_by(|one, other| one.name.cmp(&other.name)),
            Algorithm::Md5 => rows.sort_by(|one, other| one.field.top().cmp(other.field.top())),
        }
        rows
    }

    /// Whether the field takes part.
    pub(super) fn keeps(&self, field: &Field) -> bool {
        match self.algorithm {
            Algorithm::Hmac => field.value.is_signed(),
            Algorithm::Md5 if field.is_nested() => field.value != Scalar::Null,
            Algorithm::Md5 => !php::is_falsy(&field.value),
        }
    }

    fn name(&self, field: &'a Field) -> Cow<'a, str> {
        match self.algorithm {
            Algorithm::Hmac => field.name().into(),
            Algorithm::Md5 => bracketed(field),
        }
    }

    fn text(&self, value: &'a Scalar) -> Cow<'a, str> {
        match self.algorithm {
            Algorithm::Hmac => value.text().unwrap_or_default().into(),
            Algorithm::Md5 => php::text(value).unwrap_or_default(),
        }
    }
}

/// `data[order_id]`.
pub(super) fn bracketed(field: &Field) -> Cow<'_, str> {
    if !field.is_nested() {
        return field.name().into();
    }
    let inner: String = field.segments().skip(1).map(|segment| format!("[{segment}]")).collect();
    format!("{}{inner}", field.top()).into()
}

/// `k=v` of each row, joined by `&`.
pub(super) fn joined(rows: &[Row<'_>]) -> String {
    let pairs: Vec<String> = rows.iter().map(|row| format!("{}={}", row.name, row.text)).collect();
    pairs.join("&")
}

/// Compares one candidate after the other with the presented sign, none twice and no more than [`MAX_SIGNS`].
pub(super) struct Trial<'a> {
    presented: &'a [u8],
    algorithm: Algorithm,
    token: &'a Token,
    messages: BTreeSet<Vec<u8>>,
    signs: usize,
    met: Option<Option<String>>,
}

impl<'a> Trial<'a> {
    pub(super) fn new(case: &Case<'a>, presented: &'a [u8]) -> Self {
        Self {
            presented,
            algorithm: case.algorithm,
            token: case.token,
            messages: BTreeSet::new(),
            signs: 0,
            met: None,
        }
    }

    /// Whether a candidate was the presented sign.
    pub(super) fn is_met(&self) -> bool {
        self.met.is_some()
    }

    /// The field that the mistake was made with, where it is about one.
    pub(super) fn field(&self) -> Option<&str> {
        self.met.as_ref()?.as_deref()
    }

    /// How many signs were computed.
    #[cfg(test)]
    pub(super) fn signs(&self) -> usize {
        self.signs
    }

    /// The right token and algorithm over these rows.
    pub(super) fn rows(&mut self, rows: &[Row<'_>]) {
        self.message(joined(rows).as_bytes());
    }

    /// Over these rows; the mistake is about that field.
    pub(super) fn rows_about(&mut self, rows: &[Row<'_>], field: &str) {
        let before = self.is_met();
        self.rows(rows);
        if !before && self.is_met() {
            self.met = Some(Some(field.to_owned()));
        }
    }

    /// Over this message.
    pub(super) fn message(&mut self, message: &[u8]) {
        if self.messages.insert(message.to_vec()) {
            self.keyed(self.token.reveal(), message);
        }
    }

    /// With this text in place of the token.
    pub(super) fn keyed(&mut self, token: &str, message: &[u8]) {
        match self.algorithm {
            Algorithm::Hmac => self.hmac(token.as_bytes(), message),
            Algorithm::Md5 => self.md5(&[message, b"&token=", &decode_bytes(token.as_bytes())]),
        }
    }

    /// HMAC-SHA256.
    pub(super) fn hmac(&mut self, key: &[u8], message: &[u8]) {
        self.mac::<Hmac<Sha256>>(key, message);
    }

    /// HMAC of the same kind on other hashes.
    pub(super) fn hmac_md5(&mut self, key: &[u8], message: &[u8]) {
        self.mac::<Hmac<Md5>>(key, message);
    }

    /// HMAC-SHA512.
    pub(super) fn hmac_sha512(&mut self, key: &[u8], message: &[u8]) {
        self.mac::<Hmac<Sha512>>(key, message);
    }

    /// MD5 of the pieces behind each other.
    pub(super) fn md5(&mut self, pieces: &[&[u8]]) {
        self.hash::<Md5>(pieces);
    }

    /// SHA-256 of the pieces behind each other.
    pub(super) fn sha256(&mut self, pieces: &[&[u8]]) {
        self.hash::<Sha256>(pieces);
    }

    /// The legacy sign with these leniences.
    pub(super) fn legacy(&mut self, fields: &Fields, leniences: Leniences) {
        let mut message = String::new();
        fields.feed_php(leniences, &mut |piece| message.push_str(piece));
        let token = php::decode_token(self.token.reveal(), leniences);
        self.md5(&[message.as_bytes(), b"&token=", &token]);
    }

    fn mac<M: Mac + KeyInit>(&mut self, key: &[u8], message: &[u8]) {
        if self.may_go_on(M::output_size()) {
            let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes keys of every length");
            mac.update(message);
            self.compare(&mac.finalize().into_bytes());
        }
    }

    fn hash<D: Digest>(&mut self, pieces: &[&[u8]]) {
        if self.may_go_on(<D as Digest>::output_size()) {
            let mut hash = D::new();
            for piece in pieces {
                hash.update(piece);
            }
            self.compare(&hash.finalize());
        }
    }

    /// A digest of another length than the presented one is not worth computing.
    fn may_go_on(&self, digest_bytes: usize) -> bool {
        self.met.is_none() && self.signs < MAX_SIGNS && digest_bytes == self.presented.len()
    }

    fn compare(&mut self, digest: &[u8]) {
        self.signs += 1;
        if bool::from(digest.ct_eq(self.presented)) {
            self.met = Some(None);
        }
    }
}
