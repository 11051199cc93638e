//! What holds for every answer and for any bytes.

use super::*;

fn orders() -> impl Strategy<Value = Answer> {
    let unique_id = "[ -~]{1,64}";
    let coin = || prop_oneof![Just(Coin::Usdt), Just(Coin::Trx)];
    let amount = "[1-9][0-9]{0,11}(\\.[0-9]{1,8})?";
    let id = "[0-9a-f]{32}";
    let pay_url = "https://[a-z]{1,9}\\.example/[a-z0-9?=&-]{0,40}";
    let link = (id, pay_url, option::of(unique_id));
    let deposit = (
        (id, unique_id),
        any::<u8>(),
        (amount, coin()),
        kinds(),
        option::of(0..=MAX_WHOLE),
    );
    let unpaid = (id, option::of(unique_id), kinds());
    let withdrawal = ((id, unique_id), any::<u8>(), (amount, coin()), 0..=MAX_WHOLE);
    prop_oneof![
        link.prop_map(|(order_id, pay_url, unique_id)| Answer::PayLink {
            order_id,
            pay_url,
            unique_id
        }),
        deposit
            .clone()
            .prop_map(
                |((order_id, unique_id), status, (amount, coin), kind, pay_user_id)| Answer::Deposit {
                    order_id,
                    unique_id,
                    status,
                    amount,
                    coin,
                    kind,
                    pay_user_id,
                }
            ),
        deposit.prop_map(
            |((order_id, unique_id), status, sum, kind, pay_user_id)| Answer::Transaction {
                order_id,
                unique_id: Some(unique_id),
                status,
                sum: Some(sum),
                kind,
                pay_user_id,
            }
        ),
        unpaid.prop_map(|(order_id, unique_id, kind)| Answer::Transaction {
            order_id,
            unique_id,
            status: 0,
            sum: None,
            kind,
            pay_user_id: None,
        }),
        withdrawal.prop_map(
            |((order_id, unique_id), status, (amount, coin), to_user_id)| Answer::Withdrawal {
                order_id,
                unique_id,
                status,
                amount,
                coin,
                to_user_id,
            }
        ),
    ]
}

fn kinds() -> impl Strategy<Value = Kind> + Clone {
    prop::sample::select(&Kind::ALL[..])
}

fn changes() -> impl Strategy<Value = Change> {
    let sum = "(0|[1-9][0-9]{0,11})(\\.[0-9]{1,8})?";
    (
        "[0-9a-f]{32}",
        option::of("[ -~]{1,64}"),
        kinds(),
        "[1-9][0-9]{0,11}",
        sum,
        prop_oneof![Just(Coin::Usdt), Just(Coin::Trx)],
        0..=MAX_WHOLE,
    )
        .prop_map(|(order_id, unique_id, kind, amount, fee, coin, time)| Change {
            order_id,
            unique_id,
            kind,
            amount,
            fee,
            coin,
            time,
        })
}

fn answers() -> impl Strategy<Value = Answer> {
    let sum = "(0|[1-9][0-9]{0,11})(\\.[0-9]{1,8})?";
    prop_oneof![
        5 => orders(),
        1 => "[0-9a-f]{32}".prop_map(|order_id| Answer::Transfer { order_id }),
        1 => (sum, sum, sum).prop_map(|(usdt, trx, cny)| Answer::Balance { usdt, trx, cny }),
        1 => (1..=MAX_WHOLE, any::<bool>()).prop_map(|(telegram_id, exist)| Answer::User { telegram_id, exist }),
        1 => (any::<u32>(), 0..=MAX_WHOLE, collection::vec(changes(), 0..15))
            .prop_map(|(page, total, items)| Answer::History { page, total, items }),
    ]
}

fn operation(answer: &Answer) -> Operation {
    match answer {
        Answer::PayLink { .. } => Operation::PayLink,
        Answer::Deposit { .. } => Operation::CheckDeposit,
        Answer::Transaction { .. } => Operation::CheckTransferByTxid,
        Answer::Transfer { .. } => Operation::Transfer,
        Answer::Withdrawal { .. } => Operation::CheckTransfer,
        Answer::Balance { .. } => Operation::Balance,
        Answer::User { .. } => Operation::CensorUserByTg,
        Answer::History { .. } => Operation::TransactionHistory,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_the_gateway_encodes_a_merchant_decodes(
        answer in answers(), shop in 1..=MAX_WHOLE, manner in manners(), algorithm in algorithms(), token in "[ -~]{1,64}",
    ) {
        let token = Token::new(&token).unwrap();
        let body = encode(&answer, shop, &manner, algorithm, &token);
        prop_assert_eq!(decode(operation(&answer), &body, &manner, only(algorithm), &token), Ok(answer));
    }

    #[test]
    fn a_changed_byte_never_changes_what_is_believed(
        answer in answers(), algorithm in algorithms(), at: prop::sample::Index, byte: u8,
    ) {
        let mut body = encode(&answer, 7, &Manner::default(), algorithm, &token());
        let at = at.index(body.len());
        body[at] = byte;
        if let Ok(believed) = decode(operation(&answer), &body, &Manner::default(), only(algorithm), &token()) {
            prop_assert_eq!(believed, answer);
        }
    }

    #[test]
    fn a_peers_bytes_never_panic_us(bytes in collection::vec(any::<u8>(), 0..300)) {
        for operation in Operation::ALL {
            prop_assert!(opened(operation, &bytes).is_err());
        }
    }

    #[test]
    fn nor_do_signed_fields_of_any_value(
        top in collection::btree_map("code|id|status|msg", any::<u16>(), 0..4),
        data in collection::btree_map(
            "order_id|unique_id|pay_url|status|amount|coin|type|pay_user_id|to_user_id|usdt|telegramID|exist|page|items",
            any::<String>(),
            0..8,
        ),
    ) {
        let (top, data) = (serde_json::to_string(&top).unwrap(), serde_json::to_string(&data).unwrap());
        let comma = if top == "{}" { "" } else { "," };
        let unsigned = format!("{}{comma}\"data\":{data}}}", top.strip_suffix('}').unwrap());
        let success = unsigned.replacen('{', "{\"status\":\"success\",\"code\":200,\"id\":1,\"x\":", 1);
        for operation in Operation::ALL {
            let _ = opened(operation, signed(&unsigned).as_bytes());
            let _ = opened(operation, success.as_bytes());
        }
    }
}
