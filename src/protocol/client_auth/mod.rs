//! Client authentication at the token, revocation and other back-channel endpoints: RFC 6749 §2.3, OpenID Connect
//! Core §9.
//!
//! [`Presented::read`] takes what the request carries, by exactly one method. [`Presented::prove`] holds it against
//! the registered client; an assertion is held against the client's keys, which may have to be fetched, by
//! `flows::client_authentication`. So is a certificate, which is no part of the request but of the connection it came on: the
//! request itself then only names the client. To add a method: one file, one variant.

mod assertion;
mod basic;
mod by_certificate;
pub mod client_secret_jwt;
mod post;
pub mod private_key_jwt;
pub mod self_signed_tls_client_auth;
pub mod tls_client_auth;

use crate::crypto::hash::hash_secret;
use crate::domain::client::{Client, ClientAuthentication};
use crate::domain::ids::ClientId;
use crate::domain::secret::SecretString;
use crate::domain::time::Timestamp;
use crate::protocol::OAuthError;
use crate::protocol::parameters::Parameters;

pub use assertion::{ASSERTION_TYPE, Assertion, Expected, Genuine};
pub use by_certificate::Unproven;

/// What a request presents, by the method it uses.
#[derive(Debug)]
pub enum Presented {
    /// The client names itself and proves nothing.
    Nothing {
        client: ClientId,
    },
    Basic {
        client: ClientId,
        secret: SecretString,
    },
    Post {
        client: ClientId,
        secret: SecretString,
    },
    Assertion(Assertion),
}

/// One answer for an unknown client, a wrong secret or key and a wrong method: a stranger learns nothing from the
/// difference.
pub fn refusal() -> OAuthError {
    OAuthError::invalid_client(
        "client authentication failed: unknown client, wrong secret, key or certificate, or another method or algorithm than registered",
    )
}

impl Presented {
    /// Reads the `Authorization` header, if there is one, and the form.
    ///
    /// # Errors
    /// `invalid_request` for two methods at once; `invalid_client` for a header that cannot be read or no client at all.
    pub fn read(authorization: Option<&str>, form: &Parameters) -> Result<Self, OAuthError> {
        let in_form = match (assertion::read(form)?, post::read(form)?) {
            // RFC 6749 §2.3: one method a request. Naming itself beside the assertion, the same, is no second method.
            (Some(assertion), None | Some(Self::Nothing { .. })) => Some(Self::Assertion(assertion)),
            (Some(_), Some(_)) => return Err(two_methods()),
            (None, in_form) => in_form,
        };
        let Some(header) = authorization else {
            return in_form.ok_or_else(|| OAuthError::invalid_client("client authentication is missing"));
        };
        let (client, secret) = basic::read(header)?;
        match in_form {
            None => {}
            Some(Self::Nothing { client: named }) if named == client => {}
            Some(Self::Nothing { .. }) => {
                return Err(OAuthError::invalid_request("client_id differs from the one in the Authorization header"));
            }
            Some(_) => return Err(two_methods()),
        }
        Ok(Self::Basic { client, secret })
    }

    pub const fn client(&self) -> &ClientId {
        match self {
            Self::Nothing { client } | Self::Basic { client, .. } | Self::Post { client, .. } => client,
            Self::Assertion(assertion) => &assertion.client,
        }
    }

    /// Holds what was presented against what `client` registered: the method and the secret. An assertion is no proof by
    /// itself.
    ///
    /// # Errors
    /// `invalid_client`, the same for every reason.
    pub fn prove(&self, client: Option<&Client>, now: Timestamp) -> Result<(), OAuthError> {
        let client = client.filter(|client| client.id == *self.client()).ok_or_else(refusal)?;
        let present = client.secret_until.is_none_or(|until| now < until) && self.is_proof_of(&client.authentication);
        match (present || self.is_proof_by_former(client, now)) && client.is_active() {
            true => Ok(()),
            false => Err(refusal()),
        }
    }

    /// Whether it is the secret that another one has taken the place of, while that still works. A client that proves itself in
    /// another way by now has none.
    fn is_proof_by_former(&self, client: &Client, now: Timestamp) -> bool {
        let former = client.former_secret.filter(|former| now < former.until);
        former
            .filter(|_| client.authentication.secret().is_some())
            .is_some_and(|former| self.is_proof_of(&ClientAuthentication::ClientSecretBasic { secret: former.secret }))
    }

    fn is_proof_of(&self, registered: &ClientAuthentication) -> bool {
        match (self, registered) {
            (Self::Nothing { .. }, ClientAuthentication::None) => true,
            // Where in the request a secret stands proves nothing more: libraries put it in the header or in the form
            // as they please, and a portal's developer cannot always choose.
            (
                Self::Basic { secret, .. } | Self::Post { secret, .. },
                ClientAuthentication::ClientSecretBasic { secret: own }
                | ClientAuthentication::ClientSecretPost { secret: own },
            ) => hash_secret(secret.expose().as_bytes()) == *own,
            _ => false,
        }
    }
}

fn two_methods() -> OAuthError {
    OAuthError::invalid_request("two methods of client authentication in one request")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(encoded: &str) -> Parameters {
        Parameters::decode(encoded.as_bytes()).unwrap()
    }

    #[test]
    fn two_methods_at_once_are_refused() {
        // sandbox:secret
        let error =
            Presented::read(Some("Basic c2FuZGJveDpzZWNyZXQ="), &form("client_id=sandbox&client_secret=secret"));
        assert_eq!(error.unwrap_err().description, "two methods of client authentication in one request");
    }

    #[test]
    fn a_secret_is_good_in_the_header_and_in_the_form_and_nowhere_replaced_by_nothing() {
        let own = |secret: &str| hash_secret(secret.as_bytes());
        let id: ClientId = "sandbox".parse().unwrap();
        let basic = Presented::Basic { client: id.clone(), secret: SecretString::new("secret") };
        let post = Presented::Post { client: id.clone(), secret: SecretString::new("secret") };
        let nothing = Presented::Nothing { client: id };
        for registered in [
            ClientAuthentication::ClientSecretBasic { secret: own("secret") },
            ClientAuthentication::ClientSecretPost { secret: own("secret") },
        ] {
            assert!(basic.is_proof_of(&registered) && post.is_proof_of(&registered));
            assert!(!nothing.is_proof_of(&registered));
        }
        let other = ClientAuthentication::ClientSecretBasic { secret: own("another") };
        assert!(!basic.is_proof_of(&other) && !post.is_proof_of(&other));
        assert!(!basic.is_proof_of(&ClientAuthentication::None) && nothing.is_proof_of(&ClientAuthentication::None));
    }

    #[test]
    fn a_former_secret_works_until_its_end_and_for_no_other_method() {
        use crate::domain::client::FormerSecret;
        let own = |secret: &str| hash_secret(secret.as_bytes());
        let (now, until) = (Timestamp::from_seconds(100), Timestamp::from_seconds(200));
        let id: ClientId = "sandbox".parse().unwrap();
        let present = ClientAuthentication::ClientSecretBasic { secret: own("present") };
        let mut client = Client::new(id.clone(), present, now);
        client.former_secret = Some(FormerSecret { secret: own("former"), until });
        let post = |secret: &str| Presented::Post { client: id.clone(), secret: SecretString::new(secret) };
        for (secret, at, works) in [
            ("present", now, true),
            ("former", now, true),
            ("present", until, true),
            ("former", until, false),
            ("another", now, false),
        ] {
            assert_eq!(post(secret).prove(Some(&client), at).is_ok(), works, "{secret} at {at:?}");
        }
        client.secret_until = Some(until);
        assert!(post("present").prove(Some(&client), until).is_err(), "its own time is over");
        client.authentication = ClientAuthentication::None;
        assert!(post("former").prove(Some(&client), now).is_err(), "it has no secret any more");
    }

    #[test]
    fn another_client_id_beside_the_header_is_refused() {
        let error = Presented::read(Some("Basic c2FuZGJveDpzZWNyZXQ="), &form("client_id=other"));
        assert_eq!(error.unwrap_err().code.as_str(), "invalid_request");
    }

    #[test]
    fn the_same_client_id_beside_the_header_is_fine() {
        assert!(Presented::read(Some("Basic c2FuZGJveDpzZWNyZXQ="), &form("client_id=sandbox")).is_ok());
    }
}
