//! OkayPay's eight operations.

use protocol::dialect::field::MAX_WHOLE;
use serde_json::{Value, json};

use super::{
    super::schema,
    Field,
    Looks::{Amount, Decimal, Line, Number, Numbered, OneOf, OrderId, Printable, Sign, Status, Url, Whole, Yes},
    may, must, object, posted,
};

/// An operation.
pub(in crate::admin::openapi) struct Operation {
    /// Where it lives.
    pub(in crate::admin::openapi) path: &'static str,
    id: &'static str,
    summary: &'static str,
    fields: &'static [Field],
    data: &'static [Field],
}

/// What every request carries.
const ENVELOPE: [Field; 4] = [
    must("id", Whole(1, MAX_WHOLE), "the shop's number"),
    may(
        "timestamp",
        Whole(0, MAX_WHOLE),
        "seconds since the Unix epoch; HMAC shops send it",
    ),
    may("nonce", Printable(8, 128), "never used twice; HMAC shops send it"),
    must(
        "sign",
        Sign(&[64, 32]),
        "HMAC-SHA256, or MD5, over the fields; 64 or 32 digits",
    ),
];

const COINS: &[&str] = &["USDT", "TRX"];
const AMOUNT: Field = must("amount", Amount(8), "decimal text; TRX has 6 decimals");
const COIN: Field = must("coin", OneOf(COINS), "the coin");
const NUMBER: Field = must("unique_id", Printable(1, 64), "the merchant's order number");
const NUMBER_IF_ANY: Field = may("unique_id", Printable(1, 64), "the merchant's order number");
const TITLE: Field = may("name", Line, "the order's title");
const CALLBACK: Field = may("callback_url", Url, "where this order is called back");
const ORDER: Field = must("order_id", OrderId, "the wallet's number");
const PAYER: Field = may(
    "pay_user_id",
    Number,
    "the payer's, or payee's, Telegram id, once it is known",
);

/// An order in an answer; amount and coin may be absent while it is pending.
const SHOWN: &[Field] = &[
    ORDER,
    NUMBER_IF_ANY,
    PAYER,
    may("amount", Decimal, "decimal text"),
    may("coin", OneOf(COINS), "the coin"),
    must("status", Status(&[0, 1, 2]), "0 unpaid, 1 paid, 2 failed"),
    must("type", OneOf(&["deposit", "withdraw"]), "which way the money goes"),
];

/// Every operation, in the order of the vendor's document.
pub(in crate::admin::openapi) const OPERATIONS: &[Operation] = &[
    Operation {
        path: "/shop/payLink",
        id: "payLink",
        summary: "Opens a deposit order",
        fields: &[
            AMOUNT,
            COIN,
            NUMBER_IF_ANY,
            TITLE,
            may("return_url", Printable(1, 2_048), "where the payer goes afterwards"),
            CALLBACK,
            may("status", OneOf(&["0"]), "0, where it is sent"),
        ],
        data: &[
            ORDER,
            must("pay_url", Url, "where the payer pays"),
            must("status", Status(&[0]), "always 0"),
            NUMBER_IF_ANY,
        ],
    },
    Operation {
        path: "/shop/checkDeposit",
        id: "checkDeposit",
        summary: "What became of a deposit order",
        fields: &[NUMBER],
        data: SHOWN,
    },
    Operation {
        path: "/shop/checkTransferByTxid",
        id: "checkTransferByTxid",
        summary: "What became of an order, by the wallet's number of it",
        fields: &[must("txid", OrderId, "the order's id")],
        data: SHOWN,
    },
    Operation {
        path: "/shop/transfer",
        id: "transfer",
        summary: "Pays out to a user of the wallet",
        fields: &[
            AMOUNT,
            COIN,
            must("to_user_id", Whole(1, MAX_WHOLE), "the payee's Telegram id"),
            NUMBER_IF_ANY,
            TITLE,
            CALLBACK,
        ],
        data: &[ORDER],
    },
    Operation {
        path: "/shop/checkTransfer",
        id: "checkTransfer",
        summary: "What became of a withdrawal",
        fields: &[NUMBER],
        data: &[
            ORDER,
            NUMBER,
            must("to_user_id", Number, "the payee's Telegram id"),
            must("amount", Decimal, "decimal text"),
            COIN,
            must("status", Status(&[0, 1, 2]), "0 pending, 1 paid out, 2 failed"),
        ],
    },
    Operation {
        path: "/shop/balance",
        id: "balance",
        summary: "What the shop holds",
        fields: &[],
        data: &[
            must("usdt", Decimal, "decimal text"),
            must("trx", Decimal, "decimal text"),
            must("cny", Decimal, "decimal text"),
        ],
    },
    Operation {
        path: "/shop/censorUserByTG",
        id: "censorUserByTG",
        summary: "Whether a Telegram user has a wallet",
        fields: &[must("telegramID", Whole(1, MAX_WHOLE), "the user's Telegram id")],
        data: &[
            must("telegramID", Printable(1, 20), "the user's Telegram id"),
            must("exist", Yes, "whether there is a wallet"),
        ],
    },
    Operation {
        path: "/shop/TransactionHistory",
        id: "TransactionHistory",
        summary: "How the shop's balance changed, the newest change first",
        fields: &[
            may("page", Whole(1, 4_294_967_295), "from 1; the first without it"),
            may("page_size", Whole(1, 100), "changes on a page; 20 without it"),
            may("from", Whole(0, MAX_WHOLE), "seconds since the Unix epoch, inclusive"),
            may("to", Whole(0, MAX_WHOLE), "seconds since the Unix epoch, exclusive"),
        ],
        data: &[
            must("page", Number, "the page"),
            must("total", Number, "changes on all pages"),
            must("items", Numbered("Change"), "keyed by number, never a list"),
        ],
    },
];

/// A change of the balance.
const CHANGE: &[Field] = &[
    ORDER,
    NUMBER_IF_ANY,
    must("amount", Decimal, "decimal text"),
    must("fee", Decimal, "decimal text"),
    COIN,
    must("type", OneOf(&["deposit", "withdraw"]), "which way the money went"),
    must("time", Number, "seconds since the Unix epoch"),
];

/// A refusal, which is not signed.
const REFUSAL: &[Field] = &[
    must(
        "status",
        OneOf(&["warning", "error"]),
        "bad input, or the wallet's own trouble",
    ),
    must("msg", Line, "the wallet's text"),
    may("code", Number, "the wallet's code, where it has one"),
];

/// The paths.
pub(super) fn paths() -> impl Iterator<Item = (&'static str, Value)> {
    OPERATIONS.iter().map(|operation| {
        let body = object(ENVELOPE.iter().chain(operation.fields));
        let answers = json!({"oneOf": [success(operation), schema("Refusal")]});
        (operation.path, posted(operation.id, operation.summary, &body, &answers))
    })
}

/// The schemas that answers share.
pub(super) fn schemas() -> [(&'static str, Value); 2] {
    [("Change", object(CHANGE)), ("Refusal", object(REFUSAL))]
}

fn success(operation: &Operation) -> Value {
    let mut success = object(&[
        must("status", OneOf(&["success"]), "the wallet did it"),
        must("code", Status(&[200]), "200"),
        must("id", Number, "the shop's number"),
        must("sign", Sign(&[64, 32]), "over the answer's fields"),
    ]);
    success["properties"]["data"] = object(operation.data);
    success["required"] = json!(["status", "code", "data", "id", "sign"]);
    success
}
