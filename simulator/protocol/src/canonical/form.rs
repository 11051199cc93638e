//! Form bodies into fields.
//!
//! Written by hand on `percent_encoding`, because `form_urlencoded::parse` replaces bytes that are no UTF-8 by U+FFFD:
//! two bodies would share one string and one sign.

use std::borrow::Cow;

use percent_encoding::percent_decode;

use super::{Cuts, DecodeError, Fields, MAX_NAME_BYTES, Scalar, collect::Collector, shown};

/// A body whose names are flat: brackets are refused.
pub(super) fn read(body: &[u8]) -> Result<Fields, DecodeError> {
    let mut collector = Collector::with_capacity(capacity(body));
    each(body, |name, value| {
        if name.contains(['[', ']']) {
            return Err(DecodeError::Array { name: shown(&name) });
        }
        collector.push(name, Cuts::default(), value)
    })?;
    Ok(collector.finish())
}

/// A body whose names may nest with brackets.
pub(super) fn read_php(body: &[u8]) -> Result<Fields, DecodeError> {
    let mut collector = Collector::with_capacity(capacity(body));
    each(body, |name, value| {
        let (flat, cuts) = nest(&name)?;
        collector.place(flat, cuts, value)
    })?;
    Ok(collector.finish())
}

fn capacity(body: &[u8]) -> usize {
    body.iter().filter(|byte| **byte == b'&').count() + 1
}

fn each(body: &[u8], mut take: impl FnMut(String, Scalar) -> Result<(), DecodeError>) -> Result<(), DecodeError> {
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
        match decode(value) {
            Ok(value) => take(name, Scalar::Text(value))?,
            Err(_) => return Err(DecodeError::NotText { name: shown(&name) }),
        }
    }
    Ok(())
}

/// `data[order_id]` as `data.order_id` and where it was cut. PHP gives other brackets a meaning of its own (lists, an
/// underscore for a lone one), which no sign of the contract has.
fn nest(name: &str) -> Result<(String, Cuts), DecodeError> {
    let array = || DecodeError::Array { name: shown(name) };
    let Some(open) = name.find('[') else {
        return if name.contains(']') {
            Err(array())
        } else {
            Ok((name.to_owned(), Cuts::default()))
        };
    };
    let inner = name[open + 1..].strip_suffix(']').ok_or_else(array)?;
    let mut flat = name[..open].to_owned();
    let mut cuts = Cuts::default();
    for segment in inner.split("][") {
        if segment.is_empty() || segment.contains(['[', ']']) {
            return Err(array());
        }
        let deeper = cuts.with(flat.len());
        cuts = deeper.ok_or_else(|| DecodeError::TooDeep { name: shown(&flat) })?;
        flat.push('.');
        flat.push_str(segment);
    }
    if open == 0 { Err(array()) } else { Ok((flat, cuts)) }
}

fn split(piece: &[u8]) -> (&[u8], &[u8]) {
    match piece.iter().position(|byte| *byte == b'=') {
        Some(at) => (&piece[..at], &piece[at + 1..]),
        None => (piece, &[]),
    }
}

/// The decoded text; the lossy text where the bytes are no UTF-8.
fn decode(raw: &[u8]) -> Result<String, String> {
    let bytes = decode_bytes(raw).into_owned();
    String::from_utf8(bytes).map_err(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// `+` is a space and `%` with two hex digits is a byte; most values hold neither.
pub(crate) fn decode_bytes(raw: &[u8]) -> Cow<'_, [u8]> {
    if !raw.iter().any(|byte| matches!(byte, b'+' | b'%')) {
        return Cow::Borrowed(raw);
    }
    let spaced: Vec<u8> = raw
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    Cow::Owned(percent_decode(&spaced).collect())
}
