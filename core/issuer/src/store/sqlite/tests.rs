//! The schema keeps the books: what breaks a rule of the ledger is refused by the database itself.

use skilling_protocol::values::{Amount, Currency, Digest, ObjectId, Time, Uuid};

use super::SqliteStore;
use crate::store::{Account, StoreError, Transfer, run};

const CUSTOMER: Account = Account::Customer(Uuid([1; 16]));

fn store() -> (tempfile::TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("bank.db")).unwrap();
    (folder, store)
}

fn movement(from: Account, to: Account, amount: u64) -> Transfer {
    Transfer {
        currency: Currency::DKK,
        from,
        to,
        amount: Amount::new(amount).unwrap(),
        why: "deposit",
        about: None,
        at: Time::default(),
    }
}

fn move_money(store: &SqliteStore, transfer: Transfer) -> Result<(), StoreError> {
    run(store, |tx| tx.transfer(&transfer))
}

#[test]
fn an_account_or_reserve_never_goes_below_zero_and_a_refused_movement_leaves_nothing() {
    let (_folder, store) = store();
    let reserve = Account::Reserve(ObjectId::from_digest(Digest([2; 32])));
    move_money(&store, movement(Account::Suspense(None), CUSTOMER, 100)).unwrap();
    move_money(&store, movement(CUSTOMER, reserve, 60)).unwrap();
    for (from, to, amount) in [(CUSTOMER, reserve, 41), (reserve, CUSTOMER, 61)] {
        let refused = move_money(&store, movement(from, to, amount));
        assert!(matches!(refused, Err(StoreError::Refused(_))));
    }
    let read = run(&store, |tx| -> Result<_, StoreError> {
        let of = |it: (Currency, i64)| it.1;
        let customer = tx.balance(CUSTOMER, Currency::DKK)?;
        let reserve = tx.balance(reserve, Currency::DKK)?;
        Ok((customer, reserve, tx.sums()?.into_iter().map(of).collect()))
    });
    let expected: Result<(i64, i64, Vec<i64>), _> = Ok((40, 60, vec![0]));
    assert_eq!(read, expected);
}

#[test]
fn a_movement_moves_something_between_two_accounts_of_one_currency() {
    let (_folder, store) = store();
    let nothing = movement(Account::Suspense(None), CUSTOMER, 0);
    let to_itself = movement(CUSTOMER, CUSTOMER, 5);
    for transfer in [nothing, to_itself] {
        let refused = move_money(&store, transfer);
        assert!(matches!(refused, Err(StoreError::Refused(_))));
    }
}

#[test]
fn movements_cannot_be_changed_and_balances_cannot_be_invented() {
    let (_folder, store) = store();
    move_money(&store, movement(Account::Suspense(None), CUSTOMER, 100)).unwrap();
    let connection = store.connection.lock().unwrap();
    for sql in [
        "UPDATE transfer SET amount = 1",
        "DELETE FROM transfer",
        "DELETE FROM account",
        "INSERT INTO account (kind, owner, currency, balance) VALUES ('suspense', x'01', 208, 5)",
        "INSERT INTO transfer (currency, \"from\", \"to\", amount, why, at) VALUES (752, 1, 2, 5, 'x', 0)",
    ] {
        assert!(connection.execute(sql, []).is_err(), "{sql}");
    }
}

#[test]
fn a_transaction_that_fails_did_nothing() {
    let (_folder, store) = store();
    let failed: Result<(), StoreError> = run(&store, |tx| {
        tx.transfer(&movement(Account::Suspense(None), CUSTOMER, 100))?;
        Err(StoreError::Busy)
    });
    assert_eq!(failed, Err(StoreError::Busy));
    assert_eq!(run(&store, |tx| tx.totals()), Ok(Vec::new()));
}
