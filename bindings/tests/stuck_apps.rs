//! A callback that does not come back stops nobody who did not wait for it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "steps of the tests below"
)]

mod common;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, SystemTime};

use common::{Town, agrees, asks, kroner};
use skilling_ffi::ports::{
    ApduResponse, ClockError, ClockReading, Transceiver, TransceiverError, WallClock,
};
use skilling_ffi::software::software_terminal_keys;
use skilling_ffi::terminal::{TapControl, TerminalConfig};
use skilling_ffi::wallet::WalletConfig;
use skilling_ffi::{Terminal, Wallet};

/// Far longer than anything here takes on a busy machine.
const LONG: Duration = Duration::from_secs(30);
const RECEIPT: u8 = 0x42;

/// The right time; once stuck, none until it is let go.
struct StuckClock {
    is_stuck: Mutex<bool>,
    changed: Condvar,
    asked: Mutex<Sender<()>>,
}

impl StuckClock {
    fn new() -> (Arc<Self>, Receiver<()>) {
        let (asked, is_asked) = mpsc::channel();
        let clock = Self {
            is_stuck: Mutex::new(false),
            changed: Condvar::new(),
            asked: Mutex::new(asked),
        };
        (Arc::new(clock), is_asked)
    }

    fn set_stuck(&self, is_stuck: bool) {
        *self.is_stuck.lock().unwrap() = is_stuck;
        self.changed.notify_all();
    }
}

impl WallClock for StuckClock {
    fn now(&self) -> Result<ClockReading, ClockError> {
        let mut is_stuck = self.is_stuck.lock().unwrap();
        if *is_stuck {
            let _ = self.asked.lock().unwrap().send(());
        }
        while *is_stuck {
            is_stuck = self.changed.wait(is_stuck).unwrap();
        }
        let since = SystemTime::UNIX_EPOCH.elapsed().unwrap();
        Ok(ClockReading {
            unix_seconds: since.as_secs() as i64,
        })
    }
}

/// Does it on another thread; whether it came back.
fn comes_back(work: impl FnOnce() + Send + 'static) -> bool {
    let (done, is_done) = mpsc::channel();
    std::thread::spawn(move || {
        work();
        let _ = done.send(());
    });
    is_done.recv_timeout(LONG).is_ok()
}

/// The phone in the field, whose clock stops as the receipt comes.
struct Field {
    phone: Arc<Wallet>,
    clock: Arc<StuckClock>,
    has_stopped: AtomicBool,
}

impl Transceiver for Field {
    fn transceive(&self, command: Vec<u8>) -> Result<ApduResponse, TransceiverError> {
        if command.get(1) == Some(&RECEIPT) && !self.has_stopped.swap(true, Ordering::SeqCst) {
            self.clock.set_stuck(true);
        }
        let bytes = self.phone.process_apdu(command).unwrap();
        Ok(ApduResponse { bytes })
    }
}

#[test]
fn the_main_thread_is_told_that_the_field_is_gone_while_a_receipt_is_being_taken() {
    let town = Town::new();
    let (parts, till) = (town.parts(), town.till());
    town.phone(&parts).shut_down().unwrap();
    let (clock, is_asked) = StuckClock::new();
    let config = WalletConfig {
        folder: town.path("wallet"),
        roots: town.simulator.roots().unwrap(),
        patience_millis: None,
        largest_command_data: None,
        port_patience_millis: None,
    };
    let own: Arc<dyn WallClock> = clock.clone();
    let phone = Wallet::open(config, parts.keys, parts.vault, parts.guard, Some(own)).unwrap();
    phone.set_in_front(true).unwrap();
    let sale = asks(&till, kroner(20));
    let _agreed = agrees(&phone, &sale.bytes).unwrap();

    let field = Arc::new(Field {
        phone: Arc::clone(&phone),
        clock: Arc::clone(&clock),
        has_stopped: AtomicBool::new(false),
    });
    let reader = Arc::clone(&till);
    let tap = std::thread::spawn(move || {
        let control = TapControl::create().unwrap();
        reader.tap(field, Some(sale.request_id), control, None)
    });
    is_asked.recv_timeout(LONG).unwrap();
    let main = Arc::clone(&phone);
    let is_free = comes_back(move || main.deactivated().unwrap());
    clock.set_stuck(false);
    assert!(is_free, "the main thread hung behind the tap");
    assert!(tap.join().unwrap().unwrap().sale.is_some());
    // What came after "the field is gone" is a new session: nothing is selected.
    let answer = phone.process_apdu(vec![0x80, RECEIPT, 0, 0, 1, 0]).unwrap();
    assert!(
        answer.starts_with(&[0x69]) || answer.starts_with(&[0x6D]),
        "{answer:?}"
    );
}

#[test]
fn a_till_is_shut_down_while_its_clock_hangs() {
    let town = Town::new();
    let (clock, is_asked) = StuckClock::new();
    let config = TerminalConfig {
        store_path: town.path("till.db"),
        roots: town.simulator.roots().unwrap(),
        port_patience_millis: None,
    };
    let keys = software_terminal_keys(town.path("till-keys")).unwrap();
    let own: Arc<dyn WallClock> = clock.clone();
    let till = Terminal::open(config, keys, Some(own)).unwrap();
    clock.set_stuck(true);
    let asking = Arc::clone(&till);
    let asks = std::thread::spawn(move || asking.events(0, 1));
    is_asked.recv_timeout(LONG).unwrap();
    let closing = Arc::clone(&till);
    let is_free = comes_back(move || closing.shut_down().unwrap());
    clock.set_stuck(false);
    assert!(is_free, "the lock was held while the app's clock was asked");
    assert_eq!(asks.join().unwrap().unwrap(), []);
}
