//! The cases of the kit: the project's vectors, every mutation of a minted token, and stories off by intention.

use std::collections::BTreeMap;

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use serde_json::{Value as Json, json};
use skilling_protocol::message::{Expected as _, Token};
use skilling_protocol::reason::Reason;

use super::case::{Ask, Case, Expect};
use super::minted;
use crate::look::verify;
use crate::make::flip_table::FLIPS;
use crate::make::flips;
use crate::make::set::Set;
use crate::make::source::Source;
use crate::make::story::Story;
use crate::status::Failure;

/// The vectors, packed by the build script.
pub(super) const VECTORS: [(&str, &[u8]); 6] = [
    (
        "encoding",
        include_bytes!(concat!(env!("OUT_DIR"), "/encoding.zlib")),
    ),
    (
        "objects",
        include_bytes!(concat!(env!("OUT_DIR"), "/objects.zlib")),
    ),
    (
        "messages",
        include_bytes!(concat!(env!("OUT_DIR"), "/messages.zlib")),
    ),
    (
        "verify",
        include_bytes!(concat!(env!("OUT_DIR"), "/verify.zlib")),
    ),
    (
        "fraud-proof",
        include_bytes!(concat!(env!("OUT_DIR"), "/fraud-proof.zlib")),
    ),
    (
        "status-list",
        include_bytes!(concat!(env!("OUT_DIR"), "/status-list.zlib")),
    ),
];

/// What a terminal may be given or not.
const OPTIONAL: [&str; 4] = ["status", "seen", "outage", "memory"];
const MOST_UNPACKED: usize = 16 << 20;

/// A file of vectors as it stands in the repository.
///
/// # Errors
/// The command was built wrong.
pub(super) fn unpacked(packed: &[u8]) -> Result<Vec<u8>, Failure> {
    decompress_to_vec_zlib_with_limit(packed, MOST_UNPACKED)
        .map_err(|_| Failure::file("the vectors in this command are damaged: install it again"))
}

/// Every case.
///
/// # Errors
/// The command was built wrong.
pub(super) fn all() -> Result<Vec<Case>, Failure> {
    let mut cases = Vec::new();
    for (number, case) in (1..).zip(vectors("verify")?) {
        cases.push(verify_case(&format!("verify-{number:03}"), &case)?);
    }
    cases.extend(mutants()?);
    for (number, story) in (1..).zip(minted::STORIES) {
        cases.push(minted_case(&format!("mint-{number:03}"), story)?);
    }
    for (number, case) in (1..).zip(vectors("messages")?) {
        // True of a message's frame alone; whoever looks on may well refuse that list.
        if case["name"] == "a status list is not looked into" {
            continue;
        }
        cases.push(decode_case(&format!("decode-{number:03}"), &case)?);
    }
    for (number, case) in (1..).zip(vectors("fraud-proof")?) {
        cases.push(fraud_case(&format!("fraud-proof-{number:03}"), &case)?);
    }
    Ok(cases)
}

fn vectors(name: &str) -> Result<Vec<Json>, Failure> {
    let packed = VECTORS.iter().find(|(it, _)| *it == name);
    let text = unpacked(packed.map(|it| it.1).unwrap_or_default())?;
    let parsed: Json = serde_json::from_slice(&text).map_err(|error| {
        Failure::file(format!("the vectors in this command are damaged: {error}"))
    })?;
    Ok(parsed["cases"].as_array().cloned().unwrap_or_default())
}

/// A case of `verify.json`, or one of the same form.
fn verify_case(id: &str, json: &Json) -> Result<Case, Failure> {
    let mut contents = BTreeMap::new();
    for name in ["token", "request", "trust"] {
        contents.insert(name.to_owned(), vec![bytes(&json[name])?]);
    }
    for name in ["status", "seen"] {
        let each: Result<Vec<_>, _> = json[name]
            .as_array()
            .into_iter()
            .flatten()
            .map(bytes)
            .collect();
        contents.insert(name.to_owned(), each?);
    }
    if json["outage"].is_string() {
        contents.insert("outage".into(), vec![bytes(&json["outage"])?]);
    }
    if remembers(&json["memory"]) {
        contents.insert(
            "memory".into(),
            vec![format!("{:#}\n", json["memory"]).into_bytes()],
        );
    }
    let reason = reason(&json["code"])?;
    Ok(Case {
        needs: needs(json, reason),
        now: json["now"].as_u64(),
        root: json["root"].as_str().map(Into::into),
        ..case(id, json, Ask::Verify, Expect::verdict(reason), contents)
    })
}

fn remembers(memory: &Json) -> bool {
    let nothing = |value: &Json| value.is_null() || *value == json!(0) || *value == json!(false);
    memory
        .as_object()
        .is_some_and(|it| !it.values().all(nothing))
}

/// What makes the verdict: without it another one would be right.
fn needs(json: &Json, reason: Reason) -> Vec<String> {
    let matters = |name: &&str| {
        let mut without = json.clone();
        if let Some(object) = without.as_object_mut() {
            object.remove(*name);
        }
        verify::verdict(without) != Ok(reason)
    };
    OPTIONAL
        .into_iter()
        .filter(matters)
        .map(Into::into)
        .collect()
}

/// Every mutation of a minted token, with what it takes to see it.
fn mutants() -> Result<Vec<Case>, Failure> {
    let (mut story, _) = told("kind = \"payment_token\"")?;
    let set = set_of(&mut story)?;
    let token = Token::decode(&set.token).map_err(|error| Failure::file(error.to_string()))?;
    let mut cases = Vec::new();
    for flip in FLIPS {
        let mutant = flips::apply(flip, &token, story.keys(), false).map_err(Failure::file)?;
        let mut json = set.case();
        json["name"] = json!(format!("a token off by {}", flip.name));
        json["note"] = json!(flip.what);
        json["token"] = json!(hex::encode(mutant));
        json["seen"] = json!([hex::encode(&set.token)]);
        json["code"] = json!(flip.reason.code());
        cases.push(verify_case(&format!("mutate-{}", flip.name), &json)?);
    }
    Ok(cases)
}

/// A story told by a TOML, with the code that it says itself.
fn minted_case(id: &str, story: &minted::Told) -> Result<Case, Failure> {
    let mut json = set_of(&mut told(story.toml)?.0)?.case();
    json["name"] = json!(story.name);
    json["code"] = json!(story.reason.code());
    let mut case = verify_case(id, &json)?;
    case.note = "minted from story.toml".into();
    case.contents
        .insert("story".into(), vec![story.toml.as_bytes().to_vec()]);
    Ok(case)
}

fn told(toml: &str) -> Result<(Story, Source), Failure> {
    let source = Source::of("a story of the kit", toml);
    Ok((Story::read(&source, None)?, source))
}

fn set_of(story: &mut Story) -> Result<Set, Failure> {
    let source = Source::of("a story of the kit", "");
    let message = story.message().map_err(|wrong| source.failure(&wrong))?;
    Set::of(story, &message).map_err(|wrong| source.failure(&wrong))
}

fn decode_case(id: &str, json: &Json) -> Result<Case, Failure> {
    let contents = [("message".to_owned(), vec![bytes(&json["message"])?])].into();
    let expect = Expect::kind(json["kind"].as_str().unwrap_or_default());
    Ok(case(id, json, Ask::Decode, expect, contents))
}

fn fraud_case(id: &str, json: &Json) -> Result<Case, Failure> {
    let mut contents = BTreeMap::new();
    for name in ["a", "b", "trust"] {
        contents.insert(name.to_owned(), vec![bytes(&json[name])?]);
    }
    Ok(Case {
        root: json["root"].as_str().map(Into::into),
        ..case(
            id,
            json,
            Ask::FraudProof,
            Expect::proof(json["proof"].as_str()),
            contents,
        )
    })
}

fn case(
    id: &str,
    json: &Json,
    ask: Ask,
    expect: Expect,
    contents: BTreeMap<String, Vec<Vec<u8>>>,
) -> Case {
    let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
    Case {
        id: id.into(),
        name: text("name"),
        note: text("note"),
        ask,
        now: None,
        root: None,
        files: BTreeMap::new(),
        needs: Vec::new(),
        expect,
        contents,
    }
}

fn bytes(json: &Json) -> Result<Vec<u8>, Failure> {
    let decoded = json.as_str().and_then(|text| hex::decode(text).ok());
    decoded.ok_or_else(|| Failure::file("the vectors in this command hold no hex: build it again"))
}

fn reason(json: &Json) -> Result<Reason, Failure> {
    let code = json.as_u64().and_then(|code| u32::try_from(code).ok());
    let reason = code.and_then(Reason::from_code);
    reason.ok_or_else(|| Failure::file("the vectors in this command name no code: build it again"))
}
