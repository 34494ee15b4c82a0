//! `skilling issuer init`: a scheme, an issuer and an acquirer with keys in files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde_json::json;
use skilling_issuer::{Scheme, Server, Setup};
use skilling_platform::clock::Clock;

use super::failed;
use crate::act::home::{self, Place};
use crate::act::network;
use crate::escape::shown;
use crate::output::Output;
use crate::status::{Failure, Status};

const EXAMPLE: &str = "Example:
  skilling issuer init --home bank
  skilling issuer init --home other-bank --scheme bank/scheme --url http://127.0.0.1:8461";

/// Make a test scheme, an issuer and an acquirer, with their keys in files.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Init {
    /// Take part in the scheme of this folder instead of making one.
    #[arg(long, value_name = "DIR")]
    scheme: Option<PathBuf>,
    /// The name that stands in the trust bundle.
    #[arg(long, value_name = "N", default_value = "Skilling Testbank")]
    name: String,
    /// Where it will be reached: other acquirers of the scheme present there.
    #[arg(long, value_name = "URL", default_value = network::USUAL_URL, value_parser = network::url)]
    url: String,
}

impl Init {
    /// The scheme to take part in. One that an attempt before this left in the home is as good as a new one.
    fn scheme(&self, home: &Path, clock: &Arc<dyn Clock>) -> Result<Scheme, Failure> {
        let own = home.join("scheme");
        let folder = self.scheme.as_deref().unwrap_or(&own);
        let is_there = folder.join("root.key").exists();
        if !is_there && self.scheme.is_some() {
            return Err(Failure::file(format!(
                "there is no scheme in {}: give the folder that holds its root.key, or leave --scheme out",
                shown(&folder.to_string_lossy())
            )));
        }
        home::make(home)?;
        let scheme = match is_there {
            true => Scheme::open(folder, clock.clone()),
            false => Scheme::init(folder, clock.clone()),
        };
        scheme.map_err(failed)
    }

    pub(super) fn run(self, place: &Place, output: Output) -> Result<Status, Failure> {
        let (home, clock) = (place.home()?, place.clock()?);
        if home.join("home.json").exists() {
            return Err(Failure::refused(format!(
                "{} holds an issuer already: choose another --home",
                shown(&home.to_string_lossy())
            )));
        }
        let scheme = self.scheme(home, &clock)?;
        let setup = Setup {
            url: self.url,
            ..Setup::new(&self.name)
        };
        let server = Server::init(home, &scheme, &setup, clock).map_err(failed)?;
        let id = |key: Option<skilling_protocol::values::PublicKey>| {
            key.map(|key| key.key_id().to_string())
        };
        let (root, issuer, acquirer) = (
            scheme.root().to_string(),
            id(server.issuer_key()),
            id(server.acquirer_key()),
        );
        let pinned = home.join("root.hex");
        std::fs::write(&pinned, format!("{root}\n"))
            .map_err(|error| Failure::file(format!("cannot write root.hex: {error}")))?;
        if output.json {
            output.value(&json!({
                "root": root,
                "issuer_key_id": issuer,
                "acquirer_key_id": acquirer,
            }))?;
        } else {
            output.text(&format!(
                "root key     {root}\n\
                 issuer       {}\n\
                 acquirer     {}\n\
                 Wallets and terminals pin the root key: --root {}\n",
                issuer.unwrap_or_default(),
                acquirer.unwrap_or_default(),
                shown(&pinned.to_string_lossy()),
            ))?;
        }
        Ok(Status::Good)
    }
}
