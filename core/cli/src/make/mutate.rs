//! `skilling mutate`: a token that must fail, and the code it must fail with.

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _};
use serde_json::json;
use skilling_protocol::crypto::{DefaultVerifier, Signer as _};
use skilling_protocol::message::{Expected as _, MessageType, Token};
use skilling_protocol::reason::Reason;

use super::flip_table::FLIPS;
use super::flips::{self, Flip, Needs};
use super::keys::{DEFAULT_SEED, Keys, Role};
use crate::act::picture;
use crate::look::convert::{self, Form};
use crate::look::input::Found;
use crate::look::trust;
use crate::output::Output;
use crate::status::{Failure, Status};

const EXAMPLE: &str = "Examples:
  skilling mint --example payment_token | skilling mint - --set DIR
  skilling mutate DIR/token.cbor --flip amount -o wrong.png
  skilling mutate DIR/token.cbor --flip signature | skilling verify - --request ...
  skilling mutate token.png --flip spent --keep-signature      a token of anybody's

The code holds for the request, bundle and status list of a minted set as it stands, at
the set's own time. What must be signed anew takes the throw-away keys of the seed that
the token was minted from; of anybody else's token only the rest, and --keep-signature,
can be made.";

/// Make a token that must fail, and say the code that it must fail with.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Mutate {
    /// The token: a file, - or the text itself.
    token: String,
    /// What is changed.
    #[arg(long, value_name = "WHAT", value_parser = flip_parser())]
    flip: &'static Flip,
    /// The seed of the TOML that the token was minted from.
    #[arg(long, default_value = DEFAULT_SEED)]
    seed: String,
    /// Change what is signed and leave the signature as it is, whoever made it.
    #[arg(long)]
    keep_signature: bool,
    /// Write it by the file's ending: .png, .svg, .txt, .hex, anything else the bytes.
    #[arg(long, short, value_name = "FILE", conflicts_with = "to")]
    output: Option<String>,
    /// Write it to stdout in this form; hex where nothing is said.
    #[arg(long, value_enum)]
    to: Option<Form>,
}

fn flip_parser() -> impl clap::builder::TypedValueParser<Value = &'static Flip> {
    let one = |flip: &Flip| {
        let code = flip.reason.code();
        PossibleValue::new(flip.name).help(format!("{code}: {}", flip.what))
    };
    PossibleValuesParser::new(FLIPS.iter().map(one)).map(|name| {
        let found = FLIPS.iter().find(|flip| flip.name == name);
        // The parser lets only names of the table through.
        found.unwrap_or(&FLIPS[0])
    })
}

impl Mutate {
    pub(crate) fn run(self, output: Output) -> Result<Status, Failure> {
        let keys = Keys::new(&self.seed).map_err(Failure::usage)?;
        let found = trust::load(&self.token, MessageType::PaymentToken, output)?;
        let token: Token = trust::decode(&found).map_err(|why| {
            Failure::refused(format!(
                "the token cannot be decoded: {why}\n   = help: give one that is in order; what is broken already cannot be broken in a way that is known"
            ))
        })?;
        let reason = self.reason(&token, &keys)?;
        let mutant = flips::apply(self.flip, &token, &keys, self.keep_signature).map_err(|why| {
            Failure::usage(format!(
                "--flip {} is impossible with this token: {why}\n   = help: take another mutation, or another token",
                self.flip.name
            ))
        })?;
        self.show(&mutant, reason, output)
    }

    /// The code it must fail with; what it takes must be at hand.
    fn reason(&self, token: &Token, keys: &Keys) -> Result<Reason, Failure> {
        if self.keep_signature {
            return flips::reason_unsigned(self.flip).ok_or_else(|| {
                Failure::usage(format!(
                    "--flip {} signs nothing anew: leave --keep-signature out",
                    self.flip.name
                ))
            });
        }
        if is_at_hand(self.flip.needs, token, keys) {
            return Ok(self.flip.reason);
        }
        let free: Vec<&str> = FLIPS
            .iter()
            .filter(|flip| flip.needs == Needs::Nothing)
            .map(|flip| flip.name)
            .collect();
        Err(Failure::usage(format!(
            "--flip {} must sign anew, and this token is not signed by the keys of the seed \"{}\"\n   = why: only throw-away keys are used here; nobody else's can be\n   = help: give --seed NAME of the TOML it was minted from, add --keep-signature, or take one that signs nothing: {}",
            self.flip.name,
            crate::escape::shown(keys.seed()),
            free.join(", ")
        )))
    }

    fn show(&self, mutant: &[u8], reason: Reason, output: Output) -> Result<Status, Failure> {
        let given = self.flip.given.filter(|_| !self.keep_signature);
        let promise = format!(
            "{}: it must be declined with {} {}{}",
            self.flip.what,
            reason.code(),
            reason.name(),
            given
                .map(|it| format!(", when verified with {it}"))
                .unwrap_or_default()
        );
        if let Some(path) = &self.output {
            picture::show(mutant, Some(std::path::Path::new(path)), output)?;
        }
        if output.json && self.to.is_none() {
            output.value(&json!({
                "flip": self.flip.name,
                "what": self.flip.what,
                "code": reason.code(),
                "reason": reason.name(),
                "signed_anew": self.flip.needs != Needs::Nothing && !self.keep_signature,
                "verify_with": given,
                "bytes": mutant.len(),
                "message": hex::encode(mutant),
                "text": picture::text(mutant),
                "payment_id": Token::decode(mutant).ok().map(|token| token.payment_id().to_string()),
            }))?;
        } else if self.output.is_some() {
            output.text(&format!("{promise}\n"))?;
        } else {
            output.note(&promise);
            convert::write(
                Found::Message(mutant.to_vec()),
                "the mutant",
                self.to.unwrap_or(Form::Hex),
                output,
            )?;
        }
        Ok(Status::Good)
    }
}

/// Whether the keys of the seed are those of the token.
fn is_at_hand(needs: Needs, token: &Token, keys: &Keys) -> bool {
    let pay = || token.allowance.unverified().pay_key == keys.key(Role::Pay).public_key();
    let issuer = || {
        let key = keys.public(Role::Issuer);
        let allowance = token.allowance.clone();
        allowance
            .verify((), &key, &DefaultVerifier::default())
            .is_ok()
    };
    match needs {
        Needs::Nothing => true,
        Needs::PayKey => pay(),
        Needs::IssuerKey => pay() && issuer(),
    }
}
