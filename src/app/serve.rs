//! `senid serve`, and what the demonstration has in common with it.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::deployment::{self, Deployment, OpenError};
use super::sandbox::{self, NotAsAsked};
use super::server::{Server, StartError};
use crate::cli::theme::theme;
use crate::config::Settings;
use crate::crypto::random::SystemRandom;
use crate::domain::relying_party;
use crate::domain::sandbox::Mode;
use crate::flows::authenticators;
use crate::http::{Listening, ServeError, Site, Sockets, serve, serve_on};
use crate::web::layout::Standing;

use super::SystemClock;

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    NotAsAsked(Box<NotAsAsked>),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error("authority.theme: {0}")]
    Theme(String),
    #[error("authority.logo: {0}")]
    Logo(std::io::Error),
    #[error("signals cannot be listened for: {0}")]
    Signals(std::io::Error),
}

impl From<NotAsAsked> for RunError {
    fn from(error: NotAsAsked) -> Self {
        Self::NotAsAsked(Box::new(error))
    }
}

/// A server that answers.
#[derive(Debug)]
pub struct Running {
    server: Server,
    listening: Listening,
}

impl Running {
    /// Starts the deployment's server and its listeners.
    ///
    /// # Errors
    /// A sentence that says what to change.
    pub async fn start(deployment: Deployment, standing: Standing) -> Result<Self, RunError> {
        let server = Server::start(deployment)?;
        if let Err(error) = authenticators::recall(&server.app).await {
            tracing::warn!(%error, "no metadata of authenticators: until there is, no key counts as bound to hardware");
        }
        let listening = serve(site(&server, standing)?).await?;
        tracing::info!(public = %listening.public, operations = %listening.operations, "serving");
        Ok(Self { server, listening })
    }

    /// Serves a started server on sockets that are bound already.
    ///
    /// # Errors
    /// A sentence that says what to change.
    pub async fn start_on(server: Server, standing: Standing, sockets: Sockets) -> Result<Self, RunError> {
        let listening = serve_on(site(&server, standing)?, sockets).await?;
        Ok(Self { server, listening })
    }

    /// Where citizens and portals reach it.
    pub fn public(&self) -> SocketAddr {
        self.listening.public
    }

    /// Where clients bring certificates, if there is such a listener.
    pub fn mtls(&self) -> Option<SocketAddr> {
        self.listening.mtls
    }

    /// Where health and metrics are.
    pub fn operations(&self) -> SocketAddr {
        self.listening.operations
    }

    pub const fn server(&self) -> &Server {
        &self.server
    }

    /// Finishes what is under way and ends.
    pub async fn stop(self) {
        self.listening.stop().await;
        self.server.stop().await;
    }
}

/// The server's pages, in the operator's colours.
fn site(server: &Server, standing: Standing) -> Result<Arc<Site>, RunError> {
    let theme = theme(&server.app.settings.authority.theme).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        RunError::Theme(faults.join("; "))
    })?;
    // Whatever it is started as: no page of a sandbox can be taken for an official one.
    let standing = if server.app.mode.is_sandbox() { Standing::Sandbox } else { standing };
    Ok(Arc::new(Site::new(server.app.clone(), &theme, standing).map_err(RunError::Logo)?))
}

/// Serves until it is told to stop.
///
/// # Errors
/// A sentence that says what to change.
pub async fn run(settings: Arc<Settings>, mode: Mode) -> Result<(), RunError> {
    if settings.issuer.is_loopback() {
        tracing::warn!(issuer = %settings.issuer, "only this machine can reach the issuer: set it to the public address");
    }
    if settings.webauthn.relying_party_id(&settings.issuer).is_none() {
        tracing::warn!(issuer = %settings.issuer, "{}", relying_party::NONE_AT_AN_ADDRESS);
    }
    let deployment = deployment::open(settings, Arc::new(SystemClock), Arc::new(SystemRandom::new())).await?;
    let deployment = match mode {
        Mode::Sandbox => {
            tracing::warn!(issuer = %deployment.settings.issuer, "a sandbox: nobody in it is real, and answers can be made to go wrong");
            sandbox::enter(deployment).await?
        }
        Mode::Official => {
            sandbox::stay_out(&deployment).await?;
            deployment
        }
    };
    let told_to_stop = ToldToStop::listen()?;
    let running = Running::start(deployment, Standing::Official).await?;
    told_to_stop.wait().await;
    tracing::info!("stopping: requests under way are finished first");
    running.stop().await;
    Ok(())
}

/// SIGTERM and Ctrl-C, listened for from the start on: who is told to stop as soon as it is ready stops in good order.
#[derive(Debug)]
pub struct ToldToStop {
    terminate: Signal,
    interrupt: Signal,
}

impl ToldToStop {
    /// # Errors
    /// Where the system does not let signals be listened for.
    pub fn listen() -> Result<Self, RunError> {
        let listen = |kind| signal(kind).map_err(RunError::Signals);
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    pub async fn wait(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
