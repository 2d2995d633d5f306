//! The loop: a request in, an answer out, until the test's end of the pipe closes.

use crate::{Machine, MachineError, Settings};
use std::io::{self, Read, Write};
use zx_sdk::testing::protocol::{self, Answer, Request};

/// Why the loop ended before its input did.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The test speaks another version.
    #[error(
        "the tests speak version {wanted} of the sandbox's protocol, this program version {}\n  fix: use the `cargo-zx` \
         of the SDK that the tests are written with",
        protocol::VERSION
    )]
    Version {
        /// The version that was asked for.
        wanted: u32,
    },
    /// What came is no request.
    #[error("no request can be read: {0}\n  fix: this program is for `cargo zx test`, which talks to it")]
    Request(io::Error),
    /// The test does not listen any more.
    #[error("the answer cannot be written: {0}")]
    Answer(io::Error),
    /// The machine cannot be set up.
    #[error(transparent)]
    Machine(#[from] MachineError),
}

/// Serves one test after the other, until `requests` ends.
///
/// # Errors
/// The version is another, a request cannot be read, or an answer written. What cannot be done for a test is an answer,
/// not an error.
pub fn serve(
    version: u32,
    settings: Settings,
    requests: &mut impl Read,
    answers: &mut impl Write,
) -> Result<(), ServeError> {
    if version != protocol::VERSION {
        return Err(ServeError::Version { wanted: version });
    }
    let mut machine = Machine::new(settings)?;
    while let Some(request) = protocol::read::<Request>(requests).map_err(ServeError::Request)? {
        let answer = machine.answer(request).unwrap_or_else(|error| Answer::Failed(error.to_string()));
        protocol::write(answers, &answer).map_err(ServeError::Answer)?;
    }
    Ok(())
}
