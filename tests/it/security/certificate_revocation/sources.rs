//! Sources that are away, slow, endless or somewhere else, and how often they are asked.

use std::sync::atomic::{AtomicBool, Ordering};

use senid::domain::audit::{EventKind, Outcome};
use senid::flows::audit::EventBuilder;
use senid::flows::certificate::revocation::Origin;
use tokio::task::JoinSet;

use super::*;
use crate::support::free_port;
use crate::support::outside::{Says, status};

fn impatient() -> config::Revocation {
    config::Revocation { time_limit: Duration::from_millis(200), ..config::Revocation::default() }
}

#[tokio::test]
async fn the_next_source_is_asked_where_one_is_away_or_lies() {
    let (root, card) = authority_and_card();
    let down = format!("http://127.0.0.1:{}/", free_port());
    let namesake = Authority::root("Root");
    let liar = serves(Answers::of(&root).signed_by_authority(&namesake));
    let honest = serves(Answers::of(&root));
    let chain = chain(&root, &card, responders(&[&down, &liar.url("/"), &honest.url("/")]));
    let checked = Desk::new().await.check(&chain).await;
    assert_eq!(checked.verdict, Verdict::Good);
    let finding = &checked.findings[0];
    let [first, second] = &finding.tried[..] else { panic!("{:?}", finding.tried) };
    assert!(first.ends_with("it could not be connected to"), "{first}");
    assert!(second.ends_with("not signed by the key of its issuer"), "{second}");
    assert_eq!(finding.origin, Origin::Ocsp);
    assert_eq!(finding.said.as_ref().unwrap().host, honest.address.to_string());
}

#[tokio::test]
async fn a_list_is_looked_into_where_no_responder_answers() {
    let (root, card) = authority_and_card();
    let down = format!("http://127.0.0.1:{}/", free_port());
    let now = machine_time().seconds();
    let list = root.list(now - 60, now + 86_400);
    let published = Outside::http(move |_| ok(CRL, list.clone()));
    let both = RevocationSources { lists: vec![published.url("/").parse().unwrap()], ..responders(&[&down]) };
    let checked = Desk::new().await.check(&chain(&root, &card, both)).await;
    assert_eq!((checked.verdict, checked.findings[0].origin), (Verdict::Good, Origin::List));
}

#[tokio::test]
async fn a_source_that_never_answers_is_given_up() {
    let (root, card) = authority_and_card();
    // Connections are taken by the system, and nobody ever reads them.
    let silent = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let desk = Desk::with(machine_time(), Limits::default(), impatient()).await;
    for sources in [responders(&[&url]), lists(&[&url])] {
        assert_eq!(fault_of(&desk.check(&chain(&root, &card, sources)).await), "it did not answer in time");
    }
}

#[tokio::test]
async fn answers_and_lists_that_are_too_long_or_of_another_kind_are_not_read() {
    let (root, card) = authority_and_card();
    let limits = Limits { longest_list: 100_000, ..Limits::default() };
    let desk = Desk::with(machine_time(), limits, config::Revocation::default()).await;
    let long = "it answered with more than is read of a document";
    let huge = Outside::http(|seen| {
        let media_type = if seen.head.uri.path() == "/crl" { CRL } else { OCSP };
        ok(media_type, vec![0x30; 100_001])
    });
    assert_eq!(fault_of(&desk.check(&chain(&root, &card, responders(&[&huge.url("/")]))).await), long);
    assert_eq!(fault_of(&desk.check(&chain(&root, &card, lists(&[&huge.url("/crl")]))).await), long);
    let page = Outside::http(|_| ok("text/html", "<p>Đăng nhập mạng Wi-Fi"));
    for (sources, expected) in [(responders(&[&page.url("/")]), OCSP), (lists(&[&page.url("/")]), CRL)] {
        let fault = format!("it answered with another media type than {expected}");
        assert_eq!(fault_of(&desk.check(&chain(&root, &card, sources)).await), fault);
    }
}

#[tokio::test]
async fn no_source_leads_inside() {
    let (root, _) = authority_and_card();
    let inside = Outside::http(|_| ok(OCSP, "inside"));
    let target = inside.url("/secret");
    let redirects = Outside::http(move |_| {
        axum::response::Response::builder()
            .status(302)
            .header("location", &target)
            .body(axum::body::Body::empty())
            .unwrap()
    });
    let plain = root.issues(subjects::vietnamese());
    let checked = Desk::new().await.check(&chain(&root, &plain, responders(&[&redirects.url("/")]))).await;
    assert_eq!(fault_of(&checked), "it answered with a redirect, which is not followed");
    // What the certificate itself names is followed where the operator says so, and never to an address inside.
    let profile = subjects::vietnamese()
        .with("authorityInfoAccess", &format!("OCSP;URI:{}", inside.url("/ocsp")))
        .with("crlDistributionPoints", &format!("URI:{}", inside.at("ca.example", "/list.crl")));
    let card = root.issues(profile);
    let own = RevocationSources { of_certificate: true, ..sources() };
    let desk = Desk::new().await;
    let clock: Arc<ManualClock> = desk.clock.clone();
    let says = Says::new(&[&["10.0.0.1"]]);
    let strict = Fetcher::new(Reach::default(), Limits::default(), says.clone(), clock.clone()).unwrap();
    let random = Arc::new(SystemRandom::new());
    let strict = Revocation::new(strict, desk.store.clone(), clock, random, config::Revocation::default());
    let checked = strict.check(&chain(&root, &card, own)).await.unwrap();
    assert_eq!(checked.verdict, Verdict::Refused(Refusal::Unavailable));
    let tried = &checked.findings[0].tried;
    assert_eq!(tried.len(), 2, "{tried:?}");
    assert!(tried.iter().all(|tried| tried.ends_with("it has a host without a public address")), "{tried:?}");
    assert_eq!((says.asked(), inside.requests()), (1, 0));
    // Else nobody is asked.
    let checked = desk.check(&chain(&root, &card, sources())).await;
    assert_eq!((checked.findings[0].tried.len(), inside.requests()), (0, 0));
}

#[tokio::test]
async fn a_certificate_s_own_sources_are_asked_after_the_operator_s_where_the_operator_says_so() {
    let root = Authority::root("Root");
    let server = serves(Answers::of(&root));
    let profile = subjects::vietnamese().with("authorityInfoAccess", &format!("OCSP;URI:{}", server.url("/")));
    let card = root.issues(profile);
    let down = format!("http://127.0.0.1:{}/", free_port());
    let own = RevocationSources { of_certificate: true, ..responders(&[&down]) };
    let checked = Desk::new().await.check(&chain(&root, &card, own)).await;
    assert_eq!((checked.verdict, checked.findings[0].tried.len()), (Verdict::Good, 1));
}

#[tokio::test]
async fn a_source_that_fails_is_left_alone_and_asked_once_when_its_time_is_over() {
    let (root, card) = authority_and_card();
    let (answers, back) = (Answers::of(&root), Arc::new(AtomicBool::new(false)));
    let is_back = back.clone();
    let server = Outside::http(move |seen| match is_back.load(Ordering::SeqCst) {
        true => ok(OCSP, answers.to(&seen.bytes)),
        false => status(502),
    });
    let chain = chain(&root, &card, responders(&[&server.url("/")]));
    let desk = Desk::new().await;
    for requests in 1..=3 {
        assert!(desk.revocation.away().is_empty());
        assert_eq!(fault_of(&desk.check(&chain).await), "it did not answer with status 200");
        assert_eq!(server.requests(), requests);
    }
    assert_eq!(desk.revocation.away(), [server.address.to_string()]);
    assert_eq!(fault_of(&desk.check(&chain).await), "it has failed several times and is left alone for now");
    desk.clock.advance(Duration::from_secs(30) - MOMENT);
    assert_eq!(fault_of(&desk.check(&chain).await), "it has failed several times and is left alone for now");
    assert_eq!(server.requests(), 3);
    desk.clock.advance(MOMENT);
    assert_eq!(fault_of(&desk.check(&chain).await), "it did not answer with status 200");
    assert_eq!(fault_of(&desk.check(&chain).await), "it has failed several times and is left alone for now");
    assert_eq!(server.requests(), 4);
    back.store(true, Ordering::SeqCst);
    desk.clock.advance(Duration::from_secs(30));
    assert_eq!(desk.verdict(&chain).await, Verdict::Good);
    assert!(desk.revocation.away().is_empty());
}

#[tokio::test]
async fn an_answer_of_the_wrong_authority_closes_no_source() {
    let (root, card) = authority_and_card();
    let stranger = Authority::root("Stranger");
    let server = serves(Answers::of(&root).signed_by_authority(&stranger));
    let chain = chain(&root, &card, responders(&[&server.url("/")]));
    let desk = Desk::new().await;
    for _ in 0..5 {
        assert_eq!(desk.verdict(&chain).await, Verdict::Refused(Refusal::Unavailable));
    }
    assert_eq!((desk.revocation.away().len(), server.requests()), (0, 5));
}

#[tokio::test]
async fn fifty_sign_ins_at_once_make_one_request() {
    let (root, card) = authority_and_card();
    let server = serves(Answers::of(&root));
    let chain = chain(&root, &card, responders(&[&server.url("/")]));
    let desk = Desk::new().await;
    let mut checks = JoinSet::new();
    for _ in 0..50 {
        let (revocation, chain) = (desk.revocation.clone(), chain.clone());
        checks.spawn(async move { revocation.check(&chain).await.unwrap().verdict });
    }
    assert!(checks.join_all().await.into_iter().all(|verdict| verdict == Verdict::Good));
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn fifty_sign_ins_at_once_make_one_request_where_it_fails_too() {
    let (root, card) = authority_and_card();
    let server = Outside::http(|_| status(502));
    let chain = chain(&root, &card, lists(&[&server.url("/")]));
    let desk = Desk::new().await;
    let mut checks = JoinSet::new();
    for _ in 0..50 {
        let (revocation, chain) = (desk.revocation.clone(), chain.clone());
        checks.spawn(async move { revocation.check(&chain).await.unwrap().verdict });
    }
    let refused = Verdict::Refused(Refusal::Unavailable);
    assert!(checks.join_all().await.into_iter().all(|verdict| verdict == refused));
    assert!(server.requests() <= 3, "{}", server.requests());
}

#[tokio::test]
async fn a_good_answer_serves_again_for_a_while_and_no_longer_than_its_authority_says() {
    let (root, card) = authority_and_card();
    // Until its authority's time is over, and until ours.
    for (minutes, serves_for) in [("1", MINUTE - Duration::from_secs(2)), ("600", 5 * MINUTE - MOMENT)] {
        let server = serves(Answers::of(&root).with(&["-nmin", minutes]));
        let chain = chain(&root, &card, responders(&[&server.url("/")]));
        let desk = Desk::new().await;
        assert_eq!(desk.verdict(&chain).await, Verdict::Good);
        desk.clock.advance(serves_for);
        let checked = desk.check(&chain).await;
        assert!(checked.verdict == Verdict::Good && checked.findings[0].kept);
        assert_eq!(server.requests(), 1);
        desk.clock.advance(Duration::from_secs(3));
        desk.check(&chain).await;
        assert_eq!(server.requests(), 2);
    }
    let server = serves(Answers::of(&root));
    let chain = chain(&root, &card, responders(&[&server.url("/")]));
    let never = config::Revocation { keep_answers: Duration::ZERO, ..config::Revocation::default() };
    let desk = Desk::with(machine_time(), Limits::default(), never).await;
    for requests in 1..=2 {
        assert_eq!(desk.verdict(&chain).await, Verdict::Good);
        assert_eq!(server.requests(), requests);
    }
}

#[tokio::test]
async fn what_was_asked_and_answered_is_kept_with_the_event_and_says_whose_it_is_to_nobody() {
    let (root, card) = authority_and_card();
    root.revokes(&card);
    let down = format!("http://127.0.0.1:{}/", free_port());
    let server = serves(Answers::of(&root));
    let desk = Desk::new().await;
    let checked = desk.check(&chain(&root, &card, responders(&[&down, &server.url("/")]))).await;
    let event = EventBuilder::new(desk.clock.now(), &SystemRandom::new(), EventKind::SignIn, Outcome::Refused);
    let details = checked.attach(event).build().details;
    let value = |name: &str| details.get(name).map(String::as_str).unwrap_or_default();
    assert_eq!((value("reason"), value("revocation"), value("revocation_source")), ("revoked", "revoked", "ocsp"));
    assert_eq!(value("revocation_reason"), "keyCompromise");
    assert_eq!(
        (value("revocation_host"), value("revocation_signed_by")),
        (server.address.to_string().as_str(), "issuer")
    );
    assert_eq!((value("revocation_answer").len(), value("revocation_certificate").len()), (43, 43));
    for time in ["revocation_produced_at", "revocation_this_update", "revoked_at"] {
        assert!(value(time).parse::<i64>().unwrap().abs_diff(desk.clock.now().seconds()) < 600, "{time}");
    }
    assert!(value("revocation_tried").starts_with("ocsp 127.0.0.1:"), "{details:?}");
    let serial = senid::crypto::certificate::parse(&card.der).unwrap().raw_serial_as_string().replace(':', "");
    assert!(details.values().all(|value| !value.contains(subjects::VIETNAMESE) && !value.contains(&serial)));
}
