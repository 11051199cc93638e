//! Applications, approvals, tokens and what a swap leaves.

use std::time::Duration;

use protocol::admin::{Qualification as Said, ShopApplication};

use super::*;

type Change<'a> = &'a dyn Fn(&mut ShopApplication);

const TWO: &str = "name: two\nshops: [{id: 1, token: aaaaaaaa}, {id: 2, token: bbbbbbbb}]\n";
const ONE: &str = "name: one\nshops: [{id: 2, token: cccccccc}]\n";

fn scenario(text: &str) -> Scenario {
    scenarios::read("test", text).unwrap()
}

fn token(text: &str) -> Token {
    Token::new(text).unwrap()
}

fn application(change: impl FnOnce(&mut ShopApplication)) -> Result<Application, ApplicationError> {
    let mut said = ShopApplication {
        name: "Tea house".to_owned(),
        contact: "li@tea.example".to_owned(),
        callback_url: Some("http://127.0.0.1:9000/notify".to_owned()),
        qualification: Said {
            file_name: "licence.pdf".to_owned(),
            content_type: "application/pdf".to_owned(),
            content_base64: "JVBERi0xLjc=".to_owned(),
        },
    };
    change(&mut said);
    Application::read(&said)
}

#[test]
fn an_application_is_looked_at_part_by_part() {
    let kept = application(|_| {}).unwrap();
    assert_eq!(
        (
            kept.name.as_str(),
            kept.qualification.len_bytes,
            kept.qualification.kind.media_type()
        ),
        ("Tea house", 8, "application/pdf")
    );
    let large = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, vec![b'%'; 1024 * 1024 + 1]);
    let rows: [(Change<'_>, &str); 10] = [
        (&|said| said.name = "  ".to_owned(), "`name` must have 1 to 64"),
        (&|said| said.name = "n".repeat(65), "`name` must have 1 to 64"),
        (
            &|said| said.contact = "a\u{7}b".to_owned(),
            "`contact` must have 1 to 128",
        ),
        (
            &|said| said.callback_url = Some("ftp://a/b".to_owned()),
            "`callback_url` is no http",
        ),
        (
            &|said| said.qualification.file_name.clear(),
            "`qualification.file_name` must have",
        ),
        (
            &|said| said.qualification.content_type = "text/html".to_owned(),
            "neither application/pdf",
        ),
        (
            &|said| said.qualification.content_base64 = "%%%".to_owned(),
            "is not base64",
        ),
        (
            &|said| said.qualification.content_base64.clear(),
            "the qualification is empty",
        ),
        (
            &|said| said.qualification.content_base64.clone_from(&large),
            "has 1048577 bytes, more than 1048576",
        ),
        (
            &|said| said.qualification.content_type = "image/png".to_owned(),
            "not the image/png it is said to be",
        ),
    ];
    for (change, expected) in rows {
        let error = application(change).unwrap_err().to_string();
        assert!(error.contains(expected), "{error} against {expected}");
    }
}

#[test]
fn an_applicant_is_reviewed_approved_suspended_and_resumed() {
    let shops = Shops::new(&scenario(TWO), Manner::default());
    let shop = shops.apply(application(|_| {}).unwrap()).unwrap();
    assert_eq!(
        (shop.id, shop.standing.word(), shop.keys.is_none()),
        (20_001, "under_review", true)
    );
    let suspend = || Act::Suspend {
        reason: "complaints".to_owned(),
    };
    assert_eq!(
        shops
            .act(shop.id, suspend(), token("unused-token"))
            .unwrap_err()
            .to_string(),
        "a shop that is under_review cannot be suspended"
    );
    let approved = shops.act(shop.id, Act::Approve, token("first-token")).unwrap();
    assert!(approved.keys.is_some());
    let suspended = shops.act(shop.id, suspend(), token("unused-token")).unwrap();
    assert_eq!(suspended.standing.reason(), Some("complaints"));
    assert!(suspended.keys.is_some(), "a suspended shop keeps its token");
    let resumed = shops.act(shop.id, Act::Resume, token("unused-token")).unwrap();
    assert_eq!(resumed.standing, Standing::Approved);
    assert_eq!(
        shops.act(7, Act::Approve, token("first-token")).unwrap_err(),
        ShopError::Unknown(7)
    );
    assert_eq!(shops.apply(application(|_| {}).unwrap()).unwrap().id, 20_002);
}

#[test]
fn a_rotated_token_is_good_until_its_overlap_ends() {
    let keys = Keys::new(token("old-token"));
    let at = Duration::from_secs;
    assert!(keys.previous(at(0)).is_none());
    let rotated = keys.rotated(token("new-token"), at(100));
    assert!(rotated.previous(at(99)).is_some());
    assert_eq!(rotated.overlaps_until(at(99)), Some(at(100)));
    assert!(rotated.previous(at(100)).is_none());
}

#[test]
fn a_swap_takes_the_files_shops_and_leaves_applicants() {
    let shops = Shops::new(&scenario(TWO), Manner::default());
    let applicant = shops.apply(application(|_| {}).unwrap()).unwrap().id;
    shops.follow(&scenario(ONE));
    assert_eq!(shops.all().keys().copied().collect::<Vec<_>>(), [2, applicant]);
    let named = format!("name: theirs\nshops: [{{id: {applicant}, token: dddddddd}}]\n");
    shops.follow(&scenario(&named));
    let kept = shops.find(applicant).unwrap();
    assert!(
        kept.application.is_some(),
        "a file does not take an applicant's number away"
    );
}
