//! The authentication context that answers a request: OpenID Connect Core §2 (`acr`), §3.1.2.1 (`acr_values`),
//! §5.5.1.1, the error code of OpenID Connect Core Error Code unmet_authentication_requirements 1.0, and RFC 9470 §5.

use crate::domain::assurance::AuthenticationLevel;
use crate::domain::authorization::AuthorizationRequest;
use crate::domain::claims_request::ClaimRequest;
use crate::protocol::OAuthError;

/// The `acr` that a sign-in of `level` answers `request` with: the first value asked for that it satisfies, or, where
/// that is none or none was asked for, the strongest that it reaches. What `claims` asks goes before `acr_values`.
///
/// # Errors
/// `unmet_authentication_requirements` where `acr` is an essential claim and no value asked for is satisfied. A voluntary
/// one never fails.
pub fn reached(request: &AuthorizationRequest, level: AuthenticationLevel) -> Result<String, OAuthError> {
    let essential = claim(request).is_some_and(|claim| claim.essential);
    match wanted(request).into_iter().find(|acr| level.satisfies(acr)) {
        Some(acr) => Ok(acr),
        None if essential => Err(OAuthError::unmet_authentication_requirements(
            "claims: none of the values of the essential id_token.acr can be met",
        )),
        None => Ok(level.acr().to_owned()),
    }
}

/// The values that are asked for, best first.
fn wanted(request: &AuthorizationRequest) -> Vec<String> {
    claim(request).map_or_else(|| request.acr_values.clone(), ClaimRequest::texts)
}

fn claim(request: &AuthorizationRequest) -> Option<&ClaimRequest> {
    request.claims.id_token.get("acr").filter(|claim| !claim.values.is_empty())
}

/// Whether a live session of `level` can answer `request`, where a new sign-in could reach `attainable` (RFC 9470 §5).
///
/// `acr_values` are a wish: where a new sign-in would bring what is asked for and the session has less, the person proves
/// what is missing; where nothing could bring it, nobody is bothered for nothing, and the answer says what was reached.
pub fn serves(request: &AuthorizationRequest, level: AuthenticationLevel, attainable: AuthenticationLevel) -> bool {
    if reached(request, level).is_err() {
        return false;
    }
    let wanted = wanted(request);
    let brings = |level: AuthenticationLevel| wanted.iter().any(|acr| level.satisfies(acr));
    brings(level) || !brings(attainable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::authorize::prompt::tests::request;

    fn asking(essential: bool, values: &[&str], acr_values: &[&str]) -> AuthorizationRequest {
        let mut request = request();
        let values = values.iter().map(|value| format!("\"{value}\"")).collect();
        request.claims.id_token.insert("acr".to_owned(), ClaimRequest { essential, values });
        request.acr_values = acr_values.iter().map(|value| (*value).to_owned()).collect();
        request
    }

    #[test]
    fn the_first_value_that_is_satisfied_answers() {
        let two = AuthenticationLevel::TwoFactors;
        for (values, acr_values, acr) in [
            (&["urn:senid:aal:3", "urn:senid:aal:1", "urn:senid:aal:2"][..], &[][..], "urn:senid:aal:1"),
            (&["urn:senid:aal:2"], &["urn:senid:aal:1"], "urn:senid:aal:2"),
            (&[], &["urn:example:gold", "urn:senid:aal:1"], "urn:senid:aal:1"),
            (&[], &[], "urn:senid:aal:2"),
            (&["urn:senid:aal:4"], &["urn:senid:aal:1"], "urn:senid:aal:2"),
        ] {
            assert_eq!(reached(&asking(false, values, acr_values), two).unwrap(), acr, "{values:?} {acr_values:?}");
        }
    }

    #[test]
    fn a_session_that_has_less_than_a_new_sign_in_would_bring_does_not_serve() {
        let [one, two] = [AuthenticationLevel::OneFactor, AuthenticationLevel::TwoFactors];
        for (acr_values, session, attainable, expected) in [
            (&[][..], one, two, true),
            (&["urn:senid:aal:1"], one, two, true),
            (&["urn:senid:aal:2"], one, two, false),
            (&["urn:senid:aal:2"], two, two, true),
            // Either will do.
            (&["urn:senid:aal:2", "urn:senid:aal:1"], one, two, true),
            // Nothing that could be asked of the person would bring it.
            (&["urn:senid:aal:2"], one, one, true),
            (&["urn:senid:aal:3", "urn:example:gold"], one, two, true),
            (&["urn:senid:aal:3", "urn:senid:aal:2"], one, two, false),
        ] {
            let request = asking(false, &[], acr_values);
            assert_eq!(serves(&request, session, attainable), expected, "{acr_values:?} {session:?} {attainable:?}");
        }
        assert!(!serves(&asking(true, &["urn:senid:aal:2"], &[]), one, one), "an essential one fails before that");
    }

    #[test]
    fn only_an_essential_value_fails() {
        let one = AuthenticationLevel::OneFactor;
        let refusal = reached(&asking(true, &["urn:senid:aal:2", "urn:example:gold"], &[]), one).unwrap_err();
        assert_eq!(refusal.code.as_str(), "unmet_authentication_requirements");
        assert_eq!(
            reached(&asking(true, &["urn:senid:aal:2", "urn:senid:aal:1"], &[]), one).unwrap(),
            "urn:senid:aal:1"
        );
        assert_eq!(reached(&asking(true, &[], &["urn:senid:aal:2"]), one).unwrap(), "urn:senid:aal:1");
    }
}
