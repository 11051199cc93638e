//! `POST /diagnose`: why did my signature fail.

use hyper::StatusCode;
use protocol::admin::{Diagnose, Diagnosed, FORMAT, MistakeView};

use super::{
    Admin,
    answer::{AdminError, Answered, json_of, read},
    route::Ask,
};
use crate::doctor::{Helpless, Patient, examine};

/// Looks at a body that is handed in, or at that of a line of the journal.
pub(super) fn diagnose(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let said: Diagnose = read(ask, r#"{"seq":123} or {"shop":10001,"body":"id=10001&…"}"#)?;
    let gateway = &admin.gateway;
    let wall = gateway.clock.wall();
    let found = match (said.seq, &said.body) {
        (Some(seq), _) => {
            let kept = gateway.journal.line(seq).and_then(|(_, exhibits)| exhibits.request);
            let kept = kept.ok_or_else(|| nothing_kept(seq))?;
            let patient = Patient {
                content_type: kept.content_type.as_deref(),
                body: &kept.body,
                shop: said.shop,
            };
            examine(&gateway.shops, wall, &patient)
        }
        (None, Some(body)) => {
            let patient = Patient {
                content_type: said.content_type.as_deref(),
                body: body.as_bytes(),
                shop: said.shop,
            };
            examine(&gateway.shops, wall, &patient)
        }
        (None, None) => {
            let help = r#"send {"seq":123}, or the body as {"body":"id=10001&…"}"#;
            return Err(AdminError::bad("body", "neither `seq` nor `body` is there", help));
        }
    };
    let finding = found.map_err(helpless)?;
    Ok(json_of(&Diagnosed {
        format: FORMAT,
        matches: finding.matches,
        algorithm: finding.algorithm.word().to_owned(),
        mistake: finding.mistake.map(|mistake| MistakeView {
            code: mistake.code.to_owned(),
            what: mistake.what,
            remedy: mistake.remedy.to_owned(),
        }),
        canonical: finding.canonical,
        steps: finding.steps,
    }))
}

fn nothing_kept(seq: u64) -> AdminError {
    AdminError::new(
        StatusCode::NOT_FOUND,
        "line_unknown",
        format!("nothing is kept of line {seq}"),
        "the newest lines have their bytes: `GET /journal?last=100`",
    )
}

fn helpless(helpless: Helpless) -> AdminError {
    let (status, code, help) = match helpless {
        Helpless::TooLong => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_long",
            "a request of the contract has a few hundred bytes",
        ),
        Helpless::NoShop => (
            StatusCode::NOT_FOUND,
            "shop_unknown",
            "name the shop: {\"shop\":10001,…}; `GET /shops` lists them",
        ),
    };
    AdminError::new(status, code, helpless.to_string(), help)
}
