//! `skilling mint`: any message from a small TOML, in order or off by intention.

use clap::Args;
use serde_json::{Value as Json, json};
use skilling_protocol::message::{Message, MessageType};
use skilling_protocol::reason::Reason;
use skilling_protocol::values::Time;

use super::keys::{DEFAULT_SEED, Role};
use super::set;
use super::shape;
use super::source::Source;
use super::story::{HONEST, Story};
use crate::act::picture;
use crate::escape::shown;
use crate::look::convert::{self, Form};
use crate::look::input::Found;
use crate::look::words::time;
use crate::output::Output;
use crate::status::{Failure, Status};

const EXAMPLE: &str = "Examples:
  skilling mint --example payment_token > token.toml
  skilling mint token.toml -o token.png
  skilling mint token.toml --set DIR          all that is needed to verify it
  skilling mint token.toml | skilling inspect -

A TOML says what differs from a story in which all is in order:
  kind = \"payment_token\"
  [payment]
  amount = \"125.51\"             one øre more than the till asked for
  [payment.off]
  leave_out = [\"time\"]          and off by intention

Every key is thrown away: it is made from the name in `seed`. Real keys are refused.";

/// Make any message of the protocol from a small TOML, off by intention where you say so.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Mint {
    /// The TOML, or - for standard input.
    #[arg(required_unless_present = "example", conflicts_with = "example")]
    file: Option<String>,
    /// Print a commented TOML that mints as it stands: payment_token, receipt, ...
    #[arg(long, value_name = "KIND", value_parser = kind)]
    example: Option<MessageType>,
    /// When the story plays, whatever the TOML says: RFC 3339, Unix seconds, or now.
    #[arg(long, value_name = "T", value_parser = time::parse)]
    now: Option<Time>,
    /// Write it by the file's ending: .png, .svg, .txt, .hex, anything else the bytes.
    #[arg(long, short, value_name = "FILE", conflicts_with = "to")]
    output: Option<String>,
    /// Write it to stdout in this form; hex where nothing is said.
    #[arg(long, value_enum)]
    to: Option<Form>,
    /// Write everything that is needed to verify it into this folder.
    #[arg(long, value_name = "DIR")]
    set: Option<String>,
}

fn kind(name: &str) -> Result<MessageType, String> {
    shape::kind(name).ok_or_else(|| {
        format!(
            "give one of {}",
            shape::KINDS.map(MessageType::name).join(", ")
        )
    })
}

impl Mint {
    pub(crate) fn run(self, output: Output) -> Result<Status, Failure> {
        if let Some(kind) = self.example {
            output.text(&example(kind))?;
            return Ok(Status::Good);
        }
        let source = Source::open(self.file.as_deref().unwrap_or_default())?;
        let mut story = Story::read(&source, self.now)?;
        let message = story.message().map_err(|wrong| source.failure(&wrong))?;
        let set = match &self.set {
            Some(dir) => Some(
                set::Set::of(&mut story, &message)
                    .map_err(|wrong| source.failure(&wrong))?
                    .write(dir)?,
            ),
            None => None,
        };
        output.note(format_args!(
            "minted: {}, {} bytes, signed by throw-away keys of the seed \"{}\": {}",
            story.kind().name(),
            message.len(),
            shown(story.keys().seed()),
            decoded(&message)
        ));
        if let Some(path) = &self.output {
            picture::show(&message, Some(std::path::Path::new(path)), output)?;
        }
        if output.json && self.to.is_none() {
            output.value(&report(&story, &message, set.as_ref()))?;
        } else if let Some(set) = &set {
            output.text(&set.text())?;
        } else if self.output.is_none() {
            convert::write(
                Found::Message(message),
                "the message",
                self.to.unwrap_or(Form::Hex),
                output,
            )?;
        }
        Ok(Status::Good)
    }
}

fn report(story: &Story, message: &[u8], set: Option<&set::Written>) -> Json {
    let keys: serde_json::Map<_, _> = Role::ALL
        .map(|role| {
            (
                role.name().to_owned(),
                json!(story.keys().public(role).to_string()),
            )
        })
        .into_iter()
        .collect();
    let mut report = json!({
        "kind": story.kind().name(),
        "bytes": message.len(),
        "message": hex::encode(message),
        "text": picture::text(message),
        "seed": story.keys().seed(),
        "now": story.now().unix(),
        "keys": keys,
        "decodes": Message::decode(message).map_or_else(
            |error| error.reason().name(),
            |message| message.kind().name(),
        ),
    });
    if let Some(set) = set {
        report["set"] = set.json();
    }
    report
}

/// What a strict decoder says of it.
fn decoded(message: &[u8]) -> String {
    match Message::decode(message) {
        Ok(message) => format!("well-formed as {}", message.kind().name()),
        Err(error) if error.reason() == Reason::Unsupported => format!("unsupported: {error}"),
        Err(error) => format!("malformed: {error}"),
    }
}

/// A commented TOML: what the kind is made of, all in order, and how to put it out of order.
pub(super) fn example(kind: MessageType) -> String {
    let mut text = format!(
        "# A {name} in which all is in order. Change or leave out what you like: what is left out stays as it is here.\n\
         # skilling mint this.toml -o message.png      skilling mint this.toml --set DIR\n\n\
         kind = \"{name}\"\n\
         seed = \"{DEFAULT_SEED}\"                # every key is made from this name, and worth nothing\n\
         now = \"2027-01-15T08:00:00Z\"    # when it plays; \"now\" is this moment\n",
        name = kind.name(),
    );
    let mut wanted = false;
    for line in HONEST.lines() {
        if let Some(kinds) = line.strip_prefix("#== ") {
            wanted = kinds.split(' ').any(|it| it == kind.name());
            if wanted {
                text.push('\n');
            }
        } else if wanted && !line.is_empty() {
            text.push_str(line);
            text.push('\n');
        } else if wanted && !text.ends_with("\n\n") {
            text.push('\n');
        }
    }
    while let Some(at) = text.find("\n\n\n") {
        text.remove(at);
    }
    text.truncate(text.trim_end().len());
    text.push_str(OFF);
    text
}

/// How every example ends.
const OFF: &str = r#"

# A value of another type, or out of every bound, wherever a value stands:
#   amount = { text = "abc" }     { bytes = "c0ffee" }   { filled = 5000 }   (that many bytes)
#   amount = { negative = -5 }    { uint = 18446744073709551615 }           { cbor = "f6" }   (any item)
#
# What is off in how an object is put together, in a table of its own: [payment.off], [trust.off] ...
#   leave_out = ["time"]          without these keys
#   extra = { 99 = 1 }            with keys that nobody knows
#   duplicate = ["time"]          twice
#   longer = ["amount"]           an integer or length not in its shortest form
#   unsorted = true               keys descend
#   indefinite = true             a map of indefinite length
#   payload_after = "00"          bytes after the map, signed with it
#   signed_by = "stranger"        root, issuer, acquirer, terminal, pay, link, stranger
#   key_id = "key:issuer"         in the header: key:ROLE, 16 hex digits, or none
#   signature = "flipped"         flipped, zero, short, or hex
#   context = "skilling/v2/x"     what the signature is for
#   parent = "id:request"         what it is bound to: id:OBJECT, 64 hex digits, or none
#   header = "a10126"             the protected header
#   unprotected = "a10101"        the unprotected one
#   tag = 18                      before the object
#   after = "00"                  after it
#
# What is off in the message as a whole:
#   [off]
#   type = 9                      another type
#   drop = 2                      without its second element
#   add = "c0ffee"                with one more
#   swap = true                   elements in the other order
#   indefinite = true             an array of indefinite length
#   flip = 17                     the last bit of this byte is another
#   truncate = 1                  without its last byte
#   after = "00"                  bytes after it
"#;
