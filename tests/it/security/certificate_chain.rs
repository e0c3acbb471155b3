//! Citizens' certificates that lead nowhere, or not to where they say: RFC 5280 §6.1, CVE-2024-10039.

use senid::credentials::certificate::{Place, Presented, Refusal, TrustStore, TrustedChain};
use senid::crypto::certificate::KeyKind;
use senid::domain::national_id::Scheme;
use senid::domain::time::Timestamp;
use senid::domain::trust::{
    AuthorityPolicy, CertificatePolicies, DeviceProtection, Identifiers, NonceDemand, OnUnavailable, RevocationSources,
    SubjectRule, TrustedAuthority,
};

use crate::support::pki::{Authority, Card, Key, Profile, openssl, run, subjects, tlv};
use crate::support::world::NOW;

pub fn policy() -> AuthorityPolicy {
    AuthorityPolicy {
        policies: CertificatePolicies::default(),
        device: DeviceProtection::default(),
        revocation: RevocationSources {
            responders: Vec::new(),
            lists: Vec::new(),
            of_certificate: false,
            nonce: NonceDemand::Demanded,
            on_unavailable: OnUnavailable::Refuse,
        },
        identifiers: Identifiers { rules: SubjectRule::ALL.to_vec(), schemes: Scheme::ALL.to_vec() },
        bind_on_first_use: false,
        proves_identity: false,
    }
}

pub fn trusting(authority: &Authority) -> TrustStore {
    trusting_by(authority, policy())
}

pub fn trusting_by(authority: &Authority, policy: AuthorityPolicy) -> TrustStore {
    let (name, anchor) = ("test".to_owned(), authority.der().to_vec());
    TrustStore::new(vec![TrustedAuthority { name, anchor, intermediates: Vec::new(), policy }]).unwrap()
}

/// With everything that leads to the root beside it.
fn presented(card: &Card) -> Presented {
    Presented { leaf: card.der.clone(), intermediates: card.authorities.clone() }
}

pub fn prove(store: &TrustStore, card: &Card) -> Result<TrustedChain, Refusal> {
    store.prove(&presented(card), NOW)
}

/// Why a citizen's certificate of a root's own is refused, with this changed.
#[track_caller]
fn refused(change: impl FnOnce(Profile) -> Profile) -> Refusal {
    let root = Authority::root("Root");
    let card = root.issues(change(subjects::vietnamese()));
    prove(&trusting(&root), &card).expect_err("it is trusted")
}

/// Why it is, of an authority below the root with this changed.
#[track_caller]
fn refused_below(change: impl FnOnce(Profile) -> Profile) -> Refusal {
    let root = Authority::root("Root");
    let between = root.intermediate_of(change(Profile::authority("Between")));
    prove(&trusting(&root), &between.issues(subjects::vietnamese())).expect_err("it is trusted")
}

fn between() -> Place {
    Place::Authority("C=VN, O=Test authorities, CN=Between".to_owned())
}

#[test]
fn a_chain_leads_to_the_root_through_two_authorities_in_any_order() {
    let root = Authority::root("Root");
    let agency = root.intermediate("Agency");
    let cards = agency.intermediate("Cards");
    let card = cards.issues(subjects::vietnamese());
    let store = trusting(&root);
    let mut shown = presented(&card);
    for _ in 0..shown.intermediates.len() {
        shown.intermediates.rotate_left(1);
        let chain = store.prove(&shown, NOW).unwrap();
        assert_eq!(chain.leaf(), card.der);
        assert_eq!(chain.issuer(), cards.der());
        assert_eq!(chain.authorities(), [cards.der(), agency.der(), root.der()]);
        assert_eq!(chain.authority().name, "test");
    }
    // Without one of them, there is a gap.
    let gap = Presented { intermediates: vec![cards.der().to_vec(), root.der().to_vec()], ..shown.clone() };
    assert!(matches!(store.prove(&gap, NOW), Err(Refusal::NoAuthority(issuer)) if issuer.contains("CN=Agency")));
    // Unless it is in the folder, as it has to be for Web eID, where nothing comes beside the certificate.
    let authority = TrustedAuthority {
        name: "test".to_owned(),
        anchor: root.der().to_vec(),
        intermediates: vec![agency.der().to_vec(), cards.der().to_vec()],
        policy: policy(),
    };
    let alone = Presented { intermediates: Vec::new(), ..shown };
    assert!(TrustStore::new(vec![authority]).unwrap().prove(&alone, NOW).is_ok());
}

#[test]
fn a_certificate_of_nobody_who_is_trusted() {
    let (root, stranger) = (Authority::root("Root"), Authority::root("Stranger"));
    let card = stranger.issues(subjects::vietnamese());
    let refused = prove(&trusting(&root), &card).unwrap_err();
    assert_eq!(refused, Refusal::NoAuthority("C=VN, O=Test authorities, CN=Stranger".to_owned()));
    assert!(matches!(prove(&TrustStore::default(), &card), Err(Refusal::NoAuthority(_))));
}

#[test]
fn a_certificate_of_an_authority_with_the_same_name() {
    let (root, impostor) = (Authority::root("Root"), Authority::root("Root"));
    let card = impostor.issues(subjects::vietnamese());
    let refused = prove(&trusting(&root), &Card { authorities: Vec::new(), ..card }).unwrap_err();
    assert_eq!(refused, Refusal::Forged(Place::Leaf));
    // Nor is the impostor issued by the one whose name it has.
    let refused = prove(&trusting(&root), &impostor.issues(subjects::vietnamese())).unwrap_err();
    assert!(matches!(refused, Refusal::Forged(Place::Authority(_))), "{refused}");
    // Where both are at hand, the right one is found.
    let mut shown = presented(&root.issues(subjects::vietnamese()));
    shown.intermediates.insert(0, impostor.der().to_vec());
    assert!(trusting(&root).prove(&shown, NOW).is_ok());
}

#[test]
fn a_certificate_that_was_changed_after_it_was_signed() {
    let root = Authority::root("Root");
    let mut card = root.issues(subjects::vietnamese());
    let number = subjects::VIETNAMESE.as_bytes();
    let at = card.der.windows(number.len()).position(|window| window == number).unwrap();
    card.der[at + 11] ^= 1;
    assert_eq!(prove(&trusting(&root), &card).unwrap_err(), Refusal::Forged(Place::Leaf));
}

#[test]
fn a_certificate_whose_time_is_over_or_has_not_come() {
    let root = Authority::root("Root");
    let (from, until) = (NOW.seconds() - 1000, NOW.seconds() + 1000);
    let card = root.issues(subjects::vietnamese().valid(from, until));
    let at = |seconds| trusting(&root).prove(&presented(&card), Timestamp::from_seconds(seconds)).map(|_| ());
    assert_eq!(at(from - 1), Err(Refusal::NotYetValid(Place::Leaf, Timestamp::from_seconds(from))));
    assert_eq!(at(from), Ok(()));
    assert_eq!(at(until), Ok(()));
    let expired = at(until + 1).unwrap_err();
    assert_eq!(expired, Refusal::Expired(Place::Leaf, Timestamp::from_seconds(until)));
    assert_eq!((expired.sentence(), expired.day()), ("expired", Some(Timestamp::from_seconds(until))));
    assert_eq!(expired.to_string(), "the certificate: it expired on 2027-01-15 08:16:40 UTC");
}

#[test]
fn an_authority_between_whose_time_is_over() {
    let expired = refused_below(Profile::expired);
    assert!(matches!(&expired, Refusal::Expired(place, _) if *place == between()), "{expired}");
    assert_eq!((expired.sentence(), expired.day()), ("authority-out-of-date", None), "it is not the citizen's card");
}

#[test]
fn an_anchor_whose_time_is_over() {
    let root = Authority::root_of(Profile::authority("Root").expired());
    let store = trusting(&root);
    let refused = prove(&store, &root.issues(subjects::vietnamese())).unwrap_err();
    assert!(matches!(refused, Refusal::Expired(Place::Authority(_), _)), "{refused}");
    let standing = &store.standing(NOW)[0];
    assert_eq!((standing.authority.as_str(), standing.days_left), ("test", -1));
}

#[test]
fn an_anchor_that_is_an_intermediate_is_trusted_for_itself_and_refused_when_it_expires() {
    let root = Authority::root("Root");
    let cards = root.intermediate_of(Profile::authority("Cards").valid(NOW.seconds() - 1000, NOW.seconds() + 1000));
    let card = cards.issues(subjects::vietnamese());
    let store = trusting(&cards);
    assert_eq!(prove(&store, &card).unwrap().authorities(), [cards.der()]);
    let later = Timestamp::from_seconds(NOW.seconds() + 1001);
    assert!(matches!(store.prove(&presented(&card), later), Err(Refusal::Expired(Place::Authority(_), _))));
}

#[test]
fn an_authority_is_nobody() {
    let root = Authority::root("Root");
    let below =
        root.intermediate_of(Profile::authority("Below").with("keyUsage", "critical,digitalSignature,keyCertSign"));
    let shown = Presented { leaf: below.der().to_vec(), intermediates: Vec::new() };
    assert_eq!(trusting(&root).prove(&shown, NOW).unwrap_err(), Refusal::LeafIsAuthority);
}

#[test]
fn a_citizen_who_issues_certificates() {
    for change in [
        (|profile: Profile| profile.with("basicConstraints", "critical,CA:FALSE")) as fn(Profile) -> Profile,
        |profile| profile.without("basicConstraints"),
    ] {
        assert_eq!(refused_below(change), Refusal::NoAuthorityInBetween(between()));
    }
    let refused = refused_below(|profile| profile.with("keyUsage", "critical,digitalSignature"));
    assert_eq!(refused, Refusal::AuthorityKeyUsage(between()));
}

#[test]
fn an_authority_for_other_purposes() {
    let refused = refused_below(|profile| profile.with("extendedKeyUsage", "serverAuth"));
    assert_eq!(refused, Refusal::AuthorityPurpose(between()));
    let root = Authority::root("Root");
    for purposes in ["clientAuth", "anyExtendedKeyUsage"] {
        let between = root.intermediate_of(Profile::authority("Between").with("extendedKeyUsage", purposes));
        assert!(prove(&trusting(&root), &between.issues(subjects::vietnamese())).is_ok(), "{purposes}");
    }
}

#[test]
fn a_key_that_is_not_for_signatures() {
    for usage in
        ["critical,nonRepudiation", "nonRepudiation", "keyAgreement", "critical,keyEncipherment,dataEncipherment"]
    {
        assert_eq!(refused(|profile| profile.with("keyUsage", usage)), Refusal::KeyUsage, "{usage}");
    }
    assert_eq!(refused(|profile| profile.without("keyUsage")), Refusal::NoKeyUsage);
    let root = Authority::root("Root");
    for usage in ["digitalSignature", "critical,digitalSignature", "critical,digitalSignature,nonRepudiation"] {
        let card = root.issues(subjects::vietnamese().with("keyUsage", usage));
        assert!(prove(&trusting(&root), &card).is_ok(), "{usage}");
    }
}

#[test]
fn a_certificate_for_other_purposes() {
    for purposes in ["serverAuth", "critical,emailProtection", "1.3.6.1.5.5.7.3.9", "anyExtendedKeyUsage"] {
        assert_eq!(refused(|profile| profile.with("extendedKeyUsage", purposes)), Refusal::Purpose, "{purposes}");
    }
    let root = Authority::root("Root");
    let card = root.issues(subjects::vietnamese().without("extendedKeyUsage"));
    assert!(prove(&trusting(&root), &card).is_ok());
}

#[test]
fn keys_that_are_verified_here_and_keys_that_are_not() {
    for (key, kind) in [
        (Key::P256, KeyKind::P256),
        (Key::P384, KeyKind::P384),
        (Key::P521, KeyKind::P521),
        (Key::Ed25519, KeyKind::Ed25519),
        (Key::Rsa(2048), KeyKind::Rsa { bits: 2048 }),
    ] {
        // Of an authority with the same kind of key, so that its signature is verified, too.
        let digest = if key == Key::Ed25519 { "null" } else { "sha384" };
        let root = Authority::root_of(Profile::authority("Root").with_key(key).signed_with(digest));
        let card = root.issues(subjects::vietnamese().with_key(key).signed_with(digest));
        let chain = prove(&trusting(&root), &card).unwrap_or_else(|refusal| panic!("{key:?}: {refusal}"));
        assert_eq!(chain.facts().key, kind);
    }
    assert_eq!(refused(|profile| profile.with_key(Key::Rsa(1024))), Refusal::WeakKey(Place::Leaf, 1024));
    assert_eq!(refused(|profile| profile.with_key(Key::Rsa(2047))), Refusal::WeakKey(Place::Leaf, 2047));
    assert_eq!(refused_below(|profile| profile.with_key(Key::Rsa(1024))), Refusal::WeakKey(between(), 1024));
    assert!(matches!(refused(|profile| profile.with_key(Key::Secp256k1)), Refusal::UnsupportedKey(Place::Leaf, _)));
}

#[test]
fn a_gost_key_is_refused_with_exactly_that_sentence() {
    let root = Authority::root("Root");
    let card = root.issues(subjects::russian());
    let key = senid::crypto::certificate::parse(&card.der).unwrap().public_key().raw.to_vec();
    // id-tc26-gost3410-12-256 with its usual parameters, and a point of some sort.
    let gost = tlv(
        0x30,
        &[
            tlv(0x30, b"\x06\x08\x2a\x85\x03\x07\x01\x01\x01\x01\x30\x09\x06\x07\x2a\x85\x03\x02\x02\x23\x01"),
            tlv(0x03, &[&[0][..], &tlv(0x04, &[7; 64])].concat()),
        ]
        .concat(),
    );
    let card = root.signs_changed(&card, |message| replaced(&message, &key, &gost));
    let refused = prove(&trusting(&root), &card).unwrap_err();
    assert_eq!(refused, Refusal::Gost(Place::Leaf));
    let sentence =
        "the certificate: it has a GOST key or signature, and SenID verifies no GOST: RSA, ECDSA and Ed25519 work";
    assert_eq!((refused.to_string().as_str(), refused.sentence()), (sentence, "gost"));
}

#[test]
fn a_curve_with_parameters_of_its_own() {
    // CVE-2020-0601: another generator makes another private key for the same public one.
    let root = Authority::root("Root");
    let card = root.issues(subjects::vietnamese());
    let explicit = card.key.with_extension("explicit");
    run(openssl().args(["ec", "-param_enc", "explicit", "-in"]).arg(&card.key).arg("-out").arg(&explicit));
    let key = run(openssl().args(["ec", "-pubout", "-param_enc", "explicit", "-outform", "DER", "-in"]).arg(&explicit));
    let own = senid::crypto::certificate::parse(&card.der).unwrap().public_key().raw.to_vec();
    let card = root.signs_changed(&card, |message| replaced(&message, &own, &key));
    assert!(matches!(prove(&trusting(&root), &card), Err(Refusal::UnsupportedKey(Place::Leaf, _))));
}

#[test]
fn a_signature_with_sha_1_or_md5_anywhere_but_on_the_root() {
    for digest in ["sha1", "md5"] {
        for key in [Key::P256, Key::Rsa(2048)] {
            if (key, digest) == (Key::P256, "md5") {
                continue;
            }
            let root = Authority::root_of(Profile::authority("Root").with_key(key).signed_with(digest));
            let store = trusting(&root);
            // Its own signature says nothing: it is trusted because it is in the folder.
            assert!(prove(&store, &root.issues(subjects::vietnamese())).is_ok());
            let refused = prove(&store, &root.issues(subjects::vietnamese().signed_with(digest))).unwrap_err();
            assert_eq!(refused, Refusal::BrokenHash(Place::Leaf), "{digest} {key:?}");
            let between = root.intermediate_of(Profile::authority("Between").signed_with(digest));
            let refused = prove(&store, &between.issues(subjects::vietnamese())).unwrap_err();
            assert!(matches!(refused, Refusal::BrokenHash(Place::Authority(_))), "{digest} {key:?}: {refused}");
        }
    }
}

#[test]
fn a_critical_extension_that_nobody_understands() {
    let unknown = ("1.3.6.1.4.1.99999.1", "critical,ASN1:UTF8String:you must understand this");
    let oid = unknown.0.parse().unwrap();
    assert_eq!(refused(|profile| profile.with(unknown.0, unknown.1)), Refusal::CriticalExtension(Place::Leaf, oid));
    let oid = unknown.0.parse().unwrap();
    let refused = refused_below(|profile| profile.with(unknown.0, unknown.1));
    assert_eq!(refused, Refusal::CriticalExtension(between(), oid));
    let root = Authority::root("Root");
    let card = root.issues(subjects::vietnamese().with(unknown.0, "ASN1:UTF8String:or not"));
    assert!(prove(&trusting(&root), &card).is_ok());
}

#[test]
fn an_extension_that_is_there_twice_or_says_nothing() {
    let root = Authority::root("Root");
    let card = root.issues(subjects::vietnamese());
    let usage = tlv(0x30, b"\x06\x03\x55\x1d\x0f\x01\x01\xff\x04\x04\x03\x02\x07\x80");
    let again = |value: &[u8]| {
        root.signs_changed(&card, |message| replaced(&message, &usage, &[usage.clone(), value.to_vec()].concat()))
    };
    let store = trusting(&root);
    let oid = "2.5.29.15".parse().unwrap();
    assert_eq!(prove(&store, &again(&usage)).unwrap_err(), Refusal::BrokenExtension(Place::Leaf, oid));
    let nonsense = tlv(0x30, b"\x06\x03\x55\x1d\x20\x04\x02\x04\x00");
    let oid = "2.5.29.32".parse().unwrap();
    assert_eq!(prove(&store, &again(&nonsense)).unwrap_err(), Refusal::BrokenExtension(Place::Leaf, oid));
}

#[test]
fn an_algorithm_outside_that_is_not_the_one_inside() {
    let root = Authority::root("Root");
    let mut card = root.issues(subjects::vietnamese());
    let ecdsa_sha_256 = b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
    let at = card.der.windows(10).rposition(|window| window == ecdsa_sha_256).unwrap();
    card.der[at + 9] = 3;
    assert_eq!(prove(&trusting(&root), &card).unwrap_err(), Refusal::Malformed(Place::Leaf));
}

#[test]
fn more_authorities_than_one_of_them_allows() {
    let root = Authority::root_of(Profile::authority("Root").with("basicConstraints", "critical,CA:TRUE,pathlen:1"));
    let store = trusting(&root);
    let first = root.intermediate("First");
    assert!(prove(&store, &first.issues(subjects::vietnamese())).is_ok());
    let second = first.intermediate("Second");
    let refused = prove(&store, &second.issues(subjects::vietnamese())).unwrap_err();
    assert!(matches!(&refused, Refusal::PathLength(Place::Authority(name)) if name.contains("CN=Root")), "{refused}");
    // The first may have none below it, whatever the root allows.
    let last = root.intermediate_of(Profile::authority("Last").with("basicConstraints", "critical,CA:TRUE,pathlen:0"));
    assert!(prove(&store, &last.issues(subjects::vietnamese())).is_ok());
    let refused = prove(&store, &last.intermediate("Under").issues(subjects::vietnamese())).unwrap_err();
    assert!(matches!(&refused, Refusal::PathLength(Place::Authority(name)) if name.contains("CN=Last")), "{refused}");
}

#[test]
fn a_chain_that_is_too_long() {
    let root = Authority::root("Root");
    let mut last = root.intermediate("1");
    for name in ["2", "3", "4", "5"] {
        last = last.intermediate(name);
    }
    assert!(prove(&trusting(&root), &last.issues(subjects::vietnamese())).is_ok());
    let seventh = last.intermediate("6");
    assert_eq!(prove(&trusting(&root), &seventh.issues(subjects::vietnamese())).unwrap_err(), Refusal::ChainTooLong);
    let many =
        Presented { intermediates: vec![root.der().to_vec(); 9], ..presented(&root.issues(subjects::vietnamese())) };
    assert_eq!(trusting(&root).prove(&many, NOW).unwrap_err(), Refusal::TooManyBeside);
}

#[test]
fn authorities_that_issue_each_other_lead_nowhere() {
    let root = Authority::root("Root");
    // Eight of one name: each may have issued each other.
    let alike: Vec<Authority> = (0..8).map(|_| root.intermediate("Alike")).collect();
    let below = alike[7].intermediate("Alike");
    let card = below.issues(subjects::vietnamese());
    let shown = Presented {
        leaf: card.der.clone(),
        intermediates: alike[..7].iter().map(|one| one.der().to_vec()).chain([below.der().to_vec()]).collect(),
    };
    assert!(trusting(&root).prove(&shown, NOW).is_err());
}

#[test]
fn what_is_no_certificate() {
    let root = Authority::root("Root");
    let store = trusting(&root);
    let card = root.issues(subjects::vietnamese());
    let shown = |leaf: Vec<u8>| store.prove(&Presented { leaf, intermediates: Vec::new() }, NOW).unwrap_err();
    assert_eq!(shown(Vec::new()), Refusal::Malformed(Place::Leaf));
    assert_eq!(shown([&card.der[..], b"\0"].concat()), Refusal::Malformed(Place::Leaf));
    assert_eq!(shown(card.der[..card.der.len() - 1].to_vec()), Refusal::Malformed(Place::Leaf));
    assert_eq!(shown(vec![0x30; 16 * 1024 + 1]), Refusal::TooLong);
    // What is of no use on the way is in nobody's way.
    let beside = Presented { leaf: card.der.clone(), intermediates: vec![b"rubbish".to_vec()] };
    assert!(store.prove(&beside, NOW).is_ok());
}

/// `openssl verify` is asked about the same certificates: what it refuses we refuse.
#[test]
fn what_openssl_refuses_is_refused() {
    let root = Authority::root("Root");
    let store = trusting(&root);
    let constrained = root.intermediate_of(
        Profile::authority("Constrained")
            .with("nameConstraints", "critical,permitted;dirName:dn")
            .with_section("[dn]\nC = VN"),
    );
    let (sound, expired) = (root.intermediate("Sound"), root.intermediate_of(Profile::authority("Expired").expired()));
    let no_authority = root.intermediate_of(Profile::authority("None").with("basicConstraints", "CA:FALSE"));
    let mut agreed = 0;
    for (authority, profile) in [
        (&sound, subjects::vietnamese()),
        (&sound, subjects::estonian()),
        (&sound, subjects::russian()),
        (&sound, subjects::vietnamese().expired()),
        (&sound, subjects::vietnamese().with("extendedKeyUsage", "serverAuth")),
        (&sound, subjects::vietnamese().with("1.2.3.4", "critical,ASN1:NULL")),
        (&constrained, subjects::vietnamese()),
        (&constrained, subjects::estonian()),
        (&expired, subjects::vietnamese()),
        (&no_authority, subjects::vietnamese()),
    ] {
        let card = authority.issues(profile);
        let mut command = openssl();
        command.args(["verify", "-purpose", "sslclient", "-attime", &NOW.seconds().to_string(), "-CAfile"]);
        command.arg(root.certificate()).arg("-untrusted").arg(authority.certificate()).arg(&card.certificate);
        let accepted = command.output().unwrap().status.success();
        assert_eq!(prove(&store, &card).is_ok(), accepted, "{}", card.certificate.display());
        agreed += u32::from(accepted);
    }
    assert_eq!(agreed, 4);
}

/// `from` is in `message` once; every length around it is written anew.
fn replaced(message: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    fn rewritten(der: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut rest = der;
        while !rest.is_empty() {
            let (header, length) = match rest[1] {
                short @ 0..=127 => (2, usize::from(short)),
                0x81 => (3, usize::from(rest[2])),
                _ => (4, usize::from(rest[2]) << 8 | usize::from(rest[3])),
            };
            let (one, after) = rest.split_at(header + length);
            if one == from {
                out.extend(to);
            } else if one[0] & 0x20 != 0 {
                out.extend(tlv(one[0], &rewritten(&one[header..], from, to)));
            } else {
                out.extend(one);
            }
            rest = after;
        }
        out
    }
    let changed = rewritten(message, from, to);
    assert_ne!(changed, message, "nothing was replaced");
    changed
}
