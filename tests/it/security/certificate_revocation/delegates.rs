//! Whoever answers in an authority's name, and was not asked to by it.

use senid::credentials::certificate::revocation::SignedBy;
use senid::domain::revocation::{CertificateId, Reason, Revoked, SerialNumber};

use super::*;
use crate::support::pki::Profile;
use crate::support::pki::responder::{delegate, request};

/// What is said of a good certificate by an answer that a delegate like this signs.
async fn asked_of(change: impl FnOnce(Profile) -> Profile) -> (Checked, Desk) {
    let (root, card) = authority_and_card();
    let responder = root.issues(change(delegate()));
    let server = serves(Answers::of(&root).signed_by(&responder));
    let desk = Desk::new().await;
    (desk.check(&chain(&root, &card, responders(&[&server.url("/")]))).await, desk)
}

#[tokio::test]
async fn a_delegate_of_the_issuer_s_own_answers_for_it() {
    let (checked, _) = asked_of(|profile| profile).await;
    assert_eq!(checked.verdict, Verdict::Good, "{:?}", checked.findings);
    let signed_by = checked.findings[0].said.as_ref().unwrap().signed_by;
    assert!(matches!(signed_by, SignedBy::Delegate { revocable: false, .. }), "{signed_by:?}");
    // Named by its key and not by its name.
    let (root, card) = authority_and_card();
    let responder = root.issues(delegate());
    let server = serves(Answers::of(&root).signed_by(&responder).with(&["-resp_key_id"]));
    let chain = chain(&root, &card, responders(&[&server.url("/")]));
    assert_eq!(Desk::new().await.verdict(&chain).await, Verdict::Good);
}

#[tokio::test]
async fn a_citizen_s_certificate_and_one_for_any_purpose_answer_for_nobody() {
    let purpose =
        "its answer is signed by whom it should not be: the responder's certificate is not for signing OCSP answers";
    for usage in ["clientAuth", "anyExtendedKeyUsage", "serverAuth,timeStamping"] {
        let (checked, _) = asked_of(|profile| profile.with("extendedKeyUsage", usage)).await;
        assert_eq!(fault_of(&checked), purpose, "{usage}");
    }
    let (checked, _) = asked_of(|profile| profile.without("extendedKeyUsage")).await;
    assert_eq!(fault_of(&checked), purpose);
}

#[tokio::test]
async fn a_delegate_s_key_must_be_for_signatures_and_strong_and_its_extensions_known() {
    for (change, fault) in [
        (("keyUsage", "critical,keyEncipherment"), "has a key that may not sign"),
        (("1.2.3.4.5", "critical,DER:0500"), "a critical extension that nobody knows"),
    ] {
        let (checked, _) = asked_of(|profile| profile.with(change.0, change.1)).await;
        assert!(fault_of(&checked).contains(fault), "{}", fault_of(&checked));
    }
    let (checked, _) = asked_of(|profile| profile.with_key(crate::support::pki::Key::Rsa(1024))).await;
    assert!(fault_of(&checked).contains("1024 bits"), "{}", fault_of(&checked));
}

#[tokio::test]
async fn a_delegate_is_out_of_date_at_each_end() {
    let now = machine_time().seconds();
    for (from, until) in [(now - 9 * 86_400, now - 60), (now + 3_600, now + 9 * 86_400)] {
        let (checked, _) = asked_of(|profile| profile.valid(from, until)).await;
        assert!(fault_of(&checked).ends_with("the responder's certificate is out of date"), "{}", fault_of(&checked));
    }
}

#[tokio::test]
async fn a_delegate_of_another_issuer_answers_for_nobody_here() {
    let (root, card) = authority_and_card();
    let below = root.intermediate("Below");
    for (other, fault) in [
        (&Authority::root("Stranger"), "issued by another authority"),
        // The authority's own name, with another key.
        (&Authority::root("Root"), "not issued by whom it names"),
        // An authority below it has its word for its own certificates, and not for those beside it.
        (&below, "issued by another authority"),
    ] {
        let responder = other.issues(delegate());
        let server = serves(Answers::of(&root).signed_by(&responder));
        let checked = Desk::new().await.check(&chain(&root, &card, responders(&[&server.url("/")]))).await;
        assert!(fault_of(&checked).contains(fault), "{}", fault_of(&checked));
    }
}

#[tokio::test]
async fn a_delegate_that_does_not_show_its_certificate_is_nobody() {
    let (root, card) = authority_and_card();
    let responder = root.issues(delegate());
    let server = serves(Answers::of(&root).signed_by(&responder).with(&["-resp_no_certs"]));
    let checked = Desk::new().await.check(&chain(&root, &card, responders(&[&server.url("/")]))).await;
    assert!(fault_of(&checked).contains("nobody whom the answer names signed it"), "{}", fault_of(&checked));
}

#[tokio::test]
async fn a_delegate_that_is_known_to_be_revoked_answers_no_more_unless_nobody_is_to_ask() {
    let (root, card) = authority_and_card();
    let revocable = root.issues(delegate().without("noCheck"));
    let server = serves(Answers::of(&root).signed_by(&revocable));
    let chain = chain(&root, &card, responders(&[&server.url("/")]));
    assert_eq!(Desk::new().await.verdict(&chain).await, Verdict::Good);
    let desk = Desk::new().await;
    let serial = senid::crypto::certificate::parse(&revocable.der).unwrap().raw_serial().to_vec();
    let certificate = CertificateId {
        issuer_key: chain.subjects().unwrap()[0].id.issuer_key,
        serial: SerialNumber::from_integer(&serial).unwrap(),
    };
    let revoked = Revoked { at: desk.clock.now(), reason: Reason::KeyCompromise };
    desk.store.write().await.unwrap().revocations().remember(&certificate, revoked, desk.clock.now()).await.unwrap();
    let fault = "its answer is signed by a responder whose own certificate was revoked";
    assert_eq!(fault_of(&desk.check(&chain).await), fault);
}

#[tokio::test]
async fn a_list_at_hand_says_that_a_delegate_is_revoked() {
    let (root, card) = authority_and_card();
    let revocable = root.issues(delegate().without("noCheck"));
    let other = root.issues(subjects::vietnamese());
    let dated = Answers::of(&root).signed_by(&revocable).with(&["-nmin", "10"]);
    let answer = dated.to(&request(&root, &[&card]));
    root.revokes(&revocable);
    let now = machine_time().seconds();
    let list = root.list(now - 60, now + 86_400);
    let (server, published) =
        (Outside::http(move |_| ok(OCSP, answer.clone())), Outside::http(move |_| ok(CRL, list.clone())));
    let desk = Desk::new().await;
    assert_eq!(desk.verdict(&chain(&root, &other, lists(&[&published.url("/")]))).await, Verdict::Good);
    let optional = RevocationSources { nonce: NonceDemand::Optional, ..responders(&[&server.url("/")]) };
    let fault = "its answer is signed by a responder whose own certificate was revoked";
    assert_eq!(fault_of(&desk.check(&chain(&root, &card, optional)).await), fault);
}
