//! At the counter: one payment by QR pictures, one by a tap, told byte by byte.

use skilling_link::apdu::budget::Rate;
use skilling_link::qr::draw::{Drawing, Level};
use skilling_link::qr::read;
use skilling_link::reader::{Next, ReaderOptions};
use skilling_protocol::objects::Payment;
use skilling_protocol::values::{Amount, Currency, ObjectId, Reference};
use skilling_terminal::{OpenRequest, Outcome, Sale, TapReport};
use skilling_wallet::{PaymentToken, Review, Reviewed, WalletError};
use tokio::runtime::Runtime;

use super::Told;
use super::cable::Cable;
use super::stage::Stage;
use super::town::{Phone, Shop, shown};

/// A purchase: who, where, how much.
pub(super) struct Purchase<'a> {
    pub(super) phone: &'a Phone,
    pub(super) shop: &'a Shop,
    pub(super) amount: Amount,
    pub(super) currency: Currency,
}

impl Purchase<'_> {
    /// The till makes the request; it is durable before it is shown.
    pub(super) fn request(&self) -> Told<OpenRequest> {
        let mut sale = Sale::new(self.amount, self.currency);
        sale.reference = Some(Reference::new("bon 1042")?);
        Ok(self.shop.terminal.request(&sale)?)
    }

    fn told(&self) -> String {
        shown(self.amount, self.currency)
    }
}

/// Draws a message as a picture, keeps it, and reads it back from the file as a camera would.
pub(super) fn by_picture(
    stage: &mut Stage,
    (from, to): (&str, &str),
    what: &str,
    message: &[u8],
) -> Told<Vec<u8>> {
    let drawing = Drawing::new(message, Level::M)?;
    let name = format!("{}.png", what.replace(' ', "-"));
    let path = stage.keep(&name, &drawing.png(4)?)?;
    stage.says(
        &format!("{from} → {to}"),
        format!(
            "{what}: {} bytes, {} characters, QR version {}-M",
            message.len(),
            drawing.characters(),
            drawing.version()
        ),
    );
    stage.kept_as(&path);
    let seen = read::picture(&std::fs::read(&path)?)?;
    Ok(read::one_message(&seen)?.ok_or("the picture shows no code")?)
}

/// The wallet looks at a request; the payer sees what must be seen, and agrees.
pub(super) fn agree_and_pay(
    stage: &Stage,
    runtime: &Runtime,
    phone: &Phone,
    request: &[u8],
) -> Told<PaymentToken> {
    let review = match phone.wallet.review(request)? {
        Reviewed::Answered(token) => return Ok(token),
        Reviewed::New(review) => review,
    };
    show(stage, phone, &review);
    let agreed = runtime.block_on(phone.wallet.agree(&review))?;
    let token = phone.wallet.pay(&agreed)?;
    stage.says(
        phone.name,
        "agrees; number, amount and signature are on disk before the token leaves",
    );
    Ok(token)
}

/// What the payer sees.
pub(super) fn show(stage: &Stage, phone: &Phone, review: &Review) {
    let amount = review.amount.map(|it| shown(it, review.currency()));
    let amount = amount.unwrap_or_else(|| "an amount to be typed".to_owned());
    let offline = match review.offline_since() {
        Some(_) => ", the till is offline",
        None => "",
    };
    stage.says(
        phone.name,
        format!(
            "sees: pay {amount} to {} (category {}, {}){offline}",
            review.merchant(),
            review.mcc(),
            review.country().as_str()
        ),
    );
    match &review.pays {
        Ok(paying) => stage.why(format!(
            "{} and {} payments would be left",
            shown(paying.remaining_after, review.currency()),
            paying.payments_after
        )),
        Err(reason) => stage.why(format!("no allowance can pay: {}", reason.payer())),
    }
    for warning in &review.warnings {
        stage.why(format!("warning: {warning:?}"));
    }
}

/// What the till made of a token.
pub(super) fn verdict(stage: &Stage, shop: &Shop, outcome: &Outcome) {
    match outcome {
        Outcome::Accepted(it) => {
            stage.good(shop.name, format!("PAID {}", shown(it.amount, it.currency)));
            stage.why(format!(
                "{} rules hold, the acceptance is on disk",
                it.checks.len()
            ));
        }
        Outcome::Again(it) => {
            let name = it.outcome.name();
            stage.good(
                shop.name,
                format!("already {name}: the stored receipt is given again"),
            );
        }
        Outcome::Declined(it) => {
            let reason = it.reason();
            stage.refused(shop.name, format!("DECLINED ({} {reason})", reason.code()));
            stage.why(reason.cashier());
        }
        Outcome::ConfirmAmount {
            amount, currency, ..
        } => {
            stage.says(
                shop.name,
                format!("the cashier confirms {}", shown(*amount, *currency)),
            );
        }
        Outcome::Refused { reason, .. } => {
            stage.refused(shop.name, format!("REFUSED ({} {reason})", reason.code()));
            stage.why(reason.cashier());
        }
    }
}

/// A whole purchase by pictures. Returns the payment and what the till said; the receipt is read by the phone when
/// `takes_receipt`.
pub(super) fn pay_by_picture(
    stage: &mut Stage,
    runtime: &Runtime,
    purchase: &Purchase<'_>,
    takes_receipt: bool,
) -> Told<(ObjectId<Payment>, Outcome)> {
    let Purchase { phone, shop, .. } = purchase;
    let request = purchase.request()?;
    let seen = by_picture(stage, (shop.name, phone.name), "request", &request.message)?;
    let token = agree_and_pay(stage, runtime, phone, &seen)?;
    let shown_token = by_picture(stage, (phone.name, shop.name), "token", &token.bytes)?;
    phone.wallet.presented(&token.payment)?;
    let outcome = shop.terminal.accept(&shown_token)?;
    // A till looks at which sale was paid, not only at "paid": a token may answer another open request.
    if outcome.is_paid_now() && !outcome.completes(&request.id) {
        return Err("another sale was paid".into());
    }
    verdict(stage, shop, &outcome);
    if let (Some(receipt), true) = (outcome.receipt(), takes_receipt) {
        let receipt = by_picture(stage, (shop.name, phone.name), "receipt", receipt)?;
        let (_, now) = phone.wallet.take_receipt(&receipt)?;
        stage.says(phone.name, format!("holds the receipt: {}", now.name()));
    }
    Ok((token.payment, outcome))
}

/// A purchase that the payer's own wallet refuses, in words.
pub(super) fn refused_by_wallet(stage: &Stage, purchase: &Purchase<'_>) -> Told {
    let Purchase { phone, shop, .. } = purchase;
    let request = purchase.request()?;
    stage.says(
        shop.name,
        format!("asks {} for {}", phone.name, purchase.told()),
    );
    match phone.wallet.review(&request.message) {
        Err(WalletError::Refused(reason)) => {
            stage.refused(phone.name, format!("refuses ({} {reason})", reason.code()));
            stage.why(reason.payer());
        }
        Err(error) => return Err(error.into()),
        Ok(Reviewed::Answered(_)) => return Err("it was answered before".into()),
        Ok(Reviewed::New(review)) => match &review.pays {
            Err(reason) => {
                stage.refused(
                    phone.name,
                    format!("cannot pay ({} {reason})", reason.code()),
                );
                stage.why(reason.payer());
                stage.why("the till hears only 41: a balance cannot be probed");
            }
            Ok(_) => return Err("the wallet would have paid".into()),
        },
    }
    shop.terminal.cancel(&request.id)?;
    Ok(())
}

/// One tap: the reader asks, the payer sees and agrees while it waits, the token comes, the receipt is given.
pub(super) fn tap(
    stage: &Stage,
    runtime: &Runtime,
    purchase: &Purchase<'_>,
    request: &OpenRequest,
    cable: &mut Cable,
) -> TapReport {
    let Purchase { phone, shop, .. } = purchase;
    let options = ReaderOptions::default();
    let mut waits = 0;
    let mut agree = || {
        waits += 1;
        let wallet = &phone.wallet;
        if let Ok(Some(asked)) = wallet.asked()
            && let Ok(Reviewed::New(review)) = wallet.review(&asked)
        {
            stage.says(
                phone.name,
                "answers 6985: the till waits and asks again, while the payer decides",
            );
            show(stage, phone, &review);
            match runtime.block_on(wallet.agree(&review)) {
                Ok(_) => stage.says(phone.name, "agrees"),
                Err(error) => stage.refused(phone.name, error),
            }
        }
        if waits < 20 {
            Next::AskAgain
        } else {
            Next::Stop
        }
    };
    let report = shop
        .terminal
        .tap(&mut *cable, options, Some(&request.id), &mut agree);
    let cost = cable.budget();
    stage.why(format!(
        "{} commands, {} bytes to the phone, {} bytes back, {}",
        cost.commands,
        cost.to_phone,
        cost.to_terminal,
        cable.way()
    ));
    stage.why(format!(
        "at 424 kbit/s {} ms on the air, about {} ms with a phone's NFC stack",
        cost.air(Rate::Kbit424).div_ceil(1_000),
        cost.total(Rate::Kbit424).div_ceil(1_000)
    ));
    report
}
