//! Names and policies that an authority may not issue under, or that a trust file does not allow: RFC 5280 §4.2.1.10, §6.1.5.

use senid::credentials::certificate::{Place, Refusal, TrustStore};
use senid::crypto::certificate::name_constraints::ConstraintFault;
use senid::domain::assurance::{AuthenticationLevel, Factors, Proof, Proofs};
use senid::domain::trust::DeviceProtection;

use super::certificate_chain::{policy, prove, trusting, trusting_by};
use crate::support::pki::{Authority, Profile, subjects};
use crate::support::world::NOW;

#[test]
fn a_name_that_the_authority_may_not_issue() {
    let constrained = |constraints: &str, section: &str| {
        Profile::authority("Between").with("nameConstraints", constraints).with_section(section)
    };
    let root = Authority::root("Root");
    let store = trusting(&root);
    let within = |constraints: &str, section: &str, card: Profile| {
        let between = root.intermediate_of(constrained(constraints, section));
        prove(&store, &between.issues(card)).map(|_| ())
    };
    let outside = Err(Refusal::NameConstraint(Place::Leaf, ConstraintFault::Outside));
    let viet_nam = "[dn]\nC = VN";
    assert_eq!(within("critical,permitted;dirName:dn", viet_nam, subjects::vietnamese()), Ok(()));
    assert_eq!(within("critical,permitted;dirName:dn", viet_nam, subjects::estonian()), outside);
    assert_eq!(within("permitted;dirName:dn", viet_nam, subjects::estonian()), outside, "critical or not");
    assert_eq!(within("critical,excluded;dirName:dn", viet_nam, subjects::vietnamese()), outside);
    assert_eq!(within("critical,excluded;dirName:dn", viet_nam, subjects::estonian()), Ok(()));
    // Names beside the subject.
    let mailbox = |address: &str| subjects::vietnamese().with("subjectAltName", &format!("email:{address}"));
    let host = "critical,permitted;email:gov.vn";
    assert_eq!(within(host, "", mailbox("an@gov.vn")), Ok(()));
    assert_eq!(within(host, "", mailbox("an@gov.vn.example")), outside);
    assert_eq!(within("critical,excluded;email:.vn", "", mailbox("an@GOV.VN")), outside);
    assert_eq!(
        within(
            "critical,permitted;IP:10.0.0.0/255.0.0.0",
            "",
            subjects::vietnamese().with("subjectAltName", "IP:11.0.0.1")
        ),
        outside
    );
    assert_eq!(
        within(
            "critical,permitted;IP:10.0.0.0/255.0.0.0",
            "",
            subjects::vietnamese().with("subjectAltName", "IP:10.9.8.7")
        ),
        Ok(())
    );
    assert_eq!(
        within("critical,permitted;DNS:gov.vn", "", subjects::vietnamese().with("subjectAltName", "DNS:evilgov.vn")),
        outside
    );
    assert_eq!(
        within("critical,permitted;DNS:gov.vn", "", subjects::vietnamese().with("subjectAltName", "DNS:a.gov.vn")),
        Ok(())
    );
    // A form that nobody here compares, where it is constrained.
    let other = subjects::vietnamese().with("subjectAltName", "RID:1.2.3.4");
    let not_understood = Err(Refusal::NameConstraint(Place::Leaf, ConstraintFault::NotUnderstood));
    assert_eq!(within("critical,permitted;RID:1.2.3", "", other), not_understood);
}

#[test]
fn a_name_constraint_binds_the_authorities_in_between_too() {
    let root = Authority::root("Root");
    let between = root.intermediate_of(
        Profile::authority("Between")
            .with("nameConstraints", "critical,permitted;dirName:dn")
            .with_section("[dn]\nC = VN\nO = Another ministry"),
    );
    let below = between.intermediate("Below");
    let refused = prove(&trusting(&root), &below.issues(subjects::vietnamese())).unwrap_err();
    assert!(matches!(refused, Refusal::NameConstraint(_, ConstraintFault::Outside)), "{refused}");
}

#[test]
fn critical_certificate_policies_are_understood() {
    let root = Authority::root("Root");
    let card = root.issues(subjects::vietnamese().with("certificatePolicies", "critical,1.2.3.4"));
    let chain = prove(&trusting(&root), &card).unwrap();
    assert_eq!(chain.facts().policies, ["1.2.3.4".parse().unwrap()]);
}

#[test]
fn a_policy_that_the_trust_file_disallows_or_does_not_allow() {
    let root = Authority::root("Root");
    for mobile_id in
        ["1.3.6.1.4.1.10015.1.3", "1.3.6.1.4.1.10015.1.3.1", "1.3.6.1.4.1.10015.1.3.2", "1.3.6.1.4.1.10015.1.3.3"]
    {
        let card =
            root.issues(subjects::estonian().with("certificatePolicies", &format!("0.4.0.2042.1.2,{mobile_id}")));
        let refused = prove(&trusting(&root), &card).unwrap_err();
        assert_eq!(refused, Refusal::DisallowedPolicy(mobile_id.parse().unwrap()));
    }
    let mut asked = policy();
    asked.policies.allowed = vec!["1.2.3.4".parse().unwrap()];
    let store = trusting_by(&root, asked);
    let under = |policies: &str| root.issues(subjects::vietnamese().with("certificatePolicies", policies));
    assert!(prove(&store, &under("1.2.3.4")).is_ok());
    assert_eq!(prove(&store, &under("1.2.3.5")).unwrap_err(), Refusal::NoAllowedPolicy);
    assert_eq!(prove(&store, &under("2.5.29.32.0")).unwrap_err(), Refusal::NoAllowedPolicy, "any is none");
    assert_eq!(prove(&store, &root.issues(subjects::vietnamese())).unwrap_err(), Refusal::NoAllowedPolicy);
}

#[test]
fn a_policy_holds_only_where_every_authority_allows_it() {
    let root = Authority::root("Root");
    let mut asked = policy();
    asked.policies.allowed = vec!["1.2.3.4".parse().unwrap()];
    let store = trusting_by(&root, asked);
    let below = |change: fn(Profile) -> Profile| {
        let between = root.intermediate_of(change(Profile::authority("Between")));
        prove(&store, &between.issues(subjects::vietnamese().with("certificatePolicies", "1.2.3.4"))).map(|_| ())
    };
    assert_eq!(below(|profile| profile.with("certificatePolicies", "1.2.3.4")), Ok(()));
    assert_eq!(below(|profile| profile.with("certificatePolicies", "2.5.29.32.0")), Ok(()), "it allows any");
    assert_eq!(below(|profile| profile.with("certificatePolicies", "1.2.3.5")), Err(Refusal::NoAllowedPolicy));
    assert_eq!(below(|profile| profile), Err(Refusal::NoAllowedPolicy), "it allows none");
}

#[test]
fn a_policy_that_the_authorities_themselves_ask_for() {
    let required = |profile: Profile| {
        profile.with("certificatePolicies", "1.2.3.4").with("policyConstraints", "critical,requireExplicitPolicy:0")
    };
    let root = Authority::root("Root");
    let between = root.intermediate_of(required(Profile::authority("Between")));
    let store = trusting(&root);
    let under =
        |policies: &str| prove(&store, &between.issues(subjects::vietnamese().with("certificatePolicies", policies)));
    assert!(under("1.2.3.4").is_ok());
    assert_eq!(under("1.2.3.5").unwrap_err(), Refusal::NoValidPolicy);
    assert_eq!(prove(&store, &between.issues(subjects::vietnamese())).unwrap_err(), Refusal::NoValidPolicy);
    // What allows any counts no more where an authority above says so.
    let inhibiting = root.intermediate_of(
        Profile::authority("Inhibiting")
            .with("certificatePolicies", "2.5.29.32.0")
            .with("inhibitAnyPolicy", "critical,0")
            .with("policyConstraints", "critical,requireExplicitPolicy:0"),
    );
    let any = inhibiting.intermediate_of(Profile::authority("Any").with("certificatePolicies", "2.5.29.32.0"));
    let card = any.issues(subjects::vietnamese().with("certificatePolicies", "1.2.3.4"));
    assert_eq!(prove(&store, &card).unwrap_err(), Refusal::NoValidPolicy);
    let named = inhibiting.intermediate_of(Profile::authority("Named").with("certificatePolicies", "1.2.3.4"));
    let card = named.issues(subjects::vietnamese().with("certificatePolicies", "1.2.3.4"));
    assert!(prove(&store, &card).is_ok());
}

#[test]
fn a_policy_that_is_mapped_to_another_is_not_followed() {
    let mapping = |critical: &str| {
        Profile::authority("Between")
            .with("certificatePolicies", "1.2.3.4")
            .with("policyMappings", &format!("{critical}1.2.3.4:1.2.3.5"))
    };
    let root = Authority::root("Root");
    let mut asked = policy();
    asked.policies.allowed = vec!["1.2.3.5".parse().unwrap()];
    let store = trusting_by(&root, asked);
    let card = |critical| {
        root.intermediate_of(mapping(critical)).issues(subjects::vietnamese().with("certificatePolicies", "1.2.3.5"))
    };
    assert_eq!(prove(&store, &card("")).unwrap_err(), Refusal::NoAllowedPolicy);
    assert!(matches!(prove(&store, &card("critical,")), Err(Refusal::CriticalExtension(..))));
}

#[test]
fn one_factor_unless_the_authority_says_that_a_pin_opens_the_key() {
    let root = Authority::root("Root");
    let statements = |which: &str| {
        subjects::vietnamese()
            .with("1.3.6.1.5.5.7.1.3", "ASN1:SEQUENCE:statements")
            .with_section(&format!("[statements]\none = SEQUENCE:one\n[one]\nid = OID:{which}"))
    };
    let asking = |policies: &[&str], qualified| {
        let mut asked = policy();
        let policies = policies.iter().map(|oid| oid.parse().unwrap()).collect();
        asked.device = DeviceProtection { policies, qualified };
        trusting_by(&root, asked)
    };
    let factors = |store: &TrustStore, profile: Profile| prove(store, &root.issues(profile)).unwrap().factors();
    let under = |oid: &str| subjects::vietnamese().with("certificatePolicies", oid);
    assert_eq!(factors(&asking(&[], false), under("1.2.3.4")), Factors::POSSESSION);
    assert_eq!(factors(&asking(&["1.2.3.4"], false), under("1.2.3.5")), Factors::POSSESSION);
    assert_eq!(factors(&asking(&["1.2.3.4"], false), under("1.2.3.4")), Factors::UNLOCKED);
    assert_eq!(factors(&asking(&[], false), statements("0.4.0.1862.1.4")), Factors::POSSESSION, "nobody asked");
    assert_eq!(factors(&asking(&[], true), statements("0.4.0.1862.1.4")), Factors::UNLOCKED);
    assert_eq!(
        factors(&asking(&[], true), statements("0.4.0.1862.1.1")),
        Factors::POSSESSION,
        "qualified, and in no device"
    );
    let level = |factors| {
        let proof = Proof { factors, ..Proof::password(NOW) };
        Proofs::new(vec![proof]).level()
    };
    assert_eq!(level(Factors::POSSESSION), AuthenticationLevel::OneFactor);
    assert_eq!(level(Factors::UNLOCKED), AuthenticationLevel::TwoFactors);
}
