//! An order exists once, whatever else asks for its number.

use super::*;

#[tokio::test(start_paused = true)]
async fn an_order_exists_once_whatever_else_asks_for_its_number() {
    let bench = Bench::new(HEALTHY);
    let first = bench.call(&open("ORDER-1")).await;
    assert_eq!(
        first,
        bench.call(&open("ORDER-1")).await,
        "the same content gets the same bytes"
    );
    assert!(
        first
            .body()
            .contains(r#""pay_url":"https://t.me/OkayPayBot?start=shop_deposit--"#),
        "{first:?}"
    );

    let Command::PayLink {
        amount,
        coin,
        name,
        return_url,
        callback_url,
        ..
    } = open("")
    else {
        unreachable!()
    };
    let dearer = Command::PayLink {
        amount: format!("{amount}.5"),
        coin,
        unique_id: Some("ORDER-1".into()),
        name,
        return_url,
        callback_url,
    };
    let refused = bench.call(&dearer).await;
    assert_eq!(
        refused.body(),
        r#"{"status":"warning","msg":"unique_id 已存在","code":10008}"#
    );
    assert_eq!(
        refused.header(HEADER),
        Some("exists_with_different: unique_id: exists with a different amount")
    );

    let status = bench.call(&query("ORDER-1")).await;
    assert!(
        status
            .body()
            .contains(r#""amount":"6.00000000","coin":"USDT","status":0"#),
        "{status:?}"
    );
    assert_eq!(bench.gateway.store.counts().open, 1);
}
