//! The network: real HTTP servers on this machine that are really stopped and really started again.

use std::net::SocketAddr;
use std::sync::Arc;

use skilling_issuer::Server;
use skilling_platform::HttpTransport;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::Told;

/// One server's place on the network; the address stays, whether it is up or down.
pub(super) struct Host {
    address: SocketAddr,
    up: Option<Up>,
}

struct Up {
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
}

impl Host {
    /// Finds a free address. Nothing listens there yet.
    pub(super) fn find(runtime: &Runtime) -> Told<Self> {
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        Ok(Self {
            address: listener.local_addr()?,
            up: None,
        })
    }

    /// How others reach it.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A client for it.
    pub(super) fn client(&self) -> Told<HttpTransport> {
        Ok(HttpTransport::new(&self.url())?)
    }

    /// Listens and serves.
    pub(super) fn start(&mut self, runtime: &Runtime, server: Arc<Server>) -> Told {
        let listener = runtime.block_on(TcpListener::bind(self.address))?;
        let (stop, stopped) = oneshot::channel();
        let serving = server.serve(listener, async {
            // Told to stop, or the story is over: both mean stop.
            let _ = stopped.await;
        });
        self.up = Some(Up {
            stop,
            served: runtime.spawn(serving),
        });
        Ok(())
    }

    /// Stops listening; returns once the server is gone.
    pub(super) fn stop(&mut self, runtime: &Runtime) -> Told {
        if let Some(up) = self.up.take() {
            // It may have stopped by itself; waiting for it says how.
            let _ = up.stop.send(());
            runtime.block_on(up.served)??;
        }
        Ok(())
    }
}
