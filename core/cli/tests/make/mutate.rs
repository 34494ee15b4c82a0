//! Tokens that must fail, and the codes they promise.

use crate::common::{Scratch, own_vectors, run};
use crate::mint::set;

/// The names that help lists.
fn flips() -> Vec<String> {
    let help = run(&["mutate", "--help"]).stdout;
    let listed = help
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- "));
    let names: Vec<String> = listed
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name.to_owned())
        .filter(|name| !["hex", "base64", "cbor", "qr", "diag", "json"].contains(&name.as_str()))
        .collect();
    assert!(names.len() > 40, "{help}");
    names
}

#[test]
fn every_mutation_gives_exactly_the_promised_code() {
    let scratch = Scratch::new();
    let (dir, words) = set("kind = \"payment_token\"\nseed = \"mutants\"", &scratch);
    let token = format!("{dir}/token.cbor");
    let judged = |mutant: &str| {
        let mut words = words.clone();
        words[1] = mutant.to_owned();
        words.extend(["--seen".into(), token.clone(), "--json".into()]);
        run(&words).json()
    };
    for flip in flips() {
        let path = scratch.path(&format!("{flip}.cbor"));
        let made = run(&[
            "mutate", &token, "--flip", &flip, "--seed", "mutants", "-o", &path, "--json",
        ]);
        let promise = made.json();
        let verdict = judged(&path);
        assert_eq!(verdict["code"], promise["code"], "{flip}: {}", made.stderr);
        assert_eq!(verdict["reason"], promise["reason"], "{flip}");
        assert_ne!(promise["code"], 0, "{flip}");
        // The same with the signature left as it was.
        let kept = run(&[
            "mutate",
            &token,
            "--flip",
            &flip,
            "--keep-signature",
            "-o",
            &path,
            "--json",
        ]);
        if promise["signed_anew"] == true {
            assert_eq!(
                judged(&path)["code"],
                kept.json()["code"],
                "{flip}, signature kept"
            );
        } else {
            assert_eq!(kept.status, 2, "{flip}");
        }
    }
}

#[test]
fn of_a_foreign_token_only_what_needs_no_key_is_made() {
    let honest = own_vectors("verify.json").remove(0);
    let scratch = Scratch::new();
    let token = scratch.write_hex("token", &honest["token"]);
    let mut made = 0;
    for flip in flips() {
        let ran = run(&["mutate", &token, "--flip", &flip, "--json"]);
        if ran.status == 0 {
            assert_eq!(ran.json()["signed_anew"], false, "{flip}");
            made += 1;
        } else {
            assert_eq!(ran.status, 2, "{flip}");
            assert!(
                ran.stderr.contains("--keep-signature") && ran.stderr.contains("truncated"),
                "{}",
                ran.stderr
            );
            let kept = run(&[
                "mutate",
                &token,
                "--flip",
                &flip,
                "--keep-signature",
                "--json",
            ]);
            assert!(
                [5, 6, 10].contains(&kept.json()["code"].as_u64().unwrap()),
                "{flip}"
            );
        }
    }
    assert!(made > 20, "{made}");
}

#[test]
fn the_code_is_said_beside_the_token() {
    let scratch = Scratch::new();
    let (dir, words) = set("kind = \"payment_token\"", &scratch);
    let token = format!("{dir}/token.cbor");
    let ran = run(&["mutate", &token, "--flip", "amount"]);
    assert!(
        ran.stderr
            .contains("must be declined with 15 amount_mismatch"),
        "{}",
        ran.stderr
    );
    let mut words = words;
    words[1] = ran.stdout.trim().to_owned();
    assert!(run(&words).stdout.contains("15 amount_mismatch"));
}

#[test]
fn what_is_no_token_is_not_mutated() {
    let scratch = Scratch::new();
    let folder = scratch.path("");
    for (token, status) in [("8200181c", 1), ("", 1), (folder.as_str(), 3)] {
        let ran = run(&["mutate", token, "--flip", "amount"]);
        assert_eq!(ran.status, status, "{token}: {}", ran.stderr);
    }
    let (dir, _) = set(
        "kind = \"payment_token\"\n[payment]\namount = 1\nspent = 1",
        &scratch,
    );
    let ran = run(&["mutate", &format!("{dir}/token.cbor"), "--flip", "cap"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr.contains("no cap is under that"),
        "{}",
        ran.stderr
    );
    assert_eq!(run(&["mutate", "8200181c", "--flip", "nonsense"]).status, 2);
    assert_eq!(
        run(&[
            "mutate",
            "8200181c",
            "--flip",
            "cap",
            "--seed",
            &"ab".repeat(32)
        ])
        .status,
        2
    );
}
