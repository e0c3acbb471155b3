//! A portal's back end that exchanges the tokens that it is called with (RFC 8693).

use senid::domain::token_exchange::ExchangeRule;
use senid::flows::admin::change_status::Change;
use senid::flows::admin::{AdminError, exchange_rules};

use super::{Operator, Portal, TokenAnswer};

pub const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

impl Portal {
    /// Exchanges `subject_token` for one for `resource`; with `more` in the form.
    pub async fn exchanges(&self, subject_token: &str, resource: &str, more: &[(&str, &str)]) -> TokenAnswer {
        let form = [
            ("grant_type", TOKEN_EXCHANGE),
            ("subject_token", subject_token),
            ("subject_token_type", ACCESS_TOKEN),
            ("resource", resource),
        ];
        let replaced = |name: &str| more.iter().any(|(own, _)| *own == name);
        let form = form.into_iter().filter(|(name, _)| !replaced(name));
        // An empty parameter is as if absent (RFC 6749 section 3.2).
        self.token(&form.chain(more.iter().copied()).collect::<Vec<_>>()).await
    }
}

impl Operator<'_> {
    /// As `senid exchange allow` does; and waits until this server has heard of it.
    pub async fn allows_exchange(
        &self,
        client: &str,
        from: &str,
        resource: &str,
        scope: &str,
    ) -> Result<Change, AdminError> {
        let rule = ExchangeRule {
            from: from.parse().unwrap(),
            resource: resource.parse().unwrap(),
            scopes: scope.parse().unwrap(),
        };
        let id = client.parse().unwrap();
        let changed = exchange_rules::allow(&self.admin().await, &id, rule.clone()).await?;
        self.hears_of(&id, |cached| cached.token_exchange.contains(&rule)).await;
        Ok(changed)
    }

    /// As `senid exchange remove` does.
    pub async fn takes_back_exchange(&self, client: &str, from: &str, resource: &str) -> Change {
        let (from, resource) = (from.parse().unwrap(), resource.parse().unwrap());
        let id = client.parse().unwrap();
        let changed = exchange_rules::remove(&self.admin().await, &id, &from, &resource).await.unwrap();
        let is_gone = |rule: &ExchangeRule| rule.from != from || rule.resource != resource;
        self.hears_of(&id, |cached| cached.token_exchange.iter().all(is_gone)).await;
        changed
    }
}
