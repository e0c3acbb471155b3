//! The moments of requests that policies judge, and what is known then.

use serde::{Deserialize, Serialize};

use crate::domain::authorization::AuthorizationRequest;
use crate::domain::client::ClientAuthenticationMethod;
use crate::domain::key_binding::KeyBinding;
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::time::Timestamp;
use crate::protocol::authorize::Channel;

/// What a client does, at the moment when all of it is known and nothing has come of it.
#[derive(Clone, Copy, Debug)]
pub enum Moment<'a> {
    /// It has proven itself, at whichever endpoint.
    ClientAuthentication {
        method: ClientAuthenticationMethod,
        /// What its assertion is signed with; `None` without one, or with a MAC.
        signature: Option<SignatureAlgorithm>,
        /// Whom its assertion is addressed to, where it brought one.
        audience: Option<AudienceForm>,
    },
    /// It asks for a person's authorization, at the pushed request endpoint or at the authorization endpoint.
    AuthorizationRequest {
        request: &'a AuthorizationRequest,
        channel: Channel,
        /// The request object that the parameters were taken from.
        object: Option<&'a SignedObject>,
    },
    /// It asks for a person's authorization behind their browser's back (CIBA).
    BackchannelRequest { object: Option<&'a SignedObject> },
    /// It asks for tokens, by whichever grant; before anything is spent.
    TokenRequest {
        /// The key that the tokens will be bound to.
        binding: Option<KeyBinding>,
    },
    /// It comes for a resource of this server's with an access token that is good.
    ResourceRequest {
        place: TokenPlace,
        /// The key that the token is bound to, of which the request has brought a proof.
        binding: Option<KeyBinding>,
    },
    /// As a resource server, it asks what a token is.
    Introspection { answer: AnswerForm },
}

/// How an assertion says whom it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AudienceForm {
    /// The issuer, as one string.
    Issuer,
    /// An endpoint, or an array.
    Other,
}

/// What a verified request object says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedObject {
    pub algorithm: SignatureAlgorithm,
    /// It names its audience, which is this server.
    pub has_audience: bool,
    pub not_before: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    /// When it was verified.
    pub read_at: Timestamp,
}

/// Where in a request an access token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenPlace {
    Header,
    Form,
}

/// What an answer is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerForm {
    Json,
    /// Signed.
    Jwt,
}
