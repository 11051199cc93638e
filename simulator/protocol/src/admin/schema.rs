//! Schemas that a derive cannot know: what texts may hold, words of closed lists, files by their first bytes. The
//! gateway accepts exactly what they allow.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{
            AdditionalProperties, AnyOfBuilder, ArrayBuilder, Object, ObjectBuilder, OneOfBuilder, SchemaFormat,
            SchemaType, Type,
        },
    },
};

use super::{second::Bucket, shop::Qualification, statement::Diagnose};

/// One line with something to read in it: no control character, not only blanks.
const PROSE: &str = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$";
/// Plain decimals from 0.000001 to 1000000, spelt without looking ahead, which not every engine can.
const SPEED: &str = r"^([1-9][0-9]{0,5}(\.[0-9]{1,6})?|1000000(\.0{1,6})?|0\.([1-9][0-9]{0,5}|0[1-9][0-9]{0,4}|00[1-9][0-9]{0,3}|000[1-9][0-9]{0,2}|0000[1-9][0-9]?|00000[1-9]))$";
/// Longest URL of a callback, in bytes.
const URL_MAX_BYTES: usize = 2_048;
/// Most base64 characters of a file of 1 MiB.
const BASE64_MAX_CHARS: usize = 1_398_104;
/// Most characters of a request that is looked at, 8 KiB whatever their bytes.
const BODY_MAX_CHARS: usize = 2_048;
/// The last group of base64: whole, or padded with its spare bits zero.
const BASE64_REST: &str = "([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$";
/// Media types of a qualification, and how such a file begins in base64.
const FILES: [(&str, &str); 3] = [
    ("application/pdf", "^JVBERi[0-3][A-Za-z0-9+/]"),
    ("image/jpeg", "^/9j/"),
    ("image/png", "^iVBORw0KGg[o-r][A-Za-z0-9+/]"),
];

/// A text for people, at most `MAX` characters.
pub(super) fn prose<const MAX: usize>() -> Object {
    text()
        .min_length(Some(1))
        .max_length(Some(MAX))
        .pattern(Some(PROSE))
        .build()
}

/// A URL that can be called back, or none.
pub(super) fn optional_url() -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .format(Some(SchemaFormat::Custom("http-url".to_owned())))
        .max_length(Some(URL_MAX_BYTES))
        .build()
}

/// A speed of [`super::ClockChange`], or none.
pub(super) fn optional_speed() -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .description(Some(
            "Calendar time for each stretch of wall time, a decimal number as text: `60` makes a minute of a second.",
        ))
        .pattern(Some(SPEED))
        .build()
}

/// The words of [`super::GoLiveStatus`].
pub(super) fn go_live() -> Object {
    text().enum_values(Some(["not_certified", "certified"])).build()
}

/// The word of [`super::Reset`].
pub(super) fn reset() -> Object {
    text().enum_values(Some(["reset"])).build()
}

/// What becomes of a part of a scenario.
pub(super) fn change() -> Object {
    text()
        .enum_values(Some(["added", "removed", "changed", "kept"]))
        .build()
}

/// What an operator did.
pub(super) fn act() -> Object {
    text()
        .enum_values(Some([
            "scenario",
            "phase",
            "timeline_held",
            "timeline_released",
            "fault_put",
            "fault_lifted",
            "fault_ended",
            "clock",
            "release",
            "reset",
        ]))
        .build()
}

impl ToSchema for Bucket {}

impl PartialSchema for Bucket {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
        ArrayBuilder::new()
            .items(number)
            .min_items(Some(2))
            .max_items(Some(2))
            .description(Some(
                "A bucket of times: the longest that belongs to it, in microseconds, at most 1 % above the shortest; and how \
                 often one occurred.",
            ))
            .into()
    }
}

impl ToSchema for Qualification {}

impl PartialSchema for Qualification {
    fn schema() -> RefOr<Schema> {
        let files = FILES
            .into_iter()
            .fold(OneOfBuilder::new(), |files, (media_type, begins)| {
                let content = text()
                    .pattern(Some(format!("{begins}{BASE64_REST}")))
                    .max_length(Some(BASE64_MAX_CHARS))
                    .content_encoding("base64");
                files.item(
                    ObjectBuilder::new()
                        .schema_type(Type::Object)
                        .property("file_name", prose::<128>())
                        .property("content_type", text().enum_values(Some([media_type])))
                        .property("content_base64", content)
                        .required("file_name")
                        .required("content_type")
                        .required("content_base64")
                        .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false))),
                )
            });
        files
            .description(Some("a PDF, JPEG or PNG of at most 1 MiB that shows who the shop is"))
            .into()
    }
}

impl ToSchema for Diagnose {}

/// A line's number or a body: with neither there is nothing to look at.
impl PartialSchema for Diagnose {
    fn schema() -> RefOr<Schema> {
        let number = || {
            ObjectBuilder::new()
                .schema_type(Type::Integer)
                .minimum(Some(0))
                .maximum(Some(u64::MAX))
        };
        let of = |required: &str| {
            ObjectBuilder::new()
                .schema_type(Type::Object)
                .property("seq", number())
                .property("shop", number())
                .property("content_type", text())
                .property("body", text().max_length(Some(BODY_MAX_CHARS)))
                .required(required)
                .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)))
        };
        AnyOfBuilder::new()
            .description(Some("a line of the journal by `seq`, or a body as it was sent"))
            .item(of("seq"))
            .item(of("body"))
            .into()
    }
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}
