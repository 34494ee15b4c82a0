//! `skilling issuer serve`: all of sync.md on HTTP, until it is told to stop.

use std::io::IsTerminal as _;
use std::net::SocketAddr;

use clap::Args;
use serde_json::json;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use super::{Bank, failed};
use crate::act::network;
use crate::escape::shown;
use crate::output::Output;
use crate::status::Failure;

const EXAMPLE: &str = "Example:
  skilling issuer serve --home bank --listen 127.0.0.1:8460

The first line on stdout is the address. The log goes to stderr (RUST_LOG=debug for more).
Ctrl-C or SIGTERM stops it after the calls under way.";

/// Answer wallets and terminals over HTTP.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Serve {
    /// Address and port; port 0 takes any that is free.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8460")]
    listen: SocketAddr,
    /// Another database than the SQLite file in the home. None can be given yet.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

impl Serve {
    pub(super) fn run(self, bank: Bank, output: Output) -> Result<(), Failure> {
        if let Some(url) = &self.database {
            return Err(Failure::usage(format!(
                "--database {}: PostgreSQL comes later; leave --database out to use the SQLite file in the home",
                shown(url)
            )));
        }
        log(output);
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::file(format!("the server cannot start: {error}")))?
            .block_on(serve(bank, self.listen, output))
    }
}

async fn serve(bank: Bank, address: SocketAddr, output: Output) -> Result<(), Failure> {
    let cannot = |error| {
        Failure::file(format!(
            "cannot listen on {address}: {error}; choose another --listen"
        ))
    };
    let listener = TcpListener::bind(address).await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    // Caught before the address is printed: whoever reads it may send one at once.
    let stopped = network::stopped().map_err(|error| Failure::file(error.to_string()))?;
    let stop = async {
        stopped.await;
        tracing::info!("stopping after the calls under way");
    };
    let url = format!("http://{address}");
    bank.server.listens_at(&url).map_err(failed)?;
    tell(address, &url, output)?;
    let served = bank.server.serve(listener, stop).await;
    served.map_err(|error| Failure::file(format!("the server stopped: {error}")))?;
    tracing::info!("stopped");
    Ok(())
}

/// One line, because programs wait for it.
fn tell(address: SocketAddr, url: &str, output: Output) -> Result<(), Failure> {
    if output.json {
        let line = json!({"url": url, "address": address.to_string()});
        output.bytes(format!("{line}\n").as_bytes())
    } else {
        output.text(&format!("listening on {url}\n"))
    }
}

fn log(output: Output) {
    if output.quiet {
        return;
    }
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second log in one process would be refused; there is only this one.
    let _ = if output.json {
        log.json().try_init()
    } else {
        log.with_ansi(std::io::stderr().is_terminal()).try_init()
    };
}
