//! Every sign-in and every release of data. `/account/activity`

use askama::Template;

use crate::web::claims::{ClaimName, Method};
use crate::web::device::Device;
use crate::web::layout::Layout;
use crate::web::letter::Affair;
use crate::web::text::{Moment, Speaks, TextId, id};

#[derive(Clone, Debug, Template)]
#[template(path = "account/activity.html")]
pub struct Activity {
    pub layout: Layout,
    pub filter: ActivityFilter,
    /// The days that were asked for are none.
    pub malformed: bool,
    /// Newest first.
    pub events: Vec<Event>,
    /// The path of the page with older ones, by cursor.
    pub older: Option<String>,
    /// The path of the first page, when this is not it.
    pub newest: Option<String>,
}

/// What is looked for, as the form shows it.
#[derive(Clone, Debug, Default)]
pub struct ActivityFilter {
    pub topic: Option<ActivityTopic>,
    /// Id and name of those that there is anything of.
    pub portals: Vec<(String, String)>,
    /// The id of the one that was chosen; empty where none was.
    pub portal: String,
    /// Days as they were typed.
    pub from: String,
    pub to: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivityTopic {
    SignIns,
    Releases,
    Organisations,
    Security,
}

impl ActivityTopic {
    const ALL: [Self; 4] = [Self::SignIns, Self::Releases, Self::Organisations, Self::Security];

    fn word(&self) -> &'static str {
        match self {
            Self::SignIns => "sign-ins",
            Self::Releases => "releases",
            Self::Organisations => "organisations",
            Self::Security => "security",
        }
    }

    fn text(&self) -> TextId {
        match self {
            Self::SignIns => id("topic-sign-ins"),
            Self::Releases => id("topic-releases"),
            Self::Organisations => id("data-mandates"),
            Self::Security => id("topic-security"),
        }
    }
}

impl ActivityFilter {
    fn is_empty(&self) -> bool {
        self.topic.is_none() && self.portal.is_empty() && self.from.is_empty() && self.to.is_empty()
    }
}

#[derive(Clone, Debug)]
pub struct Event {
    pub at: Moment,
    pub what: Happening,
    pub device: Option<Device>,
    pub address: Option<String>,
    /// What was unusual about it, and what came of that.
    pub unusual: Vec<Unusual>,
    /// The path of the page that closes the account because it was somebody else.
    pub not_me: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusual {
    NewDevice,
    ImpossibleTravel,
    ManyAccounts,
    /// So a second proof was asked for.
    MoreAsked,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    SignedIn {
        method: Method,
        portal: Option<String>,
    },
    SignInFailed {
        times: u32,
    },
    ConsentGiven {
        portal: String,
        claims: Vec<ClaimName>,
    },
    ConsentDenied {
        portal: String,
    },
    ConsentWithdrawn {
        portal: String,
    },
    ConsentNarrowed {
        portal: String,
        claims: Vec<ClaimName>,
    },
    DataReleased {
        portal: String,
        claims: Vec<ClaimName>,
        /// What it said that it needs them for, when it was told.
        purposes: Vec<String>,
    },
    /// With a code that another device showed.
    DeviceAllowed {
        portal: String,
    },
    DeviceDenied {
        portal: String,
    },
    RequestReceived {
        portal: String,
    },
    RequestAllowed {
        portal: String,
    },
    RequestDenied {
        portal: String,
    },
    SignedOut,
    SessionEnded,
    DeviceForgotten,
    PasswordChanged,
    CredentialRenamed,
    CredentialRemoved,
    CredentialAdded,
    /// It counts for more than before.
    CredentialRaised,
    /// It behaved as a copy would.
    PasskeySuspected,
    RecoveryCodeUsed {
        left: u32,
    },
    ContactVerified,
    /// A notice or a code did not arrive.
    MessageUndelivered,
    SecondStepSwitched,
    RecoveryBegun,
    RecoveryFinished,
    RecoveryStopped,
    /// An officer was given a code to hand over.
    CodeIssued,
    IssuedCodeUsed,
    AccountOpened,
    /// Somebody wanted to open another one with the same number.
    RegistrationTried,
    DataCorrected,
    AccountLocked,
    AccountUnlocked,
    AccountActivated,
    AccountSuspended,
    AccountResumed,
    AccountClosed,
    AccountReopened,
    ClosingAsked,
    ClosingCancelled,
    IdentityProven,
    GuardianshipEntered,
    GuardianshipEnded,
    NumberChanged,
    ContactRemoved,
    LanguageChosen,
    DataDownloaded,
    CorrectionAsked,
    CorrectionSettled,
    /// An authority that the law lets ask was told something.
    DisclosureTold,
    /// An account that they had at a portal is linked to them.
    AccountLinked {
        portal: String,
    },
    AccountUnlinked {
        portal: String,
    },
    /// They asked for the registration of an organisation.
    OrganisationAsked,
    Organisation(Affair),
    /// A code or token came a second time: the portal's access was ended (RFC 9700 §2.2.2).
    AccessEnded {
        portal: String,
    },
}

impl Event {
    pub fn sentence(&self, voice: &impl Speaks) -> String {
        let about = |id, portal: &str| voice.compose(id, &[("portal", portal.into())]);
        let gave = |id, portal: &str, claims: &[ClaimName]| {
            voice.compose(id, &[("portal", portal.into()), ("claims", ClaimName::list(claims, voice).into())])
        };
        match &self.what {
            Happening::SignedIn { method, portal } => {
                let method = voice.say(method.inline()).into();
                match portal {
                    Some(portal) => voice
                        .compose(id("event-signed-in-at"), &[("method", method), ("portal", portal.as_str().into())]),
                    None => voice.compose(id("event-signed-in"), &[("method", method)]),
                }
            }
            Happening::SignInFailed { times } => voice.text_with("event-sign-in-failed", "times", *times),
            Happening::ConsentGiven { portal, claims } => gave(id("event-consent-given"), portal, claims),
            Happening::ConsentDenied { portal } => about(id("event-consent-denied"), portal),
            Happening::ConsentWithdrawn { portal } => about(id("event-consent-withdrawn"), portal),
            Happening::ConsentNarrowed { portal, claims } => gave(id("event-consent-narrowed"), portal, claims),
            Happening::DataReleased { portal, claims, .. } => gave(id("event-data-released"), portal, claims),
            Happening::DeviceAllowed { portal } => about(id("event-device-allowed"), portal),
            Happening::DeviceDenied { portal } => about(id("event-device-denied"), portal),
            Happening::RequestReceived { portal } => about(id("event-request-received"), portal),
            Happening::RequestAllowed { portal } => about(id("event-request-allowed"), portal),
            Happening::RequestDenied { portal } => about(id("event-request-denied"), portal),
            Happening::SignedOut => voice.text("event-signed-out"),
            Happening::SessionEnded => voice.text("event-session-ended"),
            Happening::DeviceForgotten => voice.text("event-device-forgotten"),
            Happening::CredentialAdded => voice.text("event-credential-added"),
            Happening::CredentialRaised => voice.text("event-credential-raised"),
            Happening::PasskeySuspected => voice.text("event-passkey-suspected"),
            Happening::PasswordChanged => voice.text("event-password-changed"),
            Happening::CredentialRenamed => voice.text("event-credential-renamed"),
            Happening::CredentialRemoved => voice.text("event-credential-removed"),
            Happening::RecoveryCodeUsed { left } => voice.text_with("event-recovery-code-used", "left", *left),
            Happening::ContactVerified => voice.text("event-contact-verified"),
            Happening::MessageUndelivered => voice.text("event-message-undelivered"),
            Happening::SecondStepSwitched => voice.text("event-second-step"),
            Happening::RecoveryBegun => voice.text("event-recovery-begun"),
            Happening::RecoveryFinished => voice.text("event-recovery-finished"),
            Happening::RecoveryStopped => voice.text("event-recovery-stopped"),
            Happening::CodeIssued => voice.text("event-code-issued"),
            Happening::IssuedCodeUsed => voice.text("event-code-used"),
            Happening::AccountOpened => voice.text("event-account-opened"),
            Happening::RegistrationTried => voice.text("event-registration-tried"),
            Happening::DataCorrected => voice.text("event-data-corrected"),
            Happening::AccountLocked => voice.text("event-account-locked"),
            Happening::AccountUnlocked => voice.text("event-account-unlocked"),
            Happening::AccountActivated => voice.text("event-account-activated"),
            Happening::AccountSuspended => voice.text("event-account-suspended"),
            Happening::AccountResumed => voice.text("event-account-resumed"),
            Happening::AccountClosed => voice.text("event-account-closed"),
            Happening::AccountReopened => voice.text("event-account-reopened"),
            Happening::ClosingAsked => voice.text("event-closing-asked"),
            Happening::ClosingCancelled => voice.text("event-closing-cancelled"),
            Happening::IdentityProven => voice.text("event-identity-proven"),
            Happening::GuardianshipEntered => voice.text("event-guardianship-entered"),
            Happening::GuardianshipEnded => voice.text("event-guardianship-ended"),
            Happening::NumberChanged => voice.text("event-number-changed"),
            Happening::ContactRemoved => voice.text("event-contact-removed"),
            Happening::LanguageChosen => voice.text("event-language-chosen"),
            Happening::DataDownloaded => voice.text("event-data-downloaded"),
            Happening::CorrectionAsked => voice.text("event-correction-asked"),
            Happening::CorrectionSettled => voice.text("event-correction-settled"),
            Happening::DisclosureTold => voice.text("event-disclosure-told"),
            Happening::AccountLinked { portal } => voice.text_with("event-account-linked", "portal", portal.as_str()),
            Happening::AccountUnlinked { portal } => {
                voice.text_with("event-account-unlinked", "portal", portal.as_str())
            }
            Happening::OrganisationAsked => voice.text("event-organisation-asked"),
            Happening::Organisation(affair) => voice.say(match affair {
                Affair::Confirmed => id("event-organisation-confirmed"),
                Affair::Refused => id("event-organisation-refused"),
                Affair::Offered => id("event-mandate-offered"),
                Affair::Granted => id("event-mandate-granted"),
                Affair::Accepted => id("event-mandate-accepted"),
                Affair::Ended => id("event-mandate-ended"),
                Affair::GivenBack => id("event-mandate-given-back"),
            }),
            Happening::AccessEnded { portal } => about(id("event-access-ended"), portal),
        }
    }

    /// What a portal was told for.
    pub fn why(&self, voice: &impl Speaks) -> Option<String> {
        let Happening::DataReleased { purposes, .. } = &self.what else { return None };
        let said = purposes.iter().map(|purpose| voice.text_with("consent-purpose", "purpose", purpose.as_str()));
        Some(said.collect::<Vec<_>>().join(" ")).filter(|said| !said.is_empty())
    }

    /// What happened and what for, in one line.
    pub fn told(&self, voice: &impl Speaks) -> String {
        let sentence = self.sentence(voice);
        self.why(voice).map_or_else(|| sentence.clone(), |why| format!("{sentence}. {why}"))
    }

    pub fn unusual(&self, voice: &impl Speaks) -> Vec<String> {
        let sentence = |unusual: &Unusual| match unusual {
            Unusual::NewDevice => voice.text("unusual-new-device"),
            Unusual::ImpossibleTravel => voice.text("unusual-travel"),
            Unusual::ManyAccounts => voice.text("unusual-many-accounts"),
            Unusual::MoreAsked => voice.text("unusual-more-asked"),
        };
        self.unusual.iter().map(sentence).collect()
    }

    /// As a line of a table: when, what, on which device, from where, and what was unusual.
    pub fn cells(&self, voice: &impl Speaks) -> [String; 5] {
        let device = self.device.map(|device| device.name(voice)).unwrap_or_default();
        let address = self.address.clone().unwrap_or_default();
        [voice.voice().stamp(self.at), self.told(voice), device, address, self.unusual(voice).join(" ")]
    }

    /// When, on what, from where.
    pub fn circumstances(&self, voice: &impl Speaks) -> String {
        let device = self.device.map(|device| device.name(voice));
        [Some(voice.when(&self.at)), device, self.address.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }

    /// The sign beside it: something to look at twice, something given, or neither.
    pub(super) fn kind(&self) -> &'static str {
        match self.what {
            _ if !self.unusual.is_empty() => "care",
            Happening::SignInFailed { .. }
            | Happening::PasswordChanged
            | Happening::CredentialAdded
            | Happening::CredentialRemoved
            | Happening::PasskeySuspected
            | Happening::RecoveryCodeUsed { .. }
            | Happening::ContactVerified
            | Happening::MessageUndelivered
            | Happening::RecoveryBegun
            | Happening::RecoveryFinished
            | Happening::CodeIssued
            | Happening::RegistrationTried
            | Happening::AccountLocked
            | Happening::AccountSuspended
            | Happening::AccountClosed
            | Happening::ClosingAsked
            | Happening::GuardianshipEntered
            | Happening::ContactRemoved
            | Happening::AccountLinked { .. }
            | Happening::AccountUnlinked { .. }
            | Happening::DataDownloaded
            | Happening::AccessEnded { .. } => "care",
            Happening::ConsentGiven { .. }
            | Happening::DataReleased { .. }
            | Happening::RequestAllowed { .. }
            | Happening::DisclosureTold => "given",
            _ => "plain",
        }
    }
}

impl Event {
    /// Whether somebody else may have done it.
    pub(super) fn may_be_denied(&self) -> bool {
        // Whoever locked it, it is locked.
        let is_done = matches!(self.what, Happening::AccountLocked | Happening::AccountSuspended);
        !is_done && self.kind() == "care"
            || matches!(
                self.what,
                Happening::SignedIn { .. }
                    | Happening::ConsentGiven { .. }
                    | Happening::DeviceAllowed { .. }
                    | Happening::RequestAllowed { .. }
            )
    }
}

impl Activity {
    fn topics(&self) -> [ActivityTopic; 4] {
        ActivityTopic::ALL
    }

    fn section(&self) -> &'static str {
        "activity"
    }
}
