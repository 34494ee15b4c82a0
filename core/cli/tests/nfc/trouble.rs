//! The till goes on whatever card, reader and service do.

use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc;
use std::time::Duration;

use crate::beside_pcscd::beside_pcscd;
use crate::playing::{Playing, card, listen};
use crate::town::Town;
use crate::wire::strange_card;

#[test]
fn a_silent_card_holds_nobody_up_once_it_is_taken_away() {
    beside_pcscd!();
    let town = Town::new();
    let mut till = listen(&town, &["15", "--patience", "1s"]);
    let (take_away, taken) = mpsc::channel::<()>();
    let silent = std::thread::spawn(move || {
        strange_card(|_, _| {
            taken.recv().unwrap();
            None
        });
    });
    let words = till.event("silent")["why"].as_str().unwrap().to_owned();
    assert!(words.contains("take it away"), "{words}");
    take_away.send(()).unwrap();
    silent.join().unwrap();
    pays(&town, &mut till);
}

#[test]
fn a_card_without_the_wallet_is_told_so_once_and_another_phone_pays() {
    beside_pcscd!();
    let town = Town::new();
    let mut till = listen(&town, &["15"]);
    // A bank card; taken away when it was asked for the third time.
    strange_card(|number, _| (number < 3).then(|| vec![0x6A, 0x82]));
    pays(&town, &mut till);
    assert_eq!(till.counted("unusable"), 1, "{:#?}", till.told);
}

#[test]
fn the_service_may_stop_and_start_and_the_reader_may_be_pulled_out() {
    beside_pcscd!();
    let town = Town::new();
    let mut till = listen(&town, &["15"]);
    let first = std::env::var("PCSCD_PID").unwrap();
    kill(&first);
    till.event("service_gone");
    let listed = town.run(&["terminal", "listen", "--list"]);
    assert_eq!(listed.status, 3);
    assert!(
        listed.stderr.contains("apt install pcscd"),
        "{}",
        listed.stderr
    );

    // The service without the reader.
    let empty = town.path("no-readers");
    std::fs::create_dir(&empty).unwrap();
    let mut service = Service::start(&["--config", empty.to_str().unwrap()]);
    till.event("reader_gone");
    service.stop();
    let _service = Service::start(&[]);
    till.event("reader_back");
    pays(&town, &mut till);
}

fn pays(town: &Town, till: &mut Playing) {
    let mut phone = card(town, "asta", &["--consent", "armed:50", "--once"]);
    till.event("paid");
    assert_eq!((till.ends(), phone.ends()), (0, 0));
}

fn kill(process: &str) {
    let killed = Command::new("kill").arg(process).status();
    assert!(killed.unwrap().success());
}

/// A smart card service in place of the one that `scripts/with-pcscd` began.
struct Service(Child);

impl Service {
    fn start(more: &[&str]) -> Self {
        // What was left behind by the last one would keep this one from starting.
        let socket = Path::new("/run/pcscd/pcscd.comm");
        for _ in 0..500 {
            let child = Command::new("pcscd").arg("--foreground").args(more).spawn();
            let mut service = Self(child.unwrap());
            for _ in 0..50 {
                std::thread::sleep(Duration::from_millis(20));
                if service.0.try_wait().unwrap().is_some() {
                    break;
                }
                if socket.exists() {
                    return service;
                }
            }
        }
        panic!("pcscd does not start");
    }

    fn stop(&mut self) {
        kill(&self.0.id().to_string());
        self.0.wait().unwrap();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
