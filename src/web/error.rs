//! The error page: what happened, what to do now, the reference. The status code is the door's business.

use askama::Template;

use super::layout::Layout;
use super::sign_out::BackLink;
use super::text::{Speaks, TextId, id};

#[derive(Clone, Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    pub layout: Layout,
    pub trouble: Trouble,
    /// The request's reference, as the log knows it.
    pub reference: Option<String>,
    /// One precise sentence for the portal's developer, in English; never a secret.
    pub detail: Option<String>,
    /// The portal, where its address is proven.
    pub back: Option<BackLink>,
    /// A path of our own from where to go on.
    pub retry: Option<String>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    NotFound,
    /// The sign-in was answered, as after the browser's back button, or took too long: its record is gone either way.
    SignInOver,
    /// The sign-in was begun in another browser.
    OtherBrowser,
    /// The form did not come from a page of ours, or from an old one.
    StaleForm,
    CookiesNeeded,
    TooManyTries {
        minutes: i64,
    },
    /// More requests than can be served now.
    Busy,
    /// A store is away.
    Unavailable,
    /// The portal is not registered, or no longer.
    UnknownPortal,
    /// The address to return to is not registered for the portal.
    ReturnAddress,
    /// The portal's request cannot be understood.
    BadRequest,
    AccountLocked,
    Internal,
}

impl Trouble {
    #[cfg(test)]
    pub(super) const ALL: [Self; 13] = [
        Self::NotFound,
        Self::SignInOver,
        Self::OtherBrowser,
        Self::StaleForm,
        Self::CookiesNeeded,
        Self::TooManyTries { minutes: 5 },
        Self::Busy,
        Self::Unavailable,
        Self::UnknownPortal,
        Self::ReturnAddress,
        Self::BadRequest,
        Self::AccountLocked,
        Self::Internal,
    ];

    /// The title, what happened, and what to do.
    fn texts(self) -> [TextId; 3] {
        match self {
            Self::NotFound => [id("error-not-found"), id("error-not-found.what"), id("error-not-found.todo")],
            Self::SignInOver => [id("error-over"), id("error-over.what"), id("error-over.todo")],
            Self::OtherBrowser => {
                [id("error-other-browser"), id("error-other-browser.what"), id("error-other-browser.todo")]
            }
            Self::StaleForm => [id("error-stale-form"), id("error-stale-form.what"), id("error-stale-form.todo")],
            Self::CookiesNeeded => [id("error-cookies"), id("error-cookies.what"), id("error-cookies.todo")],
            Self::TooManyTries { .. } => {
                [id("error-too-many-tries"), id("error-too-many-tries.what"), id("error-too-many-tries.todo")]
            }
            Self::Busy => [id("error-busy"), id("error-busy.what"), id("error-busy.todo")],
            Self::Unavailable => [id("error-unavailable"), id("error-unavailable.what"), id("error-unavailable.todo")],
            Self::UnknownPortal => {
                [id("error-unknown-portal"), id("error-unknown-portal.what"), id("error-unknown-portal.todo")]
            }
            Self::ReturnAddress => {
                [id("error-return-address"), id("error-return-address.what"), id("error-return-address.todo")]
            }
            Self::BadRequest => [id("error-bad-request"), id("error-bad-request.what"), id("error-bad-request.todo")],
            Self::AccountLocked => {
                [id("error-account-locked"), id("error-account-locked.what"), id("error-account-locked.todo")]
            }
            Self::Internal => [id("error-internal"), id("error-internal.what"), id("error-internal.todo")],
        }
    }
}

impl ErrorPage {
    fn title(&self) -> String {
        self.layout.say(self.trouble.texts()[0])
    }

    fn what(&self) -> String {
        self.layout.say(self.trouble.texts()[1])
    }

    /// What the way on is called: there is nothing to try again where there is no page.
    fn onward(&self) -> String {
        match self.trouble {
            Trouble::NotFound | Trouble::SignInOver => self.layout.text("account"),
            _ => self.layout.text("try-again"),
        }
    }

    fn todo(&self) -> String {
        let minutes = match self.trouble {
            Trouble::TooManyTries { minutes } => minutes,
            _ => 0,
        };
        self.layout.compose(self.trouble.texts()[2], &[("minutes", minutes.into())])
    }
}
