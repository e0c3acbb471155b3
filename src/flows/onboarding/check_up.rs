//! A check-up of one client: what would keep it from working, or from being safe, found before its citizens find it. All that
//! is asked of others is asked through the one fetcher, which reaches no private address.

mod live;
mod standing;

pub(super) use standing::key_ends;

use crate::domain::audit::EventKind;
use crate::domain::client::Client;
use crate::domain::ids::ClientId;
use crate::domain::issuer::Issuer;
use crate::domain::time::Timestamp;
use crate::flows::admin::{AdminError, Administrator, registered_clients};
use crate::outbound::Fetcher;

use super::unused::unused_scopes;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It does not work, or is not safe: nothing goes into production with one.
    Error,
    /// It works today.
    Warning,
    Note,
}

impl Severity {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    pub what: What,
    /// The member of registration metadata that it concerns.
    pub place: &'static str,
    /// The address, the name or the number in question; nothing secret.
    pub detail: String,
}

impl Finding {
    fn new(severity: Severity, what: What, place: &'static str, detail: impl Into<String>) -> Self {
        Self { severity, what, place, detail: detail.into() }
    }
}

macro_rules! whats {
    ($($(#[$doc:meta])* $name:ident = $code:literal: $wrong:literal, $remedy:literal;)*) => {
        /// What can be found.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum What { $($(#[$doc])* $name,)* }

        impl What {
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Stable, for whoever reads it with a program.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What is wrong, as a sentence.
            pub const fn wrong(self) -> &'static str {
                match self { $(Self::$name => $wrong,)* }
            }

            /// What to do about it, as a sentence.
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$name => $remedy,)* }
            }
        }
    };
}

whats! {
    OwnMachine = "redirect_own_machine":
        "Citizens would be sent to their own machine.",
        "Register the portal's address, and take this one away before production.";
    IpAddress = "redirect_ip_address":
        "The address is a number: whoever has it next receives the codes.",
        "Give the portal a name, with a certificate for it.";
    LeadsElsewhere = "redirect_leads_elsewhere":
        "A parameter of the address looks as if the page there led on to somewhere else: codes could leak that way.",
        "Register an address that leads nowhere else, and keep where to go on in the portal's own session.";
    ClaimableScheme = "redirect_claimable_scheme":
        "Every application on a device can claim this scheme.",
        "Use an https address that belongs to the application (RFC 8252 section 7.2), or 127.0.0.1.";
    SchemeNotReversed = "redirect_scheme_not_reversed":
        "The scheme is no domain name of its owner's in reverse.",
        "Name it after a domain that the organisation has, such as vn.gov.example.application (RFC 8252 section 7.1).";
    SeveralHosts = "redirect_several_hosts":
        "Citizens return to several hosts: each can take the part of the others.",
        "Register an application for each portal.";
    NotToldOfSignOut = "no_sign_out":
        "The application is not told that somebody signed out elsewhere.",
        "Register a back-channel logout address (OpenID Connect Back-Channel Logout 1.0).";
    NoReturnAfterSignOut = "no_post_logout_redirect":
        "Whoever signs out stays at SenID.",
        "Register where they return to after signing out.";
    NoOrganisation = "no_organisation":
        "Citizens are not told which organisation stands behind it.",
        "Say it.";
    NoPurpose = "no_purpose":
        "Citizens are not told what their data are asked for.",
        "Say it in a few words, in every language that they read.";
    OneLanguage = "one_language":
        "It is told in one language alone, and citizens read others.",
        "Say it in each of them.";
    NoContact = "no_contact":
        "The authority has nobody to ask about it.",
        "Name a mail address that somebody reads.";
    NoPrivacyPolicy = "no_policy_uri":
        "Citizens cannot read what becomes of their data.",
        "Publish it, and register its address.";
    TokensThroughBrowser = "front_channel_access_tokens":
        "Access tokens come through the browser (RFC 9700 section 2.1.2).",
        "Ask for response_type=code.";
    PkceOptional = "pkce_optional":
        "Its codes are not bound to who asked for them (RFC 9700 section 2.1.1).",
        "Use PKCE, and have it demanded.";
    LegacyPolicy = "legacy_policy":
        "It is held to the rules of ten years ago.",
        "Move it to the policy baseline: what stands in the way is said at once.";
    RefreshUnbound = "refresh_unbound":
        "Refresh tokens of a public client are bound to no key.",
        "Send DPoP proofs (RFC 9449), or do without offline_access.";
    SecretSoonOver = "secret_soon_over":
        "The secret ends soon.",
        "Have another one made; the old one works beside it for as long as you say.";
    FormerSecret = "former_secret":
        "A former secret still works.",
        "End it once every server of the application has the new one.";
    KeysUnusable = "keys_unusable":
        "Its keys cannot be read.",
        "Publish a JSON Web Key Set with public keys alone (RFC 7517).";
    KeysUnreachable = "keys_unreachable":
        "Its keys cannot be fetched.",
        "Publish them over TLS at a public address, as application/jwk-set+json, without a redirect.";
    NoFittingKey = "no_fitting_key":
        "No key there verifies what it proves itself with.",
        "Publish a signing key of the registered algorithm.";
    KeyWithoutId = "key_without_id":
        "Of several keys one has no id: no signature can be told to be its.",
        "Give each a kid of its own, and name it in the header.";
    KeySoonOver = "key_soon_over":
        "A key, or the certificate in it, ends soon.",
        "Publish the next one beside it now, sign with it, and take this one away later.";
    CertificateSoonOver = "certificate_soon_over":
        "The certificate of its server ends soon.",
        "Renew it.";
    ClockAway = "clock_away":
        "The clock of its server is away from ours: what it signs, and what we sign, may seem expired or not yet valid.",
        "Set it by NTP.";
    LogoutUnreachable = "logout_unreachable":
        "Its back-channel logout address cannot be reached.",
        "Serve it over TLS at a public address, without a redirect.";
    LogoutNotThere = "logout_not_there":
        "There is nothing at its back-channel logout address that takes a POST.",
        "Have it take a form with logout_token, without asking who sends it: the token says that.";
    LogoutBelievesAnything = "logout_believes_anything":
        "It took a logout token that nobody has signed: anybody can sign its people out.",
        "Verify the token as Back-Channel Logout 1.0 section 2.6 says, and answer 400 to any other.";
    LogoutFails = "logout_fails":
        "It fails at a logout token that it should refuse.",
        "Answer 400 to a token that does not hold (Back-Channel Logout 1.0 section 2.8).";
    RequestUriUnreachable = "request_uri_unreachable":
        "A request object that it registered cannot be fetched.",
        "Publish it, or take the address away.";
    ScopeUnused = "scope_unused":
        "It has asked for these scopes not once in 90 days.",
        "Give up what it does not need: what it may not ask for, nobody can ask for in its name.";
    SectorUnreachable = "sector_unreachable":
        "The list of its sector cannot be fetched.",
        "Publish it as application/json (OpenID Connect Core section 8.1).";
    SectorIncomplete = "sector_incomplete":
        "A redirect URI is not in the list of its sector.",
        "Add it to the list.";
}

/// Who looks.
#[derive(Clone, Debug)]
pub struct CheckUp {
    fetcher: Fetcher,
}

impl CheckUp {
    pub const fn new(fetcher: Fetcher) -> Self {
        Self { fetcher }
    }

    /// Everything that is found of `client`, as its issuer sees it `now`, the worst first. Each of at most eight addresses is asked
    /// once, for at most as long as a fetch may take.
    pub async fn of(&self, client: &Client, issuer: &Issuer, now: Timestamp) -> Vec<Finding> {
        let mut findings = standing::findings(client, issuer, now);
        findings.extend(live::findings(&self.fetcher, client, now).await);
        findings.sort_by_key(|finding| finding.severity);
        findings
    }

    /// As [`of`](Self::of), of the client that is registered as `id`; that it was looked at is recorded.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn run(&self, admin: &Administrator, id: &ClientId) -> Result<Vec<Finding>, AdminError> {
        let client = registered_clients::show(admin, id).await?;
        let mut findings = self.of(&client, &admin.settings.issuer, admin.clock.now()).await;
        let unused = unused_scopes(admin, &client).await?.unwrap_or_default();
        if !unused.is_empty() {
            let names: Vec<&str> = unused.iter().map(|scope| scope.as_str()).collect();
            findings.push(Finding::new(Severity::Note, What::ScopeUnused, "scope", names.join(" ")));
        }
        let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
        let event = admin.event(EventKind::ClientCheckedUp).of(id);
        let event = event.with("found", findings.len()).with("errors", errors);
        let mut tx = admin.store.begin().await?;
        tx.audit().record(&event.build()).await?;
        tx.commit().await?;
        Ok(findings)
    }
}

/// Before something ends its owner has this long to put another in its place.
pub const SOON: std::time::Duration = std::time::Duration::from_secs(30 * 86_400);

/// The day, as every language reads it.
fn date(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_second(at.seconds()).unwrap_or_default();
    at.strftime("%Y-%m-%d").to_string()
}
