//! `skilling wallet enrol`: a new wallet, made known to its bank.

use clap::Args;
use serde_json::json;

use super::phone::{self, Phone, Settings};
use crate::act::home::Place;
use crate::act::network;
use crate::escape::shown;
use crate::look::trust;
use crate::output::Output;
use crate::status::{Failure, Status};

/// Make a wallet and enrol it at a bank with the code that the bank gave.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  skilling wallet enrol --home asta --server http://127.0.0.1:8460 --root bank/root.hex --code CODE")]
pub(super) struct Enrol {
    /// Where the bank answers.
    #[arg(long, value_name = "URL", value_parser = network::url)]
    server: String,
    /// A root key of the scheme as 66 hex digits, or a file with it; up to three.
    #[arg(long, value_name = "KEY", required = true)]
    root: Vec<String>,
    /// The enrolment code.
    #[arg(long, value_name = "C")]
    code: String,
    /// The keys claim that every payment is authenticated: test schemes believe it.
    #[arg(long)]
    user_auth: bool,
}

impl Enrol {
    pub(super) fn run(self, place: &Place, output: Output) -> Result<Status, Failure> {
        let (home, clock) = (place.home()?, place.clock()?);
        let roots = trust::roots(&self.root)?;
        let settings = Settings {
            roots: roots.iter().map(ToString::to_string).collect(),
            server: self.server,
            user_auth: self.user_auth,
        };
        let phone = Phone::with(home, settings, clock)?;
        if !phone.wallet.banks().map_err(phone::failed)?.is_empty() {
            return Err(Failure::refused(
                "this wallet is enrolled already: choose another --home",
            ));
        }
        // Kept before the call: an answer that is lost is asked for again from here. While no bank knows the wallet, the
        // last call's server and root count: a call that failed pins nothing.
        phone.keep_settings()?;
        let transport = network::transport(&phone.settings.server)?;
        let enrolled = phone.wallet.enrol(&transport, &self.code);
        let id = network::run(async { enrolled.await.map_err(|error| phone.failed(error)) })?;
        let banks = phone.wallet.banks().map_err(phone::failed)?;
        let bank = banks.iter().find(|bank| bank.id == id);
        let name = bank.and_then(|bank| bank.name.clone()).unwrap_or_default();
        if output.json {
            output.value(&json!({
                "bank": name,
                "issuer_key_id": bank.map(|it| it.issuer_key.key_id().to_string()),
                "link_key": bank.map(|it| it.link_key.to_string()),
            }))?;
        } else {
            output.text(&format!(
                "enrolled at {}; now: skilling wallet sync --want AMOUNT --currency DKK\n",
                shown(&name)
            ))?;
        }
        Ok(Status::Good)
    }
}
