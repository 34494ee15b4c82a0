//! The reader alone, against phones that answer as a script says, and the traces that it writes.
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod common;

use std::collections::VecDeque;

use common::{Field, Wallet, message, short};
use proptest::prelude::*;
use skilling_link::apdu::trace::{self, Direction, TraceError};
use skilling_link::card::Card;
use skilling_link::reader::{
    Answer, Carried, LinkLost, Next, Reader, ReaderOptions, ReceiptGiven, RepeatAnswer, Step,
    TapError, Torn, Transceiver,
};

/// Answers with what it was given; then the link is lost.
struct Script(VecDeque<Vec<u8>>);

impl Transceiver for Script {
    fn transceive(&mut self, _command: &[u8]) -> Result<Vec<u8>, LinkLost> {
        self.0.pop_front().ok_or(LinkLost)
    }
}

const SELECTED: &[u8] = &[0xA3, 1, 1, 2, 0x18, 255, 3, 7, 0x90, 0x00];

fn selected(responses: &[&[u8]]) -> Reader<Script> {
    let script = [SELECTED]
        .iter()
        .chain(responses)
        .map(|response| response.to_vec())
        .collect();
    let mut reader = Reader::new(Script(script), ReaderOptions::default());
    reader.select().unwrap();
    reader
}

fn ask(responses: &[&[u8]], request_size: usize) -> Result<Answer, TapError> {
    selected(responses).ask(&message(1, 1, request_size))
}

fn lost(torn: Torn) -> Result<Answer, TapError> {
    Err(TapError::LinkLost {
        step: Step::Pay,
        torn,
    })
}

#[test]
fn the_till_learns_how_far_a_broken_tap_got() {
    let cases = [
        (ask(&[], 300), lost(Torn::NotAsked), false),
        (ask(&[&[0x90, 0x00]], 300), lost(Torn::NoAnswer), true),
        (ask(&[], 200), lost(Torn::NoAnswer), true),
        (ask(&[&[0x61, 0x05]], 200), lost(Torn::PartAnswer), true),
        (
            ask(&[&[0x82, 0x02, 0x61, 0x05]], 200),
            lost(Torn::PartAnswer),
            true,
        ),
    ];
    for (result, expected, must_repeat) in cases {
        assert_eq!(result, expected);
        assert_eq!(result.unwrap_err().must_repeat(), must_repeat);
    }
}

#[test]
fn a_phone_that_breaks_its_answer_off_is_repeated_to() {
    let responses: [&[&[u8]]; 4] = [
        &[&[0x82, 0x02, 0x61, 0x05], &[0x6A, 0x88]],
        &[&[0x82, 0x02, 0x61, 0x05], &[0x61, 0x05]],
        &[&[0x82, 0x02, 0x61, 0x05], &[0x90, 0x00]],
        &[&[0x90]],
    ];
    for response in responses {
        let error = ask(response, 100).unwrap_err();
        assert!(matches!(error, TapError::BadResponse { .. }), "{error:?}");
        assert!(error.must_repeat());
    }
}

#[test]
fn a_response_without_end_is_cut_off_at_the_limit() {
    let piece = [&[0x82, 0x02][..], &[7; 254], &[0x61, 0x00]].concat();
    let endless = vec![&piece[..]; 1000];
    assert_eq!(
        ask(&endless, 100),
        Err(TapError::ResponseTooLong { step: Step::Pay })
    );
    let at_once = [&[0x82, 0x02][..], &[7; 4095], &[0x90, 0x00]].concat();
    assert_eq!(
        ask(&[&at_once], 100),
        Err(TapError::ResponseTooLong { step: Step::Pay })
    );
}

#[test]
fn only_tokens_and_exact_refusals_are_answers() {
    assert_eq!(
        ask(&[&[0x82, 0, 0x18, 40, 0x90, 0x00]], 100),
        Ok(Answer::Refusal(40))
    );
    assert_eq!(ask(&[&[0x69, 0x85]], 100), Ok(Answer::Waiting));
    assert_eq!(
        ask(&[&[0x83, 2, 0x40, 0x40, 0x90, 0x00]], 100),
        Ok(Answer::Token(vec![0x83, 2, 0x40, 0x40]))
    );
    for other in [
        &[0x82, 3, 0x40, 0x90, 0x00][..],
        &[0x90, 0x00],
        &[0x83, 0, 1, 1, 0x90, 0x00],
    ] {
        assert_eq!(ask(&[other], 100), Err(TapError::UnreadableAnswer));
    }
    let refused = ask(&[&[0x67, 0x00]], 300).unwrap_err();
    assert!(matches!(refused, TapError::Status { .. }));
    assert!(
        !refused.must_repeat(),
        "a status is an answer, and no token"
    );
}

#[test]
fn a_phone_without_the_wallet_is_told_apart_from_a_broken_one() {
    let select = |response: &[u8]| {
        Reader::new(Script([response.to_vec()].into()), ReaderOptions::default()).select()
    };
    assert_eq!(select(&[0x6A, 0x82]), Err(TapError::NoApplication));
    assert!(matches!(
        select(&[0x90, 0x00]),
        Err(TapError::SelectInfo(_))
    ));
    assert_eq!(
        select(&[0xA3, 1, 0, 2, 9, 3, 7, 0x90, 0x00]),
        Err(TapError::UnsupportedVersion)
    );
}

#[test]
fn nothing_is_sent_that_may_not_be() {
    let mut reader = selected(&[]);
    for kind in [0, 2, 3, 4, 5, 8] {
        assert_eq!(
            reader.ask(&message(kind, 1, 50)),
            Err(TapError::WrongMessage { step: Step::Pay })
        );
    }
    assert!(reader.give_receipt(&message(1, 1, 50)).is_err());
    assert!(reader.carry(&message(4, 1, 50)).is_err());
    assert_eq!(
        reader.ask(&message(1, 1, 4097)),
        Err(TapError::MessageTooLong(4097))
    );
    let mut fresh = Reader::new(Script(VecDeque::new()), ReaderOptions::default());
    assert_eq!(fresh.ask(&message(1, 1, 50)), Err(TapError::NotSelected));
}

#[test]
fn a_till_drives_the_steps_itself() {
    let mut card = Card::new();
    let mut wallet = Wallet::new(600);
    wallet.asks_before_consent = 3;
    let mut field = Field::new(&mut card, &mut wallet, usize::MAX);
    let mut reader = Reader::new(&mut field, short(100));
    assert_eq!(reader.select().unwrap().largest_command_data, 4096);

    let request = message(1, 1, 309);
    assert_eq!(
        reader.repeat_only(&request),
        Ok(RepeatAnswer::NothingToRepeat)
    );
    assert_eq!(reader.ask(&request), Ok(Answer::Waiting));
    let mut pauses = 0;
    let stopped = reader.ask_until_answered(&request, &mut || {
        pauses += 1;
        Next::Stop
    });
    assert_eq!((stopped, pauses), (Ok(Answer::Waiting), 1));
    let token = Answer::Token(message(2, 1, 600));
    assert_eq!(
        reader.ask_until_answered(&request, &mut || Next::AskAgain),
        Ok(token.clone())
    );
    assert_eq!(
        reader.repeat_only(&request),
        Ok(RepeatAnswer::Answered(token))
    );
    assert_eq!(
        reader.give_receipt(&message(3, 9, 90)),
        Ok(ReceiptGiven::FitsNone)
    );
    assert_eq!(
        reader.give_receipt(&message(3, 1, 90)),
        Ok(ReceiptGiven::Taken)
    );
    assert_eq!(reader.carry(&message(8, 1, 90)), Ok(Carried::Taken));
}

#[test]
fn the_transcript_of_a_tap_reads_back_as_its_messages() {
    for (command_data, extended) in [(1, false), (50, false), (255, false), (255, true)] {
        let mut card = Card::new();
        let mut wallet = Wallet::new(600);
        let mut field = Field::new(&mut card, &mut wallet, usize::MAX);
        let options = ReaderOptions {
            record: true,
            extended,
            ..short(command_data)
        };
        let mut reader = Reader::new(&mut field, options);
        reader.select().unwrap();
        reader.ask(&message(1, 1, 309)).unwrap();
        reader.give_receipt(&message(3, 1, 90)).unwrap();

        let text = reader.transcript().to_string();
        assert_eq!(trace::read(&text).as_ref(), Ok(reader.transcript()));
        let items = trace::parse(&text).unwrap();
        let messages: Vec<_> = items.iter().filter_map(|item| item.message()).collect();
        assert_eq!(
            messages,
            [message(1, 1, 309), message(2, 1, 600), message(3, 1, 90)]
        );
        assert!(items.iter().all(|item| item.complete));
        let lines: usize = reader.transcript().entries().len();
        assert_eq!(items.last().unwrap().last_line, lines);
    }
}

#[test]
fn a_cut_trace_shows_what_came() {
    let text = "# a torn tap\n> 90 40 00 00 02 82 01\n< 9000\n> 8040000001 05 00\n\n< 8202 6105\n";
    let items = trace::parse(text).unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!(items[0].data, [0x82, 1, 5]);
    assert_eq!(
        (items[0].pieces, items[0].first_line, items[0].last_line),
        (2, 2, 4)
    );
    assert_eq!(items[1].direction, Direction::Response);
    assert!(items[0].complete && !items[1].complete);
    assert_eq!(items[1].message(), None);

    let refused = trace::parse("> 9040000001 82\n< 6700\n> 8042000001 8200\n< 9000").unwrap();
    let complete: Vec<_> = refused.iter().map(|item| item.complete).collect();
    assert_eq!(complete, [false, true, true, true]);

    let unanswered = trace::parse("> 9040000001 82\n> 8042000002 8203").unwrap();
    let data: Vec<_> = unanswered.iter().map(|item| &item.data[..]).collect();
    assert_eq!(data, [&[0x82][..], &[0x82, 3]]);
    assert!(!unanswered[0].complete && unanswered[1].complete);
}

#[test]
fn a_text_that_is_no_trace_says_where() {
    assert_eq!(
        trace::parse("hello"),
        Err(TraceError::NoDirection { line: 1 })
    );
    assert_eq!(trace::parse("\n> 0"), Err(TraceError::NotHex { line: 2 }));
    assert_eq!(trace::parse("> 00+1"), Err(TraceError::NotHex { line: 1 }));
    assert_eq!(trace::parse("< 90"), Err(TraceError::NotApdu { line: 1 }));
    assert_eq!(trace::parse("> 8040"), Err(TraceError::NotApdu { line: 1 }));
}

proptest! {
    #[test]
    fn whatever_a_phone_answers_the_reader_ends_with_a_result(
        responses in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..30),
        more in proptest::collection::vec(any::<bool>(), 30),
    ) {
        let mut script: VecDeque<Vec<u8>> = responses.into();
        for (response, more) in script.iter_mut().zip(more) {
            response.extend_from_slice(if more { &[0x61, 0x00] } else { &[0x90, 0x00] });
        }
        script.push_front(SELECTED.to_vec());
        let mut reader = Reader::new(Script(script), short(100));
        reader.select().unwrap();
        for _ in 0..3 {
            let _ = reader.ask(&message(1, 1, 309));
            let _ = reader.give_receipt(&message(3, 1, 90));
        }
    }

    #[test]
    fn any_text_is_a_trace_or_an_error(text in "([<>] ?[0-9A-F ]{0,40}\n){0,12}|\\PC{0,80}") {
        let _ = trace::parse(&text);
    }
}
