//! A person looks through what they paid.

mod bank;
mod common;

use std::time::{Duration, Instant};

use bank::Bank;
use common::{Phone, Scheme, Terms, block_on};
use skilling_platform::clock::Clock as _;
use skilling_protocol::objects::{Outcome, PaymentState};
use skilling_protocol::signed::Signed;
use skilling_protocol::values::{Currency, MerchantName, Seconds};
use skilling_wallet::history::{Event, Page, Search};
use skilling_wallet::{Stage, WalletError};

/// Every page of a search.
#[allow(clippy::unwrap_used, reason = "a step of the tests below")]
fn all(phone: &Phone, search: &Search, most: u32) -> Vec<Page> {
    let mut pages = vec![phone.wallet().history(search, None, most).unwrap()];
    while let Some(next) = pages.last().unwrap().next {
        pages.push(phone.wallet().history(search, Some(next), most).unwrap());
    }
    pages
}

fn count(pages: &[Page]) -> usize {
    pages.iter().map(|page| page.entries.len()).sum()
}

#[test]
fn a_thousand_payments_are_paged_through_newest_first_without_a_gap() {
    let scheme = Scheme::new();
    let (phone, till) = (scheme.phone(), scheme.till(1));
    let terms = Terms {
        max_payments: 2_000,
        ..Terms::default()
    };
    scheme.grant(&phone, &terms);
    scheme.grant(&phone, &terms);
    let mut paid = Vec::new();
    for number in 0..1_040_u64 {
        // Three in every second: pages end in the middle of a second too.
        if number % 3 == 0 {
            scheme.clock.advance(Seconds(1));
        }
        paid.push(phone.pays(&till.asks(1 + number % 7)).unwrap().payment);
    }
    paid.reverse();
    let pages = all(&phone, &Search::default(), 50);
    let seen: Vec<_> = pages
        .iter()
        .flat_map(|page| &page.entries)
        .map(|it| it.id)
        .collect();
    assert_eq!(seen, paid);
    assert_eq!(pages.len(), 21);

    // A payment made meanwhile does not move the pages.
    let first = phone
        .wallet()
        .history(&Search::default(), None, 50)
        .unwrap();
    phone.pays(&till.asks(1)).unwrap();
    let second = phone
        .wallet()
        .history(&Search::default(), first.next, 50)
        .unwrap();
    assert_eq!(second.entries[0].id, paid[50]);

    // Pages are found, not counted to.
    let last = pages[pages.len() - 2].next;
    let began = Instant::now();
    phone
        .wallet()
        .history(&Search::default(), last, 50)
        .unwrap();
    assert!(began.elapsed() < Duration::from_millis(500));
}

#[test]
fn a_search_by_date_merchant_and_state_finds_what_it_should() {
    let scheme = Scheme::new();
    let bank = Bank::of(&scheme);
    let phone = scheme.empty_phone();
    let id = block_on(phone.wallet().enrol(&bank, "A1B2")).unwrap();
    let want = skilling_wallet::sync::Want {
        currency: Currency::DKK,
        limit: common::amount(100_000),
        categories: None,
    };
    block_on(phone.wallet().sync(&bank, id, Some(want))).unwrap();
    let mut bakery = scheme.till(2);
    let mut merchant = bakery.merchant.unverified().clone();
    merchant.name = MerchantName::new("Bageriet Østergade, Århus").unwrap();
    bakery.merchant = Signed::sign(merchant, (), &scheme.acquirer).unwrap();
    let netto = scheme.till(1);
    let monday = phone.pays(&bakery.asks(500)).unwrap().payment;
    scheme.clock.advance(Seconds::days(1));
    let tuesday = phone.pays(&netto.asks(500)).unwrap().payment;
    scheme.clock.advance(Seconds::days(1));
    let wednesday = phone.pays(&bakery.asks(500)).unwrap().payment;
    let now = scheme.clock.now();
    let voided = netto.receipt(tuesday, Outcome::Voided);
    phone.wallet().take_receipt(&voided).unwrap();
    bank.decides(monday, PaymentState::Paid);
    block_on(phone.wallet().sync(&bank, id, None)).unwrap();
    bank.decides(wednesday, PaymentState::Disputed);
    scheme.clock.advance(Seconds::hours(1));
    block_on(phone.wallet().sync(&bank, id, None)).unwrap();

    let found = |search: Search| -> Vec<_> {
        let pages = all(&phone, &search, 10);
        pages
            .into_iter()
            .flat_map(|page| page.entries)
            .map(|it| it.id)
            .collect()
    };
    let everything = Search::default;
    assert_eq!(found(everything()), [wednesday, tuesday, monday]);
    let by_name = |text: &str| Search {
        merchant: Some(text.into()),
        ..everything()
    };
    assert_eq!(found(by_name("øSTERGADE")), [wednesday, monday]);
    assert_eq!(found(by_name("nowhere")), []);
    let yesterday = Search {
        from: Some(now.minus(Seconds::days(1))),
        until: Some(now),
        ..everything()
    };
    assert_eq!(found(yesterday), [tuesday]);
    let stage = |stage| Search {
        stage: Some(stage),
        ..everything()
    };
    assert_eq!(found(stage(Stage::Voided)), [tuesday]);
    assert_eq!(found(stage(Stage::Settled)), [monday]);
    assert_eq!(found(stage(Stage::Declined)), []);
    let disputed = Search {
        bank: Some(PaymentState::Disputed),
        ..everything()
    };
    assert_eq!(found(disputed), [wednesday]);
    let both = Search {
        stage: Some(Stage::Voided),
        merchant: Some("bager".into()),
        ..everything()
    };
    assert_eq!(count(&all(&phone, &both, 10)), 0);

    let events = |payment| -> Vec<_> {
        let moments = phone.wallet().timeline(&payment).unwrap();
        assert!(moments.windows(2).all(|pair| pair[0].time <= pair[1].time));
        moments.into_iter().map(|moment| moment.event).collect()
    };
    assert_eq!(
        events(tuesday),
        [
            Event::Signed,
            Event::Receipt(Outcome::Voided),
            Event::Bank(PaymentState::GivenBack),
        ]
    );
    assert_eq!(
        events(wednesday),
        [
            Event::Signed,
            Event::Bank(PaymentState::Pending),
            Event::Bank(PaymentState::Disputed),
        ]
    );
    let unknown = skilling_protocol::values::ObjectId::try_from([0_u8; 32].as_slice()).unwrap();
    assert!(matches!(
        phone.wallet().timeline(&unknown),
        Err(WalletError::NoSuchPayment)
    ));
}
