//! What an authorization request needs of the person: OpenID Connect Core §3.1.2.1 (`prompt`, `max_age`,
//! `id_token_hint`), §5.5.1 (`sub` and `acr` in `claims`) and §3.1.2.6 (its errors); RFC 9470 §5 (step-up).

use crate::domain::assurance::AuthenticationLevel;
use crate::domain::authorization::AuthorizationRequest;
use crate::domain::session::BrowserSession;
use crate::domain::time::Timestamp;
use crate::protocol::{OAuthError, acr};

/// Whether what is asked for has been allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentStanding {
    Given,
    Missing,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The request can be answered without a page.
    Answer,
    /// The person has to sign in.
    SignIn,
    /// The person is signed in and has to be asked.
    AskConsent,
    Refuse(OAuthError),
}

/// Decides it.
///
/// `session` is the browser's live session with the `sub` that this client knows its person by. A browser has one session,
/// and between sign-in and consent nothing is asked, so that `account_selection_required` and `interaction_required`
/// have no occasion (Core §3.1.2.6).
pub fn decide(
    request: &AuthorizationRequest,
    session: Option<(&BrowserSession, &str)>,
    consent: ConsentStanding,
    now: Timestamp,
) -> Decision {
    let usable = session.is_some_and(|(session, subject)| serves(request, session, subject, now));
    let consent_due = consent == ConsentStanding::Missing || request.prompt.consent;
    match (usable, consent_due, request.prompt.none) {
        (true, false, _) => Decision::Answer,
        (true, true, false) => Decision::AskConsent,
        (true, true, true) => Decision::Refuse(OAuthError::consent_required("the person has not allowed this yet")),
        (false, _, false) => Decision::SignIn,
        (false, _, true) => Decision::Refuse(OAuthError::login_required("the person is not signed in")),
    }
}

/// Whether `session` proves what `request` asks to be proven.
fn serves(request: &AuthorizationRequest, session: &BrowserSession, subject: &str, now: Timestamp) -> bool {
    // An age of nothing is `prompt=login` in other words, however short ago the sign-in was (Core §3.1.2.1).
    let fresh = request.max_age.is_none_or(|limit| !limit.is_zero() && session.age(now) <= limit);
    let strong = acr::serves(request, session.authentication.level, AuthenticationLevel::ATTAINABLE);
    let prompt = request.prompt;
    fresh && strong && request.is_for(subject) && !prompt.login && !prompt.select_account && !prompt.create
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::assurance::{AuthenticationLevel, AuthenticationMethod};
    use crate::domain::authorization::{PromptSet, ResponseMode, ResponseType};
    use crate::domain::claims_request::ClaimRequest;
    use crate::domain::grant::Authentication;
    use crate::domain::ids::{CitizenId, SessionId};

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
                methods: vec![AuthenticationMethod::Password],
                level: AuthenticationLevel::OneFactor,
            },
            started_at: at,
            last_seen_at: at,
            expires_at: NOW + Duration::from_secs(3600),
            device: String::new(),
            address: String::new(),
        }
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
        assert_eq!(decide(&request(), Some((&session, "s")), ConsentStanding::Given, NOW), Decision::Answer);
    }

    #[test]
    fn prompt_none_says_what_is_missing() {
        let request = AuthorizationRequest { prompt: PromptSet { none: true, ..Default::default() }, ..request() };
        let session = session(100);
        assert_eq!(code(decide(&request, None, ConsentStanding::Missing, NOW)), "login_required");
        assert_eq!(code(decide(&request, Some((&session, "s")), ConsentStanding::Missing, NOW)), "consent_required");
    }

    #[test]
    fn max_age_is_met_to_the_second() {
        let request = AuthorizationRequest { max_age: Some(Duration::from_secs(100)), ..request() };
        let (met, missed) = (session(100), session(101));
        assert_eq!(decide(&request, Some((&met, "s")), ConsentStanding::Given, NOW), Decision::Answer);
        assert_eq!(decide(&request, Some((&missed, "s")), ConsentStanding::Given, NOW), Decision::SignIn);
    }

    #[test]
    fn a_max_age_of_nothing_asks_again_however_fresh_the_session() {
        let request = AuthorizationRequest { max_age: Some(Duration::ZERO), ..request() };
        let session = session(0);
        assert_eq!(decide(&request, Some((&session, "s")), ConsentStanding::Given, NOW), Decision::SignIn);
    }

    #[test]
    fn the_hint_of_another_person_is_login_required_and_never_their_tokens() {
        let hinted = AuthorizationRequest { hinted_subject: Some("someone else".into()), ..request() };
        let silent = AuthorizationRequest { prompt: PromptSet { none: true, ..Default::default() }, ..hinted.clone() };
        let session = session(1);
        assert_eq!(decide(&hinted, Some((&session, "s")), ConsentStanding::Given, NOW), Decision::SignIn);
        assert_eq!(code(decide(&silent, Some((&session, "s")), ConsentStanding::Given, NOW)), "login_required");
    }

    #[test]
    fn the_subject_that_claims_names_is_as_good_as_a_hint() {
        let session = session(1);
        for (value, decision) in [("s", Decision::Answer), ("someone else", Decision::SignIn)] {
            let mut request = request();
            let sub = ClaimRequest { essential: false, values: vec![format!("\"{value}\"")] };
            request.claims.id_token.insert("sub".to_owned(), sub.clone());
            assert_eq!(decide(&request, Some((&session, "s")), ConsentStanding::Given, NOW), decision, "{value}");
            // The hint does not make up for it: then nobody can answer.
            request.hinted_subject = Some("s".to_owned());
            assert_eq!(decide(&request, Some((&session, "s")), ConsentStanding::Given, NOW), decision, "{value}");
        }
    }

    #[test]
    fn a_session_that_is_weaker_than_an_essential_acr_does_not_serve() {
        let mut request = request();
        let acr = ClaimRequest { essential: true, values: vec!["\"urn:senid:aal:2\"".to_owned()] };
        request.claims.id_token.insert("acr".to_owned(), acr);
        let weak = session(1);
        let mut strong = session(1);
        strong.authentication.level = AuthenticationLevel::TwoFactors;
        assert_eq!(decide(&request, Some((&weak, "s")), ConsentStanding::Given, NOW), Decision::SignIn);
        assert_eq!(decide(&request, Some((&strong, "s")), ConsentStanding::Given, NOW), Decision::Answer);
    }

    #[test]
    fn prompt_create_shows_its_page_whoever_is_signed_in() {
        let request = AuthorizationRequest { prompt: PromptSet { create: true, ..Default::default() }, ..request() };
        let session = session(0);
        assert_eq!(decide(&request, Some((&session, "s")), ConsentStanding::Given, NOW), Decision::SignIn);
    }

    #[test]
    fn prompt_login_asks_again_however_fresh_the_session() {
        let request = AuthorizationRequest { prompt: PromptSet { login: true, ..Default::default() }, ..request() };
        let session = session(0);
        assert_eq!(decide(&request, Some((&session, "s")), ConsentStanding::Given, NOW), Decision::SignIn);
    }

    #[test]
    fn prompt_consent_asks_again_what_was_allowed() {
        let request = AuthorizationRequest { prompt: PromptSet { consent: true, ..Default::default() }, ..request() };
        let session = session(0);
        assert_eq!(decide(&request, Some((&session, "s")), ConsentStanding::Given, NOW), Decision::AskConsent);
    }
}
