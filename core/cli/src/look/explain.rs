//! `skilling explain`: what a reason code or a status word means to whom, and what to do.

use clap::Args;
use serde_json::{Value as Json, json};
use skilling_link::apdu::StatusWord;
use skilling_protocol::reason::Reason;

use super::words::wrap;
use crate::escape::shown;
use crate::output::{HEADING, Output, paint};
use crate::status::{Failure, Status};

const EXAMPLE: &str = "Examples:
  skilling explain 24
  skilling explain over_cap
  skilling explain 6985";

/// Explain a reason code or an NFC status word: to payer, cashier and developer, and what to do.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Explain {
    /// A code (24), a name (over_cap), or a status word (6985, 61xx).
    #[arg(value_name = "CODE-OR-NAME")]
    what: String,
}

impl Explain {
    pub(crate) fn run(self, output: Output) -> Result<Status, Failure> {
        let what = self.what.trim().to_ascii_lowercase();
        let name = what.replace('-', "_");
        let reason = match what.parse::<u32>() {
            Ok(code) => Reason::from_code(code),
            Err(_) => Reason::from_name(&name),
        };
        if let Some(reason) = reason {
            return tell(&of_reason(reason), output);
        }
        match status_word(&what, &name) {
            Some(word) => tell(&of_status_word(word), output),
            None => Err(Failure::usage(format!(
                "nothing is known of {}: give a reason code (0 to 64), its name, or a status word like 6985{}",
                shown(&self.what),
                alike(&name)
            ))),
        }
    }
}

/// The names that a part of a name may stand for.
fn alike(part: &str) -> String {
    let names: Vec<&str> = Reason::all()
        .iter()
        .map(|it| it.name())
        .filter(|it| part.len() > 2 && it.contains(part))
        .collect();
    if names.is_empty() {
        return String::new();
    }
    format!("\n   = help: names with it: {}", names.join(", "))
}

/// What is said of either.
struct Explanation {
    heading: String,
    payer: String,
    cashier: String,
    developer: String,
    action: String,
    section: String,
    json: Json,
}

fn of_reason(reason: Reason) -> Explanation {
    let mut json = json!({
        "code": reason.code(),
        "name": reason.name(),
        "payer": reason.payer(),
        "cashier": reason.cashier(),
        "developer": reason.developer(),
        "action": reason.action(),
        "section": reason.section(),
    });
    if let Some(status) = reason.http_status() {
        json["http_status"] = json!(status);
    }
    Explanation {
        heading: format!("{} {}", reason.code(), reason.name()),
        payer: reason.payer().into(),
        cashier: reason.cashier().into(),
        developer: reason.developer().into(),
        action: reason.action().into(),
        section: reason.section().into(),
        json,
    }
}

/// Four hex digits, `61xx`, or a name.
fn status_word(what: &str, name: &str) -> Option<StatusWord> {
    if what == "61xx" {
        return Some(StatusWord::MoreData(256));
    }
    if let Some(word) = StatusWord::ALL.into_iter().find(|word| word.name() == name) {
        return Some(word);
    }
    let digits: String = what
        .trim_start_matches("0x")
        .split_ascii_whitespace()
        .collect();
    match hex::decode(digits).ok()?.as_slice() {
        [sw1, sw2] => Some(StatusWord::from_bytes(*sw1, *sw2)),
        _ => None,
    }
}

fn of_status_word(word: StatusWord) -> Explanation {
    let [sw1, sw2] = word.to_bytes();
    let digits = format!("{sw1:02X}{sw2:02X}");
    let (payer, cashier, action) = people(word);
    let section = "protocol section 4 (NFC)";
    Explanation {
        heading: format!("{digits} {}", word.name()),
        payer: payer.into(),
        cashier: cashier.into(),
        developer: word.meaning().into(),
        action: action.into(),
        section: section.into(),
        json: json!({
            "status_word": digits,
            "name": word.name(),
            "payer": payer,
            "cashier": cashier,
            "developer": word.meaning(),
            "action": action,
            "section": section,
        }),
    }
}

/// What a status word means to payer and cashier, and what the till does.
fn people(word: StatusWord) -> (&'static str, &'static str, &'static str) {
    match word {
        StatusWord::Success => (
            "Nothing to do.",
            "Nothing to do.",
            "Go on with the next step.",
        ),
        StatusWord::MoreData(_) => (
            "Keep the phone where it is.",
            "The phone is still answering.",
            "Send GET RESPONSE until 9000 comes.",
        ),
        StatusWord::ConditionsNotSatisfied => (
            "Your phone asks whether you want to pay: look and agree.",
            "The customer has not agreed yet.",
            "Send the very same request again in 0.5 to 1 s.",
        ),
        StatusWord::SecurityStatusNotSatisfied => (
            "Your phone did not recognise the receipt.",
            "Show the receipt as a code.",
            "Show the receipt as a code; check which payment it is bound to.",
        ),
        StatusWord::FileNotFound | StatusWord::InstructionNotSupported => (
            "Open the app and hold the phone to the till again.",
            "The phone's app is not open.",
            "Select the application again at the next tap.",
        ),
        StatusWord::ReferencedDataNotFound => (
            "Nothing was paid in that tap.",
            "The phone has nothing to repeat.",
            "After a repeat: the torn payment does not exist; ask again.",
        ),
        StatusWord::WrongData
        | StatusWord::WrongLength
        | StatusWord::WrongParameters
        | StatusWord::ClassNotSupported => (
            "The till and your phone did not understand each other. Nothing was paid.",
            "Try again; if it happens again, use the code instead.",
            "Mend the command: the same bytes get the same answer. Record a trace and inspect it.",
        ),
        StatusWord::Other(_) => (
            "Hold the phone to the till again.",
            "Try the tap again, or use the code instead.",
            "Treat it as a torn tap: select again, then repeat the request.",
        ),
    }
}

/// What a reason means to whom: lines for a person.
pub(crate) fn words(reason: Reason) -> String {
    of_reason(reason).lines()
}

/// The same for programs.
pub(crate) fn json(reason: Reason) -> Json {
    of_reason(reason).json
}

impl Explanation {
    fn lines(&self) -> String {
        let rows = [
            ("payer", &self.payer),
            ("cashier", &self.cashier),
            ("developer", &self.developer),
            ("what to do", &self.action),
            ("defined in", &self.section),
        ];
        let row = |(name, text): (&str, &String)| wrap::hanging(&format!("  {name:<10} "), text);
        rows.map(row).concat()
    }
}

fn tell(it: &Explanation, output: Output) -> Result<Status, Failure> {
    if output.json {
        output.value(&it.json)?;
    } else {
        output.text(&format!("{}\n{}", paint(HEADING, &it.heading), it.lines()))?;
    }
    Ok(Status::Good)
}
