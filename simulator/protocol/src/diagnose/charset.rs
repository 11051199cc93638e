//! Mistakes in the bytes of the text: another charset than UTF-8, signed only or sent as well.

use encoding_rs::{Encoding, GBK, WINDOWS_1252};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};

use super::{
    Diagnosis, Presented,
    client::{Case, Trial},
    expected, first,
    known::{self, Known},
    shape::Shape,
    string_to_hash,
};
use crate::{
    canonical::{Fields, form::decode_bytes},
    sign::{Accepts, Token},
};

/// The right string in other bytes.
pub(super) fn body_charset(case: &Case<'_>, trial: &mut Trial<'_>) {
    let right = case.right_string();
    let (gbk, _, _) = GBK.encode(&right);
    trial.message(&gbk);
    trial.message(&latin1(&right));
    let twice: String = right.bytes().map(char::from).collect();
    trial.message(twice.as_bytes());
}

/// Latin-1 as Java writes it: what it lacks is a question mark.
fn latin1(text: &str) -> Vec<u8> {
    text.chars()
        .map(|character| u8::try_from(character).unwrap_or(b'?'))
        .collect()
}

/// A body that is no UTF-8, read in the charsets in use; only a sign that fits says which it was.
pub(super) fn unreadable(token: &Token, accepts: Accepts, request: &Presented<'_>) -> Diagnosis {
    let mut nothing = Diagnosis {
        mistake: None,
        canonical: String::new(),
    };
    for charset in [GBK, WINDOWS_1252] {
        let Some(fields) = read(request, charset) else { continue };
        let Some(shape) = fields.presented_sign().and_then(Shape::read) else {
            continue;
        };
        let algorithm = expected(accepts, Some(&shape));
        let case = Case {
            algorithm,
            token,
            previous: None,
            fields: &fields,
            body: request.body,
        };
        let mut trial = Trial::new(&case, &shape.digest);
        let sent: &[Known] = &[known::SENT_IN_CHARSET];
        let mistake = first(sent, &case, &mut trial);
        if mistake.is_some() {
            nothing = Diagnosis {
                mistake,
                canonical: string_to_hash(algorithm, &fields, token, None),
            };
            break;
        }
    }
    nothing
}

/// The same string in UTF-8, or in the bytes it was sent in.
pub(super) fn sent_in_charset(case: &Case<'_>, trial: &mut Trial<'_>) {
    trial.message(case.right_string().as_bytes());
    body_charset(case, trial);
}

fn read(request: &Presented<'_>, charset: &'static Encoding) -> Option<Fields> {
    let is_json = request.content_type.is_some_and(|declared| declared.contains("json"));
    if is_json || request.body.trim_ascii_start().starts_with(b"{") {
        let text = charset.decode_without_bom_handling_and_without_replacement(request.body)?;
        return Fields::from_json(text.as_bytes()).ok();
    }
    let pieces = request.body.split(|byte| *byte == b'&').map(|piece| {
        let halves = piece.splitn(2, |byte| *byte == b'=').map(|half| {
            let bytes = decode_bytes(half);
            let text = charset.decode_without_bom_handling_and_without_replacement(&bytes)?;
            Some(percent_encode(text.as_bytes(), NON_ALPHANUMERIC).to_string())
        });
        halves.collect::<Option<Vec<_>>>().map(|halves| halves.join("="))
    });
    let form = pieces.collect::<Option<Vec<_>>>()?.join("&");
    Fields::from_form(form.as_bytes()).ok()
}
