//! How many files may be open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Every connection is a file, and so is every table of the database: a shell's 1,024 is soon too few. Takes as many
/// as the system lets the process have.
pub(crate) fn allow() {
    let limit = getrlimit(Resource::Nofile);
    if limit.current == limit.maximum {
        return;
    }
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::warn!(%error, allowed = ?limit.current, "cannot raise the limit of open files");
    }
}
