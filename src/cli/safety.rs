//! Limits of the load: caps that are checked before anything is sent, and what ends it early.

use std::time::Duration;

use clap::Args;
use loadgen::Safety;
use measure::verdict::Fraction;

/// The most that a share is written with: three decimals of a percent.
const PERCENT: u64 = 100_000;

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Safety")]
pub(crate) struct SafetyOptions {
    /// Refuse a load with more arrivals than this within a second
    #[arg(long, value_name = "N", default_value_t = Safety::RATE, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    max_rate: u32,
    /// Refuse a load with more users than this
    #[arg(long, value_name = "N", default_value_t = Safety::USERS, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    max_users: u32,
    /// Refuse a load that lasts longer than this
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = super::duration)]
    max_duration: Duration,
    /// Open no further order once so many requests were started; those under way come to their end
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_requests: Option<u64>,
    /// Stop within 2 s, and fail, once more than this share of the last 5 s' requests failed unexpectedly, such as 10%
    #[arg(long, value_name = "SHARE", value_parser = share)]
    error_budget: Option<Fraction>,
}

impl SafetyOptions {
    /// As the load takes them.
    pub(crate) fn limits(&self) -> Safety {
        Safety {
            max_rate: self.max_rate,
            max_users: self.max_users,
            max_length: self.max_duration,
            max_requests: self.max_requests,
            error_budget: self.error_budget,
        }
    }
}

/// Reads `10%`, `0.5%` or `0%`.
fn share(text: &str) -> Result<Fraction, String> {
    let wrong = || format!("`{text}` is no share; write it in percent, such as 10% or 0.5%");
    let number = text.strip_suffix('%').ok_or_else(wrong)?;
    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(decimals) {
        return Err(wrong());
    }
    let thousandths: u64 = format!("{whole}{decimals:0<3}").parse().map_err(|_| wrong())?;
    if thousandths > PERCENT {
        return Err("it must be at most 100%".to_owned());
    }
    Ok(Fraction {
        num: thousandths,
        den: PERCENT,
    })
}

#[cfg(test)]
mod tests {
    use super::{PERCENT, share};

    #[test]
    fn shares() {
        for (text, thousandths) in [
            ("10%", Some(10_000)),
            ("0.5%", Some(500)),
            ("0.125%", Some(125)),
            ("0%", Some(0)),
            ("100%", Some(PERCENT)),
            ("100.001%", None),
            ("101%", None),
            ("10", None),
            ("0.1", None),
            ("-1%", None),
            (".5%", None),
            ("5.%", None),
            ("%", None),
            ("", None),
        ] {
            let read = share(text).ok().map(|share| share.num);
            assert_eq!(read, thousandths, "{text}");
        }
    }
}
