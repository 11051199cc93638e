//! Open files: a stalled gateway holds a socket at both ends for every request under way, more than many shells allow.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the soft limit of open files to the hard one. Where that fails the shell's limit stays, and connections
/// beyond it fail with their own message.
pub(crate) fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let _as_it_was = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        },
    );
}
