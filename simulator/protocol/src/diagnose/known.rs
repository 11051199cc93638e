//! The table of known mistakes, likelier ones first: where two would make the same sign, the first is named.

use super::{
    Mistake, body, charset,
    client::{Case, Trial},
    field, key, nested, text,
};
use crate::canonical::shown;

/// A mistake and how the sign it makes is tried.
pub(super) struct Known {
    pub(super) code: &'static str,
    /// `{field}` stands for the field it was made with.
    what: &'static str,
    remedy: &'static str,
    pub(super) tries: fn(&Case<'_>, &mut Trial<'_>),
}

impl Known {
    pub(super) fn mistake(&self, field: Option<&str>) -> Mistake {
        let field = field.map(shown).unwrap_or_default();
        Mistake {
            code: self.code,
            what: self.what.replace("{field}", &field),
            remedy: self.remedy,
        }
    }
}

/// Mistakes of a client that uses the right hash.
pub(super) const SAME_HASH: &[Known] = &[
    Known {
        code: "previous_token",
        what: "The sign was made with the previous token.",
        remedy: "use the token issued last",
        tries: key::previous_token,
    },
    Known {
        code: "token_not_decoded",
        what: "The token was appended without URL-decoding it.",
        remedy: "URL-decode the whole string, the token included, before hashing",
        tries: key::token_not_decoded,
    },
    Known {
        code: "unsorted",
        what: "The fields were signed in the order they were sent.",
        remedy: "sort the fields by the bytes of their names before joining them",
        tries: field::unsorted,
    },
    Known {
        code: "sorted_without_case",
        what: "The fields were sorted without regard to case.",
        remedy: "sort by bytes: all upper-case letters come before the lower-case ones",
        tries: field::sorted_without_case,
    },
    Known {
        code: "empty_kept",
        what: "Empty values were signed.",
        remedy: "drop fields whose value is null or empty before signing",
        tries: field::empty_kept,
    },
    Known {
        code: "zero_kept",
        what: "Values of 0 were signed.",
        remedy: "drop top-level fields whose value is 0 or false, as PHP does",
        tries: field::zero_kept,
    },
    Known {
        code: "false_dropped",
        what: "Values of false were left out.",
        remedy: "sign false as a value: only null and empty values are dropped",
        tries: field::false_dropped,
    },
    Known {
        code: "zero_dropped",
        what: "Values of 0 were left out.",
        remedy: "sign 0 as a value: only null and empty values are dropped",
        tries: field::zero_dropped,
    },
    Known {
        code: "empty_dropped",
        what: "Empty values inside an object were left out.",
        remedy: "drop empty values at the top level only",
        tries: field::empty_dropped,
    },
    Known {
        code: "boolean_reformatted",
        what: "Booleans were signed in another text.",
        remedy: "sign booleans as true and false with HMAC, and as 1 and 0 with MD5",
        tries: text::boolean_reformatted,
    },
    Known {
        code: "space_as_plus",
        what: "Spaces were signed as plus signs, as a form body has them.",
        remedy: "sign the values before they are form-encoded",
        tries: text::space_as_plus,
    },
    Known {
        code: "url_encoded",
        what: "The values were signed URL-encoded.",
        remedy: "join the values as they are and URL-encode only the body",
        tries: text::url_encoded,
    },
    Known {
        code: "id_missing",
        what: "The field id was sent but not signed.",
        remedy: "add id before signing: all fields sent take part",
        tries: field::id_missing,
    },
    Known {
        code: "nonce_missing",
        what: "The field nonce was sent but not signed.",
        remedy: "add nonce before signing: all fields sent take part",
        tries: field::nonce_missing,
    },
    Known {
        code: "timestamp_missing",
        what: "The field timestamp was sent but not signed.",
        remedy: "add timestamp before signing: all fields sent take part",
        tries: field::timestamp_missing,
    },
    Known {
        code: "nonce_and_timestamp_missing",
        what: "The fields nonce and timestamp were sent but not signed.",
        remedy: "add both before signing: all fields sent take part",
        tries: field::nonce_and_timestamp_missing,
    },
    Known {
        code: "number_reformatted",
        what: "A number was signed in another text than it was sent in, such as 12.3 for 12.30.",
        remedy: "format numbers once, and sign the very text that is sent",
        tries: text::number_reformatted,
    },
    Known {
        code: "sign_included",
        what: "The field sign was signed too.",
        remedy: "leave sign out of what is signed",
        tries: field::sign_included,
    },
    Known {
        code: "token_appended",
        what: "The token was appended to the string in another way than this protocol has it.",
        remedy: "with HMAC the token is only the key; with MD5 append &token= and the token",
        tries: key::token_appended,
    },
    Known {
        code: "token_prefixed",
        what: "The token was put in front of the string.",
        remedy: "with HMAC the token is only the key; with MD5 append &token= and the token",
        tries: key::token_prefixed,
    },
    Known {
        code: "token_sorted_in",
        what: "The token was signed as one of the fields.",
        remedy: "with HMAC the token is only the key; with MD5 append it after sorting",
        tries: field::token_sorted_in,
    },
    Known {
        code: "token_untrimmed",
        what: "The token was used with white space around it.",
        remedy: "trim what is read from a file or an environment variable",
        tries: key::token_untrimmed,
    },
    Known {
        code: "token_trimmed",
        what: "The token was used without the white space that belongs to it.",
        remedy: "use the token exactly as it was issued",
        tries: key::token_trimmed,
    },
    Known {
        code: "token_hashed",
        what: "A hash of the token was used in place of the token.",
        remedy: "use the token itself",
        tries: key::token_hashed,
    },
    Known {
        code: "token_decoded",
        what: "The token was decoded from hex or base64 before use.",
        remedy: "use the bytes of the token as they are written",
        tries: key::token_decoded,
    },
    Known {
        code: "key_and_message_swapped",
        what: "The string was used as key and the token as message.",
        remedy: "swap the arguments: the token is the key",
        tries: key::key_and_message_swapped,
    },
    Known {
        code: "nested_not_flattened",
        what: "An object inside the body was signed as one text.",
        remedy: "sign the fields inside the object: data.order_id with HMAC, data[order_id] with MD5",
        tries: nested::nested_not_flattened,
    },
    Known {
        code: "nested_names",
        what: "Nested fields were named as in the other protocol.",
        remedy: "write data.order_id with HMAC, and data[order_id] with MD5",
        tries: nested::nested_names,
    },
    Known {
        code: "nested_unprefixed",
        what: "Nested fields were signed without the name of their object.",
        remedy: "write data.order_id with HMAC, and data[order_id] with MD5",
        tries: nested::nested_unprefixed,
    },
    Known {
        code: "nested_left_out",
        what: "Nested fields were not signed.",
        remedy: "sign the fields inside objects too",
        tries: nested::nested_left_out,
    },
    Known {
        code: "nested_sorted",
        what: "Nested fields were sorted.",
        remedy: "sort the top level only; nested fields stay in the order of the document",
        tries: nested::nested_sorted,
    },
    Known {
        code: "json_as_text",
        what: "A JSON text was signed in place of the joined fields.",
        remedy: "join the sorted fields as name=value with & and sign that",
        tries: body::json_as_text,
    },
    Known {
        code: "body_charset",
        what: "The string was signed in another charset than UTF-8.",
        remedy: "take the bytes of the string in UTF-8",
        tries: charset::body_charset,
    },
    Known {
        code: "values_trimmed",
        what: "White space around values was removed before signing.",
        remedy: "sign the values exactly as they are sent",
        tries: text::values_trimmed,
    },
    Known {
        code: "ampersand_left_over",
        what: "The string was signed with an & at its beginning or end.",
        remedy: "put & between the fields only",
        tries: text::ampersand_left_over,
    },
    Known {
        code: "joined_otherwise",
        what: "The fields were not joined as name=value with &.",
        remedy: "join the sorted fields as name=value with &",
        tries: text::joined_otherwise,
    },
    Known {
        code: "field_missing",
        what: "The field {field} was sent but not signed.",
        remedy: "sign after the last field is added: all fields sent take part",
        tries: field::field_missing,
    },
];

/// Mistakes of a client that uses another hash.
pub(super) const OTHER_HASH: &[Known] = &[
    Known {
        code: "legacy_md5",
        what: "The sign is that of the legacy MD5 protocol.",
        remedy: "sign with HMAC-SHA256: this shop does not accept MD5",
        tries: key::legacy_md5,
    },
    Known {
        code: "hmac_at_md5_shop",
        what: "The sign is HMAC-SHA256.",
        remedy: "sign with MD5: this shop still uses the legacy protocol",
        tries: key::hmac_at_md5_shop,
    },
    Known {
        code: "plain_sha256",
        what: "The sign is a plain SHA-256 hash.",
        remedy: "use the algorithm of this shop: HMAC-SHA256 with the token as key, or MD5 for the legacy protocol",
        tries: key::plain_sha256,
    },
    Known {
        code: "plain_md5",
        what: "The sign is an MD5 hash.",
        remedy: "use HMAC-SHA256 with the token as key",
        tries: key::plain_md5,
    },
    Known {
        code: "hmac_md5",
        what: "The sign is HMAC with MD5.",
        remedy: "use HMAC-SHA256, or plain MD5 with &token= for the legacy protocol",
        tries: key::hmac_md5,
    },
    Known {
        code: "hmac_sha512",
        what: "The sign is HMAC with SHA-512.",
        remedy: "use HMAC with SHA-256",
        tries: key::hmac_sha512,
    },
];

/// A body that only another charset can read.
pub(super) const SENT_IN_CHARSET: Known = Known {
    code: "body_charset",
    what: "The body was sent in another charset than UTF-8.",
    remedy: "send and sign the text in UTF-8",
    tries: charset::sent_in_charset,
};
