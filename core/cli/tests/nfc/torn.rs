//! The phone leaves at every command, before it and after it: tapping again gives one payment, once.

use serde_json::json;

use crate::beside_pcscd::beside_pcscd;
use crate::playing::{card, listen};
use crate::town::Town;
use crate::wire::{Cut, Wire};

#[test]
fn torn_at_every_command_tapping_again_pays_once() {
    beside_pcscd!();
    let town = Town::new();
    let mut till = listen(&town, &[]);
    let (mut spent, mut cuts) = (0, 0_u64);
    // Select, request in two blocks, token in two parts, receipt.
    for number in 0..5 {
        for cut in [Cut::Before(number), Cut::After(number)] {
            cuts += 1;
            // Another amount each time: the same one again would be asked about.
            let minor = 100 + cuts;
            spent += minor;
            let amount = format!("1.{:02}", minor - 100);
            let request = town.request(&amount, "request.png");

            let wire = Wire::new(cut);
            let torn = ["--consent", "armed:5", "--vpcd", &wire.address];
            assert_eq!(card(&town, "asta", &torn).ends(), 0, "{cut:?}");
            assert!(wire.passed.lock().unwrap().is_cut, "{cut:?}");
            till.event("torn");
            let again = ["--consent", "armed:5", "--once"];
            assert_eq!(card(&town, "asta", &again).ends(), 0, "{cut:?}");
            // The same token again, or the first that arrived.
            while till.counted("paid") < usize::try_from(cuts).unwrap() {
                till.event("paid");
            }
            till.phone_leaves();

            let paid = till
                .told
                .iter()
                .filter(|it| it["event"] == "paid" && it["request_id"] == json!(request));
            assert_eq!(paid.count(), 1, "{cut:?}: {:#?}", till.told);
            assert_eq!(town.remaining("asta"), 200_000 - spent, "{cut:?}");
        }
    }
    till.interrupt();
    assert_eq!(till.ends(), 0);
    let history = town.ok(&["wallet", "history", "--home", "asta"]);
    let payments = history["payments"].as_array().unwrap();
    assert_eq!(payments.len(), 10);
    assert!(
        payments.iter().all(|it| it["stage"] == "accepted"),
        "{payments:#?}"
    );
}
