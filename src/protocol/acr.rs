//! The authentication context that answers a request: OpenID Connect Core §2 (`acr`), §3.1.2.1 (`acr_values`),
//! §5.5.1.1, the error code of OpenID Connect Core Error Code unmet_authentication_requirements 1.0, and RFC 9470 §5.

use crate::domain::assurance::{AcrTable, Attainable, Requirement};
use crate::domain::authorization::AuthorizationRequest;
use crate::domain::claims_request::ClaimRequest;
use crate::domain::grant::Authentication;
use crate::protocol::OAuthError;

/// What a request's sign-in is held against.
#[derive(Clone, Copy, Debug)]
pub struct Levels<'a> {
    pub table: &'a AcrTable,
    /// What anybody could prove here.
    pub attainable: &'a Attainable,
    /// What this client always demands. No request lowers it.
    pub least: Requirement,
}

/// Whether a sign-in that there is can answer a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Serves,
    /// The person can prove what is missing of this, and is asked to (step-up).
    Lacks(Requirement),
    /// Nothing that the person has could bring what must be met: `unmet_authentication_requirements`.
    Unmet,
}

/// The `acr` that a sign-in answers `request` with: the first value asked for that it satisfies, or, where that is none or
/// none was asked for, the strongest that it reaches. What `claims` asks goes before `acr_values`.
///
/// # Errors
/// `unmet_authentication_requirements` where the client's least is not met, or where `acr` is an essential claim and no value
/// asked for is satisfied. A voluntary one never fails.
pub fn answering(
    levels: Levels<'_>,
    request: &AuthorizationRequest,
    authentication: &Authentication,
) -> Result<String, OAuthError> {
    let (known, proofs) = (authentication.account_level, &authentication.proofs);
    if !authentication.meets(levels.least) {
        return Err(unmet("the sign-in is weaker than what is always demanded for this client"));
    }
    match wanted(request).into_iter().find(|acr| levels.table.satisfied(acr, known, proofs)) {
        Some(acr) => Ok(acr),
        None if is_essential(request) => {
            Err(unmet("claims: none of the values of the essential id_token.acr can be met"))
        }
        None => Ok(levels.table.strongest(known, proofs).to_owned()),
    }
}

/// Whether what was proven serves `request`, where `can_bring` says what the person could bring about by proving more.
///
/// `acr_values` are a wish: where the person can bring what is asked for, they prove what is missing; where nothing they have
/// would bring it, nobody is bothered for nothing, and the answer says what was reached.
pub fn standing(
    levels: Levels<'_>,
    request: &AuthorizationRequest,
    authentication: &Authentication,
    can_bring: impl Fn(Requirement) -> bool,
) -> Standing {
    let wanted: Vec<Requirement> =
        wanted(request).iter().filter_map(|acr| levels.table.find(acr)).map(|asked| asked.and(levels.least)).collect();
    if wanted.iter().any(|asked| authentication.meets(*asked)) {
        return Standing::Serves;
    }
    if let Some(first) = wanted.iter().copied().find(|asked| can_bring(*asked)) {
        return Standing::Lacks(first);
    }
    match authentication.meets(levels.least) {
        _ if is_essential(request) => Standing::Unmet,
        true => Standing::Serves,
        false if can_bring(levels.least) => Standing::Lacks(levels.least),
        false => Standing::Unmet,
    }
}

/// Where the person will prove themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// In the browser that the client sent here.
    Here,
    /// Somewhere else than where the client waits (device grant, CIBA): nothing that is proven there is phishing-resistant.
    Elsewhere,
}

/// Refuses what nobody can ever meet, before anybody is asked to sign in for it.
///
/// # Errors
/// `unmet_authentication_requirements` where nothing that is offered here reaches what the client always demands, or where `acr` is
/// an essential claim and nothing reaches any of its values.
pub fn attainable(levels: Levels<'_>, request: &AuthorizationRequest, place: Where) -> Result<(), OAuthError> {
    let across;
    let attainable = match place {
        Where::Here => levels.attainable,
        Where::Elsewhere => {
            across = levels.attainable.across_devices();
            &across
        }
    };
    if !attainable.reaches(levels.least) {
        return Err(unmet(match place {
            Where::Here => "nothing that is offered here proves what is always demanded for this client",
            Where::Elsewhere => "nothing that is proven on another device is what is always demanded for this client",
        }));
    }
    let reached = |asked: Requirement| attainable.reaches(asked.and(levels.least));
    let any = wanted(request).iter().filter_map(|acr| levels.table.find(acr)).any(reached);
    match is_essential(request) && !any {
        true => Err(unmet("claims: none of the values of the essential id_token.acr can be met")),
        false => Ok(()),
    }
}

/// The refusal of a sign-in that is too weak, and that nothing the person has makes stronger.
pub fn unmet(description: &'static str) -> OAuthError {
    OAuthError::unmet_authentication_requirements(description)
}

/// The values that are asked for, best first.
fn wanted(request: &AuthorizationRequest) -> Vec<String> {
    claim(request).map_or_else(|| request.acr_values.clone(), ClaimRequest::texts)
}

fn is_essential(request: &AuthorizationRequest) -> bool {
    claim(request).is_some_and(|claim| claim.essential)
}

fn claim(request: &AuthorizationRequest) -> Option<&ClaimRequest> {
    request.claims.id_token.get("acr").filter(|claim| !claim.values.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::assurance::attainable::tests::everything;
    use crate::domain::assurance::proof::tests::proof;
    use crate::domain::assurance::{AccountLevel, AuthenticationLevel, AuthenticationMethod, Factors, Proof, Proofs};
    use crate::domain::ids::{CitizenId, SessionId};
    use crate::domain::time::Timestamp;
    use crate::protocol::authorize::prompt::tests::request;

    fn asking(essential: bool, values: &[&str], acr_values: &[&str]) -> AuthorizationRequest {
        let mut request = request();
        let values = values.iter().map(|value| format!("\"{value}\"")).collect();
        request.claims.id_token.insert("acr".to_owned(), ClaimRequest { essential, values });
        request.acr_values = acr_values.iter().map(|value| (*value).to_owned()).collect();
        request
    }

    fn signed_in(level: AuthenticationLevel) -> Authentication {
        let now = Timestamp::from_seconds(1);
        let second = (level > AuthenticationLevel::OneFactor)
            .then(|| proof(AuthenticationMethod::Totp, Factors::POSSESSION, level));
        Authentication {
            citizen: CitizenId::from_uuid(uuid::Uuid::from_u128(1)),
            session: SessionId::from_uuid(uuid::Uuid::from_u128(2)),
            auth_time: now,
            account_level: AccountLevel::Proven,
            proofs: [Proof::password(now)].into_iter().chain(second).collect::<Proofs>(),
        }
    }

    const ONE: AuthenticationLevel = AuthenticationLevel::OneFactor;
    const TWO: AuthenticationLevel = AuthenticationLevel::TwoFactors;

    fn answer(request: &AuthorizationRequest, level: AuthenticationLevel) -> Result<String, OAuthError> {
        let table = AcrTable::default();
        let levels = Levels { table: &table, attainable: &everything(), least: Requirement::NONE };
        answering(levels, request, &signed_in(level))
    }

    #[test]
    fn the_first_value_that_is_satisfied_answers() {
        for (values, acr_values, acr) in [
            (&["urn:senid:aal:3", "urn:senid:aal:1", "urn:senid:aal:2"][..], &[][..], "urn:senid:aal:1"),
            (&["urn:senid:aal:2"], &["urn:senid:aal:1"], "urn:senid:aal:2"),
            (&[], &["urn:example:gold", "urn:senid:aal:1"], "urn:senid:aal:1"),
            (&[], &["http://eidas.europa.eu/LoA/substantial"], "http://eidas.europa.eu/LoA/substantial"),
            (&[], &["phr"], "urn:senid:aal:2"),
            (&[], &[], "urn:senid:aal:2"),
            (&["urn:senid:aal:4"], &["urn:senid:aal:1"], "urn:senid:aal:2"),
        ] {
            assert_eq!(answer(&asking(false, values, acr_values), TWO).unwrap(), acr, "{values:?} {acr_values:?}");
        }
    }

    #[test]
    fn a_session_that_has_less_than_its_person_can_bring_is_stepped_up_to_the_first_value_in_reach() {
        let table = AcrTable::default();
        let levels = Levels { table: &table, attainable: &everything(), least: Requirement::NONE };
        let lacks = Standing::Lacks(Requirement::level(TWO));
        for (acr_values, session, attainable, expected) in [
            (&[][..], ONE, TWO, Standing::Serves),
            (&["urn:senid:aal:1"], ONE, TWO, Standing::Serves),
            (&["urn:senid:aal:2"], ONE, TWO, lacks),
            (&["urn:senid:aal:2"], TWO, TWO, Standing::Serves),
            // Either will do.
            (&["urn:senid:aal:2", "urn:senid:aal:1"], ONE, TWO, Standing::Serves),
            // Nothing that could be asked of the person would bring it.
            (&["urn:senid:aal:2"], ONE, ONE, Standing::Serves),
            (&["urn:senid:aal:3", "urn:example:gold"], ONE, TWO, Standing::Serves),
            (&["urn:senid:aal:3", "urn:senid:aal:2"], ONE, TWO, lacks),
        ] {
            let request = asking(false, &[], acr_values);
            let bring = |asked: Requirement| asked.authentication_level <= attainable && !asked.phishing_resistant;
            assert_eq!(standing(levels, &request, &signed_in(session), bring), expected, "{acr_values:?} {session:?}");
        }
        let essential = asking(true, &["urn:senid:aal:2"], &[]);
        assert_eq!(standing(levels, &essential, &signed_in(ONE), |_| false), Standing::Unmet);
        assert_eq!(standing(levels, &essential, &signed_in(ONE), |_| true), lacks);
    }

    #[test]
    fn no_request_lowers_what_is_demanded_for_the_client() {
        let table = AcrTable::default();
        let levels = Levels { table: &table, attainable: &everything(), least: Requirement::level(TWO) };
        for request in [asking(false, &[], &["urn:senid:aal:1"]), asking(true, &["urn:senid:aal:1"], &[]), request()] {
            assert_eq!(standing(levels, &request, &signed_in(ONE), |_| true), Standing::Lacks(levels.least));
            assert_eq!(standing(levels, &request, &signed_in(ONE), |_| false), Standing::Unmet);
            assert!(answering(levels, &request, &signed_in(ONE)).is_err());
            assert_eq!(standing(levels, &request, &signed_in(TWO), |_| false), Standing::Serves);
        }
    }

    #[test]
    fn only_an_essential_value_fails() {
        let refusal = answer(&asking(true, &["urn:senid:aal:2", "urn:example:gold"], &[]), ONE).unwrap_err();
        assert_eq!(refusal.code.as_str(), "unmet_authentication_requirements");
        assert_eq!(
            answer(&asking(true, &["urn:senid:aal:2", "urn:senid:aal:1"], &[]), ONE).unwrap(),
            "urn:senid:aal:1"
        );
        assert_eq!(answer(&asking(true, &[], &["urn:senid:aal:2"]), ONE).unwrap(), "urn:senid:aal:1");
    }

    #[test]
    fn an_essential_value_that_nobody_can_ever_meet_fails_at_once() {
        let table = AcrTable::default();
        let levels = Levels { table: &table, attainable: &everything(), least: Requirement::NONE };
        let fails =
            |essential, values: &[&str], place| attainable(levels, &asking(essential, values, &[]), place).is_err();
        assert!(fails(true, &["urn:senid:aal:3"], Where::Here));
        assert!(!fails(true, &["urn:senid:aal:3", "phr"], Where::Here));
        assert!(fails(true, &["urn:senid:aal:3", "phr"], Where::Elsewhere));
        assert!(!fails(false, &["urn:senid:aal:3"], Where::Here));
        assert!(fails(true, &["urn:example:gold"], Where::Here));
    }

    #[test]
    fn what_is_demanded_for_the_client_and_nobody_can_ever_meet_fails_whatever_is_asked() {
        let (table, phr) = (AcrTable::default(), Requirement { phishing_resistant: true, ..Requirement::NONE });
        let everything = everything();
        let demanding = |least| Levels { table: &table, attainable: &everything, least };
        for request in [request(), asking(false, &[], &["urn:senid:aal:1"]), asking(true, &["urn:senid:aal:1"], &[])] {
            assert!(attainable(demanding(phr), &request, Where::Here).is_ok());
            assert!(attainable(demanding(phr), &request, Where::Elsewhere).is_err());
            assert!(attainable(demanding(Requirement::level(TWO)), &request, Where::Elsewhere).is_ok());
            let biometric = Requirement::level(AuthenticationLevel::Biometric);
            assert!(attainable(demanding(biometric), &request, Where::Here).is_err());
        }
    }
}
