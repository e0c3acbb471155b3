//! Rich authorization requests (RFC 9396): what is asked for in a structure of its own, from the request to the token.

use senid::domain::keys::SignatureAlgorithm;
use serde_json::{Value, json};

use crate::support::World;
use crate::support::world::client_keys::OwnKeys;
use crate::support::world::device::Waiting;
use crate::support::world::resources::{HEALTH, LAND, health, land, registered_for};
use crate::support::world::{AN, Browser, Page, Portal, Started, TokenAnswer, on_every_backend};

/// A portal that pays, in a world where that can be asked for.
pub async fn paying(world: &World) -> Portal {
    world.operator().knows_payments().await;
    world.operator().lets_ask_for("tax-office", &["payment", "batch"]).await;
    world.portal("tax-office")
}

/// Of An's taxes.
pub fn payment(amount: &str) -> Value {
    json!({
        "type": "payment",
        "instructedAmount": {"amount": amount, "currency": "VND"},
        "creditorName": "Kho bạc Nhà nước",
    })
}

pub fn asking(portal: &Portal, details: &Value) -> Started {
    portal.start().with("authorization_details", &details.to_string())
}

/// Signs An in, up to the question.
pub async fn asked(browser: &mut Browser, started: &Started) -> Page {
    let page = browser.open(&started.url()).await;
    if page.has("#username") { AN.signs_in(browser, &page).await } else { page }
}

async fn granted(world: &World, portal: &Portal, details: &Value) -> (Browser, Started, String) {
    let mut browser = world.browser();
    let started = asking(portal, details);
    let page = asked(&mut browser, &started).await;
    let code = AN.allows(&mut browser, &page).await.code();
    (browser, started, code)
}

fn details(tokens: &TokenAnswer) -> Value {
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    tokens.json()["authorization_details"].clone()
}

on_every_backend! {
    async fn what_was_allowed_is_in_the_answer_in_the_token_and_in_every_refreshed_one(world: World) {
        let portal = paying(&world).await;
        let all = json!([payment("1250000"), {"type": "batch", "account": "VN1"}]);
        let (_, started, code) = granted(&world, &portal, &all).await;
        let tokens = portal.exchange(&started, &code).await;
        assert_eq!(details(&tokens), all);
        assert_eq!(portal.access_token(&tokens).await["authorization_details"], all);
        let refreshed = portal.refresh(&tokens.refresh_token()).await;
        assert_eq!(details(&refreshed), all);
        assert_eq!(portal.access_token(&refreshed).await["authorization_details"], all);
    }

    async fn the_same_details_are_asked_about_every_time(world: World) {
        let portal = paying(&world).await;
        let all = json!([payment("5")]);
        let (mut browser, ..) = granted(&world, &portal, &all).await;
        let silent = asking(&portal, &all).with("prompt", "none");
        assert_eq!(browser.open(&silent.url()).await.refusal().0, "consent_required");
        let again = asked(&mut browser, &asking(&portal, &all)).await;
        assert!(again.has("#allow"), "{}", again.text());
        // What was allowed beside them needs no second question.
        assert!(browser.open(&portal.start().with("prompt", "none").url()).await.answer().contains_key("code"));
    }

    async fn a_part_of_what_was_granted_can_be_asked_for_and_never_more(world: World) {
        let portal = paying(&world).await;
        let (one, other) = (payment("5"), payment("6"));
        let (_, started, code) = granted(&world, &portal, &json!([one, other])).await;
        let part = |detail: &Value| json!([detail]).to_string();

        let narrow = part(&one);
        let mut form = portal.code_form(&started, &code);
        form.push(("authorization_details", &narrow));
        let tokens = portal.token(&form).await;
        assert_eq!(details(&tokens), json!([one]));

        let more = part(&payment("7"));
        let refused = portal.token(&[("grant_type", "refresh_token"), ("refresh_token", &tokens.refresh_token()), ("authorization_details", &more)]).await;
        let (error, sentence) = refused.refusal();
        assert_eq!(error, "invalid_authorization_details");
        assert!(sentence.starts_with("authorization_details[0] was not granted"), "{sentence}");

        // The refresh token was not spent by it, and all that was granted is still there.
        let wide = portal.refresh(&tokens.refresh_token()).await;
        assert_eq!(details(&wide), json!([one, other]));
        let narrow = part(&other);
        let again = portal.token(&[("grant_type", "refresh_token"), ("refresh_token", &wide.refresh_token()), ("authorization_details", &narrow)]).await;
        assert_eq!(details(&again), json!([other]));
    }

    async fn a_type_that_the_client_or_everyone_has_lost_is_gone_at_the_next_refresh(world: World) {
        let portal = paying(&world).await;
        let all = json!([payment("5"), {"type": "batch", "account": "VN1"}]);
        let (_, started, code) = granted(&world, &portal, &all).await;
        let tokens = portal.exchange(&started, &code).await;
        world.operator().lets_ask_for("tax-office", &["payment"]).await;
        let fewer = portal.refresh(&tokens.refresh_token()).await;
        assert_eq!(details(&fewer), json!([payment("5")]));
        world.operator().takes_out_of_use("payment").await;
        let none = portal.refresh(&fewer.refresh_token()).await;
        assert_eq!(details(&none), Value::Null);
    }

    async fn the_audit_log_tells_the_types_and_no_values(world: World) {
        let portal = paying(&world).await;
        let (_, started, code) = granted(&world, &portal, &json!([payment("1250000")])).await;
        portal.exchange(&started, &code).await;
        let events = world.operator().events_of(&AN).await;
        let told: Vec<_> = events.iter().filter_map(|event| event.details.get("authorization_details")).collect();
        assert_eq!(told, ["payment", "payment"], "the consent and the tokens");
        let everything = format!("{events:?}");
        assert!(!everything.contains("1250000") && !everything.contains("Kho bạc"), "{everything}");
    }

    async fn discovery_names_the_types_that_can_be_asked_for(world: World) {
        let told = async || world.get("/.well-known/openid-configuration").await.json()["authorization_details_types_supported"].clone();
        assert_eq!(told().await, Value::Null);
        paying(&world).await;
        crate::support::world::eventually("the server hears of the types", async || told().await == json!(["batch", "payment", "record"])).await;
        world.operator().takes_out_of_use("record").await;
        assert_eq!(told().await, json!(["batch", "payment"]));
    }

    async fn whoever_says_no_grants_nothing(world: World) {
        let portal = paying(&world).await;
        let mut browser = world.browser();
        let page = asked(&mut browser, &asking(&portal, &json!([payment("5")]))).await;
        let page = browser.press(&page, "deny", &[]).await;
        assert_eq!(page.refusal().0, "access_denied");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_is_told_to_the_client() {
    let world = World::embedded().await;
    let portal = paying(&world).await;
    let mut browser = world.browser();
    for (value, expected) in [
        ("{}".to_owned(), "authorization_details must be one JSON array"),
        ("[{}]".to_owned(), "authorization_details[0] has no type"),
        (json!([{"type": "loan"}]).to_string(), "there is no type loan"),
        (json!([{"type": "record", "parcel": "1"}]).to_string(), "this client is not registered for the type record"),
        (json!([{"type": "payment"}]).to_string(), "is a required property"),
        (json!([payment("5"), payment("five")]).to_string(), "authorization_details[1] /instructedAmount/amount value"),
        (json!([payment("5"), payment("5")]).to_string(), "authorization_details[1] is there twice"),
    ] {
        let started = portal.start().with("authorization_details", &value);
        let page = browser.open(&started.url()).await;
        let (error, sentence) = page.refusal();
        assert_eq!(error, "invalid_authorization_details", "{value}");
        assert!(sentence.contains(expected), "{value}: {sentence}");
        assert_eq!(page.answer()["state"], started.state);
    }
    let twice = asking(&portal, &json!([payment("5")])).and("authorization_details", "[]");
    assert_eq!(browser.open(&twice.url()).await.refusal().0, "invalid_request");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_pushed_is_judged_when_it_is_pushed() {
    let world = World::embedded().await;
    let portal = paying(&world).await;
    let refused = portal.push(&asking(&portal, &json!([payment("five")]))).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["error"]), (400, &json!("invalid_authorization_details")));
    let mut browser = world.browser();
    let all = json!([payment("5")]);
    let started = asking(&portal, &all);
    let page = asked(&mut browser, &portal.pushed(&started).await).await;
    let code = AN.allows(&mut browser, &page).await.code();
    assert_eq!(details(&portal.exchange(&started, &code).await), all);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn details_are_granted_through_the_token_endpoint_alone() {
    let world = World::embedded().await;
    world.operator().knows_payments().await;
    world.operator().lets_ask_for("archive", &["payment"]).await;
    world
        .operator()
        .changes("archive", |client| client.policy.front_channel_access_tokens = Some("old".to_owned()))
        .await;
    let portal = world.portal("archive");
    let mut browser = world.browser();
    for response_type in ["id_token", "code token", "none"] {
        let started = asking(&portal, &json!([payment("5")])).with("response_type", response_type);
        let (error, sentence) = browser.open(&started.url()).await.refusal();
        assert_eq!(error, "invalid_request", "{response_type}");
        assert!(sentence.starts_with("authorization_details need a response_type with a code"), "{sentence}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_is_granted_by_itself_what_is_nobodys() {
    let world = World::embedded().await;
    let portal = paying(&world).await;
    world.operator().lets_ask_by_itself("tax-office").await;
    let ask = async |value: &Value| {
        let value = value.to_string();
        portal.token(&[("grant_type", "client_credentials"), ("authorization_details", &value)]).await
    };
    let batch = json!([{"type": "batch", "account": "VN1"}]);
    let tokens = ask(&batch).await;
    assert_eq!(details(&tokens), batch);
    assert_eq!(portal.access_token(&tokens).await["authorization_details"], batch);
    let (error, sentence) = ask(&json!([payment("5")])).await.refusal();
    assert_eq!(
        (error.as_str(), sentence.as_str()),
        ("invalid_authorization_details", "authorization_details[0] nobody but a person can grant the type payment")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_request_holds_details_as_an_array() {
    let world = World::embedded().await;
    let keys = OwnKeys::new();
    let portal = paying(&world).await;
    world.operator().changes("tax-office", |client| client.keys = keys.given()).await;
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    let started = portal.start();
    let signed = |details: Value| {
        let members = started.parameters().iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
        let mut object: Value = members.collect();
        object["authorization_details"] = details;
        let token = keys.sign(SignatureAlgorithm::Es256, Some("oauth-authz-req+jwt"), &object);
        started.clone().and("request", &token)
    };
    let all = json!([payment("5")]);
    let text = browser.open(&signed(all.to_string().into()).url()).await;
    assert_eq!(text.refusal().0, "invalid_request_object");
    let page = browser.open(&signed(all.clone()).url()).await;
    assert_eq!(page.words(".sentence"), "Pay 5 VND to Kho bạc Nhà nước");
    let code = AN.allows(&mut browser, &page).await.code();
    assert_eq!(details(&portal.exchange(&started, &code).await), all);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resource_server_is_told_the_details_that_are_its_own() {
    let world = World::embedded().await;
    let portal = paying(&world).await;
    let operator = world.operator();
    operator.lets_ask_for("tax-office", &["payment", "record", "batch"]).await;
    for (mut server, types) in [(health("customs"), ["payment", "batch"]), (land("archive"), ["record", "batch"])] {
        server.authorization_details_types = types.map(str::to_owned).into();
        operator.opens(&server).await;
    }
    for resource in [HEALTH, LAND] {
        operator.changes("tax-office", registered_for(resource, "openid")).await;
    }
    let record = json!({"type": "record", "parcel": "1"});
    let batch = |place: &str| json!({"type": "batch", "account": place, "locations": [place]});
    let all = json!([payment("5"), record, batch(HEALTH), batch(LAND)]);
    let (mut browser, started, code) = granted(&world, &portal, &all).await;
    let tokens = portal.exchange(&started, &code).await;
    assert_eq!(details(&tokens), all);
    for (caller, own) in [("customs", json!([payment("5"), batch(HEALTH)])), ("archive", json!([record, batch(LAND)]))]
    {
        let told = world.portal(caller).introspection(&tokens.access_token()).await;
        assert_eq!(told["authorization_details"], own, "{caller}");
    }
    // A token for one of them carries nothing of the other's.
    let narrow = portal
        .token(&[("grant_type", "refresh_token"), ("refresh_token", &tokens.refresh_token()), ("resource", LAND)])
        .await;
    assert_eq!(details(&narrow), json!([record, batch(LAND)]));
    assert_eq!(portal.access_token(&narrow).await["authorization_details"], json!([record, batch(LAND)]));
    // Nobody is asked to allow what no resource server there understands.
    let stray = json!([{"type": "record", "parcel": "1", "locations": [HEALTH]}]);
    let (error, sentence) = browser.open(&asking(&portal, &stray).url()).await.refusal();
    assert_eq!(error, "invalid_authorization_details");
    assert!(sentence.contains("is no resource server that understands this type"), "{sentence}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_asks_for_details_and_the_person_reads_them_elsewhere() {
    let world = World::embedded().await.with_devices(&["tax-office"]).await;
    let portal = paying(&world).await;
    let all = json!([payment("5")]);
    let value = all.to_string();
    let form = [("scope", portal.registration.scope), ("authorization_details", &value)];
    let waiting = Waiting::read(&portal.asks_for_codes(&form).await);
    let mut browser = world.browser();
    let page = browser.types_code(&waiting.user_code).await;
    let page = AN.signs_in(&mut browser, &page).await;
    assert_eq!(page.words(".sentence"), "Pay 5 VND to Kho bạc Nhà nước");
    AN.allows(&mut browser, &page).await;
    assert_eq!(details(&portal.asks_with(&waiting).await), all);
    let wrong = json!([payment("five")]).to_string();
    let reply = portal.asks_for_codes(&[("scope", portal.registration.scope), ("authorization_details", &wrong)]).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["error"]), (400, &json!("invalid_authorization_details")));
}
