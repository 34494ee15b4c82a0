//! Two processes on one wallet, two tills on one store.

use crate::common::Ran;
use crate::town::Town;

#[test]
fn two_processes_that_pay_one_request_give_one_payment() {
    let town = Town::new();
    town.request("80", "request.png");
    let pay = |token: &str| {
        let call = [
            "wallet",
            "pay",
            "--home",
            "asta",
            "request.png",
            "--yes",
            "--json",
            "-o",
            token,
        ];
        town.start(&call)
    };
    let both = [pay("one.png"), pay("two.png")];
    let ids = both.map(|child| {
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        ran.json()["payment_id"].as_str().unwrap().to_owned()
    });
    assert_eq!(ids[0], ids[1]);
    assert_eq!(town.remaining("asta"), 192_000);
}

#[test]
fn payments_made_at_once_get_numbers_of_their_own() {
    let town = Town::new();
    let names: Vec<String> = (0..4).map(|number| number.to_string()).collect();
    for name in &names {
        town.request("10", &format!("{name}.png"));
    }
    let children = names.iter().map(|name| {
        let (request, token) = (format!("{name}.png"), format!("{name}-token.png"));
        town.start(&[
            "wallet", "pay", "--home", "asta", &request, "--yes", "-o", &token,
        ])
    });
    for child in children.collect::<Vec<_>>() {
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!(ran.status, 0, "{}", ran.stderr);
    }
    let accepted = names.iter().map(|name| {
        let token = format!("{name}-token.png");
        town.start(&["terminal", "accept", "--home", "till", &token])
    });
    for child in accepted.collect::<Vec<_>>() {
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    }
    let status = town.ok(&["wallet", "status", "--home", "asta"]);
    assert_eq!(status["allowances"][0]["last_sequence"], 4);
    assert_eq!(town.remaining("asta"), 196_000);
}
