//! The closed lists of words in the table of keys.

use super::Word;

/// How shops sign.
pub(crate) const SIGNINGS: &[Word] = &[
    word("hmac", "HMAC-SHA256."),
    word("md5", "The older MD5."),
    word("both", "Either, told apart by the call."),
];
/// How MD5 signatures are read.
pub(crate) const MD5: &[Word] = &[
    word("strict", "As PHP writes the string."),
    word("lenient", "Also as clients in the wild write it."),
];
/// Contracts that shops speak.
pub(crate) const DIALECTS: &[Word] = &[word("okpay", "OK Wallet."), word("kdpay", "KD Wallet, in CNY.")];
/// How shops stand with the wallet.
pub(crate) const STATUSES: &[Word] = &[
    word("approved", "It may call."),
    word("under_review", "Its application is not decided: calls are refused."),
    word("suspended", "It was shut: calls are refused."),
];
/// Bodies of callbacks.
pub(crate) const ENCODINGS: &[Word] = &[
    word("auto", "JSON for orders signed with HMAC, a form for MD5."),
    word("json", "JSON."),
    word("form", "A form with `data[order_id]=…`."),
    word("flat", "A form without `data`."),
    word("form_json", "A form whose `data` is a JSON string."),
];
/// Orders of a callback's keys.
pub(crate) const KEY_ORDERS: &[Word] = &[
    word("documented", "That of the vendor's document."),
    word("sorted", "By their bytes."),
];
/// How a withdrawal settles.
pub(crate) const SETTLES: &[Word] = &[word(
    "fails_later",
    "It is accepted, and fails when it would settle; the money comes back.",
)];
/// Whom journeys of one's own drive.
pub(crate) const TARGETS: &[Word] = &[word("merchant", "A shop's service.")];
/// Arrivals that need nothing said of them.
pub(crate) const TRACE: &[Word] = &[word(
    "trace",
    "Arrivals as recorded, for all the time that other entries leave.",
)];
/// Schedules of providers.
pub(crate) const PRESETS: &[Word] = &[
    word(
        "okpay",
        "5s, 30s, 2m, 10m, 30m, 1h; lenient; 5s. Assumed: the vendor publishes none.",
    ),
    word("alipay", "4m, 10m, 10m, 1h, 2h, 6h, 15h; lenient."),
    word(
        "wechat",
        "15s, 15s, 30s, 3m, 10m, 20m, 30m three times, 1h, 3h three times, 6h twice; any 2xx; 5s.",
    ),
    word(
        "adyen",
        "9s, 18s, 27s, 2m, 5m, 10m, 15m, 30m, 1h, 2h, 4h, 8h; any 2xx; 10s.",
    ),
    word(
        "standard-webhooks",
        "5s, 5m, 30m, 2h, 5h, 10h, 14h, 20h, 24h, without jitter; any 2xx; 15s.",
    ),
    word(
        "square",
        "1m, 2m, 4m, 8m, 16m, 32m, then hourly up to a day; any 2xx; 10s.",
    ),
    word(
        "juspay",
        "1m, 5m twice, 10m five times, 1h five times, 6h three times; any 2xx.",
    ),
];
/// What acknowledges a callback.
pub(crate) const ACKS: &[Word] = &[
    word("strict", "2xx and a JSON body whose `status` is `success`."),
    word("lenient", "2xx and a body that holds `success`."),
    word("http", "Any 2xx."),
];
/// What a rule may act on.
pub(crate) const OPERATIONS: &[Word] = &[
    word("any", "Every API operation, never callbacks."),
    word("payLink", "An order is opened."),
    word("checkDeposit", "An order is queried."),
    word(
        "checkTransferByTxid",
        "A deposit is queried by its number at the wallet.",
    ),
    word("transfer", "A withdrawal."),
    word("checkTransfer", "A withdrawal is queried."),
    word("balance", "The balance is queried."),
    word("censorUserByTG", "A user is looked up."),
    word("TransactionHistory", "The statement."),
    word("kdpay.pay", "An order is opened at KDPay."),
    word("kdpay.queryPay", "An order is queried at KDPay."),
    word("kdpay.remit", "A withdrawal at KDPay."),
    word("kdpay.queryRemit", "A withdrawal is queried at KDPay."),
    word("kdpay.balance", "The balance is queried at KDPay."),
    word("callback", "One delivery attempt of one callback."),
];
/// What the ledger does, in one word.
pub(crate) const LEDGER_WORDS: &[Word] = &[
    word("apply", "The command is applied."),
    word(
        "skip",
        "The command never reaches the ledger, and its nonce stays fresh.",
    ),
];
/// Why the ledger refuses.
pub(crate) const REASONS: &[Word] = &[
    word("insufficient_balance", "The balance does not suffice."),
    word("user_not_registered", "The wallet does not know the user."),
    word("order_already_processed", "The order number was used before."),
    word("system_error", "The wallet fails and says so."),
    word("unauthorized", "The shop may not do this."),
    word("quota_exceeded", "The amount passes what is left of a quota."),
    word("risk_declined", "The wallet's risk control declines."),
    word("account_frozen", "The shop's account may move no money."),
];
/// What the client gets, in one word: alone, or after a delay.
pub(crate) const REPLY_WORDS: &[Word] = &[
    word("reset", "TCP reset, no answer."),
    word("empty", "The connection is closed without an answer."),
    word("hang", "No answer until the client leaves, at most 10 minutes."),
    word("garbage", "Bytes that are no answer, then the end of the connection."),
];
/// What happens to a callback, in one word.
pub(crate) const CALLBACK_WORDS: &[Word] = &[
    word("drop", "Never sent; final."),
    word("hold", "Kept until a release, the timeline's end, or a command."),
    word("release", "Delivers what is held, at once."),
    word(
        "early",
        "The order is paid and called back before the call that opened it is answered.",
    ),
];
/// How the sign of a callback is wrong.
pub(crate) const FORGERIES: &[Word] = &[
    word("wrong_key", "Signed with a token that is not the shop's."),
    word("bit_flip", "One bit of the sign is another."),
    word("missing", "Without a sign."),
    word(
        "respelled",
        "A number is written differently under the original's sign.",
    ),
    word("other_shop", "Signed rightly, for another shop's id."),
];
/// What is wrong in a statement.
pub(crate) const STATEMENTS: &[Word] = &[
    word("missing", "The order has no line."),
    word("extra", "A line of an order that nobody opened stands behind it."),
    word("amount", "The line shows another amount."),
    word("status", "The line shows another status."),
    word("duplicate", "The line stands there twice."),
];
/// Faults of the TLS handshake.
pub(crate) const TLS_FAULTS: &[Word] = &[
    word("expired", "The certificate's time is over."),
    word("wrong_host", "The certificate is another host's."),
    word("stall", "The handshake is never answered."),
];
/// Ways of asking for a case.
pub(crate) const TRIGGERS: &[Word] = &[
    word(
        "acceptance",
        "Amounts from 1.30 on ask for the cases that `paydrill scenarios triggers` prints.",
    ),
    word(
        "headers",
        "The header Paydrill-Case asks for a case by its name, and rules may say `when: {header: …}`.",
    ),
];
/// Yes alone.
pub(crate) const YES: &[Word] = &[word("true", "Yes.")];
/// Yes and no.
pub(crate) const FLAGS: &[Word] = &[word("true", "Yes."), word("false", "No.")];
/// Coins of orders and balances.
pub(crate) const COINS: &[Word] = &[
    word("USDT", "Tether, 8 decimals."),
    word("TRX", "Tron, 6 decimals."),
    word("CNY", "Yuan, 2 decimals: KDPay's orders; at OkayPay only a balance."),
];
/// What happens to arrivals without a free user.
pub(crate) const POLICIES: &[Word] = &[
    word("queue", "It waits, and its latency includes the wait."),
    word("drop", "It is dropped and counted."),
];

const fn word(name: &'static str, doc: &'static str) -> Word {
    Word { name, doc }
}
