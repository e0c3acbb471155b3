//! The protocol: requests, codes and tokens, and what was refused.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

use super::{Metrics, Recorder};
use crate::domain::authorization::ResponseType;
use crate::protocol::ErrorCode;
use crate::protocol::token::GrantType;

#[derive(Debug)]
pub(super) struct Tokens {
    pushed_requests: Counter,
    codes: Counter,
    front_channel_access_tokens: Family<ResponseTypeLabels, Counter>,
    authorization_refusals: Family<RefusalLabels, Counter>,
    tokens: Family<GrantLabels, Counter>,
    token_refusals: Family<TokenRefusalLabels, Counter>,
    client_refusals: Counter,
    device_authorizations: Family<DeviceLabels, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResponseTypeLabels {
    response_type: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusalLabels {
    error: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct GrantLabels {
    grant_type: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TokenRefusalLabels {
    grant_type: &'static str,
    error: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DeviceLabels {
    step: &'static str,
}

impl Tokens {
    pub(super) fn new(recorder: &mut Recorder) -> Self {
        Self {
            pushed_requests: recorder.begin("pushed_requests", "Authorization requests that clients pushed"),
            codes: recorder.begin("codes_issued", "Authorization codes issued"),
            front_channel_access_tokens: recorder
                .begin("front_channel_access_tokens", "Access tokens handed out through the browser, by response type"),
            authorization_refusals: recorder
                .begin("authorization_refusals", "Authorization requests refused, by error"),
            tokens: recorder.begin("tokens_issued", "Token answers by grant type"),
            token_refusals: recorder.begin("token_refusals", "Token requests refused"),
            client_refusals: recorder.begin("client_refusals", "Failed client authentications"),
            device_authorizations: recorder
                .begin("device_authorizations", "Device authorizations, by what became of them"),
        }
    }
}

impl Metrics {
    pub(in crate::flows) fn request_pushed(&self) {
        self.tokens.pushed_requests.inc();
    }

    pub(in crate::flows) fn code_issued(&self) {
        self.tokens.codes.inc();
    }

    pub(in crate::flows) fn front_channel_access_token(&self, response_type: ResponseType) {
        let labels = ResponseTypeLabels { response_type: response_type.as_str() };
        self.tokens.front_channel_access_tokens.get_or_create(&labels).inc();
    }

    pub(in crate::flows) fn authorization_refused(&self, error: ErrorCode) {
        self.tokens.authorization_refusals.get_or_create(&RefusalLabels { error: error.as_str() }).inc();
    }

    pub(in crate::flows) fn tokens_issued(&self, grant_type: GrantType) {
        self.tokens.tokens.get_or_create(&GrantLabels { grant_type: grant_type.as_str() }).inc();
    }

    pub(in crate::flows) fn token_refused(&self, grant_type: GrantType, error: ErrorCode) {
        let labels = TokenRefusalLabels { grant_type: grant_type.as_str(), error: error.as_str() };
        self.tokens.token_refusals.get_or_create(&labels).inc();
    }

    pub(in crate::flows) fn device_authorization(&self, step: &'static str) {
        self.tokens.device_authorizations.get_or_create(&DeviceLabels { step }).inc();
    }

    pub(in crate::flows) fn client_refused(&self) {
        self.tokens.client_refusals.inc();
    }
}
