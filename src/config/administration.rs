//! `[administration]`: who may come in to administer, and what they do in twos (docs/administration.md).

use std::time::Duration;

use super::reader::Reader;
use super::value::Setting;
use crate::domain::administration::approval::Matter;
use crate::domain::issuer::Issuer;
use crate::domain::operator::{ShellAccount, ShellAccounts};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

impl Setting for Matter {
    const EXPECTED: &'static str =
        "one of \"identifiers\", \"redirect_uris\", \"unlock\", \"key_rotation\", \"role_grant\"";
    fn read(value: &toml::Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }
    fn show(&self) -> toml::Value {
        toml::Value::String(self.as_str().to_owned())
    }
}

impl Setting for ShellAccount {
    const EXPECTED: &'static str = "a login name and the id of its owner's account, such as \
        \"lan: 0198a3f2-7c1e-7d05-8f5b-1f2e3d4c5b6d\"; root is nobody in particular";
    fn read(value: &toml::Value) -> Option<Self> {
        Self::parse(value.as_str()?)
    }
    fn show(&self) -> toml::Value {
        toml::Value::String(self.to_string())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Administration {
    /// How old the proof may be that somebody administers with.
    pub proof: Duration,
    /// How old it may be for what is sensitive.
    pub sensitive_proof: Duration,
    /// How long the link is good that makes the first administrator.
    pub bootstrap_link: Duration,
    /// What takes a second person.
    pub approvals: Vec<Matter>,
    /// How long what was asked waits for one.
    pub requests: Duration,
    /// Whose shell account is whose: without it, whoever acts at the shell may be anybody who holds a role.
    pub shell_accounts: ShellAccounts,
}

impl Default for Administration {
    fn default() -> Self {
        Self {
            proof: 30 * MINUTE,
            sensitive_proof: 5 * MINUTE,
            bootstrap_link: 30 * MINUTE,
            approvals: Vec::new(),
            requests: 7 * DAY,
            shell_accounts: ShellAccounts::default(),
        }
    }
}

impl Administration {
    /// On a loopback one person tries it out alone; everywhere else everything that can take a second person does.
    pub(super) fn read(from: &mut Reader, issuer: &Issuer) -> Self {
        let default = Self::default();
        let usual = if issuer.is_loopback() { Vec::new() } else { Matter::ALL.to_vec() };
        Self {
            proof: from.within("administration.proof", default.proof, 5 * MINUTE..=12 * HOUR),
            sensitive_proof: from.within("administration.sensitive_proof", default.sensitive_proof, MINUTE..=HOUR),
            bootstrap_link: from.within(
                "administration.bootstrap_link",
                default.bootstrap_link,
                5 * MINUTE..=24 * HOUR,
            ),
            approvals: from.list("administration.approvals", usual),
            requests: from.within("administration.requests", default.requests, HOUR..=30 * DAY),
            shell_accounts: shell_accounts(from),
        }
    }
}

/// One login name is one person's; one person may have several.
fn shell_accounts(from: &mut Reader) -> ShellAccounts {
    const KEY: &str = "administration.shell_accounts";
    let named: Vec<ShellAccount> = from.list(KEY, Vec::new());
    let mut logins: Vec<&str> = named.iter().map(ShellAccount::login).collect();
    logins.sort_unstable();
    if let Some(twice) = logins.windows(2).find(|two| two[0] == two[1]) {
        from.refuse(KEY, format!("expected each login name once: {} is named twice", twice[0]));
    }
    named.into_iter().collect()
}
