//! Signing in with a certificate: the choice of a way, and a page for each. `/sign-in/{id}/certificate`…
//!
//! The choice sends `choice`: `cancel` or `extend`; its ways are links, because one leads to another host and no form of ours may.
//! Web eID sends `token`, a signature over the text sends `signature`, signing with a telephone sends `username` and
//! what [`super::schemes`] says.

use askama::Template;

use super::layout::{Form, Layout, Portal, TimeLimit};
use super::schemes::Schemes;
use super::sign_in::cancel;
use super::text::{Moment, Speaks, TextId, id};

/// Which way.
#[derive(Clone, Debug, Template)]
#[template(path = "certificate/ways.html")]
pub struct Ways {
    pub layout: Layout,
    pub form: Form,
    pub portal: Option<Portal>,
    pub heading: Heading,
    pub ways: Vec<WayLink>,
    /// The sign-in's first page; none where a certificate is what they came for.
    pub others: Option<String>,
    pub problem: Option<Problem>,
    pub limit: TimeLimit,
}

/// By the browser's extension.
#[derive(Clone, Debug, Template)]
#[template(path = "certificate/web_eid.html")]
pub struct WebEid {
    pub layout: Layout,
    pub form: Form,
    pub portal: Option<Portal>,
    /// What the card signs.
    pub nonce: String,
    /// The choice of ways.
    pub others: String,
    pub problem: Option<Problem>,
    pub limit: TimeLimit,
}

/// By a signature over a text.
#[derive(Clone, Debug, Template)]
#[template(path = "certificate/signature.html")]
pub struct Signature {
    pub layout: Layout,
    pub form: Form,
    pub portal: Option<Portal>,
    /// What is signed, byte for byte.
    pub text: String,
    /// The same in base64, for a program of the person's.
    pub encoded: String,
    /// Where it is downloaded.
    pub download: String,
    pub others: String,
    pub problem: Option<Problem>,
    pub limit: TimeLimit,
}

/// By a telephone: whom to ask, and then what to compare.
#[derive(Clone, Debug, Template)]
#[template(path = "certificate/remote.html")]
pub struct Remote {
    pub layout: Layout,
    pub form: Form,
    pub portal: Option<Portal>,
    pub username: String,
    pub schemes: Schemes,
    /// What both screens show, once somebody was asked.
    pub control_code: Option<String>,
    pub others: String,
    pub problem: Option<Problem>,
    pub limit: TimeLimit,
}

/// What a certificate is shown for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading {
    SignIn,
    /// To have the account know it from now on.
    Add,
}

impl Heading {
    fn text(&self) -> TextId {
        match self {
            Self::SignIn => id("certificate-title"),
            Self::Add => id("certificate-add-title"),
        }
    }
}

/// A way, and where it leads.
#[derive(Clone, Debug)]
pub struct WayLink {
    pub way: Way,
    pub path: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Connection,
    WebEid,
    Signature,
    Remote,
}

impl Way {
    /// The id of its link.
    fn id(&self) -> &'static str {
        match self {
            Self::Connection => "way-connection",
            Self::WebEid => "way-web-eid",
            Self::Signature => "way-signature",
            Self::Remote => "way-remote",
        }
    }

    fn name(&self) -> TextId {
        match self {
            Self::Connection => id("certificate-way-connection"),
            Self::WebEid => id("certificate-way-web-eid"),
            Self::Signature => id("certificate-way-signature"),
            Self::Remote => id("certificate-way-remote"),
        }
    }

    fn hint(&self) -> TextId {
        match self {
            Self::Connection => id("certificate-way-connection.hint"),
            Self::WebEid => id("certificate-way-web-eid.hint"),
            Self::Signature => id("certificate-way-signature.hint"),
            Self::Remote => id("certificate-way-remote.hint"),
        }
    }
}

/// Why a certificate did not sign anybody in: a sentence, and what support needs to find it.
#[derive(Clone, Debug)]
pub struct Problem {
    pub fault: Fault,
    /// The request's reference, as the log knows it.
    pub reference: String,
}

/// Which step failed. All of it is about the certificate that the reader holds.
#[derive(Clone, Debug)]
pub enum Fault {
    NothingShown,
    TooLate,
    Unreadable,
    NotProven,
    Expired(Moment),
    NotYetValid(Moment),
    AuthorityOutOfDate,
    NotForSigningIn,
    Gost,
    Weak,
    Policy,
    Organisation,
    NoNumber,
    SeveralNumbers,
    NumberNotAccepted,
    Broken,
    NotTrusted,
    Revoked(Moment),
    OnHold,
    UnknownToIssuer,
    RevocationUnknown,
    NoAccount,
    Locked,
    NotConfirmed,
    NotBound,
    Removed,
    Known,
    Taken,
    TooMany,
    OtherPerson,
    NotSigned,
    ServiceAway,
    NumberMalformed,
    TooManyTries { minutes: i64 },
}

impl Problem {
    pub(super) fn sentence(&self, voice: &impl Speaks) -> String {
        let on = |text: TextId, moment: &Moment| voice.compose(text, &[("date", voice.date(moment).into())]);
        let sentence = match &self.fault {
            Fault::NothingShown => id("certificate-nothing-shown"),
            Fault::TooLate => id("certificate-too-late"),
            Fault::Unreadable => id("certificate-signature-unreadable"),
            Fault::NotProven => id("certificate-not-proven"),
            Fault::Expired(moment) => return on(id("certificate-expired"), moment),
            Fault::NotYetValid(moment) => return on(id("certificate-not-yet-valid"), moment),
            Fault::AuthorityOutOfDate => id("certificate-authority-out-of-date"),
            Fault::NotForSigningIn => id("certificate-not-for-signing-in"),
            Fault::Gost => id("certificate-gost"),
            Fault::Weak => id("certificate-weak"),
            Fault::Policy => id("certificate-policy"),
            Fault::Organisation => id("certificate-organisation"),
            Fault::NoNumber => id("certificate-no-number"),
            Fault::SeveralNumbers => id("certificate-several-numbers"),
            Fault::NumberNotAccepted => id("certificate-number-not-accepted"),
            Fault::Broken => id("certificate-unreadable"),
            Fault::NotTrusted => id("certificate-not-trusted"),
            Fault::Revoked(moment) => return on(id("certificate-revoked"), moment),
            Fault::OnHold => id("certificate-on-hold"),
            Fault::UnknownToIssuer => id("certificate-unknown"),
            Fault::RevocationUnknown => id("certificate-revocation-unknown"),
            Fault::NoAccount => id("certificate-no-account"),
            Fault::Locked => id("certificate-locked"),
            Fault::NotConfirmed => id("certificate-not-confirmed"),
            Fault::NotBound => id("certificate-not-bound"),
            Fault::Removed => id("certificate-removed"),
            Fault::Known => id("certificate-known"),
            Fault::Taken => id("certificate-taken"),
            Fault::TooMany => id("certificate-too-many"),
            Fault::OtherPerson => id("certificate-other-person"),
            Fault::NotSigned => id("certificate-not-signed"),
            Fault::ServiceAway => id("certificate-service-away"),
            Fault::NumberMalformed => id("fault-identifier-malformed"),
            Fault::TooManyTries { minutes } => return voice.text_with("fault-too-many-tries", "minutes", *minutes),
        };
        voice.say(sentence)
    }
}

impl Ways {
    fn cancel(&self) -> String {
        cancel(self.portal.as_ref(), &self.layout)
    }
}

impl WebEid {
    fn cancel(&self) -> String {
        cancel(self.portal.as_ref(), &self.layout)
    }
}

impl Signature {
    fn cancel(&self) -> String {
        cancel(self.portal.as_ref(), &self.layout)
    }
}

impl Remote {
    fn cancel(&self) -> String {
        cancel(self.portal.as_ref(), &self.layout)
    }
}
