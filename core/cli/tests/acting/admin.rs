//! What the bank and the scheme decide, all of it beside a running server.

use serde_json::json;

use crate::town::Town;

#[test]
fn a_revoked_allowance_is_refused_after_the_next_status_list() {
    let town = Town::new();
    let status = town.ok(&["wallet", "status", "--home", "asta"]);
    let allowance = status["allowances"][0]["allowance_id"].as_str().unwrap();
    let revoked = town.ok(&["issuer", "revoke", "--home", "bank", allowance]);
    assert_eq!(revoked["revoked"], allowance);
    let synced = town.ok(&["terminal", "sync", "--home", "till"]);
    assert_eq!(
        synced["taken"],
        json!([{"kind": "status_list", "new": true}])
    );
    town.request("80", "request.png");
    town.pay("asta", "request.png", "token.png");
    let declined = town.json(&["terminal", "accept", "--home", "till", "token.png"], 1);
    assert_eq!(
        (&declined["outcome"], &declined["reason"]),
        (&json!("declined"), &json!("allowance_revoked"))
    );
}

#[test]
fn a_policy_reaches_tills_and_wallets_with_their_next_sync() {
    let town = Town::new();
    let set = town.ok(&[
        "issuer",
        "policy",
        "set",
        "--home",
        "bank",
        "--currency",
        "DKK",
        "--max-payment",
        "500",
        "--categories",
        "5912",
        "--max-status-age",
        "12d",
    ]);
    assert_eq!(
        (&set["max_payment"], &set["categories"]),
        (&json!(50_000), &json!([5912]))
    );
    assert_eq!(
        set["max_unauthenticated"], 35_000,
        "what was not given stays"
    );
    let shown = town.ok(&[
        "issuer",
        "policy",
        "show",
        "--home",
        "bank",
        "--currency",
        "208",
    ]);
    assert_eq!(shown, set);
    town.ok(&["terminal", "sync", "--home", "till"]);
    let no = town.json(&["terminal", "can-accept", "--home", "till", "600"], 1);
    let reasons = no["reasons"].as_array().unwrap();
    let named = |name| reasons.iter().any(|it| it["name"] == name);
    assert!(named("over_cap") && named("category_closed"), "{no}");
    town.ok(&[
        "issuer",
        "policy",
        "set",
        "--home",
        "bank",
        "--currency",
        "DKK",
        "--categories",
        "all",
    ]);
    town.ok(&["terminal", "sync", "--home", "till"]);
    town.ok(&["terminal", "can-accept", "--home", "till", "500"]);
}

#[test]
fn a_bundle_in_a_file_reaches_a_till_without_a_network() {
    let mut town = Town::new();
    let suspended = town.ok(&["issuer", "suspend", "--home", "bank"]);
    assert_eq!(suspended["suspended"], true);
    let written = town.ok(&["issuer", "trust", "--home", "bank", "-o", "bundle.cbor"]);
    assert_eq!(written["version"], suspended["trust_version"]);
    assert!(town.stop());
    let taken = town.ok(&["terminal", "take", "--home", "till", "bundle.cbor"]);
    assert_eq!(
        taken["taken"],
        json!([{"kind": "trust_bundle", "new": true}])
    );
    let no = town.json(&["terminal", "can-accept", "--home", "till", "80"], 1);
    assert_eq!(no["reasons"][0]["name"], "issuer_suspended");
    let lifted = town.ok(&["issuer", "suspend", "--home", "bank", "--lift"]);
    assert_eq!(lifted["suspended"], false);
}

#[test]
fn a_dispute_takes_the_money_back_until_it_ends() {
    let town = Town::new();
    town.request("80", "request.png");
    let payment = town.pay("asta", "request.png", "token.png");
    town.ok(&["terminal", "accept", "--home", "till", "token.png"]);
    town.ok(&["terminal", "deposit", "--home", "till"]);
    let payable = |town: &Town| {
        let books = town.books();
        books["currencies"][0]["accounts"]["merchant_payable"]
            .as_i64()
            .unwrap()
    };
    assert_eq!(payable(&town), 8_000);
    let disputed = town.ok(&["issuer", "dispute", "--home", "bank", &payment]);
    assert_eq!(
        disputed,
        json!({"payment_id": payment, "state": "disputed"})
    );
    assert_eq!(payable(&town), 0);
    let ended = town.ok(&[
        "issuer", "dispute", "--home", "bank", &payment, "--end", "pay",
    ]);
    assert_eq!(ended["state"], "paid");
    assert_eq!(payable(&town), 8_000);
    let again = town.run(&[
        "issuer", "dispute", "--home", "bank", &payment, "--end", "pay",
    ]);
    assert_eq!(again.status, 1);
}

#[test]
fn a_clone_is_caught_when_both_tokens_are_deposited() {
    let town = Town::new();
    town.till("far-away");
    // A copy of everything, the guard too: what a phone's hardware does not let happen.
    copy(&town.path("asta"), &town.path("clone"));
    town.request("80", "request.png");
    town.pay("asta", "request.png", "token.png");
    let other = [
        "terminal",
        "request",
        "--home",
        "far-away",
        "90",
        "-o",
        "other.png",
    ];
    town.ok(&other);
    town.pay("clone", "other.png", "other-token.png");
    town.ok(&["terminal", "accept", "--home", "till", "token.png"]);
    town.ok(&[
        "terminal",
        "accept",
        "--home",
        "far-away",
        "other-token.png",
    ]);
    for till in ["till", "far-away"] {
        town.ok(&["terminal", "deposit", "--home", till]);
    }
    let told = town.ok(&["issuer", "proofs", "--home", "bank", "--write", "proofs"]);
    let proofs = told["proofs"].as_array().unwrap();
    assert_eq!(proofs.len(), 1);
    assert_eq!(proofs[0]["kind"], "conflicting_payment");
    assert_eq!(proofs[0]["payment_ids"].as_array().unwrap().len(), 2);
    assert_eq!(std::fs::read_dir(town.path("proofs")).unwrap().count(), 1);
    let checked = town.ok(&[
        "fraud-proof",
        "token.png",
        "other-token.png",
        "--root",
        "bank/root.hex",
        "--trust",
        &{
            town.ok(&["issuer", "trust", "--home", "bank", "-o", "bundle.cbor"]);
            "bundle.cbor".to_owned()
        },
    ]);
    assert_eq!(checked["proof"], true);
    town.books();
}

#[test]
fn phones_and_tills_are_added_and_lost() {
    let town = Town::new();
    let added = town.ok(&[
        "issuer",
        "customer",
        "add",
        "--home",
        "bank",
        "--name",
        "Bo",
        "--currency",
        "SEK",
        "--funding",
        "risk",
        "--amount",
        "1000.00",
    ]);
    let customer = added["customer"].as_str().unwrap();
    let code = town.ok(&["issuer", "customer", "code", "--home", "bank", customer]);
    let code = code["enrolment_code"].as_str().unwrap();
    assert_ne!(added["enrolment_code"], code);
    town.ok(&[
        "wallet",
        "enrol",
        "--home",
        "bo",
        "--server",
        &town.url,
        "--root",
        "bank/root.hex",
        "--code",
        code,
    ]);
    let synced = town.ok(&[
        "wallet",
        "sync",
        "--home",
        "bo",
        "--want",
        "5000",
        "--currency",
        "SEK",
    ]);
    assert_eq!(synced["granted"].as_array().unwrap().len(), 1);
    let status = town.ok(&["wallet", "status", "--home", "bo"]);
    assert_eq!(
        status["allowances"][0]["limit"], 100_000,
        "what the customer has"
    );
    let stopped = town.ok(&["issuer", "customer", "lost", "--home", "bank", customer]);
    assert_eq!(stopped, json!({"stopped": 1}));
    let refused = town.json(
        &[
            "wallet",
            "sync",
            "--home",
            "bo",
            "--want",
            "1",
            "--currency",
            "SEK",
        ],
        1,
    );
    assert_eq!(refused["not_granted"].as_array().unwrap().len(), 1);

    let first = town.ok(&[
        "terminal",
        "init",
        "--home",
        "t2",
        "--root",
        "bank/root.hex",
        "--acquirer",
        &town.url,
        "--store",
        "till/till.db",
    ]);
    let listed = town.ok(&[
        "issuer",
        "merchant",
        "add",
        "--home",
        "bank",
        "--name",
        "Apotek, Aarhus",
        "--mcc",
        "5912",
        "--country",
        "DK",
        "--terminal-key",
        first["terminal_key"].as_str().unwrap(),
    ]);
    let third = town.ok(&[
        "terminal",
        "init",
        "--home",
        "t3",
        "--root",
        "bank/root.hex",
        "--acquirer",
        &town.url,
    ]);
    let more = town.ok(&[
        "issuer",
        "merchant",
        "till",
        "--home",
        "bank",
        listed["id"].as_str().unwrap(),
        "--terminal-key",
        third["terminal_key"].as_str().unwrap(),
    ]);
    assert_eq!(more["id"], listed["id"]);
    assert_ne!(more["terminal_id"], listed["terminal_id"]);
    town.ok(&[
        "terminal",
        "certificate",
        "--home",
        "t3",
        more["merchant"].as_str().unwrap(),
    ]);
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_second_bank_of_the_scheme_is_reached_where_it_listens() {
    let mut town = Town::new();
    town.ok(&[
        "issuer",
        "init",
        "--home",
        "other",
        "--scheme",
        "bank/scheme",
    ]);
    let url = town.serve_another("other");
    let added = town.ok(&[
        "issuer",
        "customer",
        "add",
        "--home",
        "other",
        "--name",
        "Birk",
        "--currency",
        "DKK",
        "--funding",
        "risk",
        "--amount",
        "500",
    ]);
    let code = added["enrolment_code"].as_str().unwrap();
    town.ok(&[
        "wallet",
        "enrol",
        "--home",
        "birk",
        "--server",
        &url,
        "--root",
        "bank/root.hex",
        "--code",
        code,
    ]);
    town.ok(&[
        "wallet",
        "sync",
        "--home",
        "birk",
        "--want",
        "300",
        "--currency",
        "DKK",
    ]);
    town.ok(&["terminal", "sync", "--home", "till"]);
    town.request("80", "request.png");
    town.pay("birk", "request.png", "token.png");
    town.ok(&["terminal", "accept", "--home", "till", "token.png"]);
    let deposited = town.ok(&["terminal", "deposit", "--home", "till"]);
    assert_eq!(deposited["paid"], 1, "{deposited}");
}
