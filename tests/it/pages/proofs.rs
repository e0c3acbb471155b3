//! What every proof ends with, whatever the method: the flows themselves, at the moments that no page can choose.

use senid::crypto::hash::hash_secret;
use senid::crypto::random::SystemRandom;
use senid::domain::assurance::{AuthenticationLevel, Proof};
use senid::domain::audit::EventKind;
use senid::domain::credential::{Credential, CredentialKind, CredentialTraits};
use senid::domain::grant::Authentication;
use senid::domain::ids::{CredentialId, RequestId};
use senid::domain::sign_in::{SignIn, State};
use senid::domain::time::Clock;
use senid::flows::FlowError;
use senid::flows::session;
use senid::flows::sign_in;
use senid::flows::sign_in::prove::{Given, Settle, Shown, Success, succeed};
use senid::flows::throttle::KnownDevice;
use senid::flows::visitor::Visitor;
use senid::storage::Transaction;

use crate::support::World;
use crate::support::world::holdings::PASSKEY;
use crate::support::world::{AN, Browser, Page, on_every_backend_with_passkeys};

const ONE: AuthenticationLevel = AuthenticationLevel::OneFactor;
const TWO: AuthenticationLevel = AuthenticationLevel::TwoFactors;
const ESSENTIAL_TWO: &str = r#"{"id_token":{"acr":{"essential":true,"value":"urn:senid:aal:2"}}}"#;

/// What a method finds when it looks again.
struct Looked(Option<&'static str>);

#[async_trait::async_trait]
impl Settle for Looked {
    async fn settle(self: Box<Self>, _: &mut Transaction) -> Result<Option<&'static str>, FlowError> {
        Ok(self.0)
    }
}

/// The browser as the flows see it.
fn visitor(browser: &Browser) -> Visitor {
    let hashed = |name: &str| browser.cookies.get(name).map(|cookie| hash_secret(cookie.as_bytes()));
    Visitor {
        address: "127.0.0.1".parse().unwrap(),
        device_name: "Firefox on Linux".to_owned(),
        request: RequestId::new(&SystemRandom::new()),
        browser: hashed("senid-browser"),
        session: hashed("senid-session"),
        devices: Vec::new(),
    }
}

/// The sign-in whose page this is.
async fn sign_in_of(world: &World, visitor: &Visitor, page: &Page) -> SignIn {
    let id = page.path().split('/').nth(2).unwrap().parse().unwrap();
    sign_in::load(world.app(0), visitor, id).await.unwrap().unwrap()
}

async fn stored(world: &World, id: CredentialId) -> Credential {
    let an = world.operator().id_of(&AN).await;
    world.app(0).store.read().await.unwrap().credentials().find(an, id).await.unwrap().unwrap().credential
}

/// Proves `credential` in a step-up, beside the password and `beside`.
async fn proves(
    world: &World,
    (browser, page): (&Browser, &Page),
    credential: &Credential,
    beside: Vec<Proof>,
    looked: Option<&'static str>,
) -> Success {
    let visitor = visitor(browser);
    let sign_in = sign_in_of(world, &visitor, page).await;
    let State::Authenticated(by) = sign_in.state.clone() else { panic!("{sign_in:?}") };
    let proofs = beside.into_iter().fold(by.proofs.clone(), senid::domain::assurance::Proofs::with);
    let sign_in = SignIn { state: State::Authenticated(Authentication { proofs, ..by }), ..sign_in };
    let app = world.app(0);
    let an = world.operator().id_of(&AN).await;
    let citizen = app.store.read().await.unwrap().citizens().find(an).await.unwrap().unwrap();
    let given = Given::by(credential.clone(), world.clock.now());
    let shown = Shown { citizen: &citizen, given, device: KnownDevice::No };
    succeed(app, &visitor, sign_in, shown, Box::new(Looked(looked))).await.unwrap()
}

/// A browser that has proven a password, at the page that asks for more.
async fn at_a_step_up(world: &World) -> (Browser, Page) {
    let mut browser = world.browser();
    let portal = world.portal("tax-office");
    let page = browser.open(&portal.start().with("claims", ESSENTIAL_TWO).url()).await;
    let page = AN.signs_in(&mut browser, &page).await;
    assert!(page.path().ends_with("/step-up"), "{}: {}", page.url, page.text());
    (browser, page)
}

on_every_backend_with_passkeys! {
    async fn a_step_up_that_comes_too_late_leaves_the_session_as_it_was(world: World) {
        let mut first = world.browser();
        let application = world.adds_totp(&AN, &mut first).await;
        world.raises_everything(&AN).await;
        let (mut browser, page) = at_a_step_up(&world).await;
        let an = world.operator().id_of(&AN).await;
        let id = world.app(0).store.read().await.unwrap().credentials().list(an).await.unwrap()[0].credential.id;
        let totp = stored(&world, id).await;
        let before = session::list(world.app(0), an).await.unwrap();
        let ended = proves(&world, (&browser, &page), &totp, Vec::new(), Some("code_used")).await;
        assert!(matches!(ended, Success::TooLate("code_used")), "{ended:?}");
        // They are still who they were, under the same cookie, and nothing was put beside it.
        let after = session::list(world.app(0), an).await.unwrap();
        let keys = |sessions: &[session::CurrentSession]| sessions.iter().map(|own| own.key).collect::<Vec<_>>();
        assert_eq!(keys(&after), keys(&before));
        let page = browser.reload(&page).await;
        assert!(page.has("#use-totp"), "{}: {}", page.url, page.text());
        // And go on with the next code.
        world.wait(std::time::Duration::from_secs(30));
        let page = browser.press(&page, "use-totp", &[]).await;
        let page = browser.press(&page, "prove", &[("code", &application.code(&world, 0))]).await;
        assert!(page.has("#allow"), "{}: {}", page.url, page.text());
    }

    async fn whatever_is_proven_where_everything_else_reaches_more_is_raised_with_the_proof(world: World) {
        for (kind, name) in [(CredentialKind::Totp, "My app"), (CredentialKind::RecoveryCodes, "My list")] {
            let key = world.holds(&AN, "My key", CredentialKind::WebAuthn, PASSKEY, TWO).await;
            let weak = world.holds(&AN, name, kind, CredentialTraits::default(), ONE).await;
            let (browser, page) = at_a_step_up(&world).await;
            let at = (&browser, &page);
            let weak = stored(&world, weak).await;
            let vouching = vec![stored(&world, key).await.proof(world.clock.now())];
            // Found to be used up at the last moment: nothing of it is written.
            proves(&world, at, &weak, vouching.clone(), Some("code_used")).await;
            assert_eq!(stored(&world, weak.id).await.binding, ONE, "{kind}");
            // A password vouches for no more than itself.
            proves(&world, at, &weak, Vec::new(), Some("code_used")).await;
            let Success::Given(signed_in) = proves(&world, at, &weak, vouching, None).await else { panic!("{kind}") };
            assert_eq!(stored(&world, weak.id).await.binding, TWO, "{kind}");
            let State::Authenticated(by) = signed_in.sign_in.state else { panic!("{kind}") };
            let proven = by.proofs.iter().find(|proof| proof.credential == Some(weak.id)).unwrap();
            assert_eq!(proven.binding, TWO, "it counts for that in this very session");
            let events = world.operator().events_of(&AN).await;
            let raised = events.iter().filter(|event| event.kind == Some(EventKind::CredentialRaised));
            let named: Vec<&str> = raised.map(|event| event.details["name"].as_str()).collect();
            assert!(named.contains(&name), "its owner is told: {named:?}");
        }
    }

    async fn what_is_proven_beside_a_password_alone_stays_what_it_is(world: World) {
        let weak = world.holds(&AN, "My app", CredentialKind::Totp, CredentialTraits::default(), ONE).await;
        let (browser, page) = at_a_step_up(&world).await;
        let weak = stored(&world, weak).await;
        proves(&world, (&browser, &page), &weak, Vec::new(), None).await;
        assert_eq!(stored(&world, weak.id).await.binding, ONE);
        let events = world.operator().events_of(&AN).await;
        assert!(events.iter().all(|event| event.kind != Some(EventKind::CredentialRaised)));
    }
}
