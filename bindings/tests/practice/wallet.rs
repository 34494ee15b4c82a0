//! The wallet is real, the shop is simulated.

use super::*;

pub(super) fn practice_wallet(town: &Town) -> Arc<Wallet> {
    let simulator = &town.simulator;
    let config = WalletConfig {
        folder: town.path("wallet"),
        roots: simulator.roots().unwrap(),
        patience_millis: None,
        largest_command_data: None,
        port_patience_millis: None,
    };
    let wallet = Wallet::open(
        config,
        simulator.device_keys(town.path("keys")).unwrap(),
        software_key_vault(town.path("vault")).unwrap(),
        Arc::clone(simulator)
            .rollback_guard(town.path("guard"))
            .unwrap(),
        Some(Arc::clone(simulator).clock().unwrap()),
    )
    .unwrap();
    wallet.set_in_front(true).unwrap();
    let code = simulator.enrolment_code().unwrap();
    block_on(wallet.enrol(Arc::clone(&town.server), code)).unwrap();
    wants(town, &wallet, kroner(100_000)).unwrap();
    wallet
}

/// The code why nothing was granted, if nothing was.
fn wants(town: &Town, wallet: &Wallet, limit: Money) -> Result<(), Reason> {
    let bank = wallet.banks().unwrap()[0].number;
    let want = Want {
        limit,
        categories: None,
    };
    let report = block_on(wallet.sync(Arc::clone(&town.server), bank, Some(want))).unwrap();
    if let Some(failure) = report.failure {
        return match failure.problem {
            CallProblem::Status {
                reason: Some(reason),
                ..
            } => Err(reason),
            other => panic!("{other:?}"),
        };
    }
    match report.not_granted.first() {
        Some(why) => Err(why.reason.clone().unwrap()),
        None => Ok(()),
    }
}

/// One purchase of the practice wallet; the code that its person sees, 0 for paid.
fn buys(wallet: &Wallet, shop: &SimulatedShop, amount: Money) -> u32 {
    let request = shop.asks(amount, Some("Till 1, 17".into())).unwrap();
    let shown = paid_for(wallet, shop, &request);
    shop.done().unwrap();
    match shown {
        Ok(()) => 0,
        Err(code) => code,
    }
}

fn paid_for(wallet: &Wallet, shop: &SimulatedShop, request: &[u8]) -> Result<(), u32> {
    let code_of = |error: CoreError| {
        // Nothing that could stand in a log of somebody else's is personal.
        let said = format!("{error:?} {error}");
        for private in ["Shop", "Aarhus", "39", "Till 1, 17"] {
            assert!(!said.contains(private), "{private} in {said}");
        }
        let reason = wallet_reason(error.info().code.clone()).unwrap();
        reason.unwrap_or_else(|| panic!("{error}")).code
    };
    let review = match wallet.review(request.to_vec()).map_err(code_of)? {
        Reviewed::New { review } => review,
        Reviewed::Answered { .. } => panic!("answered before"),
    };
    let agreed = block_on(wallet.agree(review)).map_err(code_of)?;
    let token = wallet.pay(agreed).map_err(code_of)?;
    let receipt = shop.answers(token.bytes).unwrap();
    let taken = wallet.take_receipt(receipt).unwrap();
    let last = wallet.timeline(taken.payment_id).unwrap().pop().unwrap();
    match last.kind {
        MomentKind::Accepted => Ok(()),
        MomentKind::Declined { reason } => Err(reason.code),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_wallets_screens_show_every_code_and_pay_afterwards() {
    let town = Town::new();
    let wallet = practice_wallet(&town);
    let shop = Arc::clone(&town.simulator)
        .shop(Arc::clone(&wallet))
        .unwrap();
    assert_eq!(buys(&wallet, &shop, kroner(11)), 0);
    let mut seen = BTreeSet::from([0]);
    for info in reasons().unwrap() {
        let code = match info.code {
            0 => continue,
            50..=64 => {
                let refused = wants(&town, &wallet, magic(info.code));
                // What is still on its way is answered at the next sync.
                let bank = wallet.banks().unwrap()[0].number;
                block_on(wallet.sync(Arc::clone(&town.server), bank, None)).unwrap();
                refused.expect_err(&info.name).code
            }
            _ => buys(&wallet, &shop, magic(info.code)),
        };
        assert_eq!(code, info.code, "{}", info.name);
        seen.insert(code);
        let plain = kroner(12 + u64::from(info.code));
        assert_eq!(buys(&wallet, &shop, plain), 0, "after {}", info.name);
    }
    assert_eq!(seen.len(), reasons().unwrap().len());
    let told = wallet.events(0, 200).unwrap();
    let fraud =
        |it: &&skilling_ffi::wallet::WalletEvent| matches!(it.kind, EventKind::FraudNotice { .. });
    assert_eq!(told.iter().filter(fraud).count(), 3);
}

#[test]
fn a_wallet_practises_taps_torn_anywhere_and_pays_once() {
    let town = Town::new();
    let wallet = practice_wallet(&town);
    let shop = Arc::clone(&town.simulator)
        .shop(Arc::clone(&wallet))
        .unwrap();
    let mut amount = 20;
    for number in 1.. {
        for torn in [
            TornTap::BeforeCommand { number },
            TornTap::AfterCommand { number },
        ] {
            amount += 1;
            let before = wallet.allowances().unwrap()[0].spent;
            let request = shop.asks(kroner(amount), None).unwrap();
            // The payer agrees beforehand, as after a code was scanned.
            agrees(&wallet, &request).unwrap();
            let first = shop.taps(request.clone(), Some(torn)).unwrap();
            let is_over = first.end == TapEnd::Done;
            if !is_over {
                let again = shop.taps(request, None).unwrap();
                assert_eq!(again.end, TapEnd::Done, "{torn:?}: {again:?}");
            }
            let spent = wallet.allowances().unwrap()[0].spent;
            assert_eq!(
                spent.minor_units - before.minor_units,
                kroner(amount).minor_units,
                "{torn:?}"
            );
            let events = wallet.events(0, 200).unwrap();
            let told = &events.last().unwrap().kind;
            assert!(
                matches!(told, EventKind::PaymentAccepted { .. }),
                "{torn:?}: {told:?}"
            );
            wallet.acknowledge(i64::MAX).unwrap();
            if is_over {
                assert!(number > 3, "a tap has more commands than that");
                return;
            }
        }
    }
}

#[test]
fn a_wallet_practises_a_refused_tap_a_replay_a_poster_and_a_void() {
    let town = Town::new();
    let wallet = practice_wallet(&town);
    let shop = Arc::clone(&town.simulator)
        .shop(Arc::clone(&wallet))
        .unwrap();
    let request = shop.asks(magic(44), None).unwrap();
    let tap = shop.taps(request, None).unwrap();
    assert_eq!(tap.refusal.unwrap().code, 44);
    let request = shop.asks(kroner(5), None).unwrap();
    assert_eq!(
        shop.taps(request.clone(), None).unwrap().end,
        TapEnd::StillWaiting
    );
    wallet
        .decline(reviews(&wallet, &wallet.asked().unwrap().unwrap()))
        .unwrap();
    assert_eq!(shop.taps(request, None).unwrap().refusal.unwrap().code, 40);

    let poster = shop.asks_by_poster(DKK, Some("Stall 7".into())).unwrap();
    let review = wallet
        .enter_amount(reviews(&wallet, &poster), kroner(6))
        .unwrap();
    let agreed = block_on(wallet.agree(review)).unwrap();
    let token = wallet.pay(agreed).unwrap();
    let receipt = shop.answers(token.bytes.clone()).unwrap();
    assert_eq!(
        wallet.take_receipt(receipt.clone()).unwrap().stage,
        Stage::Accepted
    );
    // A replay gets the same receipt.
    assert_eq!(shop.answers(token.bytes.clone()).unwrap(), receipt);
    let voided = shop.voids(token.bytes).unwrap();
    assert_eq!(wallet.take_receipt(voided).unwrap().stage, Stage::Voided);
}

#[test]
fn a_wallet_practises_outages_lost_networks_time_and_its_bank() {
    let town = Town::new();
    let (simulator, server) = (&town.simulator, &town.server);
    let wallet = practice_wallet(&town);
    let shop = Arc::clone(simulator).shop(Arc::clone(&wallet)).unwrap();
    let reason = || wallet.forecast().unwrap()[0].undeclared.reason.code;

    // Day 31: bundle and allowance have expired. A declared outage prolongs them, its end ends that.
    simulator.pass_time(31 * 86_400).unwrap();
    assert_eq!(buys(&wallet, &shop, kroner(10)), 3);
    assert!(
        wallet
            .take_outage(simulator.declare_outage(DKK, 14).unwrap())
            .unwrap()
    );
    assert_eq!(buys(&wallet, &shop, kroner(10)), 0);
    assert!(
        wallet
            .take_outage(simulator.end_outage(DKK).unwrap())
            .unwrap()
    );
    assert_eq!(buys(&wallet, &shop, kroner(11)), 3);

    // Without a network nothing helps; with it a refresh and a renewal do.
    let bank = wallet.banks().unwrap()[0].number;
    simulator.set_network(false).unwrap();
    let failed = block_on(wallet.sync(Arc::clone(server), bank, None)).unwrap();
    assert_eq!(failed.failure.unwrap().problem, CallProblem::Unreachable);
    simulator.set_network(true).unwrap();
    block_on(wallet.refresh(Arc::clone(server))).unwrap();
    assert_eq!(reason(), 8);
    wants(&town, &wallet, kroner(1_000)).unwrap();
    assert_eq!(buys(&wallet, &shop, kroner(12)), 0);

    // The phone's clock is set back, and right again.
    simulator.set_clock_ahead(-86_400).unwrap();
    assert_eq!(buys(&wallet, &shop, kroner(13)), 42);
    simulator.set_clock_ahead(0).unwrap();
    assert_eq!(buys(&wallet, &shop, kroner(13)), 0);

    // A dispute is told at the next sync.
    let request = shop.asks(kroner(14), None).unwrap();
    let token = pays(&wallet, &request).unwrap();
    wallet
        .take_receipt(shop.answers(token.bytes).unwrap())
        .unwrap();
    block_on(wallet.sync(Arc::clone(server), bank, None)).unwrap();
    simulator.dispute(token.payment_id.clone()).unwrap();
    block_on(wallet.sync(Arc::clone(server), bank, None)).unwrap();
    let last = wallet.timeline(token.payment_id).unwrap().pop().unwrap();
    assert!(matches!(
        last.kind,
        MomentKind::Bank {
            state: BankState::Disputed
        }
    ));
}
