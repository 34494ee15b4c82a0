//! Taps that are cut anywhere: tapping again gives one payment, one token, one receipt (protocol section 4).
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod common;

use common::tapped::{Field, Tapped};
use common::*;
use skilling_link::reader::{Next, ReaderOptions, TapEnd};
use skilling_protocol::objects::Outcome as Said;
use skilling_protocol::reason::Reason;
use skilling_protocol::values::*;
use skilling_terminal::{OpenRequest, TapReport, Terminal};

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
