//! Good answers, as types. One that lacks what it must say is no answer: the error is a text for people.

use crate::{message::Verified, money::Money};

/// Where the customer pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) wallet_order: String,
    pub(crate) pay_url: String,
}

/// What the wallet says about an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deposit {
    pub(crate) wallet_order: String,
    pub(crate) amount: Money,
    pub(crate) coin: String,
    pub(crate) status: DepositStatus,
}

/// Is it paid?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DepositStatus {
    /// No, or a status that nobody knows: only a clear yes moves goods.
    Unpaid,
    /// Yes, by this Telegram user.
    Paid {
        /// Whom to pay back, if it comes to that.
        payer: i64,
    },
}

/// What the wallet says about a payout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Withdrawal {
    pub(crate) wallet_order: String,
    pub(crate) amount: Money,
    pub(crate) coin: String,
    pub(crate) payee: i64,
    pub(crate) status: WithdrawalStatus,
}

/// Has it left?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WithdrawalStatus {
    /// Not yet, or a status that nobody knows.
    Pending,
    PaidOut,
    Failed,
}

pub(super) fn link(answer: &Verified, number: &str) -> Result<Link, String> {
    // The sign says that the wallet wrote it, not that it belongs to this call: a recorded answer is signed as well.
    same(answer, "data.unique_id", number)?;
    Ok(Link {
        wallet_order: text(answer, "data.order_id")?,
        pay_url: text(answer, "data.pay_url")?,
    })
}

pub(super) fn deposit(answer: &Verified, number: &str) -> Result<Deposit, String> {
    same(answer, "data.unique_id", number)?;
    same(answer, "data.type", "deposit")?;
    let status = match answer.text("data.status") {
        Some("1") => DepositStatus::Paid {
            payer: number_of(answer, "data.pay_user_id")?,
        },
        Some(_) | None => DepositStatus::Unpaid,
    };
    Ok(Deposit {
        wallet_order: text(answer, "data.order_id")?,
        amount: money(answer, "data.amount")?,
        coin: text(answer, "data.coin")?,
        status,
    })
}

pub(super) fn transfer(answer: &Verified) -> Result<String, String> {
    text(answer, "data.order_id")
}

pub(super) fn withdrawal(answer: &Verified, number: &str) -> Result<Withdrawal, String> {
    same(answer, "data.unique_id", number)?;
    let status = match answer.text("data.status") {
        Some("1") => WithdrawalStatus::PaidOut,
        Some("2") => WithdrawalStatus::Failed,
        Some(_) | None => WithdrawalStatus::Pending,
    };
    Ok(Withdrawal {
        wallet_order: text(answer, "data.order_id")?,
        amount: money(answer, "data.amount")?,
        coin: text(answer, "data.coin")?,
        payee: number_of(answer, "data.to_user_id")?,
        status,
    })
}

fn text(answer: &Verified, name: &str) -> Result<String, String> {
    let found = answer.text(name).filter(|text| !text.is_empty());
    found.map(str::to_owned).ok_or_else(|| format!("`{name}` is missing"))
}

fn same(answer: &Verified, name: &str, expected: &str) -> Result<(), String> {
    let said = answer.text(name).unwrap_or_default();
    if said == expected {
        Ok(())
    } else {
        Err(format!("`{name}` is `{said}`, not `{expected}`"))
    }
}

fn money(answer: &Verified, name: &str) -> Result<Money, String> {
    Money::parse(answer.text(name).unwrap_or_default()).map_err(|error| format!("`{name}`: {error}"))
}

fn number_of(answer: &Verified, name: &str) -> Result<i64, String> {
    let said = answer.text(name).unwrap_or_default();
    said.parse().map_err(|_| format!("`{name}` is `{said}`, no number"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        message::Message,
        sign::{Fields, Token},
    };

    /// An answer of the wallet's with these fields in `data`.
    fn answer(data: &str) -> Verified {
        let token = Token::new("token");
        let unsigned = format!(r#"{{"id":1,"data":{{{data}}}}}"#);
        let fields: Fields = Message::read(unsigned.as_bytes()).expect("an object").into_fields();
        let signed = format!(r#"{{"id":1,"data":{{{data}}},"sign":"{}"}}"#, token.sign(&fields));
        let message = Message::read(signed.as_bytes()).expect("an object");
        message.verified(&token, 1).expect("it is signed")
    }

    const DEPOSIT: &str = r#""order_id":"w","unique_id":"S-1","type":"deposit","amount":"6.00000000","coin":"USDT""#;

    #[test]
    fn only_a_clear_yes_is_paid() {
        for (more, expected) in [
            (r#""status":1,"pay_user_id":7"#, Ok(DepositStatus::Paid { payer: 7 })),
            (
                r#""status":"1","pay_user_id":"7""#,
                Ok(DepositStatus::Paid { payer: 7 }),
            ),
            (r#""status":0"#, Ok(DepositStatus::Unpaid)),
            (r#""status":9,"pay_user_id":7"#, Ok(DepositStatus::Unpaid)),
            (r#""status":true"#, Ok(DepositStatus::Unpaid)),
            (r#""news":{"more":1}"#, Ok(DepositStatus::Unpaid)),
            // Paid by nobody could not be paid back.
            (r#""status":1"#, Err("`data.pay_user_id` is ``, no number".to_owned())),
        ] {
            let found = deposit(&answer(&format!("{DEPOSIT},{more}")), "S-1");
            assert_eq!(found.map(|deposit| deposit.status), expected, "{more}");
        }
    }

    #[test]
    fn a_true_answer_to_another_question_is_none() {
        let other = deposit(&answer(DEPOSIT), "S-2");
        assert_eq!(other, Err("`data.unique_id` is `S-1`, not `S-2`".to_owned()));
        assert!(link(&answer(DEPOSIT), "S-1").is_err(), "it has no pay_url");
        assert!(withdrawal(&answer(DEPOSIT), "S-1").is_err(), "it has no payee");
    }

    #[test]
    fn a_payout_is_under_way_until_the_wallet_says_otherwise() {
        for (status, expected) in [
            ("0", WithdrawalStatus::Pending),
            ("1", WithdrawalStatus::PaidOut),
            ("2", WithdrawalStatus::Failed),
            ("3", WithdrawalStatus::Pending),
        ] {
            let found = withdrawal(
                &answer(&format!(r#"{DEPOSIT},"to_user_id":7,"status":{status}"#)),
                "S-1",
            );
            assert_eq!(found.map(|withdrawal| withdrawal.status), Ok(expected), "{status}");
        }
    }
}
