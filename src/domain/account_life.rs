//! The life of an account: what takes it from one state to another, who may cause that, and what each state means for
//! everything that hangs on it (docs/account-life.md).

use std::fmt;

use super::age::TooYoung;
use super::audit::EventKind;
use super::citizen::CitizenStatus;

/// What can happen to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transition {
    /// Its owner takes it over: they answered over a channel that the registry holds, or a registrar has seen them.
    Activate,
    Lock,
    Unlock,
    Suspend,
    /// It is again what it was before it was suspended.
    Resume,
    /// Its owner has died.
    Decease,
    Close,
    /// What ended it was a mistake. It comes back locked: whoever held its credentials meanwhile does not sign in by that alone.
    Reopen,
}

/// Who wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum By {
    /// The owner, signed in.
    Citizen,
    /// Whoever is entered as the guardian of a minor, signed in as themselves.
    Guardian,
    Registrar,
    /// Two registrars: one asked, another one confirmed.
    TwoRegistrars,
    /// The population registry, asked again about somebody who is here.
    Registry,
    /// SenID itself: a time that has come, a code that was answered.
    System,
}

/// Why an account does not go from where it is to there. Its text is a sentence for whoever wanted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    pub transition: Transition,
    pub from: CitizenStatus,
    pub why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is so already.
    Already,
    /// It leads there from none but other states.
    From,
    /// Somebody else may do this, and not who wanted it.
    Who,
    /// The account was changed while this was being decided.
    Meanwhile,
    /// Its owner is too young to sign in.
    TooYoung(TooYoung),
}

impl Transition {
    pub const ALL: [Self; 8] = [
        Self::Activate,
        Self::Lock,
        Self::Unlock,
        Self::Suspend,
        Self::Resume,
        Self::Decease,
        Self::Close,
        Self::Reopen,
    ];

    /// From which states it leads anywhere.
    pub const fn from(self) -> &'static [CitizenStatus] {
        use CitizenStatus::{Active, Closed, Deceased, Locked, Registered, Suspended};
        match self {
            Self::Activate => &[Registered],
            Self::Lock => &[Registered, Active],
            Self::Unlock => &[Locked],
            Self::Suspend => &[Registered, Active, Locked],
            Self::Resume => &[Suspended],
            Self::Decease | Self::Close => &[Registered, Active, Locked, Suspended],
            Self::Reopen => &[Deceased, Closed],
        }
    }

    /// Whether the account is over after it.
    pub const fn ends(self) -> bool {
        matches!(self, Self::Decease | Self::Close)
    }

    /// Who may cause it.
    pub const fn by(self) -> &'static [By] {
        use By::{Citizen, Guardian, Registrar, Registry, System, TwoRegistrars};
        match self {
            Self::Activate => &[Registrar, TwoRegistrars, System],
            Self::Lock => &[Citizen, Guardian, Registrar, TwoRegistrars, System],
            Self::Unlock | Self::Resume => &[Registrar, TwoRegistrars],
            Self::Suspend | Self::Decease => &[Registrar, TwoRegistrars, Registry],
            // A citizen asks for it, and the system does it when they have had time to think again.
            Self::Close => &[Registrar, TwoRegistrars, System],
            Self::Reopen => &[TwoRegistrars],
        }
    }

    /// The state that it leads to. `suspended_from` is what a suspended account was before.
    const fn to(self, suspended_from: Option<CitizenStatus>) -> CitizenStatus {
        match (self, suspended_from) {
            (Self::Activate | Self::Unlock, _) => CitizenStatus::Active,
            (Self::Lock | Self::Reopen, _) => CitizenStatus::Locked,
            (Self::Suspend, _) => CitizenStatus::Suspended,
            (Self::Resume, Some(CitizenStatus::Active)) => CitizenStatus::Active,
            (Self::Resume, Some(CitizenStatus::Registered)) => CitizenStatus::Registered,
            // Also where it is not known: a lock is never lifted by the way.
            (Self::Resume, _) => CitizenStatus::Locked,
            (Self::Decease, _) => CitizenStatus::Deceased,
            (Self::Close, _) => CitizenStatus::Closed,
        }
    }

    /// Where `by` takes an account with it that stands `from`.
    ///
    /// # Errors
    /// Where it does not lead anywhere from there, or is not theirs to do.
    pub fn apply(
        self,
        from: CitizenStatus,
        suspended_from: Option<CitizenStatus>,
        by: By,
    ) -> Result<CitizenStatus, Refused> {
        let refused = |why| Err(Refused { transition: self, from, why });
        if !self.by().contains(&by) {
            return refused(Why::Who);
        }
        let to = self.to(suspended_from);
        match self.from().contains(&from) {
            true => Ok(to),
            false if from == to && self != Self::Reopen => refused(Why::Already),
            false => refused(Why::From),
        }
    }

    /// The event that records it.
    pub const fn event(self) -> EventKind {
        match self {
            Self::Activate => EventKind::CitizenActivated,
            Self::Lock => EventKind::CitizenLocked,
            Self::Unlock => EventKind::CitizenUnlocked,
            Self::Suspend => EventKind::CitizenSuspended,
            Self::Resume => EventKind::CitizenResumed,
            Self::Decease => EventKind::CitizenDeceased,
            Self::Close => EventKind::CitizenClosed,
            Self::Reopen => EventKind::CitizenReopened,
        }
    }

    const fn done(self) -> &'static str {
        match self {
            Self::Activate => "activated",
            Self::Lock => "locked",
            Self::Unlock => "unlocked",
            Self::Suspend => "suspended",
            Self::Resume => "resumed",
            Self::Decease => "recorded as deceased",
            Self::Close => "closed",
            Self::Reopen => "reopened",
        }
    }
}

impl By {
    const fn plural(self) -> &'static str {
        match self {
            Self::Citizen => "its owner",
            Self::Guardian => "a guardian",
            Self::Registrar => "a registrar",
            Self::TwoRegistrars => "two registrars together",
            Self::Registry => "the population registry",
            Self::System => "SenID itself",
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, done) = (self.from, self.transition.done());
        match self.why {
            Why::Already => write!(f, "the account is {from} already"),
            Why::Meanwhile => write!(f, "the account is not {from} any more: look at it again"),
            Why::TooYoung(young) => young.fmt(f),
            Why::From => {
                let allowed: Vec<_> = self.transition.from().iter().map(|status| status.as_str()).collect();
                write!(f, "the account is {from}: only one that is {} can be {done}", either(&allowed))
            }
            Why::Who => {
                let allowed: Vec<_> = self.transition.by().iter().map(|by| by.plural()).collect();
                write!(f, "an account is {done} by {}, and by nobody else", either(&allowed))
            }
        }
    }
}

/// `a, b or c`.
fn either(words: &[&str]) -> String {
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// What becomes of one kind of thing that hangs on an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Stands,
    /// It does nothing now, and is what it was when the account is active again.
    Rests,
    /// For good.
    Ends,
}

/// What a state means. Whatever is not active lets nobody in and releases nothing; the rest is what is left when it is active again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// Browser sessions, sign-ins under way, and what was approved on another device and not fetched yet.
    pub sessions: Fate,
    /// Access tokens and refresh tokens.
    pub tokens: Fate,
    /// What portals were granted, which tokens stand on.
    pub grants: Fate,
    /// Codes that were sent, or that a registrar handed over, and were not used.
    pub codes: Fate,
    /// A recovery that is waiting.
    pub recoveries: Fate,
    pub known_devices: Fate,
    /// Passwords, passkeys, certificates.
    pub credentials: Fate,
    /// Whether the portals that take part in a session are told that it has ended.
    pub portals: Portals,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Portals {
    Told,
    NothingToTell,
}

impl Meaning {
    /// The one table.
    pub const fn of(status: CitizenStatus) -> Self {
        use Fate::{Ends, Rests, Stands};
        match status {
            CitizenStatus::Active => Self {
                sessions: Stands,
                tokens: Stands,
                grants: Stands,
                codes: Stands,
                recoveries: Stands,
                known_devices: Stands,
                credentials: Stands,
                portals: Portals::NothingToTell,
            },
            // Nobody was in, or nobody is to be in until a registrar says so.
            CitizenStatus::Registered | CitizenStatus::Locked | CitizenStatus::Suspended => Self {
                sessions: Ends,
                tokens: Rests,
                grants: Rests,
                codes: Ends,
                recoveries: Ends,
                known_devices: Rests,
                credentials: Rests,
                portals: Portals::Told,
            },
            // Should it have been a mistake, they are asked for their consents anew; what they sign in with is still theirs, until
            // their data is erased.
            CitizenStatus::Deceased | CitizenStatus::Closed => Self {
                sessions: Ends,
                tokens: Ends,
                grants: Ends,
                codes: Ends,
                recoveries: Ends,
                known_devices: Ends,
                credentials: Rests,
                portals: Portals::Told,
            },
        }
    }

    /// Where somebody else may have been in the account, what they may have granted or left there goes as well.
    #[must_use]
    pub const fn without_trust(self) -> Self {
        Self { tokens: Fate::Ends, grants: Fate::Ends, known_devices: Fate::Ends, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CitizenStatus::{Active, Closed, Deceased, Locked, Registered, Suspended};

    const WHO: [By; 6] = [By::Citizen, By::Guardian, By::Registrar, By::TwoRegistrars, By::Registry, By::System];

    /// Everything that is possible, in words: whoever changes the machine changes this list.
    #[test]
    fn an_account_goes_these_ways_and_no_others() {
        let mut ways = Vec::new();
        for from in CitizenStatus::ALL {
            for transition in Transition::ALL {
                let to: Vec<_> =
                    WHO.into_iter().filter_map(|by| transition.apply(from, Some(Active), by).ok()).collect();
                if let Some(to) = to.first() {
                    ways.push(format!(
                        "{from} {transition:?} {to} x{}",
                        WHO.into_iter().filter(|by| transition.apply(from, Some(Active), *by).is_ok()).count()
                    ));
                }
            }
        }
        assert_eq!(
            ways,
            [
                "registered Activate active x3",
                "registered Lock locked x5",
                "registered Suspend suspended x3",
                "registered Decease deceased x3",
                "registered Close closed x3",
                "active Lock locked x5",
                "active Suspend suspended x3",
                "active Decease deceased x3",
                "active Close closed x3",
                "locked Unlock active x2",
                "locked Suspend suspended x3",
                "locked Decease deceased x3",
                "locked Close closed x3",
                "suspended Resume active x2",
                "suspended Decease deceased x3",
                "suspended Close closed x3",
                "deceased Reopen locked x1",
                "closed Reopen locked x1",
            ]
        );
    }

    #[test]
    fn what_is_final_is_undone_by_two_registrars_and_nobody_else() {
        for from in [Deceased, Closed] {
            for by in WHO {
                for transition in Transition::ALL {
                    let possible = transition == Transition::Reopen && by == By::TwoRegistrars;
                    assert_eq!(transition.apply(from, None, by).is_ok(), possible, "{from} {transition:?} {by:?}");
                }
            }
        }
    }

    #[test]
    fn a_suspension_lifts_no_lock_by_the_way() {
        let resumed = |before| Transition::Resume.apply(Suspended, before, By::Registrar);
        assert_eq!(resumed(Some(Active)), Ok(Active));
        assert_eq!(resumed(Some(Locked)), Ok(Locked));
        assert_eq!(resumed(Some(Registered)), Ok(Registered));
        for unknown in [None, Some(Deceased), Some(Closed), Some(Suspended)] {
            assert_eq!(resumed(unknown), Ok(Locked), "{unknown:?}");
        }
    }

    #[test]
    fn a_refusal_says_what_stands_in_the_way() {
        let said = |transition: Transition, from, by| transition.apply(from, None, by).unwrap_err().to_string();
        assert_eq!(said(Transition::Lock, Locked, By::Registrar), "the account is locked already");
        assert_eq!(
            said(Transition::Unlock, Deceased, By::Registrar),
            "the account is deceased: only one that is locked can be unlocked"
        );
        assert_eq!(
            said(Transition::Reopen, Closed, By::Registrar),
            "an account is reopened by two registrars together, and by nobody else"
        );
        assert_eq!(
            said(Transition::Reopen, Locked, By::TwoRegistrars),
            "the account is locked: only one that is deceased or closed can be reopened"
        );
        assert_eq!(
            said(Transition::Decease, Active, By::Citizen),
            "an account is recorded as deceased by a registrar, two registrars together or the population registry, and by nobody else"
        );
        assert_eq!(said(Transition::Activate, Active, By::System), "the account is active already");
    }

    #[test]
    fn every_state_but_one_lets_nobody_stay_in() {
        for status in CitizenStatus::ALL {
            let means = Meaning::of(status);
            assert_eq!(means.sessions == Fate::Stands, status.is_active(), "{status}");
            assert_eq!(means.tokens == Fate::Stands, status.is_active(), "{status}");
            assert_eq!(means.portals == Portals::NothingToTell, status.is_active(), "{status}");
            let ends = matches!(status, Deceased | Closed);
            assert_eq!(means.grants == Fate::Ends, ends, "{status}");
        }
        assert_eq!(Meaning::of(Locked).without_trust().grants, Fate::Ends);
        assert_eq!(Meaning::of(Registered).grants, Fate::Rests);
    }

    #[test]
    fn a_state_is_written_and_read_the_same() {
        for status in CitizenStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        assert!("dead".parse::<CitizenStatus>().is_err());
    }
}
