//! `skilling qr poster`: a code that hangs on a shop's door, as an A5 page to print.

use clap::Args;
use serde_json::json;
use skilling_link::qr::draw::{Drawing, Level};
use skilling_link::qr::words::check_words;
use skilling_protocol::message::{Message, PaymentRequest};
use skilling_protocol::objects::Outage;

use crate::escape::shown;
use crate::look::input::{self, Found};
use crate::look::words::money;
use crate::look::words::time::{self, Calendar};
use crate::output::Output;
use crate::status::{Failure, Status};

const EXAMPLE: &str = "Examples:
  skilling terminal request --static --home till -o request.cbor
  skilling qr poster request.cbor -o door.pdf
  skilling qr poster outage.cbor -o outage.pdf";

/// Make a poster for a shop's door, as PDF: a static request or an outage.
///
/// A5, with the merchant's name, the amount line, the code and its check words. Whoever sees the same four words at the
/// till or beside `skilling qr encode` knows that nobody has pasted another code over this one.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Poster {
    /// A static request or an outage: a file, - or the text itself.
    message: String,
    /// A file that ends in .pdf.
    #[arg(long, short, value_name = "FILE")]
    output: String,
    /// The name to print, where the one in the message has letters that the poster's fonts lack.
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
}

/// What the poster says, apart from the code.
struct Wording {
    purpose: &'static str,
    name: String,
    amount: String,
    note: &'static str,
}

impl Poster {
    pub(super) fn run(self, output: Output) -> Result<Status, Failure> {
        if !self.output.to_ascii_lowercase().ends_with(".pdf") {
            return Err(Failure::usage("a poster is a PDF: the output ends in .pdf"));
        }
        let message = match input::load(&self.message, output)?.single(None, output)? {
            Found::Message(message) => message,
            Found::Broken(breach) => return Err(Failure::refused(breach.detail)),
        };
        let mut wording = Wording::of(&message)?;
        if let Some(name) = self.name {
            wording.name = name;
        }
        let drawing = Drawing::new(&message, Level::M)
            .map_err(|error| Failure::refused(format!("it cannot be drawn: {error}")))?;
        let words = check_words(&message);
        let pdf = wording.poster(&drawing, &words)?;
        std::fs::write(&self.output, pdf).map_err(|error| {
            Failure::file(format!("cannot write {}: {error}", shown(&self.output)))
        })?;
        if output.json {
            output.value(&json!({
                "text": drawing.text(),
                "version": drawing.version(),
                "check_words": words,
            }))?;
        } else {
            output.note(format_args!(
                "written to {}, check words: {words}",
                shown(&self.output)
            ));
        }
        Ok(Status::Good)
    }
}

impl Wording {
    fn of(message: &[u8]) -> Result<Self, Failure> {
        match Message::decode(message) {
            Ok(Message::PaymentRequest(request)) => Self::of_request(&request),
            Ok(Message::Outage(outage)) => Ok(Self::of_outage(outage.unverified())),
            Ok(other) => Err(Failure::refused(format!(
                "a poster shows a static request or an outage; this is a {}",
                other.kind().name().replace('_', " ")
            ))),
            Err(error) => Err(Failure::refused(format!(
                "a poster shows a static request or an outage; this is malformed: {error}"
            ))),
        }
    }

    fn of_request(message: &PaymentRequest) -> Result<Self, Failure> {
        let request = message.request.unverified();
        if request.amounted.is_some() {
            return Err(Failure::refused(
                "this request is for one amount and soon too old to answer: \
                 make one for the door with `skilling terminal request --static`",
            ));
        }
        Ok(Self {
            purpose: "Pay here with your phone, also without a network",
            name: message.merchant.unverified().name.as_str().to_owned(),
            amount: format!("Enter the amount in {}", money::code(request.currency)),
            note: "Are these the four words that the till shows? If not, do not pay.",
        })
    }

    fn of_outage(outage: &Outage) -> Self {
        let day = |time| {
            let calendar = Calendar::new(time::now(), None).ok();
            let absolute = calendar.and_then(|calendar| calendar.absolute(time));
            absolute.map_or_else(|| time.unix().to_string(), |it| it.replace('T', " "))
        };
        Self {
            purpose: "The network is down: scan this to pay without it",
            name: format!("Outage no. {}", outage.serial),
            amount: format!(
                "{}, {} to {}",
                money::code(outage.currency),
                day(outage.from),
                day(outage.until)
            ),
            note: "Are these the four words that the till shows? If not, do not scan.",
        }
    }

    fn poster(&self, code: &Drawing, words: &str) -> Result<Vec<u8>, Failure> {
        let poster = skilling_link::qr::poster::Poster {
            purpose: self.purpose,
            name: &self.name,
            amount: &self.amount,
            code,
            words,
            note: self.note,
        };
        poster.pdf().map_err(|error| {
            Failure::refused(format!(
                "{error}, for instance with --name \"the name as it should be printed\""
            ))
        })
    }
}
