//! Reading the `data` of each answer as strictly as the strictest client does.

use super::{Answer, Change};
use crate::dialect::okpay::{
    callback::Kind,
    envelope::success,
    field::{FieldError, FieldReason, named, telegram_id, unique_id, url},
    request::MAX_PAGE_SIZE,
};
use crate::dialect::reader::{Data, Reader};
use crate::endpoint::Operation;
use ledger::Coin;

pub(super) fn answer(operation: Operation, data: Data<'_>, reader: Reader<'_>) -> Result<Answer, FieldError> {
    success(reader)?;
    match operation {
        Operation::PayLink => pay_link(reader),
        Operation::CheckDeposit => deposit(reader),
        Operation::CheckTransferByTxid => transaction(reader),
        Operation::Transfer => Ok(Answer::Transfer {
            order_id: reader.order_id("data.order_id")?.to_owned(),
        }),
        Operation::CheckTransfer => withdrawal(reader),
        Operation::Balance => Ok(Answer::Balance {
            usdt: reader.sum("data.usdt")?.to_owned(),
            trx: reader.sum("data.trx")?.to_owned(),
            cny: reader.sum("data.cny")?.to_owned(),
        }),
        Operation::CensorUserByTg => Ok(Answer::User {
            telegram_id: named("data.telegramID", telegram_id(reader.string("data.telegramID")?))?,
            exist: reader.flag("data.exist")?,
        }),
        Operation::TransactionHistory => history(data, reader),
    }
}

fn pay_link(reader: Reader<'_>) -> Result<Answer, FieldError> {
    let order_id = reader.order_id("data.order_id")?;
    let pay_url = reader.string("data.pay_url")?;
    // The wallet gives https; a gateway that was told to do without has a page over http alone.
    named("data.pay_url", url(pay_url, &["http", "https"]))?;
    if reader.status("data.status")? != 0 {
        return Err(FieldError {
            field: "data.status",
            reason: FieldReason::Unexpected { expected: "0" },
        });
    }
    Ok(Answer::PayLink {
        order_id: order_id.to_owned(),
        pay_url: pay_url.to_owned(),
        unique_id: reader.optional("data.unique_id")?.map(str::to_owned),
    })
}

fn deposit(reader: Reader<'_>) -> Result<Answer, FieldError> {
    let order_id = reader.order_id("data.order_id")?;
    let unique_id = number(reader)?;
    let (amount, coin) = sum(reader)?;
    Ok(Answer::Deposit {
        order_id: order_id.to_owned(),
        unique_id,
        status: reader.status("data.status")?,
        amount,
        coin,
        kind: Kind::read(reader, "data.type")?,
        pay_user_id: reader.optional_number("data.pay_user_id")?,
    })
}

/// Coin and amount are there together or not at all, and not at all only while nothing was paid.
fn transaction(reader: Reader<'_>) -> Result<Answer, FieldError> {
    let order_id = reader.order_id("data.order_id")?;
    let unique_id = reader.unique_id("data.unique_id")?;
    let status = reader.status("data.status")?;
    let absent = reader.optional("data.amount")?.is_none() && reader.optional("data.coin")?.is_none();
    Ok(Answer::Transaction {
        order_id: order_id.to_owned(),
        unique_id: unique_id.map(str::to_owned),
        status,
        sum: if absent && status == 0 {
            None
        } else {
            Some(sum(reader)?)
        },
        kind: Kind::read(reader, "data.type")?,
        pay_user_id: reader.optional_number("data.pay_user_id")?,
    })
}

fn withdrawal(reader: Reader<'_>) -> Result<Answer, FieldError> {
    let order_id = reader.order_id("data.order_id")?;
    let unique_id = number(reader)?;
    let (amount, coin) = sum(reader)?;
    Ok(Answer::Withdrawal {
        order_id: order_id.to_owned(),
        unique_id,
        status: reader.status("data.status")?,
        amount,
        coin,
        to_user_id: reader.number("data.to_user_id")?,
    })
}

fn history(data: Data<'_>, reader: Reader<'_>) -> Result<Answer, FieldError> {
    let page = reader.number("data.page")?;
    let page = u32::try_from(page).map_err(|_| FieldError {
        field: "data.page",
        reason: FieldReason::NotWhole,
    })?;
    let mut items = Vec::new();
    for index in 0..MAX_PAGE_SIZE as usize {
        let item = reader.with_data(Data::Item(index, &data));
        if item.optional("data.order_id")?.is_none() {
            break;
        }
        items.push(change(item)?);
    }
    Ok(Answer::History {
        page,
        total: reader.number("data.total")?,
        items,
    })
}

fn change(item: Reader<'_>) -> Result<Change, FieldError> {
    let (amount, coin) = sum(item)?;
    Ok(Change {
        order_id: item.order_id("data.order_id")?.to_owned(),
        unique_id: item.unique_id("data.unique_id")?.map(str::to_owned),
        kind: Kind::read(item, "data.type")?,
        amount,
        fee: item.sum("data.fee")?.to_owned(),
        coin,
        time: item.number("data.time")?,
    })
}

fn number(reader: Reader<'_>) -> Result<String, FieldError> {
    let text = reader.string("data.unique_id")?;
    named("data.unique_id", unique_id(text))?;
    Ok(text.to_owned())
}

fn sum(reader: Reader<'_>) -> Result<(String, Coin), FieldError> {
    let coin = reader.coin("data.coin")?;
    Ok((reader.amount("data.amount")?.to_owned(), coin))
}
