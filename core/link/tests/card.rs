//! The card alone: every status and limit of protocol section 4, and what a hostile reader can do to it.
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod common;

use common::{Wallet, message};
use proptest::prelude::*;
use skilling_link::MAX_MESSAGE;
use skilling_link::apdu::{Response, SelectInfo, StatusWord};
use skilling_link::card::Card;

const SELECT: &[u8] = &[
    0x00, 0xA4, 0x04, 0x00, 0x07, 0xF0, 0x53, 0x4B, 0x49, 0x4C, 0x4C, 0x01, 0x00,
];
const GET_RESPONSE: &[u8] = &[0x00, 0xC0, 0x00, 0x00, 0x00];

struct Phone {
    card: Card,
    wallet: Wallet,
}

impl Phone {
    fn in_field() -> Self {
        Self {
            card: Card::new(),
            wallet: Wallet::new(318),
        }
    }

    fn selected() -> Self {
        let mut phone = Self::in_field();
        assert_eq!(phone.send(SELECT).status, StatusWord::Success);
        phone
    }

    fn send(&mut self, command: &[u8]) -> Response {
        Response::parse(&self.card.process(&mut self.wallet, command)).unwrap()
    }

    fn status(&mut self, command: &[u8]) -> [u8; 2] {
        self.send(command).status.to_bytes()
    }
}

fn short(cla: u8, ins: u8, p1: u8, data: &[u8]) -> Vec<u8> {
    let length = u8::try_from(data.len()).unwrap();
    [&[cla, ins, p1, 0, length], data, &[0]].concat()
}

fn extended(ins: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    [&[0x80, ins, 0, 0, 0][..], &length, data, &[0, 0]].concat()
}

#[test]
fn selecting_tells_what_the_wallet_speaks() {
    let mut phone = Phone::in_field();
    phone.wallet.outages = vec![(208, 3)];
    let response = phone.send(SELECT);
    assert_eq!(response.status, StatusWord::Success);
    assert_eq!(
        SelectInfo::decode(&response.data).unwrap().outages,
        [(208, 3)]
    );
}

#[test]
fn another_application_is_not_here_and_nothing_is_answered_before_select() {
    let mut phone = Phone::selected();
    assert_eq!(
        phone.status(&[0x00, 0xA4, 0x04, 0x00, 0x05, 0xA0, 0, 0, 0, 3, 0x00]),
        [0x6A, 0x82]
    );
    let ask = short(0x80, 0x40, 0, &message(1, 1, 100));
    assert_eq!(phone.status(&ask), [0x6D, 0x00]);
    assert_eq!(phone.status(SELECT), [0x90, 0x00]);
    assert_ne!(phone.status(&ask), [0x6D, 0x00]);
    phone.card.field_lost();
    assert_eq!(phone.status(&ask), [0x6D, 0x00]);
}

#[test]
fn headers_that_do_not_exist_get_their_status() {
    let mut phone = Phone::selected();
    let cases: [(&[u8], [u8; 2]); 12] = [
        (&[0x80, 0x40, 0x00], [0x67, 0x00]),
        (&[], [0x67, 0x00]),
        (&[0x80, 0x40, 0, 0, 5, 1], [0x67, 0x00]),
        (&[0x80, 0x41, 0, 0, 0], [0x6D, 0x00]),
        (&[0x00, 0xB0, 0, 0, 0], [0x6D, 0x00]),
        (&[0x10, 0xA4, 4, 0, 0], [0x6E, 0x00]),
        (&[0xFF, 0x40, 0, 0, 0], [0x6E, 0x00]),
        (&[0x80, 0x40, 2, 0, 1, 1, 0], [0x6A, 0x86]),
        (&[0x80, 0x42, 1, 0, 1, 1, 0], [0x6A, 0x86]),
        (&[0x80, 0x44, 0, 1, 1, 1, 0], [0x6A, 0x86]),
        (&[0x00, 0xA4, 0, 0, 0], [0x6A, 0x86]),
        (&[0x00, 0xC0, 0, 1, 0], [0x6A, 0x86]),
    ];
    for (command, status) in cases {
        assert_eq!(phone.status(command), status, "{command:02X?}");
    }
}

#[test]
fn a_malformed_request_is_a_refusal_and_not_a_status() {
    let mut phone = Phone::selected();
    let response = phone.send(&short(0x80, 0x40, 0, &[0xFF]));
    assert_eq!(
        (response.data, response.status),
        (vec![0x82, 0, 1], StatusWord::Success)
    );
    let empty = phone.send(&[0x80, 0x40, 0, 0, 0]);
    assert_eq!(empty.data, [0x82, 0, 1]);
}

#[test]
fn waiting_repeating_and_receipts_have_their_status() {
    let mut phone = Phone::selected();
    let request = message(1, 1, 100);
    phone.wallet.asks_before_consent = 1;
    let receipt = |number| short(0x80, 0x42, 0, &message(3, number, 50));
    assert_eq!(phone.status(&short(0x80, 0x40, 1, &request)), [0x6A, 0x88]);
    assert_eq!(phone.status(&receipt(1)), [0x6A, 0x88]);
    assert_eq!(phone.status(&short(0x80, 0x40, 0, &request)), [0x69, 0x85]);
    assert_eq!(phone.status(&short(0x80, 0x40, 0, &request)), [0x61, 62]);
    assert_eq!(phone.status(&receipt(2)), [0x69, 0x82]);
    assert_eq!(phone.status(&short(0x80, 0x42, 0, &[1])), [0x6A, 0x80]);
    assert_eq!(phone.status(&receipt(1)), [0x90, 0x00]);
    assert_eq!(
        phone.status(&short(0x80, 0x44, 0, &message(8, 1, 50))),
        [0x90, 0x00]
    );
    assert_eq!(phone.status(&short(0x80, 0x44, 0, &[1])), [0x6A, 0x80]);
}

#[test]
fn a_long_answer_comes_in_pieces_of_256() {
    let mut phone = Phone::selected();
    phone.wallet.token_size = 256 + 256 + 10;
    let first = phone.send(&short(0x80, 0x40, 0, &message(1, 1, 100)));
    assert_eq!(
        (first.data.len(), first.status.to_bytes()),
        (256, [0x61, 0x00])
    );
    let second = phone.send(GET_RESPONSE);
    assert_eq!(
        (second.data.len(), second.status.to_bytes()),
        (256, [0x61, 10])
    );
    let third = phone.send(&[0x00, 0xC0, 0x00, 0x00, 4]);
    assert_eq!((third.data.len(), third.status.to_bytes()), (4, [0x61, 6]));
    let last = phone.send(GET_RESPONSE);
    assert_eq!((last.data.len(), last.status.to_bytes()), (6, [0x90, 0x00]));
    assert_eq!(phone.status(GET_RESPONSE), [0x6A, 0x88], "nothing left");
}

#[test]
fn a_command_that_expects_nothing_is_told_what_waits() {
    let mut phone = Phone::selected();
    let request = message(1, 1, 100);
    let without_le = [&[0x80, 0x40, 0, 0, 100], &request[..]].concat();
    let response = phone.send(&without_le);
    assert_eq!(
        (response.data.len(), response.status.to_bytes()),
        (0, [0x61, 0x00])
    );
    assert_eq!(phone.send(GET_RESPONSE).data.len(), 256);
    assert_eq!(phone.send(GET_RESPONSE).data.len(), 62);
}

#[test]
fn an_extended_command_gets_its_answer_at_once() {
    let mut phone = Phone::selected();
    phone.wallet.token_size = MAX_MESSAGE;
    let response = phone.send(&extended(0x40, &message(1, 1, 3000)));
    assert_eq!(
        (response.data.len(), response.status),
        (MAX_MESSAGE, StatusWord::Success)
    );
}

#[test]
fn an_unfetched_answer_is_dropped_by_anything_else() {
    let ask = short(0x80, 0x40, 0, &message(1, 1, 100));
    for other in [SELECT, &[0x80, 0x41, 0, 0], &[0x80], &[0xFF; 9]] {
        let mut phone = Phone::selected();
        assert_eq!(phone.status(&ask), [0x61, 62]);
        phone.send(other);
        assert_eq!(phone.status(GET_RESPONSE), [0x6A, 0x88], "{other:02X?}");
    }
}

#[test]
fn a_chain_is_dropped_by_another_instruction_select_or_the_field() {
    let request = message(1, 1, 100);
    let begin = short(0x90, 0x40, 0, &request[..60]);
    let end = short(0x80, 0x40, 0, &request[60..]);
    let token = |phone: &mut Phone| phone.send(&end).data.len() > 3;

    let mut phone = Phone::selected();
    assert_eq!(phone.status(&begin), [0x90, 0x00]);
    assert!(token(&mut phone), "undisturbed");
    for other in [
        SELECT,
        GET_RESPONSE,
        &[0x80, 0x41, 0, 0],
        &[0x80, 0x44, 0, 0, 1, 0, 0],
        &[1],
    ] {
        let mut phone = Phone::selected();
        phone.send(&begin);
        phone.send(other);
        assert!(!token(&mut phone), "{other:02X?}");
    }
    let mut phone = Phone::selected();
    phone.send(&begin);
    phone.card.field_lost();
    phone.send(SELECT);
    assert!(!token(&mut phone), "field lost");
}

#[test]
fn a_message_of_4096_bytes_passes_and_one_more_does_not() {
    let mut phone = Phone::selected();
    let chain = |phone: &mut Phone, size: usize| {
        let request = message(1, 1, size);
        let mut blocks = request.chunks(200).peekable();
        let mut response = None;
        while let Some(block) = blocks.next() {
            let cla = if blocks.peek().is_some() { 0x90 } else { 0x80 };
            response = Some(phone.status(&short(cla, 0x40, 0, block)));
        }
        response.unwrap()
    };
    assert_eq!(chain(&mut phone, MAX_MESSAGE), [0x61, 62]);
    assert_eq!(chain(&mut phone, MAX_MESSAGE + 1), [0x67, 0x00]);
    phone.wallet.largest_command_data = 60_000;
    phone.send(SELECT);
    assert_eq!(
        phone.status(&extended(0x40, &message(1, 2, MAX_MESSAGE + 1))),
        [0x67, 0x00]
    );
    phone.wallet.largest_command_data = 1000;
    phone.send(SELECT);
    assert_eq!(
        phone.status(&extended(0x40, &message(1, 2, 1000))),
        [0x90, 0x00]
    );
    assert_eq!(
        phone.status(&extended(0x40, &message(1, 2, 1001))),
        [0x67, 0x00]
    );
}

/// Commands near enough to real ones that they reach every corner.
fn hostile_command() -> impl Strategy<Value = Vec<u8>> {
    let byte = |likely: &'static [u8]| prop_oneof![9 => proptest::sample::select(likely), 1 => any::<u8>()];
    let data = proptest::collection::vec(any::<u8>(), 0..300);
    let structured = (
        byte(&[0x00, 0x80, 0x90]),
        byte(&[0xA4, 0xC0, 0x40, 0x42, 0x44]),
        byte(&[0, 1, 4]),
        byte(&[0]),
        byte(&[0, 1, 7, 200]),
        data,
    )
        .prop_map(|(cla, ins, p1, p2, length, data)| {
            let mut command = vec![cla, ins, p1, p2, length];
            command.extend(data.iter().take(usize::from(length)));
            command.push(0);
            command
        });
    prop_oneof![
        4 => structured,
        1 => proptest::collection::vec(any::<u8>(), 0..400),
        1 => Just(SELECT.to_vec()),
        1 => Just(GET_RESPONSE.to_vec()),
        1 => Just(short(0x80, 0x40, 0, &message(1, 1, 100))),
        1 => Just(short(0x90, 0x40, 0, &message(1, 1, 100))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_garbage_panics_and_the_next_tap_pays(commands in proptest::collection::vec(hostile_command(), 0..60)) {
        let mut phone = Phone::in_field();
        for command in &commands {
            let response = phone.send(command);
            prop_assert!(response.data.len() <= MAX_MESSAGE);
            if matches!(response.status, StatusWord::Other(_)) {
                return Err(TestCaseError::fail("a status that section 4 does not know"));
            }
        }
        prop_assert_eq!(phone.status(SELECT), [0x90, 0x00]);
        let response = phone.send(&short(0x80, 0x40, 0, &message(1, 200, 100)));
        prop_assert_eq!(response.status.to_bytes(), [0x61, 62]);
    }
}
