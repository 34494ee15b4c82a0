//! `skilling terminal listen`: the till with an NFC reader, through PC/SC.
//!
//! [`counter`] waits for phones and serves them, [`told`] says what happened, [`stop`] hears Ctrl-C.

mod counter;
mod stop;
mod told;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::json;
use skilling_link::pcsc::{self, PcscError, Station};
use skilling_protocol::values::{Currency, Reference, Seconds};
use skilling_terminal::{OpenRequest, Sale, USUAL_ANSWER_TIME};

use super::request::reference;
use super::till::{Till, failed};
use crate::act::argument;
use crate::act::tape::Tape;
use crate::escape::shown;
use crate::output::Output;
use crate::status::{Failure, Status};
use counter::Counter;
use stop::Stop;
use told::Told;

const EXAMPLE: &str = "Example:
  skilling terminal listen --list
  skilling terminal listen --home till 125.50
  skilling terminal listen --home till --reader ACR122 --trace taps.txt   (each request that skilling terminal request makes)

A phone that was torn off is asked again at its next tap. It needs the smart card service: pcscd on Linux.
A virtual reader and a virtual phone are shown in docs/nfc.md.";

/// Wait for phones at an NFC reader: ask for payment, decide, give the receipt.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Listen {
    /// Ask for this amount, and stop when it is paid. Without it: the newest open request, again and again.
    amount: Option<String>,
    /// The till's own currency otherwise.
    #[arg(long, value_parser = argument::currency, requires = "amount")]
    currency: Option<Currency>,
    /// A till or receipt number: nothing about goods or persons.
    #[arg(long, value_parser = reference, requires = "amount")]
    reference: Option<Reference>,
    /// How long it may be answered.
    #[arg(long, value_name = "LENGTH", value_parser = argument::seconds, requires = "amount")]
    answer_within: Option<Seconds>,
    /// The reader's name, or a part of it. Not needed where only one is plugged in.
    #[arg(long, value_name = "NAME")]
    reader: Option<String>,
    /// List the readers that are plugged in, and stop.
    #[arg(long, conflicts_with_all = ["amount", "reader"])]
    pub(super) list: bool,
    /// Stop after the first tap that came to its end, paid or not.
    #[arg(long)]
    once: bool,
    /// Send long commands in one piece where the phone takes them. Many readers cannot.
    #[arg(long)]
    extended: bool,
    /// How long a phone may be silent before it is given up.
    #[arg(long, value_name = "LENGTH", value_parser = argument::seconds, default_value = "3s")]
    patience: Seconds,
    /// Add every command and response to this file: skilling inspect reads it. It holds whole messages.
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
}

impl Listen {
    pub(super) fn run(self, till: &Till, output: Output) -> Result<Status, Failure> {
        let stop = Stop::on_signals()?;
        let reader = choose(self.reader.as_deref())?;
        let tape = self.trace.as_deref().map(Tape::open).transpose()?;
        let patience = Duration::from_secs(self.patience.0.max(1).into());
        let mut station = Station::new(&reader, patience).map_err(unusable)?;
        let sale = self.sale(till)?;
        let told = Told::new(till, output);
        told.listens(&reader, sale.as_ref())?;
        let counter = Counter::new(till, told, stop, tape, sale);
        counter
            .with_extended(self.extended)
            .only_once(self.once)
            .serve(&mut station)
    }

    fn sale(&self, till: &Till) -> Result<Option<OpenRequest>, Failure> {
        let Some(text) = &self.amount else {
            return Ok(None);
        };
        let currency = till.currency(self.currency);
        let sale = Sale {
            amount: argument::payable(text, till.decimals(currency)?)?,
            currency,
            reference: self.reference.clone(),
            answer_within: self.answer_within.unwrap_or(USUAL_ANSWER_TIME),
        };
        till.terminal.request(&sale).map(Some).map_err(failed)
    }
}

/// `--list`: needs no till.
pub(super) fn list(output: Output) -> Result<Status, Failure> {
    let names = pcsc::readers().map_err(unusable)?;
    if output.json {
        output.value(&json!({"readers": names}))?;
    } else {
        let lines = names.iter().map(|it| format!("{}\n", shown(it)));
        output.text(&lines.collect::<String>())?;
    }
    if names.is_empty() {
        output.note("no reader is plugged in");
    }
    Ok(Status::Good)
}

/// The reader that is meant: by its whole name, by a part that only one has, or because it is the only one.
fn choose(asked: Option<&str>) -> Result<String, Failure> {
    let mut names = pcsc::readers().map_err(unusable)?;
    let listed = names
        .iter()
        .map(|it| format!("\n  {}", shown(it)))
        .collect::<String>();
    if let Some(asked) = asked {
        if let Some(whole) = names.iter().find(|it| *it == asked) {
            return Ok(whole.clone());
        }
        names.retain(|it| it.contains(asked));
    }
    match (names.len(), names.pop(), asked) {
        (1, Some(name), _) => Ok(name),
        _ if listed.is_empty() => Err(Failure::file(
            "no reader is plugged in: plug one in, then see skilling terminal listen --list. A virtual one is shown in \
             docs/nfc.md",
        )),
        (0, _, Some(asked)) => Err(Failure::usage(format!(
            "no reader's name has {} in it. There are:{listed}",
            shown(asked)
        ))),
        _ => Err(Failure::usage(format!(
            "several readers could be meant: give --reader with more of the name. There are:{listed}"
        ))),
    }
}

/// What the service says, and what to do.
fn unusable(error: PcscError) -> Failure {
    Failure::file(advice(error))
}

/// As [`unusable`], in words alone.
fn advice(error: PcscError) -> String {
    let to_do = match error {
        PcscError::NoService => {
            ". On Debian: apt install pcscd, then systemctl start pcscd.socket (or run pcscd as root)"
        }
        PcscError::NoReader => ": plug it in; skilling terminal listen --list shows what is there",
        PcscError::InUse => ": stop that program, or take the phone away and tap again",
        PcscError::Mute => ": unlock the phone, switch NFC on and tap again",
        PcscError::PhoneLeft | PcscError::Silent | PcscError::Other(_) => "",
    };
    format!("{error}{to_do}")
}
