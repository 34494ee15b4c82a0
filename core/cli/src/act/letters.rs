//! Messages handed over by people: pictures, files or text in, one message out.

use skilling_protocol::message::{Message, MessageType};

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

/// What was handed over in place of a message of a kind, and what is needed: where it is well-formed, and of another kind.
///
/// Nothing where it is the kind that was asked for, or none that is known: then whoever decodes it says what is wrong.
pub(crate) fn mistaken(message: &[u8], wanted: MessageType) -> Option<String> {
    let kind = MessageType::of(message).ok()?;
    if kind == wanted || Message::decode(message).is_err() {
        return None;
    }
    let (this, needed) = (in_words(kind), in_words(wanted));
    Some(format!("this is {this}, not {needed}: {}", next(wanted)))
}

/// Stops where another kind of message was handed over.
///
/// # Errors
/// It was.
pub(crate) fn expect(message: &[u8], wanted: MessageType) -> Result<(), Failure> {
    mistaken(message, wanted).map_or(Ok(()), |text| Err(Failure::refused(text)))
}

fn in_words(kind: MessageType) -> String {
    let name = kind.name().replace('_', " ");
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {name}")
}

fn next(wanted: MessageType) -> &'static str {
    match wanted {
        MessageType::PaymentRequest => "read the code that the till shows first",
        MessageType::PaymentToken => "read the phone's code",
        MessageType::Receipt => "read the code that the till shows after the payment",
        MessageType::TrustBundle => "give a trust bundle or an outage bulletin",
        _ => "give the message that is asked for",
    }
}
