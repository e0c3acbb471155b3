//! What the settings name, made: the short-lived store's servers, the hashing threads, whoever is fetched from, and whoever takes
//! messages.

use std::num::NonZeroU32;
use std::sync::Arc;

use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::StartError;
use crate::config::{self, SessionStoreUrl, Settings, StatementKeys};
use crate::credentials::password::{HasherSettings, InvalidParameters, Parameters};
use crate::credentials::webauthn::{InvalidOrigin, RelyingParty};
use crate::crypto::jwk_set::JwkSetError;
use crate::domain::message::Carrier;
use crate::domain::random::Random;
use crate::domain::registry::PopulationRegistry;
use crate::domain::remote_signing::RemoteSigning;
use crate::domain::secret::SecretString;
use crate::domain::time::Clock;
use crate::flows::audit_log::Witness;
use crate::flows::message_delivery::PostOffice;
use crate::outbound::{
    self, Fetcher, Identity, MailServer, MailSetupError, Mailer, Reach, RegistryAt, RegistryKeys, RegistryOverHttp,
    SharedKey, SigningService, SmsGateway, SystemResolver,
};
use crate::sessions::{RedisSettings, Topology};

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
pub(super) fn relying_party(settings: &Settings) -> Result<Option<RelyingParty>, InvalidOrigin> {
    let Some(id) = settings.webauthn.relying_party_id(&settings.issuer) else { return Ok(None) };
    let related = settings.webauthn.related_origins.iter().map(|origin| origin.as_str().to_owned());
    let origins = std::iter::once(settings.issuer.origin().to_owned()).chain(related).collect();
    RelyingParty::new(id.as_str(), origins).map(Some)
}

/// Whoever takes messages, where the settings name anybody.
pub(super) fn post_office(
    settings: &Settings,
    outbound: &Fetcher,
    clock: &Arc<dyn Clock>,
    random: &Arc<dyn Random>,
) -> Result<PostOffice, MailSetupError> {
    let mail = mailer(settings, clock.clone())?.map(|mailer| Arc::new(mailer) as Arc<dyn Carrier>);
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

/// Whoever takes mail, where the settings name anybody.
pub(super) fn mailer(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Option<Mailer>, MailSetupError> {
    let Some(mail) = &settings.messages.mail else { return Ok(None) };
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
    Mailer::new(server, &mail.from, clock).map(Some)
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
pub(super) fn remote_signing(
    settings: &Settings,
    fetcher: &Fetcher,
    random: &Arc<dyn Random>,
) -> Option<Arc<dyn RemoteSigning>> {
    let remote = settings.certificate_sign_in.remote.as_ref()?;
    Some(Arc::new(SigningService::new(fetcher.clone(), remote.url.clone(), &remote.secret, random.clone())))
}

/// The population registry, where there is one; `fetcher` goes there with our certificate.
pub(super) fn registry(
    settings: &Settings,
    fetcher: &Fetcher,
    random: &Arc<dyn Random>,
) -> Result<Option<Arc<dyn PopulationRegistry>>, RegistrySetupError> {
    let Some(server) = &settings.registry.server else { return Ok(None) };
    let chain = CertificateDer::pem_file_iter(&server.client.certificate).and_then(Iterator::collect);
    let chain: Vec<_> = chain.map_err(RegistrySetupError::Certificate)?;
    let key = PrivateKeyDer::from_pem_file(&server.client.key).map_err(RegistrySetupError::Key)?;
    let identity = Identity { chain, key, anchors: server.trust_anchors.clone() };
    let fetcher = fetcher.presenting(identity, settings.registry.time_limit)?;
    let at = RegistryAt {
        url: server.url.clone(),
        issuer: server.issuer.clone(),
        audience: settings.issuer.as_str().to_owned(),
    };
    let keys = match &server.keys {
        StatementKeys::File { jwks, .. } => RegistryKeys::given(jwks.as_bytes())?,
        StatementKeys::Published(uri) => RegistryKeys::published(uri.clone()),
    };
    Ok(Some(Arc::new(RegistryOverHttp::new(fetcher, at, keys, random.clone()))))
}

/// Who cosigns heads of the audit log.
pub(super) fn witnesses(settings: &Settings) -> Result<Vec<Witness>, StartError> {
    let open = |named: &config::Witness| Witness::new(named).map_err(|_| StartError::Witness(named.key.clone()));
    settings.audit.witnesses.iter().map(open).collect()
}

#[derive(Debug, thiserror::Error)]
pub enum RegistrySetupError {
    #[error("registry.tls.certificate: {0}")]
    Certificate(pem::Error),
    #[error("registry.tls.key: {0}")]
    Key(pem::Error),
    #[error("registry.jwks {0}")]
    Keys(#[from] JwkSetError),
    #[error("registry: {0}")]
    Fetcher(#[from] outbound::SetupError),
}

pub(super) fn hashing(settings: &Settings) -> Result<HasherSettings, InvalidParameters> {
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
