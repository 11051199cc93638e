//! `paydrill verify`

use std::io::Write;

use protocol::{Accepts, Diagnosis, Md5Rule, Presented, diagnose, verify_fields};
use serde_json::json;

use crate::{
    cli::{Accepted, Format, VerifyOptions},
    failure::{Ending, usage},
    signing,
};

pub(crate) fn run(options: &VerifyOptions) -> anyhow::Result<Ending> {
    let token = signing::token(&options.token)?;
    let previous = options
        .previous_token_env
        .as_deref()
        .map(signing::token_of_variable)
        .transpose()?;
    let body = signing::body(&options.body)?;
    let content_type = options.content_type.as_deref();
    let fields = signing::fields(content_type, &body);
    let accepts = accepts(options);
    let verified = fields
        .as_ref()
        .ok()
        .and_then(|fields| verify_fields(accepts, &token, fields));
    if let Some(algorithm) = verified {
        match options.format {
            Format::Text => writeln!(std::io::stdout(), "OK: the sign is right ({algorithm})")?,
            Format::Json => writeln!(
                std::io::stdout(),
                "{}",
                json!({"ok": true, "algorithm": algorithm.word()})
            )?,
        }
        return Ok(Ending::Good);
    }
    let request = Presented {
        content_type,
        body: &body,
        fields: fields.as_ref().ok(),
    };
    let diagnosis = diagnose(&token, previous.as_ref(), accepts, &request);
    // A body that cannot be read is a bad file, unless the diagnosis knows why.
    if let (Err(error), None) = (&fields, &diagnosis.mistake) {
        return Err(usage(format!("`{}`: {error}", options.body)));
    }
    let is_signed = fields.is_err() || fields.is_ok_and(|fields| fields.presented_sign().is_some());
    print(&diagnosis, is_signed, options.format)?;
    Ok(Ending::Failed)
}

fn accepts(options: &VerifyOptions) -> Accepts {
    let rule = if options.lenient {
        Md5Rule::Lenient
    } else {
        Md5Rule::Strict
    };
    match options.algorithm {
        Accepted::Hmac => Accepts::HMAC,
        Accepted::Md5 => Accepts {
            hmac: false,
            md5: Some(rule),
        },
        Accepted::Both => Accepts {
            hmac: true,
            md5: Some(rule),
        },
    }
}

fn print(diagnosis: &Diagnosis, is_signed: bool, format: Format) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    let string = &diagnosis.canonical;
    match (format, &diagnosis.mistake) {
        (Format::Json, mistake) => {
            let mistake = mistake
                .as_ref()
                .map(|mistake| json!({"code": mistake.code, "what": mistake.what, "remedy": mistake.remedy}));
            return writeln!(out, "{}", json!({"ok": false, "mistake": mistake, "string": string}));
        }
        (Format::Text, Some(mistake)) => {
            writeln!(out, "WRONG: {} ({})", mistake.what, mistake.code)?;
            writeln!(out, "remedy   {}", mistake.remedy)?;
        }
        (Format::Text, None) if is_signed => writeln!(out, "WRONG: no mistake that is known makes this sign.")?,
        (Format::Text, None) => writeln!(out, "WRONG: there is no sign.")?,
    }
    writeln!(out, "string   {}", signing::printable(string))
}
