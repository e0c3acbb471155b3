//! The authentication context that answers a request: OpenID Connect Core §2 (`acr`), §3.1.2.1 (`acr_values`),
//! §5.5.1.1, and the error code of OpenID Connect Core Error Code unmet_authentication_requirements 1.0.

use crate::domain::assurance::AuthenticationLevel;
use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::OAuthError;

/// The `acr` that a sign-in of `level` answers `request` with: the first value asked for that it satisfies, or, where
/// that is none or none was asked for, the strongest that it reaches. What `claims` asks goes before `acr_values`.
///
/// # Errors
/// `unmet_authentication_requirements` where `acr` is an essential claim and no value asked for is satisfied. A voluntary
/// one never fails.
pub fn reached(request: &AuthorizationRequest, level: AuthenticationLevel) -> Result<String, OAuthError> {
    let claim = request.claims.id_token.get("acr").filter(|claim| !claim.values.is_empty());
    let wanted = claim.map_or_else(|| request.acr_values.clone(), |claim| claim.texts());
    let essential = claim.is_some_and(|claim| claim.essential);
    match wanted.into_iter().find(|acr| level.satisfies(acr)) {
        Some(acr) => Ok(acr),
        None if essential => Err(OAuthError::unmet_authentication_requirements(
            "claims: none of the values of the essential id_token.acr can be met",
        )),
        None => Ok(level.acr().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::claims_request::ClaimRequest;
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
