//! What a client may do right, and what it may have to mend, with the remedy. The words are stable: what prints them and
//! what counts them go by them.

/// Something that a client does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Habit {
    /// As a good client does it.
    Right(Right),
    /// It will break live.
    Mend(Mend),
}

/// What a good client does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// It speaks https, so it trusts the certificate.
    Https,
    /// Its sign is right, under the protocol that is not the legacy one.
    Signed,
    /// Its amounts are texts.
    AmountText,
    /// Its orders have numbers of its own.
    NumberGiven,
    /// Its orders say where their callback goes.
    CallbackUrlGiven,
    /// It uses a connection again.
    KeptConnection,
    /// After a lost answer it asked again with the same number.
    RetriedSameNumber,
    /// After a lost answer it asked what became of the order.
    AskedAfterLoss,
    /// It waited, and then gave up.
    GaveUpInTime,
    /// It acknowledged a callback in the documented words.
    Acknowledged,
    /// It acknowledged a callback that it had acknowledged before.
    AcknowledgedAgain,
    /// It asked the wallet back while a callback was being delivered.
    AskedBack,
    /// It refused a callback under a sign that was not the wallet's.
    ForgeryRefused,
}

/// What breaks live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mend {
    /// It speaks http.
    PlainHttp,
    /// It speaks HTTP/1.0.
    OldHttp,
    /// It opens a connection for each call.
    ConnectionEach,
    /// Nobody serves its path.
    PathUnknown,
    /// Its path is served by another method, or its head is none.
    HeadWrong,
    /// Its sign, shop or envelope is wrong.
    NotAuthentic,
    /// Its timestamp is in milliseconds.
    TimestampMillis,
    /// Its clock is off.
    ClockOff,
    /// Its nonce was used before.
    NonceReused,
    /// It may not call, or not from there.
    NotAllowed,
    /// It signs with the legacy protocol.
    SignedMd5,
    /// Its sign is in lower case.
    SignLowerCase,
    /// Its body is JSON.
    BodyJson,
    /// Its amount is a JSON number.
    AmountNumber,
    /// A field is wrong.
    FieldWrong,
    /// Its orders have no number.
    NumberMissing,
    /// A number came again with other content.
    NumberChanged,
    /// A number came again though it had been answered.
    NumberSentAgain,
    /// After a lost answer the same order came under a new number.
    RetriedNewNumber,
    /// A retry came at once.
    RetriedAtOnce,
    /// A retry came before it was asked for.
    RetryAfterIgnored,
    /// It asks about an order too often.
    PollsFast,
    /// It gave up too early.
    GaveUpEarly,
    /// It waits for too long.
    GaveUpLate,
    /// Nobody said where the callback goes.
    CallbackNowhere,
    /// The callback's address may not be called.
    CallbackForbidden,
    /// Nobody took the callback.
    CallbackUnreached,
    /// The callback was not answered in time.
    CallbackTimedOut,
    /// The callback was answered late.
    CallbackLate,
    /// The callback was answered by a redirect.
    CallbackRedirected,
    /// The callback was answered by an error.
    CallbackRefused,
    /// The callback was answered well but for its body.
    AckWrong,
    /// The callback was acknowledged in words that the wallet does not document.
    AckLoose,
    /// A callback that had been acknowledged was refused when it came again.
    RepeatRefused,
    /// A callback was acknowledged under a sign that was not the wallet's.
    ForgeryTaken,
}

impl Habit {
    /// The stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Right(right) => right.code(),
            Self::Mend(mend) => mend.code(),
        }
    }
}

impl Right {
    /// The stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Signed => "signed",
            Self::AmountText => "amount_text",
            Self::NumberGiven => "number_given",
            Self::CallbackUrlGiven => "callback_url_given",
            Self::KeptConnection => "kept_connection",
            Self::RetriedSameNumber => "retried_same_number",
            Self::AskedAfterLoss => "asked_after_loss",
            Self::GaveUpInTime => "gave_up_in_time",
            Self::Acknowledged => "acknowledged",
            Self::AcknowledgedAgain => "acknowledged_again",
            Self::AskedBack => "asked_back",
            Self::ForgeryRefused => "forgery_refused",
        }
    }
}

impl Mend {
    /// The stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::PlainHttp => "plain_http",
            Self::OldHttp => "old_http",
            Self::ConnectionEach => "connection_each",
            Self::PathUnknown => "path_unknown",
            Self::HeadWrong => "head_wrong",
            Self::NotAuthentic => "not_authentic",
            Self::TimestampMillis => "timestamp_millis",
            Self::ClockOff => "clock_off",
            Self::NonceReused => "nonce_reused",
            Self::NotAllowed => "not_allowed",
            Self::SignedMd5 => "signed_md5",
            Self::SignLowerCase => "sign_lower_case",
            Self::BodyJson => "body_json",
            Self::AmountNumber => "amount_number",
            Self::FieldWrong => "field_wrong",
            Self::NumberMissing => "number_missing",
            Self::NumberChanged => "number_changed",
            Self::NumberSentAgain => "number_sent_again",
            Self::RetriedNewNumber => "retried_new_number",
            Self::RetriedAtOnce => "retried_at_once",
            Self::RetryAfterIgnored => "retry_after_ignored",
            Self::PollsFast => "polls_fast",
            Self::GaveUpEarly => "gave_up_early",
            Self::GaveUpLate => "gave_up_late",
            Self::CallbackNowhere => "callback_nowhere",
            Self::CallbackForbidden => "callback_forbidden",
            Self::CallbackUnreached => "callback_unreached",
            Self::CallbackTimedOut => "callback_timed_out",
            Self::CallbackLate => "callback_late",
            Self::CallbackRedirected => "callback_redirected",
            Self::CallbackRefused => "callback_refused",
            Self::AckWrong => "ack_wrong",
            Self::AckLoose => "ack_loose",
            Self::RepeatRefused => "repeat_refused",
            Self::ForgeryTaken => "forgery_taken",
        }
    }

    /// What to do, one line without a full stop.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::PlainHttp => "use the https address that serve announces, and trust its CA",
            Self::OldHttp => "speak HTTP/1.1",
            Self::ConnectionEach => "keep the connection open between calls",
            Self::PathUnknown => "POST to /shop/payLink, /shop/checkDeposit, /shop/transfer, … below the base",
            Self::HeadWrong => "send what the header X-Paydrill-Reason asks for",
            Self::NotAuthentic => "`paydrill verify` tries the known mistakes on a body and names the one",
            Self::TimestampMillis => "send Unix seconds, not milliseconds",
            Self::ClockOff => "keep the clock by NTP, and take the time anew for every try",
            Self::NonceReused => "draw a new nonce and take the time anew for every try, retries too",
            Self::NotAllowed => "call as an approved shop, from an address on its list",
            Self::SignedMd5 => "sign with HMAC-SHA256: the wallet refuses MD5 from a shop that has moved",
            Self::SignLowerCase => "write the sign in upper-case hex, as the wallet's document does",
            Self::BodyJson => "send application/x-www-form-urlencoded, as the wallet's document does",
            Self::AmountNumber => "send the amount as text, such as \"12.30\"",
            Self::FieldWrong => "send the field as the wallet's document says",
            Self::NumberMissing => "send a unique_id: it is how a lost answer is asked about",
            Self::NumberChanged => "give a changed order a new number",
            Self::NumberSentAgain => "keep the first answer, and ask about the number instead of opening it again",
            Self::RetriedNewNumber => "ask again with the same number: the order may exist, and be paid twice",
            Self::RetriedAtOnce => "wait before a retry, and longer before each further one",
            Self::RetryAfterIgnored => "wait as long as Retry-After says",
            Self::PollsFast => "rely on the callback, and ask every few seconds at most",
            Self::GaveUpEarly => "wait 8 to 30 s: the order may exist, and the answer be on its way",
            Self::GaveUpLate => "set a time-out of 8 to 30 s on every call, then ask with the same number",
            Self::CallbackNowhere => "send a callback_url with the order, or give the shop one",
            Self::CallbackForbidden => "use an address on loopback, or allow its network in `callback_targets`",
            Self::CallbackUnreached => "listen there before the first order is paid, and answer what comes",
            Self::CallbackTimedOut | Self::CallbackLate => "acknowledge first, and do the slow work afterwards",
            Self::CallbackRedirected => "answer at the address itself: a redirect is not followed",
            Self::CallbackRefused | Self::AckWrong | Self::AckLoose => {
                "answer 200 with {\"status\":\"success\"} once sign and order are right"
            }
            Self::RepeatRefused => "acknowledge a callback that comes again, and credit once",
            Self::ForgeryTaken => {
                "verify the sign over the fields as they came, before anything else, and refuse if it differs"
            }
        }
    }
}
