//! `[policies]`, as operators write it.

use super::{sentences, settings};
use crate::domain::client::PolicyName;
use crate::domain::policies::{BUILT_IN, Rule};

fn name(text: &str) -> PolicyName {
    text.parse().unwrap()
}

#[test]
fn a_set_of_the_operator_s_own_adds_rules_to_one_that_is_built_in() {
    let file = "[policies]\nsensitive = \"health\"\n[policies.health]\nextends = \"fapi2\"\nadd = [\"signed_introspection\"]\n\
                [policies.plain]\nextends = \"legacy-openid\"\n";
    let policies = settings(file, &[]).policies;
    let rules = policies.rules(&name("health")).unwrap();
    assert!(rules.contains(&Rule::SignedIntrospection) && rules.contains(&Rule::PushedAuthorizationRequest));
    assert!(!rules.contains(&Rule::SignedRequestObject));
    assert_eq!(policies.rules(&name("plain")), Some(&[][..]));
    assert_eq!(policies.sensitive, name("health"));
}

#[test]
fn without_a_word_there_are_the_sets_that_are_built_in_and_sensitive_data_demands_fapi() {
    let policies = settings("", &[]).policies;
    assert_eq!(policies.names().collect::<Vec<_>>(), BUILT_IN.map(|(name, _)| name));
    assert_eq!(policies.sensitive, name("fapi2"));
    assert_eq!(settings("", &[("SENID_POLICIES__SENSITIVE", "baseline")]).policies.sensitive, name("baseline"));
}

#[test]
fn each_fault_is_said_with_the_nearest_name() {
    for (file, expected) in [
        ("[policies]\nsensitive = \"fapi\"\n", "there is no policy fapi; did you mean fapi2?"),
        ("[policies]\nsensitive = \"FAPI 2\"\n", "expected the name of a policy"),
        ("[policies]\nsensitiv = \"fapi2\"\n", "expected a group of settings here"),
        ("[policies.health]\n", "policies.health.extends: is missing: expected legacy-openid, baseline"),
        ("[policies.health]\nextends = \"fapi3\"\n", "expected legacy-openid, baseline, fapi2 or"),
        ("[policies.health]\nexends = \"fapi2\"\n", "there is no setting exends; did you mean extends?"),
        (
            "[policies.health]\nextends = \"fapi2\"\nadd = [\"signed_introspecton\"]\n",
            "found \"signed_introspecton\"; expected the name of a rule (docs/policies.md); did you mean signed_introspection?",
        ),
        ("[policies.fapi2]\nextends = \"baseline\"\n", "fapi2 is built in and keeps its meaning"),
        ("[policies.\"Health Data\"]\nextends = \"fapi2\"\n", "is no name: the name of a policy is 1 to 64"),
        ("[policies]\nhealth = \"fapi2\"\n", "expected a group of settings here, such as policies.health.extends"),
    ] {
        let said = sentences(file, &[]);
        assert!(said.iter().any(|said| said.contains(expected)), "{file}: {said:?}");
    }
}

#[test]
fn a_demand_is_not_refused_for_the_fault_of_the_set_that_it_names() {
    let said = sentences("[policies]\nsensitive = \"health\"\n[policies.health]\nextends = \"fapi3\"\n", &[]);
    assert_eq!(said.len(), 1, "{said:?}");
}
