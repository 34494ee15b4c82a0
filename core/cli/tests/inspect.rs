//! Looking at messages of every kind and in every form.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

mod common;

use common::{Scratch, own_message, run, run_with_input, vectors};
use serde_json::Value;

const REFUSAL: &str = "8200181c";

/// Every field of a name, wherever it stands.
fn find<'v>(value: &'v Value, name: &str) -> Vec<&'v Value> {
    match value {
        Value::Object(map) => map
            .iter()
            .flat_map(|(key, value)| {
                let own = (key == name).then_some(value);
                own.into_iter().chain(find(value, name)).collect::<Vec<_>>()
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(|item| find(item, name)).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn every_message_is_shown_for_what_it_is() {
    // Decoding takes it for a list; looking into it does not.
    let is_looked_into = |case: &Value| case["name"] != "a status list is not looked into";
    for case in vectors("messages.json").into_iter().filter(is_looked_into) {
        let hex = case["message"].as_str().unwrap();
        let qr = case["qr"].as_str().into_iter();
        for text in std::iter::once(hex).chain(qr) {
            let ran = run(&["inspect", text, "--json"]);
            let shown = ran.json();
            assert_eq!(shown["kind"], case["kind"], "{}", case["name"]);
            let good = case["kind"] != "malformed" && case["kind"] != "unsupported";
            assert_eq!(ran.status, i32::from(!good), "{}", case["name"]);
            for (name, expected) in case["contains"].as_object().into_iter().flatten() {
                let found = find(&shown["objects"], name);
                assert!(
                    found.contains(&expected),
                    "{}: {name} {found:?}",
                    case["name"]
                );
            }
            if good {
                assert_eq!(shown["bytes"], hex.len() / 2);
                let objects = shown["objects"].as_array().unwrap();
                let sum: u64 = objects.iter().map(|it| it["bytes"].as_u64().unwrap()).sum();
                assert_eq!(sum + shown["framing"].as_u64().unwrap(), shown["bytes"]);
                if let Some(text) = case["qr"].as_str() {
                    assert_eq!(shown["qr"]["characters"], text.len());
                }
            }
        }
    }
}

#[test]
fn a_token_says_everything_to_a_person_and_that_nobody_checked_it() {
    let hex = own_message("a token");
    let ran = run(&["inspect", hex.as_str(), "--tz", "+02:00"]);
    assert_eq!(ran.status, 0);
    for words in [
        "UNVERIFIED",
        "125.50 DKK",
        "2000.00 DKK",
        "secure_element",
        "+02:00",
        "object id",
        "signed by key id",
        "version 13-M",
        "version 12-L",
        "2 block(s)",
        "in all",
    ] {
        assert!(
            ran.stdout.contains(words),
            "{words} is not in\n{}",
            ran.stdout
        );
    }
    assert!(ran.stderr.contains("taken for hex"), "{}", ran.stderr);
}

#[test]
fn a_category_has_its_name_and_a_static_request_no_amount() {
    let hex = own_message("a request");
    let ran = run(&["inspect", &hex]);
    assert!(
        ran.stdout.contains("5411 (grocery stores, supermarkets)"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("Købmand Torvegade, København"));
}

#[test]
fn hex_stands_beside_each_field() {
    let hex = own_message("a token");
    let shown = run(&["inspect", &hex, "--bytes", "--json"]).json();
    // 12550 as CBOR.
    assert_eq!(shown["objects"][1]["hex"]["amount"], "193106");
    let payload = shown["objects"][1]["payload"].as_str().unwrap();
    assert!(hex.contains(payload));
    let person = run(&["inspect", &hex, "--bytes"]).stdout;
    let line = person.lines().find(|it| it.contains("02 193106")).unwrap();
    assert!(line.contains("amount  125.50 DKK"), "{line}");
}

#[test]
fn a_redacted_message_names_nobody() {
    for kind in ["a token", "a request"] {
        let hex = own_message(kind);
        let hex = hex.as_str();
        let whole = run(&["inspect", hex, "--json"]).json();
        for form in ["--quiet=false", "--json"] {
            let form: &[&str] = if form == "--json" { &["--json"] } else { &[] };
            let arguments = [&["inspect", hex, "--redact", "--bytes"], form].concat();
            let text = run(&arguments).stdout;
            let secrets = [
                "device_key",
                "terminal_key",
                "name",
                "nonce",
                "merchant_id",
                "request_id",
                "id",
            ];
            for secret in secrets
                .iter()
                .flat_map(|name| find(&whole["objects"], name))
            {
                assert!(
                    !text.contains(secret.as_str().unwrap()),
                    "{secret} in {text}"
                );
            }
            assert!(
                text.contains(if form.is_empty() { "125.50" } else { "12550" }),
                "{text}"
            );
        }
    }
}

#[test]
fn a_message_is_read_in_every_form() {
    let scratch = Scratch::new();
    let raw = scratch.write("raw.cbor", hex::decode(REFUSAL).unwrap());
    let text = scratch.write("hex.txt", format!("{REFUSAL}\n"));
    let base64 = scratch.write("base64.txt", "ggAYHA==\n");
    for input in [REFUSAL, "ggAYHA==", "ggAYHA", &raw, &text, &base64] {
        let ran = run(&["inspect", input, "--json"]);
        assert_eq!(ran.json()["kind"], "refusal", "{input}");
        assert_eq!(ran.json()["objects"][0]["fields"]["code"], 28);
        assert!(ran.stderr.contains("taken for"), "{}", ran.stderr);
    }
    for input in [hex::decode(REFUSAL).unwrap(), REFUSAL.into()] {
        assert_eq!(
            run_with_input(&["inspect", "-", "--json"], input).json()["kind"],
            "refusal"
        );
    }
}

#[test]
fn an_apdu_trace_is_put_together() {
    let trace = common::trace(&own_message("a request"), &own_message("a token"));
    let ran = run_with_input(&["inspect", "-", "--json"], trace);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let kinds: Vec<Value> = ran
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["kind"].clone())
        .collect();
    assert_eq!(kinds, ["payment_request", "payment_token", "tap"]);
}

#[test]
fn where_there_is_nothing_to_read_the_status_says_so() {
    let empty_trace = run_with_input(&["inspect", "-"], "> 00A4040007F0534B494C4C0100\n< 9000\n");
    assert_eq!(empty_trace.status, 4, "{}", empty_trace.stderr);
    let not_a_picture = run_with_input(&["inspect", "-"], &b"\x89PNG\r\n\x1a\nnothing"[..]);
    assert_eq!(not_a_picture.status, 4);
    for missing in ["/nonexistent/token.cbor", "no-such-file", "missing.png"] {
        assert_eq!(run(&["inspect", missing]).status, 3, "{missing}");
    }
    assert_eq!(run(&["inspect"]).status, 2);
    assert_eq!(run(&["inspect", "-", "-"]).status, 2);
    assert_eq!(
        run(&["inspect", REFUSAL, "--tz", "Nowhere/Atall"]).status,
        2
    );
}

#[test]
fn malformed_input_of_every_kind_is_refused_with_its_rule_and_place() {
    let thousand = "81".repeat(1000) + "00";
    for (input, rule, offset) in [
        ("", "truncated", 0),
        ("83", "truncated", 0),
        ("9fff", "indefinite_length", 0),
        ("980200", "not_shortest", 0),
        ("9affffffff", "truncated", 0),
        ("820018", "truncated", 2),
        ("8200181c00", "trailing_bytes", 4),
        ("8200f5", "simple_or_float", 2),
        ("8202c100", "tag", 2),
        ("820261ff", "not_utf8", 2),
        ("00", "wrong_type", 0),
        ("80", "wrong_length", 0),
        ("a0", "wrong_type", 0),
        (thousand.as_str(), "too_deep", 8),
        ("SKL1:GGW", "base45_group", 5),
        ("SKL1:abc", "base45_character", 5),
        ("SKL1:A", "base45_truncated", 6),
        ("SKL1:", "truncated", 5),
        ("> zz", "trace_hex", 0),
    ] {
        let ran = run_with_input(&["inspect", "-", "--json"], input);
        let shown = ran.json();
        assert_eq!(ran.status, 1, "{input}");
        assert_eq!(shown["kind"], "malformed", "{input}");
        assert_eq!(shown["error"]["rule"], rule, "{input}");
        assert_eq!(shown["error"]["offset"], offset, "{input}");
        assert!(shown["error"]["detail"].is_string());
        let person = run_with_input(&["inspect", "-"], input);
        assert!(person.stdout.contains(rule), "{}", person.stdout);
    }
    assert_eq!(run(&["inspect", ""]).status, 1);
}

#[test]
fn what_a_newer_version_sends_is_unsupported_and_not_malformed() {
    for input in ["8109", "SKL2:BB8", "821863410a"] {
        let ran = run_with_input(&["inspect", "-", "--json"], input);
        assert_eq!(
            (ran.status, &ran.json()["kind"]),
            (1, &Value::from("unsupported")),
            "{input}"
        );
    }
}

#[test]
fn of_a_broken_token_the_good_half_is_still_shown() {
    let hex = own_message("a token");
    // A signature of which s is zero.
    let broken = format!("{}{}", &hex[..hex.len() - 64], "0".repeat(64));
    let ran = run(&["inspect", &broken, "--json"]);
    let shown = ran.json();
    assert_eq!(shown["error"]["rule"], "bad_signature_value");
    let elements = &shown["readable"]["elements"];
    assert_eq!(
        (&elements[0]["expected"], &elements[0]["well_formed"]),
        (&Value::from("allowance"), &Value::from(true))
    );
    assert_eq!(
        (&elements[1]["expected"], &elements[1]["well_formed"]),
        (&Value::from("payment"), &Value::from(false))
    );
    assert_eq!(elements[1]["error"]["offset"], shown["error"]["offset"]);
    assert!(shown["excerpt"]["hex"].is_string());
}

#[test]
fn of_several_messages_the_worst_status_counts() {
    let ran = run(&["inspect", REFUSAL, "8200", "--json"]);
    assert_eq!(ran.status, 1);
    assert_eq!(ran.json().as_array().unwrap().len(), 2);
    let ran = run(&["inspect", REFUSAL, "8200", "/nonexistent", "--json"]);
    assert_eq!(ran.status, 3);
    assert_eq!(ran.json().as_array().unwrap().len(), 2);
}

#[test]
fn quiet_leaves_the_status_alone_to_speak() {
    for (input, status) in [(REFUSAL, 0), ("8200", 1), ("/nonexistent", 3)] {
        let ran = run(&["inspect", input, "--quiet"]);
        assert_eq!(
            (ran.status, ran.stdout.as_str(), ran.stderr.as_str()),
            (status, "", "")
        );
    }
}

#[test]
fn what_a_message_says_never_commands_the_terminal() {
    let hex = own_message("a trust bundle");
    // The status URI is free text: here it ends in ESC ] and a right-to-left override.
    let uri = hex::encode("/status/1");
    let evil = hex::encode("/s\u{1b}]\u{9b}\u{202e}");
    assert_eq!(evil.len(), uri.len());
    let message = hex.replacen(&uri, &evil, 1);
    for form in [&["inspect", "-"][..], &["inspect", "-", "--json"]] {
        let ran = run_with_input(form, message.clone());
        assert_eq!(ran.status, 0, "{}", ran.stdout);
        for c in ['\u{1b}', '\u{9b}', '\u{202e}'] {
            assert!(!ran.stdout.contains(c) && !ran.stderr.contains(c));
        }
        assert!(ran.stdout.contains("202e"), "{}", ran.stdout);
    }
    let ran = run(&["inspect", "no\u{1b}[31msuch"]);
    assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
}

#[test]
fn what_is_left_of_a_broken_message_is_shown_and_redacted_like_a_whole_one() {
    let hex = own_message("a token");
    // A broken token: the allowance in it is shown, redacted as well.
    let broken = format!("{}{}", &hex[..hex.len() - 64], "0".repeat(64));
    let whole = run(&["inspect", &broken, "--json"]).json();
    let allowance = &whole["readable"]["elements"][0]["objects"][0];
    assert_eq!(allowance["fields"]["limit"], 200_000);
    let key = allowance["fields"]["device_key"].as_str().unwrap();
    assert!(run(&["inspect", &broken]).stdout.contains(key));
    for form in [&["--redact", "--bytes"][..], &["--redact", "--json"]] {
        let text = run(&[&["inspect", broken.as_str()], form].concat()).stdout;
        assert!(!text.contains(key) && text.contains("edacted"), "{text}");
    }
}

#[test]
fn every_object_is_shown_in_the_message_that_carries_it() {
    for case in common::own_vectors("objects.json") {
        let object = hex::decode(case["bytes"].as_str().unwrap()).unwrap();
        // The type of a message in which the object can stand alone, and what must stand before it.
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
        let length = u16::try_from(object.len()).unwrap().to_be_bytes();
        let head: &[u8] = match object.len() {
            0..=23 => &[0x40 | length[1]],
            24..=255 => &[0x58, length[1]],
            _ => &[0x59, length[0], length[1]],
        };
        let message = [&[0x82, number], head, &object].concat();
        let ran = run_with_input(&["inspect", "-", "--json"], message.clone());
        let shown = ran.json();
        let expected = case["result"].as_str().unwrap();
        let name = &case["name"];
        if expected == "ok" {
            assert_eq!(
                shown["objects"][0]["kind"], case["object"],
                "{name}: {shown}"
            );
            assert_eq!(shown["objects"][0]["bytes"], object.len(), "{name}");
        } else {
            assert_eq!(shown["kind"], expected, "{name}: {shown}");
        }
        let person = run_with_input(&["inspect", "-", "--bytes"], message);
        assert_eq!(person.status, ran.status, "{name}");
    }
}

#[test]
fn a_redacted_list_leaks_nothing_through_its_hex() {
    let all = common::own_vectors("objects.json");
    let sync = all
        .iter()
        .find(|case| case["object"] == "sync" && case["result"] == "ok");
    let object = sync.unwrap()["bytes"].as_str().unwrap();
    let message = format!("820c59{:04x}{object}", object.len() / 2);
    let whole = run(&["inspect", &message, "--bytes", "--json"]).json();
    let fields = &whole["objects"][0]["fields"];
    let id = fields["allowances"][0]["id"].as_str().unwrap();
    let hex = whole["objects"][0]["hex"]["allowances"].as_str().unwrap();
    assert!(hex.contains(id));
    for form in [
        &["--bytes", "--redact"][..],
        &["--bytes", "--redact", "--json"],
    ] {
        let text = run(&[&["inspect", message.as_str()], form].concat()).stdout;
        assert!(
            text.contains("last_sequence") && !text.contains(id),
            "{text}"
        );
    }
}
