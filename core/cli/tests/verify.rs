//! Checking tokens as a till would.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

mod common;

use common::{Ran, Scratch, own_file, own_vector, own_vectors, run, vectors};
use serde_json::Value;

/// The arguments for one case, its messages in files.
fn arguments(case: &Value, scratch: &Scratch) -> Vec<String> {
    let mut arguments = vec!["verify".into(), scratch.write_hex("token", &case["token"])];
    let mut option = |name: &str, value: String| {
        arguments.push(name.to_owned());
        arguments.push(value);
    };
    option("--request", scratch.write_hex("request", &case["request"]));
    option("--trust", scratch.write_hex("trust", &case["trust"]));
    option("--root", case["root"].as_str().unwrap().to_owned());
    option("--now", case["now"].to_string());
    for (name, key) in [("--status", "status"), ("--seen", "seen")] {
        for (index, hex) in (0..).zip(case[key].as_array().unwrap()) {
            option(name, scratch.write_hex(&format!("{key}{index}"), hex));
        }
    }
    if case["outage"].is_string() {
        option("--outage", scratch.write_hex("outage", &case["outage"]));
    }
    arguments
}

fn json(case: &Value) -> Ran {
    let scratch = Scratch::new();
    let mut arguments = arguments(case, &scratch);
    arguments.push("--json".into());
    run(&arguments)
}

fn case(name: &str) -> Value {
    own_vector("verify.json", name)
}

/// The options say all of a case where its terminal remembers nothing but tokens, as those of independent cases do.
fn said_by_options() -> impl Iterator<Item = Value> {
    vectors("verify.json").into_iter().filter(|case| {
        let memory = &case["memory"];
        memory["last_acceptance"].is_null()
            && memory["accepted_total"].as_u64().unwrap_or(0) == 0
            && ["convicted", "request_paid", "request_cancelled"]
                .iter()
                .all(|it| memory[it] != true)
    })
}

fn check(outcome: &Value, code: u64) -> Value {
    let checks = outcome["checks"].as_array().unwrap();
    checks.iter().find(|it| it["code"] == code).unwrap()["passed"].clone()
}

#[test]
fn every_token_gets_its_verdict() {
    for case in said_by_options() {
        let ran = json(&case);
        let outcome = ran.json();
        let name = &case["name"];
        assert_eq!(outcome["code"], case["code"], "{name}: {}", ran.stderr);
        let stated = case.get("payment_id").filter(|id| !id.is_null());
        assert_eq!(outcome.get("payment_id"), stated, "{name}");
        let accepted = case["code"] == 0;
        assert_eq!(
            outcome["outcome"],
            if accepted { "accepted" } else { "declined" }
        );
        assert_eq!(ran.status, i32::from(!accepted), "{name}");
    }
}

#[test]
fn every_case_of_the_project_gives_the_code_it_must() {
    let file = own_file("verify.json");
    let ran = run(&["verify", "--batch", file.to_str().unwrap(), "--json"]);
    let results = ran.json();
    let results = results.as_array().unwrap();
    assert_eq!(results.len(), own_vectors("verify.json").len());
    for (case, result) in own_vectors("verify.json").iter().zip(results) {
        assert_eq!(result["as_expected"], true, "{} {result}", case["name"]);
        let wanted = case.get("payment_id").filter(|id| !id.is_null());
        assert_eq!(result.get("payment_id"), wanted, "{}", case["name"]);
    }
    assert_eq!(ran.status, 0);
}

#[test]
fn every_rule_is_told_in_the_order_of_the_protocol() {
    let order = [
        29, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 28, 12, 13, 14, 27, 15, 16, 17, 18, 19, 20, 21, 22,
        23, 24, 25, 26,
    ];
    for case in said_by_options() {
        let outcome = json(&case).json();
        let checks = outcome["checks"].as_array().unwrap();
        let codes: Vec<u64> = checks
            .iter()
            .map(|it| it["code"].as_u64().unwrap())
            .collect();
        assert_eq!(codes, order, "{}", case["name"]);
        let failed = checks.iter().find(|it| it["passed"] == false);
        let first = failed.map_or(0, |it| it["code"].as_u64().unwrap());
        assert_eq!(outcome["code"], first, "{}", case["name"]);
    }
}

#[test]
fn a_malformed_token_fails_the_first_rule_and_skips_the_rest() {
    let case = case("trailing byte");
    let outcome = json(&case).json();
    assert_eq!(check(&outcome, 29), true);
    assert_eq!(check(&outcome, 1), false);
    for code in (2..=26).chain([27, 28]) {
        assert_eq!(check(&outcome, code), Value::Null, "{code}");
    }
}

#[test]
fn a_person_reads_value_and_limit_of_what_failed() {
    let case = case("spent one over the limit");
    let scratch = Scratch::new();
    let ran = run(&arguments(&case, &scratch));
    assert_eq!(ran.status, 1);
    let line = ran
        .stdout
        .lines()
        .find(|line| line.contains("over_limit"))
        .unwrap();
    assert!(
        line.starts_with("FAIL") && line.contains("2000.01 DKK          2000.00 DKK"),
        "{line}"
    );
    assert!(
        !ran.stdout.contains('\u{1b}'),
        "no colour where there is no terminal"
    );
}

#[test]
fn a_total_that_is_too_small_fails_the_limit_and_says_why() {
    let scratch = Scratch::new();
    let toml = scratch.path("story.toml");
    let story = run(&["mint", "--example", "payment_token"]).stdout;
    let story = story.replace("spent = \"125.50\"", "spent = \"125.49\"");
    std::fs::write(&toml, story).unwrap();
    let set = scratch.path("set");
    assert_eq!(run(&["mint", &toml, "--set", &set]).status, 0);
    let file = |name: &str| format!("{set}/{name}");
    let ran = run(&[
        "verify",
        &file("token.cbor"),
        "--request",
        &file("request.cbor"),
        "--trust",
        &file("trust.cbor"),
        "--root",
        &file("root.hex"),
        "--now",
        "1800000000",
    ]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stdout.contains("does not fit amount and released"),
        "{}",
        ran.stdout
    );
}

#[test]
fn two_tokens_seen_that_convict_each_other_close_the_pay_key() {
    let mut case = case("the same sequence for another request");
    // The honest token and its double are both known from elsewhere: that is a proof.
    let (token, double) = (case["token"].clone(), case["seen"][0].clone());
    case["seen"] = serde_json::json!([token, double]);
    let outcome = json(&case).json();
    assert_eq!(outcome["code"], 9);
    assert_eq!(check(&outcome, 24), false);
}

#[test]
fn what_is_no_evidence_is_ignored_with_a_warning() {
    let mut case = case("in order");
    case["seen"] = serde_json::json!(["8200", case["request"]]);
    case["status"] = serde_json::json!([case["status"][0], case["token"]]);
    case["outage"] = case["token"].clone();
    let ran = json(&case);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("warning").count(), 4, "{}", ran.stderr);
}

#[test]
fn a_request_that_no_terminal_made_is_a_wrong_call() {
    let honest = case("in order");
    let request = honest["request"].as_str().unwrap();
    let (cut, forged) = (&request[..request.len() - 2], request.len() - 2);
    let last = if request.ends_with("00") { "01" } else { "00" };
    for wrong in [cut.to_owned(), format!("{}{last}", &request[..forged])] {
        let mut case = honest.clone();
        case["request"] = Value::from(wrong);
        let ran = json(&case);
        assert_eq!(ran.status, 2, "{}", ran.stderr);
        assert!(ran.stdout.is_empty());
    }
}

#[test]
fn a_missing_key_or_bundle_leaves_it_undecided() {
    let case = case("in order");
    for option in ["--trust", "--root"] {
        let scratch = Scratch::new();
        let mut arguments = arguments(&case, &scratch);
        let at = arguments.iter().position(|it| it == option).unwrap();
        arguments.drain(at..=at + 1);
        assert_eq!(run(&arguments).status, 5, "{option}");
    }
}

#[test]
fn a_wrong_time_or_key_is_a_wrong_call_and_a_missing_file_a_failed_one() {
    let case = case("in order");
    for (option, value, status) in [
        ("--now", "yesterday", 2),
        ("--root", "00", 3),
        ("--root", &"f".repeat(66), 2),
        ("--trust", "/nonexistent/bundle", 3),
    ] {
        let scratch = Scratch::new();
        let mut arguments = arguments(&case, &scratch);
        let at = arguments.iter().position(|it| it == option).unwrap();
        arguments[at + 1] = value.to_owned();
        assert_eq!(run(&arguments).status, status, "{option} {value}");
    }
}

#[test]
fn a_batch_of_cases_is_reported_for_build_servers() {
    let scratch = Scratch::new();
    let mut cases = own_vectors("verify.json");
    cases.truncate(4);
    let file = scratch.write(
        "cases.json",
        serde_json::json!({ "cases": cases }).to_string(),
    );
    let out = scratch.path("report.xml");
    let good = run(&["verify", "--batch", &file, "--junit", &out, "--json"]);
    assert_eq!(good.status, 0, "{}", good.stderr);
    assert_eq!(good.json().as_array().unwrap().len(), 4);
    let report = std::fs::read_to_string(&out).unwrap();
    assert!(
        report.contains("tests=\"4\" failures=\"0\" errors=\"0\""),
        "{report}"
    );

    cases[0]["code"] = Value::from(8);
    cases[1]["name"] = Value::from("<&\">");
    cases[1]["code"] = Value::from(29);
    let file = scratch.write(
        "wrong.json",
        serde_json::json!({ "cases": cases }).to_string(),
    );
    let ran = run(&["verify", "--batch", &file, "--junit", &out]);
    assert_eq!(ran.status, 1);
    let report = std::fs::read_to_string(&out).unwrap();
    assert!(
        report.contains("failures=\"2\"") && report.contains("&lt;&amp;&quot;&gt;"),
        "{report}"
    );
}

#[test]
fn a_batch_of_tokens_is_checked_against_one_request() {
    let honest = case("in order");
    let scratch = Scratch::new();
    let mut arguments = arguments(&honest, &scratch);
    let token = arguments.remove(1);
    let broken = scratch.write("broken", b"\x83");
    arguments.extend(["--json".into(), "--batch".into(), token, broken]);
    let ran = run(&arguments);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let all = ran.json();
    assert_eq!(
        (&all[0]["code"], &all[1]["code"]),
        (&Value::from(0), &Value::from(1))
    );
}

#[test]
fn a_token_of_the_next_version_is_unsupported() {
    let case = case("in order");
    let scratch = Scratch::new();
    let mut arguments = arguments(&case, &scratch);
    arguments[1] = "SKL2:BB8".into();
    arguments.push("--json".into());
    let ran = run(&arguments);
    let outcome = ran.json();
    assert_eq!((ran.status, &outcome["code"]), (1, &Value::from(2)));
    assert_eq!(check(&outcome, 1), true);
    assert_eq!(check(&outcome, 2), false);
}

#[test]
fn the_token_and_the_request_of_a_recorded_tap_are_found_in_it() {
    let case = case("in order");
    let scratch = Scratch::new();
    let mut arguments = arguments(&case, &scratch);
    let tap = common::trace(
        case["request"].as_str().unwrap(),
        case["token"].as_str().unwrap(),
    );
    // The tap was torn and repeated: the same two messages again.
    let trace = scratch.write("tap.txt", [tap.clone(), tap].concat());
    let at = arguments.iter().position(|it| it == "--request").unwrap();
    (arguments[1], arguments[at + 1]) = (trace.clone(), trace);
    let ran = run(&arguments);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
}

#[test]
fn a_certificate_that_its_acquirer_did_not_sign_is_a_wrong_call() {
    let mut case = case("in order");
    let request = case["request"].as_str().unwrap().to_owned();
    let shown = run(&["inspect", &request, "--bytes", "--json"]).json();
    let signature = shown["objects"][0]["signature"].as_str().unwrap();
    let other = shown["objects"][1]["signature"].as_str().unwrap();
    case["request"] = request.replacen(signature, other, 1).into();
    let ran = json(&case);
    assert_eq!(ran.status, 2, "{}", ran.stdout);
    assert!(
        ran.stderr.contains("merchant certificate"),
        "{}",
        ran.stderr
    );
}
