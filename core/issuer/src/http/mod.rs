//! sync.md over HTTP: routes, checks in their order, and everything a server owes its operators.
//!
//! TLS is ended in front of this program. Handlers only read bodies and run blocking work elsewhere.

mod health;
mod limits;
mod metrics;
mod middle;
mod problem;
mod routes;

pub use limits::Limits;
pub(crate) use metrics::Metrics;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tokio::net::TcpListener;

use crate::server::Server;

/// How often deadlines are looked at and unanswered deposits presented again.
const CHORES_EVERY: Duration = Duration::from_secs(30);
/// Deposits presented again in one round.
const PRESENTED_AT_A_TIME: u32 = 100;

impl Server {
    /// Every route, for a server of one's own. Calls that lack `ConnectInfo<SocketAddr>` share one rate limit.
    pub fn router(self: &Arc<Self>) -> Router {
        let calls = Router::new()
            .route("/v1/trust", get(routes::trust))
            .route("/v1/status/{list}", get(routes::status))
            .route("/v1/outage/{currency}", get(routes::outage))
            .route("/v1/nonce", post(routes::nonce))
            .route("/v1/enrol", post(routes::enrol))
            .route("/v1/sync", post(routes::sync))
            .route("/v1/deposit", post(routes::deposit))
            .route("/v1/renew", post(routes::renew))
            .route("/v1/present", post(routes::present))
            .route_layer(from_fn_with_state(self.clone(), middle::limited));
        Router::new()
            .merge(calls)
            .route("/problems/{code}", get(problem::page))
            .route("/livez", get(health::live))
            .route("/readyz", get(health::ready))
            .route("/metrics", get(metrics::page))
            .layer(from_fn_with_state(self.clone(), middle::observed))
            .with_state(self.clone())
    }

    /// Serves on `listener` until `shutdown` completes; then calls under way are finished. Deadlines and unanswered
    /// deposits are looked after meanwhile.
    ///
    /// # Errors
    /// The listener fails.
    pub async fn serve(
        self: Arc<Self>,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        let chores = tokio::spawn(chores(self.clone()));
        let service = self
            .router()
            .into_make_service_with_connect_info::<SocketAddr>();
        let served = axum::serve(listener, service)
            .with_graceful_shutdown(shutdown)
            .await;
        chores.abort();
        served
    }

    /// Presents deposits again that other issuers have not answered; how many they answered now.
    ///
    /// # Errors
    /// The store.
    pub async fn forward_pending(self: &Arc<Self>) -> Result<usize, crate::Error> {
        let server = self.clone();
        let waiting =
            crate::server::blocking(move || server.unanswered(PRESENTED_AT_A_TIME)).await?;
        let mut answered = 0;
        for forward in waiting {
            answered += usize::from(self.present(forward).await?);
        }
        Ok(answered)
    }
}

async fn chores(server: Arc<Server>) {
    loop {
        tokio::time::sleep(CHORES_EVERY).await;
        let at_work = server.clone();
        let due = crate::server::blocking(move || at_work.run_due()).await;
        if let Err(error) = due {
            tracing::error!(%error, "deadlines could not be acted on");
        }
        if let Err(error) = server.forward_pending().await {
            tracing::error!(%error, "deposits could not be presented");
        }
    }
}
