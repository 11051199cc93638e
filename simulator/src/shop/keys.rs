//! A shop's tokens: the one it has, and the one it had, which is good for a while after a rotation so that a merchant
//! with several machines can change them one by one.

use std::{borrow::Cow, sync::Arc, time::Duration};

use protocol::Token;

/// The keys of a shop's signatures.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    current: Arc<Token>,
    previous: Option<Previous>,
}

#[derive(Clone, Debug)]
struct Previous {
    token: Arc<Token>,
    /// The first moment on the wall at which it is good no longer, since the Unix epoch.
    until: Duration,
}

impl Keys {
    /// A first token.
    pub(crate) fn new(current: Token) -> Self {
        Self {
            current: Arc::new(current),
            previous: None,
        }
    }

    /// The token that callbacks are signed with.
    pub(crate) fn current(&self) -> &Arc<Token> {
        &self.current
    }

    /// The token before it, while that is still good at this moment on the wall.
    pub(crate) fn previous(&self, wall: Duration) -> Option<&Arc<Token>> {
        let previous = self.previous.as_ref()?;
        (wall < previous.until).then_some(&previous.token)
    }

    /// Until when the token before is good, on the wall, where it still is.
    pub(crate) fn overlaps_until(&self, wall: Duration) -> Option<Duration> {
        let previous = self.previous.as_ref()?;
        (wall < previous.until).then_some(previous.until)
    }

    /// `text` without either token, also one that is no longer good.
    pub(crate) fn masked<'t>(&self, text: Cow<'t, str>) -> Cow<'t, str> {
        let tokens = [
            Some(&self.current),
            self.previous.as_ref().map(|previous| &previous.token),
        ];
        tokens
            .into_iter()
            .flatten()
            .fold(text, |text, token| match token.mask(&text) {
                Cow::Borrowed(_) => text,
                Cow::Owned(masked) => Cow::Owned(masked),
            })
    }

    /// A new token; the current one stays good until `until`. The one before that ends at once.
    #[must_use]
    pub(crate) fn rotated(&self, fresh: Token, until: Duration) -> Self {
        Self {
            current: Arc::new(fresh),
            previous: Some(Previous {
                token: Arc::clone(&self.current),
                until,
            }),
        }
    }
}
