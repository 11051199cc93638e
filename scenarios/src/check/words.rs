//! Small words that only files know: amounts of money, names, addresses. Durations, shares and rates are `units`'.

use std::net::IpAddr;

use rust_decimal::Decimal;

use crate::{
    check::shown,
    scenario::{AmountChange, IpRange},
    units::{NotAQuantity, decimal_parts},
};

/// An amount such as `100` or `0.50`: at most 8 decimals and 90 billion, so that any coin's ledger can hold it.
pub(crate) fn money(text: &str) -> Result<Decimal, NotAQuantity> {
    let wrong = |message: String, help: &str| NotAQuantity {
        message,
        help: Some(help.to_owned()),
    };
    if text.starts_with('-') {
        return Err(wrong(
            format!("the amount `{text}` is negative"),
            "amounts are zero or more",
        ));
    }
    let Some((digits, scale)) = decimal_parts(text).filter(|(_, scale)| *scale <= MOST_DECIMALS) else {
        return Err(wrong(
            format!("`{text}` is no amount"),
            "an amount is digits with at most 8 decimals, such as \"12.50\"",
        ));
    };
    let amount = Decimal::from_i128_with_scale(i128::from(digits), scale);
    if amount > Decimal::from(MOST_MONEY) {
        return Err(wrong(
            format!("the amount `{text}` is above 90 billion"),
            "no account holds more",
        ));
    }
    Ok(amount)
}

/// An amount in place of another: `3.50` instead, `-1` or `+1` beside it.
pub(crate) fn amount_change(text: &str) -> Result<AmountChange, NotAQuantity> {
    let (sign, digits) = match text.as_bytes().first() {
        Some(b'-') => (-Decimal::ONE, &text[1..]),
        Some(b'+') => (Decimal::ONE, &text[1..]),
        _ => (Decimal::ZERO, text),
    };
    let amount = money(digits)?;
    if amount.is_zero() {
        return Err(NotAQuantity {
            message: format!("`{text}` changes nothing that a callback could say"),
            help: Some("such as \"-1\" for one less, or \"3.50\" instead".to_owned()),
        });
    }
    Ok(if sign.is_zero() {
        AmountChange::To(amount)
    } else {
        AmountChange::By(sign * amount)
    })
}

/// Whether a text can name a phase: it stands in sentences, addresses and tags, so it is one word.
pub(crate) fn is_one_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.'))
}

/// What is wrong with an address for callbacks. Whether it may be called is the gateway's to decide.
pub(crate) fn fault_of_url(text: &str) -> Option<&'static str> {
    let Some(rest) = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")) else {
        return Some("it must start with `http://` or `https://`");
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(
        authority,
        |(host, port)| {
            if port.ends_with(']') { authority } else { host }
        },
    );
    let port = authority.strip_prefix(host).and_then(|port| port.strip_prefix(':'));
    if text.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
        Some("it holds a blank or a control character")
    } else if authority.contains('@') {
        Some("it holds a user name or a password")
    } else if host.is_empty() {
        Some("it names no host")
    } else if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        Some("its port is not a number up to 65535")
    } else if text.contains('#') {
        Some("it holds a fragment, which is never sent")
    } else {
        None
    }
}

/// An address such as `203.0.113.7`, or those that start with the same bits, such as `10.0.0.0/8`.
pub(crate) fn ip_range(text: &str) -> Result<IpRange, NotAQuantity> {
    let wrong = |message: String, help: String| NotAQuantity {
        message,
        help: Some(help),
    };
    let (address, bits) = text
        .split_once('/')
        .map_or((text, None), |(address, bits)| (address, Some(bits)));
    let no_address = || {
        wrong(
            format!("`{}` is no address", shown(text)),
            "such as 203.0.113.7, 10.0.0.0/8 or 2001:db8::/32".to_owned(),
        )
    };
    let address: IpAddr = address.parse().map_err(|_| no_address())?;
    let widest = IpRange::widest(address);
    let bits = match bits {
        None => widest,
        Some(bits) => {
            let written = Some(bits).filter(|bits| bits.bytes().all(|byte| byte.is_ascii_digit()));
            let bits = written
                .and_then(|bits| bits.parse().ok())
                .filter(|bits| *bits <= widest);
            bits.ok_or_else(|| {
                wrong(
                    format!("`{}` has no such number of bits", shown(text)),
                    format!("behind the slash stands 0 to {widest}"),
                )
            })?
        }
    };
    let range = IpRange { first: address, bits };
    let first = range.start();
    if first == address {
        return Ok(range);
    }
    let meant = IpRange { first, bits };
    Err(wrong(
        format!("`{}` has bits set behind the first {bits}", shown(text)),
        format!("write {meant} for all of them, or {address} for this one"),
    ))
}

/// Whether a text can name an HTTP header.
pub(crate) fn is_header_name(text: &str) -> bool {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(token)
}

/// Whether a text can be the value of an HTTP header.
pub(crate) fn is_header_value(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t'))
}

const MOST_DECIMALS: u32 = 8;
const MOST_MONEY: u64 = 90_000_000_000;

#[cfg(test)]
mod tests;
