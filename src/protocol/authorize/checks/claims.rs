//! `claims`: OpenID Connect Core §5.5. A claim that this client is not given is left out and fails nothing; an essential
//! `acr`, or a least of the client's own, that nothing here can reach fails at once, before anybody is asked to sign in for it. What an answer of the
//! request's type has nowhere to tell is left out too, so that nobody is asked to allow it.

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::acr::{self, Levels, Where};
use crate::protocol::authorize::Channel;
use crate::protocol::{OAuthError, claims};

use super::{Context, Draft};

pub(super) fn check(
    draft: &Draft<'_>,
    context: &Context<'_>,
    request: &mut AuthorizationRequest,
) -> Result<(), OAuthError> {
    if let Some(text) = draft.parameters.single("claims")? {
        request.claims = claims::parse(text)?.limited_to(draft.client).told_by(request.response_type);
    }
    let place = if context.channel == Channel::Direct { Where::Elsewhere } else { Where::Here };
    let least = draft.client.policy.assurance;
    acr::attainable(Levels { table: context.acr, attainable: context.attainable, least }, request, place)
}
