//! The property that matters: whatever the sizes and wherever the link is cut, tapping again gives one payment, one
//! token, one receipt (protocol section 4, "Torn taps").
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod common;

use common::{ModelTill, Wallet, extended, message, one_tap, short};
use proptest::prelude::*;
use skilling_link::MAX_MESSAGE;
use skilling_link::card::Card;
use skilling_link::reader::{ReaderOptions, TapEnd, TapError};

const UNCUT: usize = usize::MAX;

fn assert_one_of_each(wallet: &Wallet, till: &ModelTill, request: &[u8]) {
    assert_eq!(wallet.payments.len(), 1, "one payment");
    let payment = &wallet.payments[0];
    assert_eq!(payment.request, request);
    assert_eq!(
        till.accepted,
        [(request.to_vec(), payment.token.clone())],
        "accepted once"
    );
    assert!(
        till.tokens_seen.iter().all(|token| *token == payment.token),
        "the same token, byte for byte"
    );
    assert_eq!(
        payment.receipts, till.receipts_made,
        "the same receipt on both sides"
    );
    assert_eq!(till.receipts_made.len(), 1, "one receipt");
    assert!(till.refusals.is_empty());
    assert_eq!(till.current, None, "the sale is closed");
}

/// Taps with the given cuts and then uncut, until nothing is left to do.
fn tap_through(
    request: &[u8],
    token_size: usize,
    receipt_size: usize,
    waits: usize,
    options: ReaderOptions,
    cuts: &[usize],
) {
    let mut card = Card::new();
    let mut wallet = Wallet::new(token_size);
    wallet.asks_before_consent = waits;
    let mut till = ModelTill::with_sale(request.to_vec(), receipt_size);
    for &cut in cuts {
        let (result, _) = one_tap(&mut card, &mut wallet, &mut till, options, cut);
        assert!(
            matches!(result, Ok(_) | Err(TapError::LinkLost { .. })),
            "{result:?}"
        );
        assert!(wallet.payments.len() <= 1);
    }
    let (result, _) = one_tap(&mut card, &mut wallet, &mut till, options, UNCUT);
    assert_eq!(result, Ok(TapEnd::Done));
    assert_one_of_each(&wallet, &till, request);
}

fn bytes_of_a_whole_tap(
    request: &[u8],
    token_size: usize,
    receipt_size: usize,
    waits: usize,
    options: ReaderOptions,
) -> usize {
    let mut wallet = Wallet::new(token_size);
    wallet.asks_before_consent = waits;
    let mut till = ModelTill::with_sale(request.to_vec(), receipt_size);
    let (result, bytes) = one_tap(&mut Card::new(), &mut wallet, &mut till, options, UNCUT);
    assert_eq!(result, Ok(TapEnd::Done));
    bytes
}

#[test]
fn every_request_size_pays_in_commands_of_every_size() {
    for size in 3..=520 {
        let request = message(1, 7, size);
        for command_data in 1..=255 {
            tap_through(&request, 318, 90, 0, short(command_data), &[]);
        }
        tap_through(&request, 318, 90, 0, extended(), &[]);
    }
}

#[test]
fn every_message_size_up_to_the_limit_pays() {
    for size in 3..=MAX_MESSAGE {
        let request = message(1, 7, size);
        for command_data in [16, 127, 128, 254, 255] {
            tap_through(&request, size, 90, 0, short(command_data), &[]);
        }
        tap_through(&request, size, 90, 0, extended(), &[]);
    }
    let largest = message(1, 7, MAX_MESSAGE);
    for command_data in 1..=255 {
        tap_through(
            &largest,
            MAX_MESSAGE,
            MAX_MESSAGE,
            0,
            short(command_data),
            &[],
        );
    }
}

#[test]
fn answers_fetched_in_pieces_of_every_size_give_the_same_token() {
    let request = message(1, 7, 309);
    for pieces in 1..=255_u8 {
        let options = ReaderOptions {
            response_data: pieces.try_into().ok(),
            ..ReaderOptions::default()
        };
        for token_size in [3, 255, 256, 257, 318, 511, 512, 513, MAX_MESSAGE] {
            tap_through(&request, token_size, 90, 0, options, &[]);
        }
    }
}

#[test]
fn a_tap_cut_after_any_byte_and_tapped_again_pays_once() {
    let request = message(1, 7, 309);
    for options in [short(1), short(16), short(100), short(255), extended()] {
        for waits in [0, 2] {
            let bytes = bytes_of_a_whole_tap(&request, 600, 90, waits, options);
            for cut in 0..=bytes {
                tap_through(&request, 600, 90, waits, options, &[cut]);
            }
        }
    }
}

#[test]
fn a_tap_cut_after_any_byte_twice_pays_once() {
    let request = message(1, 7, 40);
    let options = short(20);
    let bytes = bytes_of_a_whole_tap(&request, 300, 30, 1, options);
    for first in 0..=bytes {
        for second in 0..=bytes {
            tap_through(&request, 300, 30, 1, options, &[first, second]);
        }
    }
}

#[test]
fn another_phone_in_between_pays_nothing_for_the_torn_request_of_a_cancelled_sale() {
    let request = message(1, 7, 309);
    let options = short(255);
    let bytes = bytes_of_a_whole_tap(&request, 318, 90, 0, options);
    for cut in 0..=bytes {
        let mut wallet = Wallet::new(318);
        let mut till = ModelTill::with_sale(request.clone(), 90);
        let _ = one_tap(&mut Card::new(), &mut wallet, &mut till, options, cut);
        till.current = None;

        let mut stranger = Wallet::new(318);
        let result = one_tap(&mut Card::new(), &mut stranger, &mut till, options, UNCUT).0;
        assert_eq!(result, Ok(TapEnd::Done));
        assert!(stranger.payments.is_empty(), "a repeat makes no payment");

        let result = one_tap(&mut Card::new(), &mut wallet, &mut till, options, UNCUT).0;
        assert_eq!(result, Ok(TapEnd::Done));
        assert_eq!(
            wallet.payments.len(),
            till.accepted.len(),
            "what the phone presented is settled, cancelled or not; what it never saw is gone"
        );
        for payment in &wallet.payments {
            assert_eq!(payment.receipts, till.receipts_made);
        }
    }
}

#[test]
fn only_the_three_newest_torn_requests_are_repeated_and_before_the_sale() {
    let mut wallet = Wallet::new(318);
    let mut till = ModelTill::with_sale(message(1, 9, 309), 90);
    till.torn = (1..=5).map(|number| message(1, number, 309)).collect();
    let result = one_tap(&mut Card::new(), &mut wallet, &mut till, short(255), UNCUT).0;
    assert_eq!(result, Ok(TapEnd::Done));
    assert_eq!(till.nothing_to_repeat, 3);
    assert_eq!(wallet.payments.len(), 1);
}

#[test]
fn a_phone_without_the_bulletin_gets_it_before_it_is_asked() {
    let mut wallet = Wallet::new(318);
    let mut till = ModelTill::with_sale(message(1, 9, 309), 90);
    till.bulletin = Some(message(8, 1, 120));
    let result = one_tap(&mut Card::new(), &mut wallet, &mut till, short(255), UNCUT).0;
    assert_eq!(result, Ok(TapEnd::Done));
    assert_eq!(wallet.carried, [message(8, 1, 120)]);
    assert_eq!(wallet.payments.len(), 1);
}

#[test]
fn a_payment_already_accepted_is_refused_with_28() {
    let request = message(1, 7, 309);
    let mut wallet = Wallet::new(318);
    let mut till = ModelTill::with_sale(request.clone(), 90);
    let mut card = Card::new();
    one_tap(&mut card, &mut wallet, &mut till, short(255), UNCUT)
        .0
        .unwrap();
    till.current = Some(request);
    one_tap(&mut card, &mut wallet, &mut till, short(255), UNCUT)
        .0
        .unwrap();
    assert_eq!(till.refusals, [28]);
    assert_eq!(wallet.payments.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_sizes_any_cuts_any_waiting_pay_once(
        request_size in 3..=MAX_MESSAGE,
        token_size in 3..=MAX_MESSAGE,
        receipt_size in 3..=200_usize,
        command_data in 1..=255_u8,
        response_data in 0..=255_u8,
        extended: bool,
        waits in 0..4_usize,
        cuts in proptest::collection::vec(0..20_000_usize, 0..5),
    ) {
        let options = ReaderOptions {
            command_data: command_data.try_into().unwrap(),
            response_data: response_data.try_into().ok(),
            extended,
            record: false,
        };
        tap_through(&message(1, 7, request_size), token_size, receipt_size, waits, options, &cuts);
    }
}
