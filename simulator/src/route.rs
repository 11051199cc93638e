//! Which operation a request names, by its path and method; what its body says is the dialect's.

use hyper::{HeaderMap, Method, Uri, Version, header};
use protocol::Operation;

/// Why a request names no operation. These never reach the wallet's own refusals: a web server in front of it would
/// have answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
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
    /// The path is served, but by POST only.
    #[error("this path is served by POST only")]
    MethodNotAllowed,
}

/// The operation of a request's head.
pub(crate) fn route(
    method: &Method,
    uri: &Uri,
    version: Version,
    headers: &HeaderMap,
    limit_bytes: usize,
) -> Result<Operation, RouteError> {
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
    let operation = Operation::from_path(uri.path()).ok_or(RouteError::NotFound)?;
    if *method == Method::POST {
        Ok(operation)
    } else {
        Err(RouteError::MethodNotAllowed)
    }
}

/// The scenario's word for an operation of the wire.
pub(crate) fn in_scenario(operation: Operation) -> scenarios::Operation {
    match operation {
        Operation::PayLink => scenarios::Operation::PayLink,
        Operation::CheckDeposit => scenarios::Operation::CheckDeposit,
        Operation::CheckTransferByTxid => scenarios::Operation::CheckTransferByTxid,
        Operation::Transfer => scenarios::Operation::Transfer,
        Operation::CheckTransfer => scenarios::Operation::CheckTransfer,
        Operation::Balance => scenarios::Operation::Balance,
        Operation::CensorUserByTg => scenarios::Operation::CensorUserByTg,
        Operation::TransactionHistory => scenarios::Operation::TransactionHistory,
    }
}
