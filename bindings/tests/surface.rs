//! What is promised of the exported surface, read off its sources: results everywhere, documented errors and threads, no bare number or
//! boolean from an app's side, every code in the list of codes.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

/// A function that crosses the border.
struct Exported {
    /// The type or trait it belongs to, if it does.
    of: Option<String>,
    name: String,
    documentation: String,
    signature: String,
    is_foreign: bool,
}

/// rustfmt's layout is relied on.
fn exported() -> (Vec<Exported>, BTreeMap<String, String>) {
    let mut texts = Vec::new();
    sources(&here("src"), &mut texts);
    let (mut found, mut types) = (Vec::new(), BTreeMap::new());
    for text in &texts {
        let lines: Vec<&str> = text.lines().collect();
        let mut documentation = String::new();
        let (mut is_next, mut block): (Option<bool>, Option<(String, bool)>) = (None, None);
        for (at, line) in lines.iter().enumerate() {
            let trimmed = line.trim_start();
            if let Some(words) = trimmed.strip_prefix("///") {
                documentation.push_str(words);
                documentation.push('\n');
                continue;
            }
            if trimmed.starts_with("#[") {
                if trimmed.starts_with("#[uniffi::export") {
                    is_next = Some(trimmed.contains("with_foreign"));
                }
                continue;
            }
            let said = std::mem::take(&mut documentation);
            if *line == "}" {
                block = None;
            }
            let name_after = |word: &str| {
                let (_, rest) = trimmed.split_once(word)?;
                rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                    .next()
                    .map(str::to_owned)
            };
            if trimmed.starts_with("pub struct ") {
                types.insert(name_after("struct ").unwrap(), said.clone());
            }
            let opens = trimmed.starts_with("impl ") || trimmed.starts_with("pub trait ");
            if let (true, Some(is_foreign)) = (opens, is_next.take().filter(|_| opens)) {
                let name = name_after("impl ").or_else(|| name_after("trait "));
                block = Some((name.unwrap(), is_foreign));
                types
                    .entry(block.as_ref().unwrap().0.clone())
                    .or_insert(said);
                continue;
            }
            let is_method =
                block.is_some() && line.starts_with("    ") && !line.starts_with("     ");
            let is_function = trimmed.contains("fn ")
                && !trimmed.starts_with("//")
                && (is_method || (!opens && line.starts_with("pub ") && text_exports(&lines, at)));
            if is_function {
                let rest = lines[at..].iter();
                let mut signature = String::new();
                for part in rest {
                    signature.push_str(part.trim());
                    signature.push(' ');
                    if part.ends_with('{') || part.ends_with(';') {
                        break;
                    }
                }
                found.push(Exported {
                    of: block.as_ref().map(|it| it.0.clone()),
                    name: name_after("fn ").unwrap(),
                    documentation: said,
                    signature,
                    is_foreign: block.as_ref().is_some_and(|it| it.1),
                });
            }
        }
    }
    (found, types)
}

/// A free function is exported by an attribute between its documentation and itself.
fn text_exports(lines: &[&str], at: usize) -> bool {
    let above = lines[..at].iter().rev();
    above
        .take_while(|line| line.starts_with("#[") || line.starts_with("///"))
        .any(|line| line.starts_with("#[uniffi::export"))
}

fn full_name(it: &Exported) -> String {
    let of = it.of.clone().unwrap_or_default();
    format!("{of}.{}", it.name)
}

#[test]
fn everything_exported_returns_a_result_and_says_its_errors_and_its_thread() {
    let (exported, types) = exported();
    let own: Vec<_> = exported.iter().filter(|it| !it.is_foreign).collect();
    assert!(own.len() > 120, "{} were found", own.len());
    let mut silent = Vec::new();
    for it in own {
        let name = full_name(it);
        assert!(
            it.signature.contains("-> Result<"),
            "{name}: {}",
            it.signature
        );
        let of_type = it.of.as_ref().and_then(|of| types.get(of));
        let both = format!("{}{}", it.documentation, of_type.map_or("", |it| it));
        let words = ["thread", "Reads", "Writes", "Waits", "Blocks", "Calls"];
        let says_thread = words.iter().any(|word| both.contains(word));
        if !it.documentation.contains("# Errors") || !says_thread {
            silent.push(name);
        }
    }
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn no_app_gives_a_bare_number_or_boolean() {
    let (exported, _) = exported();
    let foreign: Vec<_> = exported.iter().filter(|it| it.is_foreign).collect();
    let traits: BTreeSet<_> = foreign.iter().filter_map(|it| it.of.as_deref()).collect();
    let ports = [
        "DeviceKeys",
        "KeyVault",
        "RollbackGuard",
        "TerminalKeys",
        "Transceiver",
        "Transport",
        "WallClock",
    ];
    assert_eq!(traits.into_iter().collect::<Vec<_>>(), ports);
    for it in foreign {
        let (_, gives) = it.signature.split_once("-> Result<").unwrap();
        let (gives, error) = gives.split_once(", ").unwrap();
        // Records, or nothing.
        let is_record = gives.starts_with(|c: char| c.is_ascii_uppercase()) && gives != "String";
        assert!(
            gives == "()" || is_record,
            "{} gives {gives}",
            full_name(it)
        );
        assert!(error.contains("Error>"), "{}", full_name(it));
    }
    let suites = std::fs::read_to_string(here("src/conformance.rs")).unwrap();
    for port in ports {
        assert!(
            suites.contains(&format!("dyn {port}>")),
            "no contract suite for {port}"
        );
    }
}

/// Texts that look like a code of an error and are in the sources.
fn codes() -> BTreeSet<String> {
    let mut texts = Vec::new();
    sources(&here("src/error"), &mut texts);
    for file in ["online.rs", "qr.rs", "version.rs", "inspect/verify.rs"] {
        texts.push(std::fs::read_to_string(here("src").join(file)).unwrap());
    }
    let is_code = |text: &&str| {
        let mut parts = text.split('.');
        let word = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        };
        text.contains('.') && parts.all(word)
    };
    let literals = texts
        .iter()
        .flat_map(|text| text.split('"').skip(1).step_by(2));
    literals.filter(is_code).map(str::to_owned).collect()
}

#[test]
fn every_code_of_an_error_is_in_the_list_of_codes() {
    let readme = std::fs::read_to_string(here("README.md")).unwrap();
    let (_, list) = readme.split_once("## Codes").unwrap();
    let (list, _) = list.split_once("\n## ").unwrap();
    let codes = codes();
    assert!(codes.len() > 40, "{codes:?}");
    for code in &codes {
        let (_, last) = code.split_once('.').unwrap();
        let is_listed = list.contains(&format!("`{code}`")) || list.contains(&format!("`.{last}`"));
        assert!(is_listed, "{code} is not in bindings/README.md");
    }
}
