//! The settings: a TOML file and `SENID_…` variables over it, parsed into final types at start.
//!
//! Each section is a file. What it reads it hands out in the types the rest of the program works with, so that nothing
//! is parsed twice; what is wrong is gathered and said at once, with the setting's name, where it stands, what stands
//! there and what is expected. A setting nobody knows is a fault, because a mistyped limit is no limit.
//!
//! `[database] url = "…"` of the file is `SENID_DATABASE__URL` in the environment, which wins. A secret may also stand
//! in a file of its own: `database.url_file`, `SENID_DATABASE__URL_FILE`.

mod administration;
mod assurance;
mod attestation;
mod audit;
mod authority;
mod certificate;
mod certificate_sign_in;
mod client_address;
mod database;
mod document;
mod dpop;
mod effective;
mod fault;
mod identity;
mod issuer;
mod jwt_grant;
mod keys;
mod languages;
mod lifetimes;
mod limits;
mod listeners;
mod localised;
mod log;
mod messages;
mod mutual_tls;
mod national_id;
mod nearest;
mod organisations;
mod outbound;
mod password;
mod pkcs11;
mod policies;
mod proxies;
mod reader;
mod recovery;
mod registration;
mod registry;
mod retention;
mod revocation;
mod risk;
mod sandbox;
mod self_registration;
mod sessions;
mod theme;
mod throttling;
mod tracing;
mod trust;
mod value;
mod webauthn;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

pub use administration::Administration;
pub use attestation::{Attestation, MetadataSource};
pub use audit::{Audit, Syslog, Witness};
pub use authority::{Authority, Support};
pub use certificate_sign_in::{CertificateSignIn, RemoteSigning};
pub use database::{Database, DatabaseUrl};
pub use dpop::{Dpop, DpopNonces};
pub use effective::{Effective, InForce, Shown};
pub use fault::{Fault, Faults, Origin, Warning};
pub use identity::{Accounts, Identity};
pub use jwt_grant::{JwtGrant, TrustedAssertion};
pub use keys::{Keys, MasterKey};
pub use languages::{Languages, SHIPPED as SHIPPED_LANGUAGES};
pub use lifetimes::Lifetimes;
pub use limits::Limits;
pub use listeners::{Listener, Listeners, MutualTlsListener, Tls};
pub use localised::Localised;
pub use log::{Log, LogFormat, LogLevel};
pub use messages::{Budget, CallingCode, Mail, MailSecurity, Messages, Sms};
pub use mutual_tls::MutualTls;
pub use organisations::Organisations;
pub use outbound::Outbound;
pub use password::{Argon2, Password};
pub use pkcs11::{Pkcs11, Token};
pub use proxies::{ClientAddressHeader, ClientCertificateHeader, Proxies};
pub use recovery::{Counter, OldCredentials, Recovery};
pub use registration::{Registration, RegistrationMode, SoftwareStatement, StatementIssuer, StatementKeys};
pub use registry::{Recheck, Registry, RegistryServer};
pub use retention::Retention;
pub use revocation::Revocation;
pub use risk::Risk;
pub use sandbox::Sandbox;
pub use self_registration::SelfRegistration;
pub use sessions::{Sentinel, SessionStoreUrl, Sessions};
pub use theme::{Colour, Palette, Theme};
pub use throttling::{Rate, Throttling};
pub use tracing::{Ratio, Tracing};
pub use trust::Certificates;
pub use value::{Size, parse_duration};
pub use webauthn::{Origin as RelatedOrigin, WebAuthn};

use crate::domain::assurance::AcrTable;
use crate::domain::certificate::AcceptedCertificates;
use crate::domain::client::ClientAuthenticationMethod;
use crate::domain::issuer::Issuer;
use crate::domain::national_id::Schemes;
use crate::domain::policies::Policies;
use crate::domain::time::Timestamp;
use document::Document;
use reader::{Gathered, Reader};

/// Everything an operator decides. The default is a development's on one machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub issuer: Issuer,
    pub listeners: Listeners,
    pub database: Database,
    pub sessions: Sessions,
    pub keys: Keys,
    pub proxies: Proxies,
    pub mtls: MutualTls,
    pub certificates: Certificates,
    pub certificate_sign_in: CertificateSignIn,
    pub authority: Authority,
    pub acr: AcrTable,
    pub webauthn: WebAuthn,
    pub attestation: Attestation,
    pub national_id: Schemes,
    pub languages: Languages,
    pub lifetimes: Lifetimes,
    pub password: Password,
    pub throttling: Throttling,
    pub organisations: Organisations,
    pub recovery: Recovery,
    pub retention: Retention,
    pub audit: Audit,
    pub tracing: Tracing,
    pub counter: Counter,
    pub identity: Identity,
    pub accounts: Accounts,
    pub administration: Administration,
    pub risk: Risk,
    pub limits: Limits,
    pub dpop: Dpop,
    pub messages: Messages,
    pub outbound: Outbound,
    pub revocation: Revocation,
    pub policies: Policies,
    pub registration: Registration,
    pub registry: Registry,
    pub self_registration: SelfRegistration,
    pub sandbox: Sandbox,
    pub jwt_grant: JwtGrant,
    pub log: Log,
    /// The same as they may be shown, each with where it came from.
    pub in_force: InForce,
}

/// Settings that hold together, and what was noticed on the way.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub settings: Settings,
    pub warnings: Vec<Warning>,
    /// Every setting in force and where it came from, without secrets.
    pub effective: Effective,
}

impl Settings {
    /// Reads the settings from `file` and the environment's variables; `now` judges certificates' dates.
    ///
    /// # Errors
    /// Every fault there is, not only the first.
    pub fn load(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
        now: Timestamp,
    ) -> Result<Loaded, Faults> {
        let text = match file {
            Some(path) => Some((path, std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?)),
            None => None,
        };
        let text = text.as_ref().map(|(path, text)| (*path, text.as_str()));
        Self::parse(text, environment, now)
    }

    /// As [`Self::load`], with the file's text at hand.
    ///
    /// # Errors
    /// Every fault there is.
    pub fn parse(
        file: Option<(&Path, &str)>,
        environment: impl Iterator<Item = (String, String)>,
        now: Timestamp,
    ) -> Result<Loaded, Faults> {
        let mut from = Reader::new(Document::read(file, environment).map_err(Faults)?);
        let settings = Self::read(&mut from, now);
        settings.advise(&mut from);
        let Gathered { faults, warnings, shown } = from.finish();
        if faults.is_empty() {
            let effective = Effective(shown);
            let settings = Self { in_force: InForce(Arc::new(effective.clone())), ..settings };
            Ok(Loaded { settings, warnings, effective })
        } else {
            Err(Faults(faults))
        }
    }

    fn read(from: &mut Reader, now: Timestamp) -> Self {
        let issuer = issuer::read(from);
        let listeners = Listeners::read(from, &issuer, now);
        let database = Database::read(from);
        let sessions = Sessions::read(from);
        let lifetimes = Lifetimes::read(from);
        let keys = Keys::read(from, &lifetimes);
        let proxies = Proxies::read(from);
        let mtls = MutualTls::read(from, &listeners, &proxies, &issuer, now);
        let certificates = Certificates::read(from, &issuer, now);
        let certificate_sign_in = CertificateSignIn::read(from, &listeners, &proxies, &issuer, now);
        let languages = Languages::read(from);
        let authority = Authority::read(from, &languages, &issuer);
        let policies = policies::read(from);
        let limits = Limits::read(from);
        Self {
            listeners,
            database,
            sessions,
            keys,
            proxies,
            mtls,
            certificates,
            certificate_sign_in,
            authority,
            acr: assurance::read(from),
            webauthn: WebAuthn::read(from, &issuer),
            attestation: Attestation::read(from, now),
            national_id: national_id::read(from),
            languages,
            lifetimes,
            password: Password::read(from),
            throttling: Throttling::read(from),
            organisations: Organisations::read(from),
            recovery: Recovery::read(from),
            retention: Retention::read(from),
            audit: Audit::read(from),
            tracing: Tracing::read(from),
            counter: Counter::read(from),
            identity: Identity::read(from),
            accounts: Accounts::read(from),
            administration: Administration::read(from, &issuer),
            risk: Risk::read(from),
            sandbox: Sandbox::read(from, &limits),
            limits,
            dpop: Dpop::read(from),
            messages: Messages::read(from),
            outbound: Outbound::read(from),
            revocation: Revocation::read(from),
            registration: Registration::read(from, &policies),
            registry: Registry::read(from, now),
            self_registration: SelfRegistration::read(from),
            policies,
            jwt_grant: JwtGrant::read(from),
            log: Log::read(from),
            in_force: InForce::default(),
            issuer,
        }
    }

    /// How clients may prove themselves here: by a certificate only where one can come, through a listener of ours or through a
    /// proxy, and by an authority's only where there are any (RFC 8705 §2).
    pub fn client_authentication_methods(&self) -> impl Iterator<Item = ClientAuthenticationMethod> {
        let accepted = self.accepted_certificates();
        ClientAuthenticationMethod::ALL.into_iter().filter(move |method| match method {
            ClientAuthenticationMethod::TlsClientAuth => accepted >= AcceptedCertificates::Issued,
            ClientAuthenticationMethod::SelfSignedTlsClientAuth => accepted >= AcceptedCertificates::Published,
            _ => true,
        })
    }

    pub fn accepted_certificates(&self) -> AcceptedCertificates {
        match (self.listeners.mtls.is_some() || self.proxies.pass_certificates_on(), &self.mtls.trusted_authorities[..])
        {
            (false, _) => AcceptedCertificates::None,
            (true, []) => AcceptedCertificates::Published,
            (true, _) => AcceptedCertificates::Issued,
        }
    }

    /// What works but is seldom meant.
    fn advise(&self, from: &mut Reader) {
        self.advise_of_levels(from);
        if matches!((&self.database.url, &self.sessions.url), (DatabaseUrl::Postgres(_), SessionStoreUrl::Memory)) {
            from.warn(
                "sessions.url",
                "sign-ins and sessions live in this process alone: several servers would not see each other's, and a restart \
                 ends them",
            );
        }
        if !self.issuer.is_loopback() && self.outbound.allow_loopback {
            from.warn(
                "outbound.allow_loopback",
                "whoever registers a client can make SenID connect to whatever listens on this machine: for development alone",
            );
        }
        if self.registration.mode == RegistrationMode::Open && !self.issuer.is_loopback() {
            from.warn(
                "registration.mode",
                "anyone on the network can register a portal that citizens are shown: an initial access token keeps that to \
                 those who were given one",
            );
        }
        if !self.issuer.is_loopback() && self.keys.master_key == MasterKey::Development {
            from.refuse_unseen(
                "keys.master_key_file",
                format!("expected a master key (or SENID_MASTER_KEY): development keys are not for {}", self.issuer),
            );
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            issuer: issuer::default(),
            listeners: Listeners::default(),
            database: Database::default(),
            sessions: Sessions::default(),
            keys: Keys::default(),
            proxies: Proxies::default(),
            mtls: MutualTls::default(),
            certificates: Certificates::default(),
            certificate_sign_in: CertificateSignIn::default(),
            authority: Authority::default(),
            acr: AcrTable::default(),
            webauthn: WebAuthn::default(),
            attestation: Attestation::default(),
            national_id: Schemes::default(),
            languages: Languages::default(),
            lifetimes: Lifetimes::default(),
            password: Password::default(),
            throttling: Throttling::default(),
            organisations: Organisations::default(),
            recovery: Recovery::default(),
            retention: Retention::default(),
            audit: Audit::default(),
            tracing: Tracing::default(),
            counter: Counter::default(),
            identity: Identity::default(),
            accounts: Accounts::default(),
            administration: Administration::default(),
            risk: Risk::default(),
            limits: Limits::default(),
            dpop: Dpop::default(),
            messages: Messages::default(),
            outbound: Outbound::default(),
            revocation: Revocation::default(),
            policies: Policies::default(),
            registration: Registration::default(),
            registry: Registry::default(),
            self_registration: SelfRegistration::default(),
            sandbox: Sandbox::default(),
            jwt_grant: JwtGrant::default(),
            log: Log::default(),
            in_force: InForce::default(),
        }
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Faults {
    Faults(vec![Fault {
        key: String::new(),
        origin: Origin::Default,
        found: None,
        problem: format!("the settings file {} cannot be read: {error}", path.display()),
    }])
}
