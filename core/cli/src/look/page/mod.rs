//! A view as one page to attach to a ticket: no scripts, pictures or fonts from anywhere, nothing fetched.
//!
//! The page forbids itself everything but its own style and script, which are named by their digests.

mod escape;
mod hex;
mod tree;

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use skilling_link::qr::draw::{Drawing, Level};
use skilling_protocol::message::MessageType;

use super::view::layout::{self, Segment};
use super::view::{Manner, View, signatures, size, warnings};
use crate::escape::shown;
use crate::output::Output;
use crate::status::Failure;
use escape::{html, html_lines};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// What came of looking at one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Pass,
    Fail,
    Skipped,
    /// Legal but odd.
    Odd,
}

/// A line of a table of checks.
#[derive(Debug, Clone)]
pub(crate) struct Check {
    pub(crate) state: State,
    pub(crate) name: String,
    pub(crate) detail: String,
}

/// One message of a page.
#[derive(Debug)]
pub(crate) struct Part<'v> {
    /// What the input is called, harmless.
    pub(crate) name: String,
    pub(crate) view: &'v View,
}

/// What stands above the messages.
#[derive(Debug, Default)]
pub(crate) struct Heading {
    pub(crate) title: String,
    /// Good, bad, or neither.
    pub(crate) verdict: Option<(bool, String)>,
    /// Lines under the title.
    pub(crate) lines: Vec<String>,
    pub(crate) checks: Vec<Check>,
}

/// Writes the page to a file.
///
/// # Errors
/// It cannot be written.
pub(crate) fn write(path: &str, page: &str, output: Output) -> Result<(), Failure> {
    std::fs::write(path, page)
        .map_err(|error| Failure::file(format!("cannot write {}: {error}", shown(path))))?;
    output.note(format_args!("the page was written to {}", shown(path)));
    Ok(())
}

/// The whole page.
pub(crate) fn page(heading: &Heading, parts: &[Part<'_>], manner: &Manner) -> String {
    let mut body = String::new();
    for (number, part) in parts.iter().enumerate() {
        section(&mut body, number, part, manner);
    }
    let made = manner.calendar.absolute(manner.calendar.now());
    let foot = format!(
        "skilling {}, at {}{}",
        env!("CARGO_PKG_VERSION"),
        made.unwrap_or_default(),
        if manner.is_redacted { ", redacted" } else { "" }
    );
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>{}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n{}<main>\n{body}</main>\n\
         <footer>{}</footer>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        policy(),
        html(&heading.title),
        head(heading),
        html(&foot)
    )
}

/// Nothing but the style and script that stand in the page.
fn policy() -> String {
    let digest = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    )
}

fn head(heading: &Heading) -> String {
    let mut text = format!("<header>\n<h1>{}", html(&heading.title));
    if let Some((good, words)) = &heading.verdict {
        let class = if *good { "good" } else { "bad" };
        let _ = write!(
            text,
            " <span class=\"badge {class}\">{}</span>",
            html(words)
        );
    }
    text.push_str("</h1>\n");
    for line in &heading.lines {
        let _ = writeln!(text, "<p>{}</p>", html(line));
    }
    if !heading.checks.is_empty() {
        text.push_str(&card("Rules, in order", &table(&heading.checks)));
    }
    text.push_str("</header>\n");
    text
}

fn section(body: &mut String, number: usize, part: &Part<'_>, manner: &Manner) {
    let (kind, badge, segments, bytes) = match part.view {
        View::Message(view) => {
            let badge = "<span class=\"badge odd\">UNVERIFIED</span>".to_owned();
            let bytes = view.message.as_slice();
            (view.kind.name(), badge, layout::of_message(view), bytes)
        }
        View::Broken(broken) => {
            let badge = "<span class=\"badge bad\">REFUSED</span>".to_owned();
            let bytes = broken.message.as_deref().unwrap_or_default();
            (broken.kind(), badge, layout::of_broken(broken), bytes)
        }
    };
    let _ = writeln!(
        body,
        "<section data-message=\"{number}\">\n<h2>{} {badge}</h2>\n<p class=\"faint\">{}, {} bytes</p>",
        html(kind),
        html(&part.name),
        bytes.len()
    );
    if let View::Broken(broken) = part.view {
        let words = broken.diagnosis(&part.name, manner.is_redacted);
        let plain = anstream::adapter::strip_str(&words).to_string();
        body.push_str(&card(
            "What is wrong",
            &format!("<pre>{}</pre>\n", html_lines(&plain)),
        ));
    }
    body.push_str("<div class=\"columns\">\n<div>\n");
    body.push_str(&card("Checks", &table(&checks(part.view, manner))));
    body.push_str(&card("Fields", &tree::rows(&segments, part.view, manner)));
    body.push_str("</div>\n<div class=\"side\">\n");
    if let Some(code) = code(part.view, bytes, manner) {
        body.push_str(&card("As a code", &code));
    }
    body.push_str(&card(
        "Bytes",
        &hex::lines(&segments, bytes, fault(part.view), manner),
    ));
    body.push_str("</div>\n</div>\n</section>\n");
}

fn card(title: &str, content: &str) -> String {
    format!(
        "<div class=\"card\">\n<h3>{}</h3>\n{content}</div>\n",
        html(title)
    )
}

fn table(checks: &[Check]) -> String {
    let mut text = String::from("<table>\n");
    for check in checks {
        let (class, word) = match check.state {
            State::Pass => ("good", "PASS"),
            State::Fail => ("bad", "FAIL"),
            State::Skipped => ("faint", "SKIPPED"),
            State::Odd => ("odd", "ODD"),
        };
        let _ = writeln!(
            text,
            "<tr><td class=\"state {class}\">{word}</td><td class=\"rule\">{}</td><td>{}</td></tr>",
            html(&check.name),
            html(&check.detail)
        );
    }
    text.push_str("</table>\n");
    text
}

/// What can be said of a message by itself.
fn checks(view: &View, manner: &Manner) -> Vec<Check> {
    let check = |state, name: &str, detail: String| Check {
        state,
        name: name.to_owned(),
        detail,
    };
    match view {
        View::Message(view) => {
            let form =
                "deterministic encoding, bounds of every field, labels, keys and signature values";
            let mut all = vec![check(State::Pass, "form", form.into())];
            all.extend(signatures::of(view, manner).into_iter().map(|it| {
                let state = match it.holds {
                    Some(true) => State::Pass,
                    Some(false) => State::Fail,
                    None => State::Skipped,
                };
                check(state, "signature", format!("{}: {}", it.kind, it.words()))
            }));
            let odd = warnings::of(view, manner);
            all.extend(
                odd.into_iter()
                    .map(|it| check(State::Odd, it.name, format!("{}: {}", it.place, it.text))),
            );
            all
        }
        View::Broken(broken) => {
            let detail = format!("{} at {}: {}", broken.rule, broken.offset, broken.detail);
            vec![check(State::Fail, "form", detail)]
        }
    }
}

/// The picture of the code, where the message travels as one.
fn code(view: &View, bytes: &[u8], manner: &Manner) -> Option<String> {
    if let View::Message(view) = view
        && matches!(
            view.kind,
            MessageType::TrustBundle | MessageType::StatusList
        )
    {
        return None;
    }
    if manner.is_redacted {
        return Some("<p class=\"faint\">Left out: it holds the whole message.</p>\n".into());
    }
    let drawing = Drawing::new(bytes, Level::M)
        .or_else(|_| Drawing::new(bytes, Level::L))
        .ok()?;
    let svg = drawing.svg();
    // Inside a page the picture begins with its own element.
    let svg = svg.get(svg.find("<svg")?..)?;
    let size = size::QrSize::of(bytes.len());
    Some(format!(
        "<div class=\"qr\">{svg}</div>\n<p class=\"faint\">{} characters, version {}-{:?}</p>\n",
        size.characters,
        drawing.version(),
        drawing.level()
    ))
}

/// Where the message breaks.
fn fault(view: &View) -> Option<usize> {
    match view {
        View::Message(_) => None,
        View::Broken(broken) => Some(broken.offset),
    }
}

/// The last run that lies inside the one at `index`.
fn last_inside(segments: &[Segment], index: usize) -> usize {
    let Some(segment) = segments.get(index) else {
        return index;
    };
    let rest = segments.iter().skip(index.saturating_add(1));
    let inside = rest.take_while(|it| it.offset < segment.whole_end && it.level > segment.level);
    index.saturating_add(inside.count())
}
