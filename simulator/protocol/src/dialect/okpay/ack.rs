//! What counts as a merchant's acknowledgement of a callback (okpay.md section 5).

use super::envelope::SUCCESS;

/// What a merchant answers to a callback it took.
pub const ACK_BODY: &str = r#"{"status":"success"}"#;

/// When the gateway takes a callback for delivered (okpay.md section 5, setting `ack`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ack {
    /// `strict`: 2xx and JSON whose `status` is `success`.
    Strict,
    /// `lenient`: 2xx and the word `success` anywhere in the body, so also in `{"success":false}`.
    #[default]
    Lenient,
    /// `http`: any 2xx.
    Http,
}

impl Ack {
    /// Every rule.
    pub const ALL: [Self; 3] = [Self::Strict, Self::Lenient, Self::Http];

    /// The word in configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Lenient => "lenient",
            Self::Http => "http",
        }
    }

    /// Whether this answer acknowledges. The caller bounds the body.
    pub fn accepts(self, status: u16, body: &[u8]) -> bool {
        let taken = (200..300).contains(&status);
        taken
            && match self {
                Self::Strict => status_of(body).as_deref() == Some(SUCCESS),
                Self::Lenient => body.windows(SUCCESS.len()).any(|window| window == SUCCESS.as_bytes()),
                Self::Http => true,
            }
    }
}

/// A derived struct would also read `["success"]`, so the value is looked at as what it is.
fn status_of(body: &[u8]) -> Option<String> {
    let said: serde_json::Value = serde_json::from_slice(body).ok()?;
    Some(said.as_object()?.get("status")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::{collection, prelude::*};

    use super::*;

    #[test]
    fn acknowledgements() {
        for (status, body, strict, lenient, http) in [
            (200, ACK_BODY, true, true, true),
            (204, "", false, false, true),
            (201, " {\"status\" : \"success\", \"x\": [1]}\n", true, true, true),
            (200, r#"{"status":"\u0073uccess"}"#, true, false, true),
            (200, "success", false, true, true),
            (200, r#"{"success":true}"#, false, true, true),
            (200, r#"{"success":false}"#, false, true, true),
            (200, "SUCCESS", false, false, true),
            (200, r#"{"status":"fail"}"#, false, false, true),
            (200, r#"{"status":"error"}"#, false, false, true),
            (200, r#"{"status":true}"#, false, false, true),
            (200, r#"{"status":"success"}}"#, false, true, true),
            (200, r#"["success"]"#, false, true, true),
            (200, "", false, false, true),
            (299, "success", false, true, true),
            (199, ACK_BODY, false, false, false),
            (300, ACK_BODY, false, false, false),
            (302, ACK_BODY, false, false, false),
            (400, ACK_BODY, false, false, false),
            (500, ACK_BODY, false, false, false),
            (0, ACK_BODY, false, false, false),
        ] {
            let accepted = [Ack::Strict, Ack::Lenient, Ack::Http].map(|ack| ack.accepts(status, body.as_bytes()));
            assert_eq!(accepted, [strict, lenient, http], "{status} {body}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn a_peers_bytes_never_panic_us(bytes in collection::vec(any::<u8>(), 0..300), status: u16) {
            for ack in Ack::ALL {
                prop_assert!(!ack.accepts(status, &bytes) || (200..300).contains(&status));
            }
        }
    }
}
