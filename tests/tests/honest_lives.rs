//! Random days of honest people, with a real wallet, real tills and a real bank: sales, tokens that arrive late or never, receipts
//! that get lost, voids, declines, torn taps, restarts, several allowances, syncs and deposits in any order. Nobody is ever
//! accused, and in the end everybody has what is theirs.

#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;
use skilling_protocol::objects::Payment;
use skilling_protocol::reason::Reason;
use skilling_protocol::values::ObjectId;
use skilling_terminal::Outcome;
use skilling_tests::kit;
use skilling_tests::town::{Bank, Cut, Phone, Shop, Town, tap_until, wait};
use skilling_wallet::WalletError;

const LIMIT: u64 = 60_000;

#[derive(Debug, Clone)]
enum Event {
    Sale {
        shop: usize,
        amount: u64,
        receipt_arrives: bool,
    },
    TornTap {
        shop: usize,
        amount: u64,
        after: usize,
    },
    /// The token is shown, and not looked at yet.
    TokenWaits {
        shop: usize,
        amount: u64,
    },
    /// A token that waited is looked at, perhaps too late.
    TokenArrives(usize),
    CancelledSale {
        shop: usize,
        amount: u64,
        receipt_arrives: bool,
    },
    Void {
        at: usize,
        receipt_arrives: bool,
    },
    Restart,
    NewAllowance,
    Sync,
    Deposit(usize),
    Minutes(u32),
}

fn event() -> impl Strategy<Value = Event> {
    let (shop, amount) = (0_usize..2, 1_u64..15_000);
    let sale = (shop.clone(), amount.clone(), any::<bool>());
    prop_oneof![
        4 => sale.clone().prop_map(|(shop, amount, receipt_arrives)| Event::Sale { shop, amount, receipt_arrives }),
        3 => (shop.clone(), amount.clone(), 0_usize..900)
            .prop_map(|(shop, amount, after)| Event::TornTap { shop, amount, after }),
        2 => (shop, amount).prop_map(|(shop, amount)| Event::TokenWaits { shop, amount }),
        2 => (0_usize..4).prop_map(Event::TokenArrives),
        1 => sale.prop_map(|(shop, amount, receipt_arrives)| Event::CancelledSale { shop, amount, receipt_arrives }),
        2 => (0_usize..6, any::<bool>()).prop_map(|(at, receipt_arrives)| Event::Void { at, receipt_arrives }),
        1 => Just(Event::Restart),
        1 => Just(Event::NewAllowance),
        1 => Just(Event::Sync),
        1 => (0_usize..2).prop_map(Event::Deposit),
        1 => (1_u32..20).prop_map(Event::Minutes),
    ]
}

struct Life {
    town: Town,
    bank: Bank,
    shops: [Shop; 2],
    phone: Option<Phone>,
    waiting: Vec<(usize, Vec<u8>)>,
    accepted: Vec<(usize, ObjectId<Payment>)>,
}

impl Life {
    fn new() -> Self {
        let town = Town::new();
        let bank = town.bank("Nordbanken");
        let shops = [town.shop("Netto", &bank), town.shop("Irma", &bank)];
        let phone = Some(town.phone_with("asta", &bank, LIMIT));
        Self {
            town,
            bank,
            shops,
            phone,
            waiting: Vec::new(),
            accepted: Vec::new(),
        }
    }

    fn phone(&self) -> &Phone {
        self.phone.as_ref().unwrap()
    }

    /// Pays if an allowance reaches that far.
    fn pays(&self, request: &[u8]) -> Option<Vec<u8>> {
        match self.phone().tries_to_pay(request) {
            Ok(token) => Some(token.bytes),
            Err(WalletError::Refused(_)) => None,
            Err(error) => panic!("{error}"),
        }
    }

    fn looks_at(&mut self, shop: usize, token: &[u8], receipt_arrives: bool) {
        let outcome = self.shops[shop].till.accept(token).unwrap();
        self.hears(shop, &outcome);
        if let (Some(receipt), true) = (outcome.receipt(), receipt_arrives) {
            let _ = self.phone().wallet.take_receipt(receipt).unwrap();
        }
    }

    fn hears(&mut self, shop: usize, outcome: &Outcome) {
        let accusations = [
            Reason::ConflictingPayment,
            Reason::InconsistentHistory,
            Reason::AllowanceRevoked,
        ];
        assert!(!accusations.contains(&outcome.reason()), "{outcome:?}");
        if let Outcome::Accepted(it) = outcome {
            self.accepted.push((shop, it.payment));
        }
    }

    fn happens(&mut self, event: &Event) {
        match *event {
            Event::Sale {
                shop,
                amount,
                receipt_arrives,
            } => {
                let request = self.shops[shop].asks(amount);
                if let Some(token) = self.pays(&request.message) {
                    self.looks_at(shop, &token, receipt_arrives);
                }
            }
            Event::TornTap {
                shop,
                amount,
                after,
            } => self.taps(shop, amount, after),
            Event::TokenWaits { shop, amount } => {
                let request = self.shops[shop].asks(amount);
                let token = self.pays(&request.message);
                self.waiting.extend(token.map(|it| (shop, it)));
            }
            Event::TokenArrives(at) => {
                if at < self.waiting.len() {
                    let (shop, token) = self.waiting.remove(at);
                    self.looks_at(shop, &token, true);
                }
            }
            Event::CancelledSale {
                shop,
                amount,
                receipt_arrives,
            } => {
                let request = self.shops[shop].asks(amount);
                self.shops[shop].till.cancel(&request.id).unwrap();
                if let Some(token) = self.pays(&request.message) {
                    self.looks_at(shop, &token, receipt_arrives);
                }
            }
            Event::Void {
                at,
                receipt_arrives,
            } => {
                if let Some((shop, payment)) = self.accepted.get(at) {
                    let voided = self.shops[*shop].till.void(payment).unwrap();
                    if receipt_arrives {
                        // One that came before is not looked for any more.
                        let _ = self.phone().wallet.take_receipt(&voided.receipt);
                    }
                }
            }
            Event::Restart => self.phone = Some(self.phone.take().unwrap().restarts().unwrap()),
            Event::NewAllowance => {
                let _ = self.phone().is_granted(&self.bank, LIMIT);
            }
            Event::Sync => self.syncs(),
            Event::Deposit(shop) => self.deposits(shop),
            Event::Minutes(minutes) => self.town.seconds_pass(60 * minutes),
        }
    }

    fn taps(&mut self, shop: usize, amount: u64, after: usize) {
        let request = self.shops[shop].asks(amount);
        let id = self.phone().allowance().id;
        if wait(self.phone().wallet.arm(&id, kit::amount(amount))).is_err() {
            return;
        }
        let till = &self.shops[shop].till;
        let torn = tap_until(till, &mut Cut::after(after, self.phone()), Some(&request));
        let again = tap_until(
            till,
            &mut Cut::after(usize::MAX, self.phone()),
            Some(&request),
        );
        assert!(
            torn.problem.is_none() && again.problem.is_none(),
            "{torn:?} {again:?}"
        );
        let _ = self.phone().wallet.disarm().unwrap();
        for report in [torn, again] {
            let settled = report.settled.iter().map(|it| &it.1);
            for outcome in settled.chain(&report.sale) {
                self.hears(shop, outcome);
            }
        }
    }

    fn syncs(&self) {
        let report = self.phone().syncs(&self.bank);
        assert_eq!(report.failed, None);
    }

    fn deposits(&self, shop: usize) {
        let report = wait(self.shops[shop].till.deposit(&self.bank.transport())).unwrap();
        assert_eq!((report.failed, report.refused), (None, 0), "{report:?}");
    }

    /// What the shops' own books say.
    fn sold(&self) -> u64 {
        let totals = self.shops.iter().flat_map(|shop| {
            let ever = (kit::time(0), kit::time(u64::from(u32::MAX)));
            shop.till.totals(ever.0, ever.1).unwrap()
        });
        totals.map(|it| it.accepted.amount.minor_units()).sum()
    }

    fn ends_well(&mut self) {
        (0..self.shops.len()).for_each(|shop| self.deposits(shop));
        self.syncs();
        assert!(
            self.bank.server.proofs().unwrap().is_empty(),
            "nobody is accused"
        );
        for shop in &self.shops {
            assert!(
                shop.till.proofs(None, 1).unwrap().is_empty(),
                "nobody is accused"
            );
        }
        assert_eq!(
            self.bank.account("merchant_payable").unsigned_abs(),
            self.sold()
        );
        self.town.days_pass(45);
        self.bank.server.run_due().unwrap();
        assert_eq!(
            self.bank.account("merchant_payable").unsigned_abs(),
            self.sold()
        );
        assert_eq!(
            self.bank.account("customer_reserve"),
            0,
            "nothing is held for ever"
        );
        assert_eq!(
            self.bank.account("payer_owes"),
            0,
            "an honest payer owes nothing"
        );
        let left = self.bank.account("customer_account").unsigned_abs();
        assert_eq!(left, 500_000 - self.sold());
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        max_shrink_iters: 100,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_honest_people_live_through_nobody_is_accused_and_everybody_is_settled(
        events in prop::collection::vec(event(), 1..40),
    ) {
        let mut life = Life::new();
        for event in &events {
            life.happens(event);
        }
        life.ends_well();
    }
}
