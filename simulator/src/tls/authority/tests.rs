//! The CA in its folder: made once, kept, shared between starts, refused with a remedy.

use std::sync::{
    Barrier,
    atomic::{AtomicU32, Ordering},
};

use super::*;

/// Any moment will do: certificates are made and judged by the same clock.
const NOW: Duration = Duration::from_secs(1_782_680_000);

/// A folder that is not there yet, taken away at the end.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        Self(std::env::temp_dir().join(format!("paydrill-ca-{}-{number}", std::process::id())))
    }

    fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.0.join(name)).unwrap().permissions().mode() & 0o7777
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.join(name)).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(&self.0)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _not_there = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn it_is_made_once_and_only_its_owner_reads_the_key() {
    let place = Place::new();
    Authority::in_folder(&place.0, NOW).unwrap();
    assert_eq!(place.names(), [KEY, CERTIFICATE]);
    assert_eq!(
        (place.mode(""), place.mode(KEY), place.mode(CERTIFICATE)),
        (0o700, 0o600, 0o644)
    );
    let made = (place.read(KEY), place.read(CERTIFICATE));
    Authority::in_folder(&place.0, NOW + DAY).unwrap();
    assert_eq!((place.read(KEY), place.read(CERTIFICATE)), made);
}

/// Many first starts at once, as when a test suite starts many gateways: one CA, nothing left lying about.
#[test]
fn first_starts_at_once_share_one() {
    const STARTS: usize = 16;
    let place = Place::new();
    let barrier = Barrier::new(STARTS);
    let keys: Vec<Vec<u8>> = std::thread::scope(|scope| {
        let start = || {
            barrier.wait();
            let authority = Authority::in_folder(&place.0, NOW).unwrap();
            authority.issuer.key().public_key_raw().to_vec()
        };
        let started: Vec<_> = (0..STARTS).map(|_| scope.spawn(start)).collect();
        started.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert!(keys.iter().all(|key| *key == keys[0]));
    assert_eq!(place.names(), [KEY, CERTIFICATE]);
}

#[test]
fn a_crash_between_key_and_certificate_is_mended() {
    let place = Place::new();
    Authority::in_folder(&place.0, NOW).unwrap();
    let key = place.read(KEY);
    fs::remove_file(place.0.join(CERTIFICATE)).unwrap();
    Authority::in_folder(&place.0, NOW).unwrap();
    assert_eq!(place.read(KEY), key);
}

/// What somebody did to the folder, when it is read again, and the words of the refusal.
#[test]
fn what_cannot_be_used_is_refused_with_a_remedy() {
    type Deed = fn(&Path);
    let elsewhere = Place::new();
    Authority::in_folder(&elsewhere.0, NOW).unwrap();
    let anew = "remove ca.pem and ca.key";
    let rows: [(&str, Deed, Duration, &[&str]); 9] = [
        (
            "exposed",
            |folder| fs::set_permissions(folder.join(KEY), fs::Permissions::from_mode(0o640)).unwrap(),
            NOW,
            &["ca.key", "mode 0640", "chmod 600"],
        ),
        (
            "no key",
            |folder| fs::remove_file(folder.join(KEY)).unwrap(),
            NOW,
            &["ca.pem has no key", anew],
        ),
        (
            "an empty key",
            |folder| fs::write(folder.join(KEY), "").unwrap(),
            NOW,
            &["ca.key is not", anew],
        ),
        (
            "bytes for a key",
            |folder| fs::write(folder.join(KEY), [0xff, 0xfe]).unwrap(),
            NOW,
            &["ca.key is not", anew],
        ),
        (
            "an empty certificate",
            |folder| fs::write(folder.join(CERTIFICATE), "").unwrap(),
            NOW,
            &["ca.pem is not", anew],
        ),
        (
            "PEM of nonsense",
            |folder| {
                let text = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
                fs::write(folder.join(CERTIFICATE), text).unwrap();
            },
            NOW,
            &["ca.pem is not", anew],
        ),
        (
            "somebody else's key",
            |folder| fs::write(folder.join(KEY), KeyPair::generate().unwrap().serialize_pem()).unwrap(),
            NOW,
            &["ca.pem is not", "does not belong", anew],
        ),
        (
            "expired",
            |_| {},
            NOW + AUTHORITY_LASTS + DAY,
            &["ca.pem is valid from", "2036", "not now", anew],
        ),
        (
            "not yet valid",
            |_| {},
            NOW - DAY * 2,
            &["ca.pem is valid from", "2026", "not now", anew],
        ),
    ];
    for (what, deed, now, words) in rows {
        let place = Place::new();
        Authority::in_folder(&place.0, NOW).unwrap();
        deed(&place.0);
        let error = Authority::in_folder(&place.0, now).unwrap_err().to_string();
        assert!(error.contains(&*place.0.to_string_lossy()), "{what}: {error}");
        for word in words {
            assert!(error.contains(word), "{what}: {word}: {error}");
        }
    }
}

#[test]
fn a_folder_that_cannot_be_had_is_named() {
    let place = Place::new();
    Authority::in_folder(&place.0, NOW).unwrap();
    let beneath_a_file = place.0.join(CERTIFICATE).join("folder");
    let error = Authority::in_folder(&beneath_a_file, NOW).unwrap_err();
    assert!(matches!(&error, AuthorityError::Unavailable { .. }), "{error}");
    assert!(
        error.to_string().contains(&*beneath_a_file.to_string_lossy()),
        "{error}"
    );
    assert!(error.to_string().contains("`tls_folder`"), "{error}");
}

/// A certificate never outlives what signed it, and begins yesterday for clients whose clock is late.
#[test]
fn certificates_last_for_a_while() {
    let authority = Authority::in_memory(NOW).unwrap();
    let rows = [(NOW, LEAF_LASTS), (NOW + AUTHORITY_LASTS - DAY * 10, DAY * 10)];
    for (now, lasts) in rows {
        let (certificate, _) = authority.issue(&["localhost".to_owned()], now).unwrap();
        let (_, parsed) = parse_x509_certificate(&certificate).unwrap();
        let validity = parsed.validity();
        assert_eq!(validity.not_before.to_datetime(), moment(now - DAY));
        assert_eq!(validity.not_after.to_datetime(), moment(now + lasts));
    }
}
