//! `acr_values`: a wish, best first. OpenID Connect Core §3.1.2.1. As a voluntary claim it never fails a request. Where a
//! request has none, those hold that the client registered (`default_acr_values`, Registration §2).

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::OAuthError;

use super::{Context, Draft};

const MOST: usize = 16;

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    request.acr_values = wanted(draft)?;
    Ok(())
}

fn wanted(draft: &Draft<'_>) -> Result<Vec<String>, OAuthError> {
    let plausible = |value: &&str| (1..=256).contains(&value.len());
    Ok(match draft.parameters.single("acr_values")? {
        Some(values) => values.split(' ').filter(plausible).take(MOST).map(str::to_owned).collect(),
        None => draft.client.request_defaults.acr_values.clone(),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::client::{Client, ClientAuthentication};
    use crate::domain::time::Timestamp;
    use crate::protocol::authorize::request::Object;
    use crate::protocol::parameters::Parameters;

    #[test]
    fn what_the_client_registered_holds_where_the_request_says_nothing() {
        let mut client = Client::new("portal".parse().unwrap(), ClientAuthentication::None, Timestamp::EPOCH);
        client.request_defaults.acr_values = vec!["urn:senid:aal:2".to_owned()];
        let client = Arc::new(client);
        for (query, expected) in [
            ("state=x", &["urn:senid:aal:2"][..]),
            ("acr_values=", &["urn:senid:aal:2"]),
            ("acr_values=urn:senid:aal:1+urn:other", &["urn:senid:aal:1", "urn:other"]),
        ] {
            let parameters = Parameters::decode(query.as_bytes()).unwrap();
            let draft = Draft { client: &client, parameters: &parameters, object: &Object::Absent };
            assert_eq!(wanted(&draft).unwrap(), expected, "{query}");
        }
    }
}
