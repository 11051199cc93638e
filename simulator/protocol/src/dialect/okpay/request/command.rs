//! What a merchant asks: each operation's fields, written and read with one list of checks.

use std::borrow::Cow;

use crate::dialect::field::{
    FieldError, FieldReason, MAX_NAME_CHARS, MAX_URL_BYTES, amount, named, order_id, printable, prose, telegram_id,
    unique_id, url,
};
use crate::dialect::reader::Reader;
use crate::endpoint::Operation;
use ledger::Coin;

/// Changes of the balance on a page of the history, where the merchant names no number.
pub const DEFAULT_PAGE_SIZE: u32 = 20;
/// The most changes of the balance on a page of the history.
pub const MAX_PAGE_SIZE: u32 = 100;

/// What a merchant asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Open a deposit order (vendor's section 6.1).
    PayLink {
        /// Decimal text as the merchant wrote it, above zero, at most 12 digits before the point and the coin's after.
        amount: String,
        /// The coin.
        coin: Coin,
        /// The merchant's order number, 1 to 64 printable ASCII characters.
        unique_id: Option<String>,
        /// The order's title, at most 128 characters without control characters.
        name: Option<String>,
        /// Where the payer is sent afterwards, at most 2048 printable ASCII characters. Merchants use schemes of their
        /// own here, so whoever makes a link of it checks the scheme first.
        return_url: Option<String>,
        /// Where this order is called back instead of at the shop's own URL: http or https, no user name.
        callback_url: Option<String>,
    },
    /// What became of a deposit order (vendor's section 6.2).
    CheckDeposit {
        /// The merchant's order number.
        unique_id: String,
    },
    /// What became of an order, by the wallet's number of it (vendor's section 6.3).
    CheckTransferByTxid {
        /// The order's id, 32 lower-case hex digits.
        txid: String,
    },
    /// Pay out to a user of the wallet.
    Transfer {
        /// Decimal text, bounded like that of a deposit.
        amount: String,
        /// The coin.
        coin: Coin,
        /// The payee's Telegram id, above zero.
        to_user_id: u64,
        /// The merchant's order number, 1 to 64 printable ASCII characters.
        unique_id: Option<String>,
        /// The order's title, at most 128 characters without control characters.
        name: Option<String>,
        /// Where this order is called back instead of at the shop's own URL: http or https, no user name.
        callback_url: Option<String>,
    },
    /// What became of a withdrawal.
    CheckTransfer {
        /// The merchant's order number.
        unique_id: String,
    },
    /// What the shop holds (vendor's section 6.6).
    Balance,
    /// Whether a Telegram user has a wallet.
    CensorUserByTg {
        /// The user's Telegram id, above zero.
        telegram_id: u64,
    },
    /// How the shop's balance changed, the newest change first. Its fields are nobody's public knowledge; these are ours.
    TransactionHistory {
        /// From 1; the first where none is named.
        page: u32,
        /// 1 to [`MAX_PAGE_SIZE`]; [`DEFAULT_PAGE_SIZE`] where none is named.
        page_size: u32,
        /// Only changes at or after this moment, in seconds since the Unix epoch.
        from: Option<u64>,
        /// Only changes before this moment, in seconds since the Unix epoch.
        to: Option<u64>,
    },
}

impl Command {
    /// The operation that carries it.
    pub fn operation(&self) -> Operation {
        match self {
            Self::PayLink { .. } => Operation::PayLink,
            Self::CheckDeposit { .. } => Operation::CheckDeposit,
            Self::CheckTransferByTxid { .. } => Operation::CheckTransferByTxid,
            Self::Transfer { .. } => Operation::Transfer,
            Self::CheckTransfer { .. } => Operation::CheckTransfer,
            Self::Balance => Operation::Balance,
            Self::CensorUserByTg { .. } => Operation::CensorUserByTg,
            Self::TransactionHistory { .. } => Operation::TransactionHistory,
        }
    }

    /// Its fields, in the order of the vendor's document.
    pub(super) fn pairs(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        let fields: [(&'static str, Option<Cow<'_, str>>); 6] = match self {
            Self::PayLink {
                amount,
                coin,
                unique_id,
                name,
                return_url,
                callback_url,
            } => [
                ("amount", text(amount)),
                ("coin", text(coin.word())),
                ("unique_id", option(unique_id.as_ref())),
                ("name", option(name.as_ref())),
                ("return_url", option(return_url.as_ref())),
                ("callback_url", option(callback_url.as_ref())),
            ],
            Self::Transfer {
                amount,
                coin,
                to_user_id,
                unique_id,
                name,
                callback_url,
            } => [
                ("amount", text(amount)),
                ("coin", text(coin.word())),
                ("to_user_id", number(*to_user_id)),
                ("unique_id", option(unique_id.as_ref())),
                ("name", option(name.as_ref())),
                ("callback_url", option(callback_url.as_ref())),
            ],
            Self::CheckDeposit { unique_id } | Self::CheckTransfer { unique_id } => {
                return vec![("unique_id", unique_id.into())];
            }
            Self::CheckTransferByTxid { txid } => return vec![("txid", txid.into())],
            Self::Balance => return Vec::new(),
            Self::CensorUserByTg { telegram_id } => return vec![("telegramID", telegram_id.to_string().into())],
            Self::TransactionHistory {
                page,
                page_size,
                from,
                to,
            } => [
                ("page", number(*page)),
                ("page_size", number(*page_size)),
                ("from", from.and_then(number)),
                ("to", to.and_then(number)),
                ("", None),
                ("", None),
            ],
        };
        let present = fields.into_iter().filter_map(|(field, value)| Some((field, value?)));
        present.collect()
    }

    /// Reads the fields of an operation, in the order of the vendor's document. Unknown fields are not looked at.
    pub(super) fn read(operation: Operation, reader: Reader<'_>) -> Result<Self, FieldError> {
        match operation {
            Operation::PayLink => pay_link(reader),
            Operation::CheckDeposit => Ok(Self::CheckDeposit {
                unique_id: order_number(reader)?,
            }),
            Operation::CheckTransferByTxid => {
                let txid = reader.required("txid")?;
                named("txid", order_id(txid))?;
                Ok(Self::CheckTransferByTxid { txid: txid.to_owned() })
            }
            Operation::Transfer => transfer(reader),
            Operation::CheckTransfer => Ok(Self::CheckTransfer {
                unique_id: order_number(reader)?,
            }),
            Operation::Balance => Ok(Self::Balance),
            Operation::CensorUserByTg => Ok(Self::CensorUserByTg {
                telegram_id: user(reader, "telegramID")?,
            }),
            Operation::TransactionHistory => Ok(Self::TransactionHistory {
                page: reader.ranged("page", 1, u32::MAX)?.unwrap_or(1),
                page_size: reader
                    .ranged("page_size", 1, MAX_PAGE_SIZE)?
                    .unwrap_or(DEFAULT_PAGE_SIZE),
                from: reader.moment("from")?,
                to: reader.moment("to")?,
            }),
        }
    }
}

fn pay_link(reader: Reader<'_>) -> Result<Command, FieldError> {
    let (amount, coin) = sum(reader)?;
    let command = Command::PayLink {
        amount,
        coin,
        unique_id: checked(reader, "unique_id", unique_id)?,
        name: checked(reader, "name", |text| prose(text, MAX_NAME_CHARS))?,
        return_url: checked(reader, "return_url", |text| printable(text, 1, MAX_URL_BYTES))?,
        callback_url: checked(reader, "callback_url", |text| url(text, &["http", "https"]))?,
    };
    match reader.optional("status")? {
        None | Some("0") => Ok(command),
        Some(_) => Err(FieldError {
            field: "status",
            reason: FieldReason::Unexpected { expected: "0" },
        }),
    }
}

fn transfer(reader: Reader<'_>) -> Result<Command, FieldError> {
    let (amount, coin) = sum(reader)?;
    Ok(Command::Transfer {
        amount,
        coin,
        to_user_id: user(reader, "to_user_id")?,
        unique_id: checked(reader, "unique_id", unique_id)?,
        name: checked(reader, "name", |text| prose(text, MAX_NAME_CHARS))?,
        callback_url: checked(reader, "callback_url", |text| url(text, &["http", "https"]))?,
    })
}

fn sum(reader: Reader<'_>) -> Result<(String, Coin), FieldError> {
    let coin = reader.coin("coin")?;
    let text = reader.required("amount")?;
    named("amount", amount(text, coin.scale()))?;
    Ok((text.to_owned(), coin))
}

fn order_number(reader: Reader<'_>) -> Result<String, FieldError> {
    let number = reader.required("unique_id")?;
    named("unique_id", unique_id(number))?;
    Ok(number.to_owned())
}

fn user(reader: Reader<'_>, field: &'static str) -> Result<u64, FieldError> {
    named(field, telegram_id(reader.required(field)?))
}

fn checked(
    reader: Reader<'_>,
    field: &'static str,
    check: impl Fn(&str) -> Result<(), FieldReason>,
) -> Result<Option<String>, FieldError> {
    match reader.optional(field)? {
        Some(text) => named(field, check(text)).map(|()| Some(text.to_owned())),
        None => Ok(None),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "each row of a table of fields is an option")]
fn text(text: &str) -> Option<Cow<'_, str>> {
    Some(Cow::Borrowed(text))
}

fn option(text: Option<&String>) -> Option<Cow<'_, str>> {
    text.map(Cow::from)
}

fn number(number: impl Into<u64>) -> Option<Cow<'static, str>> {
    Some(number.into().to_string().into())
}
