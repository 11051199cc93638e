//! What a field may hold, and what is said of one that holds something else.

use super::*;

fn refusal(operation: Operation, pairs: &[(&str, &str)]) -> String {
    let sent = Serializer::new(String::new()).extend_pairs(pairs).finish();
    let call = decode(Presented {
        operation,
        path: operation.path(),
        query: Some(sent.strip_prefix("userCode=100001&").unwrap()),
        content_type: None,
        body: sent.as_bytes(),
    });
    match call.unwrap().command() {
        Ok(command) => format!("taken as {command:?}"),
        Err(error) => {
            assert_eq!(Fault::from(error.clone()).reason(), error.to_string());
            error.to_string()
        }
    }
}

/// A good request with one field replaced, or taken away where its value is empty.
fn with(operation: Operation, field: &str, value: &str) -> String {
    let good = [
        ("userCode", "100001"),
        ("orderCode", "A-1"),
        ("amount", "10.00"),
        ("payType", "3"),
        ("address", "w1"),
        ("callbackUrl", "http://127.0.0.1/n"),
        ("timestamp", "1782680000000"),
    ];
    let pairs = good.map(|(name, text)| (name, if name == field { value } else { text }));
    refusal(operation, &pairs)
}

/// Each is signed correctly for all that is known here, and still refused with the field and the reason.
#[test]
fn fields_that_are_not_what_they_must_be_are_refused() {
    const PLAIN: &str = "amount: not plain decimal text";
    let long = "9".repeat(10_000);
    let code_65 = "A".repeat(65);
    let address_129 = "w".repeat(129);
    let url_long = format!("http://127.0.0.1/{long}");
    for (operation, field, value, reason) in [
        (Operation::Pay, "amount", "", "amount: missing"),
        (Operation::Pay, "amount", "-1", PLAIN),
        (Operation::Pay, "amount", "+1", PLAIN),
        (Operation::Pay, "amount", "1e2", PLAIN),
        (Operation::Pay, "amount", "1,000", PLAIN),
        (Operation::Pay, "amount", "01.00", PLAIN),
        (Operation::Pay, "amount", ".5", PLAIN),
        (Operation::Pay, "amount", "5.", PLAIN),
        (Operation::Pay, "amount", " 5", PLAIN),
        (Operation::Pay, "amount", "５", PLAIN),
        (Operation::Pay, "amount", "NaN", PLAIN),
        (Operation::Pay, "amount", "0.00", "amount: not above zero"),
        (Operation::Pay, "amount", "10.001", "amount: more than 2 decimals"),
        (Operation::Remit, "amount", "10.000", "amount: more than 2 decimals"),
        (
            Operation::Pay,
            "amount",
            &long,
            "amount: more than 12 digits before the point",
        ),
        (Operation::Pay, "orderCode", "", "orderCode: missing"),
        (
            Operation::Pay,
            "orderCode",
            &code_65,
            "orderCode: not of 1 to 64 characters",
        ),
        (Operation::Pay, "orderCode", "订单", "orderCode: not printable ASCII"),
        (Operation::Pay, "orderCode", "A\n1", "orderCode: not printable ASCII"),
        (Operation::Pay, "orderCode", "A&10.00", "orderCode: not free of &"),
        (Operation::Pay, "payType", "", "payType: missing"),
        (Operation::Pay, "payType", "4", "payType: not 3"),
        (Operation::Pay, "payType", "3.0", "payType: not 3"),
        (Operation::Pay, "callbackUrl", "", "callbackUrl: missing"),
        (
            Operation::Pay,
            "callbackUrl",
            "ftp://x/",
            "callbackUrl: not an http or https URL without user name",
        ),
        (
            Operation::Remit,
            "callbackUrl",
            "http://u:p@x/",
            "callbackUrl: not an http or https URL without user name",
        ),
        (
            Operation::Pay,
            "callbackUrl",
            &url_long,
            "callbackUrl: not of 1 to 2048 characters",
        ),
        (Operation::Remit, "address", "", "address: missing"),
        (
            Operation::Remit,
            "address",
            &address_129,
            "address: not of 1 to 128 characters",
        ),
        (Operation::Remit, "address", "w1&2", "address: not free of &"),
        (Operation::QueryPay, "orderCode", "", "customerOrderCode: missing"),
        (Operation::QueryRemit, "orderCode", "a&b", "orderCode: not free of &"),
        (Operation::Balance, "timestamp", "", "timestamp: missing"),
        (
            Operation::Balance,
            "timestamp",
            "-1",
            "timestamp: not a whole number in range",
        ),
        (
            Operation::Balance,
            "timestamp",
            "18446744073709551616",
            "timestamp: not a whole number in range",
        ),
    ] {
        let told = with(operation, field, value);
        assert_eq!(told, reason, "{operation} {field}={value}");
    }
    for operation in [
        Operation::Pay,
        Operation::QueryPay,
        Operation::Remit,
        Operation::QueryRemit,
    ] {
        let told = with(operation, "none", "");
        assert!(told.starts_with("taken as"), "{operation}: {told}");
    }
    let without_url = with(Operation::Remit, "callbackUrl", "");
    assert!(without_url.ends_with("callback_url: None }"), "{without_url}");
}
