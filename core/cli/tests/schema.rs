//! What programs read keeps to the schemas in docs/schema, for every message there is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

mod common;

use std::path::Path;

use common::{Scratch, own_message, own_vectors, run, run_with_input, vectors};
use jsonschema::Validator;
use serde_json::Value;

fn schema(name: &str) -> Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../docs/schema/{name}.json"));
    let schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

#[track_caller]
fn assert_keeps(schema: &Validator, value: &Value) {
    let errors: Vec<String> = schema
        .iter_errors(value)
        .map(|it| format!("{}: {it:.600}", it.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{value:#}");
}

/// Every message of the project and the independent ones.
fn messages() -> Vec<String> {
    let all = vectors("messages.json").into_iter();
    all.map(|it| it["message"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn inspect_keeps_its_schema_for_every_message_in_every_manner() {
    let schema = schema("inspect");
    for message in messages() {
        for options in [
            &[][..],
            &["--bytes"],
            &["--redact"],
            &["--bytes", "--redact"],
        ] {
            let ran = run_with_input(
                &[&["inspect", "-", "--json"], options].concat(),
                message.as_str(),
            );
            assert_keeps(&schema, &ran.json());
        }
    }
    for text in ["SKL1:GGW", "SKL2:BB8", "SKL1:", ""] {
        assert_keeps(&schema, &run(&["inspect", text, "--json"]).json());
    }
    assert_keeps(
        &schema,
        &run(&["inspect", "8200181c", "8302", "--json"]).json(),
    );
    assert_keeps(
        &schema,
        &run(&["convert", "8200181c", "--to", "json"]).json(),
    );
}

/// Objects of every kind, good and broken, in a message that carries them.
#[test]
fn every_object_keeps_the_schema() {
    let schema = schema("inspect");
    for case in own_vectors("objects.json") {
        let number = match case["object"].as_str().unwrap() {
            "merchant" => 17,
            "receipt" => 3,
            "trust_bundle" => 4,
            "outage" => 8,
            "enrolment" => 10,
            "enrolled" => 11,
            "sync" => 12,
            "synced" => 13,
            "deposited" => 15,
            _ => continue,
        };
        let object = case["bytes"].as_str().unwrap();
        let head = match object.len() / 2 {
            length @ 0..=23 => format!("{:02x}", 0x40 | length),
            length @ 24..=255 => format!("58{length:02x}"),
            length => format!("59{length:04x}"),
        };
        let message = format!("82{number:02x}{head}{object}");
        assert_keeps(
            &schema,
            &run(&["inspect", &message, "--json", "--bytes"]).json(),
        );
    }
}

/// Arguments of a check: files for what is long, the rest as it is.
fn verify(case: &Value, scratch: &Scratch) -> Vec<String> {
    let file = |name: &str, hex: &Value| scratch.write_hex(name, hex);
    let mut arguments = vec!["verify".to_owned(), file("token", &case["token"])];
    arguments.extend(["--request".into(), file("request", &case["request"])]);
    arguments.extend(["--trust".into(), file("trust", &case["trust"])]);
    arguments.extend(["--root".into(), case["root"].as_str().unwrap().to_owned()]);
    arguments.extend(["--now".into(), case["now"].to_string(), "--json".into()]);
    for (option, list) in [("--status", &case["status"]), ("--seen", &case["seen"])] {
        for (number, it) in list.as_array().into_iter().flatten().enumerate() {
            arguments.extend([option.into(), file(&format!("{option}{number}"), it)]);
        }
    }
    arguments
}

#[test]
fn verify_keeps_its_schema_for_every_case_alone_and_in_a_batch() {
    let schema = schema("verify");
    let scratch = Scratch::new();
    for case in own_vectors("verify.json") {
        let ran = run(&verify(&case, &scratch));
        if !ran.stdout.is_empty() {
            assert_keeps(&schema, &ran.json());
        }
    }
    let batch = common::own_file("verify.json");
    let ran = run(&["verify", "--batch", batch.to_str().unwrap(), "--json"]);
    assert_keeps(&schema, &ran.json());
    let broken = scratch.write(
        "broken.json",
        r#"{"cases": [{"token": "zz", "request": "", "trust": "", "root": "00", "now": 1}]}"#,
    );
    assert_keeps(
        &schema,
        &run(&["verify", "--batch", &broken, "--json"]).json(),
    );
}

#[test]
fn fraud_proof_keeps_its_schema_whether_it_proves_or_not() {
    let schema = schema("fraud-proof");
    let scratch = Scratch::new();
    let mut proofs = 0;
    for case in own_vectors("fraud-proof.json") {
        let [a, b, trust] = ["a", "b", "trust"].map(|name| scratch.write_hex(name, &case[name]));
        let root = case["root"].as_str().unwrap();
        let ran = run(&[
            "fraud-proof",
            &a,
            &b,
            "--trust",
            &trust,
            "--root",
            root,
            "--json",
        ]);
        assert_keeps(&schema, &ran.json());
        proofs += u32::from(ran.json()["proof"] == true);
    }
    assert!(proofs > 1);
}

#[test]
fn explain_keeps_its_schema_for_every_code_and_status_word() {
    let schema = schema("explain");
    let codes = skilling_protocol::reason::Reason::all()
        .iter()
        .map(|it| it.code().to_string());
    let words = [
        "9000", "61xx", "6985", "6A88", "6982", "6A80", "6D00", "6E00", "6A86", "6700", "6F00",
    ];
    for what in codes.chain(words.map(str::to_owned)) {
        assert_keeps(&schema, &run(&["explain", &what, "--json"]).json());
    }
}

#[test]
fn diff_and_convert_keep_their_schemas() {
    let diff = schema("diff");
    let [a, b] = ["a token", "a token of 4096 bytes"].map(own_message);
    let scratch = Scratch::new();
    let [a, b] = [scratch.write("a", a), scratch.write("b", b)];
    for pair in [[&a, &b], [&a, &a]] {
        assert_keeps(&diff, &run(&["diff", pair[0], pair[1], "--json"]).json());
    }
    assert_keeps(&diff, &run(&["diff", "820011", "82000c", "--json"]).json());
    let convert = schema("convert");
    for form in ["hex", "base64", "qr", "diag"] {
        assert_keeps(
            &convert,
            &run(&["convert", &a, "--to", form, "--json"]).json(),
        );
    }
}

#[test]
fn codes_drawn_and_read_keep_their_schemas() {
    let scratch = Scratch::new();
    let picture = scratch.path("code.png");
    let drawn = run(&["qr", "encode", "8200181c", "-o", &picture, "--json"]);
    assert_keeps(&schema("qr-encode"), &drawn.json());
    let read = run(&["qr", "decode", &picture, "--json"]);
    assert_keeps(&schema("qr-decode"), &read.json());
    assert_eq!(read.json().as_array().unwrap().len(), 1);
}

#[test]
fn a_schema_fails_what_is_not_documented() {
    let schema = schema("inspect");
    let token = run(&["inspect", &own_message("a token"), "--json"]).json();
    assert!(schema.is_valid(&token));
    for pointer in ["", "/objects/0", "/objects/0/fields", "/qr"] {
        let mut more = token.clone();
        more.pointer_mut(pointer).unwrap()["surprise"] = Value::from(1);
        assert!(!schema.is_valid(&more), "{pointer} takes anything");
    }
    let mut less = token.clone();
    less["objects"][0]["fields"]
        .as_object_mut()
        .unwrap()
        .remove("limit");
    assert!(!schema.is_valid(&less));
    let mut other = token;
    other["objects"][1]["fields"]["amount"] = Value::from("125.50");
    assert!(!schema.is_valid(&other));
}
