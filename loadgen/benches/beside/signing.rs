//! What of a request's cost is the contract: writing and signing a `payLink`, and reading its signed answer, as the load
//! does for each. Prints microseconds of a processor. `docs/bench/load` runs it.

#![expect(clippy::print_stdout, reason = "it tells its number")]

use protocol::{
    Accepts, Algorithm, Operation, Token,
    dialect::okpay::{Answer, Coin, Command, Envelope, Manner, answer, request},
};
use rustix::time::{ClockId, clock_gettime};

const ROUNDS: u32 = 200_000;
const SHOP: u64 = 10_001;

fn main() {
    let token = Token::new("sandbox-token-10001").expect("it is one");
    let said = Answer::PayLink {
        order_id: "0".repeat(32),
        pay_url: "https://t.me/OkayPayBot?start=shop_deposit--00000000000000000000000000000000".to_owned(),
        unique_id: Some("L1795715290000-00000001".to_owned()),
    };
    let answer = answer::encode(&said, SHOP, &Manner::default(), Algorithm::Hmac, &token);
    let begun = cpu_us();
    for round in 0..ROUNDS {
        let body = signed(round, &token);
        let heard = answer::decode(
            Operation::PayLink,
            std::hint::black_box(&answer),
            &Manner::default(),
            Accepts::HMAC,
            &token,
        );
        assert!(heard.is_ok(), "the answer is right");
        std::hint::black_box(body);
    }
    println!("{:.2}", (cpu_us() - begun) / f64::from(ROUNDS));
}

fn signed(round: u32, token: &Token) -> String {
    let command = Command::PayLink {
        amount: "12.30".to_owned(),
        coin: Coin::Usdt,
        unique_id: Some(format!("L1795715290000-{round:08}")),
        name: None,
        return_url: None,
        callback_url: Some("http://127.0.0.1:40000/callback".to_owned()),
    };
    let envelope = Envelope {
        shop: SHOP,
        timestamp: 1_795_715_290,
        nonce: format!("0123456789abcdef{round:08x}"),
    };
    request::encode(&command, &envelope, Algorithm::Hmac, token)
}

fn cpu_us() -> f64 {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    used.tv_sec as f64 * 1e6 + used.tv_nsec as f64 / 1e3
}
