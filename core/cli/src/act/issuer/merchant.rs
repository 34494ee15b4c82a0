//! `skilling issuer merchant`: shops, their tills and certificates.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;
use skilling_issuer::{IssuedMerchant, NewMerchant};
use skilling_protocol::values::{Country, Mcc, MerchantId};

use super::{Bank, failed};
use crate::act::argument;
use crate::escape::shown;
use crate::look::trust;
use crate::output::Output;
use crate::status::Failure;

const EXAMPLE: &str = "Example:
  skilling issuer merchant add --home bank --name \"Netto Torvegade, København\" --mcc 5411 \\
      --country DK --terminal-key till.hex -o certificate.hex
  skilling terminal certificate --home till certificate.hex";

/// Add merchants and tills.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Merchant {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add a merchant with its first till.
    #[command(after_help = EXAMPLE)]
    Add(Add),
    /// Add one more till to a merchant.
    #[command(after_help = "Example:
  skilling issuer merchant till --home bank 00112233aabbccdd --terminal-key till2.hex")]
    Till(Till),
}

#[derive(Debug, Args)]
struct Add {
    /// What payers see, with the place: at most 40 bytes.
    #[arg(long, value_name = "N")]
    name: String,
    /// Merchant category of ISO 18245.
    #[arg(long, value_parser = argument::mcc)]
    mcc: Mcc,
    /// ISO 3166-1, two letters.
    #[arg(long, value_parser = argument::country)]
    country: Country,
    #[command(flatten)]
    terminal: Terminal,
}

#[derive(Debug, Args)]
struct Till {
    /// The merchant id that `merchant add` printed.
    #[arg(value_parser = merchant_id)]
    merchant: MerchantId,
    #[command(flatten)]
    terminal: Terminal,
}

#[derive(Debug, Args)]
struct Terminal {
    /// The key that `skilling terminal init` printed, or a file with it.
    #[arg(long, value_name = "HEX")]
    terminal_key: String,
    /// Write the certificate to a file, as hex.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

fn merchant_id(text: &str) -> Result<MerchantId, String> {
    let bytes = hex::decode(text).unwrap_or_default();
    MerchantId::try_from(bytes.as_slice())
        .map_err(|_| "give the merchant id as 16 hex digits, as merchant add printed it".into())
}

impl Merchant {
    pub(super) fn run(self, bank: &Bank, output: Output) -> Result<(), Failure> {
        let (issued, file) = match self.command {
            Command::Add(it) => {
                let merchant = NewMerchant {
                    name: &it.name,
                    mcc: it.mcc,
                    country: it.country,
                    terminal_key: trust::key(&it.terminal.terminal_key)?,
                };
                (bank.server.add_merchant(&merchant), it.terminal.output)
            }
            Command::Till(it) => {
                let key = trust::key(&it.terminal.terminal_key)?;
                (
                    bank.server.add_terminal(it.merchant, key),
                    it.terminal.output,
                )
            }
        };
        tell(&issued.map_err(failed)?, file, output)
    }
}

fn tell(issued: &IssuedMerchant, file: Option<PathBuf>, output: Output) -> Result<(), Failure> {
    let certificate = hex::encode(issued.certificate.to_bytes());
    if let Some(path) = file {
        let name = shown(&path.to_string_lossy());
        std::fs::write(&path, format!("{certificate}\n"))
            .map_err(|error| Failure::file(format!("cannot write {name}: {error}")))?;
        output.note(format_args!("the certificate was written to {name}"));
    }
    if output.json {
        return output.value(&json!({
            "merchant": certificate,
            "id": issued.id.to_string(),
            "terminal_id": issued.terminal_id.to_string(),
        }));
    }
    output.text(&format!(
        "merchant     {}\nterminal     {}\ncertificate  {certificate}\n",
        issued.id, issued.terminal_id
    ))
}
