//! What `scripts/bench` measures (`benches/speed.rs` and `src/bin/bench-table.rs`): a phone, a till, the floor under them,
//! and stores with a long past.
//!
//! The **floor** of an operation is what no implementation of protocol sections 5 and 6 could leave out, called bare: the
//! signatures it must verify, the one it must make, and one durable commit. Same machine, same disk, same run.

pub mod figures;
pub mod floor;
pub mod past;
pub mod phone;
pub mod phones;
pub mod shop;
pub mod table;

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use skilling_platform::random;
use skilling_protocol::message::{Expected as _, PaymentRequest};
use skilling_protocol::objects::{Merchant, Request, TrustBundle};
use skilling_protocol::signed::Signed;
use skilling_protocol::values::{Amount, RequestNonce};

use crate::kit;

/// How many payments a store with a long past holds.
pub const PAST: u32 = 100_000;

/// The operations that have a floor, by the name of their row.
pub const OPERATIONS: [Operation; 4] = [
    Operation {
        name: "wallet_pay",
        floor: "1 signature + its self-check + 1 durable commit of a row of the same size + the rollback guard's own write",
    },
    Operation {
        name: "wallet_review_to_token",
        floor: "2 verifications + the key's own authorisation + 1 signature + its self-check + 1 durable commit of a row \
                of the same size + the rollback guard's own write",
    },
    Operation {
        name: "terminal_accept_new",
        floor: "2 verifications + 1 receipt signature + 1 durable commit of a row of the same size",
    },
    Operation {
        name: "terminal_accept_known",
        floor: "1 verification + 1 receipt signature + 1 durable commit of a row of the same size",
    },
];

/// One of them.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// The name of its row.
    pub name: &'static str,
    /// What its floor does.
    pub floor: &'static str,
}

/// The kit's scheme, where one allowance may spend as much in one shop as a bench needs.
#[must_use]
pub fn bundle() -> TrustBundle {
    let mut bundle = kit::bundle();
    for (_, policy) in &mut bundle.policies {
        policy.max_exposure = Amount::MAX;
    }
    bundle
}

/// [`bundle`] as a message.
#[must_use]
pub fn bundle_message() -> Vec<u8> {
    Signed::sign(bundle(), (), &kit::root()).unwrap().encode()
}

/// A till that only asks: for wallets that are measured alone.
#[derive(Debug)]
pub struct Asker(Signed<Merchant>);

impl Default for Asker {
    fn default() -> Self {
        Self(Signed::sign(kit::merchant(), (), &kit::acquirer()).unwrap())
    }
}

impl Asker {
    /// A fresh request over 125.50.
    #[must_use]
    pub fn asks(&self) -> PaymentRequest {
        let request = Request {
            nonce: RequestNonce(random::bytes().unwrap()),
            ..kit::request()
        };
        PaymentRequest {
            merchant: self.0.clone(),
            request: Signed::sign(request, self.0.id(()), &kit::terminal()).unwrap(),
        }
    }
}

/// Runs what never really waits: the software ports answer at once.
pub fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("a software port waited"),
    }
}
