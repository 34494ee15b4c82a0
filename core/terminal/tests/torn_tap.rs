//! Taps that are cut anywhere: tapping again gives one payment, one token, one receipt (protocol section 4).
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod common;

use common::*;
use skilling_link::apdu::SelectInfo;
use skilling_link::card::{AskMode, Card, CardApplication, CarryAnswer, PayAnswer, ReceiptAnswer};
use skilling_link::reader::{LinkLost, Next, ReaderOptions, TapEnd, Transceiver};
use skilling_protocol::message::{Expected, PaymentRequest, Token, encode_refusal};
use skilling_protocol::objects::{Outcome as Said, Receipt};
use skilling_protocol::reason::Reason;
use skilling_protocol::signed::Signed;
use skilling_protocol::values::*;
use skilling_terminal::{OpenRequest, TapReport, Terminal};

/// A phone on the reader: it pays each request once and repeats the token until it has a receipt.
struct Tapped {
    phone: Phone,
    card: Card,
    payments: Vec<Paid>,
    waits: usize,
    refuses: Option<u32>,
    bulletins: Vec<Vec<u8>>,
}

struct Paid {
    request: Vec<u8>,
    token: Vec<u8>,
    receipts: Vec<Vec<u8>>,
}

impl Tapped {
    fn new(number: u8) -> Self {
        Self {
            phone: Phone::new(number),
            card: Card::new(),
            payments: Vec::new(),
            waits: 0,
            refuses: None,
            bulletins: Vec::new(),
        }
    }

    fn said(&self) -> Vec<Said> {
        let receipts = self.payments.iter().flat_map(|it| &it.receipts);
        let read = |it: &Vec<u8>| <Signed<Receipt> as Expected>::decode(it).unwrap();
        receipts.map(|it| read(it).unverified().outcome).collect()
    }
}

impl CardApplication for Tapped {
    fn select_info(&mut self) -> SelectInfo {
        SelectInfo {
            protocol_version: 1,
            largest_command_data: 255,
            bundle_version: 1,
            outages: vec![],
        }
    }

    fn pay(&mut self, request: &[u8], mode: AskMode) -> PayAnswer {
        if let Some(paid) = self.payments.iter().find(|it| it.request == request) {
            return PayAnswer::Message(paid.token.clone());
        }
        if mode == AskMode::RepeatOnly {
            return PayAnswer::NothingToRepeat;
        }
        if let Some(code) = self.refuses {
            return PayAnswer::Message(encode_refusal(code));
        }
        if self.waits > 0 {
            self.waits -= 1;
            return PayAnswer::Waiting;
        }
        let message = PaymentRequest::decode(request).unwrap();
        let open = OpenRequest {
            id: message.request.id(message.merchant.id(())),
            message: request.to_vec(),
            request: message.request.unverified().clone(),
        };
        let token = self.phone.pays(&open);
        self.payments.push(Paid {
            request: request.to_vec(),
            token: token.clone(),
            receipts: Vec::new(),
        });
        PayAnswer::Message(token)
    }

    fn receipt(&mut self, receipt: &[u8]) -> ReceiptAnswer {
        let till = skilling_protocol::crypto::Signer::public_key(&key(40));
        for paid in self.payments.iter_mut().rev() {
            let id = Token::decode(&paid.token).unwrap().payment_id();
            let signed = <Signed<Receipt> as Expected>::decode(receipt).unwrap();
            let verifier = skilling_protocol::crypto::P256Verifier;
            if signed.verify(id, &till, &verifier).is_ok() {
                if !paid.receipts.iter().any(|it| it == receipt) {
                    paid.receipts.push(receipt.to_vec());
                }
                return ReceiptAnswer::Taken;
            }
        }
        ReceiptAnswer::NoPayment
    }

    fn carry(&mut self, message: &[u8]) -> CarryAnswer {
        self.bulletins.push(message.to_vec());
        CarryAnswer::Taken
    }
}

/// The field goes away after so many bytes, counted over both directions.
struct Field<'a> {
    phone: &'a mut Tapped,
    left: usize,
    crossed: usize,
}

impl Field<'_> {
    fn cross(&mut self, bytes: usize) -> Result<(), LinkLost> {
        self.crossed += bytes;
        self.left = self.left.checked_sub(bytes).ok_or(LinkLost)?;
        Ok(())
    }
}

impl Transceiver for Field<'_> {
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, LinkLost> {
        self.cross(command.len())?;
        let mut card = std::mem::take(&mut self.phone.card);
        let response = card.process(self.phone, command);
        self.phone.card = card;
        self.cross(response.len())?;
        Ok(response)
    }
}

/// One tap that breaks after `left` bytes; also says how many went over.
fn tap_for(
    till: &Terminal,
    phone: &mut Tapped,
    sale: Option<&OpenRequest>,
    left: usize,
) -> (TapReport, usize) {
    let mut field = Field {
        phone,
        left,
        crossed: 0,
    };
    let options = ReaderOptions::default();
    let sale = sale.map(|it| it.id);
    let report = till.tap(&mut field, options, sale.as_ref(), &mut || Next::AskAgain);
    let crossed = field.crossed;
    phone.card.field_lost();
    assert!(report.problem.is_none(), "{report:?}");
    (report, crossed)
}

fn tap(till: &Terminal, phone: &mut Tapped, sale: Option<&OpenRequest>) -> TapReport {
    tap_for(till, phone, sale, usize::MAX).0
}

#[test]
fn one_tap_pays_and_leaves_nothing_open() {
    let shop = Shop::open();
    let mut phone = Tapped::new(50);
    phone.waits = 3;
    let report = tap(&shop.till, &mut phone, Some(&shop.asks(100)));
    assert_eq!(report.end, Ok(TapEnd::Done));
    assert!(report.sale.unwrap().is_paid_now());
    assert_eq!(phone.said(), [Said::Accepted]);
    assert!(shop.till.torn_requests().unwrap().is_empty());
}

#[test]
fn wherever_the_link_is_cut_tapping_again_gives_one_payment_and_one_receipt() {
    let shop = Shop::open();
    let (_, whole) = tap_for(
        &shop.till,
        &mut Tapped::new(50),
        Some(&shop.asks(100)),
        usize::MAX,
    );
    // Every 7th byte: 7 shares no factor with the sizes of blocks.
    for cut in (0..=whole).step_by(7) {
        let (mut phone, sale) = (Tapped::new(51), shop.asks(1));
        shop.clock.advance(Seconds(1));
        phone.phone = Phone::granted(51, |it| {
            it.uuid = Uuid([u8::try_from(cut % 251).unwrap(); 16])
        });
        let before = shop.till.payments(None, 1_000).unwrap().len();
        tap_for(&shop.till, &mut phone, Some(&sale), cut);
        let presented = !phone.payments.is_empty();
        let till = shop.reopened();
        let open = !shop.till.open_requests().unwrap().is_empty();
        tap(&till, &mut phone, open.then_some(&sale));
        assert_eq!(phone.payments.len(), 1, "cut at {cut}");
        assert_eq!(phone.said(), [Said::Accepted], "cut at {cut}");
        assert_eq!(shop.till.payments(None, 1_000).unwrap().len(), before + 1);
        // Torn before any token was made, it might as well have been another phone's: that one is still waited for.
        let torn = till.torn_requests().unwrap();
        assert!(torn.is_empty() || !presented, "cut at {cut}");
        till.mark_settled(&sale.id).unwrap();
    }
}

#[test]
fn a_torn_payment_for_a_cancelled_request_is_declined_at_the_next_tap() {
    let shop = Shop::open();
    let (mut phone, sale) = (Tapped::new(50), shop.asks(100));
    let (_, whole) = tap_for(
        &shop.till,
        &mut Tapped::new(51),
        Some(&shop.asks(1)),
        usize::MAX,
    );
    let mut cut = whole / 2;
    while phone.payments.is_empty() {
        tap_for(&shop.till, &mut phone, Some(&sale), cut);
        cut += 1;
    }
    shop.till.cancel(&sale.id).unwrap();
    // Another customer pays in between.
    let other = tap(&shop.till, &mut Tapped::new(52), Some(&shop.asks(5)));
    assert!(other.sale.unwrap().is_paid_now());
    let report = tap(&shop.till, &mut phone, None);
    assert_eq!(report.settled[0].1.reason(), Reason::RequestExpired);
    let code = Reason::RequestExpired.code();
    assert_eq!(phone.said(), [Said::Declined { code }]);
    assert!(shop.till.torn_requests().unwrap().is_empty());
}

#[test]
fn a_payer_who_refuses_owes_nothing_and_nothing_is_repeated() {
    let shop = Shop::open();
    let mut phone = Tapped::new(50);
    phone.refuses = Some(Reason::PayerRefused.code());
    let report = tap(&shop.till, &mut phone, Some(&shop.asks(100)));
    assert_eq!(report.refused_because(), Some(Reason::PayerRefused));
    assert!(shop.till.torn_requests().unwrap().is_empty());
}

#[test]
fn what_another_phone_says_settles_nothing_for_the_torn_one() {
    let shop = Shop::open();
    let sale = shop.asks(100);
    shop.till.mark_torn(&sale.id).unwrap();
    let mut other = Tapped::new(51);
    other.refuses = Some(Reason::PayerRefused.code());
    tap(&shop.till, &mut other, Some(&sale));
    assert_eq!(shop.till.torn_requests().unwrap(), [sale]);
}

#[test]
fn the_three_newest_torn_requests_are_repeated_for_a_day() {
    let shop = Shop::open();
    let sales: Vec<_> = (1..=4).map(|n| shop.asks(n)).collect();
    for sale in &sales {
        shop.till.mark_torn(&sale.id).unwrap();
    }
    let newest: Vec<_> = sales.iter().rev().take(3).cloned().collect();
    assert_eq!(shop.reopened().torn_requests().unwrap(), newest);
    shop.clock.advance(Seconds(86_400 + 179));
    assert_eq!(shop.till.torn_requests().unwrap().len(), 3);
    shop.clock.advance(Seconds(1));
    assert!(shop.till.torn_requests().unwrap().is_empty());
}

#[test]
fn a_phone_without_the_bulletin_is_given_it() {
    let shop = Shop::open();
    let poster = outage(4, at(NOON), at(NOON + 600), Seconds(60));
    shop.till.take(&poster).unwrap();
    let mut phone = Tapped::new(50);
    tap(&shop.till, &mut phone, Some(&shop.asks(100)));
    assert_eq!(phone.bulletins, [poster]);
}
