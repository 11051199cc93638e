//! What a new order may ask for. Owns the checks that deposits and withdrawals share, in the order of precedence; how
//! much and how long is acceptable is `limits.rs`.

use crate::{
    Limits, Money, Rejection,
    limits::{CALLBACK_URL_MAX_BYTES, NAME_MAX_BYTES, PAYEE_MAX_BYTES, RETURN_URL_MAX_BYTES},
};

/// What becomes of a new order whose number the shop used before. The vendor only says that numbers "prevent duplicate
/// orders", so it is a setting, one for deposits and one for withdrawals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duplicates {
    /// The same content is answered with the order there is; other content is refused.
    ReturnExisting,
    /// Refused, whatever the content.
    Reject,
    /// Another order. The store then finds no order by a number when one is opened, for there may be several; where it
    /// passes one, that makes no difference.
    NewOrder,
}

impl Duplicates {
    /// Every policy, in the order of documentation.
    pub const ALL: [Self; 3] = [Self::ReturnExisting, Self::Reject, Self::NewOrder];

    /// The word in settings.
    pub fn word(self) -> &'static str {
        match self {
            Self::ReturnExisting => "return_existing",
            Self::Reject => "reject",
            Self::NewOrder => "new_order",
        }
    }

    /// Is an order there already the answer? `difference` is the first field in which the new one differs.
    pub(crate) fn answer(self, difference: Option<&'static str>) -> Result<Verdict, Rejection> {
        match (self, difference) {
            (Self::NewOrder, _) => Ok(Verdict::Another),
            (Self::ReturnExisting | Self::Reject, Some(field)) => Err(Rejection::ExistsWithDifferent { field }),
            (Self::ReturnExisting, None) => Ok(Verdict::Existing),
            (Self::Reject, None) => Err(Rejection::AlreadyProcessed),
        }
    }
}

/// What the policy says to an order that may be opened.
pub(crate) enum Verdict {
    /// The one there is.
    Existing,
    /// Another one.
    Another,
}

pub(crate) fn check_amount(amount: Money, limits: &Limits) -> Result<(), Rejection> {
    let minimum = limits.minimum(amount.coin());
    let maximum = limits.maximum(amount.coin());
    if !amount.is_positive() {
        Err(Rejection::AmountNotPositive)
    } else if amount.minor() < minimum.minor() {
        Err(Rejection::AmountBelowMinimum { minimum })
    } else if amount.minor() > maximum.minor() {
        Err(Rejection::AmountAboveMaximum { maximum })
    } else {
        Ok(())
    }
}

pub(crate) fn check_payee(payee: &str) -> Result<(), Rejection> {
    if payee.len() > PAYEE_MAX_BYTES {
        Err(Rejection::PayeeTooLong {
            max_bytes: PAYEE_MAX_BYTES,
        })
    } else if payee.trim().is_empty() || payee.chars().any(char::is_control) {
        Err(Rejection::PayeeMalformed)
    } else {
        Ok(())
    }
}

pub(crate) fn check_callback_url(url: Option<&str>) -> Result<(), Rejection> {
    if longer(url, CALLBACK_URL_MAX_BYTES) {
        Err(Rejection::CallbackUrlTooLong {
            max_bytes: CALLBACK_URL_MAX_BYTES,
        })
    } else if url.is_some_and(|url| !looks_like_http(url)) {
        Err(Rejection::CallbackUrlMalformed)
    } else {
        Ok(())
    }
}

pub(crate) fn check_return_url(url: Option<&str>) -> Result<(), Rejection> {
    if longer(url, RETURN_URL_MAX_BYTES) {
        Err(Rejection::ReturnUrlTooLong {
            max_bytes: RETURN_URL_MAX_BYTES,
        })
    } else {
        Ok(())
    }
}

pub(crate) fn check_name(name: Option<&str>) -> Result<(), Rejection> {
    if longer(name, NAME_MAX_BYTES) {
        Err(Rejection::NameTooLong {
            max_bytes: NAME_MAX_BYTES,
        })
    } else {
        Ok(())
    }
}

fn longer(text: Option<&str>, max_bytes: usize) -> bool {
    text.is_some_and(|text| text.len() > max_bytes)
}

/// Scheme, host, no spaces or control characters. Whether it may be called is the gateway's to say, when it calls.
fn looks_like_http(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    (scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"))
        && !host.is_empty()
        && !host.starts_with(':')
        && !url.chars().any(|char| char.is_control() || char.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callback_urls() {
        for (url, good) in [
            ("http://127.0.0.1/callback", true),
            ("https://shop.example/okpay?x=1#y", true),
            ("HTTPS://Shop.Example", true),
            ("http://[::1]:8080/", true),
            ("http://user:word@host/", true),
            ("http://订单.example/", true),
            ("http://host?query", true),
            ("", false),
            ("/callback", false),
            ("host/callback", false),
            ("//host/callback", false),
            ("http:/host", false),
            ("http://", false),
            ("http:///path", false),
            ("http://?query", false),
            ("http://#fragment", false),
            ("http://:80/", false),
            ("http://user@/", false),
            ("http://user@:80/", false),
            ("ftp://host/", false),
            ("file:///etc/passwd", false),
            ("javascript://host/", false),
            (" http://host/", false),
            ("http://host/ ", false),
            ("http://host/a b", false),
            ("http://host/\r\nX: y", false),
            ("http://host/\0", false),
            ("http://host/\u{a0}", false),
        ] {
            assert_eq!(looks_like_http(url), good, "{url:?}");
        }
    }

    #[test]
    fn policies_by_words() {
        let words = Duplicates::ALL.map(Duplicates::word);
        assert_eq!(words, ["return_existing", "reject", "new_order"]);
    }
}
