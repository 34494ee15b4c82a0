//! `skilling issuer customer`: who may get allowances, and from what.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use skilling_issuer::{CustomerId, Funding};
use skilling_protocol::values::{Currency, Uuid};

use super::{Bank, failed};
use crate::act::argument;
use crate::escape::shown;
use crate::output::Output;
use crate::status::Failure;

const EXAMPLE: &str = "Example:
  skilling issuer customer add --home bank --name Asta --currency DKK --funding held --amount 5000

The enrolment code enrols one phone: skilling wallet enrol --code CODE ...";

/// Add customers and look after their phones.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Customer {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add a customer with an account: money paid in, or a line of credit.
    #[command(after_help = EXAMPLE)]
    Add(Add),
    /// A code for one more phone of a customer.
    #[command(after_help = "Example:\n  skilling issuer customer code --home bank 0e4c...")]
    Code(Known),
    /// The customer's phones are lost: their allowances are stopped, and they get no more.
    #[command(after_help = "Example:\n  skilling issuer customer lost --home bank 0e4c...")]
    Lost(Known),
}

#[derive(Debug, Args)]
struct Add {
    /// For the bank's own use.
    #[arg(long, value_name = "N")]
    name: String,
    /// Of the account, like DKK or 208.
    #[arg(long, value_parser = argument::currency)]
    currency: Currency,
    /// Whether allowances are held from the account, or granted at the bank's risk.
    #[arg(long, value_enum)]
    funding: FundedBy,
    /// Held: paid in. Risk: the line.
    #[arg(long, value_name = "A")]
    amount: String,
    /// The tier; the standard one otherwise.
    #[arg(long, value_name = "T")]
    tier: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FundedBy {
    Held,
    Risk,
}

#[derive(Debug, Args)]
struct Known {
    /// The UUID that `customer add` printed.
    #[arg(value_parser = uuid)]
    customer: CustomerId,
}

fn uuid(text: &str) -> Result<CustomerId, String> {
    uuid::Uuid::parse_str(text)
        .map(|it| Uuid(*it.as_bytes()))
        .map_err(|_| "give the UUID that customer add printed".into())
}

fn shown_uuid(id: CustomerId) -> String {
    uuid::Uuid::from_bytes(*id.as_bytes()).to_string()
}

impl Customer {
    pub(super) fn run(self, bank: &Bank, output: Output) -> Result<(), Failure> {
        match self.command {
            Command::Add(it) => it.run(bank, output),
            Command::Code(it) => {
                let code = bank
                    .server
                    .new_enrolment_code(it.customer)
                    .map_err(failed)?;
                if output.json {
                    output.value(&json!({
                        "customer": shown_uuid(it.customer),
                        "enrolment_code": code,
                    }))
                } else {
                    output.text(&format!("enrolment code  {code}\n"))
                }
            }
            Command::Lost(it) => {
                let stopped = bank.server.report_lost(it.customer).map_err(failed)?;
                if output.json {
                    output.value(&json!({"stopped": stopped}))
                } else {
                    output.text(&format!("{stopped} allowance(s) stopped\n"))
                }
            }
        }
    }
}

impl Add {
    fn run(self, bank: &Bank, output: Output) -> Result<(), Failure> {
        let amount = argument::amount(&self.amount, bank.decimals(self.currency)?)?;
        let funding = match self.funding {
            FundedBy::Held => Funding::Held,
            FundedBy::Risk => Funding::Risk,
        };
        let tier = self.tier.as_deref();
        let added = bank
            .server
            .add_customer(&self.name, self.currency, funding, amount, tier)
            .map_err(failed)?;
        let customer = shown_uuid(added.customer);
        if output.json {
            return output.value(&json!({
                "customer": customer,
                "enrolment_code": added.enrolment_code,
            }));
        }
        output.text(&format!(
            "customer        {customer}  {}\nenrolment code  {}\n",
            shown(&self.name),
            added.enrolment_code
        ))
    }
}
