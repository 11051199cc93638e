//! What the shop is told: flags, each with an environment variable.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Parser, ValueEnum};

/// No timer is longer: a week.
const DURATION_MAX: Duration = Duration::from_secs(7 * 24 * 3_600);

/// A small shop that takes payments by OkayPay, as sample code and as a target for load.
///
/// It prints `merchant http://ADDR` when it listens; then:
///
/// curl -d '{"sku":"A1","price":"12.30"}' http://127.0.0.1:9100/checkout
#[derive(Clone, Debug, Parser)]
#[command(version, verbatim_doc_comment)]
pub(crate) struct Config {
    /// Where it listens; port 0 takes a free one
    #[arg(long, env = "MERCHANT_LISTEN", default_value = "127.0.0.1:9100", value_name = "ADDR")]
    pub(crate) listen: SocketAddr,
    /// The wallet's base URL; the one thing that changes when the shop goes live
    #[arg(long, env = "MERCHANT_WALLET", default_value = "http://127.0.0.1:8080", value_parser = base_url, value_name = "URL")]
    pub(crate) wallet: String,
    /// The shop's id at the wallet
    #[arg(long, env = "MERCHANT_SHOP", default_value_t = 10_001, value_name = "ID")]
    pub(crate) shop: u64,
    /// Its token. A live one belongs in the environment: a command line can be seen by everybody on the machine
    #[arg(
        long,
        env = "MERCHANT_TOKEN",
        default_value = "sandbox-token-10001",
        hide_env_values = true,
        value_name = "TEXT"
    )]
    pub(crate) token: String,
    /// What the wallet reaches this shop by, for callbacks [default: the address it listens at]
    #[arg(long, env = "MERCHANT_PUBLIC_URL", value_parser = base_url, value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// Where orders are kept: a file, or `:memory:`, which forgets
    #[arg(long, env = "MERCHANT_DATABASE", default_value = ":memory:", value_name = "PATH")]
    pub(crate) database: PathBuf,
    /// How long one try of a call to the wallet may take
    #[arg(long, env = "MERCHANT_WALLET_TIMEOUT", default_value = "5s", value_parser = duration, value_name = "TIME")]
    pub(crate) wallet_timeout: Duration,
    /// How long a customer waits for a checkout, all tries together
    #[arg(long, env = "MERCHANT_PATIENCE", default_value = "15s", value_parser = duration, value_name = "TIME")]
    pub(crate) patience: Duration,
    /// How often a call is tried again
    #[arg(long, env = "MERCHANT_RETRIES", default_value_t = 4, value_parser = clap::value_parser!(u32).range(0..=20))]
    pub(crate) retries: u32,
    /// The wait before the first of them; each one after waits twice as long, up to 10 s
    #[arg(long, env = "MERCHANT_RETRY_BASE", default_value = "200ms", value_parser = duration, value_name = "TIME")]
    pub(crate) retry_base: Duration,
    /// After so many failures in a row the wallet is left alone
    #[arg(long, env = "MERCHANT_BREAKER_FAILURES", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) breaker_failures: u32,
    /// For how long, before one call is let through to see
    #[arg(long, env = "MERCHANT_BREAKER_COOLDOWN", default_value = "5s", value_parser = duration, value_name = "TIME")]
    pub(crate) breaker_cooldown: Duration,
    /// How often open orders and payouts are looked through
    #[arg(long, env = "MERCHANT_RECONCILE_EVERY", default_value = "5s", value_parser = duration, value_name = "TIME")]
    pub(crate) reconcile_every: Duration,
    /// How old an order is when the wallet is first asked about it; then at growing intervals
    #[arg(long, env = "MERCHANT_RECONCILE_AFTER", default_value = "30s", value_parser = duration, value_name = "TIME")]
    pub(crate) reconcile_after: Duration,
    /// When an unpaid order expires
    #[arg(long, env = "MERCHANT_EXPIRE_AFTER", default_value = "30m", value_parser = duration, value_name = "TIME")]
    pub(crate) expire_after: Duration,
    /// For how long after that it is still asked about: the wallet knows no expiry, and a customer may pay late
    #[arg(long, env = "MERCHANT_WATCH_EXPIRED", default_value = "24h", value_parser = duration, value_name = "TIME")]
    pub(crate) watch_expired: Duration,
    /// What becomes of a payment for an expired order
    #[arg(long, env = "MERCHANT_LATE_CALLBACK", value_enum, default_value_t = Late::Credit)]
    pub(crate) late_callback: Late,
}

/// What becomes of a payment that comes after its order expired. It is never dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Late {
    /// The goods are still there: the customer gets them
    Credit,
    /// They are not: the customer gets the money back
    PayBack,
}

/// An http or https URL, without the slash that paths begin with.
fn base_url(text: &str) -> Result<String, String> {
    let url = reqwest::Url::parse(text).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") || url.query().is_some() || url.fragment().is_some() {
        return Err("write an http or https URL, such as http://127.0.0.1:8080".to_owned());
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// `250ms`, `5s`, `30m`, `24h`.
fn duration(text: &str) -> Result<Duration, String> {
    let unit_at = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let unit_ms = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => 0,
    };
    let number: u64 = number.parse().unwrap_or(0);
    let time = Duration::from_millis(number.saturating_mul(unit_ms));
    if time.is_zero() || time > DURATION_MAX {
        return Err("write a whole number and ms, s, m or h, such as 250ms; from 1ms to 168h".to_owned());
    }
    Ok(time)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Config::command().debug_assert();
        assert_eq!(Config::parse_from(["merchant"]).shop, 10_001);
    }

    #[test]
    fn base_urls() {
        assert_eq!(base_url("http://127.0.0.1:1/").as_deref(), Ok("http://127.0.0.1:1"));
        for text in ["", "127.0.0.1:1", "ftp://a", "http://a?b=c", "http://a#b"] {
            assert!(base_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations() {
        for (text, ms) in [("250ms", 250), ("5s", 5_000), ("30m", 1_800_000), ("24h", 86_400_000)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for text in [
            "",
            "5",
            "s",
            "0s",
            "5 s",
            "1.5s",
            "-1s",
            "169h",
            "99999999999999999999h",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
