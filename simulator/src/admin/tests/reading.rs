//! What readers see of the past: stories and events.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_story_has_both_sides_bytes_and_no_token() {
    let desk = Desk::new(TWO);
    let mut listener = desk.bench.listen(&[]);
    desk.bench.tasks.spawn(async move {
        let mut stream = listener.recv().await.unwrap();
        let mut request = vec![0; 4_096];
        loop {
            if tokio::io::AsyncReadExt::read(&mut stream, &mut request)
                .await
                .unwrap_or(0)
                == 0
            {
                return;
            }
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"status\":\"success\"}";
            tokio::io::AsyncWriteExt::write_all(&mut stream, answer).await.unwrap();
        }
    });
    // A client that appends its token to the body by mistake.
    let body = format!("{}&extra={TOKEN}", desk.bench.body(&open("ORDER-0")));
    desk.bench.connect().post("/shop/payLink", &body).await;
    desk.bench.call(&open("ORDER-1")).await;
    let page: OrderPage = desk.get("/orders").await;
    let id = page.orders[0].order_id.clone();
    let (status, _) = desk.ask(Method::POST, &format!("/callbacks/{id}/replay"), "").await;
    assert_eq!(status, 409, "nothing is owed yet");
    desk.ask(Method::POST, &format!("/orders/{id}/pay"), "").await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let (status, replayed) = desk.ask(Method::POST, &format!("/callbacks/{id}/replay"), "").await;
    assert_eq!((status.as_u16(), &replayed["attempt"]), (200, &Value::from(2)));
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;

    let story: Story = desk.get(&format!("/orders/{id}/story")).await;
    let told: Vec<(&str, &str)> = story
        .lines
        .iter()
        .map(|told| (told.line.operation.as_str(), told.line.outcome.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("payLink", "answered"),
            ("callback", "acknowledged"),
            ("callback", "acknowledged")
        ]
    );
    for told in &story.lines {
        let (request, answer) = (told.request.as_ref().unwrap(), told.answer.as_ref().unwrap());
        assert!(
            request.text.contains("ORDER-1") && answer.text.contains("success"),
            "{told:?}"
        );
    }
    assert_eq!(
        story.lines[1].request, story.lines[2].request,
        "a replay has the same bytes"
    );

    let (_, first) = desk.ask(Method::GET, "/journal/1", "").await;
    let text = first["request"]["text"].as_str().unwrap();
    assert!(text.ends_with("&extra=•••"), "{text}");
    let (status, missing) = desk.ask(Method::GET, "/journal/99", "").await;
    assert_eq!(
        (status.as_u16(), &missing["error"]),
        (404, &Value::from("line_unknown"))
    );
    let newest: JournalPage = desk.get("/journal?last=2").await;
    assert_eq!(newest.lines.iter().map(|line| line.seq).collect::<Vec<_>>(), [3, 4]);
}

#[tokio::test(start_paused = true)]
async fn events_follow_the_journal_from_where_a_reader_left_off() {
    let desk = Desk::new(TWO);
    desk.bench.call(&open("ORDER-0")).await;
    desk.bench.call(&open("ORDER-1")).await;
    for (path, first) in [
        ("/events?after=0", "id: 1\n"),
        ("/events?after=1", "id: 2\n"),
        ("/events", "id: 3\n"),
    ] {
        let (head, ()) = Request::builder().uri(path).body(()).unwrap().into_parts();
        let mut events = table::answer(&desk.admin, &head, &Bytes::new()).unwrap().into_body();
        if path == "/events" {
            desk.bench.call(&open("ORDER-2")).await;
        }
        let piece = events.frame().await.unwrap().unwrap().into_data().unwrap();
        let text = String::from_utf8(piece.to_vec()).unwrap();
        assert!(text.starts_with(first) && text.ends_with("\n\n"), "{path}: {text}");
    }
}
