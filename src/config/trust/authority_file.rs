//! An authority's policy: the TOML file beside its certificates.

use std::path::Path;
use std::sync::Arc;

use toml::Value;
use url::Url;

use super::super::document::Document;
use super::super::fault::{Fault, Origin};
use super::super::reader::{Gathered, Reader};
use super::super::value::Setting;
use crate::domain::assurance::AuthenticationLevel;
use crate::domain::trust::{
    AuthorityPolicy, CertificatePolicies, DeviceProtection, Identifiers, NonceDemand, OnUnavailable, RevocationSources,
    SubjectRule,
};

/// What the file says; none where it says something wrong. Its faults are handed to the settings' reader.
pub(super) fn read(from: &mut Reader, path: &Path) -> Option<AuthorityPolicy> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            let origin = Origin::File { path: Arc::new(path.to_owned()), line: 1 };
            let problem = format!("expected a file that can be read: {error}");
            from.adopt(vec![Fault { key: String::new(), origin, found: None, problem }]);
            return None;
        }
    };
    // The environment says nothing about whom to trust.
    let document = match Document::read(Some((path, &text)), std::iter::empty()) {
        Ok(document) => document,
        Err(faults) => {
            from.adopt(faults);
            return None;
        }
    };
    let mut file = Reader::new(document);
    let policy = policy(&mut file);
    let Gathered { faults, .. } = file.finish();
    let is_sound = faults.is_empty();
    from.adopt(faults.into_iter().map(|fault| placed(fault, path)).collect());
    is_sound.then_some(policy)
}

/// What is missing stands nowhere: the file is named all the same.
fn placed(fault: Fault, path: &Path) -> Fault {
    match fault.origin {
        Origin::Default => Fault { origin: Origin::File { path: Arc::new(path.to_owned()), line: 1 }, ..fault },
        _ => fault,
    }
}

fn policy(from: &mut Reader) -> AuthorityPolicy {
    let default = CertificatePolicies::default();
    let policies = CertificatePolicies {
        allowed: from.list("policies.allowed", default.allowed),
        disallowed: from.list("policies.disallowed", default.disallowed),
    };
    if let Some(both) = policies.allowed.iter().find(|policy| policies.disallowed.contains(policy)) {
        from.refuse("policies.allowed", format!("expected none that policies.disallowed has: {both} is in both"));
    }
    let identifiers = Identifiers {
        rules: from.list("identifiers.rules", Vec::new()),
        schemes: from.list("identifiers.schemes", Vec::new()),
    };
    for (key, is_empty) in
        [("identifiers.rules", identifiers.rules.is_empty()), ("identifiers.schemes", identifiers.schemes.is_empty())]
    {
        if is_empty && !from.has_fault_at(key) {
            from.refuse(key, "expected at least one: there is no default for whose numbers an authority may vouch for");
        }
    }
    AuthorityPolicy {
        policies,
        device: DeviceProtection {
            policies: from.list("device_protected.policies", Vec::new()),
            qualified: from.value("device_protected.qualified", false),
        },
        revocation: revocation(from),
        identifiers,
        bind_on_first_use: from.value("bind_on_first_use", false),
        proves_identity: from.value("proves_identity", false),
    }
}

fn revocation(from: &mut Reader) -> RevocationSources {
    let sources = RevocationSources {
        responders: from.list("revocation.responders", Vec::<Url>::new()),
        lists: from.list("revocation.lists", Vec::<Url>::new()),
        of_certificate: from.value("revocation.of_certificate", true),
        nonce: from.value("revocation.nonce", NonceDemand::Demanded),
        on_unavailable: from.value("revocation.on_unavailable", OnUnavailable::Refuse),
    };
    let nowhere = sources.responders.is_empty() && sources.lists.is_empty() && !sources.of_certificate;
    if nowhere && sources.on_unavailable == OnUnavailable::Refuse && !from.has_fault_below("revocation") {
        from.refuse(
            "revocation.of_certificate",
            "expected revocation.responders or revocation.lists beside it: nobody could be asked, and every certificate refused",
        );
    }
    sources
}

impl Setting for SubjectRule {
    const EXPECTED: &'static str = "one of \"etsi\", \"vn-uid\", \"ru-snils\"";

    fn read(value: &Value) -> Option<Self> {
        let text = value.as_str()?;
        Self::ALL.into_iter().find(|rule| rule.as_str() == text)
    }

    fn show(&self) -> Value {
        Value::String(self.as_str().to_owned())
    }
}

impl Setting for NonceDemand {
    const EXPECTED: &'static str = "one of \"demanded\", \"optional\"";

    fn read(value: &Value) -> Option<Self> {
        match value.as_str()? {
            "demanded" => Some(Self::Demanded),
            "optional" => Some(Self::Optional),
            _ => None,
        }
    }

    fn show(&self) -> Value {
        let word = match self {
            Self::Demanded => "demanded",
            Self::Optional => "optional",
        };
        Value::String(word.to_owned())
    }
}

impl Setting for OnUnavailable {
    const EXPECTED: &'static str =
        "\"refuse\", or the authentication level 1, which such a certificate then counts for at most";

    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Integer(1) => Some(Self::Level(AuthenticationLevel::OneFactor)),
            Value::String(text) if text == "refuse" => Some(Self::Refuse),
            _ => None,
        }
    }

    fn show(&self) -> Value {
        match self {
            Self::Refuse => Value::String("refuse".to_owned()),
            Self::Level(level) => Value::Integer(i64::from(i16::from(*level))),
        }
    }
}
