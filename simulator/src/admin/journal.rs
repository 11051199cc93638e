//! The journal: page by page, a line with its bytes, an order's whole story.

use hyper::StatusCode;
use ledger::OrderId;
use protocol::admin::{Exhibit, FORMAT, Story, StoryLine};

use super::{
    Admin,
    answer::{AdminError, Answered, json_of, whole},
    orders,
    route::Ask,
};
use crate::{
    cashier,
    journal::{self, Exhibits},
};

/// Lines of a story, at most: the newest.
const STORY_MAX: usize = 1_000;

/// `GET /journal`
pub(super) fn page(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let journal = &admin.gateway.journal;
    let page = match ask.query.number("last") {
        Some(count) => journal.page(journal.counts().written.saturating_sub(count), ask.query.limit()),
        None => journal.page(ask.query.number("after").unwrap_or(0), ask.query.limit()),
    };
    Ok(json_of(&page))
}

/// `GET /journal/{seq}`
pub(super) fn line(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let found = whole(&ask.parameter).and_then(|seq| admin.gateway.journal.line(seq));
    let (line, exhibits) = found.ok_or_else(|| {
        AdminError::new(
            StatusCode::NOT_FOUND,
            "line_unknown",
            format!("the journal holds no line `{}`", ask.parameter),
            "`GET /journal?last=100` shows the newest; older ones are only in the journal's file",
        )
    })?;
    Ok(json_of(&story_line(admin, line, exhibits)))
}

/// `GET /orders/{id}/story`
pub(super) fn story(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let id = OrderId::parse(&ask.parameter).ok();
    let order = id.and_then(|id| orders::visible(admin, id));
    let (Some(id), Some(order)) = (id, order) else {
        return Err(AdminError::no_order(&ask.parameter));
    };
    let found = admin.gateway.journal.about(id, STORY_MAX);
    let lines = found
        .into_iter()
        .map(|(line, exhibits)| story_line(admin, line, exhibits));
    Ok(json_of(&Story {
        format: FORMAT,
        lines: lines.collect(),
        cashier: cashier::note(&admin.gateway, id),
        order,
    }))
}

fn story_line(admin: &Admin, line: protocol::admin::JournalLine, exhibits: Exhibits) -> StoryLine {
    StoryLine {
        line,
        request: exhibits.request.map(|exhibit| shown(admin, &exhibit)),
        answer: exhibits.answer.map(|exhibit| shown(admin, &exhibit)),
    }
}

/// A body as people may see it: a client that sends its token by mistake does not find it here again.
fn shown(admin: &Admin, exhibit: &journal::Exhibit) -> Exhibit {
    let text = String::from_utf8_lossy(&exhibit.body);
    Exhibit {
        content_type: exhibit.content_type.as_deref().map(str::to_owned),
        len_bytes: exhibit.body.len() as u64,
        text: admin.gateway.shops.masked(&text).into_owned(),
    }
}
