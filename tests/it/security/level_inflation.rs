//! Nothing counts for more than what vouches for it: what a thief enrolled with a stolen password does not become more by a code that was
//! handed over for something else.

use senid::domain::assurance::AuthenticationLevel;
use senid::domain::issued_code::CodeUse;

use crate::support::world::passkey::{enrols, has_enrolled, uses};
use crate::support::world::{AN, Backend, Citizen};
use crate::support::{Authenticator, World};

async fn bindings(world: &World, citizen: &Citizen) -> Vec<AuthenticationLevel> {
    let id = world.operator().id_of(citizen).await;
    let held = world.app(0).store.read().await.unwrap().credentials().list(id).await.unwrap();
    held.into_iter().map(|stored| stored.credential.binding).collect()
}

#[tokio::test]
async fn an_officer_s_code_to_sign_in_with_raises_nothing_and_nothing_is_enrolled_for_as_much() {
    let backend = Backend::embedded().await;
    let world = World::with_passkeys_and(backend, |settings| {
        settings.counter.enabled = true;
        settings.counter.level = AuthenticationLevel::TwoFactors;
    })
    .await;
    let mut phone = Authenticator::phone(&world.issuer);
    has_enrolled(&world, &AN, &mut phone).await;
    assert_eq!(bindings(&world, &AN).await, [AuthenticationLevel::OneFactor]);
    let code = world.operator().issues(&AN, CodeUse::Counter).await.unwrap();
    let mut browser = world.browser_at("127.0.0.9");
    // A portal that asks for more than the code shows: the passkey is used beside it.
    let claims = r#"{"id_token":{"acr":{"essential":true,"values":["phr"]}}}"#;
    let page = browser.open(&world.portal("tax-office").start().with("claims", claims).url()).await;
    let page = browser.press(&page, "use-counter-code", &[("username", AN.identifier)]).await;
    let page = browser.press(&page, "counter-login", &[("code", &code)]).await;
    assert!(page.has("#use-passkey"), "{}: {}", page.url, page.text());
    let page = browser.press(&page, "use-passkey", &[]).await;
    assert!(uses(&mut browser, &page, &mut phone).await.has("#allow"));
    assert_eq!(bindings(&world, &AN).await, [AuthenticationLevel::OneFactor], "there is another code for that");
    // Nor does what is enrolled in this session have the officer's word for it.
    let mut another = Authenticator::phone(&world.issuer);
    assert!(enrols(&mut browser, &mut another, "Another").await.has("#next-time"));
    assert_eq!(bindings(&world, &AN).await, [AuthenticationLevel::OneFactor; 2]);
}
