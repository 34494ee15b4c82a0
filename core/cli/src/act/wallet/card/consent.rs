//! The payer of a virtual phone: asked on the terminal, or played.

use std::time::{Duration, Instant};

use serde_json::json;
use skilling_protocol::values::Time;
use skilling_wallet::{Review, Reviewed, WalletError};

use super::say;
use crate::act::wallet::phone::{self, Phone};
use crate::act::wallet::review;
use crate::act::{network, person};
use crate::escape::shown;
use crate::output::Output;
use crate::status::Failure;

/// What the payer does when a reader asks.
#[derive(Debug, Clone)]
pub(super) enum Consent {
    /// Looks, and answers y or n.
    Ask,
    /// Agrees this long after being asked.
    After(Duration),
    /// Agreed beforehand to this much; nothing else.
    Armed(String),
    /// Never acts.
    Never,
}

impl Consent {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "give ask, after:SECONDS, armed:AMOUNT or never".to_owned();
        match text.split_once(':') {
            None if text == "ask" => Ok(Self::Ask),
            None if text == "never" => Ok(Self::Never),
            Some(("after", seconds)) => {
                let seconds = seconds.parse::<u32>().map_err(|_| wrong())?;
                Ok(Self::After(Duration::from_secs(seconds.into())))
            }
            Some(("armed", amount)) if !amount.is_empty() => Ok(Self::Armed(amount.to_owned())),
            _ => Err(wrong()),
        }
    }
}

/// The payer in front of the phone.
pub(super) struct Payer {
    /// How long they look before they agree; `None`: they do not act on their own.
    looks: Option<Duration>,
    is_asked: bool,
    /// What lies before them, and since when.
    before: Option<(Vec<u8>, Box<Review>, Instant)>,
    /// What they agreed to last, and how long that counts.
    agreed: Option<(Vec<u8>, Time)>,
}

impl Payer {
    /// # Errors
    /// Somebody must be asked, and nobody is there.
    pub(super) fn new(consent: &Consent) -> Result<Self, Failure> {
        if matches!(consent, Consent::Ask) && !person::is_there() {
            return Err(Failure::usage(
                "there is nobody to ask here: give --consent after:SECONDS, armed:AMOUNT or never",
            ));
        }
        let looks = match consent {
            Consent::Ask => Some(Duration::ZERO),
            Consent::After(length) => Some(*length),
            Consent::Armed(_) | Consent::Never => None,
        };
        Ok(Self {
            looks,
            is_asked: matches!(consent, Consent::Ask),
            before: None,
            agreed: None,
        })
    }

    /// A reader waits for them. It asks every second; they see each request once.
    pub(super) fn asked(
        &mut self,
        phone: &Phone,
        request: Vec<u8>,
        output: Output,
    ) -> Result<(), Failure> {
        let now = phone.clock.now();
        let is_agreed = |(bytes, until): &(Vec<u8>, Time)| *bytes == request && *until >= now;
        let lies_there = |(bytes, ..): &(Vec<u8>, Box<Review>, Instant)| *bytes == request;
        if self.before.as_ref().is_some_and(lies_there)
            || self.agreed.as_ref().is_some_and(is_agreed)
        {
            return Ok(());
        }
        let Ok(Reviewed::New(review)) = phone.wallet.review(&request) else {
            // Answered meanwhile, or the reader is told by itself why not.
            return Ok(());
        };
        let mut event = review::value(&review);
        event["event"] = json!("asked");
        say(output, &event, || review::text(phone, &review))?;
        self.before = Some((request, review, Instant::now()));
        Ok(())
    }

    /// They act when it is time.
    pub(super) fn decide(&mut self, phone: &Phone, output: Output) -> Result<(), Failure> {
        let Some(looks) = self.looks else {
            return Ok(());
        };
        let Some((request, review, _)) = self
            .before
            .take_if(|(_, _, since)| since.elapsed() >= looks)
        else {
            return Ok(());
        };
        if self.is_asked && !agrees(phone, &review)? {
            phone.wallet.decline(&review);
            return say(output, &json!({"event": "declined"}), || {
                Ok("declined: the till is told so\n".into())
            });
        }
        match network::run(async { Ok(phone.wallet.agree(&review).await) })? {
            Ok(authorised) => {
                self.agreed = Some((request, authorised.until));
                say(output, &json!({"event": "agreed"}), || {
                    Ok("agreed: hold the phone at the reader\n".into())
                })
            }
            Err(error @ WalletError::Refused(_)) => {
                output.error(phone::failed(error));
                Ok(())
            }
            Err(error) => Err(phone::failed(error)),
        }
    }
}

fn agrees(phone: &Phone, review: &Review) -> Result<bool, Failure> {
    let amount = phone.money(review.amount.unwrap_or_default(), review.currency())?;
    let merchant = shown(review.merchant().as_str());
    Ok(person::agrees(&format!("Pay {amount} to {merchant}?")).unwrap_or(false))
}
