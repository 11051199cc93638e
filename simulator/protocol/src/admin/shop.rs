//! Shops, as the admin interface speaks of them. A token is said once, in the answer that issues it, and never again.

use serde::{Deserialize, Serialize};

/// `POST /shops`: a shop applies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ShopApplication {
    /// What payers read, 1 to 64 characters.
    #[cfg_attr(feature = "openapi", schema(schema_with = super::schema::prose::<64>))]
    pub name: String,
    /// Who answers for it, 1 to 128 characters.
    #[cfg_attr(feature = "openapi", schema(schema_with = super::schema::prose::<128>))]
    pub contact: String,
    /// Where its callbacks go unless an order says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(schema_with = super::schema::optional_url))]
    pub callback_url: Option<String>,
    /// A file that shows who the shop is.
    pub qualification: Qualification,
}

/// A file handed in: a PDF, JPEG or PNG of at most 1 MiB.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Qualification {
    /// Its name, 1 to 128 characters.
    pub file_name: String,
    /// `application/pdf`, `image/jpeg` or `image/png`.
    pub content_type: String,
    /// Its bytes in base64.
    pub content_base64: String,
}

/// `GET /shops`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShopList {
    /// [`super::FORMAT`].
    pub format: u32,
    /// Every shop, by number.
    pub shops: Vec<ShopView>,
}

/// A shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShopView {
    /// The number it signs with.
    pub id: u64,
    /// What payers read.
    pub name: String,
    /// `under_review`, `approved`, `rejected` or `suspended`.
    pub standing: String,
    /// Why it is rejected or suspended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// `not_certified` or `certified`.
    pub go_live: String,
    /// Where its callbacks go unless an order says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
    /// Until when the token before the last rotation is good, milliseconds since the Unix epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_token_until_ms: Option<u64>,
    /// The application it came by; absent for a shop of the scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<ApplicationView>,
}

/// What is kept of an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApplicationView {
    /// Who answers for the shop.
    pub contact: String,
    /// The qualification's name.
    pub file_name: String,
    /// Its media type.
    pub content_type: String,
    /// Its size.
    pub len_bytes: u64,
}

/// `POST /shops/{id}/approve` and `POST /shops/{id}/token`: a token was issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenIssued {
    /// [`super::FORMAT`].
    pub format: u32,
    /// The shop.
    pub shop: ShopView,
    /// Its token, said here once.
    pub token: String,
}

/// `POST /shops/{id}/reject` and `POST /shops/{id}/suspend`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// What the shop is told, 1 to 256 characters.
    #[cfg_attr(feature = "openapi", schema(schema_with = super::schema::prose::<256>))]
    pub reason: String,
}

/// `POST /shops/{id}/token`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// How long the old token stays good, in milliseconds, at most 7 days; 0 ends it at once.
    #[cfg_attr(feature = "openapi", schema(maximum = 604_800_000))]
    #[serde(deserialize_with = "super::whole::read")]
    pub overlap_ms: u64,
}

/// `PUT /shops/{id}/go-live`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GoLiveStatus {
    /// `not_certified` or `certified`.
    #[cfg_attr(feature = "openapi", schema(schema_with = super::schema::go_live))]
    pub go_live: String,
}
