use rcgen::{CertificateParams, CustomExtension, KeyPair};
use serde_json::Value;

use super::super::object::tests::Made;
use super::*;
use crate::credentials::webauthn::metadata::tests::{Authority, MODEL, NOW, entry};

const A_DAY: Duration = Duration::from_secs(86_400);

fn model() -> Aaguid {
    MODEL.parse().unwrap()
}

/// A maker of authenticators.
struct Maker(Authority);

impl Maker {
    fn new() -> Self {
        Self(Authority::root("Maker"))
    }

    /// The statement of one of its devices.
    fn device(&self, aaguid: Aaguid) -> Made {
        self.device_with(aaguid, |params| params.custom_extensions = vec![names(aaguid)])
    }

    fn device_with(&self, aaguid: Aaguid, change: impl FnOnce(&mut CertificateParams)) -> Made {
        let leaf = self.0.issue("A device", &KeyPair::generate().unwrap(), change);
        Made::by(aaguid, vec![leaf])
    }

    fn entry(&self, statuses: &[&str]) -> Value {
        entry(MODEL, &self.0.certificate, statuses)
    }

    fn metadata(&self, statuses: &[&str]) -> Metadata {
        Authority::root("FIDO").metadata(vec![self.entry(statuses)])
    }
}

/// The extension that names a model.
fn names(aaguid: Aaguid) -> CustomExtension {
    let value = [&[4, 16][..], aaguid.as_bytes()].concat();
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 45724, 1, 1, 4], value)
}

fn rules(policy: AttestationPolicy, unattested: Unattested) -> Rules {
    Rules { policy, unattested, known: vec![model()], grace: A_DAY, ..Rules::default() }
}

fn demanding() -> Rules {
    rules(AttestationPolicy::Metadata, Unattested::Refused)
}

fn lenient() -> Rules {
    rules(AttestationPolicy::Metadata, Unattested::Enrolled)
}

#[test]
fn a_device_of_a_model_that_is_vouched_for_is_hardware_bound() {
    let maker = Maker::new();
    let metadata = maker.metadata(&["FIDO_CERTIFIED_L1"]);
    let object = maker.device(model()).write();
    for rules in [demanding(), lenient(), rules(AttestationPolicy::KnownModels, Unattested::Refused)] {
        let enrolled = rules.enrol(&object, Some(&metadata), NOW).unwrap();
        assert_eq!(enrolled, Provenance { aaguid: model(), attested: true, single_device: true });
        assert!(rules.is_hardware_bound(&enrolled, Some(&metadata)));
    }
}

#[test]
fn where_nothing_is_asked_nothing_is_believed() {
    let maker = Maker::new();
    let metadata = maker.metadata(&[]);
    let rules = rules(AttestationPolicy::None, Unattested::Enrolled);
    assert_eq!((rules.conveyance(), demanding().conveyance()), (Conveyance::None, Conveyance::Direct));
    let enrolled = rules.enrol(&maker.device(model()).write(), Some(&metadata), NOW).unwrap();
    assert!(!enrolled.attested);
    // Neither is what was proven while something was asked.
    let before = Provenance { attested: true, ..enrolled };
    assert!(
        !rules.is_hardware_bound(&before, Some(&metadata)) && demanding().is_hardware_bound(&before, Some(&metadata))
    );
}

#[test]
fn a_device_that_proves_nothing_is_refused_where_that_is_demanded_and_otherwise_what_it_is() {
    let maker = Maker::new();
    let metadata = maker.metadata(&[]);
    let own = Made { aaguid: model(), ..Made::own() };
    let none = Made { format: "none", ..own.clone() };
    let u2f = Made { format: "fido-u2f", ..maker.device(model()) };
    let synced = Made { flags: 0b0101_1101, ..none.clone() };
    for (made, what) in [(own, "its own"), (none, "none"), (u2f, "fido-u2f"), (synced, "synced")] {
        let object = made.write();
        assert_eq!(demanding().enrol(&object, Some(&metadata), NOW), Err(Refusal::NotAttested), "{what}");
        let enrolled = lenient().enrol(&object, Some(&metadata), NOW).unwrap();
        assert!(!enrolled.attested, "{what}");
        assert!(!lenient().is_hardware_bound(&enrolled, Some(&metadata)), "{what}");
    }
    let stranger = Aaguid::from_bytes([8; 16]);
    let object = maker.device(stranger).write();
    assert_eq!(demanding().enrol(&object, Some(&metadata), NOW), Err(Refusal::UnknownModel(stranger)));
    assert!(!lenient().enrol(&object, Some(&metadata), NOW).unwrap().attested);
    let known = rules(AttestationPolicy::KnownModels, Unattested::Refused);
    assert_eq!(known.enrol(&object, Some(&metadata), NOW), Err(Refusal::UnknownModel(stranger)));
}

#[test]
fn a_key_that_may_be_copied_is_not_hardware_bound_whoever_vouches() {
    let maker = Maker::new();
    let metadata = maker.metadata(&[]);
    let object = Made { flags: 0b0100_1101, ..maker.device(model()) }.write();
    let enrolled = demanding().enrol(&object, Some(&metadata), NOW).unwrap();
    assert!(enrolled.attested && !enrolled.single_device);
    assert!(!demanding().is_hardware_bound(&enrolled, Some(&metadata)));
}

#[test]
fn what_is_proven_wrongly_is_refused_whatever_is_demanded() {
    let maker = Maker::new();
    let metadata = maker.metadata(&[]);
    let stranger = Aaguid::from_bytes([8; 16]);
    let chain = |fault| Refusal::Chain(model(), fault);
    let twice = |params: &mut CertificateParams| params.custom_extensions = vec![names(model()), names(model())];
    let critical = |params: &mut CertificateParams| {
        let mut extension = names(model());
        extension.set_criticality(true);
        params.custom_extensions = vec![extension];
    };
    let bare = |params: &mut CertificateParams| {
        let oid = [1, 3, 6, 1, 4, 1, 45724, 1, 1, 4];
        params.custom_extensions = vec![CustomExtension::from_oid_content(&oid, model().as_bytes().to_vec())];
    };
    let late = |params: &mut CertificateParams| {
        params.custom_extensions = vec![names(model())];
        params.not_after = rcgen::date_time_ymd(2026, 5, 31);
    };
    let mut no_certificate = maker.device(model());
    no_certificate.chain = Some(vec![vec![0x30, 0]]);
    for (made, refusal, what) in [
        (Maker::new().device(model()), chain(CertificateFault::Untrusted), "another maker's"),
        (maker.device_with(model(), late), chain(CertificateFault::OutOfDate), "expired"),
        (maker.device_with(model(), |_| {}), Refusal::OtherModel, "no model named"),
        (
            maker.device_with(model(), |params| params.custom_extensions = vec![names(stranger)]),
            Refusal::OtherModel,
            "another model",
        ),
        (maker.device_with(model(), twice), Refusal::OtherModel, "named twice"),
        (maker.device_with(model(), critical), Refusal::OtherModel, "critical"),
        (maker.device_with(model(), bare), Refusal::OtherModel, "no octet string"),
        (Made { algorithm: -257, ..maker.device(model()) }, Refusal::Algorithm, "another algorithm"),
        (Made { algorithm: -35, ..maker.device(model()) }, Refusal::Algorithm, "another curve"),
        (no_certificate, Refusal::Algorithm, "no certificate"),
    ] {
        let object = made.write();
        for rules in [demanding(), lenient()] {
            assert_eq!(rules.enrol(&object, Some(&metadata), NOW), Err(refusal.clone()), "{what}");
        }
    }
}

#[test]
fn the_chain_comes_in_its_order() {
    let maker = Maker::new();
    let metadata = maker.metadata(&[]);
    let middle = maker.0.intermediate("Middle");
    let leaf = middle.issue("A device", &KeyPair::generate().unwrap(), |params| {
        params.custom_extensions = vec![names(model())];
    });
    let chain = vec![leaf, middle.certificate.to_vec()];
    let enrol = |chain: Vec<Vec<u8>>| demanding().enrol(&Made::by(model(), chain).write(), Some(&metadata), NOW);
    assert!(enrol(chain.clone()).unwrap().attested);
    assert_eq!(enrol(chain.iter().rev().cloned().collect()), Err(Refusal::OtherModel));
    assert_eq!(enrol(chain[..1].to_vec()), Err(Refusal::Chain(model(), CertificateFault::Untrusted)));
}

#[test]
fn a_model_that_is_distrusted_is_not_enrolled_and_what_was_enrolled_is_not_hardware_bound() {
    let maker = Maker::new();
    let before = maker.metadata(&["FIDO_CERTIFIED"]);
    let object = maker.device(model()).write();
    let unattested = Made { format: "none", aaguid: model(), ..Made::own() }.write();
    let listed = || rules(AttestationPolicy::KnownModels, Unattested::Enrolled);
    let enrolled = demanding().enrol(&object, Some(&before), NOW).unwrap();
    for bad in [
        "REVOKED",
        "USER_VERIFICATION_BYPASS",
        "ATTESTATION_KEY_COMPROMISE",
        "USER_KEY_REMOTE_COMPROMISE",
        "USER_KEY_PHYSICAL_COMPROMISE",
    ] {
        let since = maker.metadata(&["FIDO_CERTIFIED", bad, "FIDO_CERTIFIED_L1"]);
        for rules in [demanding(), lenient(), listed()] {
            for object in [&object, &unattested] {
                let refused = rules.enrol(object, Some(&since), NOW);
                assert_eq!(refused, Err(Refusal::Distrusted(model(), format!("{bad} since 2026-02-03"))));
            }
            assert!(
                rules.is_hardware_bound(&enrolled, Some(&before)) && !rules.is_hardware_bound(&enrolled, Some(&since))
            );
        }
    }
    let update = maker.metadata(&["UPDATE_AVAILABLE"]);
    assert!(
        demanding().enrol(&object, Some(&update), NOW).is_ok()
            && demanding().is_hardware_bound(&enrolled, Some(&update))
    );
}

#[test]
fn metadata_that_is_gone_or_overdue_vouches_for_nothing_new() {
    let maker = Maker::new();
    let metadata = maker.metadata(&[]);
    let object = maker.device(model()).write();
    let enrolled = demanding().enrol(&object, Some(&metadata), NOW).unwrap();
    let tolerated = metadata.next_update + A_DAY;
    let over = tolerated + Duration::from_secs(1);
    assert!(demanding().enrol(&object, Some(&metadata), tolerated).is_ok());
    assert_eq!(demanding().enrol(&object, Some(&metadata), over), Err(Refusal::NoMetadata));
    assert_eq!(demanding().enrol(&object, None, NOW), Err(Refusal::NoMetadata));
    assert!(!lenient().enrol(&object, None, NOW).unwrap().attested);
    // Whoever cuts the metadata off locks nobody out, and what nobody knows is not believed.
    assert!(demanding().is_hardware_bound(&enrolled, Some(&metadata)));
    assert!(!demanding().is_hardware_bound(&enrolled, None));
}

#[test]
fn the_operator_may_know_a_model_that_no_metadata_does() {
    let maker = Maker::new();
    let (policy, refused) = (AttestationPolicy::KnownModels, Unattested::Refused);
    let roots = [maker.0.certificate.clone()];
    let listed = Rules::new(policy, refused, vec![model()], &roots, A_DAY).unwrap();
    let enrolled = listed.enrol(&maker.device(model()).write(), None, NOW).unwrap();
    assert!(enrolled.attested && listed.is_hardware_bound(&enrolled, None));
    let other = Maker::new().device(model()).write();
    assert_eq!(listed.enrol(&other, None, NOW), Err(Refusal::Chain(model(), CertificateFault::Untrusted)));
    // Taken off the list, it is nothing any more; and metadata that knows better is believed.
    let unlisted = Rules::new(policy, refused, vec![], &roots, A_DAY).unwrap();
    assert!(!unlisted.is_hardware_bound(&enrolled, None));
    let mut software = maker.entry(&[]);
    software["metadataStatement"]["keyProtection"] = serde_json::json!(["software"]);
    let metadata = Authority::root("FIDO").metadata(vec![software]);
    assert!(!listed.is_hardware_bound(&enrolled, Some(&metadata)));
    assert!(Rules::new(policy, refused, vec![], &[CertificateDer::from(vec![1])], A_DAY).is_err());
}
