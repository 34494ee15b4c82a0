//! `skilling issuer policy`: what the scheme allows, currency by currency.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value as Json, json};
use skilling_issuer::scheme::default_policy;
use skilling_protocol::objects::Policy;
use skilling_protocol::values::{
    Amount, Categories, Currency, Decimals, KeyProtection, Mcc, Seconds,
};

use super::{Bank, failed};
use crate::act::argument;
use crate::look::words::{money, time};
use crate::output::Output;
use crate::status::Failure;

const EXAMPLE: &str = "Example:
  skilling issuer policy set --home bank --currency DKK --max-payment 500 --categories 5411,5912
  skilling issuer policy show --home bank --currency DKK";

/// Look at the scheme's policies and change them.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct PolicyCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Change what is given; the rest stays. A currency without a policy begins with the default one.
    #[command(after_help = EXAMPLE)]
    Set(Box<Set>),
    /// The policy in force.
    #[command(after_help = EXAMPLE)]
    Show(Show),
}

#[derive(Debug, Args)]
struct Show {
    /// Like DKK or 208.
    #[arg(long, value_parser = argument::currency)]
    currency: Currency,
}

#[derive(Debug, Args)]
struct Set {
    /// Like DKK or 208.
    #[arg(long, value_parser = argument::currency)]
    currency: Currency,
    /// The most for one payment.
    #[arg(long, value_name = "A")]
    max_payment: Option<String>,
    /// The most for one payment without authentication.
    #[arg(long, value_name = "A")]
    max_unauthenticated: Option<String>,
    /// The least protection of pay keys.
    #[arg(long, value_enum, value_name = "LEVEL")]
    min_key_protection: Option<Protection>,
    /// How far clocks may differ.
    #[arg(long, value_name = "LENGTH", value_parser = argument::seconds)]
    skew: Option<Seconds>,
    /// How old a status list may be for large amounts.
    #[arg(long, value_name = "LENGTH", value_parser = argument::seconds)]
    max_status_age: Option<Seconds>,
    /// The most from one allowance in one acceptance store.
    #[arg(long, value_name = "A")]
    max_exposure: Option<String>,
    /// The merchant categories that are open, or `all`.
    #[arg(long, value_name = "MCC,MCC|all", value_parser = categories)]
    categories: Option<Open>,
    /// Whether payments count only in an outage.
    #[arg(long, value_name = "true|false")]
    outage_only: Option<bool>,
    /// How long a token may be deposited after the allowance has ended.
    #[arg(long, value_name = "LENGTH", value_parser = argument::seconds)]
    deposit_window: Option<Seconds>,
    /// How many decimals are shown.
    #[arg(long, value_name = "N", value_parser = decimals)]
    decimals: Option<Decimals>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Protection {
    #[value(name = "software")]
    Software,
    #[value(name = "trusted_environment")]
    TrustedEnvironment,
    #[value(name = "secure_element")]
    SecureElement,
}

#[derive(Debug, Clone)]
struct Open(Option<Categories>);

fn categories(text: &str) -> Result<Open, String> {
    if text == "all" {
        return Ok(Open(None));
    }
    let codes: Vec<Mcc> = text
        .split(',')
        .map(argument::mcc)
        .collect::<Result<_, _>>()?;
    Categories::new(codes)
        .map(|it| Open(Some(it)))
        .map_err(|error| error.to_string())
}

fn decimals(text: &str) -> Result<Decimals, String> {
    let count = text
        .parse()
        .ok()
        .and_then(|count| Decimals::new(count).ok());
    count.ok_or_else(|| "give 0 to 4".into())
}

impl PolicyCommand {
    pub(super) fn run(self, bank: &Bank, output: Output) -> Result<(), Failure> {
        let scheme = bank.server.scheme();
        let currency = match self.command {
            Command::Show(it) => it.currency,
            Command::Set(it) => {
                let held = scheme.policy(it.currency).map_err(failed)?;
                let held = match held {
                    Some(policy) => policy,
                    None => default_policy().map_err(|error| Failure::usage(error.to_string()))?,
                };
                let policy = it.applied_to(held)?;
                scheme.set_policy(it.currency, &policy).map_err(failed)?;
                it.currency
            }
        };
        let policy = scheme.policy(currency).map_err(failed)?.ok_or_else(|| {
            Failure::refused(format!(
                "the scheme has no policy for {}",
                money::code(currency)
            ))
        })?;
        if output.json {
            output.value(&value(currency, &policy))
        } else {
            output.text(&text(currency, &policy))
        }
    }
}

impl Set {
    fn applied_to(&self, mut policy: Policy) -> Result<Policy, Failure> {
        if let Some(decimals) = self.decimals {
            policy.decimals = decimals;
        }
        let shown_with = policy.decimals;
        let read = |text: &Option<String>, held: Amount| match text {
            Some(text) => argument::amount(text, shown_with),
            None => Ok(held),
        };
        policy.max_payment = read(&self.max_payment, policy.max_payment)?;
        policy.max_unauthenticated = read(&self.max_unauthenticated, policy.max_unauthenticated)?;
        policy.max_exposure = read(&self.max_exposure, policy.max_exposure)?;
        policy.skew = self.skew.unwrap_or(policy.skew);
        policy.max_status_age = self.max_status_age.unwrap_or(policy.max_status_age);
        policy.deposit_window = self.deposit_window.unwrap_or(policy.deposit_window);
        policy.outage_only = self.outage_only.unwrap_or(policy.outage_only);
        if let Some(level) = self.min_key_protection {
            policy.min_key_protection = match level {
                Protection::Software => KeyProtection::Software,
                Protection::TrustedEnvironment => KeyProtection::TrustedEnvironment,
                Protection::SecureElement => KeyProtection::SecureElement,
            };
        }
        if let Some(Open(categories)) = &self.categories {
            policy.categories.clone_from(categories);
        }
        Ok(policy)
    }
}

fn value(currency: Currency, policy: &Policy) -> Json {
    let categories = policy.categories.as_ref();
    json!({
        "currency": currency.numeric(),
        "max_payment": policy.max_payment.minor_units(),
        "max_unauthenticated": policy.max_unauthenticated.minor_units(),
        "min_key_protection": policy.min_key_protection.name(),
        "skew": policy.skew.0,
        "max_status_age": policy.max_status_age.0,
        "max_exposure": policy.max_exposure.minor_units(),
        "categories": categories.map(|it| it.as_slice().iter().map(|mcc| mcc.code()).collect::<Vec<_>>()),
        "outage_only": policy.outage_only,
        "deposit_window": policy.deposit_window.0,
        "decimals": policy.decimals.get(),
    })
}

fn text(currency: Currency, policy: &Policy) -> String {
    let amount = |it| money::amount(it, currency, policy.decimals);
    let length = |it: Seconds| time::duration(it.0.into());
    let open = match &policy.categories {
        None => "every category".to_owned(),
        Some(list) => {
            let codes: Vec<String> = list.as_slice().iter().map(ToString::to_string).collect();
            codes.join(", ")
        }
    };
    format!(
        "one payment             {}\nwithout authentication  {}\none store, one payer    {}\n\
         key protection          {}\nclocks may differ by    {}\nstatus lists last       {}\n\
         open to                 {open}\nonly in an outage       {}\ndeposited within        {}\n",
        amount(policy.max_payment),
        amount(policy.max_unauthenticated),
        amount(policy.max_exposure),
        policy.min_key_protection.name(),
        length(policy.skew),
        length(policy.max_status_age),
        if policy.outage_only { "yes" } else { "no" },
        length(policy.deposit_window),
    )
}
