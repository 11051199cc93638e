//! What holds for every command and for any bytes.

use super::*;
use crate::dialect::field::MAX_WHOLE;

fn commands() -> impl Strategy<Value = Command> {
    // "0" is what PHP takes for false, so a legacy form does not carry it.
    let unique_id = || "[ -~]{1,64}".prop_filter("an order number is not nought", |number| number != "0");
    let coin = || prop_oneof![Just(Coin::Usdt), Just(Coin::Trx)];
    let text = any::<String>().prop_map(|text| text.chars().filter(|c| !c.is_control()).take(128).collect::<String>());
    let name = option::of(text.prop_filter("falsy is absent", |text| !matches!(text.as_str(), "" | "0")));
    let callback_url = || option::of("https?://[a-z]{1,9}\\.example(:[1-9][0-9]{0,3})?/[!-Z^-~]{0,40}");
    let return_url = option::of("[ -~]{2,80}");
    let sum = || ("[1-9][0-9]{0,11}(\\.[0-9]{1,6})?", coin());
    let moment = || option::of(1..=MAX_WHOLE);
    prop_oneof![
        unique_id().prop_map(|unique_id| Command::CheckDeposit { unique_id }),
        unique_id().prop_map(|unique_id| Command::CheckTransfer { unique_id }),
        "[0-9a-f]{32}".prop_map(|txid| Command::CheckTransferByTxid { txid }),
        Just(Command::Balance),
        (1..=MAX_WHOLE).prop_map(|telegram_id| Command::CensorUserByTg { telegram_id }),
        (1_u32.., 1_u32..=100, moment(), moment()).prop_map(|(page, page_size, from, to)| {
            Command::TransactionHistory {
                page,
                page_size,
                from,
                to,
            }
        }),
        (sum(), option::of(unique_id()), name.clone(), return_url, callback_url()).prop_map(
            |((amount, coin), unique_id, name, return_url, callback_url)| Command::PayLink {
                amount,
                coin,
                unique_id,
                name,
                return_url,
                callback_url,
            }
        ),
        (sum(), 1..=MAX_WHOLE, option::of(unique_id()), name, callback_url()).prop_map(
            |((amount, coin), to_user_id, unique_id, name, callback_url)| Command::Transfer {
                amount,
                coin,
                to_user_id,
                unique_id,
                name,
                callback_url,
            }
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_a_merchant_encodes_the_gateway_decodes(
        command in commands(),
        envelope in (1..=MAX_WHOLE, 0..=MAX_WHOLE, "[ -~]{8,128}"),
        algorithm in algorithms(),
        token in "[ -~]{1,64}",
    ) {
        let token = Token::new(&token).unwrap();
        let (shop, timestamp, nonce) = envelope;
        let envelope = Envelope { shop, timestamp, nonce };
        let body = encode(&command, &envelope, algorithm, &token);
        let call = decode(command.operation(), Some(CONTENT_TYPE_FORM), body.as_bytes()).unwrap();
        prop_assert_eq!(call.verify(only(algorithm), &token), Some(algorithm));
        prop_assert_eq!(call.command(), Ok(command));
        let expected = match algorithm {
            Algorithm::Hmac => (Some(shop), Some(timestamp), Some(envelope.nonce)),
            Algorithm::Md5 => (Some(shop), None, None),
        };
        prop_assert_eq!((call.shop, call.timestamp, call.nonce), expected);
    }

    /// One changed byte either leaves the meaning or loses the sign.
    #[test]
    fn a_changed_byte_never_changes_what_is_believed(
        command in commands(), algorithm in algorithms(), at: prop::sample::Index, byte: u8,
    ) {
        let mut body = encode(&command, &envelope(), algorithm, &token()).into_bytes();
        let at = at.index(body.len());
        body[at] = byte;
        let read = decode(command.operation(), None, &body);
        if let Ok(call) = read && call.verify(only(algorithm), &token()).is_some() {
            prop_assert_eq!(call.command(), Ok(command));
        }
    }

    #[test]
    fn a_peers_bytes_never_panic_us(bytes in collection::vec(any::<u8>(), 0..300), content_type in option::of(any::<String>())) {
        for operation in Operation::ALL {
            if let Ok(call) = decode(operation, content_type.as_deref(), &bytes) {
                let _ = (call.verify(Accepts::HMAC, &token()).is_some(), call.command());
            }
        }
    }

    #[test]
    fn nor_do_fields_of_any_value(
        values in collection::btree_map("amount|coin|unique_id|name|return_url|callback_url|status|nonce|txid|to_user_id|telegramID|page|from", any::<String>(), 0..8),
    ) {
        let body = serde_json::to_vec(&values).unwrap();
        for operation in Operation::ALL {
            let _ = decode(operation, None, &body).unwrap().command();
        }
    }
}
