//! At the counter: printed codes, refusals, limits.

use serde_json::json;

use crate::town::Town;

#[test]
fn a_printed_code_is_paid_with_a_typed_amount_that_the_cashier_confirms() {
    let town = Town::new();
    let made = town.ok(&[
        "terminal",
        "request",
        "--home",
        "till",
        "--static",
        "--reference",
        "Stall 4",
        "-o",
        "poster.png",
    ]);
    assert_eq!(made["amount"], json!(null));
    let without = town.run(&["wallet", "pay", "--home", "asta", "poster.png", "--yes"]);
    assert_eq!(without.status, 2);
    assert!(without.stderr.contains("--amount"), "{}", without.stderr);

    town.ok(&[
        "wallet",
        "pay",
        "--home",
        "asta",
        "poster.png",
        "--amount",
        "80",
        "--yes",
        "-o",
        "token.png",
    ]);
    let asked = town.run(&["terminal", "accept", "--home", "till", "token.png"]);
    assert_eq!(asked.status, 5);
    assert!(asked.stderr.contains("80.00 DKK"), "{}", asked.stderr);
    let wrong = town.run(&[
        "terminal",
        "accept",
        "--home",
        "till",
        "token.png",
        "--confirm",
        "90",
    ]);
    assert_eq!(wrong.status, 1);
    let accepted = town.ok(&[
        "terminal",
        "accept",
        "--home",
        "till",
        "token.png",
        "--confirm",
        "80",
    ]);
    assert_eq!(
        (&accepted["outcome"], &accepted["amount"]),
        (&json!("accepted"), &json!(8000))
    );
}

#[test]
fn an_amount_that_the_cashier_rejects_comes_back_to_the_payer() {
    let town = Town::new();
    town.ok(&[
        "terminal",
        "request",
        "--home",
        "till",
        "--static",
        "-o",
        "poster.png",
    ]);
    town.ok(&[
        "wallet",
        "pay",
        "--home",
        "asta",
        "poster.png",
        "--amount",
        "8",
        "--yes",
        "-o",
        "token.png",
    ]);
    let accept = [
        "terminal",
        "accept",
        "--home",
        "till",
        "token.png",
        "--reject",
        "-o",
        "no.png",
    ];
    let rejected = town.json(&accept, 1);
    assert_eq!(
        (&rejected["outcome"], &rejected["reason"]),
        (&json!("declined"), &json!("amount_mismatch"))
    );
    let taken = town.ok(&["wallet", "receipt", "--home", "asta", "no.png"]);
    assert_eq!(taken["stage"], "declined");
    assert_eq!(town.remaining("asta"), 200_000);
}

#[test]
fn what_no_allowance_covers_is_refused_in_words_and_signs_nothing() {
    let town = Town::new();
    town.request("1200", "request.png");
    let refused = town.json(
        &["wallet", "pay", "--home", "asta", "request.png", "--yes"],
        1,
    );
    assert_eq!(refused["outcome"], "refused");
    let shown = town.run(&["wallet", "review", "--home", "asta", "request.png"]);
    assert_eq!(shown.status, 1, "{}", shown.stdout);
    assert_eq!(town.remaining("asta"), 200_000);
}

#[test]
fn a_key_that_asks_nobody_pays_small_amounts_only() {
    let town = Town::new();
    town.wallet("bo", &["--user-auth"]);
    town.request("400", "request.png");
    let refused = town.json(
        &["wallet", "pay", "--home", "asta", "request.png", "--yes"],
        1,
    );
    assert_eq!(refused["reason"], "user_auth_required");
    town.pay("bo", "request.png", "token.png");
    town.ok(&["terminal", "accept", "--home", "till", "token.png"]);
}

#[test]
fn a_till_says_whether_it_can_sell() {
    let town = Town::new();
    let yes = town.ok(&["terminal", "can-accept", "--home", "till", "125.50"]);
    assert_eq!(yes["can_accept"], true);
    assert_eq!(
        (&yes["largest"], &yes["largest_unauthenticated"]),
        (&json!(100_000), &json!(35_000))
    );
    let no = town.json(&["terminal", "can-accept", "--home", "till", "1000.01"], 1);
    assert_eq!(no["reasons"][0]["name"], "over_cap");
    let no = town.json(
        &[
            "terminal",
            "can-accept",
            "--home",
            "till",
            "1",
            "--currency",
            "USD",
        ],
        1,
    );
    assert_eq!(no["can_accept"], false);
}

#[test]
fn a_program_that_pays_has_agreed_by_calling() {
    let town = Town::new();
    town.request("80", "request.png");
    let paid = town.ok(&["wallet", "pay", "--home", "asta", "request.png"]);
    assert_eq!(paid["amount"], 8_000);
    assert_eq!(town.remaining("asta"), 192_000);
}

#[test]
fn nobody_pays_without_being_asked() {
    let town = Town::new();
    town.request("80", "request.png");
    let ran = town.run(&[
        "wallet",
        "pay",
        "--home",
        "asta",
        "request.png",
        "-o",
        "token.png",
    ]);
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("--yes"), "{}", ran.stderr);
    assert!(!town.path("token.png").exists());
    assert_eq!(town.remaining("asta"), 200_000);
}
