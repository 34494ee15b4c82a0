//! What a terminal said, and whether it is what it must say.

use serde_json::Value as Json;
use skilling_protocol::reason::Reason;

use super::case::{Ask, Case};
use super::process::Ended;
use crate::escape::shown;
use crate::junit::Outcome;

/// An answer, as far as it could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// Accepted, well-formed, proved.
    pub(super) is_good: bool,
    pub(super) code: Option<u32>,
    pub(super) kind: Option<String>,
}

impl Answer {
    /// Reads it from JSON, from a pattern, or from the exit status.
    ///
    /// # Errors
    /// It is none, in words.
    pub(super) fn read(ask: Ask, ended: &Ended, pattern: Option<&str>) -> Result<Self, String> {
        let Some(status) = ended.status else {
            return Err(
                "it gave no answer in time and was stopped; --timeout SECONDS gives it more".into(),
            );
        };
        let by_status = match status.code() {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            Some(code) => Err(format!("it ended with status {code}{}", said(ended))),
            None => Err(format!("it crashed: {status}{}", said(ended))),
        };
        let simple = |is_good| Self {
            is_good,
            code: None,
            kind: None,
        };
        if let Some(pattern) = pattern.filter(|_| ask == Ask::Verify) {
            // A crash is no decline, whatever was said before it.
            status
                .code()
                .map_or_else(|| by_status.clone(), |_| Ok(true))?;
            let stdout = String::from_utf8_lossy(&ended.stdout);
            return Ok(simple(stdout.contains(pattern)));
        }
        match serde_json::from_slice::<Json>(&ended.stdout) {
            Ok(json) if json.is_object() => match Self::of_json(ask, &json) {
                Some(answer) => Ok(answer),
                None => by_status.map(simple),
            },
            _ => by_status.map(simple),
        }
    }

    fn of_json(ask: Ask, json: &Json) -> Option<Self> {
        let code = json["code"]
            .as_u64()
            .and_then(|code| u32::try_from(code).ok());
        let kind = json["kind"].as_str().map(str::to_owned);
        let is_good = match ask {
            Ask::Verify => match json["outcome"].as_str() {
                Some("accepted") => true,
                Some(_) => false,
                None => code? == 0,
            },
            Ask::Decode => !matches!(kind.as_deref()?, "malformed" | "unsupported"),
            Ask::FraudProof => json["proof"].as_bool()?,
        };
        Some(Self {
            is_good,
            code,
            kind,
        })
    }

    /// Whether it is right.
    pub(super) fn judge(&self, case: &Case) -> Outcome {
        let expect = &case.expect;
        let wanted = expect.words();
        if self.is_good != expect.is_good() {
            let why = match (case.ask, self.is_good) {
                (Ask::Verify, true) => "it accepted what nobody will pay for",
                (Ask::Verify, false) => "it turned an honest payer away",
                (Ask::Decode, true) => "it took what it must refuse",
                (Ask::Decode, false) => "it refused what is in order",
                (Ask::FraudProof, true) => "it convicted an honest payer",
                (Ask::FraudProof, false) => "it let a fraud go",
            };
            return Outcome::Failed(format!(
                "{why}: said {}, must be {wanted}{}",
                self.words(case.ask),
                rule(expect.code)
            ));
        }
        let other_code = self
            .code
            .zip(expect.code)
            .filter(|(said, must)| said != must);
        if other_code.is_some() {
            return Outcome::Failed(format!(
                "the right outcome for another reason: said {}, must be {wanted}{}",
                self.words(case.ask),
                rule(expect.code)
            ));
        }
        let other_kind = self
            .kind
            .as_ref()
            .zip(expect.kind.as_ref())
            .filter(|(said, must)| said != must);
        if case.ask != Ask::Verify && other_kind.is_some() {
            return Outcome::Failed(format!("said {}, must be {wanted}", self.words(case.ask)));
        }
        Outcome::Passed
    }

    /// In a few words.
    pub(super) fn words(&self, ask: Ask) -> String {
        let outcome = match (ask, self.is_good) {
            (Ask::Verify, true) => "accepted",
            (Ask::Verify, false) => "declined",
            (Ask::Decode, true) => "well_formed",
            (Ask::Decode, false) => "refused",
            (Ask::FraudProof, true) => "proof",
            (Ask::FraudProof, false) => "no_proof",
        };
        match (self.code, &self.kind) {
            (Some(code), _) if code != 0 => {
                let name = Reason::from_code(code).map_or("which no registry has", Reason::name);
                format!("{outcome} with {code} {name}")
            }
            (_, Some(kind)) => format!("{outcome} as {}", shown(kind)),
            _ => outcome.into(),
        }
    }
}

/// Why that code, in the registry's words.
fn rule(code: Option<u32>) -> String {
    match code.and_then(Reason::from_code) {
        Some(reason) if reason != Reason::Accepted => format!(" ({})", reason.developer()),
        _ => String::new(),
    }
}

/// The last line it said on stderr.
fn said(ended: &Ended) -> String {
    let stderr = String::from_utf8_lossy(&ended.stderr);
    let last = stderr.lines().rfind(|line| !line.trim().is_empty());
    last.map_or_else(String::new, |line| {
        let short: String = line.chars().take(160).collect();
        format!(", and said: {}", shown(&short))
    })
}
