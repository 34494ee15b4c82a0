//! One payment from the bank's grant to the bank's books.

use serde_json::json;

use crate::town::Town;

#[test]
fn a_payment_goes_from_picture_to_picture_and_into_the_books() {
    let mut town = Town::new();
    let request = town.request("125.50", "request.png");
    assert!(town.read("request.png").starts_with(b"\x89PNG"));

    let review = town.ok(&["wallet", "review", "--home", "asta", "request.png"]);
    assert_eq!(review["merchant"], "Netto Torvegade, København");
    assert_eq!(
        (&review["amount"], &review["currency"]),
        (&json!(12550), &json!(208))
    );
    assert_eq!(review["request_id"], request.as_str());
    assert_eq!(review["pays"]["remaining_after"], 187_450);

    let payment = town.pay("asta", "request.png", "token.png");
    let accepted = town.ok(&[
        "terminal",
        "accept",
        "--home",
        "till",
        "token.png",
        "-o",
        "receipt.png",
    ]);
    assert_eq!(accepted["outcome"], "accepted");
    assert_eq!(
        (&accepted["code"], &accepted["again"]),
        (&json!(0), &json!(false))
    );
    assert_eq!(accepted["payment_id"], payment.as_str());
    assert_eq!(accepted["request_id"], request.as_str());
    let checks = accepted["checks"].as_array().unwrap();
    assert!(checks.len() > 20 && checks.iter().all(|it| it["passed"] != false));

    let taken = town.ok(&["wallet", "receipt", "--home", "asta", "receipt.png"]);
    assert_eq!(taken, json!({"payment_id": payment, "stage": "accepted"}));
    assert_eq!(town.remaining("asta"), 187_450);

    let deposited = town.ok(&["terminal", "deposit", "--home", "till"]);
    assert_eq!(
        (&deposited["paid"], &deposited["still_due"]),
        (&json!(1), &json!(0))
    );
    let synced = town.ok(&["wallet", "sync", "--home", "asta"]);
    assert_eq!(
        synced["payments"],
        json!([{"payment_id": payment, "state": "paid"}])
    );

    let books = town.books();
    let accounts = &books["currencies"][0]["accounts"];
    assert_eq!(accounts["merchant_payable"], 12_550);
    assert_eq!(accounts["customer_reserve"], 187_450);
    let totals = town.ok(&["terminal", "totals", "--home", "till"]);
    let totals = &totals["totals"][0];
    assert_eq!(totals["accepted"], json!({"count": 1, "amount": 12_550}));
    assert_eq!(totals["to_deposit"]["count"], 0);

    let history = town.ok(&["wallet", "history", "--home", "asta", "--merchant", "netto"]);
    assert_eq!(history["payments"][0]["payment_id"], payment.as_str());
    assert_eq!(history["payments"][0]["bank"], "paid");
    assert!(town.stop(), "the server leaves in good order");
}

#[test]
fn a_token_shown_twice_is_one_payment() {
    let town = Town::new();
    town.request("80", "request.png");
    let payment = town.pay("asta", "request.png", "token.png");
    let again = town.ok(&[
        "wallet",
        "pay",
        "--home",
        "asta",
        "request.png",
        "-o",
        "again.png",
    ]);
    assert_eq!(again["payment_id"], payment.as_str());
    assert_eq!(again["repeat"], true);
    assert_eq!(
        (&again["amount"], &again["sequence"]),
        (&json!(8000), &json!(1))
    );
    assert_eq!(town.read("token.png"), town.read("again.png"));

    let first = town.ok(&["terminal", "accept", "--home", "till", "token.png"]);
    let second = town.ok(&["terminal", "accept", "--home", "till", "again.png"]);
    assert_eq!(
        (&first["again"], &second["again"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(first["receipt"], second["receipt"]);
    let told = town.run(&["terminal", "accept", "--home", "till", "token.png"]);
    assert_eq!(told.status, 0);
    assert!(
        told.stdout.starts_with("ALREADY ACCEPTED"),
        "{}",
        told.stdout
    );
    let receipt = first["receipt"].as_str().unwrap();
    town.ok(&["wallet", "receipt", "--home", "asta", receipt]);
    let paid = town.json(
        &["wallet", "pay", "--home", "asta", "request.png", "--yes"],
        1,
    );
    assert_eq!(paid["reason"], "request_already_paid");
    assert_eq!(town.remaining("asta"), 192_000);
}

#[test]
fn a_void_gives_the_amount_back_and_the_bank_hears_of_it() {
    let town = Town::new();
    town.request("80", "request.png");
    let payment = town.pay("asta", "request.png", "token.png");
    town.ok(&[
        "terminal",
        "accept",
        "--home",
        "till",
        "token.png",
        "-o",
        "receipt.png",
    ]);
    town.ok(&["wallet", "receipt", "--home", "asta", "receipt.png"]);
    let voided = town.ok(&[
        "terminal", "void", "--home", "till", &payment, "-o", "void.png",
    ]);
    assert_eq!(voided["outcome"], "voided");
    let taken = town.ok(&["wallet", "receipt", "--home", "asta", "void.png"]);
    assert_eq!(taken["stage"], "voided");
    assert_eq!(town.remaining("asta"), 200_000);
    let deposited = town.ok(&["terminal", "sync", "--home", "till"]);
    assert_eq!(deposited["deposit"]["given_back"], 1);
    assert_eq!(
        town.books()["currencies"][0]["accounts"]["merchant_payable"],
        0
    );
    let listed = town.ok(&["terminal", "receipts", "--home", "till"]);
    assert_eq!(listed["payments"][0]["outcome"], "voided");
    assert_eq!(listed["payments"][0]["deposit"], "given_back");
}

#[test]
fn an_allowance_that_is_closed_goes_back_to_the_account() {
    let town = Town::new();
    town.request("80", "request.png");
    town.pay("asta", "request.png", "token.png");
    town.ok(&[
        "terminal",
        "accept",
        "--home",
        "till",
        "token.png",
        "-o",
        "receipt.png",
    ]);
    town.ok(&["wallet", "receipt", "--home", "asta", "receipt.png"]);
    town.ok(&["terminal", "sync", "--home", "till"]);
    let closed = town.ok(&["wallet", "close", "--home", "asta"]);
    assert_eq!(closed["closed"].as_array().unwrap().len(), 1);
    let accounts = &town.books()["currencies"][0]["accounts"];
    assert_eq!(accounts["customer_account"], 492_000);
    assert_eq!(accounts["customer_reserve"], 0);
    town.request("10", "another.png");
    let paid = town.json(
        &["wallet", "pay", "--home", "asta", "another.png", "--yes"],
        1,
    );
    assert_eq!(paid["outcome"], "refused");
}
