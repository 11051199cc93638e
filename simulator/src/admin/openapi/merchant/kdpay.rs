//! KDPay's five calls.

use protocol::dialect::field::MAX_WHOLE;
use serde_json::{Value, json};

use super::{
    super::schema,
    Field,
    Looks::{Amount, Code, Decimal, Line, Number, OneOf, Sign, Status, Url, Whole},
    may, must, object, posted, property, responses,
};

/// A call.
pub(in crate::admin::openapi) struct Call {
    /// Where it lives.
    pub(in crate::admin::openapi) path: &'static str,
    /// How it is asked.
    pub(in crate::admin::openapi) method: &'static str,
    id: &'static str,
    summary: &'static str,
    fields: &'static [Field],
    data: &'static [Field],
}

const SHOP: Field = must("userCode", Whole(1, MAX_WHOLE), "the shop's number");
const SIGN: Field = must("sign", Sign(&[32]), "MD5 over the values, the key last");
const NUMBER: Field = must("orderCode", Code(64), "the merchant's order number");
const AMOUNT: Field = must("amount", Amount(2), "yuan");
/// Either number is enough.
const QUERY: &[Field] = &[
    SHOP,
    may("orderCode", Code(64), "the wallet's number; may be empty"),
    may("customerOrderCode", Code(64), "the merchant's number"),
    SIGN,
];

/// Every call, in the order of the document.
pub(in crate::admin::openapi) const CALLS: &[Call] = &[
    Call {
        path: "/system/api/pay",
        method: "POST",
        id: "kdpayPay",
        summary: "Opens a payment",
        fields: &[
            SHOP,
            NUMBER,
            AMOUNT,
            must("payType", OneOf(&["3"]), "3: the wallet's own yuan"),
            must("callbackUrl", Url, "where the payment is notified"),
            SIGN,
        ],
        data: &[
            must("orderNo", Code(64), "the wallet's number"),
            must("payAmount", Decimal, "what is to be paid"),
            must("rate", Decimal, "the payer's coin for one yuan"),
            must("url", Url, "where the payer pays"),
        ],
    },
    Call {
        path: "/system/api/query/pay-order",
        method: "POST",
        id: "kdpayQueryPay",
        summary: "What became of a payment",
        fields: QUERY,
        data: &[
            must("customerOrderCode", Code(64), "the merchant's number"),
            must("orderCode", Code(64), "the wallet's number"),
            must("amount", Decimal, "yuan"),
            must(
                "status",
                Status(&[1, 2, 3, 4]),
                "1 initial, 2 waiting, 3 paid, 4 failed",
            ),
        ],
    },
    Call {
        path: "/system/api/remit",
        method: "POST",
        id: "kdpayRemit",
        summary: "Pays out to a wallet",
        fields: &[
            SHOP,
            NUMBER,
            AMOUNT,
            must("address", Code(128), "the payee's wallet"),
            may("callbackUrl", Url, "where the payout is notified"),
            SIGN,
        ],
        data: &[must("orderNo", Code(64), "the wallet's number")],
    },
    Call {
        path: "/system/api/query/remit-order",
        method: "POST",
        id: "kdpayQueryRemit",
        summary: "What became of a payout",
        fields: QUERY,
        data: &[
            must("customerOrderCode", Code(64), "the merchant's number"),
            must("orderCode", Code(64), "the wallet's number"),
            must("amount", Decimal, "yuan"),
            must("status", Status(&[1, 2, 3]), "1 initial, 2 success, 3 failed"),
        ],
    },
    Call {
        path: "/system/api/balance/{userCode}",
        method: "GET",
        id: "kdpayBalance",
        summary: "What the shop holds",
        fields: &[
            must("timestamp", Whole(0, MAX_WHOLE), "milliseconds since the Unix epoch"),
            SIGN,
        ],
        data: &[must("balance", Decimal, "yuan")],
    },
];

/// The paths.
pub(super) fn paths() -> impl Iterator<Item = (&'static str, Value)> {
    CALLS.iter().map(|call| {
        let answers = json!({"oneOf": [success(call), schema("KdpayRefusal")]});
        let item = if call.method == "GET" {
            asked(call, &answers)
        } else {
            posted(call.id, call.summary, &object(call.fields), &answers)
        };
        (call.path, item)
    })
}

/// The schemas that answers share.
pub(super) fn schemas() -> [(&'static str, Value); 1] {
    let mut refusal = object(&[
        must("code", Number, "anything but 200"),
        must("message", Line, "the wallet's text"),
    ]);
    refusal["properties"]["code"]["not"] = json!({"const": 200});
    [("KdpayRefusal", refusal)]
}

fn success(call: &Call) -> Value {
    let mut success = object(&[
        must("code", Status(&[200]), "the wallet did it"),
        must("message", Line, "the wallet's text"),
    ]);
    success["properties"]["data"] = object(call.data);
    success["required"] = json!(["code", "message", "data"]);
    success
}

/// A call whose shop stands in its path and whose fields stand in its query.
fn asked(call: &Call, answers: &Value) -> Value {
    let mut parameters = vec![json!({
        "name": SHOP.name, "in": "path", "required": true, "schema": property(&SHOP),
    })];
    parameters.extend(
        call.fields.iter().map(
            |field| json!({"name": field.name, "in": "query", "required": field.always, "schema": property(field)}),
        ),
    );
    json!({"get": {
        "operationId": call.id,
        "summary": call.summary,
        "parameters": parameters,
        "responses": responses(answers),
    }})
}
