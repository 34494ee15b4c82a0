//! What programs read of the making commands keeps to docs/schema.

use std::path::Path;

use serde_json::Value;

use crate::common::{Scratch, run, run_with_input};

#[track_caller]
fn assert_keeps(name: &str, value: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../docs/schema/{name}.json"));
    let schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|it| format!("{}: {it:.600}", it.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn what_programs_read_keeps_its_schema() {
    let scratch = Scratch::new();
    let mint = |toml: &str, set: &str| {
        let dir = scratch.path(set);
        run_with_input(&["mint", "-", "--set", &dir, "--json"], toml).json()
    };
    assert_keeps("mint", &mint("kind = \"payment_token\"", "a"));
    assert_keeps("mint", &mint("kind = \"synced\"\n[off]\ntruncate = 3", "b"));
    // A request that no terminal made cannot be verified at all.
    let forged = mint(
        "kind = \"payment_request\"\n[request.off]\nsignature = \"flipped\"",
        "c",
    );
    assert!(forged["set"]["error"].is_string(), "{forged}");
    assert_keeps("mint", &forged);
    let plain = run_with_input(&["mint", "-", "--json"], "kind = \"trust_bundle\"");
    assert_keeps("mint", &plain.json());

    let token = scratch.path("a/token.cbor");
    for flip in ["amount", "signature", "truncated", "too-long", "conflict"] {
        assert_keeps(
            "mutate",
            &run(&["mutate", &token, "--flip", flip, "--json"]).json(),
        );
    }
    let kit = scratch.path("kit");
    assert_keeps("corpus", &run(&["corpus", &kit, "--json"]).json());
    let index = std::fs::read(scratch.path("kit/index.json")).unwrap();
    assert_keeps("corpus-index", &serde_json::from_slice(&index).unwrap());
    let ran = run(&["corpus", "run", &kit, "--command", "false {id}", "--json"]);
    assert_keeps("corpus-run", &ran.json());
}
