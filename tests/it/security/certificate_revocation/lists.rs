//! Lists of revoked certificates, and what passes for one.

use senid::flows::certificate::revocation::{Origin, Standing};

use super::*;
use crate::support::outside::status;
use crate::support::pki::{Profile, openssl, run};

/// A server that publishes this list.
fn publishes(list: Vec<u8>) -> Outside {
    Outside::http(move |_| ok(CRL, list.clone()))
}

/// Good from a minute ago until tomorrow.
fn current(authority: &Authority) -> Vec<u8> {
    let now = machine_time().seconds();
    authority.list(now - 60, now + 86_400)
}

/// As [`current`], with these extensions of the list's.
fn with_extensions(authority: &Authority, extensions: &str) -> Vec<u8> {
    let path = |kind: &str| authority.folder().join(format!("extended.{kind}"));
    let own = std::fs::read_to_string(authority.certificate().with_extension("conf")).unwrap();
    std::fs::write(path("conf"), format!("{own}\n[these]\n{extensions}\n")).unwrap();
    let mut command = openssl();
    command.args(["ca", "-config"]).arg(path("conf")).args(["-gencrl", "-crlexts", "these", "-out"]).arg(path("pem"));
    run(&mut command);
    run(openssl().arg("crl").arg("-in").arg(path("pem")).args(["-outform", "DER", "-out"]).arg(path("crl")));
    std::fs::read(path("crl")).unwrap()
}

async fn fault_with(root: &Authority, card: &Card, list: Vec<u8>) -> String {
    let server = publishes(list);
    let checked = Desk::new().await.check(&chain(root, card, lists(&[&server.url("/")]))).await;
    fault_of(&checked).to_owned()
}

#[tokio::test]
async fn a_list_says_who_is_revoked_and_who_is_not_and_is_fetched_once() {
    let (root, good) = authority_and_card();
    let (revoked, held) = (root.issues(subjects::vietnamese()), root.issues(subjects::vietnamese()));
    root.revokes(&revoked);
    root.revokes_because(&held, "certificateHold");
    let server = publishes(current(&root));
    let desk = Desk::new().await;
    let chain = |card| chain(&root, card, lists(&[&server.url("/")]));
    let checked = desk.check(&chain(&good)).await;
    assert_eq!(checked.verdict, Verdict::Good, "{:?}", checked.findings);
    assert_eq!(checked.findings[0].origin, Origin::List);
    let standing = async |card| desk.check(&chain(card)).await.findings[0].standing.as_str();
    assert_eq!((standing(&revoked).await, standing(&held).await), ("revoked", "on_hold"));
    assert_eq!(server.requests(), 1);
    assert_eq!(desk.check(&chain(&revoked)).await.findings[0].origin, Origin::Memory);
}

#[tokio::test]
async fn a_list_that_nobody_or_somebody_else_signed_says_nothing() {
    let (root, card) = authority_and_card();
    let (stranger, namesake) = (Authority::root("Stranger"), Authority::root("Root"));
    let other = "its list is signed by another authority than the one that issued the certificate";
    assert_eq!(fault_with(&root, &card, current(&stranger)).await, other);
    let fault = fault_with(&root, &card, current(&namesake)).await;
    assert!(fault.ends_with("not signed by the key of its issuer"), "{fault}");
    let mut broken = current(&root);
    *broken.last_mut().unwrap() ^= 1;
    let fault = fault_with(&root, &card, broken).await;
    assert!(fault.ends_with("not signed by the key of its issuer"), "{fault}");
    for rubbish in [&b""[..], b"-----BEGIN X509 CRL-----", &[0x30, 0]] {
        assert_eq!(
            fault_with(&root, &card, rubbish.to_vec()).await,
            "its list is no certificate revocation list of version 2"
        );
    }
    // An authority whose certificate does not let it.
    let root = Authority::root_of(Profile::authority("Root").with("keyUsage", "critical,keyCertSign"));
    let card = root.issues(subjects::vietnamese());
    let fault = "its list is signed by an authority that may not sign lists";
    assert_eq!(fault_with(&root, &card, current(&root)).await, fault);
}

#[tokio::test]
async fn each_window_of_a_list_holds_at_its_edge_and_not_beyond() {
    let (root, card) = authority_and_card();
    let this = Timestamp::from_seconds(machine_time().seconds());
    let list = root.list(this.seconds(), this.seconds() + 86_400);
    let server = publishes(list);
    let chain = chain(&root, &card, lists(&[&server.url("/")]));
    for (now, fault) in [
        (this - 2 * MINUTE, None),
        (this - 2 * MINUTE - MOMENT, Some("its list is from the future, by more than 2 minutes")),
        (this + DAY - MOMENT, None),
        (this + DAY, Some("its list should have been replaced by a newer one")),
    ] {
        let checked = Desk::at(now).await.check(&chain).await;
        match fault {
            None => assert_eq!(checked.verdict, Verdict::Good),
            Some(fault) => assert_eq!(fault_of(&checked), fault),
        }
    }
    // One that is kept ends on time, too.
    let desk = Desk::at(this + DAY - 2 * MINUTE).await;
    assert_eq!(desk.verdict(&chain).await, Verdict::Good);
    desk.clock.advance(2 * MINUTE);
    assert_eq!(desk.verdict(&chain).await, Verdict::Refused(Refusal::Unavailable));
}

#[tokio::test]
async fn an_older_list_is_not_taken_again_by_any_server() {
    let (root, card) = authority_and_card();
    let old = current(&root);
    root.revokes(&card);
    let new = current(&root);
    let other = root.issues(subjects::vietnamese());
    let server = publishes(new);
    let desk = Desk::new().await;
    let chain = chain(&root, &other, lists(&[&server.url("/")]));
    assert_eq!(desk.verdict(&chain).await, Verdict::Good);
    server.answers(move |_| ok(CRL, old.clone()));
    assert_eq!(fault_of(&desk.beside().check(&chain).await), "its list is older than one that was seen before");
    // Where there is nobody who remembers, it is in date and counts.
    assert_eq!(Desk::new().await.verdict(&chain).await, Verdict::Good);
}

#[tokio::test]
async fn a_list_about_other_certificates_says_nothing_of_this_one() {
    let (root, card) = authority_and_card();
    let scope = "its list is not about such a certificate";
    let partial = "its list holds certificates of other issuers, or of some reasons only";
    for (point, fault) in [
        ("onlyCA = TRUE", scope),
        ("onlyAA = TRUE", scope),
        ("onlysomereasons = keyCompromise", partial),
        ("indirectCRL = TRUE", partial),
        ("fullname = URI:http://crl.example/other.crl", scope),
    ] {
        let list = with_extensions(&root, &format!("issuingDistributionPoint = critical,@point\n[point]\n{point}"));
        assert_eq!(fault_with(&root, &card, list).await, fault, "{point}");
    }
    let delta = with_extensions(&root, "2.5.29.27 = critical,DER:020101");
    assert_eq!(
        fault_with(&root, &card, delta).await,
        "its list is a list of changes to another one, which is not asked for"
    );
    let unknown = with_extensions(&root, "1.2.3.4.5 = critical,DER:0500");
    assert_eq!(fault_with(&root, &card, unknown).await, "its list has a critical extension that nobody knows");
    let point = |point| format!("issuingDistributionPoint = critical,@point\n[point]\n{point}");
    let server = publishes(with_extensions(&root, &point("onlyuser = TRUE")));
    let asked = chain(&root, &card, lists(&[&server.url("/")]));
    assert_eq!(Desk::new().await.verdict(&asked).await, Verdict::Good);
    // A part of the authority's certificates, to which this one says that it belongs.
    let profile = subjects::vietnamese().with("crlDistributionPoints", "URI:http://crl.example/part.crl");
    let card = root.issues(profile);
    let server = publishes(with_extensions(&root, &point("fullname = URI:http://crl.example/part.crl")));
    let asked = chain(&root, &card, lists(&[&server.url("/")]));
    assert_eq!(Desk::new().await.verdict(&asked).await, Verdict::Good);
}

#[tokio::test]
async fn a_list_is_fetched_again_ahead_of_its_end_and_serves_to_it_where_that_fails() {
    let (root, card) = authority_and_card();
    let now = machine_time();
    let server = publishes(root.list(now.seconds(), now.seconds() + 1_200));
    let desk = Desk::at(now).await;
    let chain = chain(&root, &card, lists(&[&server.url("/")]));
    assert_eq!(desk.verdict(&chain).await, Verdict::Good);
    desk.revocation.refresh_lists().await;
    desk.clock.advance(9 * MINUTE);
    desk.revocation.refresh_lists().await;
    assert_eq!(server.requests(), 1, "not half of its time is over");
    desk.clock.advance(MINUTE);
    server.answers(|_| status(503));
    desk.revocation.refresh_lists().await;
    assert_eq!(server.requests(), 2);
    assert_eq!(desk.verdict(&chain).await, Verdict::Good, "the old one serves");
    root.revokes(&card);
    let list = root.list(now.seconds() + 600, now.seconds() + 86_400);
    server.answers(move |_| ok(CRL, list.clone()));
    desk.revocation.refresh_lists().await;
    assert_eq!(server.requests(), 3);
    desk.clock.advance(6 * MINUTE);
    let checked = desk.check(&chain).await;
    assert!(matches!(checked.findings[0].standing, Standing::Revoked(_)), "{checked:?}");
    assert_eq!(server.requests(), 3, "whoever signed in found it there");
}

#[tokio::test]
async fn authorities_on_the_way_are_looked_up_too() {
    let root = Authority::root("Root");
    let below = root.intermediate("Below");
    let card = below.issues(subjects::vietnamese());
    let of_below = publishes(current(&below));
    let of_root = publishes(current(&root));
    let both = lists(&[&of_root.url("/"), &of_below.url("/")]);
    let checked = Desk::new().await.check(&chain(&root, &card, both.clone())).await;
    assert_eq!(checked.verdict, Verdict::Good, "{:?}", checked.findings);
    assert_eq!(checked.findings.len(), 2);
    // Nobody says anything of the authority in between.
    let one = lists(&[&of_below.url("/")]);
    assert_eq!(Desk::new().await.verdict(&chain(&root, &card, one)).await, Verdict::Refused(Refusal::Unavailable));
    let authority =
        Card { certificate: below.certificate(), key: below.key(), der: below.der().to_vec(), authorities: Vec::new() };
    root.revokes_because(&authority, "CACompromise");
    let list = current(&root);
    of_root.answers(move |_| ok(CRL, list.clone()));
    let seen = of_below.requests();
    assert_eq!(Desk::new().await.verdict(&chain(&root, &card, both)).await, Verdict::Refused(Refusal::Authority));
    assert_eq!(of_below.requests(), seen, "what it says of others is worth nothing");
}
