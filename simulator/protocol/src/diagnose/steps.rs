//! A right sign step by step, for people who compare it with what their own code does.

use super::{
    APPENDED,
    client::{Case, Row, joined},
    masked,
};
use crate::{
    canonical::Fields,
    sign::{Algorithm, Token},
};

/// One step of signing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its name, one word.
    pub name: &'static str,
    /// What is done, one line of printable ASCII.
    pub what: &'static str,
    /// What comes of it with these fields, a line each; may hold peers' text, but never the token.
    pub lines: Vec<String>,
}

/// The steps from fields to sign, in order; the last one is the hash, whose result is not told.
pub fn steps(algorithm: Algorithm, token: &Token, fields: &Fields) -> Vec<Step> {
    let case = Case {
        algorithm,
        token,
        previous: None,
        fields,
        body: b"",
    };
    let mut steps = match algorithm {
        Algorithm::Hmac => hmac(&case),
        Algorithm::Md5 => md5(&case),
    };
    for line in steps.iter_mut().flat_map(|step| &mut step.lines) {
        *line = masked(line, token, None);
    }
    // Behind the masking, which would find a short token in its own name.
    if let (Algorithm::Md5, Some(line)) = (algorithm, steps.last_mut().and_then(|step| step.lines.last_mut())) {
        line.push_str(APPENDED);
    }
    steps
}

fn hmac(case: &Case<'_>) -> Vec<Step> {
    vec![
        Step {
            name: "drop",
            what: "drop sign, null and empty values; keep 0 and false",
            lines: dropped(case),
        },
        Step {
            name: "flatten",
            what: "join the names of nested fields with dots; booleans are true or false, numbers stay as sent",
            lines: lines(&case.kept()),
        },
        Step {
            name: "sort",
            what: "sort by the bytes of the names",
            lines: lines(&case.right()),
        },
        Step {
            name: "join",
            what: "join name=value with &, without URL-encoding",
            lines: vec![joined(&case.right())],
        },
        Step {
            name: "key",
            what: "HMAC-SHA256 of that string in UTF-8 with the token as key, as upper-case hex digits",
            lines: Vec::new(),
        },
    ]
}

fn md5(case: &Case<'_>) -> Vec<Step> {
    let joined = joined(&case.right());
    vec![
        Step {
            name: "drop",
            what: "drop sign and, at the top level, what PHP calls empty: \"\", 0, \"0\", false, null",
            lines: dropped(case),
        },
        Step {
            name: "flatten",
            what: "write nested names with brackets, in the order of the document; booleans are 1 or 0",
            lines: lines(&case.kept()),
        },
        Step {
            name: "sort",
            what: "sort the top level by the bytes of the names",
            lines: lines(&case.right()),
        },
        Step {
            name: "join",
            what: "join name=value with &, without URL-encoding",
            lines: vec![joined.clone()],
        },
        Step {
            name: "key",
            what: "append &token= and the URL-decoded token; MD5 of that, as upper-case hex digits",
            lines: vec![joined],
        },
    ]
}

fn lines(rows: &[Row<'_>]) -> Vec<String> {
    rows.iter().map(|row| format!("{}={}", row.name, row.text)).collect()
}

fn dropped(case: &Case<'_>) -> Vec<String> {
    let fields = case.fields.places().iter();
    fields
        .filter(|field| field.is_sign() || !case.keeps(field))
        .map(|field| field.name().to_owned())
        .collect()
}
