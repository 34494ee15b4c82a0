//! The network is away: paying goes on, everything else says so and loses nothing.

use serde_json::json;

use crate::town::Town;

/// Seconds since 1970 now, and so many days on.
fn in_days(days: u64) -> String {
    let now = std::time::SystemTime::now();
    let since = now.duration_since(std::time::UNIX_EPOCH).unwrap();
    (since.as_secs() + days * 86_400).to_string()
}

#[test]
fn a_stopped_server_stops_no_payment() {
    let mut town = Town::new();
    assert!(town.stop());
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
    for call in [
        ["terminal", "deposit", "--home", "till"],
        ["terminal", "sync", "--home", "till"],
        ["wallet", "sync", "--home", "asta"],
    ] {
        let ran = town.run(&call);
        assert_eq!(ran.status, 3, "{call:?}");
        assert!(
            ran.stderr.contains("is the server running?"),
            "{}",
            ran.stderr
        );
    }
    town.serve();
    let url = town.url.clone();
    let synced = town.ok(&["terminal", "sync", "--home", "till", "--acquirer", &url]);
    assert_eq!(synced["deposit"]["paid"], 1);
    let synced = town.ok(&["wallet", "sync", "--home", "asta", "--server", &url]);
    assert_eq!(
        synced["payments"],
        json!([{"payment_id": payment, "state": "paid"}])
    );
    town.books();
}

#[test]
fn day_seven_pays_and_day_eleven_pays_small_amounts() {
    let town = Town::new();
    town.wallet("bo", &["--user-auth"]);
    for (day, amount, status) in [(7, "500", 0), (11, "500", 1), (11, "200", 0)] {
        let time = in_days(day);
        let name = format!("{day}-{amount}");
        let (request, token) = (format!("{name}.png"), format!("{name}-token.png"));
        let steps: [&[&str]; 2] = [
            &[
                "terminal", "request", "--home", "till", amount, "-o", &request,
            ],
            &[
                "wallet", "pay", "--home", "bo", &request, "--yes", "-o", &token,
            ],
        ];
        for step in steps {
            let ran = town.run_at(&time, step);
            assert_eq!(ran.status, 0, "{name}: {}", ran.stderr);
        }
        let ran = town.run_at(&time, &["terminal", "accept", "--home", "till", &token]);
        assert_eq!(ran.status, status, "{name}: {}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn a_clock_in_a_file_is_the_time_for_everybody() {
    let town = Town::new();
    town.write("time", &in_days(0));
    let made = town.ok(&[
        "terminal", "request", "--home", "till", "80", "-o", "r.png", "--clock", "time",
    ]);
    let made_at = made["made_at"].as_u64().unwrap();
    assert_eq!(
        made_at.to_string(),
        String::from_utf8(town.read("time")).unwrap()
    );
    town.write("time", &(made_at + 600).to_string());
    let late = town.json(
        &[
            "wallet", "review", "--home", "asta", "r.png", "--clock", "time",
        ],
        1,
    );
    assert_eq!(late["outcome"], "refused");
    let ran = town.run(&["wallet", "status", "--home", "asta", "--clock", "teatime"]);
    assert_eq!(ran.status, 2);
    let ran = town.run_at("teatime", &["wallet", "status", "--home", "asta"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr.contains("SKILLING_CLOCK teatime"),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_allowance_pays_on_under_a_bulletin_from_a_poster() {
    let town = Town::new();
    let day = in_days(31);
    town.ok(&[
        "issuer",
        "outage",
        "declare",
        "--home",
        "bank",
        "--currency",
        "DKK",
        "--for",
        "40d",
        "--extension",
        "14d",
        "-o",
        "poster.png",
    ]);
    let request = ["terminal", "request", "--home", "till", "80", "-o", "r.png"];
    let pay = [
        "wallet", "pay", "--home", "asta", "r.png", "--yes", "-o", "t.png",
    ];
    town.run_at(&day, &request);
    assert_eq!(town.run_at(&day, &pay).status, 1, "the allowance has ended");
    for role in [["wallet", "asta"], ["terminal", "till"]] {
        let taken = town.ok(&[role[0], "take", "--home", role[1], "poster.png"]);
        assert_eq!(taken["taken"][0], json!({"kind": "outage", "new": true}));
    }
    town.run_at(&day, &request);
    let ran = town.run_at(&day, &pay);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let ran = town.run_at(&day, &["terminal", "accept", "--home", "till", "t.png"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn a_wallet_put_back_from_a_copy_signs_no_more_until_it_has_synced() {
    let town = Town::new();
    let database = town.path("asta/wallet/wallet.db");
    std::fs::copy(&database, town.path("backup.db")).unwrap();
    town.request("80", "request.png");
    town.pay("asta", "request.png", "token.png");
    for log in ["asta/wallet/wallet.db-wal", "asta/wallet/wallet.db-shm"] {
        let _ = std::fs::remove_file(town.path(log));
    }
    std::fs::copy(town.path("backup.db"), &database).unwrap();
    town.request("90", "another.png");
    let ran = town.run(&["wallet", "pay", "--home", "asta", "another.png", "--yes"]);
    assert_eq!(ran.status, 1, "{}", ran.stdout);
    let said = "This wallet was restored from a backup and no longer pays. Go online and sync";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
    let refused = town.json(&["wallet", "pay", "--home", "asta", "another.png"], 1);
    assert_eq!(refused["reason"], "wallet_storage_failed");
    let status = town.run(&["wallet", "status", "--home", "asta"]);
    assert!(!status.stdout.contains(" left"), "{}", status.stdout);
    assert_eq!(town.remaining("asta"), 0);
    let synced = town.ok(&["wallet", "sync", "--home", "asta"]);
    assert_eq!(synced["granted"].as_array().unwrap().len(), 1);
    town.pay("asta", "another.png", "again.png");
    town.ok(&["terminal", "accept", "--home", "till", "again.png"]);
}

#[test]
fn a_forecast_says_how_long_and_how_much() {
    let town = Town::new();
    let told = town.ok(&["wallet", "forecast", "--home", "asta", "--currency", "DKK"]);
    let told = &told["forecasts"][0];
    assert_eq!(told["currency"], 208);
    assert_eq!(told["undeclared"]["stretches"][0]["total"], 200_000);
    assert!(told["undeclared"]["until"].as_u64().unwrap() > in_days(8).parse().unwrap());
    let late = town.run_at(&in_days(400), &["wallet", "forecast", "--home", "asta"]);
    let advice = "skilling wallet sync now: it was due";
    assert!(late.stdout.contains(advice), "{}", late.stdout);
}

#[test]
fn an_enrolment_that_was_not_answered_is_made_with_the_same_code_later() {
    let mut town = Town::with_bank();
    let added = town.ok(&[
        "issuer",
        "customer",
        "add",
        "--home",
        "bank",
        "--name",
        "Asta",
        "--currency",
        "DKK",
        "--funding",
        "held",
        "--amount",
        "100",
    ]);
    let code = added["enrolment_code"].as_str().unwrap();
    let url = town.url.clone();
    let enrol = |code| {
        [
            "wallet",
            "enrol",
            "--home",
            "asta",
            "--server",
            &url,
            "--root",
            "bank/root.hex",
            "--code",
            code,
        ]
    };
    town.ok(&["issuer", "init", "--home", "other"]);
    let mut foreign = enrol(code);
    foreign[7] = "other/root.hex";
    assert_eq!(town.run(&foreign).status, 1, "another scheme's root");
    assert_eq!(town.run(&enrol("another code")).status, 1);
    assert!(town.stop());
    assert_eq!(town.run(&enrol(code)).status, 3);
    town.serve();
    let url = town.url.clone();
    town.ok(&[
        "wallet",
        "enrol",
        "--home",
        "asta",
        "--server",
        &url,
        "--root",
        "bank/root.hex",
        "--code",
        code,
    ]);
}
