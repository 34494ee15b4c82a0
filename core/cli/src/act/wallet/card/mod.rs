//! `skilling wallet card`: the phone on a virtual reader, so that real readers' software can be tried without a phone.
//!
//! One thread answers the reader ([`field`]); this one hears what happened, decides as it was told ([`Consent`]), and says it.

mod consent;
mod field;

use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use clap::Args;
use serde_json::json;
use skilling_link::vpcd::{USUAL_PORT, VirtualReader};
use skilling_protocol::message::{Expected as _, Token};
use skilling_protocol::reason::Reason;

use super::arm::{self, Armed};
use super::phone::{self, Phone};
use crate::act::tape::Tape;
use crate::escape::shown;
use crate::output::{BAD, GOOD, Output, paint};
use crate::status::{Failure, Status};
use consent::{Consent, Payer};
use field::{Event, Field};

/// How many events wait at most for a person who is being asked.
const MOST_UNHEARD: usize = 256;

const EXAMPLE: &str = "Example:
  skilling wallet card --home asta                          (asks you at each payment)
  skilling wallet card --home asta --consent armed:200 --once
  skilling wallet card --home asta --consent after:3 --trace phone.txt

It needs pcscd with its virtual reader: on Debian, the packages pcscd and vsmartcard-vpcd. See docs/nfc.md.";

/// Lay the phone on a virtual NFC reader, until Ctrl-C.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct CardCommand {
    /// Where the virtual reader (vpcd) waits: host and port, or a port alone.
    #[arg(long, value_name = "ADDR", default_value_t = format!("127.0.0.1:{USUAL_PORT}"))]
    vpcd: String,
    /// What the payer does when asked to pay: ask, after:SECONDS, armed:AMOUNT or never.
    #[arg(long, default_value = "ask", value_parser = Consent::parse)]
    consent: Consent,
    /// Add every command and response to this file: skilling inspect reads it. It holds whole messages.
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Leave after the first tap in which something was answered.
    #[arg(long)]
    once: bool,
}

impl CardCommand {
    pub(super) fn run(self, phone: Phone, output: Output) -> Result<Status, Failure> {
        let _running = arm::hold(&phone.home)?;
        let mut payer = Payer::new(&self.consent)?;
        let address = address(&self.vpcd);
        let reader = VirtualReader::connect(&address).map_err(|error| {
            Failure::file(format!(
                "no virtual reader at {}: {error}. Is pcscd running, with its vpcd driver? On Debian: \
                 apt install pcscd vsmartcard-vpcd",
                shown(&address)
            ))
        })?;
        let tape = self.trace.as_deref().map(Tape::open).transpose()?;
        let mut armed = match &self.consent {
            Consent::Armed(amount) => Some(arm::arm(&phone, amount, None)?.map_err(phone::failed)?),
            _ => None,
        };
        say(
            output,
            &json!({"event": "in_field", "vpcd": address, "armed": armed.map(|it| it.value())}),
            || {
                let armed = armed.map(|it| it.words(&phone)).transpose()?;
                let armed = armed.map_or(String::new(), |it| format!(", {it}"));
                Ok(format!("on the reader at {}{armed}\n", shown(&address)))
            },
        )?;
        let (sender, events) = mpsc::sync_channel(MOST_UNHEARD);
        let field = Field::new(phone.wallet.clone(), sender, tape, self.once);
        let answering = std::thread::spawn(move || field.answer(reader));
        let status = follow(&phone, &events, &mut payer, &mut armed, output)?;
        match answering.join() {
            Ok(ended) => ended?,
            Err(_) => return Err(Failure::file("the card stopped: this is a bug")),
        }
        say(output, &json!({"event": "left"}), || {
            Ok("off the reader\n".into())
        })?;
        Ok(status)
    }
}

/// `35964` alone is a port of this machine.
fn address(given: &str) -> String {
    match given.parse::<u16>() {
        Ok(port) => format!("127.0.0.1:{port}"),
        Err(_) => given.to_owned(),
    }
}

/// An event: a line of JSON for programs, words for people.
fn say(
    output: Output,
    event: &serde_json::Value,
    words: impl FnOnce() -> Result<String, Failure>,
) -> Result<(), Failure> {
    if output.json {
        output.event(event)
    } else {
        output.text(&words()?)
    }
}

/// Hears what happens at the reader until the phone is off it.
fn follow(
    phone: &Phone,
    events: &Receiver<Event>,
    payer: &mut Payer,
    armed: &mut Option<Armed>,
    output: Output,
) -> Result<Status, Failure> {
    let mut status = Status::Good;
    let mut complaint = None;
    loop {
        match arm::take_note(phone) {
            Ok(None) => {}
            Ok(Some(new)) => {
                let mut event = new.value();
                event["event"] = json!("armed");
                say(output, &event, || Ok(format!("{}\n", new.words(phone)?)))?;
                *armed = Some(new);
            }
            // A note that cannot even be removed is complained of once.
            Err(failure) if complaint.as_ref() == Some(&failure.message) => {}
            Err(failure) => {
                output.error(&failure);
                complaint = Some(failure.message);
            }
        }
        if armed.is_some_and(|it| it.until < phone.clock.now()) {
            // It was noted before it was armed here: it ends as counted from then.
            let _ = phone.wallet.disarm();
            *armed = None;
        }
        match events.recv_timeout(Duration::from_millis(100)) {
            Ok(Event::Asked(request)) => payer.asked(phone, request, output)?,
            Ok(event) => status = tell(phone, event, output)?.unwrap_or(status),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(status),
        }
        payer.decide(phone, output)?;
    }
}

/// Says what happened; the status that it would end with, if it decides one.
fn tell(phone: &Phone, event: Event, output: Output) -> Result<Option<Status>, Failure> {
    match event {
        Event::Asked(_) => Ok(None),
        Event::Gave(token) => {
            // Its own token: what it says needs no verifying.
            let token =
                Token::decode(&token).map_err(|error| Failure::refused(error.to_string()))?;
            let (id, payment) = (token.payment_id().to_string(), token.payment.unverified());
            let currency = token.allowance.unverified().currency;
            let event = json!({
                "event": "paid",
                "payment_id": id,
                "request_id": payment.request_id.to_string(),
                "sequence": payment.sequence.get(),
                "amount": payment.amount.minor_units(),
                "currency": currency.numeric(),
            });
            say(output, &event, || {
                let amount = phone.money(payment.amount, currency)?;
                Ok(format!(
                    "{}  {amount}\npayment  {id}\n",
                    paint(GOOD, "GIVEN")
                ))
            })?;
            Ok(Some(Status::Good))
        }
        Event::Refused(code) => {
            let reason = Reason::from_code(code);
            let name = reason.map_or("unknown", Reason::name);
            let event = json!({"event": "refused", "code": code, "reason": name});
            say(output, &event, || {
                let words = reason.map(phone::words).unwrap_or_default();
                Ok(format!(
                    "{}  {code} {name}: {words}\n",
                    paint(BAD, "REFUSED")
                ))
            })?;
            Ok(Some(Status::Refused))
        }
        Event::Receipt(given) => {
            let event = json!({"event": "receipt", "taken": given});
            say(output, &event, || {
                Ok(match given {
                    true => "receipt taken: skilling wallet history says how it went\n".into(),
                    false => "a receipt came that fits no payment here\n".into(),
                })
            })?;
            Ok(None)
        }
        Event::Carried(taken) => {
            let event = json!({"event": "carried", "taken": taken});
            say(output, &event, || {
                Ok(match taken {
                    true => "an outage bulletin was taken\n".into(),
                    false => "a bulletin came that no root signed\n".into(),
                })
            })?;
            Ok(None)
        }
    }
}
