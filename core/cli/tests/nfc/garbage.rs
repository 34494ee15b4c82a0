//! Garbage on the wire, from either side: an answer in words, in bounded time and memory, and a payment afterwards.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::TcpListener;

use crate::beside_pcscd::beside_pcscd;
use crate::independent::{printed, reader};
use crate::playing::{card, listen};
use crate::town::Town;
use crate::wire::strange_card;

/// Bytes that are the same at each run.
struct Noise(u64);

impl Noise {
    fn byte(&mut self) -> u8 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33).to_le_bytes()[0]
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.byte()).collect()
    }
}

/// What a strange phone answers.
type Nonsense = fn(&mut Noise) -> Vec<u8>;

const SELECT: &str = "00A4040007F0534B494C4C0100";

#[test]
fn garbage_wrong_lengths_and_endless_chains_are_answered_and_the_phone_pays_afterwards() {
    beside_pcscd!();
    let town = Town::new();
    let mut phone = card(&town, "asta", &["--consent", "armed:100"]);
    phone.event("in_field");
    let mut commands = String::new();
    let mut say = |bytes: &[u8]| writeln!(commands, "{}", hex::encode_upper(bytes)).unwrap();
    let select = hex::decode(SELECT).unwrap();
    let mut noise = Noise(7);
    for _ in 0..200 {
        let count = 4 + usize::from(noise.byte()) / 2;
        say(&noise.bytes(count));
    }
    say(&select);
    // Length fields that do not fit.
    for wrong in [
        "80400000FF00",
        "8040000000",
        "80400000000000",
        "8040000000FFFF00",
        "90400000",
    ] {
        say(&hex::decode(wrong).unwrap());
    }
    // A chain that never ends.
    let block = [&[0x90, 0x40, 0, 0, 0xFF][..], &[0xAA; 255]].concat();
    for _ in 0..50 {
        say(&block);
    }
    town.write("commands", &commands);
    let answers = printed(reader(&town, &["raw", "commands"]));
    let answers: Vec<_> = answers.lines().collect();
    assert_eq!(answers.len(), 256);
    assert!(
        answers[..200]
            .iter()
            .all(|it| it.starts_with('6') || it.starts_with("9000")),
        "{answers:?}"
    );
    assert_eq!(answers[200], "9000 9");
    // Sixteen blocks are 4,080 bytes; the seventeenth passes 4,096 and begins anew.
    assert_eq!(answers[206..222], ["9000 0"; 16]);
    assert_eq!(answers[222], "6700 0");

    let mut till = listen(&town, &["5"]);
    assert_eq!(till.ends(), 0, "{:?}", till.told);
    phone.event("receipt");
}

#[test]
fn a_phone_whose_answers_never_end_or_make_no_sense_is_given_up() {
    beside_pcscd!();
    let town = Town::new();
    let mut till = listen(&town, &["6"]);
    let good = hex::decode("A301010218FF03009000").unwrap();
    let mut noise = Noise(9);
    let kinds: [Nonsense; 5] = [
        |_| [&[0x83; 256][..], &[0x61, 0x00]].concat(),
        |_| vec![0x61, 0x00],
        |_| vec![0x90],
        |noise| [noise.bytes(250), vec![0x90, 0x00]].concat(),
        |noise| noise.bytes(40_000),
    ];
    for kind in kinds {
        let mut count = 0;
        strange_card(|number, command| {
            count += 1;
            if number > 200 {
                return None; // it asked on and on
            }
            match command[1] {
                0xA4 if number > 0 => None, // tried again: it gave this phone up
                0xA4 => Some(good.clone()),
                0x40 if command[0] == 0x90 => Some(vec![0x90, 0x00]),
                _ => Some(kind(&mut noise)),
            }
        });
        assert!(count < 60, "asked on and on");
    }
    let mut phone = card(&town, "asta", &["--consent", "armed:100", "--once"]);
    till.event("paid");
    assert_eq!((till.ends(), phone.ends()), (0, 0));
}

#[test]
fn a_virtual_reader_that_talks_nonsense_does_not_harm_the_phone() {
    beside_pcscd!();
    let town = Town::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut phone = card(&town, "asta", &["--consent", "never", "--vpcd", &address]);
    let (mut stream, _) = listener.accept().unwrap();
    let mut noise = Noise(11);
    for _ in 0..100 {
        let count = u16::from(noise.byte());
        let _ = stream.write_all(&count.to_be_bytes());
        let _ = stream.write_all(&noise.bytes(count.into()));
    }
    let _ = stream.write_all(&[0xFF, 0xFF, 1, 2, 3]);
    stream.shutdown(std::net::Shutdown::Both).unwrap();
    drop(stream);
    phone.ends();
    assert_eq!(town.remaining("asta"), 200_000);
}
