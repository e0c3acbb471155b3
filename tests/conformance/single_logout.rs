//! A sign-out that starts at the relying party reaches it again: Back-Channel Logout 1.0, Front-Channel Logout 1.0, Session
//! Management 1.0.

use ring::digest::{SHA256, digest};
use serde_json::json;

use super::relying_party::{BASE, Outcome, RelyingParty, Variant, modules};
use crate::support::outside::{Outside, status};
use crate::support::world::web::encode;
use crate::support::world::{Browser, Page, eventually, proof};

modules! {
    async fn oidcc_backchannel_rp_initiated_logout(world: World) {
        let site = Outside::http(|_| status(200));
        let members = json!({
            "redirect_uris": [site.url("/callback")],
            "post_logout_redirect_uris": [site.url("/post_logout_redirect")],
            "backchannel_logout_uri": site.url("/backchannel_logout"),
            "backchannel_logout_session_required": true,
        });
        let party = RelyingParty::register_with(world, Variant::CODE, members).await;
        let mut browser = world.browser();
        let outcome = party.flow_of(&mut browser, &party.request()).await;
        let page = signs_out(&party, &mut browser, &outcome, &site.url("/post_logout_redirect")).await;
        assert_eq!(page.url.as_str(), format!("{}?state=st", site.url("/post_logout_redirect")));

        eventually("the relying party is told", async || site.requests() == 1).await;
        let [seen] = &site.seen()[..] else { panic!("told once") };
        assert_eq!((seen.head.method.as_str(), seen.head.uri.path()), ("POST", "/backchannel_logout"));
        let form: Vec<(String, String)> = url::form_urlencoded::parse(seen.body.as_bytes()).into_owned().collect();
        let [(name, token)] = &form[..] else { panic!("one parameter: {}", seen.body) };
        assert_eq!((name.as_str(), proof::header(token)["typ"].as_str()), ("logout_token", Some("logout+jwt")));
        let claims = proof::claims(&world.issuer, token).await;
        let id_token = outcome.claims();
        for same in ["iss", "aud", "sub", "sid"] {
            assert_eq!(claims[same], id_token[same], "{same} is the ID token's");
        }
        let now = world.app(0).clock.now().seconds();
        assert!((now - 5..=now).contains(&claims["iat"].as_i64().unwrap()), "{claims}");
        assert!((now..=now + 120).contains(&claims["exp"].as_i64().unwrap()), "{claims}");
        assert!(claims["jti"].as_str().is_some_and(|jti| !jti.is_empty()) && claims.get("nonce").is_none());
        assert_eq!(claims["events"], json!({ "http://schemas.openid.net/event/backchannel-logout": {} }));
        is_signed_out(&party, &mut browser).await;
    }

    async fn oidcc_frontchannel_rp_initiated_logout(world: World) {
        let after = format!("{BASE}/post_logout_redirect");
        let members = json!({
            "post_logout_redirect_uris": [after],
            "frontchannel_logout_uri": format!("{BASE}/frontchannel_logout"),
            "frontchannel_logout_session_required": true,
        });
        let party = RelyingParty::register_with(world, Variant::CODE, members).await;
        let mut browser = world.browser();
        let outcome = party.flow_of(&mut browser, &party.request()).await;
        let page = signs_out(&party, &mut browser, &outcome, &after).await;
        // The frame is shown first, and only then does the browser go back.
        assert_eq!(page.status, 200);
        let frame: url::Url = page.attribute("iframe", "src").parse().unwrap();
        assert_eq!(format!("{}{}", frame.origin().ascii_serialization(), frame.path()), format!("{BASE}/frontchannel_logout"));
        let query: Vec<(String, String)> = frame.query_pairs().into_owned().collect();
        let sid = outcome.claims()["sid"].as_str().unwrap();
        assert_eq!(query, [("iss".to_owned(), world.issuer.clone()), ("sid".to_owned(), sid.to_owned())]);
        assert_eq!(page.link("#continue"), format!("{after}?state=st"));
        is_signed_out(&party, &mut browser).await;
    }

    async fn oidcc_session_management_rp_initiated_logout(world: World) {
        let after = format!("{BASE}/post_logout_redirect");
        let members = json!({ "post_logout_redirect_uris": [after] });
        let party = RelyingParty::register_with(world, Variant::CODE, members).await;
        let mut browser = world.browser();
        let outcome = party.flow_of(&mut browser, &party.request()).await;
        let session_state = &outcome.answer["session_state"];
        assert!(!session_state.contains(' '), "the frame's message separates by a space (§3.1)");
        assert_eq!(frame_says(&party, session_state, &browser), "unchanged");
        signs_out(&party, &mut browser, &outcome, &after).await;
        assert_eq!(frame_says(&party, session_state, &browser), "changed");
        is_signed_out(&party, &mut browser).await;
    }
}

/// What the check-session frame answers to a page of the client's (§3.2), computed with nothing of SenID's own code. That
/// its script does the same is shown in a real browser.
fn frame_says(party: &RelyingParty<'_>, session_state: &str, browser: &Browser) -> &'static str {
    let origin = party.redirect_uri.parse::<url::Url>().unwrap().origin().ascii_serialization();
    let (hash, salt) = session_state.split_once('.').expect("a hash and its salt");
    let state = browser.cookies.get("senid-state").map_or("", String::as_str);
    let computed = digest(&SHA256, format!("{} {origin} {state} {salt}", party.member("client_id")).as_bytes());
    let computed: String = computed.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    if computed == hash { "unchanged" } else { "changed" }
}

async fn signs_out(party: &RelyingParty<'_>, browser: &mut Browser, outcome: &Outcome, after: &str) -> Page {
    let parameters =
        [("id_token_hint", outcome.token("id_token")), ("post_logout_redirect_uri", after), ("state", "st")];
    browser.open(&format!("{}?{}", party.world.at("/logout"), encode(&parameters))).await
}

async fn is_signed_out(party: &RelyingParty<'_>, browser: &mut Browser) {
    let request = party.request().with("prompt", "none");
    assert_eq!(party.sends(browser, &request).await.error(party, &request), "login_required");
}
