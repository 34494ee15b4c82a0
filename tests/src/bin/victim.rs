//! A process for tests to kill: `victim pay|accept|tap|hold ROOT NOW FOLDER...`, with its work in lines of hex on the input.
//! What it prints has left it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use skilling_platform::clock::ManualClock;
use skilling_protocol::values::PublicKey;
use skilling_terminal::Outcome;
use skilling_tests::kit;
use skilling_tests::town::{self, Phone};

struct Job {
    root: PublicKey,
    clock: ManualClock,
    folders: Vec<PathBuf>,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().expect("what to do");
    let root = hex::decode(arguments.next().expect("the root key")).unwrap();
    let now: u64 = arguments.next().expect("the time").parse().unwrap();
    let job = Job {
        root: PublicKey::from_sec1(&root).unwrap(),
        clock: ManualClock::at(kit::time(now)),
        folders: arguments.map(PathBuf::from).collect(),
    };
    match what.as_str() {
        "pay" => job.pay(),
        "accept" => job.accept(),
        "tap" => job.tap(),
        "hold" => job.hold(),
        _ => panic!("no such job"),
    }
}

impl Job {
    fn phone(&self) -> Phone {
        Phone::open(&self.folders[0], self.root, &self.clock).unwrap()
    }

    /// Pays each request; says the token, or that there is none and why.
    fn pay(&self) {
        let phone = self.phone();
        for request in lines() {
            match phone.tries_to_pay(&request) {
                Ok(token) => {
                    say(&hex::encode(&token.bytes));
                    // Losing this note loses nothing.
                    let _ = phone.wallet.presented(&token.payment);
                }
                Err(error) => say(&format!("error {error}")),
            }
        }
    }

    /// Decides on each token; says "paid" and the receipt, or what else.
    fn accept(&self) {
        let till = town::open_till(&self.folders[0], "till-1", self.root, &self.clock);
        for token in lines() {
            match till.accept(&token).unwrap() {
                Outcome::Accepted(it) => say(&format!("paid {}", hex::encode(&it.receipt))),
                Outcome::Again(it) => say(&format!("again {}", hex::encode(&it.receipt))),
                other => say(&format!("error {:?}", other.reason())),
            }
        }
    }

    /// The phone of the first folder, armed, at the till of the second, for the oldest open request if there is one.
    fn tap(&self) {
        let phone = self.phone();
        let till = town::open_till(&self.folders[1], "till-1", self.root, &self.clock);
        let open = till.open_requests().unwrap();
        phone.is_armed();
        let report = town::tap(&till, &phone, open.first());
        report.end.unwrap();
        say("done");
    }

    /// Has the wallet open until the input ends.
    fn hold(&self) {
        let phone = self.phone();
        say("open");
        assert_eq!(lines().count(), 0);
        drop(Arc::into_inner(phone.wallet));
    }
}

fn lines() -> impl Iterator<Item = Vec<u8>> {
    std::io::stdin()
        .lock()
        .lines()
        .map(|line| hex::decode(line.unwrap()).unwrap())
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}
