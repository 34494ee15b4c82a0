//! What one payment, one allowance and one shop may come to.

use super::*;

#[test]
fn cap_limit_and_count_hold() {
    let shop = Shop::open();
    let mut capped = Phone::granted(50, |it| it.cap = dkk(99));
    declined(&shop, &capped.pays(&shop.asks(100)), Reason::OverCap);
    declined(
        &shop,
        &Phone::new(51).pays(&shop.asks(100_001)),
        Reason::OverCap,
    );
    let over = Phone::new(52).pays_as(&shop.asks(100), |it| it.spent = dkk(500_001));
    declined(&shop, &over, Reason::OverLimit);
    let less = Phone::new(53).pays_as(&shop.asks(100), |it| it.spent = dkk(99));
    declined(&shop, &less, Reason::OverLimit);
    let many = Phone::new(54).pays_as(&shop.asks(100), |it| {
        it.sequence = Sequence::new(51).unwrap();
    });
    declined(&shop, &many, Reason::OverCount);
}

#[test]
fn closed_categories_are_closed() {
    let mut changed = bundle();
    changed.policies[0].1.categories = Some(Categories::new(vec![mcc(GROCERY)]).unwrap());
    let shop = Shop::with(changed.clone(), |it| it.mcc = mcc(PHARMACY));
    declined(
        &shop,
        &Phone::new(50).pays(&shop.asks(100)),
        Reason::CategoryClosed,
    );
    let only_pharmacy = |it: &mut skilling_protocol::objects::Allowance| {
        it.categories = Some(Categories::new(vec![mcc(PHARMACY)]).unwrap());
    };
    let grocery = Shop::open();
    let mut phone = Phone::granted(51, only_pharmacy);
    declined(
        &grocery,
        &phone.pays(&grocery.asks(100)),
        Reason::CategoryClosed,
    );
    // A new bundle opens it.
    changed.policies[0].1.categories = None;
    changed.version = 2;
    assert!(shop.till.take(&sign_bundle(changed)).unwrap().is_new);
    assert!(
        shop.till
            .accept(&Phone::new(52).pays(&shop.asks(100)))
            .unwrap()
            .is_paid_now()
    );
}

#[test]
fn large_amounts_need_the_user_and_a_fresh_status_list() {
    let shop = Shop::open();
    let mut tapped = Phone::granted(50, |it| it.user_auth = false);
    declined(
        &shop,
        &tapped.pays(&shop.asks(35_001)),
        Reason::UserAuthRequired,
    );
    assert!(
        shop.till
            .accept(&tapped.pays(&shop.asks(35_000)))
            .unwrap()
            .is_paid_now()
    );
    shop.clock.advance(Seconds::days(11));
    let mut phone = Phone::new(51);
    declined(
        &shop,
        &phone.pays(&shop.asks(35_001)),
        Reason::UserAuthRequired,
    );
}

#[test]
fn weak_keys_are_declined_where_the_scheme_says_so() {
    let mut changed = bundle();
    changed.policies[0].1.min_key_protection = KeyProtection::SecureElement;
    let shop = Shop::with(changed, |_| {});
    let mut weak = Phone::granted(50, |it| {
        it.key_protection = KeyProtection::TrustedEnvironment
    });
    declined(
        &shop,
        &weak.pays(&shop.asks(100)),
        Reason::KeyProtectionTooWeak,
    );
}

#[test]
fn one_allowance_can_only_cost_the_shop_so_much() {
    let shop = Shop::open();
    let mut phone = Phone::new(50);
    for _ in 0..2 {
        let token = phone.pays(&shop.asks(100_000));
        assert!(shop.till.accept(&token).unwrap().is_paid_now());
    }
    declined(&shop, &phone.pays(&shop.asks(1)), Reason::OverExposure);
}
