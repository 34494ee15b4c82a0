//! What the till says while it listens: words for the cashier, or one line of JSON an event.

use serde_json::{Value as Json, json};
use skilling_link::pcsc::PcscError;
use skilling_link::reader::{ReceiptGiven, TapEnd, TapError};
use skilling_protocol::reason::Reason;
use skilling_terminal::{OpenRequest, Outcome, TapReport};

use super::advice;
use crate::act::terminal::accept;
use crate::act::terminal::till::{Till, failed};
use crate::escape::shown;
use crate::output::{BAD, GOOD, NOTICE, Output, paint};
use crate::status::Failure;

/// Where it says it.
pub(super) struct Told<'a> {
    till: &'a Till,
    output: Output,
}

impl<'a> Told<'a> {
    pub(super) fn new(till: &'a Till, output: Output) -> Self {
        Self { till, output }
    }

    fn say(&self, event: &Json, words: &str) -> Result<(), Failure> {
        if self.output.json {
            self.output.event(event)
        } else {
            self.output.text(words)
        }
    }

    /// The first line: from now on a phone is heard.
    pub(super) fn listens(&self, reader: &str, sale: Option<&OpenRequest>) -> Result<(), Failure> {
        let amounted = sale.and_then(|it| it.request.amounted.as_ref());
        let event = json!({
            "event": "listening",
            "reader": reader,
            "request_id": sale.map(|it| it.id.to_string()),
            "amount": amounted.map(|it| it.amount.minor_units()),
            "currency": sale.map(|it| it.request.currency.numeric()),
        });
        let what = match sale.zip(amounted) {
            Some((sale, it)) => {
                let amount = self.till.money(it.amount, sale.request.currency)?;
                format!("asks for {amount}\nrequest  {}\n", sale.id)
            }
            None => "asks for the newest open request at each tap\n".into(),
        };
        self.say(
            &event,
            &format!("{what}hold the phone at {}\n", shown(reader)),
        )
    }

    pub(super) fn phone(&self, atr: &[u8]) -> Result<(), Failure> {
        let event = json!({"event": "phone", "atr": hex::encode(atr)});
        self.say(&event, "a phone is there\n")
    }

    pub(super) fn left(&self) -> Result<(), Failure> {
        // The cashier sees it.
        self.say(&json!({"event": "left"}), "")
    }

    /// Said in the middle of a tap: a till that cannot write its words goes on with the payment.
    pub(super) fn waits(&self) {
        let _ = self.say(
            &json!({"event": "waiting"}),
            "the phone waits for the payer to agree\n",
        );
    }

    /// What came of a tap.
    pub(super) fn tap(&self, report: &TapReport) -> Result<(), Failure> {
        for (request, outcome) in &report.settled {
            self.outcome(outcome, Some(&request.to_string()))?;
        }
        if let Some(outcome) = &report.sale {
            self.outcome(outcome, None)?;
        }
        if let Some(code) = report.refusal {
            self.refused(code)?;
        }
        if let Some(given) = report.receipt_refused {
            self.receipt_refused(given)?;
        }
        match &report.end {
            Ok(TapEnd::Done) => {
                let is_idle =
                    report.settled.is_empty() && report.sale.is_none() && report.refusal.is_none();
                if is_idle {
                    self.say(
                        &json!({"event": "nothing_to_pay"}),
                        "nothing to pay: make a request with skilling terminal request, or give an amount\n",
                    )?;
                }
            }
            Ok(TapEnd::StillWaiting) => self.say(
                &json!({"event": "still_waiting"}),
                "the payer had not agreed\n",
            )?,
            Err(error) => self.torn(error)?,
        }
        if let Some(problem) = &report.problem {
            let event = json!({"event": "problem", "why": problem.to_string()});
            let words = format!("{}  {problem}\n", paint(BAD, "PROBLEM"));
            self.say(&event, &words)?;
        }
        Ok(())
    }

    fn outcome(&self, outcome: &Outcome, earlier: Option<&str>) -> Result<(), Failure> {
        let mut event = accept::value(outcome);
        event["event"] = json!(match outcome {
            Outcome::Accepted(_) => "paid",
            Outcome::Again(_) => "answered_again",
            _ => "not_paid",
        });
        if let Some(request) = earlier {
            event["settles"] = json!(request);
        }
        let words = accept::words(self.till, outcome)?;
        self.say(&event, &words)
    }

    fn refused(&self, code: u32) -> Result<(), Failure> {
        let reason = Reason::from_code(code);
        let name = reason.map_or("unknown", Reason::name);
        let event = json!({"event": "refused", "code": code, "reason": name});
        let cashier = reason.map_or("", Reason::cashier);
        let not_paid = paint(BAD, "NOT PAID");
        self.say(
            &event,
            &format!("{not_paid}  the phone refuses: {code} {name}: {cashier}\n"),
        )
    }

    /// A wallet whose disk is full, for instance: the payer must have it some other way (protocol section 6).
    fn receipt_refused(&self, given: ReceiptGiven) -> Result<(), Failure> {
        let (name, why) = match given {
            ReceiptGiven::Taken => return Ok(()),
            ReceiptGiven::FitsNone => ("fits_none", "it says that it fits none of its payments"),
            ReceiptGiven::NoPayment => ("no_payment", "it says that it has no payment for it"),
            ReceiptGiven::Malformed => ("malformed", "it says that it cannot read it"),
        };
        self.say(
            &json!({"event": "receipt_refused", "why": name}),
            &format!(
                "{}  the phone did not take the receipt: {why}. Show it as a code: skilling terminal receipts PAYMENT\n",
                paint(NOTICE, "NOT DONE")
            ),
        )
    }

    fn torn(&self, error: &TapError) -> Result<(), Failure> {
        let is_link = error.torn().is_some();
        let event = json!({
            "event": if is_link { "torn" } else { "unusable" },
            "may_have_paid": error.must_repeat(),
            "why": error.to_string(),
        });
        let then = match error {
            TapError::NoApplication => ": open the wallet on the phone",
            _ if error.must_repeat() => " (it is asked for the same token again)",
            _ => "",
        };
        let words = format!("{}  {error}{then}\n", paint(NOTICE, "NOT DONE"));
        self.say(&event, &words)
    }

    /// The reader, the service or the phone on it cannot be used now; the till goes on.
    pub(super) fn trouble(&self, error: PcscError) -> Result<(), Failure> {
        let name = match error {
            PcscError::NoService => "service_gone",
            PcscError::NoReader => "reader_gone",
            PcscError::PhoneLeft => "phone_left",
            PcscError::InUse => "reader_in_use",
            PcscError::Mute => "mute",
            PcscError::Silent => "silent",
            PcscError::Other(_) => "reader_trouble",
        };
        let words = advice(error);
        let event = json!({"event": name, "why": words});
        self.say(&event, &format!("{}  {words}\n", paint(NOTICE, "READER")))
    }

    pub(super) fn is_back(&self) -> Result<(), Failure> {
        self.say(&json!({"event": "reader_back"}), "the reader is ready\n")
    }

    /// Said between two taps.
    pub(super) fn falls_back(&self) {
        self.output
            .note("long commands did not get through: from now on short ones are sent");
    }

    pub(super) fn without_trace(&self, failure: &Failure) {
        self.output.note(format_args!(
            "{}: the till goes on without it",
            failure.message
        ));
    }

    /// By a code, or at another reader that shares the store.
    pub(super) fn paid_elsewhere(&self, sale: &OpenRequest) -> Result<(), Failure> {
        self.say(
            &json!({"event": "paid_elsewhere", "request_id": sale.id.to_string()}),
            &format!(
                "{}  not at this reader: skilling terminal receipts shows it\n",
                paint(GOOD, "PAID")
            ),
        )
    }

    pub(super) fn expired(&self, sale: &OpenRequest) -> Result<(), Failure> {
        self.say(
            &json!({"event": "expired", "request_id": sale.id.to_string()}),
            &format!("{}  nobody paid in time\n", paint(BAD, "NOT PAID")),
        )
    }

    /// Told to stop. A sale that stands open can still be paid by `skilling terminal listen` without an amount.
    pub(super) fn stopped(&self, sale: Option<&OpenRequest>) -> Result<(), Failure> {
        let open = match sale {
            Some(sale) => {
                let open = self.till.terminal.open_requests().map_err(failed)?;
                open.iter().any(|it| it.id == sale.id)
            }
            None => false,
        };
        let words = match open {
            true => "stopped; the request stays open: skilling terminal listen asks for it again\n",
            false => "stopped\n",
        };
        self.say(&json!({"event": "stopped", "request_open": open}), words)
    }
}
