//! `[policies]`: the operator's own sets of rules for clients, and the set that sensitive data demands
//! (`domain::policies`, docs/policies.md).

use std::collections::BTreeMap;

use toml::Value;

use super::nearest::nearest;
use super::reader::Reader;
use super::value::{Rejected, Setting};
use crate::domain::client::PolicyName;
use crate::domain::policies::{BUILT_IN, OwnPolicy, Policies, Rule};

const SENSITIVE: &str = "policies.sensitive";

pub(super) fn read(from: &mut Reader) -> Policies {
    let mut own = BTreeMap::new();
    for name in names(from) {
        if let Some(policy) = own_policy(from, &name) {
            own.insert(policy.0, policy.1);
        }
    }
    let default = Policies::default().sensitive;
    let sensitive = from.value(SENSITIVE, default.clone());
    let policies = Policies::new(own, sensitive);
    let written_wrong = from.has_fault_below(&format!("policies.{}", policies.sensitive));
    if policies.rules(&policies.sensitive).is_none() && !written_wrong {
        let problem = unknown("policy", policies.sensitive.as_str(), policies.names());
        from.refuse(SENSITIVE, problem);
    }
    policies
}

/// `health` of `[policies.health]`.
fn names(from: &mut Reader) -> Vec<String> {
    let mut names = Vec::new();
    for member in from.members("policies").into_iter().filter(|member| member != "sensitive") {
        let (name, setting) = member.split_once('.').unwrap_or((&member, ""));
        match setting {
            "extends" | "add" => {}
            "" if from.is_empty_group(&format!("policies.{name}")) => {}
            "" => {
                let problem = format!("expected a group of settings here, such as policies.{name}.extends");
                from.refuse(&format!("policies.{member}"), problem);
                continue;
            }
            other => {
                from.refuse(&format!("policies.{member}"), unknown("setting", other, ["extends", "add"].into_iter()));
            }
        }
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

fn own_policy(from: &mut Reader, name: &str) -> Option<(PolicyName, OwnPolicy)> {
    let (extends_key, add_key) = (format!("policies.{name}.extends"), format!("policies.{name}.add"));
    let base = from.set_and_checked(&extends_key, |_: &Base| Ok(()));
    let add: Vec<Rule> = from.list(&add_key, Vec::new());
    let known = match name.parse::<PolicyName>() {
        Err(fault) => Err(format!("{name:?} is no name: {fault}")),
        Ok(_) if BUILT_IN.iter().any(|(built_in, _)| *built_in == name) => {
            Err(format!("{name} is built in and keeps its meaning: expected another name"))
        }
        Ok(name) => Ok(name),
    };
    match (known, base) {
        (Err(problem), _) => {
            let key = if from.is_set(&extends_key) { extends_key } else { add_key };
            from.refuse_unseen(&key, problem);
            None
        }
        (Ok(name), Some(Base(base))) => Some((name, OwnPolicy::new(base, add)?)),
        (Ok(_), None) => {
            if !from.has_fault_at(&extends_key) {
                from.refuse_unseen(&extends_key, format!("is missing: expected {}", Base::EXPECTED));
            }
            None
        }
    }
}

pub(super) fn unknown<'a>(what: &str, typed: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    match nearest(typed, known.iter().copied()) {
        Some(near) => format!("there is no {what} {typed}; did you mean {near}?"),
        None => format!("there is no {what} {typed}; there are {}", known.join(", ")),
    }
}

/// A set that is built in.
struct Base(&'static str);

impl Setting for Base {
    const EXPECTED: &'static str = "legacy-openid, baseline, fapi2 or fapi2-message-signing";
    fn read(value: &Value) -> Option<Self> {
        let name = value.as_str()?;
        BUILT_IN.into_iter().find(|(built_in, _)| *built_in == name).map(|(name, _)| Self(name))
    }
    fn show(&self) -> Value {
        Value::String(self.0.to_owned())
    }
}

impl Setting for Rule {
    const EXPECTED: &'static str = "the name of a rule (docs/policies.md)";
    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }
    fn parse(value: &Value) -> Result<Self, Rejected> {
        let near = value.as_str().and_then(|typed| nearest(typed, Self::ALL.iter().map(|rule| rule.as_str())));
        let rejected = || match near {
            Some(near) => Rejected(format!("{}; did you mean {near}?", Self::EXPECTED)),
            None => Rejected(Self::EXPECTED.to_owned()),
        };
        Self::read(value).ok_or_else(rejected)
    }
    fn show(&self) -> Value {
        Value::String(self.as_str().to_owned())
    }
}

impl Setting for PolicyName {
    const EXPECTED: &'static str = "the name of a policy, such as \"fapi2\"";
    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }
    fn show(&self) -> Value {
        Value::String(self.to_string())
    }
}
