//! Writing the kit: a folder a case, an index, and the vectors as they stand in the repository.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use super::case::{Case, Index};
use super::cases::{self, VECTORS};
use crate::escape::shown;
use crate::output::Output;
use crate::status::{Failure, Status};

/// What another vendor reads first.
const README: &str = include_str!("readme.md");
const VECTORS_README: &str = include_str!("../../../../../tests/vectors/README.md");

pub(super) fn write(dir: &str, output: Output) -> Result<Status, Failure> {
    let folder = Path::new(dir);
    if folder.is_file() {
        return Err(Failure::file(format!(
            "{} is a file: the kit is a folder\n   = help: give another name",
            shown(dir)
        )));
    }
    if is_foreign(folder) {
        return Err(Failure::file(format!(
            "{} holds something, and no kit: nothing was written\n   = help: give a new or an empty folder",
            shown(dir)
        )));
    }
    let mut cases = cases::all()?;
    for case in &mut cases {
        write_case(folder, case)?;
    }
    for (name, packed) in VECTORS {
        save(
            folder,
            &format!("vectors/{name}.json"),
            &cases::unpacked(packed)?,
        )?;
    }
    save(folder, "README.md", README.as_bytes())?;
    save(folder, "vectors/README.md", VECTORS_README.as_bytes())?;
    let count = cases.len();
    let mut by_question: BTreeMap<_, usize> = BTreeMap::new();
    for case in &cases {
        *by_question.entry(case.ask.name()).or_default() += 1;
    }
    let index = Index {
        protocol: "skilling/v1".into(),
        made_by: concat!("skilling ", env!("CARGO_PKG_VERSION")).into(),
        cases,
    };
    let index = serde_json::to_string_pretty(&index)
        .map_err(|error| Failure::file(format!("the index could not be written: {error}")))?;
    save(folder, "index.json", format!("{index}\n").as_bytes())?;
    if output.json {
        output.value(&json!({"dir": dir, "cases": count, "asks": by_question}))?;
    } else {
        let each: Vec<String> = by_question
            .iter()
            .map(|(ask, count)| format!("{count} {ask}"))
            .collect();
        output.text(&format!(
            "{}: {count} cases ({}), and the vectors. README.md says how to run a terminal through them\n",
            shown(dir),
            each.join(", ")
        ))?;
    }
    Ok(Status::Good)
}

/// Something is in it that no kit put there.
fn is_foreign(folder: &Path) -> bool {
    let holds_something = std::fs::read_dir(folder).is_ok_and(|mut it| it.next().is_some());
    holds_something && !folder.join("index.json").is_file()
}

fn write_case(folder: &Path, case: &mut Case) -> Result<(), Failure> {
    for (name, contents) in &case.contents {
        let ending = match name.as_str() {
            "memory" => "json",
            "story" => "toml",
            _ => "cbor",
        };
        let mut paths = Vec::new();
        for (number, bytes) in (1..).zip(contents) {
            let file = if contents.len() > 1 {
                format!("cases/{}/{name}-{number}.{ending}", case.id)
            } else {
                format!("cases/{}/{name}.{ending}", case.id)
            };
            save(folder, &file, bytes)?;
            paths.push(file);
        }
        if name != "story" {
            case.files.insert(name.clone(), paths);
        }
    }
    if let Some(root) = &case.root {
        // For terminals that take the root key from a file.
        let file = format!("cases/{}/root.hex", case.id);
        save(folder, &file, format!("{root}\n").as_bytes())?;
    }
    Ok(())
}

fn save(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let path = folder.join(name);
    let parent = path.parent().unwrap_or(folder);
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::write(&path, bytes))
        .map_err(|error| {
            Failure::file(format!(
                "cannot write {}: {error}\n   = help: give a folder that you may write to",
                shown(&path.to_string_lossy())
            ))
        })
}
