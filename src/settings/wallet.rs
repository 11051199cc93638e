//! The table `[wallet]` of the settings: behaviour of the wallet that nobody public knows, each with its default. A
//! variable is `PAYDRILL_WALLET__` and the name in capitals.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use simulator::{Duplicates, PayUrl, Wallet, manner};

use crate::failure::usage;

/// Every setting of the wallet, by its word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct WalletSettings {
    /// `code` of a success: 200, or 10000 as in the old SDK.
    pub(crate) code: u64,
    /// `data` of answers to MD5 shops: `object` or `list`.
    pub(crate) data: String,
    /// Are answers to MD5 shops signed?
    pub(crate) signs_md5_answers: bool,
    /// Do refusals carry the numeric codes 10001 to 10008?
    pub(crate) ancestor_codes: bool,
    /// How callbacks are written: `auto`, `json`, `form`, `flat` or `form_json`.
    pub(crate) callback: String,
    /// In what order their keys stand: `documented` or `sorted`.
    pub(crate) key_order: String,
    /// What becomes of a deposit whose number was used before: `return_existing`, `reject` or `new_order`.
    pub(crate) deposit_duplicates: String,
    /// The same of a withdrawal.
    pub(crate) withdrawal_duplicates: String,
    /// Where payers are sent: `cashier`, or `telegram` for clients that insist on the real wallet's address.
    pub(crate) pay_url: String,
    /// Minutes that the calendar's days are ahead of UTC.
    pub(crate) day_offset_minutes: i16,
    /// How long a payer may take at the cashier.
    pub(crate) cashier_expires_s: u64,
}

impl Default for WalletSettings {
    fn default() -> Self {
        let wallet = Wallet::default();
        let manner = wallet.manner;
        Self {
            code: manner.code.number(),
            data: manner.data.word().to_owned(),
            signs_md5_answers: manner.signs_md5_answers,
            ancestor_codes: manner.ancestor_codes,
            callback: manner.callback.word().to_owned(),
            key_order: manner.keys.word().to_owned(),
            deposit_duplicates: wallet.deposit_duplicates.word().to_owned(),
            withdrawal_duplicates: wallet.withdrawal_duplicates.word().to_owned(),
            pay_url: wallet.pay_url.word().to_owned(),
            day_offset_minutes: wallet.day_offset_minutes,
            cashier_expires_s: wallet.cashier_expires.as_secs(),
        }
    }
}

impl WalletSettings {
    /// What they mean.
    pub(crate) fn read(&self) -> anyhow::Result<Wallet> {
        use manner::{CallbackForm, DataShape, KeyOrder, SuccessCode};
        let number = |code: SuccessCode| code.number().to_string();
        let code = self.code.to_string();
        let most_minutes = 14 * 60;
        if self.day_offset_minutes.abs() > most_minutes {
            return Err(usage(format!(
                "settings: wallet.day_offset_minutes: {} is more than {most_minutes} either way",
                self.day_offset_minutes
            )));
        }
        Ok(Wallet {
            manner: simulator::Manner {
                code: pick("code", &code, &SuccessCode::ALL, number)?,
                data: pick("data", &self.data, &DataShape::ALL, |shape| shape.word().to_owned())?,
                signs_md5_answers: self.signs_md5_answers,
                ancestor_codes: self.ancestor_codes,
                callback: pick("callback", &self.callback, &CallbackForm::ALL, |form| {
                    form.word().to_owned()
                })?,
                keys: pick("key_order", &self.key_order, &KeyOrder::ALL, |order| {
                    order.word().to_owned()
                })?,
            },
            deposit_duplicates: duplicates("deposit_duplicates", &self.deposit_duplicates)?,
            withdrawal_duplicates: duplicates("withdrawal_duplicates", &self.withdrawal_duplicates)?,
            pay_url: pick("pay_url", &self.pay_url, &PayUrl::ALL, |url| url.word().to_owned())?,
            day_offset_minutes: self.day_offset_minutes,
            cashier_expires: Duration::from_secs(self.cashier_expires_s),
        })
    }
}

fn duplicates(name: &str, said: &str) -> anyhow::Result<Duplicates> {
    pick(name, said, &Duplicates::ALL, |policy| policy.word().to_owned())
}

/// The choice of this word, or a refusal that lists them all.
fn pick<T: Copy>(name: &str, said: &str, all: &[T], word: impl Fn(T) -> String) -> anyhow::Result<T> {
    let found = all.iter().find(|choice| word(**choice) == said);
    found.copied().ok_or_else(|| {
        let words: Vec<String> = all.iter().map(|choice| word(*choice)).collect();
        usage(format!(
            "settings: wallet.{name}: `{said}` is none of {}",
            words.join(", ")
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Change<'a> = &'a dyn Fn(&mut WalletSettings);

    #[test]
    fn words_are_read_and_others_are_refused_by_name() {
        assert_eq!(WalletSettings::default().read().unwrap(), Wallet::default());
        let rows: [(Change<'_>, &str); 5] = [
            (
                &|said| said.code = 201,
                "settings: wallet.code: `201` is none of 200, 10000",
            ),
            (
                &|said| said.callback = "xml".to_owned(),
                "settings: wallet.callback: `xml` is none of auto, json, form, flat, form_json",
            ),
            (
                &|said| said.deposit_duplicates = "keep".to_owned(),
                "settings: wallet.deposit_duplicates: `keep` is none of return_existing, reject, new_order",
            ),
            (
                &|said| said.pay_url = "qr".to_owned(),
                "settings: wallet.pay_url: `qr` is none of cashier, telegram",
            ),
            (
                &|said| said.day_offset_minutes = 841,
                "settings: wallet.day_offset_minutes: 841 is more than 840 either way",
            ),
        ];
        for (change, expected) in rows {
            let mut said = WalletSettings::default();
            change(&mut said);
            assert_eq!(said.read().unwrap_err().to_string(), expected);
        }
    }
}
