//! One case of the kit: what a terminal is given, and what it must say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use skilling_protocol::reason::Reason;

/// The list of all cases, `index.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Index {
    pub(super) protocol: String,
    pub(super) made_by: String,
    pub(super) cases: Vec<Case>,
}

/// What is asked of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ask {
    /// Whether it accepts a token (protocol section 6).
    Verify,
    /// What kind of message it is, if any (sections 2 to 4).
    Decode,
    /// Whether two tokens convict (section 7).
    FraudProof,
}

impl Ask {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Decode => "decode",
            Self::FraudProof => "fraud_proof",
        }
    }
}

/// One case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Case {
    /// Stable, and the name of its folder.
    pub(super) id: String,
    pub(super) name: String,
    /// The rule it is about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) note: String,
    pub(super) ask: Ask,
    /// Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) now: Option<u64>,
    /// The root's public key in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) root: Option<String>,
    /// By placeholder, paths inside the kit: one, or none or several of `status`, `seen`, `outage`, `memory`.
    pub(super) files: BTreeMap<String, Vec<String>>,
    /// Of the optional ones those without which another verdict would be right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) needs: Vec<String>,
    pub(super) expect: Expect,
    /// The bytes of the files while a kit is made.
    #[serde(skip)]
    pub(super) contents: BTreeMap<String, Vec<Vec<u8>>>,
}

/// What must come of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Expect {
    /// `accepted` or `declined`; `well_formed` or `refused`; `proof` or `no_proof`.
    pub(super) outcome: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<u32>,
    /// The name of the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    /// Of a message or a proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<String>,
}

impl Expect {
    /// The verdict with a code of section 6.
    pub(super) fn verdict(reason: Reason) -> Self {
        let outcome = if reason == Reason::Accepted {
            "accepted"
        } else {
            "declined"
        };
        Self {
            outcome: outcome.into(),
            code: Some(reason.code()),
            reason: Some(reason.name().into()),
            kind: None,
        }
    }

    /// What a decoder makes of a message.
    pub(super) fn kind(kind: &str) -> Self {
        let refused = matches!(kind, "malformed" | "unsupported");
        Self {
            outcome: if refused { "refused" } else { "well_formed" }.into(),
            code: None,
            reason: None,
            kind: Some(kind.into()),
        }
    }

    /// Whether two tokens convict, and of what.
    pub(super) fn proof(kind: Option<&str>) -> Self {
        Self {
            outcome: if kind.is_some() { "proof" } else { "no_proof" }.into(),
            code: None,
            reason: None,
            kind: kind.map(Into::into),
        }
    }

    /// Whether it is the good end of its question.
    pub(super) fn is_good(&self) -> bool {
        matches!(self.outcome.as_str(), "accepted" | "well_formed" | "proof")
    }

    pub(super) fn words(&self) -> String {
        let more = match (self.code, &self.reason, &self.kind) {
            (Some(code), Some(reason), _) if code != 0 => format!(" with {code} {reason}"),
            (_, _, Some(kind)) => format!(" as {kind}"),
            _ => String::new(),
        };
        format!("{}{more}", self.outcome)
    }
}
