//! What comes through the browser: RFC 9700 §2.1.2, FAPI 2.0 Security Profile §5.3.2.2.

use super::super::{Moment, Row};
use crate::domain::authorization::ResponseType;
use crate::domain::client::Client;
use crate::domain::policies::Rule;
use crate::protocol::OAuthError;
use crate::protocol::registration::Fault;

pub const NO_FRONT_CHANNEL_ACCESS_TOKENS: Row = Row {
    rule: Rule::NoFrontChannelAccessTokens,
    demands: "no response type that contains `token`: access tokens never pass through the browser (RFC 9700 section 2.1.2)",
    registration: |client, faults| refuse_registered(client, ResponseType::issues_access_token, faults),
    moment: |_, moment| refuse_asked(moment, ResponseType::issues_access_token),
};

pub const RESPONSE_TYPE_CODE: Row = Row {
    rule: Rule::ResponseTypeCode,
    demands: "no response type but `code`",
    registration: |client, faults| refuse_registered(client, is_another_than_code, faults),
    moment: |_, moment| refuse_asked(moment, is_another_than_code),
};

fn is_another_than_code(response_type: ResponseType) -> bool {
    response_type != ResponseType::Code
}

fn refuse_registered(client: &Client, is_wrong: fn(ResponseType) -> bool, faults: &mut Vec<Fault>) {
    for wrong in client.response_types.iter().copied().filter(|response_type| is_wrong(*response_type)) {
        faults.push(Fault::new("response_types", format!("{} is not allowed", wrong.as_str())));
    }
}

fn refuse_asked(moment: &Moment<'_>, is_wrong: fn(ResponseType) -> bool) -> Result<(), OAuthError> {
    match moment {
        Moment::AuthorizationRequest { request, .. } if is_wrong(request.response_type) => {
            let told = format!("response_type {} is not allowed", request.response_type.as_str());
            Err(OAuthError::unauthorized_client(told))
        }
        _ => Ok(()),
    }
}
