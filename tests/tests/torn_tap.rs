//! A tap torn after any byte, between a real wallet and a real till: tapping again gives one payment, one token, one receipt.

#![allow(clippy::unwrap_used)]

use skilling_link::reader::{Step, TapEnd, TapError};
use skilling_protocol::objects::PaymentState;
use skilling_terminal::{DepositState, Outcome};
use skilling_tests::kit;
use skilling_tests::town::{Bank, Cut, Phone, Shop, Town, tap, tap_until, wait};
use skilling_wallet::Stage;

const UNCUT: usize = usize::MAX;

struct Street {
    bank: Bank,
    shop: Shop,
    phone: Phone,
    town: Town,
}

impl Street {
    fn new() -> Self {
        let town = Town::new();
        let bank = town.bank("Nordbanken");
        let shop = town.shop("Netto", &bank);
        let phone = town.phone_with("asta", &bank, 1_000);
        Self {
            bank,
            shop,
            phone,
            town,
        }
    }

    /// One sale over 1.00: a tap that is torn after `bytes`, and one that is not. Says how many bytes the first one had, and how it was torn.
    fn sells_torn_after(&self, bytes: usize) -> (usize, Option<TapError>) {
        let before = self.phone.allowance();
        let sale = self.shop.asks(100);
        self.phone.is_armed_for(100);
        let mut field = Cut::after(bytes, &self.phone);
        let torn = tap_until(&self.shop.till, &mut field, Some(&sale));
        assert!(torn.problem.is_none(), "{torn:?}");
        if torn.end.is_err() {
            let _ = self.phone.wallet.disarm().unwrap();
            self.phone.is_armed_for(100);
            let whole = tap(&self.shop.till, &self.phone, Some(&sale));
            assert!(matches!(whole.end, Ok(TapEnd::Done)), "{bytes}: {whole:?}");
        }
        let _ = self.phone.wallet.disarm().unwrap();
        let after = self.phone.allowance();
        assert_eq!(
            after.last_sequence,
            before.last_sequence + 1,
            "{bytes}: one payment"
        );
        assert_eq!(
            after.spent,
            before.spent.checked_add(kit::amount(100)).unwrap()
        );
        let sold = &self.shop.till.payments(None, 1).unwrap()[0];
        assert_eq!(sold.request, Some(sale.id), "{bytes}: one token");
        assert_eq!(
            self.phone.wallet.stage(&sold.payment).unwrap(),
            Stage::Accepted,
            "{bytes}"
        );
        // A torn request is repeated for a day, in case another phone answered. Here no other did: the next tap begins afresh.
        self.shop.till.mark_settled(&sale.id).unwrap();
        (field.crossed, torn.end.err())
    }
}

trait Arms {
    fn is_armed_for(&self, minor_units: u64);
}

impl Arms for Phone {
    fn is_armed_for(&self, minor_units: u64) {
        let allowance = self.allowance().id;
        let _ = wait(self.wallet.arm(&allowance, kit::amount(minor_units))).unwrap();
    }
}

#[test]
fn a_tap_torn_after_any_byte_and_repeated_pays_once() {
    let street = Street::new();
    let (bytes, _) = street.sells_torn_after(UNCUT);
    assert!(bytes > 700, "request, token and receipt went over: {bytes}");
    let mut sales = 1;
    let (mut in_the_token, mut at_the_receipt) = (0, 0);
    for cut in 0..bytes {
        if street.phone.allowance().remaining < kit::amount(100) {
            let _ = street.phone.is_granted(&street.bank, 5_000);
            street.town.seconds_pass(1);
        }
        let torn = street.sells_torn_after(cut).1;
        in_the_token += u32::from(torn.as_ref().is_some_and(TapError::must_repeat));
        let at = |error: &TapError| {
            matches!(
                error,
                TapError::LinkLost {
                    step: Step::Receipt,
                    ..
                }
            )
        };
        at_the_receipt += u32::from(torn.as_ref().is_some_and(at));
        sales += 1;
    }
    assert!(
        in_the_token > 300 && at_the_receipt > 70,
        "{in_the_token} {at_the_receipt}"
    );
    let till = &street.shop.till;
    let totals = till
        .totals(kit::time(0), kit::time(u64::from(u32::MAX)))
        .unwrap();
    assert_eq!(totals[0].accepted.count, sales, "one sale for each");
}

#[test]
fn a_token_torn_off_and_never_repeated_is_asked_for_first_at_the_next_tap_even_for_another_sale() {
    let street = Street::new();
    let (whole, _) = street.sells_torn_after(UNCUT);
    let first = street.shop.asks(200);
    street.phone.is_armed_for(200);
    // Within the receipt: the till has accepted, and the phone does not know it.
    let torn = tap_until(
        &street.shop.till,
        &mut Cut::after(whole - 20, &street.phone),
        Some(&first),
    );
    assert!(
        torn.end.is_err() && torn.sale.as_ref().unwrap().is_paid_now(),
        "{torn:?}"
    );
    let second = street.shop.asks(300);
    street.phone.is_armed_for(300);
    let both = tap(&street.shop.till, &street.phone, Some(&second));
    assert!(matches!(both.settled.as_slice(), [(id, Outcome::Again(_))] if *id == first.id));
    assert!(both.sale.unwrap().is_paid_now());
    for sold in street.shop.till.payments(None, 2).unwrap() {
        assert_eq!(
            street.phone.wallet.stage(&sold.payment).unwrap(),
            Stage::Accepted
        );
    }
    assert!(street.shop.till.torn_requests().unwrap().is_empty());
    let deposited = wait(street.shop.till.deposit(&street.bank.transport())).unwrap();
    assert_eq!((deposited.paid, deposited.still_due), (3, 0));
    let sold = &street.shop.till.payments(None, 1).unwrap()[0];
    assert_eq!(sold.deposit, DepositState::Answered(PaymentState::Paid));
}
