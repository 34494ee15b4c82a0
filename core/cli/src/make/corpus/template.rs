//! A command line with placeholders: cut into words first, then filled in. No shell ever sees it.

use std::path::Path;

use super::case::{Ask, Case};
use crate::escape::shown;
use crate::look::words::time::Calendar;
use crate::status::Failure;

/// A command line, cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Word(Vec<Piece>),
    /// Stands as often as its placeholder has files.
    Group(Vec<Vec<Piece>>),
}

/// A piece of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Place { name: String, form: String },
}

/// What may stand in braces for a question; the last ones only in brackets.
fn known(ask: Ask) -> (&'static [&'static str], &'static [&'static str]) {
    match ask {
        Ask::Verify => (
            &["id", "token", "request", "trust", "root", "now"],
            &["status", "seen", "outage", "memory"],
        ),
        Ask::Decode => (&["id", "message"], &[]),
        Ask::FraudProof => (&["id", "a", "b", "trust", "root"], &[]),
    }
}

impl Template {
    /// # Errors
    /// An open quote or bracket, an unknown placeholder, no command at all.
    pub(super) fn parse(text: &str, ask: Ask) -> Result<Self, Failure> {
        let parts = cut(text).map_err(|why| wrong(text, why))?;
        let template = Self { parts };
        template.check(ask).map_err(|why| wrong(text, &why))?;
        Ok(template)
    }

    fn check(&self, ask: Ask) -> Result<(), String> {
        let (always, sometimes) = known(ask);
        match self.parts.first() {
            None => return Err("it is empty".into()),
            Some(Part::Group(_)) => return Err("it begins with a part in brackets".into()),
            Some(Part::Word(_)) => {}
        }
        for part in &self.parts {
            let (words, allowed): (&[Vec<Piece>], &[&str]) = match part {
                Part::Word(word) => (std::slice::from_ref(word), &[]),
                Part::Group(words) => (words, sometimes),
            };
            let mut repeats = Vec::new();
            for (name, form) in words.iter().flatten().filter_map(Piece::place) {
                if sometimes.contains(&name) && allowed.is_empty() {
                    return Err(format!(
                        "there may be none or several of {{{name}}}: put it in brackets, [--{name} {{{name}}}]"
                    ));
                }
                if !always.contains(&name) && !sometimes.contains(&name) {
                    let all = [always, sometimes].concat().join(", ");
                    return Err(format!(
                        "{{{}}} is no placeholder here: there are {all}",
                        shown(name)
                    ));
                }
                let forms: &[&str] = match name {
                    "now" => &["", "rfc3339"],
                    "root" => &["", "file"],
                    "id" => &[""],
                    _ => &["", "hex", "qr"],
                };
                if !forms.contains(&form) {
                    return Err(format!(
                        "{{{name}:{}}} is none of its forms: {}",
                        shown(form),
                        forms.join(" ")
                    ));
                }
                if sometimes.contains(&name) && !repeats.contains(&name) {
                    repeats.push(name);
                }
            }
            if matches!(part, Part::Group(_)) && repeats.len() != 1 {
                return Err(format!(
                    "a part in brackets stands as often as there are files of one kind: name one of {}",
                    sometimes.join(", ")
                ));
            }
        }
        Ok(())
    }

    /// Whether it takes files of this name.
    pub(super) fn takes(&self, name: &str) -> bool {
        let groups = self.parts.iter().filter_map(|part| match part {
            Part::Group(words) => Some(words),
            Part::Word(_) => None,
        });
        groups
            .flatten()
            .flatten()
            .filter_map(Piece::place)
            .any(|(it, _)| it == name)
    }

    /// The words for a case whose files are under `folder`.
    ///
    /// # Errors
    /// A file of the kit cannot be read.
    pub(super) fn fill(&self, case: &Case, folder: &Path) -> Result<Vec<String>, Failure> {
        let mut words = Vec::new();
        for part in &self.parts {
            match part {
                Part::Word(word) => words.push(fill(word, case, folder, 0)?),
                Part::Group(group) => {
                    let mut places = group.iter().flatten().filter_map(Piece::place);
                    let repeated = places.find_map(|(name, _)| {
                        known(case.ask)
                            .1
                            .contains(&name)
                            .then(|| case.files.get(name))
                    });
                    let times = repeated.flatten().map_or(0, Vec::len);
                    for number in 0..times {
                        for word in group {
                            words.push(fill(word, case, folder, number)?);
                        }
                    }
                }
            }
        }
        Ok(words)
    }
}

impl Piece {
    fn place(&self) -> Option<(&str, &str)> {
        match self {
            Self::Text(_) => None,
            Self::Place { name, form } => Some((name, form)),
        }
    }
}

fn wrong(text: &str, why: &str) -> Failure {
    Failure::usage(format!(
        "the command cannot be used: {why}\n  --> {}\n   = help: write like './my-terminal --token {{token}} --request {{request}} --trust {{trust}} --root {{root}} --now {{now}} [--status {{status}}]'",
        shown(text)
    ))
}

fn fill(word: &[Piece], case: &Case, folder: &Path, number: usize) -> Result<String, Failure> {
    let mut filled = String::new();
    for piece in word {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Place { name, form } => {
                filled.push_str(&value(name, form, case, folder, number)?)
            }
        }
    }
    Ok(filled)
}

fn value(
    name: &str,
    form: &str,
    case: &Case,
    folder: &Path,
    number: usize,
) -> Result<String, Failure> {
    match (name, form) {
        ("id", _) => return Ok(case.id.clone()),
        ("root", "") => return Ok(case.root.clone().unwrap_or_default()),
        ("now", form) => {
            let unix = case.now.unwrap_or_default();
            let rfc3339 = || {
                let time = skilling_protocol::values::Time::from_unix(unix).ok()?;
                Calendar::new(time, None).ok()?.absolute(time)
            };
            return Ok((form == "rfc3339")
                .then(rfc3339)
                .flatten()
                .unwrap_or_else(|| unix.to_string()));
        }
        _ => {}
    }
    let missing = || {
        Failure::file(format!(
            "case {} has no file for {{{name}}}\n   = help: write the kit again with skilling corpus DIR",
            shown(&case.id)
        ))
    };
    let file = if name == "root" {
        folder.join("cases").join(&case.id).join("root.hex")
    } else {
        let files = case.files.get(name).ok_or_else(missing)?;
        folder.join(files.get(number).ok_or_else(missing)?)
    };
    let path = file.to_string_lossy().into_owned();
    if form.is_empty() || form == "file" {
        return Ok(path);
    }
    let bytes = crate::look::input::file(&path)?;
    Ok(if form == "hex" {
        hex::encode(bytes)
    } else {
        ["SKL1:", &base45::encode(&bytes)].concat()
    })
}

/// Cuts as a shell does: white space separates, quotes and backslashes hold together. Unquoted brackets are groups.
fn cut(text: &str) -> Result<Vec<Part>, &'static str> {
    let mut parts = Vec::new();
    let mut group: Option<Vec<Vec<Piece>>> = None;
    let mut word: Option<Vec<Piece>> = None;
    let mut quote: Option<char> = None;
    let mut chars = text.chars().peekable();
    let end = |word: &mut Option<Vec<Piece>>,
               group: &mut Option<Vec<Vec<Piece>>>,
               parts: &mut Vec<Part>| {
        if let Some(word) = word.take() {
            match group {
                Some(words) => words.push(word),
                None => parts.push(Part::Word(word)),
            }
        }
    };
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => {
                let next = chars.next().ok_or("it ends in a backslash")?;
                push(word.get_or_insert_default(), next);
            }
            (None, '[') if group.is_some() => return Err("a bracket stands in a bracket"),
            (None, '[') => {
                end(&mut word, &mut group, &mut parts);
                group = Some(Vec::new());
            }
            (None, ']') => {
                end(&mut word, &mut group, &mut parts);
                parts.push(Part::Group(
                    group
                        .take()
                        .ok_or("a bracket is closed that was not opened")?,
                ));
            }
            (None, c) if c.is_whitespace() => end(&mut word, &mut group, &mut parts),
            (_, '{') if chars.peek() == Some(&'{') => {
                chars.next();
                push(word.get_or_insert_default(), '{');
            }
            (_, '}') => {
                // A closing brace may be doubled like an opening one.
                chars.next_if_eq(&'}');
                push(word.get_or_insert_default(), '}');
            }
            (_, '{') => {
                let mut inside = String::new();
                loop {
                    match chars.next() {
                        Some('}') => break,
                        Some(c) => inside.push(c),
                        None => return Err("a brace is open"),
                    }
                }
                let (name, form) = inside.split_once(':').unwrap_or((&inside, ""));
                word.get_or_insert_default().push(Piece::Place {
                    name: name.into(),
                    form: form.into(),
                });
            }
            (_, c) => push(word.get_or_insert_default(), c),
        }
    }
    if quote.is_some() {
        return Err("a quote is open");
    }
    if group.is_some() {
        return Err("a bracket is open");
    }
    end(&mut word, &mut group, &mut parts);
    Ok(parts)
}

fn push(word: &mut Vec<Piece>, c: char) {
    match word.last_mut() {
        Some(Piece::Text(text)) => text.push(c),
        _ => word.push(Piece::Text(c.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::case::Expect;
    use super::*;

    fn case() -> Case {
        let files = [
            ("token".to_owned(), vec!["cases/x/token.cbor".to_owned()]),
            ("status".to_owned(), vec!["s1".to_owned(), "s2".to_owned()]),
        ];
        Case {
            id: "x".into(),
            name: String::new(),
            note: String::new(),
            ask: Ask::Verify,
            now: Some(1_800_000_000),
            root: Some("02ab".into()),
            files: files.into(),
            needs: Vec::new(),
            expect: Expect::kind("malformed"),
            contents: Default::default(),
        }
    }

    fn filled(text: &str) -> Vec<String> {
        let template = Template::parse(text, Ask::Verify).unwrap();
        template.fill(&case(), Path::new("/kit")).unwrap()
    }

    #[test]
    fn words_are_cut_before_they_are_filled() {
        assert_eq!(
            filled("till --token={token} 'a b; rm -rf \"/\"' --now {now} {root}"),
            [
                "till",
                "--token=/kit/cases/x/token.cbor",
                "a b; rm -rf \"/\"",
                "--now",
                "1800000000",
                "02ab"
            ]
        );
        assert_eq!(
            filled("till {now:rfc3339} {{x}} \"\""),
            ["till", "2027-01-15T08:00:00Z", "{x}", ""]
        );
    }

    #[test]
    fn a_part_in_brackets_stands_as_often_as_there_are_files() {
        assert_eq!(
            filled("till [--status {status}] [--seen {seen}] end"),
            ["till", "--status", "/kit/s1", "--status", "/kit/s2", "end"]
        );
    }

    #[test]
    fn what_cannot_be_filled_is_refused_before_anything_runs() {
        for wrong in [
            "",
            "'till",
            "till [--seen {seen}",
            "till ]",
            "till {tokne}",
            "till {status}",
            "till [x]",
            "till {token",
            "till [[{seen}]]",
            "till {token:base99}",
            "till \\",
            "[{seen}]",
            "till [{seen} {status}]",
        ] {
            assert!(Template::parse(wrong, Ask::Verify).is_err(), "{wrong}");
        }
        assert!(Template::parse("till {token}", Ask::Decode).is_err());
    }
}
