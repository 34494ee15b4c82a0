//! Figures that have no floor: sizes, QR codes, commands of a tap, opening a long past, peak memory.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde::Serialize;
use skilling_link::card::Card;
use skilling_link::qr::draw::{Drawing, Level};
use skilling_link::reader::{LinkLost, Next, ReaderOptions, Transceiver};
use skilling_protocol::message::Expected as _;
use skilling_protocol::objects::{Outcome, Receipt};
use skilling_protocol::signed::Signed;
use skilling_wallet::tap::Tap;

use super::phone::Phone;
use super::shop::Shop;
use super::{at_once, past};
use crate::kit;

/// One figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// What was measured.
    pub name: String,
    /// How much it was.
    pub value: u64,
    /// Of what.
    pub unit: &'static str,
    /// What it is to stay under, where there is such a thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<u64>,
    /// How it was measured.
    pub how: &'static str,
}

/// Measures all of them in `folder`; `again` is this program with the argument that makes it [`pay_often`].
#[must_use]
pub fn all(folder: &Path, again: impl Fn(u32) -> Command) -> Vec<Figure> {
    let mut figures = messages();
    figures.extend(taps(&folder.join("tap")));
    figures.push(opening(&folder.join("long-past")));
    for (name, payments, how) in [
        (
            "peak_memory_of_1_payment",
            1,
            "VmHWM of a process with a wallet and a till: request, review, token, receipt, once",
        ),
        (
            "peak_memory_of_1000_payments",
            1_000,
            "the same, a thousand times over",
        ),
    ] {
        let said = again(payments).output().unwrap();
        let said = String::from_utf8(said.stdout).unwrap();
        figures.push(Figure {
            name: name.to_owned(),
            value: said.trim().parse().unwrap(),
            unit: "KiB",
            goal: None,
            how,
        });
    }
    figures
}

/// Sizes of the messages of one payment, and of their codes at level M.
fn messages() -> Vec<Figure> {
    let (token, request) = kit::honest_token();
    let payment = skilling_protocol::message::Token::decode(&token).unwrap();
    let receipt = Receipt {
        outcome: Outcome::Accepted,
        time: kit::time(kit::NOW),
    };
    let receipt = Signed::sign(receipt, payment.payment_id(), &kit::terminal()).unwrap();
    let messages = [
        (
            [
                "request_size",
                "request_qr_characters",
                "request_qr_version",
            ],
            request.encode(),
            "message 1 of the kit: a merchant's name of 28 bytes, no reference",
        ),
        (
            ["token_size", "token_qr_characters", "token_qr_version"],
            token,
            "message 2 of the kit: a first payment under an allowance without categories",
        ),
        (
            [
                "receipt_size",
                "receipt_qr_characters",
                "receipt_qr_version",
            ],
            receipt.encode(),
            "message 3 of the kit: accepted",
        ),
    ];
    let mut figures = Vec::new();
    for ([size, characters, version], message, how) in messages {
        let code = Drawing::new(&message, Level::M).unwrap();
        let characters_there = u64::try_from(code.characters()).unwrap();
        for (name, value, unit) in [
            (size, u64::try_from(message.len()).unwrap(), "bytes"),
            (characters, characters_there, "characters"),
            (version, code.version().into(), "version, level M"),
        ] {
            figures.push(Figure {
                name: name.to_owned(),
                value,
                unit,
                goal: None,
                how,
            });
        }
    }
    figures
}

/// Commands that a till sends in one tap of an armed phone, from select to the receipt taken.
fn taps(folder: &Path) -> Vec<Figure> {
    let phone = Phone::new(&folder.join("phone"));
    let shop = Shop::new(&folder.join("shop"));
    let extended = ReaderOptions {
        extended: true,
        ..ReaderOptions::default()
    };
    [
        (
            "tap_commands_short",
            ReaderOptions::default(),
            "select, pay and receipt in chained commands of 255 bytes, responses of 256",
        ),
        (
            "tap_commands_extended_reader",
            extended,
            "the same with a reader that may send extended commands, at a phone that takes short ones",
        ),
    ]
    .map(|(name, options, how)| {
        at_once(phone.wallet.arm(&phone.allowance, kit::amount(100_000))).unwrap();
        let request = shop.asks();
        let mut field = Field {
            card: Card::new(),
            phone: Tap::new(phone.wallet.clone()),
            commands: 0,
        };
        let pause = &mut || Next::Stop;
        let report = shop.till.tap(&mut field, options, Some(&request.id), pause);
        assert!(report.sale.is_some(), "no token came: {report:?}");
        Figure {
            name: name.to_owned(),
            value: field.commands,
            unit: "commands",
            goal: None,
            how,
        }
    })
    .to_vec()
}

/// The phone on the reader.
struct Field {
    card: Card,
    phone: Tap,
    commands: u64,
}

impl Transceiver for &mut Field {
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, LinkLost> {
        self.commands += 1;
        Ok(self.card.process(&mut self.phone, command))
    }
}

fn opening(folder: &Path) -> Figure {
    past::of_phone(folder, 10_000);
    let mut times = (0..21).map(|_| {
        let start = Instant::now();
        let phone = Phone::reopen(folder);
        let took = start.elapsed();
        drop(phone);
        took
    });
    let mut times: Vec<Duration> = times.by_ref().collect();
    times.sort_unstable();
    Figure {
        name: "wallet_open_with_10000_payments".to_owned(),
        value: u64::try_from(times[times.len() / 2].as_micros()).unwrap(),
        unit: "us",
        goal: Some(10_000),
        how: "median of 21: lock, store, vault, guard, recovery, allowances",
    }
}

/// A wallet and a till in one process: `count` payments from request to receipt. Gives the most memory that was in use.
///
/// # Errors
/// Where the system has no `/proc`.
pub fn pay_often(folder: &Path, count: u32) -> std::io::Result<u64> {
    let phone = Phone::new(&folder.join("phone"));
    let shop = Shop::new(&folder.join("shop"));
    for _ in 0..count {
        let token = phone.pays(&shop.asks().message);
        phone.wallet.presented(&token.payment).unwrap();
        phone
            .wallet
            .take_receipt(&shop.accepts(&token.bytes))
            .unwrap();
    }
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|it| it.trim().strip_suffix(" kB"));
    Ok(peak.unwrap().parse().unwrap())
}
