//! Before the payer acts, a reader learns nothing: not whether there is money, how much, whose phone it is, nor whether it has
//! ever paid. And nothing is signed without an act of the payer that is a minute old at most.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use skilling_link::reader::TapEnd;
use skilling_protocol::message::{Expected as _, PaymentRequest};
use skilling_protocol::reason::Reason;
use skilling_terminal::OpenRequest;
use skilling_tests::kit;
use skilling_tests::town::{Bank, Cut, Phone, Shop, Town, tap, tap_until, wait};
use skilling_wallet::software::Answer;
use skilling_wallet::{Reviewed, WalletError};

struct Crowd {
    town: Town,
    bank: Bank,
    shop: Shop,
}

impl Crowd {
    fn new() -> Self {
        let town = Town::new();
        let bank = town.bank("Nordbanken");
        let shop = town.shop("Netto", &bank);
        Self { town, bank, shop }
    }

    /// Phones as different as can be.
    fn phones(&self) -> Vec<Phone> {
        let rich = self.town.phone_with("rich", &self.bank, 400_000);
        let poor = self.town.phone_with("poor", &self.bank, 10);
        let regular = self.town.phone_with("regular", &self.bank, 100_000);
        assert!(self.shop.sells(&regular, 12_000).is_paid_now());
        let waiting = self.town.phone_with("waiting", &self.bank, 100_000);
        let _ = waiting.pays(&self.shop.asks(700).message);
        vec![self.town.phone("empty"), rich, poor, regular, waiting]
    }
}

/// Every byte that a phone says to a reader that asks for `request`.
fn all_it_says(phone: &Phone, shop: &Shop, request: &OpenRequest) -> Vec<Vec<u8>> {
    let mut field = Cut::after(usize::MAX, phone);
    let report = tap_until(&shop.till, &mut field, Some(request));
    assert!(report.sale.is_none(), "nobody agreed");
    field.said
}

#[test]
fn every_phone_says_the_same_to_a_reader_before_its_owner_acts() {
    let crowd = Crowd::new();
    let phones = crowd.phones();
    let honest = [
        crowd.shop.asks(1),
        crowd.shop.asks(12_000),
        crowd.shop.asks(100_000),
    ];
    for request in &honest {
        let said = || -> Vec<_> {
            let phones = phones.iter();
            phones
                .map(|it| all_it_says(it, &crowd.shop, request))
                .collect()
        };
        // A machine that is busy elsewhere may make one phone late once; a phone that tells tells every time.
        let mut tries = std::iter::repeat_with(said).take(3);
        let alike = tries.find(|said| said.windows(2).all(|pair| pair[0] == pair[1]));
        let alike = alike.expect("every phone says the same");
        assert!(
            alike[0].len() > 1 && alike[0].last().unwrap().ends_with(&[0x69, 0x85]),
            "wait"
        );
    }
}

#[test]
fn a_forged_request_is_refused_in_the_same_words_by_every_phone() {
    let crowd = Crowd::new();
    let phones = crowd.phones();
    let request = crowd.shop.asks(100);
    let mut forged = PaymentRequest::decode(&request.message).unwrap().encode();
    let last = forged.len() - 1;
    forged[last] ^= 1;
    let refusals: Vec<_> = phones
        .iter()
        .map(|phone| phone.wallet.review(&forged).unwrap_err().reason())
        .collect();
    assert_eq!(refusals, vec![Reason::BadRequestSignature; phones.len()]);
}

#[test]
fn a_phone_that_is_locked_or_elsewhere_says_wait_even_for_what_it_has_paid() {
    let crowd = Crowd::new();
    let phone = crowd.town.phone_with("asta", &crowd.bank, 100_000);
    let request = crowd.shop.asks(100);
    phone.agrees_to(&request.message);
    phone.wallet.set_in_front(false);
    let away = tap(&crowd.shop.till, &phone, Some(&request));
    assert!(matches!(away.end, Ok(TapEnd::StillWaiting)), "{away:?}");
    phone.wallet.set_in_front(true);
    assert!(
        tap(&crowd.shop.till, &phone, Some(&request))
            .sale
            .unwrap()
            .is_paid_now()
    );

    let unanswered = crowd.shop.asks(200);
    let _ = phone.pays(&unanswered.message);
    phone.wallet.set_in_front(false);
    let said = all_it_says(&phone, &crowd.shop, &unanswered);
    assert!(said.last().unwrap().ends_with(&[0x69, 0x85]));
}

#[test]
fn what_the_payer_agreed_to_counts_for_a_minute_for_this_request_and_once() {
    let crowd = Crowd::new();
    let phone = crowd.town.phone_with("asta", &crowd.bank, 100_000);
    let (agreed, other) = (crowd.shop.asks(100), crowd.shop.asks(200));
    phone.agrees_to(&agreed.message);
    assert!(
        tap(&crowd.shop.till, &phone, Some(&other)).sale.is_none(),
        "another request waits"
    );
    crowd.town.seconds_pass(61);
    assert!(
        tap(&crowd.shop.till, &phone, Some(&agreed)).sale.is_none(),
        "the minute has passed"
    );
    phone.agrees_to(&agreed.message);
    assert!(
        tap(&crowd.shop.till, &phone, Some(&agreed))
            .sale
            .unwrap()
            .is_paid_now()
    );
    assert_eq!(phone.allowance().last_sequence, 1);
}

#[test]
fn an_armed_phone_pays_the_first_reader_up_to_the_ceiling_and_then_no_more() {
    let crowd = Crowd::new();
    let phone = crowd.town.phone_with("asta", &crowd.bank, 100_000);
    let armed_for = |ceiling| {
        wait(
            phone
                .wallet
                .arm(&phone.allowance().id, kit::amount(ceiling)),
        )
        .unwrap();
    };
    armed_for(500);
    assert!(
        tap(&crowd.shop.till, &phone, Some(&crowd.shop.asks(501)))
            .sale
            .is_none()
    );
    let second = tap(&crowd.shop.till, &phone, Some(&crowd.shop.asks(100)));
    assert!(
        second.sale.is_none(),
        "the first reader has used the arming up"
    );
    armed_for(500);
    crowd.town.seconds_pass(61);
    assert!(
        tap(&crowd.shop.till, &phone, Some(&crowd.shop.asks(300)))
            .sale
            .is_none(),
        "too late"
    );
    armed_for(500);
    assert!(
        tap(&crowd.shop.till, &phone, Some(&crowd.shop.asks(500)))
            .sale
            .unwrap()
            .is_paid_now()
    );
    assert!(
        tap(&crowd.shop.till, &phone, Some(&crowd.shop.asks(400)))
            .sale
            .is_none(),
        "once"
    );
    assert_eq!(phone.allowance().spent, kit::amount(500));
}

#[test]
fn a_payer_who_says_no_owes_nothing_and_the_till_hears_only_that() {
    let crowd = Crowd::new();
    let phone = crowd.town.phone_with("asta", &crowd.bank, 100_000);
    let request = crowd.shop.asks(100);
    phone.keys.answer(Answer::Refuse);
    let Reviewed::New(review) = phone.wallet.review(&request.message).unwrap() else {
        panic!("it is new");
    };
    let refused = wait(phone.wallet.agree(&review));
    assert!(matches!(refused, Err(WalletError::PayerRefused)));
    let told = tap(&crowd.shop.till, &phone, Some(&request));
    assert_eq!(told.refused_because(), Some(Reason::PayerRefused));
    assert_eq!(phone.allowance().last_sequence, 0);
}
