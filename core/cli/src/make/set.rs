//! Everything that is needed to verify what was minted: token, request, bundle, status list, root key, and the line to run.

use std::path::Path;

use serde_json::{Value as Json, json};
use skilling_protocol::message::MessageType;
use skilling_protocol::reason::Reason;

use super::source::Wrong;
use super::story::Story;
use crate::escape::shown;
use crate::look::verify;
use crate::output::{BAD, GOOD, paint};
use crate::status::Failure;

/// The messages of a story, as bytes.
#[derive(Debug)]
pub(super) struct Set {
    pub(super) token: Vec<u8>,
    pub(super) request: Vec<u8>,
    pub(super) trust: Vec<u8>,
    pub(super) status: Vec<u8>,
    pub(super) outage: Option<Vec<u8>>,
    /// What was asked for, where it is none of these.
    message: Option<Vec<u8>>,
    pub(super) root: String,
    pub(super) now: u64,
}

impl Set {
    /// The set of a story; `message` is what its TOML asked for, with everything that is off.
    pub(super) fn of(story: &mut Story, message: &[u8]) -> Result<Self, Wrong> {
        let kind = story.kind();
        let mut one = |wanted| {
            if kind == wanted {
                Ok(message.to_vec())
            } else {
                story.in_order(wanted)
            }
        };
        let (token, request) = (
            one(MessageType::PaymentToken)?,
            one(MessageType::PaymentRequest)?,
        );
        let (trust, status) = (
            one(MessageType::TrustBundle)?,
            one(MessageType::StatusList)?,
        );
        let in_set = [
            MessageType::PaymentToken,
            MessageType::PaymentRequest,
            MessageType::TrustBundle,
            MessageType::StatusList,
            MessageType::Outage,
        ];
        Ok(Self {
            token,
            request,
            trust,
            status,
            outage: (kind == MessageType::Outage).then(|| message.to_vec()),
            message: (!in_set.contains(&kind)).then(|| message.to_vec()),
            root: story.root(),
            now: story.now().unix(),
        })
    }

    /// As a case of `skilling verify --batch`.
    pub(super) fn case(&self) -> Json {
        json!({
            "token": hex::encode(&self.token), "request": hex::encode(&self.request),
            "trust": hex::encode(&self.trust), "root": self.root, "now": self.now,
            "status": [hex::encode(&self.status)],
            "outage": self.outage.as_ref().map(hex::encode),
        })
    }

    /// Writes every file.
    pub(super) fn write(&self, dir: &str) -> Result<Written, Failure> {
        let folder = Path::new(dir);
        let failed = |error: std::io::Error| {
            Failure::file(format!(
                "cannot write into {}: {error}\n   = help: give a folder that you may write to; it is made where it is missing",
                shown(dir)
            ))
        };
        std::fs::create_dir_all(folder).map_err(failed)?;
        let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
        let mut command = vec![
            "skilling".into(),
            "verify".into(),
            path("token.cbor"),
            "--request".into(),
            path("request.cbor"),
            "--trust".into(),
            path("trust.cbor"),
            "--root".into(),
            path("root.hex"),
            "--status".into(),
            path("status.cbor"),
        ];
        if self.outage.is_some() {
            command.extend(["--outage".into(), path("outage.cbor")]);
        }
        command.extend(["--now".into(), self.now.to_string()]);
        let line = command
            .iter()
            .map(|it| quoted(it))
            .collect::<Vec<_>>()
            .join(" ");
        let root = format!("{}\n", self.root);
        let script = format!("{line}\n");
        let mut files = vec![
            ("token.cbor", self.token.as_slice()),
            ("request.cbor", &self.request),
            ("trust.cbor", &self.trust),
            ("status.cbor", &self.status),
            ("root.hex", root.as_bytes()),
            ("verify.txt", script.as_bytes()),
        ];
        files.extend(
            self.outage
                .as_ref()
                .map(|it| ("outage.cbor", it.as_slice())),
        );
        files.extend(
            self.message
                .as_ref()
                .map(|it| ("message.cbor", it.as_slice())),
        );
        for (name, bytes) in &files {
            std::fs::write(folder.join(name), bytes).map_err(failed)?;
        }
        Ok(Written {
            files: files.iter().map(|(name, _)| path(name)).collect(),
            line,
            verdict: verify::verdict(self.case()),
        })
    }
}

/// What was written, and what comes of it.
#[derive(Debug)]
pub(super) struct Written {
    files: Vec<String>,
    line: String,
    verdict: Result<Reason, Failure>,
}

impl Written {
    pub(super) fn text(&self) -> String {
        let verdict = match &self.verdict {
            Ok(Reason::Accepted) => paint(GOOD, "0 accepted"),
            Ok(reason) => paint(BAD, format_args!("{} {}", reason.code(), reason.name())),
            Err(failure) => paint(BAD, format_args!("the call is wrong: {}", failure.message)),
        };
        let files: String = self
            .files
            .iter()
            .map(|it| format!("{}\n", shown(it)))
            .collect();
        format!("{files}\n{}\n  gives: {verdict}\n", shown(&self.line))
    }

    pub(super) fn json(&self) -> Json {
        let mut json = json!({"files": self.files, "verify": self.line});
        match &self.verdict {
            Ok(reason) => {
                json["code"] = json!(reason.code());
                json["reason"] = json!(reason.name());
            }
            Err(failure) => json["error"] = json!(failure.message),
        }
        json
    }
}

/// A word as a shell reads it back.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-:+=,@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
