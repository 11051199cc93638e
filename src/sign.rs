//! `paydrill sign`

use std::io::Write;

use protocol::{
    Algorithm,
    diagnose::{masked, steps},
    sign_fields,
};
use serde_json::json;

use crate::{
    cli::{Format, Protocol, SignOptions},
    failure::{Ending, usage},
    signing,
};

pub(crate) fn run(options: &SignOptions) -> anyhow::Result<Ending> {
    let token = signing::token(&options.token)?;
    let fields = match &options.body {
        Some(path) => signing::fields(options.content_type.as_deref(), &signing::body(path)?).map_err(usage)?,
        None => signing::fields_of_arguments(&options.fields)?,
    };
    let algorithm = match options.algorithm {
        Protocol::Hmac => Algorithm::Hmac,
        Protocol::Md5 => Algorithm::Md5,
    };
    let string = masked(&algorithm.string(&fields), &token, None);
    let sign = sign_fields(algorithm, &token, &fields);
    let steps = steps(algorithm, &token, &fields);
    let mut out = std::io::stdout();
    match options.format {
        Format::Json => {
            let steps: Vec<_> = steps
                .iter()
                .map(|step| json!({"name": step.name, "what": step.what, "lines": step.lines}))
                .collect();
            let said = json!({"algorithm": algorithm.word(), "steps": steps, "string": string, "sign": sign});
            writeln!(out, "{said}")?;
        }
        Format::Text => {
            for step in steps {
                writeln!(out, "{:8} {}", step.name, step.what)?;
                for line in step.lines {
                    writeln!(out, "           {}", signing::printable(&line))?;
                }
            }
            writeln!(out, "string   {}", signing::printable(&string))?;
            writeln!(out, "sign     {sign}")?;
        }
    }
    Ok(Ending::Good)
}
