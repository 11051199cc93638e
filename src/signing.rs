//! What `sign` and `verify` read, token and fields, and how they print what peers sent.

use std::{fs, io::Read};

use protocol::{DecodeError, Fields, Token, canonical::MAX_BODY_BYTES, sign::MAX_TOKEN_BYTES};

use crate::{cli::TokenSource, failure::usage};

/// The token from the one source that is given. It is in no message.
pub(crate) fn token(source: &TokenSource) -> anyhow::Result<Token> {
    let (text, place) = match (&source.token_env, &source.token_file, &source.token) {
        (Some(name), _, _) => (variable(name)?, format!("`{name}`")),
        (_, Some(path), _) => {
            let place = format!("`{}`", path.display());
            let file = fs::File::open(path).map_err(|error| usage(format!("{place}: {error}")))?;
            let text = bounded(file, MAX_TOKEN_BYTES + 2).map_err(|error| usage(format!("{place}: {error}")))?;
            let text = String::from_utf8(text).map_err(|_| usage(format!("{place}: not UTF-8")))?;
            (text.trim_end_matches(['\r', '\n']).to_owned(), place)
        }
        (None, None, given) => (given.clone().unwrap_or_default(), "--token".to_owned()),
    };
    Token::new(&text).map_err(|error| usage(format!("{place}: {error}")))
}

/// The token in a variable of the environment.
pub(crate) fn token_of_variable(name: &str) -> anyhow::Result<Token> {
    Token::new(&variable(name)?).map_err(|error| usage(format!("`{name}`: {error}")))
}

fn variable(name: &str) -> anyhow::Result<String> {
    std::env::var(name).map_err(|error| match error {
        std::env::VarError::NotPresent => usage(format!("`{name}` is not set")),
        std::env::VarError::NotUnicode(_) => usage(format!("`{name}` is not UTF-8")),
    })
}

/// A captured body; `-` is standard input. Line ends behind it come from an editor or a shell, and go.
pub(crate) fn body(path: &str) -> anyhow::Result<Vec<u8>> {
    let read = match path {
        "-" => bounded(std::io::stdin(), MAX_BODY_BYTES + 2),
        path => fs::File::open(path).and_then(|file| bounded(file, MAX_BODY_BYTES + 2)),
    };
    let mut body = read.map_err(|error| usage(format!("`{path}`: {error}")))?;
    while matches!(body.last(), Some(b'\r' | b'\n')) {
        body.pop();
    }
    Ok(body)
}

/// The fields of a body: JSON by its type or its looks, else a form, brackets in its names being objects.
pub(crate) fn fields(content_type: Option<&str>, body: &[u8]) -> Result<Fields, DecodeError> {
    let is_json = content_type.is_some_and(|declared| declared.contains("json"));
    if is_json || body.trim_ascii_start().starts_with(b"{") {
        Fields::from_json(body)
    } else {
        Fields::from_php_form(body)
    }
}

/// The fields of `NAME=VALUE` arguments, taken literally.
pub(crate) fn fields_of_arguments(arguments: &[String]) -> anyhow::Result<Fields> {
    let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let mut form = Vec::new();
    for argument in arguments {
        let (name, value) = argument
            .split_once('=')
            .ok_or_else(|| usage(format!("`{argument}` is no NAME=VALUE")))?;
        form.push(format!("{}={}", encode(name), encode(value)));
    }
    Fields::from_php_form(form.join("&").as_bytes()).map_err(usage)
}

/// A peer's text as a terminal may show it: without control characters.
pub(crate) fn printable(text: &str) -> String {
    let escape = |character: char| match character.is_control() {
        true => character.escape_default().to_string(),
        false => character.to_string(),
    };
    text.chars().map(escape).collect()
}

fn bounded(source: impl Read, most: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(most as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}
