//! A phone that answers another open request of the shop than the one it is asked for completes no sale but that one
//! (protocol section 6, "same payment again" and rule 11).
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod common;

use common::tapped::{Field, Paid, Tapped};
use common::*;
use skilling_link::reader::{Next, ReaderOptions};
use skilling_terminal::{OpenRequest, TapReport, Terminal};

fn tap(till: &Terminal, phone: &mut Tapped, sale: &OpenRequest) -> TapReport {
    let mut field = Field {
        phone,
        left: usize::MAX,
        crossed: 0,
    };
    till.tap(
        &mut field,
        ReaderOptions::default(),
        Some(&sale.id),
        &mut || Next::AskAgain,
    )
}

/// A phone that gives the token for `other` when it is asked for `sale`.
fn cheat(number: u8, sale: &OpenRequest, other: &OpenRequest) -> Tapped {
    let mut phone = Tapped::new(number);
    let token = phone.phone.pays(other);
    phone.payments.push(Paid {
        request: sale.message.clone(),
        token,
        receipts: Vec::new(),
    });
    phone
}

#[test]
fn a_phone_that_pays_the_chewing_gum_of_the_next_till_has_not_paid_its_television() {
    let shop = Shop::open();
    let (gum, television) = (shop.asks(100), shop.asks(90_000));
    let mut phone = cheat(50, &television, &gum);
    let report = tap(&shop.till, &mut phone, &television);
    assert!(report.sale.is_none(), "{report:?}");
    let [(settled, outcome)] = report.settled.as_slice() else {
        panic!("the gum was paid: {report:?}");
    };
    assert_eq!(*settled, gum.id);
    assert!(outcome.completes(&gum.id) && !outcome.completes(&television.id));
    // The television is still to be paid, by whoever comes next.
    let mut honest = Tapped::new(51);
    let report = tap(&shop.till, &mut honest, &television);
    assert!(report.sale.unwrap().completes(&television.id));
}

#[test]
fn nor_when_the_sale_is_repeated_after_a_torn_tap() {
    let shop = Shop::open();
    let (gum, television) = (shop.asks(100), shop.asks(90_000));
    shop.till.mark_torn(&television.id).unwrap();
    let mut phone = cheat(50, &television, &gum);
    let report = tap(&shop.till, &mut phone, &television);
    assert!(report.sale.is_none_or(|it| !it.completes(&television.id)));
    assert!(report.settled.iter().all(|(id, _)| *id == gum.id));
    let torn = shop.till.torn_requests().unwrap();
    assert!(
        torn.iter().any(|it| it.id == television.id),
        "an honest phone may still hold its token"
    );
}

#[test]
fn a_code_for_another_request_is_paid_for_that_one_alone() {
    let shop = Shop::open();
    let (gum, television) = (shop.asks(100), shop.asks(90_000));
    let outcome = shop.till.accept(&Phone::new(50).pays(&gum)).unwrap();
    assert!(outcome.is_paid_now() && outcome.completes(&gum.id));
    assert!(!outcome.completes(&television.id));
    assert_eq!(
        dkk(100),
        shop.till.totals(at(0), at(NOON + 86_400)).unwrap()[0]
            .accepted
            .amount
    );
}
