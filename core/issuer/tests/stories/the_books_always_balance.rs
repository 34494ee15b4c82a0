//! Random histories of honest and dishonest phones: whatever happens, in whatever order, the ledger sums to zero, every
//! payment is paid at most once, and an honest phone is never convicted and never owes.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use skilling_issuer::{Funding, PaymentId};
use skilling_protocol::message::Evidence;
use skilling_protocol::objects::{AllowanceState, Outcome, PaymentState};
use skilling_protocol::values::Currency;

use crate::town::{Bank, Phone, Plan, Purse, Till, Town, id, key, wanted};

#[derive(Debug, Clone, Copy)]
enum Act {
    Pay {
        till: usize,
        amount: u64,
    },
    /// A clone of the phone signs the same number again.
    PayAgain {
        till: usize,
        amount: u64,
    },
    Deposit(usize),
    Show {
        which: usize,
        receipt: Option<Outcome>,
    },
    Void(usize),
    Close,
    Grant(u64),
    Dispute(usize),
    EndDispute {
        which: usize,
        pay: bool,
    },
    DaysPass(u16),
}

fn honest_act() -> impl Strategy<Value = Act> {
    let receipt = prop_oneof![
        2 => Just(None),
        2 => Just(Some(Outcome::Accepted)),
        1 => Just(Some(Outcome::Declined { code: 23 })),
    ];
    prop_oneof![
        6 => (0..2_usize, 1..60_000_u64).prop_map(|(till, amount)| Act::Pay { till, amount }),
        5 => (0..99_usize).prop_map(Act::Deposit),
        3 => (0..99_usize, receipt).prop_map(|(which, receipt)| Act::Show { which, receipt }),
        2 => (0..99_usize).prop_map(Act::Void),
        1 => Just(Act::Close),
        2 => (1..150_000_u64).prop_map(Act::Grant),
        2 => (1..25_u16).prop_map(Act::DaysPass),
    ]
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => honest_act(),
        2 => (0..2_usize, 1..90_000_u64).prop_map(|(till, amount)| Act::PayAgain { till, amount }),
        1 => (0..99_usize).prop_map(Act::Dispute),
        1 => (0..99_usize, any::<bool>()).prop_map(|(which, pay)| Act::EndDispute { which, pay }),
    ]
}

struct Paid {
    evidence: Evidence,
    till: usize,
    /// Whose releases it counts among; a clone's count nowhere.
    purse: Option<usize>,
    released: bool,
}

impl Paid {
    fn release(&mut self, purses: &mut [Purse]) {
        self.released = true;
        let amount = self.evidence.token.payment.unverified().amount;
        if let Some(purse) = self.purse {
            purses[purse].released += amount.minor_units();
        }
    }
}

struct World {
    town: Town,
    bank: Bank,
    phone: Phone,
    tills: Vec<Till>,
    purses: Vec<Purse>,
    closed: Vec<bool>,
    payments: Vec<Paid>,
    states: BTreeMap<PaymentId, PaymentState>,
}

impl World {
    async fn new(funding: Funding) -> Self {
        let town = Town::new();
        let bank = town.bank().await;
        let phone = bank.customer(funding, 300_000).await;
        let tills = vec![bank.till(&town.clock).await, bank.till(&town.clock).await];
        let first = bank.grant(&phone, 120_000).await;
        Self {
            purses: vec![first],
            closed: vec![false],
            payments: Vec::new(),
            states: BTreeMap::new(),
            town,
            bank,
            phone,
            tills,
        }
    }

    async fn act(&mut self, act: Act) {
        match act {
            Act::Pay { till, amount } => self.pay(till, amount),
            Act::PayAgain { till, amount } => {
                let last = self.purses.len() - 1;
                let mut clone = self.purses[last].clone();
                clone.sequence = clone.sequence.saturating_sub(1);
                let evidence = clone.pay(&self.tills[till], amount);
                self.remember(evidence, till, None);
            }
            Act::Deposit(which) => self.deposit(which, false).await,
            Act::Void(which) => self.deposit(which, true).await,
            Act::Show { which, receipt } => self.show(which, receipt).await,
            Act::Close => {
                let last = self.purses.len() - 1;
                self.closed[last] = true;
                let statement = self.purses[last].statement(AllowanceState::Closed);
                self.sync(Plan::statement(statement)).await;
            }
            Act::Grant(limit) => {
                let pay_key = key();
                let plan = Plan {
                    wanted: Some(wanted(&pay_key, Currency::DKK, limit)),
                    ..Plan::default()
                };
                let (synced, allowance) = self.bank.sync(&self.phone, plan).await;
                self.states.extend(synced.payments);
                if let Some(allowance) = allowance {
                    self.purses.push(Purse::new(allowance, pay_key));
                    self.closed.push(false);
                }
            }
            Act::Dispute(which) => self.dispute(which, None),
            Act::EndDispute { which, pay } => self.dispute(which, Some(pay)),
            Act::DaysPass(days) => {
                self.town.days_pass(days);
                self.bank.server.run_due().unwrap();
                self.sync(Plan::default()).await;
            }
        }
    }

    /// What an honest phone can: within cap, limit, count and time, and never after closing.
    fn pay(&mut self, till: usize, amount: u64) {
        let last = self.purses.len() - 1;
        let purse = &mut self.purses[last];
        let allowance = purse.allowance.unverified().clone();
        let fits = amount <= allowance.cap.minor_units()
            && purse.spent - purse.released + amount <= allowance.limit.minor_units()
            && purse.sequence < allowance.max_payments
            && skilling_platform::clock::Clock::now(&self.town.clock) < allowance.valid_until;
        if fits && !self.closed[last] {
            let evidence = purse.pay(&self.tills[till], amount);
            self.remember(evidence, till, Some(last));
        }
    }

    fn remember(&mut self, evidence: Evidence, till: usize, purse: Option<usize>) {
        self.payments.push(Paid {
            evidence,
            till,
            purse,
            released: false,
        });
    }

    fn pick(&self, which: usize) -> Option<usize> {
        which.checked_rem(self.payments.len())
    }

    /// A till deposits, or voids and says so; what it released it never claims.
    async fn deposit(&mut self, which: usize, void: bool) {
        let Some(which) = self.pick(which) else {
            return;
        };
        let payment = &mut self.payments[which];
        let till = &self.tills[payment.till];
        if void && !payment.released {
            payment.release(&mut self.purses);
        }
        let evidence = if payment.released {
            till.with(&payment.evidence, Outcome::Voided)
        } else {
            payment.evidence.clone()
        };
        let states = self.bank.deposit(till, vec![evidence]).await;
        self.states.extend(states);
    }

    async fn show(&mut self, which: usize, receipt: Option<Outcome>) {
        let Some(which) = self.pick(which) else {
            return;
        };
        let payment = &mut self.payments[which];
        let till = &self.tills[payment.till];
        let declines = receipt.is_some_and(Outcome::releases);
        let receipt = match (payment.released, receipt) {
            (true, _) => Some(Outcome::Voided),
            (false, receipt) => receipt,
        };
        if declines && !payment.released {
            payment.release(&mut self.purses);
        }
        let evidence = match receipt {
            Some(outcome) => till.with(&payment.evidence, outcome),
            None => payment.evidence.clone(),
        };
        self.sync(Plan::evidence(vec![evidence])).await;
    }

    async fn sync(&mut self, plan: Plan) {
        let (synced, _) = self.bank.sync(&self.phone, plan).await;
        self.states.extend(synced.payments);
    }

    fn dispute(&mut self, which: usize, end: Option<bool>) {
        let Some(which) = self.pick(which) else {
            return;
        };
        let payment = id(&self.payments[which].evidence);
        let (done, state) = match end {
            None => (self.bank.server.dispute(payment), PaymentState::Disputed),
            Some(true) => (
                self.bank.server.end_dispute(payment, true),
                PaymentState::Paid,
            ),
            Some(false) => (
                self.bank.server.end_dispute(payment, false),
                PaymentState::GivenBack,
            ),
        };
        if done.is_ok() {
            self.states.insert(payment, state);
        }
    }

    /// `account` sees to it that every currency sums to zero.
    fn check(&self) {
        let paid = self
            .payments
            .iter()
            .filter(|it| self.states.get(&id(&it.evidence)) == Some(&PaymentState::Paid));
        let owed: u64 = paid
            .map(|it| it.evidence.token.payment.unverified().amount.minor_units())
            .sum();
        let payable = self.bank.account("merchant_payable");
        assert_eq!(u64::try_from(payable), Ok(owed));
        assert!(self.bank.account("customer_reserve") >= 0);
    }
}

/// Runs whole histories; a case is a bank with its own files.
fn histories(acts: impl Strategy<Value = Act>, honest: bool) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = Config {
        cases: 12,
        failure_persistence: None,
        ..Config::default()
    };
    let funding = prop_oneof![Just(Funding::Held), Just(Funding::Risk)];
    let history = (funding, prop::collection::vec(acts, 1..40));
    TestRunner::new(config)
        .run(&history, |(funding, acts)| {
            runtime.block_on(async {
                let mut world = World::new(funding).await;
                for act in acts {
                    world.act(act).await;
                    world.check();
                }
                if honest {
                    assert_eq!(world.bank.account("payer_owes"), 0);
                    assert_eq!(world.bank.server.proofs().unwrap(), []);
                }
                world.town.days_pass(200);
                world.bank.server.run_due().unwrap();
                world.sync(Plan::default()).await;
                world.check();
                if honest {
                    assert_eq!(world.bank.account("customer_reserve"), 0);
                }
            });
            Ok(())
        })
        .unwrap();
}

#[test]
fn honest_histories_balance_convict_nobody_and_leave_no_debt() {
    histories(honest_act(), true);
}

#[test]
fn dishonest_and_disputed_histories_balance_too() {
    histories(any_act(), false);
}
