//! Calls that are wrong say what to do, with the status that belongs to it, and change nothing.

use crate::town::Town;

#[test]
fn a_wrong_call_is_told_what_is_wrong() {
    let town = Town::new();
    town.request("80", "request.png");
    town.write("nonsense.png", "this is no picture");
    town.ok(&[
        "issuer",
        "outage",
        "declare",
        "--home",
        "bank",
        "--currency",
        "DKK",
        "--for",
        "1d",
        "--extension",
        "1d",
        "-o",
        "outage.png",
    ]);
    let url = town.url.clone();
    let cases: &[(&[&str], i32, &str)] = &[
        (&["issuer", "report"], 2, "--home"),
        (
            &["wallet", "status", "--home", "nowhere"],
            3,
            "wallet enrol",
        ),
        (
            &["terminal", "totals", "--home", "nowhere"],
            3,
            "terminal init",
        ),
        (&["issuer", "report", "--home", "nowhere"], 3, "issuer init"),
        (&["issuer", "init", "--home", "bank"], 1, "another --home"),
        (
            &["issuer", "init", "--home", "b2", "--scheme", "nowhere"],
            3,
            "no scheme in",
        ),
        (
            &[
                "issuer",
                "serve",
                "--home",
                "bank",
                "--database",
                "postgres://x",
            ],
            2,
            "PostgreSQL",
        ),
        (
            &["issuer", "serve", "--home", "bank", "--listen", "somewhere"],
            2,
            "--listen",
        ),
        (
            &[
                "issuer",
                "policy",
                "set",
                "--home",
                "bank",
                "--currency",
                "DKK",
                "--max-exposure",
                "0",
            ],
            2,
            "exposure",
        ),
        (
            &[
                "issuer",
                "merchant",
                "add",
                "--home",
                "bank",
                "--name",
                "X",
                "--mcc",
                "5411",
                "--country",
                "DK",
                "--terminal-key",
                "deadbeef",
            ],
            3,
            "deadbeef is no public key",
        ),
        (
            &["issuer", "revoke", "--home", "bank", "12"],
            2,
            "64 hex digits",
        ),
        (
            &["issuer", "revoke", "--home", "bank", &"ab".repeat(32)],
            1,
            "unknown allowance",
        ),
        (
            &[
                "issuer",
                "customer",
                "add",
                "--home",
                "bank",
                "--name",
                "X",
                "--currency",
                "DKK",
                "--funding",
                "held",
                "--amount",
                "1,000",
            ],
            2,
            "no amount",
        ),
        (
            &[
                "issuer",
                "outage",
                "declare",
                "--home",
                "bank",
                "--currency",
                "DKK",
                "--for",
                "1d",
                "--extension",
                "15d",
            ],
            2,
            "extension",
        ),
        (
            &[
                "terminal",
                "init",
                "--home",
                "till",
                "--root",
                "bank/root.hex",
                "--acquirer",
                &url,
            ],
            1,
            "--home",
        ),
        (
            &["terminal", "request", "--home", "till", "12.345"],
            2,
            "2 decimals",
        ),
        (
            &["terminal", "request", "--home", "till", "0"],
            2,
            "the smallest amount is 0.01",
        ),
        (&["terminal", "request", "--home", "till"], 2, "AMOUNT"),
        (
            &["terminal", "accept", "--home", "till", "request.png"],
            1,
            "NOT PAID  this is a payment request, not a payment token: read the phone's code",
        ),
        (
            &["terminal", "accept", "--home", "till", "missing.png"],
            3,
            "missing.png",
        ),
        (
            &["terminal", "void", "--home", "till", &"cd".repeat(32)],
            1,
            "no such payment",
        ),
        (&["terminal", "certificate", "--home", "till", "00"], 1, ""),
        (
            &["terminal", "take", "--home", "till", "request.png"],
            1,
            "",
        ),
        (
            &["wallet", "receipt", "--home", "asta", "request.png"],
            1,
            "this is a payment request, not a receipt",
        ),
        (
            &["wallet", "pay", "--home", "asta", "outage.png", "--yes"],
            1,
            "this is an outage, not a payment request",
        ),
        (
            &["wallet", "take", "--home", "asta", "request.png"],
            1,
            "not a trust bundle",
        ),
        (
            &["wallet", "pay", "--home", "asta", "nonsense.png", "--yes"],
            1,
            "",
        ),
        (
            &["wallet", "sync", "--home", "asta", "--want", "5"],
            2,
            "--currency",
        ),
        (
            &[
                "wallet",
                "enrol",
                "--home",
                "asta",
                "--server",
                &url,
                "--root",
                "bank/root.hex",
                "--code",
                "x",
            ],
            1,
            "enrolled already",
        ),
        (
            &[
                "wallet",
                "enrol",
                "--home",
                "new",
                "--server",
                &url,
                "--root",
                "bank/root.hex",
                "--code",
                "wrong",
            ],
            1,
            "the server refused (403): Your bank could not confirm who you are.",
        ),
        (
            &[
                "wallet",
                "enrol",
                "--home",
                "new2",
                "--server",
                "nowhere",
                "--root",
                "bank/root.hex",
                "--code",
                "x",
            ],
            2,
            "http://",
        ),
    ];
    for (call, status, word) in cases {
        let ran = town.run(call);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert_eq!(ran.status, *status, "{call:?}: {said}");
        assert!(said.contains(word), "{call:?}: {said}");
        assert!(!said.contains("try again in"), "{call:?}: {said}");
    }
    assert_eq!(town.remaining("asta"), 200_000);
}

#[test]
fn every_command_shows_an_example_of_itself() {
    let town = Town::with_bank();
    let groups: [(&str, &[&str]); 3] = [
        (
            "issuer",
            &[
                "init",
                "serve",
                "customer add",
                "customer code",
                "customer lost",
                "merchant add",
                "merchant till",
                "policy set",
                "policy show",
                "suspend",
                "revoke",
                "outage declare",
                "trust",
                "dispute",
                "report",
                "proofs",
            ],
        ),
        (
            "wallet",
            &[
                "enrol", "sync", "status", "review", "pay", "receipt", "take", "history",
                "forecast", "close",
            ],
        ),
        (
            "terminal",
            &[
                "init",
                "certificate",
                "take",
                "sync",
                "deposit",
                "request",
                "accept",
                "void",
                "receipts",
                "totals",
                "can-accept",
            ],
        ),
    ];
    for (group, commands) in groups {
        for command in commands {
            let mut call = vec![group];
            call.extend(command.split(' '));
            call.push("--help");
            let ran = town.run(&call);
            assert_eq!(ran.status, 0);
            assert!(
                ran.stdout.contains(&format!("skilling {group}")),
                "{call:?}"
            );
            assert!(ran.stdout.contains("Example:"), "{call:?}");
        }
    }
}

#[test]
fn with_quiet_the_status_alone_speaks() {
    let town = Town::new();
    let ran = town.run(&[
        "terminal",
        "can-accept",
        "--home",
        "till",
        "5000",
        "--quiet",
    ]);
    assert_eq!(
        (ran.status, ran.stdout.as_str(), ran.stderr.as_str()),
        (1, "", "")
    );
}

#[test]
fn a_till_of_another_scheme_is_not_told_that_all_is_fetched() {
    let town = Town::with_bank();
    town.ok(&["issuer", "init", "--home", "other"]);
    let url = town.url.clone();
    town.ok(&[
        "terminal",
        "init",
        "--home",
        "till",
        "--root",
        "other/root.hex",
        "--acquirer",
        &url,
    ]);
    let ran = town.run(&["terminal", "sync", "--home", "till"]);
    assert_eq!(ran.status, 1, "{}", ran.stdout);
    assert!(!ran.stdout.contains("nothing new"), "{}", ran.stdout);
    assert!(ran.stderr.contains("not signed"), "{}", ran.stderr);
}
