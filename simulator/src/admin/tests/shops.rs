//! Shops: applying, approval, and refusals about them.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_shop_applies_is_approved_and_calls_with_its_own_token() {
    let desk = Desk::new(TWO);
    let papers = r#"{"name":"Tea house","contact":"li@tea.example","qualification":{"file_name":"licence.pdf",
        "content_type":"application/pdf","content_base64":"JVBERi0xLjc="}}"#;
    let (status, shop) = desk.ask(Method::POST, "/shops", papers).await;
    assert_eq!(
        (status.as_u16(), &shop["standing"]),
        (201, &Value::from("under_review"))
    );
    let path = format!("/shops/{}", shop["id"]);
    let (status, issued) = desk.ask(Method::POST, &format!("{path}/approve"), "").await;
    assert_eq!(
        (status.as_u16(), &issued["shop"]["standing"]),
        (200, &Value::from("approved"))
    );
    let first = issued["token"].as_str().unwrap().to_owned();
    assert_eq!(first.len(), 32);
    let id = shop["id"].as_u64().unwrap();
    assert_eq!(desk.call_as(id, &first, "nonce-one").await, None);

    let (_, rotated) = desk
        .ask(Method::POST, &format!("{path}/token"), r#"{"overlap_ms":60000}"#)
        .await;
    let second = rotated["token"].as_str().unwrap().to_owned();
    assert_ne!(first, second);
    assert_eq!(
        desk.call_as(id, &first, "nonce-two").await,
        None,
        "both are good in the overlap"
    );
    assert_eq!(desk.call_as(id, &second, "nonce-three").await, None);
    tokio::time::advance(std::time::Duration::from_secs(60)).await;
    let wrong = Some("auth_failed: sign does not match the fields".to_owned());
    assert_eq!(desk.call_as(id, &first, "nonce-four").await, wrong);

    let (_, shown) = desk.ask(Method::GET, "/shops", "").await;
    assert!(!shown.to_string().contains(&second), "a token is said once");
    let (status, _) = desk
        .ask(Method::POST, &format!("{path}/suspend"), r#"{"reason":"complaints"}"#)
        .await;
    assert_eq!(status, 200);
    let reason = desk.call_as(id, &second, "nonce-five").await.unwrap();
    assert!(reason.starts_with("unauthorized"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn refusals_about_shops_name_the_thing() {
    let desk = Desk::new(TWO);
    let rows = [
        (Method::GET, "/shops/7", "", 404, "shop_unknown"),
        (Method::GET, "/shops/x", "", 404, "shop_unknown"),
        (Method::POST, "/shops", "{}", 400, "body"),
        (Method::POST, "/shops/10001/approve", "", 409, "standing"),
        (Method::POST, "/shops/10001/reject", r#"{"reason":""}"#, 400, "reason"),
        (Method::POST, "/shops/10001/token", r#"{"overlap_ms":-1}"#, 400, "body"),
        (Method::POST, "/shops/10001/token", r#"{"overlap_ms":0.5}"#, 400, "body"),
        (
            Method::POST,
            "/shops/7/token",
            r#"{"overlap_ms":1000.0}"#,
            404,
            "shop_unknown",
        ),
        (
            Method::POST,
            "/shops/10001/token",
            r#"{"overlap_ms":604800001}"#,
            400,
            "overlap_ms",
        ),
        (
            Method::PUT,
            "/shops/10001/go-live",
            r#"{"go_live":"soon"}"#,
            400,
            "go_live",
        ),
    ];
    for (method, path, body, status, word) in rows {
        let (seen, answer) = desk.ask(method, path, body).await;
        assert_eq!(
            (seen.as_u16(), answer["error"].as_str()),
            (status, Some(word)),
            "{path}: {answer}"
        );
    }
    let (status, shop) = desk
        .ask(Method::PUT, "/shops/10001/go-live", r#"{"go_live":"certified"}"#)
        .await;
    assert_eq!((status.as_u16(), &shop["go_live"]), (200, &Value::from("certified")));
}
