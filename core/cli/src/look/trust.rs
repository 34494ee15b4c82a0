//! What a check is anchored in: root keys, the bundle they signed, and what may come in beside it.

use std::path::Path;

use skilling_protocol::crypto::DefaultVerifier;
use skilling_protocol::error::Rule;
use skilling_protocol::message::{Expected, MessageType, decode_status_list};
use skilling_protocol::objects::{Outage, TrustBundle};
use skilling_protocol::signed::{Signed, Verified};
use skilling_protocol::status_list::StatusList;
use skilling_protocol::values::PublicKey;

use super::input::{self, Found};
use super::view::View;
use crate::escape::shown;
use crate::output::Output;
use crate::status::Failure;

/// The root keys that are pinned, 1 to 3 (protocol section 1).
pub(crate) type Roots = Vec<PublicKey>;

/// A key: 66 hex digits, or a file that holds them or the 33 bytes.
///
/// # Errors
/// No such file (3), or no compressed point of P-256 (2).
pub(crate) fn key(argument: &str) -> Result<PublicKey, Failure> {
    let wrong = || {
        Failure::usage(format!(
            "{} is no public key: give a compressed P-256 point as 66 hex digits, or a file with it",
            shown(argument)
        ))
    };
    let from_hex = |text: &str| {
        let bytes = hex::decode(text.trim()).ok()?;
        PublicKey::from_sec1(&bytes).ok()
    };
    if argument.bytes().all(|byte| byte.is_ascii_hexdigit()) && argument.len() == 66 {
        return from_hex(argument).ok_or_else(wrong);
    }
    if !Path::new(argument).exists() {
        return Err(Failure::file(format!(
            "{} is no public key of 66 hex digits, and there is no file of that name",
            shown(argument)
        )));
    }
    let bytes = input::file(argument)?;
    let written = std::str::from_utf8(&bytes).ok().and_then(from_hex);
    written
        .or_else(|| PublicKey::from_sec1(&bytes).ok())
        .ok_or_else(wrong)
}

/// All of them.
///
/// # Errors
/// As [`key`]; none or more than three.
pub(crate) fn roots(arguments: &[String]) -> Result<Roots, Failure> {
    if arguments.is_empty() {
        return Err(Failure::undecided(
            "without a root key nothing can be decided: give --root KEY",
        ));
    }
    if arguments.len() > 3 {
        return Err(Failure::usage("at most three root keys are pinned"));
    }
    arguments.iter().map(|argument| key(argument)).collect()
}

/// Why a bundle given is as if absent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadBundle {
    #[error("the trust bundle cannot be decoded: {0}")]
    Malformed(String),
    #[error("the trust bundle is not signed by the root key")]
    Stranger,
}

/// The bundle in an input, if a root signed it.
pub(crate) fn bundle(found: &Found, roots: &Roots) -> Result<Verified<TrustBundle>, BadBundle> {
    let signed: Signed<TrustBundle> = decode(found).map_err(BadBundle::Malformed)?;
    signed
        .verify_with_any((), roots, &DefaultVerifier::default())
        .map_err(|_| BadBundle::Stranger)
}

/// Reads the one bundle message that an argument stands for.
///
/// # Errors
/// As [`input::load`].
pub(crate) fn load_bundle(
    argument: &str,
    roots: &Roots,
    output: Output,
) -> Result<Result<Verified<TrustBundle>, BadBundle>, Failure> {
    let found = load(argument, MessageType::TrustBundle, output)?;
    Ok(bundle(&found, roots))
}

/// The one message of a type that an argument stands for.
///
/// # Errors
/// As [`input::load`]; several that could be meant.
pub(crate) fn load(argument: &str, kind: MessageType, output: Output) -> Result<Found, Failure> {
    input::load(argument, output)?.single(Some(kind.number()), output)
}

/// Decodes what must be a message of one type.
///
/// # Errors
/// In words.
pub(crate) fn decode<T: Expected>(found: &Found) -> Result<T, String> {
    match found {
        Found::Message(bytes) => T::decode(bytes).map_err(|error| match MessageType::of(bytes) {
            Ok(kind) if error.rule == Rule::UnexpectedMessageType => {
                format!(
                    "it is a {}, and a {} is needed",
                    kind.name(),
                    T::TYPE.name()
                )
            }
            _ => error.to_string(),
        }),
        Found::Broken(breach) => Err(breach.detail.clone()),
    }
}

/// Where and why an input breaks the rules of form, in lines for a person; `None` where it breaks none.
pub(crate) fn diagnosed(found: &Found, name: &str) -> Option<String> {
    match View::of(found) {
        View::Message(_) => None,
        View::Broken(broken) => Some(broken.in_words(name)),
    }
}

/// A status list of an issuer of the bundle; what is none is as if absent.
///
/// # Errors
/// In words.
pub(crate) fn status_list(
    found: &Found,
    bundle: Option<&Verified<TrustBundle>>,
) -> Result<StatusList, String> {
    let bytes = match found {
        Found::Message(bytes) => bytes,
        Found::Broken(breach) => return Err(breach.detail.clone()),
    };
    let cwt = decode_status_list(bytes).map_err(|error| error.to_string())?;
    let issuers = bundle.into_iter().flat_map(|bundle| &bundle.issuers);
    StatusList::verify(&cwt, issuers, &DefaultVerifier::default())
        .map_err(|error| error.to_string())
}

/// An outage bulletin that a root signed.
///
/// # Errors
/// In words.
pub(crate) fn outage(found: &Found, roots: &Roots) -> Result<Verified<Outage>, String> {
    decode::<Signed<Outage>>(found)?
        .verify_with_any((), roots, &DefaultVerifier::default())
        .map_err(|_| "it is not signed by the root key".into())
}
