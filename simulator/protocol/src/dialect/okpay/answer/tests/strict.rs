//! What is not the contract's is not believed, however well it is signed.

use super::*;

#[test]
fn what_the_contract_does_not_know_is_malformed() {
    const LINK: &str =
        r#"{"status":"success","code":200,"data":{"order_id":"a1","pay_url":"https://t.me/x","status":0},"id":7}"#;
    assert!(opened(Operation::PayLink, signed(LINK).as_bytes()).is_ok());
    assert!(opened(Operation::PayLink, signed(&LINK.replace("200", "10000")).as_bytes()).is_ok());
    for (body, reason) in [
        (
            String::new(),
            "malformed: the body is not a JSON object: line 1, column 0",
        ),
        (
            "<html>502</html>".to_owned(),
            "malformed: the body is not a JSON object: line 1, column 1",
        ),
        ("{}".to_owned(), "malformed: status: missing"),
        (r#"{"status":"warning"}"#.to_owned(), "malformed: msg: missing"),
        (
            r#"{"status":"error","msg":"x","code":"1"}"#.to_owned(),
            "malformed: code: of the wrong JSON type",
        ),
        (signed(r#"{"status":"ok"}"#), "malformed: status: not success"),
        (signed(r#"{"status":"success"}"#), "malformed: code: missing"),
        (
            signed(&LINK.replace("200", "\"200\"")),
            "malformed: code: of the wrong JSON type",
        ),
        (signed(&LINK.replace("200", "201")), "malformed: code: not 200 or 10000"),
        (
            signed(&LINK.replace(r#""id":7"#, r#""id":"7""#)),
            "malformed: id: of the wrong JSON type",
        ),
        (signed(&LINK.replace("a1", "")), "malformed: data.order_id: missing"),
        (
            signed(&LINK.replace("\"a1\"", "1")),
            "malformed: data.order_id: of the wrong JSON type",
        ),
        (
            signed(&LINK.replace("https", "ftp")),
            "malformed: data.pay_url: not an http or https URL without user name",
        ),
        (
            signed(&LINK.replace(r#""status":0"#, r#""status":1"#)),
            "malformed: data.status: not 0",
        ),
        (
            signed(&LINK.replace(r#""status":0"#, r#""state":0"#)),
            "malformed: data.status: missing",
        ),
        (
            signed(LINK).replace("{\"order_id", "[{\"order_id"),
            "malformed: the body is not a JSON object: line 1, column 100",
        ),
    ] {
        let error = opened(Operation::PayLink, body.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), reason, "{body}");
    }
    let number = sealed(&deposit(1, None), 7).replace("\"6.00000000\"", "6.00000000");
    assert_eq!(
        opened(Operation::CheckDeposit, number.as_bytes())
            .unwrap_err()
            .to_string(),
        "malformed: data.amount: of the wrong JSON type"
    );
}

#[test]
fn every_answer_is_read_strictly() {
    for (operation, from, to, reason) in [
        (
            Operation::CheckTransferByTxid,
            "\"status\":1",
            "\"status\":\"1\"",
            "data.status: of the wrong JSON type",
        ),
        (
            Operation::CheckTransferByTxid,
            ",\"amount\":\"6.00000000\"",
            "",
            "data.amount: missing",
        ),
        (
            Operation::Transfer,
            "\"order_id\":",
            "\"id\":",
            "data.order_id: missing",
        ),
        (
            Operation::CheckTransfer,
            "\"12.30\"",
            "12.30",
            "data.amount: of the wrong JSON type",
        ),
        (
            Operation::CheckTransfer,
            "123456",
            "-1",
            "data.to_user_id: not a whole number in range",
        ),
        (
            Operation::CheckTransfer,
            "TRX",
            "CNY",
            "data.coin: neither USDT nor TRX",
        ),
        (
            Operation::Balance,
            "\"100.50000000\"",
            "100.5",
            "data.usdt: of the wrong JSON type",
        ),
        (
            Operation::Balance,
            "\"0.00\"",
            "\"-1\"",
            "data.cny: not plain decimal text",
        ),
        (
            Operation::CensorUserByTg,
            "false",
            "0",
            "data.exist: of the wrong JSON type",
        ),
        (
            Operation::CensorUserByTg,
            "\"7\"",
            "\"0\"",
            "data.telegramID: not above zero",
        ),
        (
            Operation::TransactionHistory,
            "\"total\":2",
            "\"total\":-2",
            "data.total: not a whole number in range",
        ),
        (
            Operation::TransactionHistory,
            "\"page\":1",
            "\"page\":4294967296",
            "data.page: not a whole number in range",
        ),
        (
            Operation::TransactionHistory,
            "\"type\":\"withdraw\"",
            "\"type\":\"x\"",
            "data.type: not deposit or withdraw",
        ),
    ] {
        let (_, answer) = every_answer().into_iter().find(|(of, _)| *of == operation).unwrap();
        let good = sealed(&answer, 1);
        let (unsigned, _) = good.rsplit_once(",\"sign\"").unwrap();
        let changed = unsigned.replacen(from, to, 1);
        assert_ne!(changed, unsigned, "{from}");
        let error = opened(operation, signed(&format!("{changed}}}")).as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), format!("malformed: {reason}"));
    }
}
