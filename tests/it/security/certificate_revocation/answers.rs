//! What a responder says, truly or not.

use proptest::prelude::*;
use senid::credentials::certificate::revocation::ocsp::IdHash;
use senid::credentials::certificate::revocation::{OcspFault, Question, RevocationList, SignedBy};
use senid::domain::assurance::AuthenticationLevel;
use senid::domain::revocation::{Reason, Status};
use senid::flows::certificate::revocation::{Origin, Standing};

use super::*;
use crate::support::outside::status;
use crate::support::pki::responder::{Responder, request};

#[tokio::test]
async fn a_responder_of_openssl_says_good_revoked_on_hold_and_unknown() {
    let (root, good) = authority_and_card();
    let issue = || root.issues(subjects::vietnamese());
    let (revoked, held, unknown) = (issue(), issue(), issue());
    root.revokes(&revoked);
    root.revokes_because(&held, "certificateHold");
    // The last one is in no book of the authority's: somebody has made it who should not have been able to.
    let index = std::fs::read_to_string(root.index()).unwrap();
    let lines: Vec<&str> = index.lines().collect();
    std::fs::write(root.index(), lines[..lines.len() - 1].join("\n") + "\n").unwrap();
    let responder = Responder::of(&root);
    let desk = Desk::new().await;
    let chain = |card| chain(&root, card, responders(&[&responder.url]));

    let checked = desk.check(&chain(&good)).await;
    assert_eq!(checked.verdict, Verdict::Good, "{:?}", checked.findings);
    let [finding] = &checked.findings[..] else { panic!("{checked:?}") };
    let said = finding.said.as_ref().unwrap();
    assert_eq!((finding.origin, said.signed_by, finding.kept), (Origin::Ocsp, SignedBy::Issuer, false));

    let Verdict::Refused(Refusal::Revoked(why)) = desk.verdict(&chain(&revoked)).await else { panic!("not refused") };
    assert_eq!(why.reason, Reason::KeyCompromise);
    let Verdict::Refused(Refusal::Revoked(why)) = desk.verdict(&chain(&held)).await else { panic!("not refused") };
    assert_eq!(why.reason, Reason::CertificateHold);
    assert_eq!(desk.verdict(&chain(&unknown)).await, Verdict::Refused(Refusal::Unknown));
}

#[tokio::test]
async fn what_was_once_revoked_stays_revoked_whatever_is_said_later_and_wherever() {
    let (root, card) = authority_and_card();
    let before = std::fs::read(root.index()).unwrap();
    root.revokes(&card);
    let server = serves(Answers::of(&root));
    let chain = chain(&root, &card, responders(&[&server.url("/")]));
    let desk = Desk::new().await;
    assert!(matches!(desk.verdict(&chain).await, Verdict::Refused(Refusal::Revoked(_))));
    std::fs::write(root.index(), before).unwrap();
    for desk in [&desk, &desk.beside()] {
        let checked = desk.check(&chain).await;
        assert!(matches!(checked.verdict, Verdict::Refused(Refusal::Revoked(_))));
        assert_eq!(checked.findings[0].origin, Origin::Memory);
    }
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_certificate_on_hold_comes_back_when_its_authority_says_so() {
    let (root, card) = authority_and_card();
    let before = std::fs::read(root.index()).unwrap();
    root.revokes_because(&card, "certificateHold");
    let server = serves(Answers::of(&root));
    let chain = chain(&root, &card, responders(&[&server.url("/")]));
    let desk = Desk::new().await;
    assert!(matches!(desk.verdict(&chain).await, Verdict::Refused(Refusal::Revoked(_))));
    std::fs::write(root.index(), before).unwrap();
    assert_eq!(desk.verdict(&chain).await, Verdict::Good);
}

#[tokio::test]
async fn an_answer_of_another_authority_says_nothing() {
    let (root, card) = authority_and_card();
    // Of the same name, with another key; and of another name.
    for (other, fault) in [("Root", "not signed by the key of its issuer"), ("Stranger", "issued by another authority")]
    {
        let other = Authority::root(other);
        let server = serves(Answers::of(&root).signed_by_authority(&other));
        let checked = Desk::new().await.check(&chain(&root, &card, responders(&[&server.url("/")]))).await;
        assert!(fault_of(&checked).contains(fault), "{}", fault_of(&checked));
    }
}

#[tokio::test]
async fn an_answer_that_was_given_before_is_not_ours() {
    let (root, card) = authority_and_card();
    let old = Answers::of(&root).with(&["-nmin", "10"]).to(&request(&root, &[&card]));
    let server = Outside::http(move |_| ok(OCSP, old.clone()));
    let url = server.url("/");
    let checked = Desk::new().await.check(&chain(&root, &card, responders(&[&url]))).await;
    assert_eq!(fault_of(&checked), "its answer does not repeat the nonce of the question");
    // Where the operator says that the responder has none, it is taken.
    let without = RevocationSources { nonce: NonceDemand::Optional, ..responders(&[&url]) };
    assert_eq!(Desk::new().await.verdict(&chain(&root, &card, without)).await, Verdict::Good);
}

#[tokio::test]
async fn an_answer_with_somebody_else_s_nonce_is_refused_whatever_the_settings_say() {
    let (root, card) = authority_and_card();
    let asked = chain(&root, &card, sources());
    let subjects = asked.subjects().unwrap();
    let other = Question::new(&subjects[0], IdHash::Sha1, [7; 32], NonceDemand::Optional).unwrap();
    let replayed = Answers::of(&root).to(&other.request);
    let server = Outside::http(move |_| ok(OCSP, replayed.clone()));
    let optional = RevocationSources { nonce: NonceDemand::Optional, ..responders(&[&server.url("/")]) };
    let checked = Desk::new().await.check(&chain(&root, &card, optional)).await;
    assert_eq!(fault_of(&checked), "its answer repeats the nonce of another question");
}

#[tokio::test]
async fn an_old_answer_that_it_is_revoked_is_believed_and_one_that_it_is_good_is_not() {
    let (root, card) = authority_and_card();
    let good = Answers::of(&root).to(&request(&root, &[&card]));
    root.revokes(&card);
    let revoked = Answers::of(&root).to(&request(&root, &[&card]));
    for (answer, refusal) in [(good, None), (revoked, Some(Reason::KeyCompromise))] {
        let server = Outside::http(move |_| ok(OCSP, answer.clone()));
        let desk = Desk::at(machine_time() + 30 * DAY).await;
        let found = match desk.verdict(&chain(&root, &card, responders(&[&server.url("/")]))).await {
            Verdict::Refused(Refusal::Revoked(revoked)) => Some(revoked.reason),
            Verdict::Refused(Refusal::Unavailable) => None,
            other => panic!("{other:?}"),
        };
        assert_eq!(found, refusal);
    }
}

#[tokio::test]
async fn an_answer_about_another_certificate_and_one_that_speaks_twice_say_nothing() {
    let (root, card) = authority_and_card();
    let other = root.issues(subjects::vietnamese());
    for (about, fault) in [
        (&[&other][..], "its answer is about other certificates"),
        (&[&card, &card], "its answer speaks about the certificate more than once"),
    ] {
        let answer = Answers::of(&root).with(&["-nmin", "10"]).to(&request(&root, about));
        let server = Outside::http(move |_| ok(OCSP, answer.clone()));
        let optional = RevocationSources { nonce: NonceDemand::Optional, ..responders(&[&server.url("/")]) };
        assert_eq!(fault_of(&Desk::new().await.check(&chain(&root, &card, optional)).await), fault);
    }
    // One about both counts for the one that was asked about.
    let answer = Answers::of(&root).to(&request(&root, &[&other, &card]));
    let server = Outside::http(move |_| ok(OCSP, answer.clone()));
    let optional = RevocationSources { nonce: NonceDemand::Optional, ..responders(&[&server.url("/")]) };
    assert_eq!(Desk::new().await.verdict(&chain(&root, &card, optional)).await, Verdict::Good);
}

#[tokio::test]
async fn each_window_of_an_answer_holds_at_its_edge_and_not_beyond() {
    let (root, card) = authority_and_card();
    let dated = Answers::of(&root).with(&["-nmin", "60"]).to(&request(&root, &[&card]));
    let undated = Answers::of(&root).to(&request(&root, &[&card]));
    let chain = chain(&root, &card, sources());
    let subjects = chain.subjects().unwrap();
    let question = Question::new(&subjects[0], IdHash::Sha256, [0; 32], NonceDemand::Optional).unwrap();
    let judge = |answer: &[u8], now| question.judge(answer, now).map(|answer| answer.status);
    for (answer, has_next) in [(&dated, true), (&undated, false)] {
        let this = question.judge(answer, machine_time()).unwrap().this_update;
        let fault = |now| judge(answer, now).unwrap_err().to_string();
        assert_eq!(judge(answer, this), Ok(Status::Good));
        assert_eq!(judge(answer, this - 2 * MINUTE), Ok(Status::Good));
        assert_eq!(fault(this - 2 * MINUTE - MOMENT), "is from the future, by more than 2 minutes");
        if has_next {
            assert_eq!(judge(answer, this + 60 * MINUTE - MOMENT), Ok(Status::Good));
            assert_eq!(fault(this + 60 * MINUTE), "should have been replaced by a newer one");
        } else {
            assert_eq!(judge(answer, this + 15 * MINUTE), Ok(Status::Good));
            let stale = "is older than 15 minutes and does not say until when it holds";
            assert_eq!(fault(this + 15 * MINUTE + MOMENT), stale);
        }
    }
}

#[tokio::test]
async fn a_responder_that_knows_sha_1_alone_is_asked_so_and_remembered_for_it() {
    let (root, card) = authority_and_card();
    let answers = Answers::of(&root);
    // `unauthorized`, and nothing more: what many responders say to a hash that they do not know.
    const UNAUTHORIZED: &[u8] = &[0x30, 3, 0x0a, 1, 6];
    const SHA_1: &[u8] = &[0x06, 5, 0x2b, 0x0e, 3, 2, 0x1a];
    let server = Outside::http(move |seen| {
        let old = seen.bytes.windows(SHA_1.len()).any(|window| window == SHA_1);
        ok(OCSP, if old { answers.to(&seen.bytes) } else { UNAUTHORIZED.to_vec() })
    });
    let desk = Desk::new().await;
    let other = root.issues(subjects::vietnamese());
    for (card, requests) in [(&card, 2), (&other, 3)] {
        let chain = chain(&root, card, responders(&[&server.url("/")]));
        assert_eq!(desk.verdict(&chain).await, Verdict::Good);
        assert_eq!(server.requests(), requests);
    }
}

#[tokio::test]
async fn what_a_responder_says_unsigned_is_no_answer() {
    let (root, card) = authority_and_card();
    for (code, says) in [(1, "malformedRequest"), (2, "internalError"), (3, "tryLater"), (5, "sigRequired")] {
        let server = Outside::http(move |_| ok(OCSP, vec![0x30, 3, 0x0a, 1, code]));
        let checked = Desk::new().await.check(&chain(&root, &card, responders(&[&server.url("/")]))).await;
        assert_eq!(fault_of(&checked), format!("its answer says {says}, and nothing about the certificate"));
    }
    // A status of success with nothing after it, one that there is not, and rubbish.
    for rubbish in [&[0x30, 3, 0x0a, 1, 0][..], &[0x30, 3, 0x0a, 1, 4], b"good", b""] {
        let server = Outside::http(move |_| ok(OCSP, rubbish));
        let checked = Desk::new().await.check(&chain(&root, &card, responders(&[&server.url("/")]))).await;
        assert_eq!(fault_of(&checked), "its answer is no OCSP answer", "{rubbish:?}");
    }
    let server = Outside::http(|_| status(500));
    let checked = Desk::new().await.check(&chain(&root, &card, responders(&[&server.url("/")]))).await;
    assert_eq!(fault_of(&checked), "it did not answer with status 200");
}

#[tokio::test]
async fn an_answer_that_is_signed_with_sha_1_says_nothing() {
    let (root, card) = authority_and_card();
    let server = serves(Answers::of(&root).with(&["-rmd", "sha1"]));
    let checked = Desk::new().await.check(&chain(&root, &card, responders(&[&server.url("/")]))).await;
    assert!(fault_of(&checked).contains("SHA-1"), "{}", fault_of(&checked));
}

#[tokio::test]
async fn nobody_answers_is_refused_or_counts_for_less_where_the_authority_s_settings_say_so() {
    let (root, card) = authority_and_card();
    let desk = Desk::new().await;
    let nobody = desk.check(&chain(&root, &card, sources())).await;
    assert_eq!(nobody.verdict, Verdict::Refused(Refusal::Unavailable));
    assert_eq!(nobody.findings[0].standing, Standing::Unavailable);
    let level = AuthenticationLevel::OneFactor;
    let lenient = RevocationSources { on_unavailable: OnUnavailable::Level(level), ..sources() };
    assert_eq!(desk.verdict(&chain(&root, &card, lenient.clone())).await, Verdict::AtMost(level));
    // That it is revoked, or not known, is no silence.
    std::fs::write(root.index(), "").unwrap();
    let server = serves(Answers::of(&root));
    let lenient = RevocationSources { responders: vec![server.url("/").parse().unwrap()], ..lenient };
    assert_eq!(desk.verdict(&chain(&root, &card, lenient)).await, Verdict::Refused(Refusal::Unknown));
}

/// What a real answer and a real list become when bytes of them are changed, cut off and put in.
#[test]
fn no_bytes_make_a_reader_panic_and_no_changed_answer_is_good() {
    let (root, card) = authority_and_card();
    let delegate = root.issues(crate::support::pki::responder::delegate());
    let answer = Answers::of(&root).signed_by(&delegate).to(&request(&root, &[&card]));
    let now = machine_time();
    let list = root.list(now.seconds() - 60, now.seconds() + 86_400);
    let chain = chain(&root, &card, sources());
    let subjects = chain.subjects().unwrap();
    let question = Question::new(&subjects[0], IdHash::Sha256, [0; 32], NonceDemand::Optional).unwrap();
    assert!(question.judge(&answer, now).is_ok());
    assert!(RevocationList::read(&list, &subjects[0].issuer, now).is_ok());
    proptest!(|(
        at in any::<prop::sample::Index>(), byte in 1_u8.., cut in 0_usize..4, rubbish in prop::collection::vec(any::<u8>(), 0..64)
    )| {
        for whole in [&answer, &list] {
            let mut changed = whole.clone();
            let at = at.index(changed.len());
            changed[at] ^= byte;
            changed.truncate(whole.len() - cut);
            let judged = question.judge(&changed, now);
            // What is beside the signature, such as a certificate that nobody needs, may change.
            prop_assert!(judged.is_err() || judged.is_ok_and(|answer| answer.status == Status::Good));
            let _ = RevocationList::read(&changed, &subjects[0].issuer, now);
        }
        prop_assert_eq!(question.judge(&rubbish, now).unwrap_err(), OcspFault::Malformed);
        prop_assert!(RevocationList::read(&rubbish, &subjects[0].issuer, now).is_err());
    });
}
