//! What every test of the command needs: the real binary, scratch files, and cases with their results.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;

/// The command, without anything of the caller's environment that changes what it writes.
pub(crate) fn skilling() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_skilling"));
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

/// Runs it and gives status, stdout and stderr.
pub(crate) fn run<S: AsRef<str>>(arguments: &[S]) -> Ran {
    Ran::from(
        skilling()
            .args(arguments.iter().map(AsRef::as_ref))
            .output()
            .unwrap(),
    )
}

/// Runs it with something on standard input.
pub(crate) fn run_with_input<S: AsRef<str>>(arguments: &[S], input: impl Into<Vec<u8>>) -> Ran {
    let mut command = skilling();
    command.args(arguments.iter().map(AsRef::as_ref));
    Ran::from(command.write_stdin(input).output().unwrap())
}

/// What came of a run.
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let ran = Self {
            status: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
        ran
    }
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!("{error}\nstdout: {}\nstderr: {}", self.stdout, self.stderr)
        })
    }
}

/// Every case of a file: the project's own, and behind them those of an independent implementation, where their folder is.
/// No test may need the latter: `published_vectors.rs` is what says whether they were judged.
pub(crate) fn vectors(name: &str) -> Vec<Value> {
    let independent = match name {
        "messages.json" => "inspect.json",
        other => other,
    };
    let folder = std::env::var_os("SKILLING_VECTORS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors"),
        PathBuf::from,
    );
    let mut all = own_vectors(name);
    if folder.exists() {
        all.extend(cases(&folder.join(independent)));
    }
    all
}

/// The case of the project's own that has this name.
pub(crate) fn own_vector(file: &str, name: &str) -> Value {
    let all = own_vectors(file);
    let found = all.into_iter().find(|case| case["name"] == name);
    found.unwrap_or_else(|| panic!("no case {name} in {file}"))
}

fn cases(path: &Path) -> Vec<Value> {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let parsed: Value = serde_json::from_slice(&bytes).unwrap();
    parsed["cases"].as_array().unwrap().clone()
}

/// A tap recorded: a chained request, and a token fetched in two parts. Both in hex.
pub(crate) fn trace(request: &str, token: &str) -> String {
    let (first, rest) = request.split_at(510);
    let (answer, remaining) = token.split_at(512);
    let (sent, left) = (rest.len() / 2, remaining.len() / 2);
    [
        "# a tap",
        "> 00A4040007F0534B494C4C0100",
        "< A30101021910000300 9000",
        &format!("> 90400000FF{first}"),
        "< 9000",
        &format!("> 80400000{sent:02X}{rest}00"),
        &format!("< {answer}61{left:02X}"),
        &format!("> 00C00000{left:02X}"),
        &format!("< {remaining}9000"),
        "",
    ]
    .join("\n")
}

/// A scratch folder with named files in it.
pub(crate) struct Scratch(tempfile::TempDir);

impl Scratch {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The bytes that a case has as hex.
    pub(crate) fn write_hex(&self, name: &str, hex: &Value) -> String {
        self.write(name, hex::decode(hex.as_str().unwrap()).unwrap())
    }

    pub(crate) fn exists(&self, name: &str) -> bool {
        Path::new(&self.path(name)).exists()
    }
}

/// The project's own cases.
pub(crate) fn own_vectors(name: &str) -> Vec<Value> {
    cases(&own_file(name))
}

/// The message of a case of the project's own, in hex.
pub(crate) fn own_message(name: &str) -> String {
    let case = own_vector("messages.json", name);
    case["message"].as_str().unwrap().to_owned()
}

/// Where the project's own cases are.
pub(crate) fn own_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/vectors")
        .join(name)
}
