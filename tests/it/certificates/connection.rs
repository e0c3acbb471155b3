//! The certificate of the browser's connection: `curl` shows it to the listener, as a browser would, and a test's browser goes
//! there and back.

use std::process::Command;

use http::Method;
use senid::config::ClientCertificateHeader;
use url::Url;

use super::{card_of_an, choose, trusts, with_key};
use crate::support::World;
use crate::support::pki::{Authority, Card, Key, run, subjects};
use crate::support::world::{AN, Backend, Browser, Page, web};

async fn world(authority: &Authority) -> World {
    World::with_card_reader(Backend::embedded().await, |settings| trusts(settings, authority)).await
}

/// Where the sign-in sends the browser for its certificate.
pub(super) async fn errand(world: &World, browser: &mut Browser) -> Url {
    let page = choose(browser, &world.portal("tax-office")).await;
    let url = page.url.join(&page.link("#way-connection")).unwrap();
    let reply = browser.request(Method::GET, &url, None, &[]).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    reply.header("location").parse().unwrap()
}

/// What `curl` is told there: the status, and where it is sent.
fn shows(world: &World, errand: &Url, card: Option<&Card>) -> (u16, String) {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--output", "/dev/null", "--write-out", "%{http_code} %{redirect_url}", "--cacert"]);
    curl.arg(world.own_certificate());
    if let Some(card) = card {
        curl.arg("--cert").arg(card.chain_file()).arg("--key").arg(&card.key);
    }
    let said = String::from_utf8(run(curl.arg(errand.as_str()))).unwrap();
    let (status, url) = said.split_once(' ').unwrap();
    (status.parse().unwrap(), url.to_owned())
}

/// Goes for the certificate, and comes back.
async fn presents(world: &World, browser: &mut Browser, card: Option<&Card>) -> Page {
    let errand = errand(world, browser).await;
    let (status, back) = shows(world, &errand, card);
    assert_eq!(status, 303);
    assert!(back.starts_with(&world.issuer), "{back}");
    browser.open(&back).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_citizen_signs_in_with_the_certificate_of_the_connection_on_both_backends() {
    let authority = Authority::root("Authority");
    for backend in [Backend::embedded().await, Backend::production().await] {
        let world = World::with_card_reader(backend, |settings| trusts(settings, &authority)).await;
        let page = presents(&world, &mut world.browser(), Some(&card_of_an(&authority))).await;
        assert!(page.has("#allow"), "{}", page.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_that_is_refused_gets_a_page_and_not_a_broken_connection() {
    let (authority, stranger) = (Authority::root("Authority"), Authority::root("Stranger"));
    let world = world(&authority).await;
    let of_an = || subjects::vietnamese_of(AN.identifier);
    for (card, words) in [
        (Some(authority.issues(of_an().expired())), "expired on 14 January 2027"),
        (Some(stranger.issues(of_an())), "nobody who is trusted here"),
        (Some(authority.issues(of_an().with("extendedKeyUsage", "emailProtection"))), "not made for signing in"),
        (None, "showed no certificate"),
    ] {
        let page = presents(&world, &mut world.browser(), card.as_ref()).await;
        assert_eq!((page.status.as_u16(), page.has("#allow")), (401, false), "{words}");
        assert!(page.problem().contains(words), "{}", page.problem());
        assert!(page.has("#way-connection"), "and another try");
    }
    for key in [Key::Rsa(2048), Key::P384, Key::Ed25519] {
        let page = presents(&world, &mut world.browser(), Some(&with_key(&authority, of_an(), key))).await;
        assert!(page.has("#allow"), "{key:?}: {}", page.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_errand_is_done_once_and_in_time() {
    let authority = Authority::root("Authority");
    let world = world(&authority).await;
    let card = card_of_an(&authority);
    let mut browser = world.browser();
    let first = errand(&world, &mut browser).await;
    assert_eq!(shows(&world, &first, Some(&card)).0, 303);
    assert_eq!(shows(&world, &first, Some(&card)), (410, String::new()), "done already");
    let late = errand(&world, &mut browser).await;
    world.wait(std::time::Duration::from_secs(5 * 60));
    assert_eq!(shows(&world, &late, Some(&card)), (410, String::new()));
    let made_up = late.join("/certificate/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
    assert_eq!(shows(&world, &made_up, Some(&card)), (410, String::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_is_good_once_and_for_seconds() {
    let authority = Authority::root("Authority");
    let world = world(&authority).await;
    let card = card_of_an(&authority);
    let mut browser = world.browser();
    let (_, late) = shows(&world, &errand(&world, &mut browser).await, Some(&card));
    world.wait(std::time::Duration::from_secs(30));
    let page = browser.open(&late).await;
    assert!(page.problem().contains("took too long"), "{}", page.text());
    let (_, spent) = shows(&world, &errand(&world, &mut browser).await, None);
    assert!(browser.open(&spent).await.problem().contains("showed no certificate"));
    assert!(browser.open(&spent).await.problem().contains("was done before"));
    let without = spent.split('?').next().unwrap().to_owned();
    assert!(browser.open(&without).await.problem().contains("was done before"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_signs_in_the_browser_that_began_and_nobody_else() {
    let authority = Authority::root("Authority");
    let world = world(&authority).await;
    let card = card_of_an(&authority);
    // An attacker's sign-in, finished by a citizen who was sent the address: it turns up in the citizen's browser.
    let (mut attacker, mut citizen) = (world.browser(), world.browser());
    let lure = errand(&world, &mut attacker).await;
    let (_, back) = shows(&world, &lure, Some(&card));
    let page = citizen.open(&back).await;
    assert!(!page.has("#allow") && page.status != 200, "{}", page.text());
    // Even where they have read it off the citizen's screen: it is spent.
    let page = attacker.open(&back).await;
    assert!(page.problem().contains("was done before"), "{}", page.text());
    // The reverse: a ticket of one's own sign-in in somebody else's.
    let (_, own) = shows(&world, &errand(&world, &mut attacker).await, Some(&card));
    let victims = choose(&mut citizen, &world.portal("tax-office")).await;
    let ticket = own.split_once("ticket=").unwrap().1;
    let page = citizen.open(&format!("{}/ticket?ticket={ticket}", victims.url)).await;
    assert!(page.problem().contains("was done before") && !page.has("#allow"), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_in_a_header_is_believed_of_a_trusted_proxy_alone() {
    let authority = Authority::root("Authority");
    let card = card_of_an(&authority);
    let header = format!(":{}:", base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &card.der));
    for (trusted, words) in [("127.0.0.1/32", None), ("192.0.2.0/24", Some("showed no certificate"))] {
        let world = World::embedded_with(|settings| {
            trusts(settings, &authority);
            settings.proxies.trusted = vec![trusted.parse().unwrap()];
            settings.proxies.client_certificate = ClientCertificateHeader::ClientCert;
            settings.certificate_sign_in.public_url = Some("https://cert.id.example".parse().unwrap());
        })
        .await;
        let mut browser = world.browser();
        let errand = errand(&world, &mut browser).await;
        assert!(errand.as_str().starts_with("https://cert.id.example/certificate/"), "{errand}");
        // The proxy comes with it to the server itself.
        let reply = web::get(&world.at(errand.path()), &[("client-cert", &header)]).await;
        assert_eq!(reply.status, 303, "{}", reply.body);
        let page = browser.open(reply.header("location")).await;
        match words {
            None => assert!(page.has("#allow"), "{}", page.text()),
            Some(words) => assert!(page.problem().contains(words) && !page.has("#allow"), "{}", page.text()),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_listener_of_certificates_believes_no_header_and_has_nothing_else() {
    let authority = Authority::root("Authority");
    let world = world(&authority).await;
    let card = card_of_an(&authority);
    let header =
        format!("client-cert: :{}:", base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &card.der));
    let mut browser = world.browser();
    let errand = errand(&world, &mut browser).await;
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--output", "/dev/null", "--write-out", "%{redirect_url}", "--header", &header, "--cacert"]);
    let back = String::from_utf8(run(curl.arg(world.own_certificate()).arg(errand.as_str()))).unwrap();
    assert!(browser.open(&back).await.problem().contains("showed no certificate"));
    for path in ["/", "/authorize", "/sign-in/x", "/token", "/account"] {
        assert_eq!(shows(&world, &errand.join(path).unwrap(), Some(&card)).0, 404, "{path}");
    }
}

/// What the listener asks for, as `openssl s_client` prints it; and that a session of it is not resumed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_request_names_the_authorities_and_no_session_is_resumed() {
    let authority = Authority::root("Authority of cards");
    let world = world(&authority).await;
    let url = errand(&world, &mut world.browser()).await;
    let at = format!("localhost:{}", url.port().unwrap());
    let mut command = crate::support::pki::openssl();
    let said = run(command.args(["s_client", "-connect", &at, "-servername", "localhost"]));
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(said.contains("Acceptable client certificate CA names") && said.contains("Authority of cards"), "{said}");
    assert!(!said.contains("TLS session ticket") && !said.contains("Post-Handshake New Session Ticket"), "{said}");
}
