//! `GET /shops/{id}/statement`: what moved a shop's balance on a day, ready the day after, as JSON or CSV.

use bytes::Bytes;
use hyper::{
    Response, StatusCode,
    header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue},
};
use ledger::{Coin, Day, Line, Statement, Timestamp};
use protocol::admin::{FORMAT, StatementLine, StatementTotals, StatementView};

use super::{
    Admin,
    answer::{AdminError, Answered, json_of},
    body::Answer,
    route::Ask,
    shops,
};
use crate::clock::whole_ms;

/// The statement of `day` (default: yesterday) in `coin` (default: USDT, at a KDPay shop CNY).
pub(super) fn answer(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let shop = shops::find(admin, ask)?;
    let coin = match ask.query.text("coin") {
        None if shop.said.dialect == scenarios::Dialect::Kdpay => Coin::Cny,
        None => Coin::Usdt,
        Some(word) => Coin::parse(&word)
            .map_err(|error| AdminError::bad("coin", format!("`coin={word}`: {error}"), "USDT, TRX or CNY"))?,
    };
    let today = admin.gateway.store.day(Timestamp(whole_ms(admin.gateway.calendar())));
    let day = wanted(ask, today)?;
    if day >= today {
        return Err(AdminError::new(
            StatusCode::CONFLICT,
            "statement_not_ready",
            format!(
                "the statement of {} is ready the day after; today is {}",
                day.iso(),
                today.iso()
            ),
            "ask for an earlier day, or `POST /clock/advance` to the next",
        ));
    }
    let statement = admin.gateway.store.statement(shop.id, coin, day).map_err(|error| {
        tracing::error!(%error, shop = shop.id, "a statement cannot be summed");
        AdminError::ours()
    })?;
    match ask.query.text("format").as_deref() {
        None | Some("json") => Ok(json_of(&view(&statement))),
        Some("csv") => Ok(csv(&statement)),
        Some(other) => Err(AdminError::bad(
            "format",
            format!("`format={other}` is none of them"),
            "json or csv",
        )),
    }
}

fn wanted(ask: &Ask<'_>, today: Day) -> Result<Day, AdminError> {
    let Some(text) = ask.query.text("day") else {
        return Ok(Day::new(today.days().saturating_sub(1)));
    };
    Day::parse(&text).map_err(|error| AdminError::bad("day", format!("`day={text}`: {error}"), "such as 2026-11-26"))
}

fn csv(statement: &Statement) -> Response<Answer> {
    let mut response = Response::new(Answer::from(Bytes::from(statement.csv())));
    let name = format!(
        "attachment; filename=\"statement-{}-{}-{}.csv\"",
        statement.shop.0,
        statement.coin,
        statement.day.iso()
    );
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    if let Ok(name) = HeaderValue::try_from(name) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    response
}

fn view(statement: &Statement) -> StatementView {
    StatementView {
        format: FORMAT,
        shop: statement.shop.0,
        coin: statement.coin.word().to_owned(),
        day: statement.day.iso(),
        opening: statement.opening.to_string(),
        closing: statement.closing.to_string(),
        totals: StatementTotals {
            count: statement.totals.count,
            amount: statement.totals.amount.to_string(),
            fee: statement.totals.fee.to_string(),
            net: statement.totals.net.to_string(),
        },
        forgotten: statement.forgotten,
        lines: statement.lines.iter().map(line).collect(),
    }
}

fn line(line: &Line) -> StatementLine {
    StatementLine {
        order_id: line.order_id.to_string(),
        unique_id: line.number.as_str().to_owned(),
        kind: line.kind.word().to_owned(),
        amount: line.amount.to_string(),
        fee: line.fee.to_string(),
        net: line.net.to_string(),
        at_ms: line.at.ms(),
    }
}
