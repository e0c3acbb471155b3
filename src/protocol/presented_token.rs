//! Access tokens in requests: RFC 6750 §2, RFC 9449 §7.1. In the header or in a form, never in the query.

use crate::domain::secret::SecretString;
use crate::protocol::parameters::Parameters;
use crate::protocol::policy::TokenPlace;
use crate::protocol::{ErrorCode, OAuthError, dpop};

/// The token of a request, and as what it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresentedToken {
    pub scheme: Scheme,
    pub place: TokenPlace,
    pub token: SecretString,
}

/// How a token is presented (RFC 9110 §11.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Good with whoever has it, unless the connection's certificate says more.
    Bearer,
    /// Good with a proof beside it.
    Dpop,
}

impl Scheme {
    pub const ALL: [Self; 2] = [Self::Bearer, Self::Dpop];

    const fn name(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::Dpop => "DPoP",
        }
    }

    /// The scheme of an `Authorization` header, whatever its letter case, if it is one of these.
    pub fn of(authorization: &str) -> Option<Self> {
        let name = authorization.split(' ').next().unwrap_or_default();
        Self::ALL.into_iter().find(|scheme| scheme.name().eq_ignore_ascii_case(name))
    }
}

/// Reads the one token of a request.
///
/// `Ok(None)` where there is none, or another scheme: the answer is then a bare challenge (RFC 6750 §3.1).
///
/// # Errors
/// `invalid_request` for a token in the query, in two places, or missing after its scheme.
pub fn read(
    authorization: Option<&str>,
    query: &Parameters,
    form: Option<&Parameters>,
) -> Result<Option<PresentedToken>, OAuthError> {
    if query.is_present("access_token") {
        return Err(OAuthError::invalid_request(
            "an access token in the query ends up in logs: send it in the Authorization header",
        ));
    }
    let in_form = form.map(|form| form.single("access_token")).transpose()?.flatten();
    match (authorization, in_form) {
        (Some(_), Some(_)) => Err(OAuthError::invalid_request("an access token in the header and one in the form")),
        (None, in_form) => {
            let (scheme, place) = (Scheme::Bearer, TokenPlace::Form);
            Ok(in_form.map(|token| PresentedToken { scheme, place, token: SecretString::new(token) }))
        }
        (Some(header), None) => {
            let Some(scheme) = Scheme::of(header) else { return Ok(None) };
            match header.split_once(' ').map_or("", |(_, token)| token.trim()) {
                "" => Err(OAuthError::invalid_request("the Authorization header has no access token")),
                token => {
                    let (place, token) = (TokenPlace::Header, SecretString::new(token));
                    Ok(Some(PresentedToken { scheme, place, token }))
                }
            }
        }
    }
}

/// The values of `WWW-Authenticate`, one for each of `accepted`: where something is wrong, the scheme that the request came
/// with says so, first (RFC 6750 §3, RFC 9449 §7.1). Each says where the resource's `metadata` is, if it has any (RFC 9728
/// §5.1).
pub fn challenges(
    accepted: &[Scheme],
    used: Scheme,
    error: Option<&OAuthError>,
    metadata: Option<&str>,
) -> Vec<String> {
    let mut schemes = accepted.to_vec();
    schemes.sort_by_key(|scheme| *scheme != used);
    schemes.into_iter().map(|scheme| challenge(scheme, error.filter(|_| scheme == used), metadata)).collect()
}

fn challenge(scheme: Scheme, error: Option<&OAuthError>, metadata: Option<&str>) -> String {
    let mut challenge = format!("{} realm=\"senid\"", scheme.name());
    if let Some(OAuthError { code, description }) = error {
        challenge += &format!(", error=\"{}\", error_description=\"{description}\"", code.as_str());
    }
    if let Some(url) = metadata {
        challenge += &format!(", resource_metadata=\"{url}\"");
    }
    if scheme == Scheme::Dpop {
        challenge += &format!(", algs=\"{}\"", dpop::algorithm_names());
    }
    challenge
}

/// Whether an answer with this error says how to do better next time: whose token is not at fault is not told to get
/// another (RFC 6750 §3).
pub fn is_challenged(code: ErrorCode) -> bool {
    !matches!(code, ErrorCode::ServerError | ErrorCode::TemporarilyUnavailable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_header(header: &str) -> Result<Option<(Scheme, String)>, OAuthError> {
        let none = Parameters::decode(b"").unwrap();
        let read = read(Some(header), &none, None)?;
        Ok(read.map(|presented| (presented.scheme, presented.token.expose().to_owned())))
    }

    #[test]
    fn the_name_of_a_scheme_may_be_written_in_any_case() {
        for (header, scheme) in [
            ("Bearer x", Scheme::Bearer),
            ("bearer x", Scheme::Bearer),
            ("BEARER  x", Scheme::Bearer),
            ("DPoP x", Scheme::Dpop),
            ("dpop x", Scheme::Dpop),
            ("DPOP x ", Scheme::Dpop),
        ] {
            assert_eq!(read_header(header), Ok(Some((scheme, "x".to_owned()))), "{header}");
        }
        for header in ["Basic x", "Bearerx", "DPoP=x", ""] {
            assert_eq!(read_header(header), Ok(None), "{header}");
        }
        for header in ["Bearer", "DPoP", "DPoP "] {
            assert_eq!(read_header(header).unwrap_err().code, ErrorCode::InvalidRequest, "{header}");
        }
    }

    #[test]
    fn a_form_carries_bearer_tokens_alone() {
        let none = Parameters::decode(b"").unwrap();
        let form = Parameters::decode(b"access_token=x").unwrap();
        let presented = read(None, &none, Some(&form)).unwrap().unwrap();
        assert_eq!((presented.scheme, presented.place), (Scheme::Bearer, TokenPlace::Form));
    }

    #[test]
    fn the_scheme_that_was_used_is_told_what_is_wrong() {
        let error = OAuthError::invalid_token("it has expired");
        let [dpop, bearer] =
            &challenges(&Scheme::ALL, Scheme::Dpop, Some(&error), Some("https://id.example/metadata"))[..]
        else {
            panic!("two")
        };
        assert_eq!(
            dpop,
            "DPoP realm=\"senid\", error=\"invalid_token\", error_description=\"it has expired\", \
             resource_metadata=\"https://id.example/metadata\", algs=\"ES256 ES384 EdDSA PS256\""
        );
        assert_eq!(bearer, "Bearer realm=\"senid\", resource_metadata=\"https://id.example/metadata\"");
        assert_eq!(challenges(&[Scheme::Bearer], Scheme::Bearer, None, None), ["Bearer realm=\"senid\""]);
    }
}
