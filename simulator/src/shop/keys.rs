//! A shop's tokens: the one it has, and the one it had, which is good for a while after a rotation so that a merchant
//! with several machines can change them one by one.

use std::time::Duration;

use protocol::Token;

/// The keys of a shop's signatures.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    current: Token,
    previous: Option<Previous>,
}

#[derive(Clone, Debug)]
struct Previous {
    token: Token,
    /// The first moment on the wall at which it is good no longer, since the Unix epoch.
    until: Duration,
}

impl Keys {
    /// A first token.
    pub(crate) fn new(current: Token) -> Self {
        Self {
            current,
            previous: None,
        }
    }

    /// The token that callbacks are signed with.
    pub(crate) fn current(&self) -> &Token {
        &self.current
    }

    /// The token before it, while that is still good at this moment on the wall.
    pub(crate) fn previous(&self, wall: Duration) -> Option<&Token> {
        let previous = self.previous.as_ref()?;
        (wall < previous.until).then_some(&previous.token)
    }

    /// Until when the token before is good, on the wall, where it still is.
    pub(crate) fn overlaps_until(&self, wall: Duration) -> Option<Duration> {
        let previous = self.previous.as_ref()?;
        (wall < previous.until).then_some(previous.until)
    }

    /// A new token; the current one stays good until `until`. The one before that ends at once.
    #[must_use]
    pub(crate) fn rotated(&self, fresh: Token, until: Duration) -> Self {
        Self {
            current: fresh,
            previous: Some(Previous {
                token: self.current.clone(),
                until,
            }),
        }
    }
}
