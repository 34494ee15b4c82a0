//! Several threads.

use super::*;

#[test]
fn threads_that_sync_at_once_get_one_allowance_each_at_most_and_lose_nothing() {
    let (scheme, bank, phone, id, _) = online();
    let till = scheme.till(1);
    let paid: Vec<_> = (0..10)
        .map(|_| phone.pays(&till.asks(100)).unwrap().payment)
        .collect();
    let reports: Vec<SyncReport> = std::thread::scope(|scope| {
        let run = || sync(&phone, &bank, id, want(5_000));
        let threads = [scope.spawn(run), scope.spawn(run), scope.spawn(run)];
        threads.map(|thread| thread.join().unwrap()).into()
    });
    assert!(reports.iter().all(|report| report.failed.is_none()));
    let granted: usize = reports.iter().map(|report| report.granted.len()).sum();
    assert_eq!(u32::try_from(granted + 1).unwrap(), bank.grants());
    assert_eq!(phone.wallet().allowances().unwrap().len(), granted + 1);
    assert!((1..=3).contains(&granted), "{granted}: {reports:?}");
    for payment in paid {
        assert_eq!(bank.knows(payment), Some(PaymentState::Pending));
    }
    // Link key and one key for each allowance: none is left over.
    assert_eq!(key_files(&phone), granted + 2);
}

#[test]
fn a_sync_may_be_moved_to_another_thread_while_it_waits() {
    fn movable<T: Send>(future: T) -> T {
        future
    }
    let (_, bank, phone, id, _) = online();
    assert_eq!(
        block_on(movable(phone.wallet().sync(&bank, id, None)))
            .unwrap()
            .calls,
        1
    );
    block_on(movable(phone.wallet().renew(&bank, id))).unwrap();
    block_on(movable(phone.wallet().refresh(&bank))).unwrap();
    block_on(movable(phone.wallet().enrol(&bank, "A1B2"))).unwrap();
}
