//! Shops: their applications, standing and tokens.

use std::sync::Arc;

use hyper::StatusCode;
use protocol::{
    Token,
    admin::{
        ApplicationView, FORMAT, GoLiveStatus, Reason, Rotation, ShopApplication, ShopList, ShopView, TokenIssued,
    },
};
use rand::{TryRng, rngs::SysRng};

use super::{
    Admin,
    answer::{AdminError, Answered, json_of, read, whole},
    route::Ask,
};
use crate::{
    clock::whole_ms,
    shop::{Act, Application, GoLive, Shop, ShopError},
};

/// Longest overlap of two tokens: a week.
const OVERLAP_MAX_MS: u64 = 7 * 24 * 3_600 * 1_000;
/// Longest reason, in characters.
const REASON_MAX_CHARS: usize = 256;

/// `GET /shops`
pub(super) fn list(admin: &Admin, _ask: &Ask<'_>) -> Answered {
    let shops = admin.gateway.shops.all();
    let shops = shops.values().map(|shop| view(admin, shop)).collect();
    Ok(json_of(&ShopList { format: FORMAT, shops }))
}

/// `GET /shops/{id}`
pub(super) fn one(admin: &Admin, ask: &Ask<'_>) -> Answered {
    Ok(json_of(&view(admin, &*find(admin, ask)?)))
}

/// The shop that a path names.
pub(super) fn find(admin: &Admin, ask: &Ask<'_>) -> Result<Arc<Shop>, AdminError> {
    let id = id(ask)?;
    let shop = admin.gateway.shops.find(id);
    shop.ok_or_else(|| refused(&ShopError::Unknown(id)))
}

/// `POST /shops`
pub(super) fn apply(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let said: ShopApplication = read(
        ask,
        r#"{"name":"…","contact":"…","qualification":{"file_name":"…","content_type":"application/pdf","content_base64":"…"}}"#,
    )?;
    let application = Application::read(&said).map_err(|error| {
        AdminError::bad(
            "application",
            error.to_string(),
            "mend it and apply again: nothing was kept",
        )
    })?;
    let shop = admin
        .gateway
        .shops
        .apply(application)
        .map_err(|error| refused(&error))?;
    let mut response = json_of(&view(admin, &shop));
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

/// `POST /shops/{id}/approve`
pub(super) fn approve(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let (text, token) = fresh_token()?;
    let shop = admin
        .gateway
        .shops
        .act(id(ask)?, Act::Approve, token)
        .map_err(|error| refused(&error))?;
    Ok(json_of(&TokenIssued {
        format: FORMAT,
        shop: view(admin, &shop),
        token: text,
    }))
}

/// `POST /shops/{id}/reject`
pub(super) fn reject(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let reason = reason(ask)?;
    act(admin, ask, Act::Reject { reason })
}

/// `POST /shops/{id}/suspend`
pub(super) fn suspend(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let reason = reason(ask)?;
    act(admin, ask, Act::Suspend { reason })
}

/// `POST /shops/{id}/resume`
pub(super) fn resume(admin: &Admin, ask: &Ask<'_>) -> Answered {
    act(admin, ask, Act::Resume)
}

/// `POST /shops/{id}/token`
pub(super) fn rotate(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let Rotation { overlap_ms } = read(ask, r#"{"overlap_ms":3600000}"#)?;
    if overlap_ms > OVERLAP_MAX_MS {
        let message = format!("`overlap_ms` is {overlap_ms}, more than {OVERLAP_MAX_MS}");
        return Err(AdminError::bad("overlap_ms", message, "an overlap is at most a week"));
    }
    let (text, fresh) = fresh_token()?;
    let until = admin.gateway.clock.wall() + std::time::Duration::from_millis(overlap_ms);
    let rotated = admin.gateway.shops.change_one(id(ask)?, |shop| {
        let keys = shop.keys.as_ref().ok_or_else(|| {
            ShopError::Standing(crate::shop::StandingError {
                standing: shop.standing.word(),
                act: "given a new token",
            })
        })?;
        Ok(Shop {
            keys: Some(keys.rotated(fresh, until)),
            ..shop.clone()
        })
    });
    let shop = rotated.map_err(|error| refused(&error))?;
    Ok(json_of(&TokenIssued {
        format: FORMAT,
        shop: view(admin, &shop),
        token: text,
    }))
}

/// `PUT /shops/{id}/go-live`
pub(super) fn go_live(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let said: GoLiveStatus = read(ask, r#"{"go_live":"certified"}"#)?;
    let go_live = GoLive::ALL.into_iter().find(|status| status.word() == said.go_live);
    let go_live = go_live.ok_or_else(|| {
        AdminError::bad(
            "go_live",
            "`go_live` is none of its words",
            "write `not_certified` or `certified`",
        )
    })?;
    let changed = admin.gateway.shops.change_one(id(ask)?, |shop| {
        Ok(Shop {
            go_live,
            ..shop.clone()
        })
    });
    let shop = changed.map_err(|error| refused(&error))?;
    Ok(json_of(&view(admin, &shop)))
}

fn act(admin: &Admin, ask: &Ask<'_>, act: Act) -> Answered {
    let (_, unused) = fresh_token()?;
    let shop = admin
        .gateway
        .shops
        .act(id(ask)?, act, unused)
        .map_err(|error| refused(&error))?;
    Ok(json_of(&view(admin, &shop)))
}

fn id(ask: &Ask<'_>) -> Result<u64, AdminError> {
    whole(&ask.parameter).ok_or_else(|| {
        AdminError::new(
            StatusCode::NOT_FOUND,
            "shop_unknown",
            format!("`{}` is no shop's number", ask.parameter),
            "`GET /shops` lists the shops",
        )
    })
}

fn reason(ask: &Ask<'_>) -> Result<String, AdminError> {
    let Reason { reason } = read(ask, r#"{"reason":"the licence has expired"}"#)?;
    let blank = reason.trim().is_empty();
    if blank || reason.chars().count() > REASON_MAX_CHARS || reason.chars().any(char::is_control) {
        let message =
            format!("`reason` must have 1 to {REASON_MAX_CHARS} characters, none of them a control character");
        return Err(AdminError::bad("reason", message, "say what the shop is told"));
    }
    Ok(reason.trim().to_owned())
}

fn refused(error: &ShopError) -> AdminError {
    let (status, code, help) = match error {
        ShopError::Unknown(_) => (StatusCode::NOT_FOUND, "shop_unknown", "`GET /shops` lists the shops"),
        ShopError::Standing(_) => (StatusCode::CONFLICT, "standing", "`GET /shops/{id}` shows its standing"),
        ShopError::Full => (
            StatusCode::CONFLICT,
            "shops_full",
            "`POST /reset` forgets applicants too",
        ),
    };
    AdminError::new(status, code, error.to_string(), help)
}

fn view(admin: &Admin, shop: &Shop) -> ShopView {
    let wall = admin.gateway.clock.wall();
    let until = shop.keys.as_ref().and_then(|keys| keys.overlaps_until(wall));
    ShopView {
        id: shop.id,
        name: shop.name.clone(),
        standing: shop.standing.word().to_owned(),
        reason: shop.standing.reason().map(str::to_owned),
        go_live: shop.go_live.word().to_owned(),
        callback_url: shop.callback_url.clone(),
        previous_token_until_ms: until.map(whole_ms),
        application: shop.application.as_ref().map(|application| ApplicationView {
            contact: application.contact.clone(),
            file_name: application.qualification.file_name.clone(),
            content_type: application.qualification.kind.media_type().to_owned(),
            len_bytes: application.qualification.len_bytes as u64,
        }),
    }
}

/// A token nobody can guess, 128 bits from the system, and its text to be said once.
fn fresh_token() -> Result<(String, Token), AdminError> {
    let mut bytes = [0; 16];
    SysRng.try_fill_bytes(&mut bytes).map_err(|_| AdminError::ours())?;
    let text = format!("{:032x}", u128::from_be_bytes(bytes));
    let token = Token::new(&text).map_err(|_| AdminError::ours())?;
    Ok((text, token))
}
