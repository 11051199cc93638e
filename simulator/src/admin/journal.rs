//! The journal, page by page.

use super::{
    Admin,
    answer::{Answered, json_of},
    table::Ask,
};

/// `GET /journal`
pub(super) fn page(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let after = ask.query.number("after")?.unwrap_or(0);
    Ok(json_of(&admin.gateway.journal.page(after, ask.query.limit()?)))
}
