//! `skilling qr`: a message drawn as a code, and codes read from pictures.

mod poster;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value as Json, json};
use skilling_link::qr::draw::{Background, Drawing, Level, MOST_MODULE_PIXELS};
use skilling_link::qr::words::check_words;

use super::input::{self, Found, picture_codes};
use super::view::View;
use crate::escape::shown;
use crate::output::Output;
use crate::status::{Failure, Status};

const EXAMPLE: &str = "Examples:
  skilling qr encode token.cbor -o token.png
  skilling qr encode token.cbor -o -
  skilling qr decode photo.jpg
  skilling qr poster request.cbor -o door.pdf";

const ENCODE_EXAMPLE: &str = "Examples:
  skilling qr encode request.cbor -o request.png
  skilling qr encode request.cbor -o request.svg --level l
  skilling qr encode 8200181c -o -          (drawn in the terminal)";

const DECODE_EXAMPLE: &str = "Example:
  skilling qr decode photo.jpg till.png --json";

/// Draw a message as a QR code or a poster, or read codes from pictures.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Qr {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Encode(Encode),
    Decode(Decode),
    Poster(poster::Poster),
}

/// Draw a message as a PNG, an SVG, or in the terminal.
#[derive(Debug, Args)]
#[command(after_help = ENCODE_EXAMPLE)]
struct Encode {
    /// A file, - or the text itself.
    message: String,
    /// A file that ends in .png or .svg, or - for the terminal.
    #[arg(long, short, value_name = "FILE", allow_hyphen_values = true)]
    output: String,
    /// Error correction: L only for displays on which M is too fine.
    #[arg(long, value_enum, default_value_t = Correction::M)]
    level: Correction,
    /// Pixels of a module in a PNG.
    #[arg(long, value_name = "PIXELS", default_value_t = 8,
          value_parser = clap::value_parser!(u8).range(1..=i64::from(MOST_MODULE_PIXELS)))]
    module: u8,
    /// The terminal shows dark text on a light ground.
    #[arg(long)]
    light: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Correction {
    L,
    M,
}

/// Read every Skilling code in pictures.
#[derive(Debug, Args)]
#[command(after_help = DECODE_EXAMPLE)]
struct Decode {
    /// PNG or JPEG files, or - for standard input.
    #[arg(required = true, value_name = "PICTURE")]
    pictures: Vec<String>,
}

impl Qr {
    pub(crate) fn run(self, output: Output) -> Result<Status, Failure> {
        match self.command {
            Command::Encode(it) => it.run(output),
            Command::Decode(it) => it.run(output),
            Command::Poster(it) => it.run(output),
        }
    }
}

impl Encode {
    fn run(self, output: Output) -> Result<Status, Failure> {
        let message = match input::load(&self.message, output)?.single(None, output)? {
            Found::Message(message) => message,
            Found::Broken(breach) => return Err(Failure::refused(breach.detail)),
        };
        if let View::Broken(broken) = View::of(&Found::Message(message.clone())) {
            output.warn(format_args!(
                "the message is {}: {}; it is drawn as it is",
                broken.kind(),
                shown(&broken.detail)
            ));
        }
        let level = match self.level {
            Correction::L => Level::L,
            Correction::M => Level::M,
        };
        let drawing = Drawing::new(&message, level)
            .map_err(|error| Failure::refused(format!("it cannot be drawn: {error}")))?;
        self.write(&drawing, output)?;
        self.tell(&drawing, &check_words(&message), output)?;
        Ok(Status::Good)
    }

    fn write(&self, drawing: &Drawing, output: Output) -> Result<(), Failure> {
        if self.output == "-" {
            let background = if self.light {
                Background::Light
            } else {
                Background::Dark
            };
            return if output.json {
                Ok(())
            } else {
                output.text(&format!("{}\n", drawing.terminal(background)))
            };
        }
        let ending = self
            .output
            .rsplit_once('.')
            .map(|(_, ending)| ending.to_ascii_lowercase());
        let bytes = match ending.as_deref() {
            Some("png") => drawing
                .png(self.module)
                .map_err(|error| Failure::file(error.to_string()))?,
            Some("svg") => drawing.svg().into_bytes(),
            _ => {
                return Err(Failure::usage(
                    "the output ends in .png or .svg, or is - for the terminal",
                ));
            }
        };
        std::fs::write(&self.output, bytes).map_err(|error| {
            Failure::file(format!("cannot write {}: {error}", shown(&self.output)))
        })
    }

    fn tell(&self, drawing: &Drawing, words: &str, output: Output) -> Result<(), Failure> {
        let level = format!("{:?}", drawing.level());
        if output.json {
            return output.value(&json!({
                "text": drawing.text(),
                "characters": drawing.characters(),
                "version": drawing.version(),
                "level": level,
                "check_words": words,
            }));
        }
        output.note(format_args!(
            "{} characters, version {}-{level}, check words: {words}",
            drawing.characters(),
            drawing.version()
        ));
        Ok(())
    }
}

impl Decode {
    /// One text a line; with `--json` also the bytes, and what the message is.
    fn run(self, output: Output) -> Result<Status, Failure> {
        let mut worst = Status::Good;
        let mut read = Vec::new();
        for picture in &self.pictures {
            match texts(picture, output) {
                Ok(texts) => read.extend(texts.into_iter().map(|text| (picture, text))),
                Err(failure) => {
                    output.error(&failure);
                    worst = worst.max(failure.status);
                }
            }
        }
        let mut lines = String::new();
        let mut values = Vec::new();
        for (picture, text) in read {
            let found = input::code(&text);
            if let Found::Broken(breach) = &found {
                output.error(format_args!("{}: {}", shown(picture), breach.detail));
                worst = worst.max(Status::Refused);
            }
            lines.push_str(&shown(&text));
            lines.push('\n');
            values.push(value(picture, &text, &found));
        }
        if output.json {
            output.value(&Json::Array(values))?;
        } else {
            output.text(&lines)?;
        }
        Ok(worst)
    }
}

fn texts(picture: &str, output: Output) -> Result<Vec<String>, Failure> {
    let bytes = input::whole(picture)?;
    let name = if picture == "-" {
        "standard input".into()
    } else {
        shown(picture)
    };
    picture_codes(&bytes, &name, output)
}

fn value(picture: &str, text: &str, found: &Found) -> Json {
    let mut json = json!({"picture": picture, "text": text});
    json["kind"] = match View::of(found) {
        View::Message(view) => json!(view.kind.name()),
        View::Broken(broken) => json!(broken.kind()),
    };
    if let Found::Message(bytes) = found {
        json["message"] = json!(hex::encode(bytes));
        json["check_words"] = json!(check_words(bytes));
    }
    json
}
