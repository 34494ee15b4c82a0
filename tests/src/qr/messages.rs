//! The messages that travel as codes: requests, tokens, receipts and outages, no two alike, properly signed.

use skilling_protocol::message::{Expected as _, PaymentRequest};
use skilling_protocol::objects::{Amounted, Outcome, Receipt, Sequence};
use skilling_protocol::signed::Signed;
use skilling_protocol::values::{MerchantName, Reference, RequestNonce, Uuid};

use super::chance::Chance;
use crate::kit;

const SHOPS: [&str; 4] = [
    "Is",
    "Bageren på Torvet",
    "Købmand Torvegade, København",
    "Apoteket ved Ørstedsparken",
];

/// An encoded message of a kind that chance chooses.
pub fn any(chance: &mut Chance) -> Vec<u8> {
    match chance.below(4) {
        0 => request(chance).encode(),
        1 => token(chance),
        2 => receipt(chance),
        _ => outage(chance),
    }
}

/// A payment request; one in three is static, one in two has a reference.
pub fn request(chance: &mut Chance) -> PaymentRequest {
    let mut merchant = kit::merchant();
    merchant.name = MerchantName::new(SHOPS[chance.below(4) as usize]).unwrap();
    let mut request = kit::request();
    request.nonce = RequestNonce(random(chance));
    request.amounted = (!chance.happens(0.33)).then(|| Amounted {
        amount: kit::amount(1 + chance.below(90_000)),
        answer_before: kit::time(kit::NOW + 179),
    });
    request.reference = chance
        .happens(0.5)
        .then(|| Reference::new(&format!("bon {}", chance.below(100_000))).unwrap());
    kit::request_message(merchant, request)
}

fn token(chance: &mut Chance) -> Vec<u8> {
    let mut allowance = kit::allowance();
    allowance.uuid = Uuid(random(chance));
    let mut payment = kit::payment(kit::request_id(&request(chance)));
    payment.sequence = Sequence::new(1 + chance.below(40) as u32).unwrap();
    payment.amount = kit::amount(1 + chance.below(50_000));
    payment.spent = kit::amount(50_000 + chance.below(50_000));
    let allowance = Signed::sign(allowance, (), &kit::issuer()).unwrap();
    kit::token(&allowance, payment, &kit::pay()).encode()
}

fn receipt(chance: &mut Chance) -> Vec<u8> {
    let payment = kit::payment(kit::request_id(&request(chance)));
    let allowance = Signed::sign(kit::allowance(), (), &kit::issuer()).unwrap();
    let paid = kit::token(&allowance, payment, &kit::pay());
    let receipt = Receipt {
        outcome: Outcome::Accepted,
        time: kit::time(kit::NOW + chance.below(1_000_000)),
    };
    Signed::sign(receipt, paid.payment_id(), &kit::terminal())
        .unwrap()
        .encode()
}

fn outage(chance: &mut Chance) -> Vec<u8> {
    let mut outage = kit::outage();
    outage.serial = 1 + chance.below(1_000) as u32;
    Signed::sign(outage, (), &kit::root()).unwrap().encode()
}

fn random(chance: &mut Chance) -> [u8; 16] {
    (u128::from(chance.bits()) << 64 | u128::from(chance.bits())).to_be_bytes()
}
