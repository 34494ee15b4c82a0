//! A phone and a till on the exported surface, called from Rust, for `scripts/bench`: what Kotlin's and Swift's programs of the
//! same shape are held against (`android/bench`, `ios/Tests/Bench`). Scheme and bank are the simulator's, keys are files, in all
//! three, so that only the border differs.
//!
//! ```text
//! phone-bench cost FOLDER         reads a count a line, makes as many rounds, prints each call's microseconds, then an empty line
//! phone-bench open FOLDER ROOT    opens the wallet in FOLDER 21 times: microseconds
//! phone-bench memory FOLDER       resident KiB after 100 taps and after 1000, each with a sync
//! ```
//!
//! Lines are `name<TAB>number`. A round is a payment by code and one by tap.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a measurement that cannot go on stops and says what went wrong"
)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::io::{BufRead as _, Write as _};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use common::{Town, asks, block_on, kroner};
use skilling_ffi::inspect::{VerifyContext, verify};
use skilling_ffi::ports::{ApduResponse, Transceiver, TransceiverError};
use skilling_ffi::software::{SoftwareDeviceKeys, software_key_vault, software_rollback_guard};
use skilling_ffi::terminal::{Outcome, TapControl};
use skilling_ffi::wallet::{Reviewed, WalletConfig};
use skilling_ffi::{Terminal, Wallet};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["cost", folder] => cost(folder),
        ["open", folder, root] => open(folder, root),
        ["memory", folder] => memory(folder),
        _ => panic!("usage: phone-bench cost|memory FOLDER, phone-bench open FOLDER ROOT"),
    }
}

fn cost(folder: &str) {
    let mut pair = Pair::new(folder);
    for line in std::io::stdin().lock().lines() {
        let rounds: u32 = line.unwrap().parse().unwrap();
        let allowance = pair.town.grants(&pair.phone);
        for _ in 0..rounds {
            pair.pay_by_code();
            pair.pay_by_tap(&allowance);
        }
        for (name, took) in pair.took.drain(..) {
            println!("{name}\t{:.1}", took.as_secs_f64() * 1e6);
        }
        println!();
        std::io::stdout().flush().unwrap();
    }
}

fn open(folder: &str, root: &str) {
    let root = (0..root.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&root[at..at + 2], 16).unwrap())
        .collect::<Vec<_>>();
    for _ in 0..21 {
        let keys = SoftwareDeviceKeys::open(format!("{folder}/keys"), None).unwrap();
        let keys = keys.keys().unwrap();
        let vault = software_key_vault(format!("{folder}/vault")).unwrap();
        let guard = software_rollback_guard(format!("{folder}/guard")).unwrap();
        let config = WalletConfig {
            folder: format!("{folder}/wallet"),
            roots: vec![root.clone()],
            patience_millis: None,
            largest_command_data: None,
            port_patience_millis: None,
        };
        let began = Instant::now();
        let wallet = Wallet::open(config, keys, vault, guard, None).unwrap();
        println!("open\t{:.1}", began.elapsed().as_secs_f64() * 1e6);
        wallet.shut_down().unwrap();
    }
}

fn memory(folder: &str) {
    let mut pair = Pair::new(folder);
    let mut allowance = String::new();
    for taps in 0..=1_000 {
        if taps % 100 == 0 {
            allowance = pair.town.grants(&pair.phone);
        }
        if taps == 100 || taps == 1_000 {
            println!("resident_after_{taps}_taps\t{}", resident());
        }
        pair.pay_by_tap(&allowance);
        pair.took.clear();
    }
}

/// KiB of this process that are in memory.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap()
}

/// A phone and a till, and how long each call took.
struct Pair {
    town: Town,
    phone: Arc<Wallet>,
    till: Arc<Terminal>,
    bundle: Vec<u8>,
    took: Vec<(&'static str, Duration)>,
}

impl Pair {
    fn new(folder: &str) -> Self {
        let town = Town::within(tempfile::tempdir_in(folder).unwrap());
        Self {
            phone: town.phone(&town.parts()),
            till: town.till(),
            bundle: town.simulator.bundle().unwrap(),
            town,
            took: Vec::new(),
        }
    }

    fn pay_by_code(&mut self) {
        let request = asks(&self.till, kroner(1));
        let message = request.bytes.clone();
        let began = Instant::now();
        let reviewed = self.phone.review(message).unwrap();
        self.took.push(("review", began.elapsed()));
        let Reviewed::New { review } = reviewed else {
            panic!("a fresh request was answered before");
        };
        let authorised = block_on(self.phone.agree(review)).unwrap();
        let began = Instant::now();
        let token = self.phone.pay(authorised).unwrap();
        self.took.push(("pay", began.elapsed()));
        self.phone.presented(token.payment_id).unwrap();

        let (message, context) = (token.bytes.clone(), self.context(request.bytes));
        let began = Instant::now();
        let verification = verify(message, context).unwrap();
        self.took.push(("verify", began.elapsed()));
        assert!(!verification.checks.is_empty());

        let sale = Some(request.request_id);
        match self.till.accept(token.bytes, sale).unwrap() {
            Outcome::Accepted { answered, .. } => self.phone.take_receipt(answered.receipt),
            outcome => panic!("{outcome:?}"),
        }
        .unwrap();
    }

    fn pay_by_tap(&mut self, allowance: &str) {
        block_on(self.phone.arm(allowance.to_owned(), kroner(1))).unwrap();
        let sale = Some(asks(&self.till, kroner(1)).request_id);
        let field = Arc::new(Field {
            phone: Arc::clone(&self.phone),
            took: Mutex::default(),
        });
        let control = TapControl::create().unwrap();
        let report = self
            .till
            .tap(
                Arc::clone(&field) as Arc<dyn Transceiver>,
                sale,
                control,
                None,
            )
            .unwrap();
        assert!(report.sale.is_some(), "no token came: {report:?}");
        self.phone.deactivated().unwrap();
        let took = field.took.lock().unwrap();
        self.took.push(("select_apdu", took[0]));
        self.took.push(("process_apdu", took.iter().sum()));
    }

    /// With everything but a status list, of which the simulator has none: every signature is looked at.
    fn context(&self, request: Vec<u8>) -> VerifyContext {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        VerifyContext {
            now: now.as_secs().try_into().unwrap(),
            roots: self.town.simulator.roots().unwrap(),
            bundle: Some(self.bundle.clone()),
            outages: Vec::new(),
            status_lists: Vec::new(),
            request: Some(request),
            seen: Vec::new(),
            memory: None,
            call: None,
        }
    }
}

/// The phone as the till's reader has it in its field.
struct Field {
    phone: Arc<Wallet>,
    took: Mutex<Vec<Duration>>,
}

impl Transceiver for Field {
    fn transceive(&self, command: Vec<u8>) -> Result<ApduResponse, TransceiverError> {
        let began = Instant::now();
        let bytes = self.phone.process_apdu(command).unwrap();
        self.took.lock().unwrap().push(began.elapsed());
        Ok(ApduResponse { bytes })
    }
}
