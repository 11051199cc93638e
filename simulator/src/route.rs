//! Which operation a request names, by its path and method; what its body says is the dialect's.

use hyper::{HeaderMap, Method, Uri, Version, header};

use crate::dialect::Operation;

/// Why a request names no operation. These never reach the wallet's own refusals: a web server in front of it would
/// have answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RouteError {
    /// HTTP/1.1 asks for exactly one `Host`.
    #[error("a request of HTTP/1.1 has exactly one Host header")]
    Host,
    /// The target is longer than the port's limit.
    #[error("the target has more than {limit_bytes} bytes")]
    TargetTooLong {
        /// The limit.
        limit_bytes: usize,
    },
    /// Nobody serves this path.
    #[error("nobody serves this path")]
    NotFound,
    /// The path is served, but by another method.
    #[error("this path is served by {allowed} only")]
    MethodNotAllowed {
        /// The method.
        allowed: Method,
    },
}

/// The operation of a request's head.
pub(crate) fn route(
    method: &Method,
    uri: &Uri,
    version: Version,
    headers: &HeaderMap,
    limit_bytes: usize,
) -> Result<Operation, RouteError> {
    check_head(uri, version, headers, limit_bytes)?;
    let operation = Operation::from_path(uri.path()).ok_or(RouteError::NotFound)?;
    let allowed = operation.method();
    if *method == allowed {
        Ok(operation)
    } else {
        Err(RouteError::MethodNotAllowed { allowed })
    }
}

/// What every request of the port must be.
pub(crate) fn check_head(
    uri: &Uri,
    version: Version,
    headers: &HeaderMap,
    limit_bytes: usize,
) -> Result<(), RouteError> {
    let hosts = headers.get_all(header::HOST).iter().count();
    if hosts > 1 || (hosts == 0 && version == Version::HTTP_11) {
        return Err(RouteError::Host);
    }
    if uri
        .path_and_query()
        .is_some_and(|target| target.as_str().len() > limit_bytes)
    {
        return Err(RouteError::TargetTooLong { limit_bytes });
    }
    Ok(())
}
