//! Requests that the client has signed: FAPI 2.0 Message Signing §5.3.1, FAPI-CIBA §5.2.2, RFC 9101.

use std::time::Duration;

use super::super::{Moment, Row, SignedObject, any_registration};
use crate::domain::client::{Client, ClientKeys, GrantType};
use crate::domain::policies::Rule;
use crate::protocol::OAuthError;
use crate::protocol::registration::Fault;

/// Message Signing §5.3.1.
const LONGEST: Duration = Duration::from_secs(3600);

pub const SIGNED_REQUEST_OBJECT: Row = Row {
    rule: Rule::SignedRequestObject,
    demands: "every authorization request is a request object that the client has signed (RFC 9101)",
    registration: |client, faults| {
        if client.grant_types.contains(&GrantType::AuthorizationCode) {
            needs_keys(client, faults);
        }
    },
    moment: |_, moment| match moment {
        Moment::AuthorizationRequest { object: None, .. } => {
            Err(OAuthError::invalid_request("request is missing: a request object that the client has signed"))
        }
        _ => Ok(()),
    },
};

pub const SIGNED_BACKCHANNEL_REQUEST: Row = Row {
    rule: Rule::SignedBackchannelRequest,
    demands: "every CIBA authentication request is signed by the client",
    registration: |client, faults| {
        if client.grant_types.contains(&GrantType::Ciba) {
            needs_keys(client, faults);
        }
    },
    moment: |_, moment| match moment {
        Moment::BackchannelRequest { object: None } => {
            Err(OAuthError::invalid_request("request is missing: a signed authentication request"))
        }
        _ => Ok(()),
    },
};

pub const BOUNDED_REQUEST_OBJECT: Row = Row {
    rule: Rule::BoundedRequestObject,
    demands: "a request object has `aud`, an `nbf` of at most 60 minutes ago, and an `exp` of at most 60 minutes after that",
    registration: any_registration,
    moment: |_, moment| match moment {
        Moment::AuthorizationRequest { object: Some(object), .. }
        | Moment::BackchannelRequest { object: Some(object) } => bounds(object),
        _ => Ok(()),
    },
};

fn needs_keys(client: &Client, faults: &mut Vec<Fault>) {
    if client.keys == ClientKeys::None {
        faults.push(Fault::new("jwks_uri", "expected the keys that its requests are signed with, or jwks"));
    }
}

fn bounds(object: &SignedObject) -> Result<(), OAuthError> {
    let invalid = |told: &'static str| Err(OAuthError::invalid_request_object(told));
    if !object.has_audience {
        return invalid("aud of the request object is missing");
    }
    let Some(not_before) = object.not_before else {
        return invalid("nbf of the request object is missing");
    };
    let Some(expires_at) = object.expires_at else {
        return invalid("exp of the request object is missing");
    };
    if not_before + LONGEST < object.read_at {
        return invalid("nbf of the request object is more than 60 minutes ago");
    }
    if expires_at > not_before + LONGEST {
        return invalid("exp of the request object is more than 60 minutes after its nbf");
    }
    Ok(())
}
