//! `skilling wallet arm`: the payer authenticates beforehand, so that one tap pays.
//!
//! An arming is an act of the process that holds the wallet. So it is left as a note in the home: a running
//! `skilling wallet card` takes it at once and says what became of it, else the next one does, as long as it counts.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use skilling_protocol::values::{Amount, Currency, Seconds, Time};
use skilling_wallet::{AllowanceState, WalletError};

use super::phone::{self, Phone};
use crate::act::home::{self, Place};
use crate::act::{argument, network};
use crate::look::words::money;
use crate::look::words::time::{Calendar, Sense};
use crate::output::Output;
use crate::status::{Failure, Status};

/// Held by a running `skilling wallet card`.
const LOCK: &str = "card.lock";
/// What is to be armed, and what became of it.
const NOTE: &str = "arm.json";
const ANSWER: &str = "armed.json";

/// How long an arming counts (protocol section 5).
const COUNTS_FOR: Seconds = Seconds(60);
/// How long a running card may take to answer a note.
const PATIENCE: Duration = Duration::from_secs(10);

const EXAMPLE: &str = "Example:
  skilling wallet arm --home asta 200
  skilling wallet card --home asta

The first request within 60 seconds that asks for at most this much is paid without a question. Whatever is asked
first uses the arming up. A running skilling wallet card is armed at once, else the next one is.";

/// Agree beforehand to the next payment of at most this much, for 60 seconds: a single tap pays.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Arm {
    /// The most that is paid, like 200.
    amount: String,
    /// Where the wallet has allowances in several currencies.
    #[arg(long, value_parser = argument::currency)]
    currency: Option<Currency>,
}

/// What the payer wants armed, between two processes.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    ticket: String,
    amount: String,
    currency: Option<u16>,
    /// Unix seconds, inclusive.
    until: u64,
}

/// What became of it.
#[derive(Debug, Serialize, Deserialize)]
struct NoteAnswer {
    ticket: String,
    result: Result<Json, String>,
}

/// An arming of an open wallet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Armed {
    ceiling: Amount,
    currency: Currency,
    /// Inclusive.
    pub(super) until: Time,
    allowance: skilling_protocol::values::ObjectId<skilling_protocol::objects::Allowance>,
}

impl Arm {
    pub(super) fn run(self, place: &Place, output: Output) -> Result<Status, Failure> {
        let folder = place.home()?;
        if phone::settings(folder)?.is_some() && is_running(folder)? {
            return self.by_running_card(folder, place, output);
        }
        let phone = Phone::open(place)?;
        // Armed here to learn whether it may be; forgotten when this process ends.
        let armed = match arm(&phone, &self.amount, self.currency)? {
            Ok(armed) => armed,
            Err(error) => return phone::refused(error, output),
        };
        self.leave_note(folder, armed.until)?;
        if output.json {
            output.value(&armed.value())?;
        } else {
            output.text(&format!(
                "{}\nskilling wallet card started until then pays at the first tap\n",
                armed.words(&phone)?
            ))?;
        }
        Ok(Status::Good)
    }

    fn by_running_card(
        &self,
        folder: &Path,
        place: &Place,
        output: Output,
    ) -> Result<Status, Failure> {
        let ticket = self.leave_note(folder, place.clock()?.now().plus(COUNTS_FOR))?;
        let begun = Instant::now();
        let result = loop {
            match home::settings::<NoteAnswer>(&folder.join(ANSWER))? {
                Some(answer) if answer.ticket == ticket => break answer.result,
                _ if begun.elapsed() > PATIENCE => {
                    return Err(Failure::file(match remove(&folder.join(NOTE))? {
                        true => {
                            "the running skilling wallet card does not answer: nothing is armed"
                        }
                        false => {
                            "the running skilling wallet card took it and does not say what became of it: \
                             it may be armed for up to a minute"
                        }
                    }));
                }
                _ => std::thread::sleep(Duration::from_millis(50)),
            }
        };
        let value = result.map_err(Failure::refused)?;
        if output.json {
            output.value(&value)?;
        } else {
            output.text("armed: the phone on the reader pays at the next request\n")?;
        }
        Ok(Status::Good)
    }

    fn leave_note(&self, folder: &Path, until: Time) -> Result<String, Failure> {
        let ticket = uuid::Uuid::new_v4().to_string();
        let note = Note {
            ticket: ticket.clone(),
            amount: self.amount.clone(),
            currency: self.currency.map(Currency::numeric),
            until: until.unix(),
        };
        home::put_settings(&folder.join(NOTE), &note)?;
        Ok(ticket)
    }
}

/// Marks the home as that of a running card, as long as it is held.
///
/// # Errors
/// Another card runs there, or the file cannot be made.
pub(super) fn hold(folder: &Path) -> Result<File, Failure> {
    let file = lock_file(folder)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Failure::file(
            "this wallet's phone lies on a reader already: stop the other skilling wallet card first",
        )),
        Err(TryLockError::Error(error)) => Err(cannot_lock(&error)),
    }
}

fn is_running(folder: &Path) -> Result<bool, Failure> {
    match lock_file(folder)?.try_lock() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(cannot_lock(&error)),
    }
}

fn lock_file(folder: &Path) -> Result<File, Failure> {
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join(LOCK))
        .map_err(|error| cannot_lock(&error))
}

fn cannot_lock(error: &std::io::Error) -> Failure {
    Failure::file(format!("{LOCK} in the wallet's folder: {error}"))
}

/// Takes a note that still counts, arms the wallet and answers. `None` where there is none.
pub(super) fn take_note(phone: &Phone) -> Result<Option<Armed>, Failure> {
    let path = phone.home.join(NOTE);
    let read = home::settings::<Note>(&path);
    if !matches!(read, Ok(None)) {
        // Whatever it holds, it is looked at once.
        remove(&path)?;
    }
    let Some(note) = read? else {
        return Ok(None);
    };
    if note.until < phone.clock.now().unix() {
        return Ok(None);
    }
    let currency = note.currency.and_then(|code| Currency::new(code).ok());
    let armed = arm(phone, &note.amount, currency)
        .and_then(|armed| armed.map_err(phone::failed))
        .map(|armed| Armed {
            until: Time::from_unix(note.until).map_or(armed.until, |until| until.min(armed.until)),
            ..armed
        });
    let result = match &armed {
        Ok(armed) => Ok(armed.value()),
        Err(failure) => Err(failure.message.clone()),
    };
    let answer = NoteAnswer {
        ticket: note.ticket,
        result,
    };
    home::put_settings(&phone.home.join(ANSWER), &answer)?;
    armed.map(Some)
}

/// Whether it was there.
fn remove(path: &Path) -> Result<bool, Failure> {
    match std::fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Failure::file(format!("{NOTE}: {error}"))),
    }
}

/// Arms an open wallet: the first of its open allowances, of the currency if one is given.
///
/// # Errors
/// No amount, or several currencies and none given; inside, what the wallet says.
pub(super) fn arm(
    phone: &Phone,
    amount: &str,
    currency: Option<Currency>,
) -> Result<Result<Armed, WalletError>, Failure> {
    let mut open = phone.wallet.allowances().map_err(phone::failed)?;
    open.retain(|it| {
        it.state == AllowanceState::Open && currency.is_none_or(|wanted| it.currency == wanted)
    });
    let Some(first) = open.first() else {
        return Err(Failure::refused(
            "there is no open allowance to arm: skilling wallet status shows what there is, skilling wallet sync gets one",
        ));
    };
    if open.iter().any(|it| it.currency != first.currency) {
        return Err(Failure::usage(
            "the wallet has allowances in several currencies: give --currency",
        ));
    }
    let ceiling = argument::payable(amount, phone.decimals(first.currency)?)?;
    let armed = network::run(async { Ok(phone.wallet.arm(&first.id, ceiling).await) })?;
    Ok(armed.map(|armed| Armed {
        ceiling,
        currency: first.currency,
        until: armed.until,
        allowance: armed.allowance,
    }))
}

impl Armed {
    /// For programs.
    pub(super) fn value(&self) -> Json {
        json!({
            "allowance_id": self.allowance.to_string(),
            "ceiling": self.ceiling.minor_units(),
            "currency": self.currency.numeric(),
            "until": self.until.unix(),
        })
    }

    /// For people.
    pub(super) fn words(&self, phone: &Phone) -> Result<String, Failure> {
        let calendar = Calendar::new(phone.clock.now(), None)?;
        let decimals = phone.decimals(self.currency)?;
        let most = money::amount(self.ceiling, self.currency, decimals);
        Ok(format!(
            "armed for one payment of at most {most}, until {}",
            calendar.show(self.until, Sense::End)
        ))
    }
}
