//! The floor: the same primitives called bare. One table with one blob, SQLite's own autocommit, no index, no rule.

use std::hint::black_box;
use std::path::Path;

use rusqlite::Connection;
use skilling_platform::sqlite;
use skilling_protocol::crypto::{DefaultVerifier, Signer as _, SoftwareKey, Verifier as _};
use skilling_protocol::message::Expected as _;
use skilling_protocol::objects::{Payment, Receipt};
use skilling_protocol::signed::ToBeSigned;
use skilling_protocol::values::{PublicKey, Signature};
use skilling_wallet::Ports;
use skilling_wallet::ports::{KeyAlias, KeyUse, Mark};

use super::{Asker, at_once, phone};
use crate::kit;

/// Digests, numbers, nonces and tags that a stored payment has besides its messages, on either side.
const BESIDES: usize = 200;

/// Bare primitives and a bare table.
#[derive(Debug)]
pub struct Floor {
    table: Connection,
    ports: Ports,
    alias: KeyAlias,
    counter: u64,
    key: SoftwareKey,
    public_key: PublicKey,
    payment: Vec<u8>,
    receipt: Vec<u8>,
    verified: (Vec<u8>, Signature),
    request_len: usize,
    token_len: usize,
    payment_len: usize,
    receipt_len: usize,
}

impl Floor {
    /// In `folder`, which is on the disk of the stores it is compared with.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let table = sqlite::open(
            &folder.join("floor.db"),
            &["CREATE TABLE payments (row INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"],
        )
        .unwrap();
        let ports = phone::ports(folder);
        let alias = KeyAlias::fresh(KeyUse::Pay);
        let nonce = skilling_protocol::values::Nonce([9; 32]);
        at_once(ports.keys.generate(&alias, KeyUse::Pay, &nonce)).unwrap();

        let key = kit::pay();
        let (token, request) = kit::honest_token();
        let decoded = skilling_protocol::message::Token::decode(&token).unwrap();
        let payment: ToBeSigned<Payment> = ToBeSigned::new(
            decoded.payment.unverified().clone(),
            decoded.allowance_id(),
            &key.public_key(),
        )
        .unwrap();
        let receipt = Receipt {
            outcome: skilling_protocol::objects::Outcome::Accepted,
            time: kit::time(kit::NOW),
        };
        let receipt = ToBeSigned::new(receipt, decoded.payment_id(), &key.public_key()).unwrap();
        let Ok(signature) = key.sign(payment.bytes());
        let Ok(receipt_signature) = key.sign(receipt.bytes());
        Self {
            table,
            ports,
            alias,
            counter: 0,
            public_key: key.public_key(),
            payment: payment.bytes().to_vec(),
            receipt: receipt.bytes().to_vec(),
            verified: (payment.bytes().to_vec(), signature),
            request_len: Asker::default()
                .asks()
                .encode()
                .len()
                .max(request.encode().len()),
            token_len: token.len(),
            payment_len: decoded.payment.to_bytes().len(),
            receipt_len: receipt.attach(receipt_signature).to_bytes().len(),
            key,
        }
    }

    /// Under an agreed payment: signature, self-check, commit, guard.
    pub fn pay(&mut self) {
        let Ok(signature) = self.key.sign(&self.payment);
        DefaultVerifier {}
            .verify(&self.public_key, &self.payment, &signature)
            .unwrap();
        self.commit(self.request_len + self.token_len + BESIDES);
        self.counter += 1;
        let mark = Mark {
            counter: self.counter,
            digest: [7; 32],
        };
        self.ports.guard.advance(&mark).unwrap();
    }

    /// Under review, agreement and payment: the certificate and the request verified, the key authorised, then as
    /// [`Self::pay`].
    pub fn review_to_token(&mut self) {
        self.verify();
        self.verify();
        black_box(at_once(self.ports.keys.authorize(&self.alias, None)).unwrap());
        self.pay();
    }

    /// Under an acceptance of an allowance that was never seen: it is stored too.
    pub fn accept_new(&mut self) {
        self.verify();
        self.verify();
        self.sign_receipt();
        self.commit(self.token_len + self.receipt_len + BESIDES);
    }

    /// Under an acceptance of an allowance that is remembered.
    pub fn accept_known(&mut self) {
        self.verify();
        self.sign_receipt();
        self.commit(self.payment_len + self.receipt_len + BESIDES);
    }

    fn verify(&self) {
        let (message, signature) = &self.verified;
        DefaultVerifier {}
            .verify(black_box(&self.public_key), message, signature)
            .unwrap();
    }

    fn sign_receipt(&self) {
        let Ok(signature) = self.key.sign(&self.receipt);
        black_box(signature);
    }

    fn commit(&self, bytes: usize) {
        let bytes = vec![0x5a_u8; bytes];
        self.table
            .prepare_cached("INSERT INTO payments (bytes) VALUES (?1)")
            .unwrap()
            .execute([bytes])
            .unwrap();
    }
}
