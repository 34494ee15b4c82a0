//! Messages handed over by people: pictures, files or text in, one message out.

use skilling_protocol::message::MessageType;

use crate::look::input::{self, Found};
use crate::output::Output;
use crate::status::Failure;

/// The one message of a kind in a picture, a file, standard input (`-`) or the text itself.
///
/// # Errors
/// Nothing to read, several that could be meant, or broken before its bytes are known.
pub(crate) fn one(argument: &str, kind: MessageType, output: Output) -> Result<Vec<u8>, Failure> {
    let input = input::load(argument, output)?;
    match input.single(Some(kind.number()), output)? {
        Found::Message(bytes) => Ok(bytes),
        Found::Broken(breach) => Err(Failure::refused(breach.detail)),
    }
}

/// Every message in it: a poster may show several codes.
///
/// # Errors
/// As [`one`].
pub(crate) fn all(argument: &str, output: Output) -> Result<Vec<Vec<u8>>, Failure> {
    let found = input::load(argument, output)?.found;
    found
        .into_iter()
        .map(|it| match it {
            Found::Message(bytes) => Ok(bytes),
            Found::Broken(breach) => Err(Failure::refused(breach.detail)),
        })
        .collect()
}
