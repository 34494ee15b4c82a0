//! `skilling wallet pay`: review, agreement, and the token as a picture.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use skilling_protocol::message::{Expected as _, MessageType, Token};
use skilling_wallet::{PaymentToken, Review, Reviewed, WalletError};

use super::phone::{self, Phone};
use super::review;
use crate::act::{letters, network, person, picture};
use crate::output::Output;
use crate::status::{Failure, Status};

/// Pay a request: shows it, asks, and draws the token, or writes it to a file.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  skilling wallet pay --home asta request.png -o token.png
  skilling wallet pay --home asta poster.png --amount 80 --yes -o token.png

The same request again gives the same token, and never a second payment.")]
pub(super) struct Pay {
    /// The request: a picture, a file, - or the text itself.
    request: String,
    /// For a printed code: the amount, like 80.
    #[arg(long)]
    amount: Option<String>,
    /// Agree without being asked. With --json nobody is asked: the call itself is the agreement.
    #[arg(long)]
    yes: bool,
    /// A printed code once more, although nobody has answered to the last payment for it.
    #[arg(long)]
    anew: bool,
    /// Write the token: .png, .svg, .txt or .hex; anything else holds the message itself.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Pay {
    pub(super) fn run(self, phone: &Phone, output: Output) -> Result<Status, Failure> {
        let message = letters::one(&self.request, MessageType::PaymentRequest, output)?;
        letters::expect(&message, MessageType::PaymentRequest)?;
        let reviewed = if self.anew {
            phone.wallet.review_anew(&message)
        } else {
            phone.wallet.review(&message)
        };
        match reviewed {
            Ok(Reviewed::Answered(token)) => {
                output.note("this request was answered before: here is the same token");
                self.give(phone, &token, output)
            }
            Ok(Reviewed::New(it)) => {
                match review::with_amount(phone, *it, self.amount.as_deref())? {
                    Ok(it) => self.decide(phone, &it, output),
                    Err(error) => phone::refused(error, output),
                }
            }
            Err(error) => phone::refused(error, output),
        }
    }

    fn decide(&self, phone: &Phone, it: &Review, output: Output) -> Result<Status, Failure> {
        if it.amount.is_none() {
            return Err(Failure::usage(
                "the printed code has no amount: give it with --amount",
            ));
        }
        if let Err(reason) = it.pays {
            return phone::refused(WalletError::Refused(reason), output);
        }
        if !output.json {
            output.text(&review::text(phone, it)?)?;
        }
        if !self.agrees(phone, it, output)? {
            phone.wallet.decline(it);
            return Err(phone::failed(WalletError::PayerRefused));
        }
        let paid = network::run(async {
            let agreed = phone.wallet.agree(it).await;
            Ok(agreed.and_then(|agreed| phone.wallet.pay(&agreed)))
        })?;
        match paid {
            Ok(token) => self.give(phone, &token, output),
            Err(error) => phone::refused(error, output),
        }
    }

    fn agrees(&self, phone: &Phone, it: &Review, output: Output) -> Result<bool, Failure> {
        if self.yes || output.json {
            return Ok(true);
        }
        let amount = phone.money(it.amount.unwrap_or_default(), it.currency())?;
        let question = format!(
            "Pay {amount} to {}?",
            crate::escape::shown(it.merchant().as_str())
        );
        person::agrees(&question).ok_or_else(|| {
            Failure::usage("there is nobody to ask here: give --yes to agree, or review first")
        })
    }

    /// The token is durable; now it leaves.
    fn give(&self, phone: &Phone, token: &PaymentToken, output: Output) -> Result<Status, Failure> {
        picture::show(&token.bytes, self.output.as_deref(), output)?;
        let noted = phone.wallet.presented(&token.payment);
        noted.map_err(phone::failed)?;
        if !output.json {
            output.text(&format!("payment  {}\n", token.payment))?;
            return Ok(Status::Good);
        }
        // Its own token: what it says needs no verifying.
        let decoded =
            Token::decode(&token.bytes).map_err(|error| Failure::file(error.to_string()))?;
        let payment = decoded.payment.unverified();
        output.value(&json!({
            "payment_id": token.payment.to_string(),
            "repeat": token.is_repeat,
            "allowance_id": decoded.allowance.id(()).to_string(),
            "request_id": payment.request_id.to_string(),
            "sequence": payment.sequence.get(),
            "amount": payment.amount.minor_units(),
            "currency": decoded.allowance.unverified().currency.numeric(),
            "token": hex::encode(&token.bytes),
            "text": picture::text(&token.bytes),
        }))?;
        Ok(Status::Good)
    }
}
