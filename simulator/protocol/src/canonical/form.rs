//! Form bodies into flat fields.
//!
//! Written by hand on `percent_encoding`, because `form_urlencoded::parse` replaces bytes that are no UTF-8 by U+FFFD:
//! two bodies would share one string and one sign.

use std::borrow::Cow;

use percent_encoding::percent_decode;

use super::{Collector, DecodeError, Fields, MAX_NAME_BYTES, Scalar, shown};

pub(super) fn read(body: &[u8]) -> Result<Fields, DecodeError> {
    let mut collector = Collector::default();
    let pieces = body.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty());
    for (index, piece) in pieces.enumerate() {
        let (name, value) = split(piece);
        let name = decode(name).map_err(|lossy| DecodeError::NotText { name: shown(&lossy) })?;
        if name.is_empty() {
            return Err(DecodeError::NoName { position: index + 1 });
        }
        if name.len() > MAX_NAME_BYTES {
            return Err(DecodeError::NameTooLong { name: shown(&name) });
        }
        if name.contains(['[', ']']) {
            return Err(DecodeError::Array { name: shown(&name) });
        }
        let value = decode(value).map_err(|_| DecodeError::NotText { name: shown(&name) })?;
        collector.push(name, Scalar::Text(value))?;
    }
    Ok(collector.finish())
}

fn split(piece: &[u8]) -> (&[u8], &[u8]) {
    match piece.iter().position(|byte| *byte == b'=') {
        Some(at) => (&piece[..at], &piece[at + 1..]),
        None => (piece, &[]),
    }
}

/// The decoded text; the lossy text where the bytes are no UTF-8.
fn decode(raw: &[u8]) -> Result<String, String> {
    let spaced: Cow<'_, [u8]> = if raw.contains(&b'+') {
        raw.iter()
            .map(|byte| if *byte == b'+' { b' ' } else { *byte })
            .collect()
    } else {
        Cow::Borrowed(raw)
    };
    let bytes: Vec<u8> = percent_decode(&spaced).collect();
    String::from_utf8(bytes).map_err(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
