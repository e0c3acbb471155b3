//! A sign-in under way: one state machine. Pages never call each other; each does its one step and returns to
//! the dispatcher, which asks [`SignIn::next_step`] what comes next.
//!
//! ```text
//! (Offered ─▶) Requested ─▶ (Identified) ─▶ Authenticated ─▶ Consented ─▶ (answered: the record is gone)
//!                  ▲                           │└──◀── step-up
//!                  └────── someone else ───────┘
//! ```
//!
//! A transition consumes the sign-in and refuses where its state does not allow the step, so none can be
//! skipped, repeated or taken from another state.

use serde::{Deserialize, Serialize};

use super::assurance::Requirement;
use super::authorization::AuthorizationRequest;
use super::grant::Authentication;
use super::ids::{CitizenId, ClientId, SignInId};
use super::mandate::{Acting, InWhoseName};
use super::secret::SecretHash;
use super::session::Remember;
use super::time::Timestamp;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignIn {
    pub id: SignInId,
    /// The hash of the cookie of the browser that began it: no other browser can go on with it.
    pub browser: SecretHash,
    pub purpose: Purpose,
    pub started_at: Timestamp,
    pub expires_at: Timestamp,
    /// What is demanded of this sign-in beside what its purpose demands, because something about it is unusual.
    pub demanded: Requirement,
    /// What stays on the device of whoever signs in.
    pub remember: Remember,
    /// In whose name, once whoever proved who they are was asked and chose.
    pub in_whose_name: Option<InWhoseName>,
    pub state: State,
}

/// What the person signs in for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// A client's authorization request.
    Client(Box<AuthorizationRequest>),
    /// The person's own account pages, at this path, for something that is only shown or done after so strong a sign-in, where
    /// they have what it takes.
    Account { return_to: String, least: Requirement },
    /// Nothing: whoever is signed in shows a certificate that their account is to know from then on.
    NewCertificate {
        /// Whether they have said that whatever else opens the account is theirs. Without their word a certificate raises nobody: it
        /// would raise whoever opened the account in their name as well.
        all_is_theirs: bool,
    },
}

impl Purpose {
    /// The client that asks; none for the person's own account.
    pub fn client(&self) -> Option<&ClientId> {
        match self {
            Self::Client(request) => Some(&request.client_id),
            Self::Account { .. } | Self::NewCertificate { .. } => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// Nobody yet, and the client asked that they be told first how to get an account (`prompt=create`).
    Offered,
    /// Nobody yet.
    Requested,
    /// Someone said who they are and has proven nothing.
    Identified(Named),
    /// Someone has proven who they are.
    Authenticated(Authentication),
    /// And has allowed what is asked for.
    Consented(Authentication),
}

/// How someone said who they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Named {
    /// By typing a name, sealed under the sign-in's id.
    Typed { sealed: Vec<u8> },
    /// By choosing themselves among those whom the browser knows. Nobody else signs in then.
    Chosen(CitizenId),
}

/// The page, or the answer, that comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Create,
    Identify,
    Authenticate,
    /// What was proven is less than what is needed.
    StepUp,
    /// In whose name they act is asked.
    InWhoseName,
    Consent,
    /// A certificate is shown that the account is to know.
    Certificate,
    Answer,
}

/// The step was not the one that comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this step does not come next")]
pub struct OutOfOrder;

impl SignIn {
    /// What comes next; whether what was proven is enough is not known here.
    pub const fn next_step(&self) -> Step {
        match self.state {
            State::Offered => Step::Create,
            State::Requested => Step::Identify,
            State::Identified(_) => Step::Authenticate,
            State::Authenticated(_) => Step::Consent,
            State::Consented(_) => Step::Answer,
        }
    }

    /// Where a sign-in for `purpose` begins.
    pub fn beginning(purpose: &Purpose) -> State {
        match purpose {
            Purpose::Client(request) if request.prompt.create => State::Offered,
            Purpose::Client(_) | Purpose::Account { .. } | Purpose::NewCertificate { .. } => State::Requested,
        }
    }

    /// The person has an account, and signs in with it.
    ///
    /// # Errors
    /// [`OutOfOrder`] unless they were asked.
    pub fn go_on(self) -> Result<Self, OutOfOrder> {
        match self.state {
            State::Offered => Ok(Self { state: State::Requested, ..self }),
            _ => Err(OutOfOrder),
        }
    }

    /// The person says who they are; saying it again before proving it replaces what was said.
    ///
    /// # Errors
    /// [`OutOfOrder`] before they said that they have an account, and once someone has proven who they are.
    pub fn identify(self, named: Named) -> Result<Self, OutOfOrder> {
        match self.state {
            State::Requested | State::Identified(_) => Ok(Self { state: State::Identified(named), ..self }),
            State::Offered | State::Authenticated(_) | State::Consented(_) => Err(OutOfOrder),
        }
    }

    /// The person proved who they are.
    ///
    /// # Errors
    /// [`OutOfOrder`] before they said that they have an account, and once someone has proven who they are.
    pub fn authenticate(self, authentication: Authentication) -> Result<Self, OutOfOrder> {
        match self.state {
            // A passkey or a certificate says by itself whose it is.
            State::Requested | State::Identified(_) => Ok(Self { state: State::Authenticated(authentication), ..self }),
            State::Offered | State::Authenticated(_) | State::Consented(_) => Err(OutOfOrder),
        }
    }

    /// The person who proved who they are proved more.
    ///
    /// # Errors
    /// [`OutOfOrder`] unless it is the same person, in the same session.
    pub fn strengthen(self, authentication: Authentication) -> Result<Self, OutOfOrder> {
        match &self.state {
            State::Authenticated(before)
                if (before.citizen, before.session) == (authentication.citizen, authentication.session) =>
            {
                Ok(Self { state: State::Authenticated(authentication), ..self })
            }
            _ => Err(OutOfOrder),
        }
    }

    /// A live session of the same browser proves who the person is.
    ///
    /// # Errors
    /// [`OutOfOrder`] unless nobody has said who they are.
    pub fn resume(self, authentication: Authentication) -> Result<Self, OutOfOrder> {
        match self.state {
            State::Requested => Ok(Self { state: State::Authenticated(authentication), ..self }),
            _ => Err(OutOfOrder),
        }
    }

    /// Whether somebody else than `citizen` was chosen, or has proven something already.
    pub fn is_for_another(&self, citizen: CitizenId) -> bool {
        match &self.state {
            State::Identified(Named::Chosen(other)) => *other != citizen,
            State::Authenticated(by) | State::Consented(by) => by.citizen != citizen,
            State::Offered | State::Requested | State::Identified(Named::Typed { .. }) => false,
        }
    }

    /// It is somebody else: who they are is asked from the beginning, and what was demanded of the one before is not of them.
    ///
    /// # Errors
    /// [`OutOfOrder`] before they said that they have an account, and once something was allowed.
    pub fn begin_again(self) -> Result<Self, OutOfOrder> {
        match self.state {
            State::Requested | State::Identified(_) | State::Authenticated(_) => {
                Ok(Self { state: State::Requested, demanded: Requirement::NONE, in_whose_name: None, ..self })
            }
            State::Offered | State::Consented(_) => Err(OutOfOrder),
        }
    }

    /// The person chose in whose name they act; choosing again before anything is allowed replaces it.
    ///
    /// # Errors
    /// [`OutOfOrder`] unless someone has proven who they are, and nothing was allowed yet.
    pub fn choose(self, chosen: InWhoseName) -> Result<Self, OutOfOrder> {
        match self.state {
            State::Authenticated(_) => Ok(Self { in_whose_name: Some(chosen), ..self }),
            _ => Err(OutOfOrder),
        }
    }

    /// The person allowed what is asked for, or had allowed it before.
    ///
    /// # Errors
    /// [`OutOfOrder`] unless someone has proven who they are.
    pub fn consent(self) -> Result<Self, OutOfOrder> {
        match self.state {
            State::Authenticated(authentication) => Ok(Self { state: State::Consented(authentication), ..self }),
            _ => Err(OutOfOrder),
        }
    }

    /// Who answers and for whom they act, once nothing more is to be asked.
    ///
    /// # Errors
    /// [`OutOfOrder`] before the consent.
    pub fn answer(self) -> Result<(Purpose, Authentication, Option<Acting>), OutOfOrder> {
        match self.state {
            State::Consented(authentication) => {
                Ok((self.purpose, authentication, self.in_whose_name.and_then(InWhoseName::acting)))
            }
            _ => Err(OutOfOrder),
        }
    }
}
