//! What a fetch is for, and the media types that its answer may have.

/// What is fetched or sent, by the name of the client metadata that holds the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A client's keys: RFC 7517 §5.
    JwksUri,
    /// A request object: OpenID Connect Core §6.2, RFC 9101 §5.2.
    RequestUri,
    /// The redirect URIs of a sector: OpenID Connect Dynamic Client Registration §5.
    SectorIdentifierUri,
    /// A client's logo: OpenID Connect Dynamic Client Registration §2.
    LogoUri,
    /// A logout token, sent: OpenID Connect Back-Channel Logout §2.5.
    BackchannelLogoutUri,
    /// That there is an answer, sent: OpenID Connect Client-Initiated Backchannel Authentication Core §10.2.
    ClientNotificationEndpoint,
    /// A security event, sent: SSF 1.0 §8.1.1, RFC 8935 §2.
    SecurityEventEndpoint,
    /// A text message, sent: the setting `messages.sms.url`.
    SmsGateway,
    /// Whether a certificate is revoked, asked of its issuer: RFC 6960 appendix A.
    Ocsp,
    /// The certificates that an issuer has revoked: RFC 5280 §4.2.1.13.
    Crl,
    /// What is known of authenticators: FIDO Metadata Service §3.2.
    AuthenticatorMetadata,
    /// A signature by a person's telephone, asked for and looked for.
    RemoteSigning,
    /// What the population registry has of a person.
    PopulationRegistry,
    /// A head of the audit log, to be cosigned: C2SP tlog-witness.
    AuditWitness,
    /// Events of the audit log, sent: the settings `audit.syslog` and `audit.otlp`.
    AuditCollector,
    /// Spans of requests, sent: the setting `tracing.otlp`.
    TraceCollector,
}

/// What an address may begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    Https,
    /// What is fetched is signed by whom it is about, and nothing is said that a listener should not hear: authorities offer it
    /// over plain http, because TLS would need its own answer first (RFC 5280 §8).
    HttpToo,
}

impl Purpose {
    pub(super) const fn scheme(self) -> Scheme {
        match self {
            Self::Ocsp | Self::Crl => Scheme::HttpToo,
            Self::JwksUri
            | Self::RequestUri
            | Self::SectorIdentifierUri
            | Self::LogoUri
            | Self::BackchannelLogoutUri
            | Self::ClientNotificationEndpoint
            | Self::SecurityEventEndpoint
            | Self::SmsGateway
            | Self::AuthenticatorMetadata
            | Self::RemoteSigning
            | Self::PopulationRegistry
            | Self::AuditWitness
            | Self::AuditCollector
            | Self::TraceCollector => Scheme::Https,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::JwksUri => "jwks_uri",
            Self::RequestUri => "request_uri",
            Self::SectorIdentifierUri => "sector_identifier_uri",
            Self::LogoUri => "logo_uri",
            Self::BackchannelLogoutUri => "backchannel_logout_uri",
            Self::ClientNotificationEndpoint => "backchannel_client_notification_endpoint",
            Self::SecurityEventEndpoint => "security_event_endpoint_url",
            Self::Ocsp => "ocsp",
            Self::Crl => "crl",
            Self::SmsGateway => "messages.sms.url",
            Self::AuthenticatorMetadata => "authenticator_metadata",
            Self::RemoteSigning => "remote_signing",
            Self::PopulationRegistry => "population_registry",
            Self::AuditWitness => "audit_witness",
            Self::AuditCollector => "audit_collector",
            Self::TraceCollector => "trace_collector",
        }
    }

    /// The media types that a document of this purpose may have.
    pub(super) const fn media_types(self) -> &'static [&'static str] {
        match self {
            Self::JwksUri => &["application/jwk-set+json", "application/json"],
            // The second is older than the first and the third older still.
            Self::RequestUri => &["application/oauth-authz-req+jwt", "application/jwt", "application/jose"],
            Self::SectorIdentifierUri | Self::RemoteSigning => &["application/json"],
            // It is signed, and nothing that is not is read.
            Self::PopulationRegistry => &["application/jwt"],
            // No SVG: that is a document, which may hold scripts.
            Self::LogoUri => &["image/png", "image/jpeg", "image/webp", "image/gif"],
            Self::Ocsp => &["application/ocsp-response"],
            // The last two are what authorities' file servers say; whatever it is, its signature is checked.
            Self::Crl => &["application/pkix-crl", "application/x-pkcs7-crl", "application/octet-stream"],
            // Whatever the service calls it, its signature is checked.
            Self::AuthenticatorMetadata => &["application/jwt", "application/jose", "application/octet-stream"],
            // Where an event is refused, why.
            Self::SecurityEventEndpoint => &["application/json"],
            // A witness's answer is read whatever its type: its signature is checked. Of the others no body is read.
            Self::BackchannelLogoutUri
            | Self::ClientNotificationEndpoint
            | Self::SmsGateway
            | Self::AuditWitness
            | Self::AuditCollector
            | Self::TraceCollector => &[],
        }
    }
}
