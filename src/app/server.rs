//! From an opened deployment to a running app: the short-lived store, the hashing threads, the audit writer, the jobs.

use std::io;
use std::num::NonZeroU32;
use std::sync::Arc;

use super::deployment::Deployment;
use crate::config::{self, SessionStoreUrl, Settings};
use crate::credentials::certificate::{self, TrustStore};
use crate::credentials::password::{Hasher, HasherSettings, InvalidParameters, Parameters};
use crate::credentials::webauthn::{InvalidOrigin, RelyingParty};
use crate::crypto::certificate::{TrustAnchors, UnusableAuthority};
use crate::domain::message::Carrier;
use crate::domain::random::Random;
use crate::domain::remote_signing::RemoteSigning;
use crate::domain::secret::SecretString;
use crate::domain::time::Clock;
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
use crate::flows::message_delivery::PostOffice;
use crate::flows::metrics::Metrics;
use crate::flows::recovery::Reapply;
use crate::flows::request_object::RequestObjects;
use crate::flows::resource_servers::ResourceServerCache;
use crate::jobs::Jobs;
use crate::outbound::{
    self, Fetcher, MailServer, MailSetupError, Mailer, Reach, SharedKey, SigningService, SmsGateway, SystemResolver,
};
use crate::sessions::{InProcess, InvalidSettings, Redis, RedisSettings, Store, Topology};

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
}

impl Server {
    /// Starts everything but the listeners. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// Where the settings cannot be used on this machine.
    pub fn start(deployment: Deployment) -> Result<Self, StartError> {
        let sessions = match redis(&deployment.settings) {
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
        let Deployment { settings, clock, random, store, keys, .. } = deployment;
        let hasher = Hasher::start(hashing(&settings)?, random.clone()).map_err(StartError::Threads)?;
        let outbound = fetcher(&settings, clock.clone())?;
        let client_authorities = TrustAnchors::new(&settings.mtls.trusted_authorities)?;
        let trust = TrustStore::new(settings.certificates.authorities.clone())?;
        let limits = settings.revocation.clone();
        let revocation = Revocation::new(outbound.clone(), store.clone(), clock.clone(), random.clone(), limits);
        let relying_party = relying_party(&settings)?;
        let post = post_office(&settings, &outbound, &clock, &random)?;
        let authenticators = Authenticators::new(&settings.attestation).map_err(StartError::AttestationRoots)?;
        let app = Arc::new(App {
            relying_party,
            audit: AuditWriter::start(store.clone()),
            keys: Keys::new(keys.ring, keys.subjects, keys.succession, keys.short_lived, keys.nonces, keys.sealing),
            clients: ClientCache::default(),
            resource_servers: ResourceServerCache::default(),
            details_types: DetailsTypes::default(),
            client_keys: ClientKeySets::default(),
            client_authorities,
            authenticators,
            remote_signing: remote_signing(&settings, &outbound, &random),
            request_objects: RequestObjects::default(),
            metrics: Metrics::new(outbound.fetches(), revocation.checks(), &trust.standing(clock.now())),
            trust,
            revocation,
            outbound,
            background: Background::default(),
            deliveries: Deliveries::default(),
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
        let finished = async {
            self.app.background.idle().await;
            self.app.audit.flush().await;
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

/// Where the settings put the short-lived store, if not into the process.
pub(super) fn redis(settings: &Settings) -> Option<RedisSettings> {
    let topology = match &settings.sessions.url {
        SessionStoreUrl::Memory => return None,
        SessionStoreUrl::Redis(url) => Topology::Single { url: url.clone() },
        SessionStoreUrl::RedisCluster(nodes) => Topology::Cluster { nodes: nodes.clone() },
        SessionStoreUrl::RedisSentinel(sentinel) => Topology::Sentinel {
            sentinels: sentinel.sentinels.iter().map(|node| SecretString::new(format!("redis://{node}"))).collect(),
            primary_name: sentinel.name.clone(),
            primary: sentinel.primary_url(),
        },
    };
    Some(RedisSettings { prefix: settings.sessions.key_prefix.clone(), ..RedisSettings::new(topology) })
}

/// Whom passkeys are made for: from the issuer's pages, and from those that the settings name.
fn relying_party(settings: &Settings) -> Result<Option<RelyingParty>, InvalidOrigin> {
    let Some(id) = settings.webauthn.relying_party_id(&settings.issuer) else { return Ok(None) };
    let related = settings.webauthn.related_origins.iter().map(|origin| origin.as_str().to_owned());
    let origins = std::iter::once(settings.issuer.origin().to_owned()).chain(related).collect();
    RelyingParty::new(id.as_str(), origins).map(Some)
}

/// Whoever takes messages, where the settings name anybody.
fn post_office(
    settings: &Settings,
    outbound: &Fetcher,
    clock: &Arc<dyn Clock>,
    random: &Arc<dyn Random>,
) -> Result<PostOffice, StartError> {
    let mail = match &settings.messages.mail {
        None => None,
        Some(mail) => {
            let server = MailServer {
                host: mail.host.clone(),
                port: mail.port,
                security: match mail.security {
                    config::MailSecurity::StartTls => outbound::MailSecurity::StartTls,
                    config::MailSecurity::Tls => outbound::MailSecurity::Tls,
                    config::MailSecurity::None => outbound::MailSecurity::None,
                },
                login: mail.login.clone(),
                extra_roots: settings.outbound.extra_roots.clone(),
                own_name: settings.issuer.host().to_owned(),
            };
            Some(Arc::new(Mailer::new(server, &mail.from, clock.clone())?) as Arc<dyn Carrier>)
        }
    };
    let sms = settings.messages.sms.as_ref().map(|sms| {
        Arc::new(SmsGateway {
            fetcher: outbound.clone(),
            url: sms.url.clone(),
            key: SharedKey::new(&sms.key_id, &sms.key),
            sender: sms.sender.clone(),
            random: random.clone(),
        }) as Arc<dyn Carrier>
    });
    Ok(PostOffice::new(mail, sms))
}

pub(super) fn fetcher(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Fetcher, outbound::SetupError> {
    let outbound = settings.outbound.clone();
    let reach = Reach {
        loopback: outbound.allow_loopback,
        networks: outbound.allow_networks,
        extra_roots: outbound.extra_roots,
    };
    Fetcher::new(reach, outbound::Limits::default(), Arc::new(SystemResolver), clock)
}

/// The service that has citizens sign with their telephones.
fn remote_signing(settings: &Settings, fetcher: &Fetcher, random: &Arc<dyn Random>) -> Option<Arc<dyn RemoteSigning>> {
    let remote = settings.certificate_sign_in.remote.as_ref()?;
    Some(Arc::new(SigningService::new(fetcher.clone(), remote.url.clone(), &remote.secret, random.clone())))
}

pub(super) fn hashing(settings: &Settings) -> Result<HasherSettings, StartError> {
    let password = &settings.password;
    let cores = std::thread::available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX));
    let threads = NonZeroU32::new(password.hashing_threads.unwrap_or(cores)).unwrap_or(NonZeroU32::MIN);
    Ok(HasherSettings {
        threads,
        queue: threads.get() as usize * QUEUE_A_THREAD,
        wait: password.queue_wait,
        parameters: parameters(settings)?,
    })
}

/// What a new password's hash costs.
pub(super) fn parameters(settings: &Settings) -> Result<Parameters, InvalidParameters> {
    let argon2 = &settings.password.argon2;
    let memory = u32::try_from(argon2.memory.as_kib()).unwrap_or(u32::MAX);
    Parameters::new(memory, argon2.iterations, argon2.parallelism)
}

/// More than a thread can hash within the longest wait.
const QUEUE_A_THREAD: usize = 128;
