//! Many tokens in one call: files of tokens against the request of the options, or files of whole cases.

use serde::Deserialize;
use serde_json::{Value as Json, json};
use skilling_protocol::values::{PublicKey, Time};

use super::Verify;
use super::case::{Inputs, Known, Memory};
use super::judge::{Judgement, judge};
use crate::escape::shown;
use crate::junit::{self, Outcome};
use crate::look::input::{self, Found};
use crate::output::{BAD, GOOD, Output, paint};
use crate::status::{Failure, Status};

/// One result of a batch.
#[derive(Debug)]
pub(super) struct Entry {
    /// The file, and the case in it.
    pub(super) name: String,
    /// The code that a case expects; of a bare token acceptance.
    pub(super) expected: Option<u32>,
    pub(super) result: Result<Judgement, Failure>,
}

impl Entry {
    /// A case is good when it gives the code it expects; a bare token when it is accepted.
    pub(super) fn status(&self) -> Status {
        match (&self.result, self.expected) {
            (Err(failure), _) => failure.status,
            (Ok(judgement), None) => judgement.status(),
            (Ok(judgement), Some(code)) if judgement.reason.code() == code => Status::Good,
            (Ok(_), Some(_)) => Status::Refused,
        }
    }
}

impl Entry {
    /// For JUnit.
    fn outcome(&self) -> (String, Outcome) {
        let outcome = match (&self.result, self.status()) {
            (_, Status::Good) => Outcome::Passed,
            (Ok(_), _) => Outcome::Failed(summary(self)),
            (Err(_), _) => Outcome::Errored(summary(self)),
        };
        (self.name.clone(), outcome)
    }
}

/// A file of cases; unknown members are ignored.
#[derive(Debug, Deserialize)]
struct Cases {
    cases: Vec<Case>,
}

#[derive(Debug, Deserialize)]
struct Case {
    name: Option<String>,
    token: String,
    request: String,
    trust: String,
    root: String,
    now: u64,
    #[serde(default)]
    status: Vec<String>,
    #[serde(default)]
    seen: Vec<String>,
    outage: Option<String>,
    code: Option<u32>,
    #[serde(default)]
    memory: Memory,
}

pub(super) fn run(options: &Verify, output: Output) -> Result<Status, Failure> {
    let mut entries = Vec::new();
    let mut shared = None;
    for file in &options.batch {
        match cases(file)? {
            Some(cases) => entries.extend(case_entries(file, cases, output)),
            None => {
                let known = match shared.take() {
                    Some(known) => known,
                    None => Known::from_inputs(&options.inputs(output)?, output)?,
                };
                entries.extend(token_entries(file, &known, output));
                shared = Some(known);
            }
        }
    }
    if let Some(path) = &options.junit {
        let results: Vec<_> = entries.iter().map(Entry::outcome).collect();
        std::fs::write(path, junit::report("skilling verify", &results))
            .map_err(|error| Failure::file(format!("cannot write {}: {error}", shown(path))))?;
    }
    if output.json {
        output.value(&entries.iter().map(entry_json).collect())?;
    } else {
        output.text(&text(&entries))?;
    }
    Ok(entries
        .iter()
        .map(Entry::status)
        .fold(Status::Good, Ord::max))
}

/// The cases of a JSON file; `None` where it is none.
fn cases(file: &str) -> Result<Option<Vec<Case>>, Failure> {
    if file == "-" || !std::path::Path::new(file).is_file() {
        return Ok(None);
    }
    let bytes = input::file(file)?;
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Ok(None);
    }
    serde_json::from_slice::<Cases>(&bytes)
        .map(|it| Some(it.cases))
        .map_err(|error| Failure::usage(format!("{} holds no cases: {error}", shown(file))))
}

fn case_entries(file: &str, cases: Vec<Case>, output: Output) -> Vec<Entry> {
    // The warnings of a case are part of its result, not of the whole call.
    let silent = Output {
        quiet: true,
        ..output
    };
    let numbered = (1..).zip(cases);
    numbered
        .map(|(number, case)| Entry {
            name: match &case.name {
                Some(name) => format!("{}: {}", shown(file), shown(name)),
                None => format!("{}: case {number}", shown(file)),
            },
            expected: case.code,
            result: inputs(&case).and_then(|inputs| {
                let mut known = Known::from_inputs(&inputs, silent)?;
                known.memory = case.memory.clone();
                Ok(judge(&message("token", &case.token)?, &known))
            }),
        })
        .collect()
}

fn inputs(case: &Case) -> Result<Inputs, Failure> {
    let each = |name, texts: &[String]| -> Result<Vec<Found>, Failure> {
        texts.iter().map(|text| message(name, text)).collect()
    };
    let root = PublicKey::from_sec1(&bytes("root", &case.root)?)
        .map_err(|error| Failure::usage(format!("root: {error}")))?;
    Ok(Inputs {
        roots: vec![root],
        trust: message("trust", &case.trust)?,
        request: message("request", &case.request)?,
        status: each("status", &case.status)?,
        seen: each("seen", &case.seen)?,
        outage: match &case.outage {
            Some(text) => Some(message("outage", text)?),
            None => None,
        },
        now: Time::from_unix(case.now).map_err(|error| Failure::usage(error.to_string()))?,
    })
}

/// The verdict on one case in its JSON form, for commands that make tokens and promise what becomes of them.
///
/// # Errors
/// It is no case, or its request is none that a terminal made.
pub(super) fn verdict(case: Json) -> Result<Judgement, Failure> {
    let case: Case = serde_json::from_value(case)
        .map_err(|error| Failure::usage(format!("this is no case: {error}")))?;
    let silent = Output {
        json: false,
        quiet: true,
    };
    let mut known = Known::from_inputs(&inputs(&case)?, silent)?;
    known.memory = case.memory.clone();
    Ok(judge(&message("token", &case.token)?, &known))
}

fn message(name: &str, text: &str) -> Result<Found, Failure> {
    bytes(name, text).map(Found::Message)
}

fn bytes(name: &str, text: &str) -> Result<Vec<u8>, Failure> {
    hex::decode(text).map_err(|_| Failure::usage(format!("{name} is not hex")))
}

fn token_entries(file: &str, known: &Known, output: Output) -> Vec<Entry> {
    let entry = |name, result| Entry {
        name,
        expected: None,
        result,
    };
    let input = match input::load(file, output) {
        Ok(input) => input,
        Err(failure) => return vec![entry(shown(file), Err(failure))],
    };
    let several = input.found.len() > 1;
    let numbered = (1..).zip(&input.found);
    numbered
        .map(|(number, token)| {
            let name = if several {
                format!("{}: message {number}", shown(file))
            } else {
                shown(file)
            };
            entry(name, Ok(judge(token, known)))
        })
        .collect()
}

fn entry_json(entry: &Entry) -> Json {
    let mut json = match &entry.result {
        Ok(judgement) => judgement.json(),
        Err(failure) => json!({"error": failure.message, "status": failure.status as u8}),
    };
    json["name"] = json!(entry.name);
    if let Some(expected) = entry.expected {
        json["expected"] = json!(expected);
        json["as_expected"] = json!(entry.status() == Status::Good);
    }
    json
}

fn text(entries: &[Entry]) -> String {
    let mut text = String::new();
    for entry in entries {
        let good = entry.status() == Status::Good;
        let (style, word) = if good { (GOOD, "ok  ") } else { (BAD, "FAIL") };
        text.push_str(&format!(
            "{}  {}  {}\n",
            paint(style, word),
            entry.name,
            summary(entry)
        ));
    }
    let failed = entries.iter().filter(|it| it.status() != Status::Good);
    text.push_str(&format!(
        "{} checked, {} not as they should be\n",
        entries.len(),
        failed.count()
    ));
    text
}

/// What came of it, on one line.
fn summary(entry: &Entry) -> String {
    let came = match &entry.result {
        Ok(judgement) => format!("{} {}", judgement.reason.code(), judgement.reason),
        Err(failure) => failure.message.clone(),
    };
    match entry.expected {
        Some(code) if entry.status() != Status::Good => format!("{came}, expected {code}"),
        _ => came,
    }
}
