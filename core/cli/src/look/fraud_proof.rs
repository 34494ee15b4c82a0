//! `skilling fraud-proof`: whether two tokens convict, and the proof to send on when they do.

use clap::Args;
use serde_json::json;
use skilling_protocol::crypto::DefaultVerifier;
use skilling_protocol::fraud::{self, FraudProof, NoProof};
use skilling_protocol::message::{Expected as _, MessageType, Token};

use super::input::Found;
use super::trust;
use super::words::wrap;
use crate::escape::shown;
use crate::output::{BAD, GOOD, Output, paint};
use crate::status::{Failure, Status};

const EXAMPLE: &str = "Examples:
  skilling fraud-proof first.cbor second.cbor --trust bundle.cbor --root root.hex -o proof.cbor
  skilling fraud-proof proof.cbor --trust bundle.cbor --root 02ab... --json

The bundle's root signature is checked; its expiry, and an issuer's suspension or
validity, do not matter: what was signed, was signed.";

/// Check whether two tokens convict, and write the fraud proof when they do.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct FraudProofCommand {
    /// A token; or alone a fraud proof to check.
    #[arg(value_name = "A")]
    first: String,
    /// The other token.
    #[arg(value_name = "B")]
    second: Option<String>,
    /// The trust bundle with the issuer's key.
    #[arg(long, value_name = "B")]
    trust: Option<String>,
    /// A root key as 66 hex digits, or a file with it; up to three.
    #[arg(long, value_name = "KEY")]
    root: Vec<String>,
    /// Write the proof (message type 6) here.
    #[arg(long, short, value_name = "FILE")]
    output: Option<String>,
}

impl FraudProofCommand {
    pub(crate) fn run(self, output: Output) -> Result<Status, Failure> {
        let roots = trust::roots(&self.root)?;
        let trust = self.trust.as_deref().ok_or_else(|| {
            Failure::undecided("without a trust bundle no issuer key is known: give --trust B")
        })?;
        let bundle = match trust::load_bundle(trust, &roots, output)? {
            Ok(bundle) => bundle,
            Err(error) => {
                let why = format!("no issuer key can be trusted: {error}");
                return refuse(&why, Status::Undecided, output);
            }
        };
        let (a, b) = match self.tokens(output)? {
            Ok(tokens) => tokens,
            Err(broken) => {
                let status = refuse(&broken.why, Status::Refused, output)?;
                if let Some(diagnosis) = broken.diagnosis.filter(|_| !output.json) {
                    output.text(&format!("\n{diagnosis}\n"))?;
                }
                return Ok(status);
            }
        };
        match fraud::prove(&a, &b, &bundle, &DefaultVerifier::default()) {
            Ok(proof) => {
                if let Some(path) = &self.output {
                    write(path, &(a, b).encode())?;
                }
                holds(&proof, output)
            }
            Err(no @ NoProof::UnknownIssuer) => refuse(&no.to_string(), Status::Undecided, output),
            Err(no) => refuse(&no.to_string(), Status::Refused, output),
        }
    }

    /// The two tokens, or why they cannot be read.
    fn tokens(&self, output: Output) -> Result<Result<(Token, Token), Broken>, Failure> {
        let Some(second) = &self.second else {
            let proof = trust::load(&self.first, MessageType::FraudProof, output)?;
            return Ok(trust::decode::<(Token, Token)>(&proof)
                .map_err(|why| Broken::new("fraud proof", &why, &proof)));
        };
        let first = trust::load(&self.first, MessageType::PaymentToken, output)?;
        let second = trust::load(second, MessageType::PaymentToken, output)?;
        let decoded = |found, which: &str| {
            trust::decode::<Token>(found)
                .map_err(|why| Broken::new(&format!("{which} token"), &why, found))
        };
        Ok(decoded(&first, "first").and_then(|a| Ok((a, decoded(&second, "second")?))))
    }
}

/// An input that cannot be read.
struct Broken {
    why: String,
    /// Where the form is broken.
    diagnosis: Option<String>,
}

impl Broken {
    fn new(what: &str, why: &str, found: &Found) -> Self {
        Self {
            why: format!("the {what} cannot be decoded: {why}"),
            diagnosis: trust::diagnosed(found, &format!("the {what}")),
        }
    }
}

fn holds(proof: &FraudProof, output: Output) -> Result<Status, Failure> {
    let kind = proof.conflict.name();
    let allowance = proof.allowance.id();
    let payments = [proof.payments.0.id(), proof.payments.1.id()];
    let key = proof.allowance.pay_key;
    if output.json {
        output.value(&json!({
            "proof": true,
            "kind": kind,
            "allowance_id": allowance.to_string(),
            "payment_ids": payments.map(|id| id.to_string()),
            "device_key": key.to_string(),
        }))?;
    } else {
        let reason = proof.conflict.reason();
        let why = wrap::hanging("  ", &format!("{kind}: {}", reason.developer()));
        output.text(&format!(
            "{}\n{why}allowance   {allowance}\npayment     {}\npayment     {}\ndevice key  {key}\n",
            paint(GOOD, "the tokens convict"),
            payments[0],
            payments[1],
        ))?;
    }
    Ok(Status::Good)
}

fn refuse(why: &str, status: Status, output: Output) -> Result<Status, Failure> {
    if output.json {
        output.value(&json!({"proof": false, "why": why}))?;
    } else {
        let hung = wrap::hanging("no proof  ", &shown(why));
        output.text(&hung.replacen("no proof", &paint(BAD, "no proof"), 1))?;
    }
    Ok(status)
}

fn write(path: &str, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes)
        .map_err(|error| Failure::file(format!("cannot write {}: {error}", shown(path))))
}
