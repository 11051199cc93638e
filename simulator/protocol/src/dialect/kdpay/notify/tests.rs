//! Notifications both ways, the document's vector, forgeries, and the rule of acknowledgement.

use proptest::{collection, prelude::*};

use super::*;
use crate::dialect::field::MAX_WHOLE;

fn token() -> Token {
    Token::new("TESTkey0123456789").unwrap()
}

fn paid() -> Notify {
    Notify {
        user_code: 100_001,
        amount: "10.00".to_owned(),
        news: News::Pay {
            order_code: "KD-ORDER-1".to_owned(),
            status: PayStatus::Paid,
        },
    }
}

fn remitted(status: RemitStatus) -> Notify {
    Notify {
        user_code: 100_001,
        amount: "5".to_owned(),
        news: News::Remit {
            order_code: "R1".to_owned(),
            customer_order_code: "KD-OUT-1".to_owned(),
            status,
        },
    }
}

/// The first sign is the document's.
#[test]
fn notifications_on_the_wire() {
    let rows = [
        (Kind::Pay, paid()),
        (Kind::Remit, remitted(RemitStatus::Success)),
        (Kind::Remit, remitted(RemitStatus::Failed)),
    ];
    let lines: Vec<String> = rows
        .iter()
        .map(|(kind, notify)| {
            let body = notify.encode(&token());
            assert_eq!(Notify::decode(*kind, &body, &token()).as_ref(), Ok(notify));
            String::from_utf8(body).unwrap()
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    orderCode=KD-ORDER-1&amount=10.00&userCode=100001&status=3&sign=B97A88A998E5AA6D18FE0D2661973CFA
    orderCode=R1&customerOrderCode=KD-OUT-1&amount=5&userCode=100001&status=2&sign=09F8B4452DEF2F130016E87852E33577
    orderCode=R1&customerOrderCode=KD-OUT-1&amount=5&userCode=100001&status=3&sign=F930667A8E957903FEBC222A1A4BFE29
    ");
}

#[test]
fn a_forged_notification_is_not_believed() {
    let good = String::from_utf8(paid().encode(&token())).unwrap();
    let sign = &good[good.len() - 32..];
    for body in [
        good.replace("10.00", "1000.00"),
        good.replace("10.00", "10.0"),
        good.replace("status=3", "status=2"),
        good.replace("KD-ORDER-1", "KD-ORDER-2"),
        good.replace("100001", "100002"),
        good.replace(sign, ""),
        good.replace(sign, &sign[1..]),
        good.replace(sign, &sign.to_lowercase()),
        good.replace(sign, &format!("{sign}A")),
        good.replace("&sign=", "&sgin="),
        good.replace("&status=3", ""),
        String::new(),
    ] {
        assert_ne!(body, good);
        let read = Notify::decode(Kind::Pay, body.as_bytes(), &token());
        assert_eq!(read, Err(NotifyError::BadSign), "{body}");
    }
    for body in [
        format!("{good}&amount=1"),
        format!("{good}&sign={sign}"),
        good.replace("amount", "amount[]"),
    ] {
        let read = Notify::decode(Kind::Pay, body.as_bytes(), &token());
        assert!(matches!(read, Err(NotifyError::Body(_))), "{body}");
    }
    let other = Token::new("another").unwrap();
    assert_eq!(
        Notify::decode(Kind::Pay, good.as_bytes(), &other),
        Err(NotifyError::BadSign)
    );
}

/// Signed correctly and still nothing a merchant may credit.
#[test]
fn a_signed_notification_is_read_strictly() {
    for (amount, reason) in [
        ("", "malformed: amount: missing"),
        ("0.00", "malformed: amount: not above zero"),
        ("-1", "malformed: amount: not plain decimal text"),
        ("10.001", "malformed: amount: more than 2 decimals"),
    ] {
        let notify = Notify {
            amount: amount.to_owned(),
            ..paid()
        };
        let error = Notify::decode(Kind::Pay, &notify.encode(&token()), &token()).unwrap_err();
        assert_eq!(error.to_string(), reason);
    }
}

/// A weakness of the contract: the sign of a failed payout is that of a paid payment, so the reader must know which of
/// the two it waits for.
#[test]
fn a_failed_payout_is_no_paid_payment() {
    let failed = String::from_utf8(remitted(RemitStatus::Failed).encode(&token())).unwrap();
    let stripped = failed.replace("customerOrderCode=KD-OUT-1&", "");
    let error = Notify::decode(Kind::Remit, stripped.as_bytes(), &token()).unwrap_err();
    assert_eq!(error.to_string(), "malformed: customerOrderCode: missing");
    let news = Notify::decode(Kind::Pay, stripped.as_bytes(), &token()).unwrap().news;
    assert!(
        matches!(
            news,
            News::Pay {
                status: PayStatus::Paid,
                ..
            }
        ),
        "{news:?}"
    );
}

#[test]
fn acknowledgements() {
    for (http_status, body, taken) in [
        (200, ACK_BODY, true),
        (201, " success\r\n", true),
        (200, NACK_BODY, false),
        (200, "SUCCESS", false),
        (200, "\"success\"", false),
        (200, r#"{"status":"success"}"#, false),
        (200, "success!", false),
        (200, "", false),
        (204, "", false),
        (199, ACK_BODY, false),
        (302, ACK_BODY, false),
        (500, ACK_BODY, false),
    ] {
        assert_eq!(
            acknowledges(http_status, body.as_bytes()),
            taken,
            "{http_status} {body}"
        );
    }
}

fn notifications() -> impl Strategy<Value = Notify> {
    let news = prop_oneof![
        ("[ -%'-~]{1,64}", prop::sample::select(&PayStatus::ALL[..]))
            .prop_map(|(order_code, status)| News::Pay { order_code, status }),
        (
            "[ -%'-~]{1,64}",
            "[ -%'-~]{1,64}",
            prop::sample::select(&RemitStatus::ALL[..])
        )
            .prop_map(|(order_code, customer_order_code, status)| News::Remit {
                order_code,
                customer_order_code,
                status,
            }),
    ];
    (0..=MAX_WHOLE, "[1-9][0-9]{0,11}(\\.[0-9]{1,2})?", news).prop_map(|(user_code, amount, news)| Notify {
        user_code,
        amount,
        news,
    })
}

fn kind(notify: &Notify) -> Kind {
    match notify.news {
        News::Pay { .. } => Kind::Pay,
        News::Remit { .. } => Kind::Remit,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_the_wallet_encodes_a_merchant_decodes(notify in notifications(), key in "[ -~]{1,64}") {
        let token = Token::new(&key).unwrap();
        prop_assert_eq!(Notify::decode(kind(&notify), &notify.encode(&token), &token), Ok(notify));
    }

    #[test]
    fn a_changed_byte_changes_nothing_that_is_signed(notify in notifications(), at: prop::sample::Index, byte: u8) {
        let mut body = notify.encode(&token());
        let at = at.index(body.len());
        body[at] = byte;
        if let Ok(believed) = Notify::decode(kind(&notify), &body, &token()) {
            prop_assert_eq!((believed.user_code, believed.amount), (notify.user_code, notify.amount));
        }
    }

    #[test]
    fn a_peers_bytes_never_panic_us(bytes in collection::vec(any::<u8>(), 0..300), http_status: u16) {
        prop_assert!(Notify::decode(Kind::Pay, &bytes, &token()).is_err());
        prop_assert!(Notify::decode(Kind::Remit, &bytes, &token()).is_err());
        let _ = acknowledges(http_status, &bytes);
    }
}
