//! Events of the audit log. They carry masked identifiers only.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ids::{CitizenId, ClientId, EventId};
use super::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub id: EventId,
    pub at: Timestamp,
    pub kind: EventKind,
    pub outcome: Outcome,
    pub actor: Actor,
    /// Whom it concerns.
    pub citizen: Option<CitizenId>,
    pub client: Option<ClientId>,
    /// The request it happened in, as logs and error pages name it.
    pub request: Option<String>,
    /// Masked address of the network it came from.
    pub address: Option<String>,
    /// Facts of this kind of event: short words, masked identifiers, names of claims; never a secret or a value of a claim.
    pub details: BTreeMap<&'static str, String>,
}

macro_rules! event_kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What happened. The text is what is stored, and is never changed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum EventKind { $($(#[$doc])* #[serde(rename = $text)] $name,)* }

        impl EventKind {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)* _ => None }
            }
        }
    };
}

event_kinds! {
    SignIn = "sign_in",
    SignInCancelled = "sign_in.cancelled",
    SessionEnded = "session.ended",
    /// A credential behaved as one does that was copied, and was refused.
    CredentialSuspected = "credential.suspected",
    /// A client said that it has ended its own session.
    LogoutDelivered = "logout.delivered",
    /// A client could not be told that a session has ended, or would not hear of it.
    LogoutUndelivered = "logout.undelivered",
    /// An operator has it tried once more.
    LogoutRetried = "logout.retried",
    /// A client opened the stream of security events that it is sent, changed it, or closed it; or an operator did.
    StreamCreated = "stream.created",
    StreamChanged = "stream.changed",
    StreamRemoved = "stream.removed",
    /// A client could not be told of what happened to a citizen, or would not hear of it.
    SecurityEventUndelivered = "security_event.undelivered",
    ConsentGranted = "consent.granted",
    ConsentDenied = "consent.denied",
    ConsentWithdrawn = "consent.withdrawn",
    /// A citizen would not have a client know single claims any more.
    ConsentNarrowed = "consent.narrowed",
    /// A citizen allowed a device elsewhere what it asked for, having entered its user code (RFC 8628).
    DeviceAllowed = "device.allowed",
    DeviceDenied = "device.denied",
    /// A code came a second time: whatever it was exchanged for is revoked.
    CodeReplayed = "code.replayed",
    TokensIssued = "tokens.issued",
    TokensRefreshed = "tokens.refreshed",
    /// A client exchanged a token that a citizen had granted to another one (RFC 8693).
    TokensExchanged = "tokens.exchanged",
    /// A refresh token came again after its successor was used.
    RefreshTokenReplayed = "refresh_token.replayed",
    TokenRevoked = "token.revoked",
    /// A client asks through the back channel (CIBA).
    BackChannelRequested = "backchannel.requested",
    BackChannelAllowed = "backchannel.allowed",
    BackChannelDenied = "backchannel.denied",
    /// Personal data went to a client.
    DataReleased = "data.released",
    ClientRefused = "client.refused",
    ClientCreated = "client.created",
    /// An application's owner brought it into the sandbox.
    ClientDrafted = "client.drafted",
    ClientChanged = "client.changed",
    /// A client was given another secret, beside which the former one works for a while.
    ClientSecretRotated = "client.secret_rotated",
    /// The former secret works no more.
    FormerSecretEnded = "client.former_secret_ended",
    /// It was looked at from outside, as its citizens and SenID meet it.
    ClientCheckedUp = "client.checked_up",
    /// It left the sandbox.
    ClientPromoted = "client.promoted",
    /// A client registered itself (RFC 7591).
    ClientRegistered = "client.registered",
    /// A client replaced its own registration (RFC 7592).
    ClientUpdated = "client.registration_updated",
    ClientDeleted = "client.deleted",
    InitialTokenCreated = "registration_token.created",
    InitialTokenRevoked = "registration_token.revoked",
    /// An operator gave a client a new registration access token in the place of one that was lost.
    RegistrationTokenReplaced = "registration_token.replaced",
    ExchangeAllowed = "exchange.allowed",
    ExchangeRemoved = "exchange.removed",
    ClientDisabled = "client.disabled",
    ClientEnabled = "client.enabled",
    ResourceServerCreated = "resource_server.created",
    ResourceServerChanged = "resource_server.changed",
    ResourceServerDisabled = "resource_server.disabled",
    ResourceServerEnabled = "resource_server.enabled",
    /// A type of authorization details (RFC 9396).
    DetailsTypeCreated = "details_type.created",
    DetailsTypeChanged = "details_type.changed",
    DetailsTypeDisabled = "details_type.disabled",
    DetailsTypeEnabled = "details_type.enabled",
    CitizenAdded = "citizen.added",
    CitizenImported = "citizen.imported",
    CitizenShown = "citizen.shown",
    /// Somebody saw a page of citizens, masked.
    CitizensListed = "citizen.listed",
    /// All citizens were written out in clear.
    CitizensExported = "citizen.exported",
    CitizenLocked = "citizen.locked",
    CitizenUnlocked = "citizen.unlocked",
    /// Its owner took the account over.
    CitizenActivated = "citizen.activated",
    CitizenSuspended = "citizen.suspended",
    CitizenResumed = "citizen.resumed",
    CitizenDeceased = "citizen.deceased",
    CitizenClosed = "citizen.closed",
    /// What had ended it was a mistake.
    CitizenReopened = "citizen.reopened",
    /// Another account of the same person stays.
    CitizenMerged = "citizen.merged",
    /// Somebody else had registered in their name: their account goes on as another one.
    CitizenEvicted = "citizen.evicted",
    /// A citizen wants their account closed, which it is after a time.
    ClosingAsked = "account.closing_asked",
    /// They thought again.
    ClosingCancelled = "account.closing_cancelled",
    /// A registrar has seen who a citizen is.
    IdentityProven = "identity.proven",
    /// A registrar wants something done that another one has to confirm.
    ProposalMade = "proposal.made",
    ProposalDeclined = "proposal.declined",
    GuardianshipEntered = "guardianship.entered",
    GuardianshipEnded = "guardianship.ended",
    /// An operator looked for people who may be entered twice.
    DuplicatesListed = "duplicates.listed",
    /// A citizen was given another national identifier.
    CitizenRenumbered = "citizen.renumbered",
    /// A citizen was given, or lost, a number to sign in with beside their national identifier.
    CitizenAliasAdded = "citizen.alias_added",
    CitizenAliasRemoved = "citizen.alias_removed",
    /// What an ended account was kept for is over: nothing of its citizen is left.
    CitizenErased = "citizen.erased",
    /// Somebody wants to open an account, and the population registry was asked about them.
    SelfRegistrationAsked = "self_registration.asked",
    /// Somebody wanted to open an account with a number that has one.
    RegistrationTried = "self_registration.tried",
    /// A citizen opened their account themselves.
    AccountOpened = "account.opened",
    /// An operator had the population registry asked about a citizen.
    RegistryCheckAsked = "registry.check_asked",
    /// The population registry was asked again about a citizen, and what it says is for a registrar to look at.
    RegistryChecked = "registry.checked",
    /// It says something else of them than before.
    DataCorrected = "registry.corrected",
    PasswordRehashed = "password.rehashed",
    PasswordChanged = "password.changed",
    /// A citizen switched whether every sign-in of theirs asks for a second step.
    SecondStepSwitched = "second_step.switched",
    /// A registrar was given a code to hand to a citizen.
    CodeIssued = "code.issued",
    /// The citizen used it.
    IssuedCodeUsed = "code.used",
    /// Somebody tried to get back into an account and did not show that it is theirs.
    RecoveryRefused = "recovery.refused",
    /// Someone signed in from a device that the citizen had not used before.
    NewDevice = "device.new",
    /// A device that a citizen had used is a stranger's again.
    DeviceForgotten = "device.forgotten",
    CredentialAdded = "credential.added",
    CredentialRemoved = "credential.removed",
    CredentialRenamed = "credential.renamed",
    /// It counts for more than before.
    CredentialRaised = "credential.raised",
    CertificateBound = "certificate.bound",
    /// Someone signed in with a certificate: how it was presented, whose word it is, and who said that it was not revoked.
    CertificateAccepted = "certificate.accepted",
    RecoveryCodeUsed = "recovery_code.used",
    RecoveryBegun = "recovery.begun",
    RecoveryFinished = "recovery.finished",
    RecoveryStopped = "recovery.stopped",
    /// A mail address or a telephone number was shown to be the citizen's.
    ContactVerified = "contact.verified",
    /// An address or a number is no longer one of the citizen's.
    ContactRemoved = "contact.removed",
    /// A citizen chose the language that they are spoken to in.
    LanguageChosen = "language.chosen",
    /// A citizen took away what is kept about them.
    DataDownloaded = "data.downloaded",
    /// A citizen said what is wrong in their data.
    CorrectionAsked = "correction.asked",
    CorrectionRead = "correction.read",
    CorrectionSettled = "correction.settled",
    /// The register of lawful disclosures: what an authority asked was recorded, decided about by another operator, and read.
    DisclosureRecorded = "disclosure.recorded",
    DisclosureApproved = "disclosure.approved",
    DisclosureRefused = "disclosure.refused",
    DisclosureGiven = "disclosure.given",
    /// An operator looked into it.
    DisclosureShown = "disclosure.shown",
    /// The citizen may read of it from now on.
    DisclosureTold = "disclosure.told",
    CodeSent = "code.sent",
    /// A citizen who is signed in showed that a verified channel is at hand.
    CodeEntered = "code.entered",
    /// A notice or a code did not reach the citizen, and is not tried again.
    MessageUndelivered = "message.undelivered",
    /// A citizen asks to be confirmed as an organisation's legal representative.
    OrganisationRequested = "organisation.requested",
    OrganisationRequestWithdrawn = "organisation.request_withdrawn",
    OrganisationRequestRefused = "organisation.request_refused",
    /// One registrar of two has seen the papers.
    OrganisationConfirmedOnce = "organisation.confirmed_once",
    OrganisationRegistered = "organisation.registered",
    OrganisationSuspended = "organisation.suspended",
    OrganisationResumed = "organisation.resumed",
    OrganisationDissolved = "organisation.dissolved",
    OrganisationShown = "organisation.shown",
    /// A mandate was offered to somebody.
    MandateOffered = "mandate.offered",
    InvitationWithdrawn = "mandate.invitation_withdrawn",
    InvitationDeclined = "mandate.declined",
    MandateGranted = "mandate.granted",
    /// Whoever offered it is told that it was accepted.
    MandateAccepted = "mandate.accepted",
    MandateEnded = "mandate.ended",
    /// Whoever granted it is told that its holder gave it back.
    MandateGivenBack = "mandate.given_back",
    /// Codes were made that a portal hands to people who had an account with it.
    LinkCodesIssued = "link_codes.issued",
    /// A citizen showed by such a code that an account at a portal is theirs.
    AccountLinked = "account.linked",
    AccountUnlinked = "account.unlinked",
    /// An operator saw which accounts at a portal are linked.
    LinkedAccountsListed = "linked_accounts.listed",
    /// A role of the administration was given, or withdrawn.
    RoleGranted = "role.granted",
    RoleRevoked = "role.revoked",
    /// Somebody was named as an owner of an application, or is none any more.
    OwnerNamed = "owner.named",
    OwnerRemoved = "owner.removed",
    /// Owners of a client were told that something of it ends soon, or there was nobody to tell.
    ClientExpiryTold = "client.expiry_told",
    /// A link was made that makes the first administrator.
    BootstrapLinkMade = "bootstrap.link_made",
    /// Somebody whose role does not allow it wanted to do something, or their proof was too old for it.
    AdministrationRefused = "administration.refused",
    /// Something that takes a second person was asked; somebody decided about it, or it was withdrawn or void.
    ApprovalAsked = "approval.asked",
    ApprovalDecided = "approval.decided",
    /// The break-glass account: an envelope was sealed, one was opened and the other is waited for, both were.
    BreakGlassSealed = "break_glass.sealed",
    BreakGlassHalfOpened = "break_glass.half_opened",
    BreakGlassOpened = "break_glass.opened",
    KeysRotated = "keys.rotated",
    MasterKeyAdded = "keys.master_added",
    /// Citizens' data keys, and the server's, were wrapped by the newest master key.
    MasterKeyApplied = "keys.master_applied",
    IndexKeyAdded = "keys.index_added",
    /// Every name of every citizen is written under the newest key of the blind index.
    IndexKeyApplied = "keys.index_applied",
    /// The keys of the blind index before the newest are used no more.
    IndexKeyRetired = "keys.index_retired",
    /// They are gone, and whatever stood under them.
    IndexKeyErased = "keys.index_erased",
    SchemaMigrated = "schema.migrated",
    /// Everything left the database in a file, or came into it from one.
    StoreExported = "store.exported",
    StoreImported = "store.imported",
    /// An operator read what was recorded of a citizen or a client.
    AuditRead = "audit.read",
    /// Somebody had the audit log verified.
    AuditVerified = "audit.verified",
    /// All of the audit log was written out.
    AuditExported = "audit.exported",
    /// The audit log signs with a new key.
    AuditKeyAdded = "audit.key_added",
    /// Events were kept for as long as they were to be.
    AuditRetired = "audit.retired",
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Success,
    Refused,
}

impl Outcome {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Refused => "refused",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "success" => Some(Self::Success),
            "refused" => Some(Self::Refused),
            _ => None,
        }
    }
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Someone who has not proven who they are.
    Anyone,
    Citizen(CitizenId),
    Client(ClientId),
    /// Someone with a shell on the server; the name is the operating system's.
    Operator(String),
    /// A citizen who administers by a role.
    Staff(CitizenId),
    /// SenID itself.
    System,
}

impl Actor {
    /// As it is stored: a kind, and an id after a colon where there is one.
    pub fn to_text(&self) -> String {
        match self {
            Self::Anyone => "anyone".to_owned(),
            Self::Citizen(id) => format!("citizen:{id}"),
            Self::Client(id) => format!("client:{id}"),
            Self::Operator(name) => format!("operator:{name}"),
            Self::Staff(id) => format!("staff:{id}"),
            Self::System => "system".to_owned(),
        }
    }
}
