//! How long nonces are remembered.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_nonce_is_remembered_for_as_long_as_its_timestamp_can_stand() {
    let nonces = Nonces::new(Duration::from_secs(600));
    let key = nonces.key(1, "nonce-1");
    assert_ne!(key, nonces.key(2, "nonce-1"), "each shop has its own");
    assert!(nonces.spend(key));
    for minute in 0..10 {
        assert!(!nonces.spend(key), "after {minute} minutes");
        tokio::time::advance(Duration::from_secs(60)).await;
        // Others keep the sets turning.
        nonces.spend(nonces.key(1, &format!("other-{minute}")));
    }
    tokio::time::advance(Duration::from_secs(1_300)).await;
    for n in 0..1_000 {
        nonces.spend(nonces.key(1, &format!("later-{n}")));
    }
    tokio::time::advance(Duration::from_secs(700)).await;
    for n in 0..1_000 {
        nonces.spend(nonces.key(1, &format!("latest-{n}")));
    }
    assert!(nonces.spend(key), "and forgotten in the end");
}
