//! What a wallet says of a request before it looks at any allowance: section 5, in its order, at its bounds.

#![allow(clippy::unwrap_used)]

use skilling_protocol::crypto::{P256Verifier, SoftwareKey};
use skilling_protocol::message::PaymentRequest;
use skilling_protocol::objects::{Merchant, Outage, Request, TrustBundle};
use skilling_protocol::rules::{RequestContext, check_request};
use skilling_protocol::signed::Signed;
use skilling_protocol::values::{Currency, Seconds};
use skilling_tests::kit::{self, NOW};

struct Scene {
    bundle: TrustBundle,
    merchant: Merchant,
    merchant_signer: SoftwareKey,
    request: Request,
    request_signer: SoftwareKey,
    outage: Option<Outage>,
    high_water_mark: u64,
}

impl Scene {
    fn answers_before(&mut self, unix: u64) {
        self.request.amounted.as_mut().unwrap().answer_before = kit::time(unix);
    }

    fn asks(&mut self, minor: u64) {
        self.request.amounted.as_mut().unwrap().amount = kit::amount(minor);
    }

    fn made_at(&mut self, unix: u64) {
        self.request.made_at = kit::time(unix);
        self.answers_before(NOW + 1_000);
    }

    fn printed(&mut self, made_at: u64) {
        self.request.amounted = None;
        self.request.made_at = kit::time(made_at);
    }

    /// 0 where nothing is wrong.
    fn code(self) -> u32 {
        let merchant = Signed::sign(self.merchant, (), &self.merchant_signer).unwrap();
        let request = Signed::sign(self.request, merchant.id(()), &self.request_signer).unwrap();
        let verified = |bundle| Signed::sign(bundle, (), &kit::root()).unwrap();
        let root = skilling_protocol::crypto::Signer::public_key(&kit::root());
        let bundle = verified(self.bundle)
            .verify((), &root, &P256Verifier)
            .unwrap();
        let outage = self.outage.map(|outage| {
            let signed = Signed::sign(outage, (), &kit::root()).unwrap();
            signed.verify((), &root, &P256Verifier).unwrap()
        });
        let context = RequestContext {
            now: kit::time(NOW),
            high_water_mark: kit::time(self.high_water_mark),
            bundle: Some(&bundle),
            outage: outage.as_ref(),
        };
        let message = PaymentRequest { merchant, request };
        let checked = check_request(&message, &context, &P256Verifier);
        checked.err().map_or(0, |reason| reason.code())
    }
}

type Case = (&'static str, u32, fn(&mut Scene));

const CASES: &[Case] = &[
    ("in order", 0, |_| ()),
    ("version 2 at least", 2, |s| {
        s.bundle.lowest_protocol = Some(2);
    }),
    ("the bundle expires now", 3, |s| {
        s.bundle.expires = kit::time(NOW);
    }),
    ("the bundle expired, an outage extends it", 0, |s| {
        s.bundle.expires = kit::time(NOW - 14 * 86_400 + 1);
        s.outage = Some(kit::outage());
    }),
    ("300 s behind the mark", 0, |s| {
        s.high_water_mark = NOW + 300
    }),
    ("301 s behind the mark", 42, |s| {
        s.high_water_mark = NOW + 301
    }),
    ("a certificate under no acquirer known", 46, |s| {
        s.merchant_signer = kit::stranger();
    }),
    ("the acquirer is suspended", 46, |s| {
        s.bundle.acquirers[0].suspended = true;
    }),
    ("the acquirer's first second", 0, |s| {
        s.bundle.acquirers[0].valid_from = kit::time(NOW);
    }),
    ("the acquirer is over, outage or not", 46, |s| {
        s.bundle.acquirers[0].valid_until = kit::time(NOW);
        s.outage = Some(kit::outage());
    }),
    ("the certificate's last second", 0, |s| {
        s.merchant.valid_until = kit::time(NOW + 1);
    }),
    ("the certificate is over", 44, |s| {
        s.merchant.valid_until = kit::time(NOW);
    }),
    ("the certificate is over, an outage extends it", 0, |s| {
        s.merchant.valid_until = kit::time(NOW);
        s.outage = Some(kit::outage());
    }),
    ("the certificate has not begun", 44, |s| {
        s.merchant.valid_from = kit::time(NOW + 1);
    }),
    ("signed by another terminal", 45, |s| {
        s.request_signer = kit::stranger();
    }),
    ("certificate over and signed by another terminal", 44, |s| {
        s.merchant.valid_until = kit::time(NOW);
        s.request_signer = kit::stranger();
    }),
    (
        "signed by another terminal and made too long ago",
        45,
        |s| {
            s.request_signer = kit::stranger();
            s.made_at(NOW - 301);
        },
    ),
    ("made 300 s ago", 0, |s| s.made_at(NOW - 300)),
    ("made 301 s ago", 16, |s| s.made_at(NOW - 301)),
    ("made in 300 s", 0, |s| s.made_at(NOW + 300)),
    ("made in 301 s", 16, |s| s.made_at(NOW + 301)),
    ("printed a year ago", 0, |s| s.printed(NOW - 365 * 86_400)),
    ("printed in 300 s", 0, |s| s.printed(NOW + 300)),
    ("printed in 301 s", 16, |s| s.printed(NOW + 301)),
    ("to be answered before 299 s ago", 0, |s| {
        s.made_at(NOW - 300);
        s.answers_before(NOW - 299);
    }),
    ("to be answered before 300 s ago, made then", 16, |s| {
        s.made_at(NOW - 301);
        s.answers_before(NOW - 300);
    }),
    ("no policy for the currency: the skew is 0", 16, |s| {
        s.bundle.policies.remove(0);
    }),
    ("no policy for the currency, made now", 14, |s| {
        s.bundle.policies.remove(0);
        s.made_at(NOW);
    }),
    ("only in an outage, and there is none", 27, |s| {
        s.bundle.policies[0].1.outage_only = true;
    }),
    ("only in an outage, and one is declared", 0, |s| {
        s.bundle.policies[0].1.outage_only = true;
        s.outage = Some(Outage {
            extension: Seconds(0),
            ..kit::outage()
        });
    }),
    ("as much as policy 1", 0, |s| s.asks(100_000)),
    ("one more", 17, |s| s.asks(100_001)),
    ("a category that is not open", 20, |s| {
        s.bundle.policies[0].1.categories = Some(kit::categories(&[5912]));
    }),
    ("kronor", 0, |s| s.request.currency = Currency::SEK),
];

#[test]
fn a_request_is_refused_by_the_first_thing_that_is_wrong_with_it() {
    for (name, code, change) in CASES {
        let mut scene = Scene {
            bundle: kit::bundle(),
            merchant: kit::merchant(),
            merchant_signer: kit::acquirer(),
            request: kit::request(),
            request_signer: kit::terminal(),
            outage: None,
            high_water_mark: NOW - 3_600,
        };
        change(&mut scene);
        assert_eq!(scene.code(), *code, "{name}");
    }
}
