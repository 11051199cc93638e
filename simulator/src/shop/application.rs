//! What a shop hands in when it applies, and what is refused of it at once.

use protocol::admin::ShopApplication;
use url::Url;

/// Longest name of a shop, in characters.
const NAME_MAX_CHARS: usize = 64;
/// Longest contact, in characters.
const CONTACT_MAX_CHARS: usize = 128;
/// Largest qualification file.
pub(crate) const QUALIFICATION_MAX_BYTES: usize = 1024 * 1024;
/// Longest name of a file, in characters.
const FILE_NAME_MAX_CHARS: usize = 128;

/// An application, as far as it is kept: the file itself is looked at and let go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Application {
    /// What payers read.
    pub(crate) name: String,
    /// Who answers for it.
    pub(crate) contact: String,
    /// Where callbacks go.
    pub(crate) callback_url: Option<String>,
    /// What was handed in.
    pub(crate) qualification: Qualification,
}

/// A file that shows who the shop is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Qualification {
    /// Its name.
    pub(crate) file_name: String,
    /// What it is.
    pub(crate) kind: Kind,
    /// Its size.
    pub(crate) len_bytes: usize,
}

/// What a qualification may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `application/pdf`
    Pdf,
    /// `image/jpeg`
    Jpeg,
    /// `image/png`
    Png,
}

/// Why an application is refused at once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ApplicationError {
    /// A text is blank, too long, or holds control characters.
    #[error("`{field}` must have 1 to {max_chars} characters, none of them a control character")]
    Text {
        /// The field.
        field: &'static str,
        /// The most.
        max_chars: usize,
    },
    /// Not a URL that can be called.
    #[error("`callback_url` is no http or https URL")]
    CallbackUrl,
    /// Not base64.
    #[error("`qualification.content_base64` is not base64")]
    NotBase64,
    /// Nothing in it.
    #[error("the qualification is empty")]
    Empty,
    /// Larger than [`QUALIFICATION_MAX_BYTES`].
    #[error("the qualification has {len_bytes} bytes, more than {QUALIFICATION_MAX_BYTES}")]
    TooLarge {
        /// Its size.
        len_bytes: usize,
    },
    /// Of another type.
    #[error("the qualification is neither application/pdf, image/jpeg nor image/png")]
    Type,
    /// The file is not what its type says.
    #[error("the qualification is not the {stated} it is said to be")]
    Content {
        /// What was said.
        stated: &'static str,
    },
}

impl Kind {
    const ALL: [Self; 3] = [Self::Pdf, Self::Jpeg, Self::Png];

    /// Its media type.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    /// How such a file begins.
    fn begins(self) -> &'static [u8] {
        match self {
            Self::Pdf => b"%PDF-",
            Self::Jpeg => b"\xff\xd8\xff",
            Self::Png => b"\x89PNG\r\n\x1a\n",
        }
    }
}

impl Application {
    /// Looks at an application.
    pub(crate) fn read(said: &ShopApplication) -> Result<Self, ApplicationError> {
        Ok(Self {
            name: text("name", &said.name, NAME_MAX_CHARS)?,
            contact: text("contact", &said.contact, CONTACT_MAX_CHARS)?,
            callback_url: said.callback_url.as_deref().map(url).transpose()?,
            qualification: qualification(&said.qualification)?,
        })
    }
}

fn qualification(said: &protocol::admin::Qualification) -> Result<Qualification, ApplicationError> {
    let file_name = text("qualification.file_name", &said.file_name, FILE_NAME_MAX_CHARS)?;
    let kind = Kind::ALL
        .into_iter()
        .find(|kind| kind.media_type() == said.content_type)
        .ok_or(ApplicationError::Type)?;
    let content = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, &said.content_base64)
        .map_err(|_| ApplicationError::NotBase64)?;
    if content.is_empty() {
        return Err(ApplicationError::Empty);
    }
    if content.len() > QUALIFICATION_MAX_BYTES {
        return Err(ApplicationError::TooLarge {
            len_bytes: content.len(),
        });
    }
    if !content.starts_with(kind.begins()) {
        return Err(ApplicationError::Content {
            stated: kind.media_type(),
        });
    }
    Ok(Qualification {
        file_name,
        kind,
        len_bytes: content.len(),
    })
}

fn text(field: &'static str, said: &str, max_chars: usize) -> Result<String, ApplicationError> {
    let trimmed = said.trim();
    let fits = !trimmed.is_empty() && said.chars().count() <= max_chars && !said.chars().any(char::is_control);
    if fits {
        Ok(trimmed.to_owned())
    } else {
        Err(ApplicationError::Text { field, max_chars })
    }
}

fn url(said: &str) -> Result<String, ApplicationError> {
    let good = Url::parse(said).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if good && said.len() <= ledger::CALLBACK_URL_MAX_BYTES {
        Ok(said.to_owned())
    } else {
        Err(ApplicationError::CallbackUrl)
    }
}
