//! Goose as its book shows it, to measure beside: each user posts one body to one path, again and again, and goose's own
//! options say how many users, how fast and how long. `docs/bench/load` runs it.
//!
//! `STOCK_GOOSE_PATH` and `STOCK_GOOSE_BODY` say what is posted.

use std::sync::LazyLock;

use goose::prelude::*;

static PATH: LazyLock<String> = LazyLock::new(|| told("STOCK_GOOSE_PATH"));
static BODY: LazyLock<String> = LazyLock::new(|| told("STOCK_GOOSE_BODY"));

#[tokio::main]
async fn main() -> Result<(), GooseError> {
    GooseAttack::initialize()?
        .register_scenario(scenario!("payments").register_transaction(transaction!(post)))
        .execute()
        .await?;
    Ok(())
}

async fn post(user: &mut GooseUser) -> TransactionResult {
    user.post(&PATH, BODY.as_str()).await?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "goose takes the command line for itself")]
fn told(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}
