//! The sign-in page: who asks, and who is there. `/sign-in/{id}`
//!
//! Sends `username` and `choice`: `continue` (also meant by its absence), a method's id, `cancel`, or `extend`; and what
//! [`super::people`] and [`super::schemes`] say.

use std::time::Duration;

use askama::Template;

use super::claims::Method;
use super::layout::{Form, Layout, Portal, TimeLimit};
use super::passkey::Ceremony;
use super::people::People;
use super::schemes::{self, Schemes};
use super::text::{Speaks, TextId, id};

#[derive(Clone, Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignIn {
    pub layout: Layout,
    pub form: Form,
    /// The portal that asks; without one it is SenID's own account pages.
    pub portal: Option<Portal>,
    pub reason: Reason,
    pub people: People,
    /// What was typed before, kept.
    pub username: String,
    pub schemes: Schemes,
    /// Where whoever has no account opens one, if anybody does that here.
    pub register: Option<String>,
    /// The methods that this request allows, best first: the same for everybody.
    pub methods: Vec<Method>,
    /// For passkeys, where they are on.
    pub ceremony: Option<Ceremony>,
    pub problem: Option<Problem>,
    pub limit: TimeLimit,
}

/// Why the page is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    NotSignedIn,
    /// The portal asked for a new proof (`prompt=login`, `max_age`).
    AskedAgain,
    /// The portal named somebody else (`id_token_hint`, `login_hint`) than who is signed in.
    OtherPerson,
}

/// Why the step was not done: a sentence next to the field, and what support needs to find it.
#[derive(Clone, Debug)]
pub struct Problem {
    pub fault: Fault,
    /// The request's reference, as the log knows it.
    pub reference: String,
}

/// What was wrong with what was typed. Nothing here tells whether somebody has an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    IdentifierMissing,
    /// Neither a national number of this scheme nor a telephone number nor a mail address.
    IdentifierMalformed(&'static str),
    /// The method that was chosen is not one of those offered.
    MethodNotOffered,
    PasswordMissing,
    WrongIdentifierOrPassword,
    /// The same, and the next try is only taken after a wait.
    WrongAndWait {
        seconds: i64,
    },
    /// The try came before the wait was over, and nothing was looked at.
    TooSoon {
        seconds: i64,
    },
    TooManyTries {
        minutes: i64,
    },
    TooManyTriesToday {
        hours: i64,
    },
    CodeMissing,
    /// It is not the code, or it was used before.
    WrongCode,
    /// Codes of this kind were tried so often that they count no more.
    CodesExhausted,
    /// The same of codes that are sent.
    SentCodesExhausted,
    /// Nothing goes out to this number or address.
    Unreachable,
    /// As many codes were sent as there may be.
    TooManyMessages {
        minutes: i64,
    },
    /// Neither a mail address nor a telephone number.
    ContactMalformed,
    /// Another account has it.
    ContactTaken,
    /// It is the last channel that is verified.
    ContactLast,
    /// There are as many as one account may have.
    TooManyCredentials,
    /// The queue in front of password checking is full.
    Busy,
    /// One sentence for whatever was wrong with a passkey's answer.
    PasskeyNotAccepted,
    /// The key has to come beside something else.
    KeyNotAlone,
    /// The browser took longer than a challenge is good for, or the answer came twice.
    PasskeyStale,
    NeedsScript,
    /// The page was older than the step: shown anew, nothing was done.
    StalePage,
    /// What a new password may not be.
    NewPassword(PasswordFault),
    /// A name of something in the account.
    NameMalformed,
    WrongIdentifierOrCode,
    /// A code that a registrar handed over.
    WrongIssuedCode,
    NothingChosen,
    OrganisationCodeMalformed,
    OrganisationNameMalformed,
    /// They are its legal representative already, or have asked.
    OrganisationKnown,
    TooManyRequests,
    /// More than one may do oneself, for longer, or to oneself: none of it can be passed on.
    MoreThanHeld,
    LongerThanHeld,
    ToThemselves,
    MayNotDelegate,
    /// Whoever is to act is not known well enough.
    LevelTooLow,
    /// It is no code of an invitation, or of one that is for somebody else or over.
    WrongInvitation,
    /// It is no code of a portal's for an account, or was used, or has expired.
    WrongLinkCode,
    /// Whoever offered it may not any more.
    InvitationOver,
    DateMalformed,
    ChoiceNotOffered,
    NoPortalChosen,
    /// A national number that is none.
    NumberMalformed,
    PersonNameMissing,
    PersonNameMalformed,
    BirthdateMalformed,
    /// The number says another year of birth.
    BirthdateContradicts,
    TooYoung {
        from: u8,
    },
}

/// Why a new password will not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordFault {
    TooShort {
        least: u32,
    },
    TooLong {
        most: u32,
    },
    ControlCharacter,
    Common,
    Repetitive,
    Sequential,
    /// It is little more than what others know about its owner.
    Known,
}

impl PasswordFault {
    fn sentence(self, voice: &impl Speaks) -> String {
        let sentence = match self {
            Self::TooShort { least } => return voice.text_with("fault-new-password-too-short", "least", least),
            Self::TooLong { most } => return voice.text_with("fault-new-password-too-long", "most", most),
            Self::ControlCharacter => id("fault-new-password-control-character"),
            Self::Common => id("fault-new-password-common"),
            Self::Repetitive => id("fault-new-password-repetitive"),
            Self::Sequential => id("fault-new-password-sequential"),
            Self::Known => id("fault-new-password-known"),
        };
        voice.say(sentence)
    }
}

const TWO_MINUTES: i64 = 120;

impl Fault {
    /// A wrong identifier or password, and how long the next try has to wait.
    pub fn wrong_password(pause: Option<Duration>) -> Self {
        match pause {
            Some(pause) => Self::WrongAndWait { seconds: seconds(pause) },
            None => Self::WrongIdentifierOrPassword,
        }
    }

    /// A try that is not taken before `retry_after`, in the unit that a person would say it in.
    pub fn throttled(retry_after: Duration) -> Self {
        const TWO_HOURS: i64 = 7200;
        match seconds(retry_after) {
            seconds @ ..TWO_MINUTES => Self::TooSoon { seconds },
            seconds @ ..TWO_HOURS => Self::TooManyTries { minutes: minutes(seconds) },
            seconds => Self::TooManyTriesToday { hours: minutes(minutes(seconds)) },
        }
    }

    /// How long until trying again makes sense, where the page may count it down.
    fn wait(self) -> Option<i64> {
        match self {
            Self::WrongAndWait { seconds } | Self::TooSoon { seconds } => Some(seconds),
            _ => None,
        }
    }
}

/// In whole seconds, rounded up: who comes back then does not come too soon.
pub fn whole_seconds(pause: Duration) -> u64 {
    pause.as_secs().saturating_add(u64::from(pause.subsec_nanos() > 0)).max(1)
}

/// In whole minutes, rounded up.
const fn minutes(seconds: i64) -> i64 {
    (seconds + 59) / 60
}

fn seconds(pause: Duration) -> i64 {
    i64::try_from(whole_seconds(pause)).unwrap_or(i64::MAX)
}

impl Problem {
    /// In how many seconds another try is taken.
    pub(super) fn wait(&self) -> Option<i64> {
        self.fault.wait()
    }

    pub(super) fn sentence(&self, voice: &impl Speaks) -> String {
        let sentence = match self.fault {
            Fault::IdentifierMissing => id("fault-identifier-missing"),
            Fault::IdentifierMalformed(scheme) => return schemes::malformed(scheme, voice),
            Fault::MethodNotOffered => id("fault-method-not-offered"),
            Fault::PasswordMissing => id("fault-password-missing"),
            Fault::WrongIdentifierOrPassword => id("fault-wrong"),
            Fault::WrongAndWait { seconds } => {
                let next = match seconds {
                    ..TWO_MINUTES => voice.text_with("next-try-seconds", "seconds", seconds),
                    _ => voice.text_with("next-try-minutes", "minutes", minutes(seconds)),
                };
                return format!("{} {next}", voice.text("fault-wrong"));
            }
            Fault::TooSoon { seconds } => return voice.text_with("fault-too-soon", "seconds", seconds),
            Fault::TooManyTries { minutes } => return voice.text_with("fault-too-many-tries", "minutes", minutes),
            Fault::TooManyTriesToday { hours } => return voice.text_with("fault-too-many-tries-today", "hours", hours),
            Fault::CodeMissing => id("fault-code-missing"),
            Fault::WrongCode => id("fault-code-wrong"),
            Fault::CodesExhausted => id("fault-codes-exhausted"),
            Fault::SentCodesExhausted => id("fault-sent-codes-exhausted"),
            Fault::Unreachable => id("fault-unreachable"),
            Fault::TooManyMessages { minutes } => {
                return voice.text_with("fault-too-many-messages", "minutes", minutes);
            }
            Fault::ContactMalformed => id("fault-contact-malformed"),
            Fault::ContactTaken => id("fault-contact-taken"),
            Fault::ContactLast => id("fault-contact-last"),
            Fault::TooManyCredentials => id("fault-too-many-credentials"),
            Fault::Busy => id("fault-busy"),
            Fault::PasskeyNotAccepted => id("passkey-fault-not-accepted"),
            Fault::KeyNotAlone => id("passkey-fault-not-alone"),
            Fault::PasskeyStale => id("passkey-fault-stale"),
            Fault::NeedsScript => id("passkey-needs-script"),
            Fault::StalePage => id("fault-stale-page"),
            Fault::NewPassword(fault) => return fault.sentence(voice),
            Fault::NameMalformed => id("fault-name-malformed"),
            Fault::WrongIdentifierOrCode => id("fault-wrong-code"),
            Fault::WrongIssuedCode => id("fault-wrong-issued-code"),
            Fault::NothingChosen => id("fault-nothing-chosen"),
            Fault::OrganisationCodeMalformed => id("fault-organisation-code-malformed"),
            Fault::OrganisationNameMalformed => id("fault-organisation-name-malformed"),
            Fault::OrganisationKnown => id("fault-organisation-known"),
            Fault::TooManyRequests => id("fault-too-many-requests"),
            Fault::MoreThanHeld => id("fault-more-than-held"),
            Fault::LongerThanHeld => id("fault-longer-than-held"),
            Fault::ToThemselves => id("fault-to-themselves"),
            Fault::LevelTooLow => id("fault-level-too-low"),
            Fault::MayNotDelegate => id("fault-may-not-delegate"),
            Fault::WrongInvitation => id("fault-wrong-invitation"),
            Fault::WrongLinkCode => id("fault-wrong-link-code"),
            Fault::InvitationOver => id("fault-invitation-over"),
            Fault::DateMalformed => id("fault-date-malformed"),
            Fault::ChoiceNotOffered => id("fault-choice-not-offered"),
            Fault::NoPortalChosen => id("fault-no-portal-chosen"),
            Fault::NumberMalformed => id("fault-number-malformed"),
            Fault::PersonNameMissing => id("fault-person-name-missing"),
            Fault::PersonNameMalformed => id("fault-person-name-malformed"),
            Fault::BirthdateMalformed => id("fault-birthdate-malformed"),
            Fault::BirthdateContradicts => id("fault-birthdate-contradicts"),
            Fault::TooYoung { from } => return voice.text_with("fault-too-young", "years", i64::from(from)),
        };
        voice.say(sentence)
    }
}

impl SignIn {
    /// The method whose page the button that continues leads to: the name that was typed is for it.
    fn continues_with(&self) -> Option<&Method> {
        self.methods.iter().find(|method| **method == Method::Password)
    }

    /// Those that need no name.
    fn other_methods(&self) -> Vec<Method> {
        self.methods.iter().copied().filter(|method| *method != Method::Password).collect()
    }

    fn lead(&self) -> String {
        match &self.portal {
            Some(Portal { purpose: Some(purpose), .. }) => {
                self.layout.text_with("sign-in-purpose", "purpose", purpose.as_str())
            }
            Some(portal) => self.layout.text_with("sign-in-to", "portal", portal.name.as_str()),
            None => self.layout.text("sign-in-to-account"),
        }
    }

    fn reason(&self) -> Option<String> {
        match self.reason {
            Reason::NotSignedIn => None,
            Reason::AskedAgain => Some(self.layout.text("sign-in-asked-again")),
            Reason::OtherPerson => Some(self.layout.text("sign-in-other-person")),
        }
    }

    fn cancel(&self) -> String {
        cancel(self.portal.as_ref(), &self.layout)
    }

    /// What whoever's browser has no passkeys can do.
    fn other_browser(&self) -> TextId {
        id("passkey-unsupported-way-out")
    }

    /// The address of the portal, for whoever has to go on in another browser.
    fn way_out(&self) -> Option<&str> {
        self.portal.as_ref()?.home.as_deref()
    }

    fn autocomplete(&self) -> &'static str {
        if self.methods.contains(&Method::Passkey) { "username webauthn" } else { "username" }
    }
}

/// The words of the button that gives up.
pub(super) fn cancel(portal: Option<&Portal>, layout: &Layout) -> String {
    match portal {
        Some(portal) => layout.text_with("cancel-to", "portal", portal.name.as_str()),
        None => layout.text("cancel"),
    }
}
