//! Callbacks that no merchant may believe, in every dialect and encoding: forged ones, and signed ones that say what is
//! not so.

use protocol::{
    Algorithm, Md5Rule,
    dialect::{
        kdpay::{self, Notify, PayType},
        okpay::Coin,
    },
};
use scenarios::{CallbackEncoding, Forgery};

use super::*;
use crate::store::Flow;

/// A way of being called back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    OkPay(Algorithm, CallbackEncoding),
    KdPay,
}

/// What a callback said, once believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) shop: u64,
    pub(super) amount: String,
    pub(super) coin: Option<Coin>,
    pub(super) status: u8,
}

impl Manner {
    /// Every one.
    pub(super) fn all() -> Vec<Self> {
        let of = |algorithm| CallbackEncoding::ALL.map(|encoding| Self::OkPay(algorithm, encoding));
        let mut all = [of(Algorithm::Hmac), of(Algorithm::Md5)].concat();
        all.push(Self::KdPay);
        all
    }

    /// A gateway with a shop of this manner, and further lines of its scenario.
    pub(super) fn bench(self, rest: &str) -> Bench {
        let how = match self {
            Self::OkPay(algorithm, encoding) => {
                format!("signing: {algorithm}, callback_form: {{encoding: {}}}", encoding.word())
            }
            Self::KdPay => "dialect: kdpay".to_owned(),
        };
        let shop = format!("{{id: {SHOP_ID}, token: {TOKEN}, callback_url: 'http://127.0.0.1:9000/notify', {how}}}");
        Bench::of(
            &format!(
                "name: test\nshops: [{shop}]\ncallbacks: {{retry: {{after: [5s]}}, timeout: 2s}}\nphases: [{{name: whole, \
                 for: 10h}}]\n{rest}"
            ),
            |_| {},
        )
    }

    /// Opens an order over 6.
    pub(super) async fn open(self, bench: &Bench, number: &str) {
        match self {
            Self::OkPay(algorithm, _) => {
                bench.ask(SHOP_ID, algorithm, &open(number)).await.unwrap();
            }
            Self::KdPay => {
                let command = kdpay::Command::Pay {
                    order_code: number.to_owned(),
                    amount: "6".to_owned(),
                    pay_type: PayType::Bean,
                    callback_url: "http://127.0.0.1:9000/notify".to_owned(),
                };
                bench.ask_kdpay(SHOP_ID, &command).await.unwrap();
            }
        }
    }

    /// Opens and pays one.
    pub(super) async fn pay(self, bench: &Bench, number: &str) {
        self.open(bench, number).await;
        let key = Key::new(SHOP_ID, Flow::Deposit, number.into());
        cashier::pay(&bench.gateway, &key, 7).unwrap();
    }

    /// What a merchant makes of a body that knows this token.
    pub(super) fn read(self, body: &str, token: &str) -> Option<Said> {
        let token = Token::new(token).unwrap();
        match self {
            Self::OkPay(..) => {
                // As trusting as a shop can be: either algorithm, and every spelling of the legacy one.
                let accepts = Accepts {
                    hmac: true,
                    md5: Some(Md5Rule::Lenient),
                };
                let said = Callback::decode(body.as_bytes(), accepts, &token).ok()?;
                Some(Said {
                    shop: said.shop,
                    amount: said.amount,
                    coin: Some(said.coin),
                    status: said.status,
                })
            }
            Self::KdPay => {
                let said = Notify::decode(kdpay::Kind::Pay, body.as_bytes(), &token).ok()?;
                let status = match said.news {
                    kdpay::News::Pay { status, .. } => status.number(),
                    kdpay::News::Remit { .. } => panic!("{body}"),
                };
                Some(Said {
                    shop: said.user_code,
                    amount: said.amount,
                    coin: None,
                    status,
                })
            }
        }
    }

    /// Whether a careful merchant believes a body: a good sign for its own shop.
    fn believes(self, body: &str) -> bool {
        self.read(body, TOKEN).is_some_and(|said| said.shop == SHOP_ID)
    }
}

fn reasons(bench: &Bench) -> Vec<Option<String>> {
    let lines = bench.journal().into_iter().filter(|line| line.operation == "callback");
    lines.map(|line| line.reason).collect()
}

/// The forged attempt is the first; refused, it is repeated honestly.
#[tokio::test(start_paused = true)]
async fn a_forgery_is_believed_by_nobody_and_repeated_honestly() {
    for manner in Manner::all() {
        for forgery in Forgery::ALL {
            let word = forgery.word();
            let rules = format!("rules: [{{name: it, on: callback, callback: {{forge: {word}}}}}]\n");
            let bench = manner.bench(&rules);
            let merchant = Merchant::read(&bench, bench.listen(&[]), move |_, body| {
                Some(if manner.believes(body) { TAKEN } else { BROKEN })
            });
            manner.pay(&bench, "ORDER-1").await;
            sleep(Duration::from_secs(60)).await;
            let at = format!("{manner:?} {word}");
            let times: Vec<u128> = merchant.times_ms().into_iter().map(|ms| ms / 1_000).collect();
            assert_eq!(times, [0, 5], "{at}");
            let expected = [("refused".to_owned(), 1), ("acknowledged".to_owned(), 2)];
            assert_eq!(outcomes(&bench), expected, "{at}");
            assert_eq!(state(&bench), ("acknowledged".to_owned(), 2, 2), "{at}");
            let decided: Vec<String> = bench
                .journal()
                .into_iter()
                .filter(|line| line.operation == "callback")
                .map(|line| line.decision.unwrap().callback)
                .collect();
            assert_eq!(decided, [format!("forge {word}"), "deliver".to_owned()], "{at}");
            let bodies = merchant.bodies();
            let other = scenarios::strange_token(1, SHOP_ID)
                .map(|byte| format!("{byte:02x}"))
                .concat();
            let of_other = scenarios::strange_token(1, SHOP_ID + 1)
                .map(|byte| format!("{byte:02x}"))
                .concat();
            let under = |token: &str| manner.read(&bodies[0], token).map(|said| said.shop);
            match forgery {
                Forgery::WrongKey => assert_eq!(under(&other), Some(SHOP_ID), "{at}"),
                Forgery::OtherShop => assert_eq!(under(&of_other), Some(SHOP_ID + 1), "{at}"),
                // That nothing else differs is for the protocol's own tests to say, before two verifiers.
                Forgery::BitFlip | Forgery::Missing | Forgery::Respelled => {
                    assert_eq!((under(&other), under(&of_other)), (None, None), "{at}");
                }
            }
        }
    }
}

/// Who serves several shops has the other one's token, and the sign is right for that.
#[tokio::test(start_paused = true)]
async fn the_other_shop_is_the_gateways_own_where_it_has_one() {
    let shops = "name: test\nshops: [{id: 10001, token: TESTtoken123456789abcdefghijABCD, callback_url: \
                 'http://127.0.0.1:9000/notify'}, {id: 10002, token: kd, dialect: kdpay}, {id: 10003, token: other}]\n";
    let rules = "rules: [{name: it, on: callback, callback: {forge: other_shop}}]\n";
    let bench = Bench::of(&format!("{shops}{rules}"), |_| {});
    let merchant = Merchant::listen(&bench, bench.listen(&[]), |_| Some(TAKEN));
    pay(&bench, "ORDER-1").await;
    sleep(Duration::from_secs(1)).await;
    let manner = Manner::OkPay(Algorithm::Hmac, CallbackEncoding::Auto);
    let said = manner.read(&merchant.bodies()[0], "other").unwrap();
    assert_eq!((said.shop, said.status), (10_003, 1));
    let taken = reasons(&bench);
    assert_eq!(
        taken,
        [Some("forgery_acknowledged: its sign is not the shop's".to_owned())]
    );
}

/// A tampering, and from it what a good sign vouches for.
#[tokio::test(start_paused = true)]
async fn a_tampered_callback_is_signed_rightly_and_says_something_else() {
    let okpay = Manner::OkPay(Algorithm::Hmac, CallbackEncoding::Auto);
    let legacy = Manner::OkPay(Algorithm::Md5, CallbackEncoding::FormJson);
    let lie = Some("tampering_acknowledged: its amount or coin is not the order's");
    let truth =
        Some("tampering_without_effect: the callback says what is so, as KDPay names no coin or nothing differs");
    for (manner, tampering, amount, coin, reason) in [
        (okpay, "amount: \"-1\"", "5.00000000", Some(Coin::Usdt), lie),
        (okpay, "amount: \"+0.00000001\"", "6.00000001", Some(Coin::Usdt), lie),
        (okpay, "amount: \"-100\"", "0.00000001", Some(Coin::Usdt), lie),
        (okpay, "amount: \"6\"", "6.00000000", Some(Coin::Usdt), truth),
        (okpay, "coin: TRX", "6.000000", Some(Coin::Trx), lie),
        (okpay, "amount: \"60\", coin: TRX", "60.000000", Some(Coin::Trx), lie),
        (okpay, "coin: USDT", "6.00000000", Some(Coin::Usdt), truth),
        (legacy, "amount: \"-1\"", "5.00000000", Some(Coin::Usdt), lie),
        (legacy, "coin: TRX", "6.000000", Some(Coin::Trx), lie),
        (Manner::KdPay, "amount: \"-1\"", "5.00", None, lie),
        (Manner::KdPay, "amount: \"-0.001\"", "6.00", None, truth),
        (Manner::KdPay, "coin: TRX", "6.00", None, truth),
    ] {
        let rules = format!("rules: [{{name: it, on: callback, callback: {{tamper: {{{tampering}}}}}}}]\n");
        let bench = manner.bench(&rules);
        let merchant = Merchant::listen(&bench, bench.listen(&[]), |_| Some(TAKEN));
        manner.pay(&bench, "ORDER-1").await;
        sleep(Duration::from_secs(60)).await;
        let status = if manner == Manner::KdPay { 3 } else { 1 };
        let expected = Said {
            shop: SHOP_ID,
            amount: amount.to_owned(),
            coin,
            status,
        };
        let said: Vec<Said> = merchant
            .bodies()
            .iter()
            .map(|body| manner.read(body, TOKEN).unwrap())
            .collect();
        assert_eq!(said, [expected], "{manner:?} {tampering}");
        assert_eq!(reasons(&bench), [reason.map(str::to_owned)], "{manner:?} {tampering}");
    }
}

/// Who refuses it gets what is so.
#[tokio::test(start_paused = true)]
async fn a_refused_tampering_is_repeated_honestly() {
    let bench = Manner::KdPay.bench("rules: [{name: it, on: callback, callback: {tamper: {amount: \"-1\"}}}]\n");
    let merchant = Merchant::read(&bench, bench.listen(&[]), |_, body| {
        Some(if body.contains("amount=6.00") { TAKEN } else { BROKEN })
    });
    Manner::KdPay.pay(&bench, "ORDER-1").await;
    sleep(Duration::from_secs(60)).await;
    let amounts: Vec<String> = merchant
        .bodies()
        .iter()
        .map(|body| Manner::KdPay.read(body, TOKEN).unwrap().amount)
        .collect();
    assert_eq!(amounts, ["5.00", "6.00"]);
}
