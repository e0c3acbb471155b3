//! Signing with a telephone: a signing service of the test's own, over real HTTP, that signs with the test's authority.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use senid::config::{RemoteSigning, Settings};
use senid::crypto::hash::{HmacKey, sha256};
use senid::domain::secret::SecretString;
use serde_json::{Value, json};

use super::{card_of_an, choose, trusts, way};
use crate::support::World;
use crate::support::outside::{Outside, Seen, ok, status};
use crate::support::pki::{Authority, Card, subjects};
use crate::support::world::{AN, BINH, Browser, Page};

const SECRET: &str = "what the two of them share, and no one else";

/// What the person does with the telephone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Nothing,
    Signs,
    SignsAnother,
    Refuses,
}

struct Service {
    outside: Outside,
    answer: Arc<Mutex<Answer>>,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Service {
    fn of(card: Card) -> Self {
        let (answer, asked) = (Arc::new(Mutex::new(Answer::Nothing)), Arc::new(Mutex::new(Vec::<Value>::new())));
        let (told, heard) = (answer.clone(), asked.clone());
        let outside = Outside::http(move |seen| {
            let Some(body) = genuine(seen) else { return status(401) };
            let path = seen.head.uri.path();
            if path.ends_with("/signatures") {
                let known = body["person"]["number"] == AN.identifier;
                heard.lock().unwrap().push(body);
                let answer = if known { json!({"id": "a b/c"}) } else { json!({"unknown_person": true}) };
                return ok("application/json", answer.to_string());
            }
            assert!(path.ends_with("/signatures/a%20b%2Fc"), "{path}");
            let document = heard.lock().unwrap().last().unwrap()["document"].as_str().unwrap().to_owned();
            let answer = match *told.lock().unwrap() {
                Answer::Nothing => json!({"state": "pending"}),
                Answer::Signs => json!({"state": "signed", "signature": card.cms(&document, &[])}),
                Answer::SignsAnother => json!({"state": "signed", "signature": card.cms("another text\n", &[])}),
                Answer::Refuses => json!({"state": "refused"}),
            };
            ok("application/json", answer.to_string())
        });
        Self { outside, answer, asked }
    }

    fn tells(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    fn serves(&self, settings: &mut Settings) {
        settings.certificate_sign_in.remote = Some(RemoteSigning {
            url: self.outside.url("/v1/").parse().unwrap(),
            secret: SecretString::new(SECRET),
            clients: vec!["tax-office".parse().unwrap()],
            time: Duration::from_secs(180),
        });
    }
}

/// The body of a request that is signed as RFC 9421 says, by whoever has the secret.
fn genuine(seen: &Seen) -> Option<Value> {
    use base64::Engine;
    let base64 = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let digest = format!("sha-256=:{}:", base64(&sha256(seen.body.as_bytes())));
    let header = |name: &str| seen.head.headers.get(name)?.to_str().ok().map(str::to_owned);
    let url = format!("http://{}{}", header("host")?, seen.head.uri);
    let input = header("signature-input")?;
    let (label, parameters) = input.split_once('=')?;
    let names = parameters.strip_prefix('(')?.split_once(')')?.0;
    let mut base = String::new();
    for name in names.split(' ') {
        let value = match name {
            "\"@method\"" => "POST".to_owned(),
            "\"@target-uri\"" => url.clone(),
            "\"content-type\"" => "application/json".to_owned(),
            "\"content-digest\"" => digest.clone(),
            other => panic!("{other}"),
        };
        base.push_str(&format!("{name}: {value}\n"));
    }
    base.push_str(&format!("\"@signature-params\": {parameters}"));
    let signature = HmacKey::new(SECRET.as_bytes()).mac(&[base.as_bytes()]);
    let sound = header("signature")? == format!("{label}=:{}:", base64(&signature));
    (sound && names.contains("@method") && names.contains("content-digest") && header("content-digest")? == digest)
        .then(|| serde_json::from_str(&seen.body).unwrap())
}

async fn world(authority: &Authority, service: &Service) -> World {
    World::embedded_with(|settings| {
        trusts(settings, authority);
        service.serves(settings);
    })
    .await
}

async fn asks(world: &World, browser: &mut Browser, number: &str) -> Page {
    let page = choose(browser, &world.portal("tax-office")).await;
    let page = way(browser, &page, "remote").await;
    browser.press(&page, "ask-phone", &[("username", number)]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_citizen_signs_in_by_signing_on_a_telephone() {
    let authority = Authority::root("Authority");
    let service = Service::of(card_of_an(&authority));
    let world = world(&authority, &service).await;
    let mut browser = world.browser();
    let page = asks(&world, &mut browser, AN.identifier).await;
    let code = page.words("#control-code");
    let asked = service.asked.lock().unwrap()[0].clone();
    assert_eq!((asked["control_code"].as_str().unwrap(), code.len()), (code.as_str(), 4));
    let document = asked["document"].as_str().unwrap();
    assert!(document.starts_with("SenID sign-in\n") && document.ends_with(&format!("\nCode: {code}\n")), "{document}");
    world.wait(Duration::from_secs(3));
    let page = browser.reload(&page).await;
    assert_eq!(page.words("#control-code"), code, "still waiting");
    service.tells(Answer::Signs);
    world.wait(Duration::from_secs(3));
    let page = browser.reload(&page).await;
    assert!(page.has("#allow"), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_service_says_is_believed_as_far_as_the_signature() {
    let authority = Authority::root("Authority");
    let service = Service::of(card_of_an(&authority));
    let world = world(&authority, &service).await;
    for (answer, words) in
        [(Answer::SignsAnother, "does not fit"), (Answer::Refuses, "Nothing was signed on the phone")]
    {
        let mut browser = world.browser();
        let page = asks(&world, &mut browser, AN.identifier).await;
        service.tells(answer);
        world.wait(Duration::from_secs(3));
        let page = browser.reload(&page).await;
        assert!(page.problem().contains(words) && !page.has("#allow"), "{answer:?}: {}", page.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_tells_a_number_that_the_service_knows_from_another_one() {
    let authority = Authority::root("Authority");
    let service = Service::of(card_of_an(&authority));
    let world = world(&authority, &service).await;
    for number in [AN.identifier, BINH.identifier, "001099999999"] {
        let mut browser = world.browser();
        let page = asks(&world, &mut browser, number).await;
        assert!(page.has("#control-code"), "{number}");
        world.wait(Duration::from_secs(179));
        let page = browser.reload(&page).await;
        assert!(page.has("#control-code"), "{number}");
        world.wait(Duration::from_secs(1));
        let page = browser.reload(&page).await;
        assert!(page.problem().contains("Nothing was signed on the phone in time"), "{number}: {}", page.text());
    }
    let mut browser = world.browser();
    assert_eq!(asks(&world, &mut browser, "12").await.status, 422);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_offered_for_the_clients_that_the_operator_names_and_for_no_account() {
    let authority = Authority::root("Authority");
    let service = Service::of(card_of_an(&authority));
    let world = world(&authority, &service).await;
    let mut browser = world.browser();
    let page = choose(&mut browser, &world.portal("library")).await;
    assert!(page.has("#way-web-eid") && !page.has("#way-remote"));
    let there = browser.open(&format!("{}/remote", page.url)).await;
    assert!(!there.has("#ask-phone"), "{}", there.text());
    let page = browser.open("/account").await;
    let page = browser.press(&page, "account-sign-in", &[]).await;
    let page = browser.press(&page, "use-certificate", &[]).await;
    assert!(page.has("#way-web-eid") && !page.has("#way-remote"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_s_telephone_is_asked_without_end_and_a_service_that_is_away_says_so() {
    let authority = Authority::root("Authority");
    let service = Service::of(authority.issues(subjects::vietnamese_of(AN.identifier)));
    let world = world(&authority, &service).await;
    for _ in 0..5 {
        assert!(asks(&world, &mut world.browser(), AN.identifier).await.has("#control-code"));
    }
    let mut elsewhere = world.browser_at("127.0.0.9");
    let page = asks(&world, &mut elsewhere, AN.identifier).await;
    assert_eq!(page.status, 429, "{}", page.text());
    assert_eq!(service.asked.lock().unwrap().len(), 5);
    service.outside.answers(|_| status(500));
    let page = asks(&world, &mut elsewhere, BINH.identifier).await;
    assert_eq!(page.status, 503, "{}", page.text());
    assert!(page.problem().contains("does not answer"));
}

/// Whoever asks may be on the other side of the world, and their victim signs what a telephone shows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signature_on_a_telephone_is_never_phishing_resistant() {
    let authority = Authority::root("Authority");
    let service = Service::of(card_of_an(&authority));
    let world = world(&authority, &service).await;
    let portal = world.portal("tax-office");
    let started = portal.start().with("acr_values", "phrh phr urn:senid:aal:2");
    let mut browser = world.browser();
    let page = browser.open(&started.url()).await;
    let page = browser.press(&page, "use-certificate", &[]).await;
    let page = way(&mut browser, &page, "remote").await;
    assert!(page.text().contains("The tax office"), "who asks: {}", page.text());
    let page = browser.press(&page, "ask-phone", &[("username", AN.identifier)]).await;
    service.tells(Answer::Signs);
    world.wait(Duration::from_secs(3));
    let page = browser.reload(&page).await;
    let answered = AN.goes_through(&mut browser, page).await;
    let told = portal.id_token(&portal.exchange(&started, &answered.code()).await).await;
    assert_eq!(told["acr"], "urn:senid:aal:2", "{told}");
}
