//! From an opened deployment to a running app: the short-lived store, the hashing threads, the audit writer, the jobs.

use std::io;
use std::sync::Arc;

use super::deployment::Deployment;
use super::parts::{self, RegistrySetupError};
use crate::credentials::certificate::{self, TrustStore};
use crate::credentials::password::{Hasher, InvalidParameters};
use crate::credentials::webauthn::InvalidOrigin;
use crate::crypto::certificate::{TrustAnchors, UnusableAuthority};
use crate::flows::App;
use crate::flows::audit::AuditWriter;
use crate::flows::authenticators::Authenticators;
use crate::flows::background::Background;
use crate::flows::certificate::revocation::Revocation;
use crate::flows::client_keys::ClientKeySets;
use crate::flows::clients::ClientCache;
use crate::flows::deliveries::Deliveries;
use crate::flows::details_types::DetailsTypes;
use crate::flows::keys::Keys;
use crate::flows::metrics::Metrics;
use crate::flows::readiness::Readiness;
use crate::flows::reapply::Reapply;
use crate::flows::release::KnownTerms;
use crate::flows::request_object::RequestObjects;
use crate::flows::resource_servers::ResourceServerCache;
use crate::flows::statistics::{self, Statistics};
use crate::jobs::Jobs;
use crate::outbound::{self, MailSetupError};
use crate::sessions::{InProcess, InvalidSettings, Redis, RedisSettings, Store};

/// An app with the jobs that keep it.
#[derive(Debug)]
pub struct Server {
    pub app: Arc<App>,
    jobs: Jobs,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the short-lived store: {0}")]
    Sessions(#[from] InvalidSettings),
    #[error("password.argon2: {0}")]
    Argon2(#[from] InvalidParameters),
    #[error("the password threads cannot be started: {0}")]
    Threads(io::Error),
    #[error("mtls.trusted_authorities_file: {0}")]
    Authorities(#[from] UnusableAuthority),
    #[error("webauthn: {0}")]
    RelyingParty(#[from] InvalidOrigin),
    #[error("webauthn.attestation.roots_file: {0}")]
    AttestationRoots(UnusableAuthority),
    #[error("certificates.trust_folder: {0}")]
    Trust(#[from] certificate::UnusableAuthority),
    #[error("outbound: {0}")]
    Outbound(#[from] outbound::SetupError),
    #[error(transparent)]
    Mail(#[from] MailSetupError),
    #[error("audit.witnesses: {0}: expected a key as the witness prints it when it starts")]
    Witness(String),
    #[error(transparent)]
    Registry(#[from] RegistrySetupError),
}

impl Server {
    /// Starts everything but the listeners. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// Where the settings cannot be used on this machine.
    pub fn start(deployment: Deployment) -> Result<Self, StartError> {
        let sessions = match parts::redis(&deployment.settings) {
            None => Store::new(Arc::new(InProcess::new(deployment.clock.clone(), &*deployment.random))),
            Some(redis) => open_redis(redis, &deployment)?,
        };
        Self::start_with(deployment, sessions)
    }

    /// As [`Server::start`], with a short-lived store that is open already.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub fn start_with(deployment: Deployment, sessions: Store) -> Result<Self, StartError> {
        let Deployment { settings, clock, random, store, keys, mode, hardware, .. } = deployment;
        let hasher = Hasher::start(parts::hashing(&settings)?, random.clone()).map_err(StartError::Threads)?;
        let outbound = parts::fetcher(&settings, clock.clone())?;
        let client_authorities = TrustAnchors::new(&settings.mtls.trusted_authorities)?;
        let trust = TrustStore::new(settings.certificates.authorities.clone())?;
        let limits = settings.revocation.clone();
        let revocation = Revocation::new(outbound.clone(), store.clone(), clock.clone(), random.clone(), limits);
        let relying_party = parts::relying_party(&settings)?;
        let post = parts::post_office(&settings, &outbound, &clock, &random)?;
        let authenticators = Authenticators::new(&settings.attestation).map_err(StartError::AttestationRoots)?;
        let metrics = Metrics::new(outbound.fetches(), revocation.checks(), &trust.standing(clock.now()));
        let metrics = match &hardware {
            Some(hardware) => metrics.of_a_module(hardware.measures()),
            None => metrics,
        };
        let metrics = if mode.is_sandbox() { metrics.of_a_sandbox() } else { metrics };
        let app = Arc::new(App {
            mode,
            attainable: settings.attainable(),
            relying_party,
            audit: AuditWriter::start(store.clone()),
            witnesses: parts::witnesses(&settings)?,
            keys: Keys::new(
                keys.ring,
                keys.subjects,
                keys.succession,
                keys.short_lived,
                keys.nonces,
                keys.sealing,
                hardware,
            ),
            clients: ClientCache::default(),
            terms: KnownTerms::default(),
            resource_servers: ResourceServerCache::default(),
            details_types: DetailsTypes::default(),
            client_keys: ClientKeySets::default(),
            client_authorities,
            authenticators,
            remote_signing: parts::remote_signing(&settings, &outbound, &random),
            registry: parts::registry(&settings, &outbound, &random)?,
            request_objects: RequestObjects::default(),
            metrics,
            readiness: Readiness::default(),
            trust,
            revocation,
            outbound,
            statistics: Statistics::default(),
            background: Background::default(),
            deliveries: Deliveries::default(),
            signals: Deliveries::default(),
            waiting: Default::default(),
            pings: Deliveries::default(),
            post,
            settings,
            clock,
            random,
            store,
            sessions,
            hasher,
        });
        let jobs = Jobs::start(&app);
        Ok(Self { app, jobs })
    }

    /// Ends the jobs, finishes what was promised, and closes the stores. What cannot be finished within the time that
    /// requests have to drain, because a store is away, is given up.
    pub async fn stop(self) {
        self.jobs.stop();
        self.app.background.stop();
        let finished = async {
            self.app.background.idle().await;
            self.app.audit.flush().await;
            if let Err(error) = statistics::write(&self.app).await {
                tracing::warn!(%error, "the last counts could not be written");
            }
        };
        if tokio::time::timeout(self.app.settings.limits.drain, finished).await.is_err() {
            tracing::error!("stopping with audit events or background work unfinished: the identity store is away");
        }
        self.app.hasher.stop().await;
        self.app.store.close().await;
    }
}

/// Redis as the short-lived store of `deployment`, whose identity store says what must stay ended.
///
/// # Errors
/// Where the settings cannot be used.
pub fn open_redis(redis: RedisSettings, deployment: &Deployment) -> Result<Store, StartError> {
    let horizon = deployment.settings.lifetimes.session_absolute;
    let recovery = Arc::new(Reapply::new(deployment.store.clone(), deployment.clock.clone(), horizon));
    Ok(Store::new(Arc::new(Redis::open(redis, deployment.clock.clone(), recovery)?)))
}
