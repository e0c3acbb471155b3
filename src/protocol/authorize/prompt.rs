//! What an authorization request needs of the person: OpenID Connect Core §3.1.2.1 (`prompt`, `max_age`,
//! `id_token_hint`), §5.5.1 (`sub` and `acr` in `claims`) and §3.1.2.6 (its errors); RFC 9470 §5 (step-up).

use crate::domain::authorization::AuthorizationRequest;
use crate::domain::mandate::Acting;
use crate::domain::session::BrowserSession;
use crate::domain::time::Timestamp;
use crate::protocol::OAuthError;
use crate::protocol::acr::{self, Standing};

/// Whether what is asked for has been allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentStanding {
    Given,
    Missing,
}

/// Whether it is known in whose name the person answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChoiceStanding {
    /// For whom they act; `None` where it is themselves, or where nobody asks.
    Settled(Option<Acting>),
    Missing,
}

/// The browser's live session, as it stands to one request.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    pub session: &'a BrowserSession,
    /// The `sub` that this client knows its person by.
    pub subject: &'a str,
    /// Whether it is strong enough.
    pub strength: Standing,
    pub choice: ChoiceStanding,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The request can be answered without a page.
    Answer,
    /// The person has to sign in.
    SignIn,
    /// The person is signed in and has to prove more, or is told that they have nothing to prove it with.
    StepUp,
    /// The person is signed in and has to be asked.
    AskConsent,
    Refuse(OAuthError),
}

/// Decides it.
///
/// A browser has one session, whoever else it remembers, so that `account_selection_required` has no occasion (Core §3.1.2.6).
pub fn decide(
    request: &AuthorizationRequest,
    known: Option<Known<'_>>,
    consent: ConsentStanding,
    now: Timestamp,
) -> Decision {
    let silent = request.prompt.none;
    let Some(known) = known.filter(|known| is_of_now(request, known, now)) else {
        return match silent {
            false => Decision::SignIn,
            true => Decision::Refuse(OAuthError::login_required("the person is not signed in")),
        };
    };
    let consent_due = consent == ConsentStanding::Missing || request.prompt.consent;
    match (known.strength, consent_due, silent) {
        (Standing::Lacks(_) | Standing::Unmet, _, false) => Decision::StepUp,
        (Standing::Lacks(_), _, true) => {
            Decision::Refuse(OAuthError::login_required("the person has to prove more than they have"))
        }
        (Standing::Unmet, _, true) => {
            Decision::Refuse(acr::unmet("the person has nothing that proves as much as is asked for"))
        }
        (Standing::Serves, false, true) if known.choice == ChoiceStanding::Missing => {
            Decision::Refuse(OAuthError::interaction_required("the person has to choose in whose name they act"))
        }
        (Standing::Serves, false, false) if known.choice == ChoiceStanding::Missing => Decision::AskConsent,
        (Standing::Serves, false, _) => Decision::Answer,
        (Standing::Serves, true, false) => Decision::AskConsent,
        (Standing::Serves, true, true) => {
            Decision::Refuse(OAuthError::consent_required("the person has not allowed this yet"))
        }
    }
}

/// Whether the session is of the person, and of the time, that `request` asks for.
fn is_of_now(request: &AuthorizationRequest, known: &Known<'_>, now: Timestamp) -> bool {
    !request.prompt.select_account && goes_on_where_chosen(request, known, now)
}

/// Whether whoever is signed in need not prove anything again, once they were asked who it is and chose themselves
/// (`prompt=select_account`).
pub fn goes_on_where_chosen(request: &AuthorizationRequest, known: &Known<'_>, now: Timestamp) -> bool {
    // An age of nothing is `prompt=login` in other words, however short ago the sign-in was (Core §3.1.2.1).
    let fresh = request.max_age.is_none_or(|limit| !limit.is_zero() && known.session.age(now) <= limit);
    fresh && request.is_for(known.subject) && !request.prompt.login && !request.prompt.create
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::assurance::{AccountLevel, AuthenticationLevel, Proof, Proofs, Requirement};
    use crate::domain::authorization::{PromptSet, ResponseMode, ResponseType};
    use crate::domain::claims_request::ClaimRequest;
    use crate::domain::grant::Authentication;
    use crate::domain::ids::{CitizenId, SessionId};
    use crate::domain::session::Remember;

    const NOW: Timestamp = Timestamp::from_seconds(10_000);

    pub(crate) fn request() -> AuthorizationRequest {
        AuthorizationRequest {
            client_id: "portal".parse().unwrap(),
            redirect_uri: "https://portal.example/cb".into(),
            response_type: ResponseType::Code,
            response_mode: ResponseMode::Query,
            scope: "openid".parse().unwrap(),
            state: None,
            nonce: None,
            code_challenge: None,
            prompt: PromptSet::default(),
            max_age: None,
            login_hint: None,
            hinted_subject: None,
            ui_locales: vec![],
            acr_values: vec![],
            claims: Default::default(),
            resources: Vec::new(),
            authorization_details: Default::default(),
            dpop_jkt: None,
            organisation_hint: None,
            pushed: None,
        }
    }

    fn session(age: u64) -> BrowserSession {
        let at = NOW - Duration::from_secs(age);
        BrowserSession {
            authentication: Authentication {
                citizen: CitizenId::from_uuid(uuid::Uuid::from_u128(1)),
                session: SessionId::from_uuid(uuid::Uuid::from_u128(2)),
                auth_time: at,
                account_level: AccountLevel::Proven,
                proofs: Proofs::new(vec![Proof::password(at)]),
            },
            demanded: Requirement::NONE,
            remember: Remember::Device,
            started_at: at,
            last_seen_at: at,
            expires_at: NOW + Duration::from_secs(3600),
            device: String::new(),
            address: String::new(),
        }
    }

    fn known(session: &BrowserSession) -> Known<'_> {
        Known { session, subject: "s", strength: Standing::Serves, choice: ChoiceStanding::Settled(None) }
    }

    fn code(decision: Decision) -> &'static str {
        match decision {
            Decision::Refuse(error) => error.code.as_str(),
            other => panic!("{other:?} is no refusal"),
        }
    }

    #[test]
    fn a_live_session_with_consent_is_answered_without_a_page() {
        let session = session(100);
        assert_eq!(decide(&request(), Some(known(&session)), ConsentStanding::Given, NOW), Decision::Answer);
    }

    #[test]
    fn prompt_none_says_what_is_missing() {
        let request = AuthorizationRequest { prompt: PromptSet { none: true, ..Default::default() }, ..request() };
        let session = session(100);
        assert_eq!(code(decide(&request, None, ConsentStanding::Missing, NOW)), "login_required");
        assert_eq!(code(decide(&request, Some(known(&session)), ConsentStanding::Missing, NOW)), "consent_required");
    }

    #[test]
    fn whoever_has_not_said_in_whose_name_is_asked_and_never_silently_answered_for() {
        let silent = AuthorizationRequest { prompt: PromptSet { none: true, ..Default::default() }, ..request() };
        let session = session(100);
        let unsaid = Known { choice: ChoiceStanding::Missing, ..known(&session) };
        assert_eq!(decide(&request(), Some(unsaid), ConsentStanding::Given, NOW), Decision::AskConsent);
        assert_eq!(code(decide(&silent, Some(unsaid), ConsentStanding::Given, NOW)), "interaction_required");
        assert_eq!(code(decide(&silent, Some(unsaid), ConsentStanding::Missing, NOW)), "consent_required");
    }

    #[test]
    fn max_age_is_met_to_the_second() {
        let request = AuthorizationRequest { max_age: Some(Duration::from_secs(100)), ..request() };
        let (met, missed) = (session(100), session(101));
        assert_eq!(decide(&request, Some(known(&met)), ConsentStanding::Given, NOW), Decision::Answer);
        assert_eq!(decide(&request, Some(known(&missed)), ConsentStanding::Given, NOW), Decision::SignIn);
    }

    #[test]
    fn a_max_age_of_nothing_asks_again_however_fresh_the_session() {
        let request = AuthorizationRequest { max_age: Some(Duration::ZERO), ..request() };
        let session = session(0);
        assert_eq!(decide(&request, Some(known(&session)), ConsentStanding::Given, NOW), Decision::SignIn);
    }

    #[test]
    fn the_hint_of_another_person_is_login_required_and_never_their_tokens() {
        let hinted = AuthorizationRequest { hinted_subject: Some("someone else".into()), ..request() };
        let silent = AuthorizationRequest { prompt: PromptSet { none: true, ..Default::default() }, ..hinted.clone() };
        let session = session(1);
        assert_eq!(decide(&hinted, Some(known(&session)), ConsentStanding::Given, NOW), Decision::SignIn);
        assert_eq!(code(decide(&silent, Some(known(&session)), ConsentStanding::Given, NOW)), "login_required");
    }

    #[test]
    fn the_subject_that_claims_names_is_as_good_as_a_hint() {
        let session = session(1);
        for (value, decision) in [("s", Decision::Answer), ("someone else", Decision::SignIn)] {
            let mut request = request();
            let sub = ClaimRequest { essential: false, values: vec![format!("\"{value}\"")] };
            request.claims.id_token.insert("sub".to_owned(), sub.clone());
            assert_eq!(decide(&request, Some(known(&session)), ConsentStanding::Given, NOW), decision, "{value}");
            // The hint does not make up for it: then nobody can answer.
            request.hinted_subject = Some("s".to_owned());
            assert_eq!(decide(&request, Some(known(&session)), ConsentStanding::Given, NOW), decision, "{value}");
        }
    }

    #[test]
    fn a_session_that_is_too_weak_is_stepped_up_and_never_answered() {
        let silent = AuthorizationRequest { prompt: PromptSet { none: true, ..Default::default() }, ..request() };
        let session = session(1);
        let lacks = Standing::Lacks(Requirement::level(AuthenticationLevel::TwoFactors));
        for (strength, refusal) in [(lacks, "login_required"), (Standing::Unmet, "unmet_authentication_requirements")] {
            for consent in [ConsentStanding::Given, ConsentStanding::Missing] {
                let weak = Known { strength, ..known(&session) };
                assert_eq!(decide(&request(), Some(weak), consent, NOW), Decision::StepUp);
                assert_eq!(code(decide(&silent, Some(weak), consent, NOW)), refusal);
            }
        }
    }

    #[test]
    fn what_is_too_old_is_proven_from_the_beginning_and_not_stepped_up() {
        let request = AuthorizationRequest { max_age: Some(Duration::from_secs(10)), ..request() };
        let session = session(11);
        let weak = Known { strength: Standing::Unmet, ..known(&session) };
        assert_eq!(decide(&request, Some(weak), ConsentStanding::Given, NOW), Decision::SignIn);
    }

    #[test]
    fn prompt_create_shows_its_page_whoever_is_signed_in() {
        let request = AuthorizationRequest { prompt: PromptSet { create: true, ..Default::default() }, ..request() };
        let session = session(0);
        assert_eq!(decide(&request, Some(known(&session)), ConsentStanding::Given, NOW), Decision::SignIn);
    }

    #[test]
    fn whoever_is_signed_in_goes_on_by_choosing_themselves_and_where_a_new_proof_is_asked_for_they_do_not() {
        let session = session(100);
        let select = PromptSet { select_account: true, ..Default::default() };
        let choice = AuthorizationRequest { prompt: select, ..request() };
        assert_eq!(decide(&choice, Some(known(&session)), ConsentStanding::Given, NOW), Decision::SignIn);
        assert!(goes_on_where_chosen(&choice, &known(&session), NOW));
        let refused = [
            AuthorizationRequest { prompt: PromptSet { login: true, ..select }, ..request() },
            AuthorizationRequest { prompt: PromptSet { create: true, ..select }, ..request() },
            AuthorizationRequest { max_age: Some(Duration::from_secs(99)), ..choice.clone() },
            AuthorizationRequest { hinted_subject: Some("someone else".into()), ..choice },
        ];
        for request in refused {
            assert!(!goes_on_where_chosen(&request, &known(&session), NOW), "{request:?}");
        }
    }

    #[test]
    fn prompt_login_asks_again_however_fresh_the_session() {
        let request = AuthorizationRequest { prompt: PromptSet { login: true, ..Default::default() }, ..request() };
        let session = session(0);
        assert_eq!(decide(&request, Some(known(&session)), ConsentStanding::Given, NOW), Decision::SignIn);
    }

    #[test]
    fn prompt_consent_asks_again_what_was_allowed() {
        let request = AuthorizationRequest { prompt: PromptSet { consent: true, ..Default::default() }, ..request() };
        let session = session(0);
        assert_eq!(decide(&request, Some(known(&session)), ConsentStanding::Given, NOW), Decision::AskConsent);
    }
}
