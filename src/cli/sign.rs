//! Options of `sign` and `verify`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Format;

#[derive(Debug, Args)]
pub(crate) struct SignOptions {
    /// Fields in the order they are sent; a name such as `data[order_id]` makes an object
    #[arg(value_name = "NAME=VALUE", required_unless_present = "body", conflicts_with = "body")]
    pub(crate) fields: Vec<String>,
    /// The fields of this body instead, a form or JSON; `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) body: Option<String>,
    /// Which of the wallet's protocols
    #[arg(long, value_enum, default_value_t = Protocol::Hmac)]
    pub(crate) algorithm: Protocol,
    #[command(flatten)]
    pub(crate) token: TokenSource,
    /// How the body is read; by its looks without
    #[arg(long, value_name = "TYPE", requires = "body")]
    pub(crate) content_type: Option<String>,
    /// What is printed on stdout
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyOptions {
    /// A captured body with its sign, a form or JSON; `-` for standard input
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub(crate) body: String,
    /// Which signs the shop accepts
    #[arg(long, value_enum, default_value_t = Accepted::Hmac)]
    pub(crate) algorithm: Accepted,
    /// Accept what MD5 clients in use do otherwise than PHP
    #[arg(long)]
    pub(crate) lenient: bool,
    #[command(flatten)]
    pub(crate) token: TokenSource,
    /// Variable that holds the token before the last rotation, to tell a client that still uses it
    #[arg(long, value_name = "NAME")]
    pub(crate) previous_token_env: Option<String>,
    /// How the body is read; by its looks without
    #[arg(long, value_name = "TYPE")]
    pub(crate) content_type: Option<String>,
    /// What is printed on stdout
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// Where the token comes from: exactly one of these.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct TokenSource {
    /// Environment variable that holds the token
    #[arg(long, value_name = "NAME")]
    pub(crate) token_env: Option<String>,
    /// File that holds the token; a line end behind it is no part of it
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// The token itself: others on this machine see it, so only for a sandbox
    #[arg(long, value_name = "TOKEN")]
    pub(crate) token: Option<String>,
}

/// One of the wallet's protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Protocol {
    /// HMAC-SHA256
    Hmac,
    /// The legacy one
    Md5,
}

/// What a shop accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Accepted {
    /// HMAC-SHA256
    Hmac,
    /// The legacy one
    Md5,
    /// Either, told apart by its length
    Both,
}
