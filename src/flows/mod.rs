//! Use cases, one a file: load, decide, save. They own [`App`], and know neither HTTP nor SQL nor Redis.

pub mod access_token;
pub mod account;
pub mod account_life;
pub mod admin;
pub mod admin_api;
pub mod answer;
pub mod audit;
pub mod audit_log;
pub mod authenticators;
pub mod authorize;
pub mod backchannel;
pub mod background;
pub mod certificate;
pub mod clean_up;
pub mod client_authentication;
mod client_certificate;
pub mod client_keys;
pub mod client_request;
pub mod client_secret;
pub mod clients;
pub mod code;
pub mod consent;
pub mod deliveries;
pub mod details_types;
pub mod device;
pub mod disclosures;
pub mod doctor;
pub mod erasure;
mod error;
mod grant;
pub mod hardware;
pub mod held_request;
pub mod holdings;
mod id_token_claims;
pub mod introspection;
pub mod invalidation;
pub mod key_changes;
pub mod key_pairs;
pub mod keys;
mod linked_accounts;
pub mod logout;
pub mod logout_delivery;
pub mod message_delivery;
pub mod metrics;
pub mod notices;
pub mod onboarding;
pub mod organisation;
pub mod own_data;
pub mod protection;
pub mod pushed_request;
pub mod readiness;
pub mod reapply;
pub mod recover;
pub mod registration;
pub mod registry_recheck;
pub mod release;
pub mod request_object;
pub mod resource_servers;
pub mod revoke;
pub mod risk;
pub mod sandbox;
pub mod self_registration;
pub mod sender;
pub mod sent_code;
pub mod session;
pub mod short_lived;
pub mod sign_in;
pub mod signals;
mod signed_tokens;
pub mod single_logout;
pub mod statistics;
pub mod throttle;
pub mod token;
pub mod traces;
pub mod trial;
pub mod userinfo;
pub mod visitor;
pub mod webauthn;

use std::sync::Arc;

use crate::config::Settings;
use crate::credentials::certificate::TrustStore;
use crate::credentials::password::Hasher;
use crate::credentials::webauthn::RelyingParty;
use crate::crypto::base64url;
use crate::crypto::certificate::TrustAnchors;
use crate::domain::assurance::Attainable;
use crate::domain::audit::EventKind;
use crate::domain::audit::Outcome;
use crate::domain::client::Client;
use crate::domain::ids::ClientId;
use crate::domain::random::Random;
use crate::domain::registry::PopulationRegistry;
use crate::domain::remote_signing::RemoteSigning;
use crate::domain::resource::ResourceRegistry;
use crate::domain::sandbox::Mode;
use crate::domain::secret::SecretString;
use crate::domain::statistics::Figure;
use crate::domain::time::Clock;
use crate::outbound::Fetcher;
use crate::protocol::acr::Levels;
use crate::protocol::policy::Policy;
use crate::protocol::policy::sensitive::Sensitive;
use crate::{sessions, storage};

pub use error::{FlowError, Part};

use audit::{AuditWriter, EventBuilder};
use authenticators::Authenticators;
use background::Background;
use certificate::revocation::Revocation;
use client_keys::ClientKeySets;
use clients::ClientCache;
use deliveries::Deliveries;
use details_types::DetailsTypes;
use keys::Keys;
use message_delivery::PostOffice;
use metrics::Metrics;
use readiness::Readiness;
use request_object::RequestObjects;
use resource_servers::ResourceServerCache;
use statistics::{Statistics, What};
use visitor::Visitor;

/// Everything that flows work with. A clone of its `Arc` is in every request.
#[derive(Debug)]
pub struct App {
    pub settings: Arc<Settings>,
    /// Whether answers may be made to go wrong here.
    pub mode: Mode,
    /// What anybody could prove here: what [`Settings::attainable`] says of the settings.
    pub attainable: Attainable,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub store: storage::Store,
    pub sessions: sessions::Store,
    pub keys: Keys,
    pub hasher: Hasher,
    /// Whom passkeys and security keys are made for; `None` where they are off.
    pub relying_party: Option<RelyingParty>,
    pub clients: ClientCache,
    /// What they are told claims for.
    pub terms: release::KnownTerms,
    pub resource_servers: ResourceServerCache,
    pub details_types: DetailsTypes,
    pub client_keys: ClientKeySets,
    /// Whose certificates prove clients (`tls_client_auth`).
    pub client_authorities: TrustAnchors,
    /// What is asked and known of authenticators.
    pub authenticators: Authenticators,
    /// Whose certificates prove citizens.
    pub trust: TrustStore,
    /// Who has citizens sign with their telephones, if anybody has.
    pub remote_signing: Option<Arc<dyn RemoteSigning>>,
    /// Who knows the country's people, if anybody is asked.
    pub registry: Option<Arc<dyn PopulationRegistry>>,
    pub request_objects: RequestObjects,
    /// Whether citizens' certificates were revoked.
    pub revocation: Revocation,
    /// The one way to fetch what a client's registration names.
    pub outbound: Fetcher,
    pub audit: AuditWriter,
    /// Who cosigns heads of the audit log.
    pub witnesses: Vec<audit_log::Witness>,
    pub metrics: Metrics,
    /// Since when each part is as it is.
    pub readiness: Readiness,
    pub statistics: Statistics,
    pub background: Background,
    pub deliveries: Deliveries,
    /// Security events that are pushed.
    pub signals: Deliveries,
    /// Clients that wait for theirs.
    pub waiting: signals::fetch::Waiting,
    /// Clients that are told of an answer (CIBA).
    pub pings: Deliveries,
    /// Who takes what citizens are told.
    pub post: PostOffice,
}

impl App {
    /// The issuer identifier, as it stands in every token.
    pub fn issuer(&self) -> &str {
        self.settings.issuer.as_str()
    }

    /// What the client must keep to.
    pub fn policy<'a>(&'a self, client: &'a Client) -> Policy<'a> {
        Policy::of(&self.settings.policies, client)
    }

    /// What a sign-in for `client` is held against.
    pub fn levels(&self, client: &Client) -> Levels<'_> {
        Levels { table: &self.settings.acr, attainable: &self.attainable, least: client.policy.assurance }
    }

    /// What the settings demand of clients with sensitive scopes.
    pub fn sensitive<'a>(&'a self, registry: &'a ResourceRegistry) -> Sensitive<'a> {
        Sensitive { policies: &self.settings.policies, scopes: registry.sensitive() }
    }

    /// An event of this visitor's, to be filled in.
    pub fn event(&self, visitor: &Visitor, kind: EventKind, outcome: Outcome) -> EventBuilder {
        EventBuilder::new(self.clock.now(), &*self.random, kind, outcome)
            .in_request(visitor.request)
            .from(visitor.masked_address())
    }

    /// Counts somebody who tried to prove who they are and could not, at once and by the hour.
    pub(crate) fn sign_in_refused(&self, why: &'static str, client: Option<&ClientId>) {
        self.metrics.sign_in_refused(why);
        self.counted(Figure::SignInRefused, why, client);
    }

    /// Counts one in the statistics of this hour.
    pub(crate) fn counted(&self, figure: Figure, label: &'static str, client: Option<&ClientId>) {
        self.statistics.count(self.clock.now(), What { figure, label, client });
    }

    /// Hands an event to the grouped writer, which writes it soon.
    pub fn record(&self, event: EventBuilder) {
        self.audit.write_soon(event.build());
    }

    /// Hands an event to the grouped writer and waits until it is written.
    ///
    /// # Errors
    /// Where it could not be written: what it is about must then not happen.
    pub async fn record_before_answer(&self, event: EventBuilder) -> Result<(), FlowError> {
        self.audit.write_now(event.build()).await
    }
}

/// The random text of a cookie: 32 bytes in base64url.
fn cookie_secret(random: &dyn Random) -> SecretString {
    SecretString::new(base64url::encode(&random.bytes::<32>()))
}
