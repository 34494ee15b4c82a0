//! Our till against our phone.

use serde_json::json;

use crate::beside_pcscd::beside_pcscd;
use crate::common::Ran;
use crate::playing::{Playing, READER, card, listen};
use crate::town::Town;
use crate::wire::{Cut, Wire};

#[test]
fn an_armed_phone_pays_at_one_tap_and_the_trace_can_be_inspected() {
    beside_pcscd!();
    let town = Town::new();
    let mut till = listen(&town, &["125.50", "--trace", "till.txt"]);
    let mut phone = card(
        &town,
        "asta",
        &["--consent", "armed:200", "--once", "--trace", "phone.txt"],
    );
    let paid = till.event("paid");
    assert_eq!(paid["amount"], json!(12_550));
    assert_eq!(
        (paid["outcome"].as_str(), till.ends()),
        (Some("accepted"), 0)
    );
    assert_eq!(phone.ends(), 0);
    assert_eq!(
        phone.names(),
        ["in_field", "paid", "receipt", "left"],
        "no question, one token, its receipt"
    );
    assert_eq!(phone.told[1]["payment_id"], paid["payment_id"]);

    let history = town.ok(&["wallet", "history", "--home", "asta"]);
    assert_eq!(history["payments"].as_array().unwrap().len(), 1);
    assert_eq!(town.remaining("asta"), 200_000 - 12_550);
    for trace in ["till.txt", "phone.txt"] {
        let seen = town.ok(&["inspect", trace]);
        let kinds: Vec<_> = seen
            .as_array()
            .unwrap()
            .iter()
            .map(|it| &it["kind"])
            .collect();
        assert_eq!(
            kinds,
            ["payment_request", "payment_token", "receipt", "tap"],
            "{trace}"
        );
        let tap = &seen[3];
        assert_eq!(tap["commands"], json!(5), "{tap}");
        assert_eq!(tap["within_goal"], json!(true), "{tap}");
    }
}

#[test]
fn the_readers_are_listed_and_one_of_several_must_be_named() {
    beside_pcscd!();
    let town = Town::new();
    let listed = town.ok(&["terminal", "listen", "--list"]);
    assert_eq!(listed["readers"], json!([READER, "Virtual PCD 00 01"]));
    for (name, words) in [(None, "several"), (Some("ACR122"), "ACR122")] {
        let mut call = vec!["terminal", "listen", "--home", "till", "1"];
        call.extend(name.iter().flat_map(|name| ["--reader", name]));
        let refused = town.run(&call);
        assert_eq!(refused.status, 2, "{}", refused.stderr);
        assert!(refused.stderr.contains(words), "{}", refused.stderr);
        assert!(refused.stderr.contains(READER), "{}", refused.stderr);
    }
}

#[test]
fn two_phones_in_turn_pay_the_open_requests_and_ctrl_c_ends_it() {
    beside_pcscd!();
    let town = Town::new();
    town.wallet("bo", &[]);
    let mut till = listen(&town, &[]);
    for (home, amount, minor) in [("asta", "10", 1_000), ("bo", "20", 2_000)] {
        let request = town.request(amount, "request.png");
        let mut phone = card(&town, home, &["--consent", "armed:50", "--once"]);
        let paid = till.event("paid");
        assert_eq!(paid["request_id"], json!(request));
        assert_eq!(paid["amount"], json!(minor));
        assert_eq!(phone.ends(), 0);
        till.phone_leaves();
    }
    till.interrupt();
    assert_eq!(till.ends(), 0);
    assert_eq!(till.told.last().unwrap()["event"], "stopped");
    let totals = town.ok(&["terminal", "totals", "--home", "till"]);
    assert_eq!(totals["totals"][0]["accepted"]["amount"], json!(3_000));
}

#[test]
fn a_reader_that_takes_short_commands_only_is_enough_and_a_better_one_is_used() {
    beside_pcscd!();
    let town = Town::new();
    for (more, is_long) in [(None, false), (Some("--extended"), true)] {
        let wire = Wire::new(Cut::Never);
        let amount = if is_long { "11" } else { "12" };
        let mut till = listen(&town, &[&[amount][..], more.as_slice()].concat());
        let mut phone = card(
            &town,
            "asta",
            &["--consent", "armed:50", "--once", "--vpcd", &wire.address],
        );
        till.event("paid");
        assert_eq!((till.ends(), phone.ends()), (0, 0));
        let passed = wire.passed.lock().unwrap();
        let longest = |all: &[Vec<u8>]| all.iter().map(Vec::len).max().unwrap();
        assert_eq!(longest(&passed.commands) > 261, is_long);
        assert_eq!(longest(&passed.answers) > 258, is_long);
        // Select, request in two blocks, token in two parts, receipt; or select, request, receipt.
        assert_eq!(passed.commands.len(), if is_long { 3 } else { 5 });
    }
}

#[test]
fn where_long_commands_do_not_get_through_short_ones_are_sent() {
    beside_pcscd!();
    let town = Town::new();
    let mut till = listen(&town, &["13", "--extended"]);
    let wire = Wire::new(Cut::Long);
    let armed = ["--consent", "armed:50", "--vpcd", &wire.address];
    assert_eq!(card(&town, "asta", &armed).ends(), 0);
    assert!(wire.passed.lock().unwrap().is_cut);
    till.event("torn");
    let mut phone = card(&town, "asta", &["--consent", "armed:50", "--once"]);
    assert_eq!((till.ends(), phone.ends()), (0, 0));
    assert_eq!(till.counted("paid"), 1);
}

#[test]
fn the_demo_taps_through_the_service_where_there_is_one() {
    beside_pcscd!();
    let told = crate::common::run(&["demo"]);
    assert_eq!(told.status, 0, "{}", told.stderr);
    assert_eq!(
        told.stdout.matches("through PC/SC").count(),
        3,
        "{}",
        told.stdout
    );
}

#[test]
fn arming_reaches_a_phone_that_lies_on_the_reader_and_one_that_comes_within_a_minute() {
    beside_pcscd!();
    let town = Town::new();
    // Beforehand.
    let armed = town.ok(&["wallet", "arm", "--home", "asta", "30"]);
    assert_eq!(armed["ceiling"], json!(3_000));
    let mut till = listen(&town, &["30"]);
    let mut phone = card(&town, "asta", &["--consent", "never", "--once"]);
    assert_eq!((till.ends(), phone.ends()), (0, 0));
    assert!(phone.names().contains(&"armed"));

    // While it lies there.
    let mut till = listen(&town, &["40"]);
    let mut phone = card(&town, "asta", &["--consent", "never", "--once"]);
    till.event("waiting");
    let too_much = town.run(&["wallet", "arm", "--home", "asta", "5000"]);
    assert_eq!(too_much.status, 1, "{}", too_much.stderr);
    let armed = town.ok(&["wallet", "arm", "--home", "asta", "40"]);
    assert_eq!(armed["ceiling"], json!(4_000));
    assert_eq!((till.ends(), phone.ends()), (0, 0));
    assert_eq!(town.remaining("asta"), 200_000 - 7_000);

    // Garbage in place of an arming arms nothing, and is said once.
    town.write("asta/arm.json", "{");

    // Over the ceiling nothing is paid.
    let mut till = listen(&town, &["60", "--answer-within", "4s"]);
    let phone = card(&town, "asta", &["--consent", "armed:50", "--once"]);
    assert_eq!(till.ends(), 1, "{:?}", till.told);
    assert_eq!(till.counted("paid"), 0);
    drop(phone);
    assert_eq!(town.remaining("asta"), 200_000 - 7_000);
}

#[test]
fn what_is_missing_is_said_in_words() {
    beside_pcscd!();
    let town = Town::new();
    let words = |ran: Ran, status: i32, words: &str| {
        assert_eq!(ran.status, status, "{}", ran.stderr);
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    };
    let card = ["wallet", "card", "--home", "asta"];
    words(town.run(&card), 2, "--consent");
    let nowhere = [&card[..], &["--consent", "never", "--vpcd", "1"]].concat();
    words(town.run(&nowhere), 3, "vsmartcard-vpcd");
    let odd = [&card[..], &["--consent", "perhaps"]].concat();
    words(town.run(&odd), 2, "after:SECONDS");
    words(
        town.run(&["wallet", "arm", "--home", "asta", "5000"]),
        1,
        "17",
    );
    words(
        town.run(&["wallet", "arm", "--home", "nobody", "5"]),
        3,
        "no wallet",
    );
}

#[test]
fn a_disk_that_is_full_costs_the_trace_and_not_the_word_that_it_is_paid() {
    beside_pcscd!();
    let town = Town::new();
    let mut till = listen(&town, &["15", "--trace", "/dev/full"]);
    let mut phone = card(&town, "asta", &["--consent", "armed:50", "--once"]);
    till.event("paid");
    assert_eq!((till.ends(), phone.ends()), (0, 0));
}

#[test]
fn a_sale_that_is_paid_at_the_other_reader_ends_at_both_and_nobody_is_asked_again() {
    beside_pcscd!();
    let town = Town::new();
    let mut till = listen(&town, &["15"]);
    let request = till.told[0]["request_id"].clone();
    let other = "Virtual PCD 00 01";
    let mut other = Playing::start(
        &town,
        &[
            "terminal", "listen", "--home", "till", "--json", "--reader", other,
        ],
    );
    other.event("listening");
    let to_other = ["--consent", "armed:50", "--once", "--vpcd", "35964"];
    assert_eq!(card(&town, "asta", &to_other).ends(), 0);
    assert_eq!(other.event("paid")["request_id"], request);
    assert_eq!(till.event("paid_elsewhere")["request_id"], request);
    assert_eq!(till.ends(), 0);
}

#[test]
fn the_cashier_hears_of_a_receipt_that_the_phone_did_not_take() {
    beside_pcscd!();
    let town = Town::new();
    let wire = Wire::new(Cut::Receipt);
    let mut till = listen(&town, &["15"]);
    let armed = ["--consent", "armed:50", "--once", "--vpcd", &wire.address];
    let mut phone = card(&town, "asta", &armed);
    let payment = till.event("paid")["payment_id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(till.event("receipt_refused")["why"], json!("fits_none"));
    assert_eq!((till.ends(), phone.ends()), (0, 0));
    // And it can be shown, as the words say.
    let shown = town.ok(&["terminal", "receipts", "--home", "till", &payment]);
    assert_eq!(shown["outcome"], json!("accepted"));
}
