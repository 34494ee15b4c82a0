//! `skilling corpus run`: every case of a kit through a terminal's command line.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde_json::{Value as Json, json};

use super::answer::Answer;
use super::case::{Ask, Case, Index};
use super::process;
use super::template::Template;
use crate::escape::shown;
use crate::junit::{self, Outcome};
use crate::look::input;
use crate::output::{BAD, FAINT, GOOD, NOTICE, Output, paint};
use crate::status::{Failure, Status};

const EXAMPLE: &str = "Examples:
  skilling corpus run kit --command './my-terminal --token {token} --request {request}
      --trust {trust} --root {root} --now {now} [--status {status}]'
  skilling corpus run kit --command ... --only mutate- --junit report.xml

Placeholders: {token} {request} {trust} are paths of files, {token:hex} and {token:qr}
their content; {root} is hex, {root:file} a file with it; {now} Unix seconds,
{now:rfc3339}; {id} the case. [--status {status}] stands as often as there are such
files; so {seen}, {outage} and {memory}. Words are cut first, then filled; no shell.

The answer is JSON on stdout (code, or outcome: accepted, declined), else the exit
status: 0 accepted, 1 declined, anything else is no answer. The kit's README has more.";

/// Drive any terminal through the kit, and say where it is wrong.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Run {
    /// The kit, as skilling corpus wrote it.
    dir: String,
    /// How the terminal is asked about a token.
    #[arg(long, value_name = "COMMAND", required_unless_present_any = ["decode_command", "fraud_command"])]
    command: Option<String>,
    /// How it is asked what a message is: {message}.
    #[arg(long, value_name = "COMMAND")]
    decode_command: Option<String>,
    /// How it is asked whether two tokens convict: {a} {b} {trust} {root}.
    #[arg(long, value_name = "COMMAND")]
    fraud_command: Option<String>,
    /// It has accepted exactly when this text stands on stdout.
    #[arg(long, value_name = "TEXT")]
    accept_pattern: Option<String>,
    /// How long one answer may take, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// Only the cases whose id begins like this.
    #[arg(long, value_name = "ID")]
    only: Option<String>,
    /// Write the results as JUnit XML.
    #[arg(long, value_name = "OUT")]
    junit: Option<String>,
}

/// One case and what came of it.
struct Done {
    case: Case,
    answer: Option<Answer>,
    outcome: Outcome,
}

impl Run {
    pub(super) fn run(self, output: Output) -> Result<Status, Failure> {
        let templates = self.templates()?;
        let folder = std::fs::canonicalize(&self.dir).map_err(|error| {
            Failure::file(format!(
                "cannot open {}: {error}\n   = help: write a kit with skilling corpus DIR",
                shown(&self.dir)
            ))
        })?;
        let cases = self.cases(&folder, &templates)?;
        let count = cases.len();
        let mut done = Vec::new();
        for (number, case) in (1..).zip(cases) {
            progress(number, count, &case.id, output);
            let (answer, outcome) = self.ask(&case, &templates, &folder)?;
            done.push(Done {
                case,
                answer,
                outcome,
            });
        }
        clear_progress(output);
        self.report(&done, output)?;
        let is_good = done
            .iter()
            .all(|it| matches!(it.outcome, Outcome::Passed | Outcome::Skipped(_)));
        Ok(if is_good {
            Status::Good
        } else {
            Status::Refused
        })
    }

    fn templates(&self) -> Result<BTreeMap<Ask, Template>, Failure> {
        let given = [
            (Ask::Verify, &self.command),
            (Ask::Decode, &self.decode_command),
            (Ask::FraudProof, &self.fraud_command),
        ];
        let parse = |(ask, text): (Ask, &Option<String>)| {
            let text = text.as_ref()?;
            Some(Template::parse(text, ask).map(|template| (ask, template)))
        };
        given.into_iter().filter_map(parse).collect()
    }

    /// The cases that are asked about.
    fn cases(
        &self,
        folder: &Path,
        templates: &BTreeMap<Ask, Template>,
    ) -> Result<Vec<Case>, Failure> {
        let path = folder.join("index.json");
        let bytes = input::file(&path.to_string_lossy()).map_err(|failure| {
            Failure::file(format!(
                "{}\n   = help: write a kit with skilling corpus DIR",
                failure.message
            ))
        })?;
        let index: Index = serde_json::from_slice(&bytes).map_err(|error| {
            Failure::usage(format!(
                "{} is no index of a kit: {}\n   = help: write the kit again with skilling corpus DIR",
                shown(&path.to_string_lossy()),
                shown(&error.to_string())
            ))
        })?;
        let begins = self.only.as_deref().unwrap_or_default();
        let cases: Vec<Case> = index
            .cases
            .into_iter()
            .filter(|case| templates.contains_key(&case.ask) && case.id.starts_with(begins))
            .collect();
        if let Some(case) = cases.iter().find(|case| is_option(case)) {
            return Err(Failure::usage(format!(
                "case {} has an id or a root key that a command could take for an option: nothing was run",
                shown(&case.id)
            )));
        }
        if let Some(case) = cases.iter().find(|case| leaves(case)) {
            return Err(Failure::usage(format!(
                "case {} names a file outside of the kit: nothing was run",
                shown(&case.id)
            )));
        }
        if cases.is_empty() {
            return Err(Failure::usage(
                "no case is left to ask: look at --only and at the kit's index.json",
            ));
        }
        Ok(cases)
    }

    fn ask(
        &self,
        case: &Case,
        templates: &BTreeMap<Ask, Template>,
        folder: &Path,
    ) -> Result<(Option<Answer>, Outcome), Failure> {
        let Some(template) = templates.get(&case.ask) else {
            return Ok((None, Outcome::Skipped("there is no command for it".into())));
        };
        let missing: Vec<String> = case
            .needs
            .iter()
            .filter(|name| !template.takes(name))
            .map(|name| format!("[... {{{name}}}]"))
            .collect();
        if !missing.is_empty() {
            let why = format!("the command does not take {}", missing.join(" and "));
            return Ok((None, Outcome::Skipped(why)));
        }
        let words = template.fill(case, folder)?;
        let ended = process::run(&words, Duration::from_secs(self.timeout))?;
        Ok(
            match Answer::read(case.ask, &ended, self.accept_pattern.as_deref()) {
                Ok(answer) => {
                    let outcome = answer.judge(case);
                    (Some(answer), outcome)
                }
                Err(why) => (None, Outcome::Errored(why)),
            },
        )
    }

    fn report(&self, done: &[Done], output: Output) -> Result<(), Failure> {
        if let Some(path) = &self.junit {
            let results: Vec<_> = done
                .iter()
                .map(|it| {
                    (
                        format!("{}: {}", shown(&it.case.id), shown(&it.case.name)),
                        it.outcome.clone(),
                    )
                })
                .collect();
            std::fs::write(path, junit::report("skilling corpus", &results))
                .map_err(|error| Failure::file(format!("cannot write {}: {error}", shown(path))))?;
        }
        if output.json {
            output.value(&json(done))
        } else {
            output.text(&text(done))
        }
    }
}

/// An index is somebody's file too: it names nothing but what lies in its kit.
fn leaves(case: &Case) -> bool {
    let outside = |path: &str| {
        let parts: PathBuf = path.into();
        let stays = parts
            .components()
            .all(|it| matches!(it, Component::Normal(_)));
        !stays || path.is_empty()
    };
    outside(&case.id) || case.files.values().flatten().any(|path| outside(path))
}

/// What fills a word of the command by itself must not turn into an option of it.
fn is_option(case: &Case) -> bool {
    let is_hex = |key: &String| key.bytes().all(|it| it.is_ascii_hexdigit());
    case.id.starts_with('-') || !case.root.iter().all(is_hex)
}

fn progress(number: usize, count: usize, id: &str, output: Output) {
    if !output.quiet && std::io::stderr().is_terminal() {
        // Where stderr is closed there is nobody to tell.
        let _ = write!(std::io::stderr(), "\r\x1b[K{number}/{count}  {}", shown(id));
    }
}

fn clear_progress(output: Output) {
    if !output.quiet && std::io::stderr().is_terminal() {
        let _ = write!(std::io::stderr(), "\r\x1b[K");
    }
}

const fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed(_) => "failed",
        Outcome::Errored(_) => "error",
        Outcome::Skipped(_) => "skipped",
    }
}

fn why(outcome: &Outcome) -> Option<&str> {
    match outcome {
        Outcome::Passed => None,
        Outcome::Failed(why) | Outcome::Errored(why) | Outcome::Skipped(why) => Some(why),
    }
}

fn count(done: &[Done], wanted: &str) -> usize {
    done.iter().filter(|it| word(&it.outcome) == wanted).count()
}

fn json(done: &[Done]) -> Json {
    let one = |it: &Done| {
        json!({
            "id": it.case.id, "name": it.case.name, "ask": it.case.ask, "expect": it.case.expect,
            "said": it.answer.as_ref().map(|answer| answer.words(it.case.ask)),
            "result": word(&it.outcome), "why": why(&it.outcome),
        })
    };
    json!({
        "passed": count(done, "passed"), "failed": count(done, "failed"), "errors": count(done, "error"),
        "skipped": count(done, "skipped"), "cases": done.iter().map(one).collect::<Vec<_>>(),
    })
}

/// What is wrong, one by one; what was skipped, by reason; and the sum.
fn text(done: &[Done]) -> String {
    let mut text = String::new();
    let mut skipped: BTreeMap<&str, usize> = BTreeMap::new();
    for it in done {
        let (style, why) = match &it.outcome {
            Outcome::Passed => continue,
            Outcome::Skipped(why) => {
                *skipped.entry(why).or_default() += 1;
                continue;
            }
            Outcome::Failed(why) => (BAD, why),
            Outcome::Errored(why) => (NOTICE, why),
        };
        text.push_str(&format!(
            "{}  {}: {}\n      {why}\n",
            paint(
                style,
                if matches!(it.outcome, Outcome::Failed(_)) {
                    "FAIL"
                } else {
                    "????"
                }
            ),
            shown(&it.case.id),
            shown(&it.case.name),
        ));
    }
    for (why, count) in skipped {
        text.push_str(&format!(
            "{}  {count} skipped: {why}\n",
            paint(FAINT, "----")
        ));
    }
    let (passed, wrong) = (
        count(done, "passed"),
        count(done, "failed") + count(done, "error"),
    );
    let style = if wrong == 0 { GOOD } else { BAD };
    let sum = format!(
        "{} cases: {passed} as they must be, {wrong} not, {} skipped",
        done.len(),
        count(done, "skipped")
    );
    text.push_str(&format!("{}\n", paint(style, sum)));
    text
}
