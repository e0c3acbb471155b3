//! Owners bring their applications in on pages: registered, checked, changed and asked into production; and whoever tries to get at
//! another's.

use senid::domain::administration::Role;
use senid::domain::audit::EventKind;
use senid::domain::stage::Stage;

use crate::support::World;
use crate::support::world::staff::Staff;
use crate::support::world::{AN, BINH, CHAU, Citizen, MOT, Page, on_every_backend_with_passkeys};

const CALLBACK: &str = "https://permits.example/callback";
/// The tabs of an application that its owner has.
const TABS: [&str; 7] = ["", "/snippets", "/try-it", "/check-up", "/secrets", "/production", "/usage"];

/// What an owner types for a web application.
const WEB: [(&str, &str); 4] = [
    ("client_name", "Giấy phép xây dựng"),
    ("organisation", "Sở Xây dựng"),
    ("purpose", "cấp giấy phép"),
    ("redirect_uris", CALLBACK),
];

/// The page that an application ends on, and its id.
async fn drafts(owner: &mut Staff, kind: &str, typed: &[(&str, &str)]) -> (Page, String) {
    let form = owner.browser.open(&format!("/admin/applications/new?kind={kind}")).await;
    let made = owner.browser.press(&form, "draft", typed).await;
    assert!(made.has(".notice"), "{}", made.text());
    let id = made.link(".views a[href$='/snippets']");
    let id = id.trim_end_matches("/snippets").rsplit('/').next().unwrap().to_owned();
    (made, id)
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

on_every_backend_with_passkeys! {
    async fn an_owner_registers_an_application_that_is_theirs_at_once(world: World) {
        let mut an = world.staff(&AN, &[Role::ClientOwner]).await;
        let list = an.browser.open("/admin/applications").await;
        let kinds = an.browser.open(&list.link("#begin")).await;
        assert_eq!(kinds.count("main td a.name"), 4, "{}", kinds.text());
        let form = an.browser.open("/admin/applications/new?kind=web").await;
        // What is wrong is said beside it, all at once, and nothing that was typed is lost.
        let typed = [
            ("client_name", "Giấy phép xây dựng"),
            ("redirect_uris", "ftp://permits.example/callback"),
            ("scope", "openid national_id"),
            ("contacts", "nobody"),
            ("jwks", "{"),
        ];
        let again = an.browser.press(&form, "draft", &typed).await;
        assert_eq!(again.words("#draft-jwks-wrong").split(':').next(), Some("jwks"), "{}", again.text());
        let typed: Vec<_> = typed.into_iter().filter(|(name, _)| *name != "jwks").collect();
        let again = an.browser.press(&again, "draft", &typed).await;
        for (field, expected) in [
            ("redirect_uris", "must be https"),
            ("scope", "national_id is for the authority to approve"),
            ("contacts", "Enter at most 10 e-mail addresses"),
        ] {
            let told = again.words(&format!("#draft-{field}-wrong"));
            assert!(told.contains(expected), "{field}: {told}");
            assert_eq!(again.attribute(&format!("#draft-{field}"), "aria-invalid"), "true", "{field}");
        }
        // What the house's rules say is said in the reader's language, what a standard's rules say in English, and marked so.
        assert!(again.has("#draft-redirect_uris-wrong li[lang=en]") && !again.has("#draft-scope-wrong li[lang]"));
        an.browser.accept_language = "fr".to_owned();
        let french = an.browser.press(&again, "draft", &typed).await;
        let told = french.words("#draft-scope-wrong");
        assert!(told.contains("national_id est à approuver par l’autorité"), "{told}");
        an.browser.accept_language = "en".to_owned();
        assert_eq!(again.field("client_name"), "Giấy phép xây dựng");
        assert!(again.words("#draft-redirect_uris").contains("ftp://permits.example/callback"));
        assert!(world.operator().events_of(&AN).await.iter().all(|event| event.kind != Some(EventKind::OwnerNamed)));

        let (made, id) = drafts(&mut an, "web", &WEB).await;
        let secret = made.text();
        let secret = secret.split_whitespace().find(|word| word.starts_with("senid_cs_")).expect("its secret").to_owned();
        let client = world.operator().client(&id).await;
        assert_eq!((client.stage, client.redirect_uris), (Stage::Sandbox, vec![CALLBACK.to_owned()]));
        let kinds: Vec<_> = world.operator().events_of_client(&id).await.iter().filter_map(|event| event.kind).collect();
        assert!(kinds.contains(&EventKind::ClientDrafted) && kinds.contains(&EventKind::OwnerNamed), "{kinds:?}");
        for tab in TABS {
            let page = an.browser.open(&format!("/admin/applications/{id}{tab}")).await;
            assert_eq!(page.status, 200, "{tab}: {}", page.text());
            assert!(!page.text().contains(&secret) && !page.text().contains('⟦'), "{tab}: {}", page.text());
        }
        // It proves itself by what the page said.
        let snippets = an.browser.open(&format!("/admin/applications/{id}/snippets")).await;
        let snippet = snippets.words("#snippet-openid-client");
        assert!(snippet.contains(&id) && snippet.contains(CALLBACK), "{snippet}");
        assert!(snippets.has("#snippet-authlib") && !snippets.has("#snippet-openid-client-native"));
    }

    async fn nobody_gets_at_anothers_application_by_any_tab_or_form(world: World) {
        let mut an = world.staff(&AN, &[Role::ClientOwner]).await;
        let mut binh = world.staff(&BINH, &[Role::ClientOwner]).await;
        let (_, of_an) = drafts(&mut an, "web", &WEB).await;
        let (_, of_binh) = drafts(&mut binh, "web", &WEB).await;
        for tab in TABS {
            let page = binh.browser.open(&format!("/admin/applications/{of_an}{tab}")).await;
            assert_eq!(page.status, 403, "{tab}: {}", page.text());
            assert!(!page.text().contains("Giấy phép"), "{tab}");
        }
        assert!(!binh.browser.open("/admin/applications").await.text().contains(&of_an));
        // Their own form's token is good for their own application alone, and for that one act.
        let own = binh.browser.open(&format!("/admin/applications/{of_binh}/secrets")).await;
        let token = own.form_of("rotate", &[]);
        let csrf = token.pairs.iter().find(|(name, _)| name == "csrf").unwrap().1.clone();
        for act in ["secrets/rotate", "secrets/end-former", "check-up", "production", "production/ask"] {
            for csrf in ["", "made-up", csrf.as_str()] {
                let sent = pairs(&[("csrf", csrf), ("overlap", "0"), ("expires", "0")]);
                let page = binh.browser.submit(&own, &format!("/admin/applications/{of_an}/{act}"), &sent).await;
                assert!(page.status.as_u16() >= 400, "{act}: {}", page.text());
            }
        }
        // A role that only reads sees it, and neither changes its secret nor asks for anything.
        let mut chau = world.staff(&CHAU, &[Role::Auditor]).await;
        for (tab, expected) in [("/snippets", 200), ("/usage", 200), ("/secrets", 403), ("/production", 403)] {
            let page = chau.browser.open(&format!("/admin/applications/{of_an}{tab}")).await;
            assert_eq!(page.status, expected, "{tab}: {}", page.text());
        }
        assert_eq!(chau.browser.open("/admin/applications/new").await.status, 403);
        let kinds: Vec<_> =
            world.operator().events_of_client(&of_an).await.iter().filter_map(|event| event.kind).collect();
        for kind in [EventKind::ClientSecretRotated, EventKind::ClientCheckedUp, EventKind::ClientPromoted] {
            assert!(!kinds.contains(&kind), "{kinds:?}");
        }
        // Whoever owns nothing any more sees nothing any more.
        world.withdraws(&AN, Role::ClientOwner).await;
        assert_eq!(an.browser.open(&format!("/admin/applications/{of_an}")).await.status, 403);
    }

    async fn a_secret_is_changed_with_an_overlap_and_the_former_one_ended(world: World) {
        let mut an = world.staff(&AN, &[Role::ClientOwner]).await;
        let (_, id) = drafts(&mut an, "web", &WEB).await;
        let path = format!("/admin/applications/{id}/secrets");
        let page = an.browser.open(&path).await;
        assert!(!page.has("#end-former"));
        let rotated = an.browser.press(&page, "rotate", &[("overlap", "30"), ("expires", "90")]).await;
        assert!(rotated.text().contains("senid_cs_"), "{}", rotated.text());
        let client = world.operator().client(&id).await;
        let days = |days: u64| std::time::Duration::from_secs(days * 86_400);
        let now = client.updated_at;
        assert_eq!(client.former_secret.unwrap().until, now + days(30));
        assert_eq!(client.secret_until, Some(now + days(90)));
        // The form offers no other time, and nobody sends one.
        let odd = an.browser.press(&rotated, "rotate", &[("overlap", "3650"), ("expires", "90")]).await;
        assert!(odd.has("#problem") && !odd.text().contains("senid_cs_"), "{}", odd.text());
        let page = an.browser.open(&path).await;
        assert!(!page.text().contains("senid_cs_"), "shown once");
        let ended = an.browser.press(&page, "end-former", &[]).await;
        assert!(ended.has(".notice") && !ended.has("#end-former"), "{}", ended.text());
        assert!(world.operator().client(&id).await.former_secret.is_none());
    }

    async fn what_is_missing_is_said_and_whoever_may_brings_it_into_production(world: World) {
        let mut an = world.staff(&AN, &[Role::ClientOwner]).await;
        let (_, id) = drafts(&mut an, "web", &WEB).await;
        let path = format!("/admin/applications/{id}/check-up");
        let page = an.browser.open(&path).await;
        assert!(world.operator().events_of_client(&id).await.iter().all(|e| e.kind != Some(EventKind::ClientCheckedUp)));
        let checked = an.browser.press(&page, "check-up", &[]).await;
        assert!(checked.has("main table tbody tr"), "{}", checked.text());
        let page = an.browser.open(&format!("/admin/applications/{id}/production")).await;
        let judged = an.browser.press(&page, "judge", &[]).await;
        assert!(judged.text().contains("sandbox") && judged.has("main table tbody tr .badge"), "{}", judged.text());
        assert!(!judged.has("#ask"), "no contact and no privacy policy");
        // Nobody leaves out what the page leaves out.
        let form = judged.form_of("judge", &[]);
        let page = an.browser.submit(&judged, &format!("/admin/applications/{id}/production/ask"), &form.pairs).await;
        assert!(page.status.as_u16() >= 400, "{}", page.text());
        assert_eq!(world.operator().client(&id).await.stage, Stage::Sandbox);

        let mut whole = WEB.to_vec();
        whole.extend([("contacts", "it@permits.example"), ("policy_uri", "https://permits.example/privacy")]);
        let (_, ready) = drafts(&mut an, "web", &whole).await;
        let page = an.browser.open(&format!("/admin/applications/{ready}/production")).await;
        let judged = an.browser.press(&page, "judge", &[]).await;
        assert!(judged.has(".note") && !judged.has("#ask"), "an owner brings nothing there alone: {}", judged.text());
        world.grants(&AN, Role::Administrator).await.unwrap();
        let page = an.browser.open(&format!("/admin/applications/{ready}/production")).await;
        let judged = an.browser.press(&page, "judge", &[]).await;
        let done = an.browser.press(&judged, "ask", &[]).await;
        assert!(done.has(".notice"), "{}", done.text());
        assert_eq!(world.operator().client(&ready).await.stage, Stage::Production);
    }
}

#[tokio::test]
async fn whoever_has_to_prove_again_who_they_are_finds_what_they_typed_in_every_language() {
    let world = World::with_passkeys(crate::support::world::Backend::embedded().await).await;
    let mut an = world.staff(&AN, &[Role::ClientOwner]).await;
    let form = an.browser.open("/admin/applications/new?kind=native").await;
    world.wait(std::time::Duration::from_secs(31 * 60));
    let typed = [("client_name", "Ứng dụng \"><script>"), ("redirect_uris", "http://127.0.0.1/callback")];
    let page = an.browser.press(&form, "draft", &typed).await;
    assert!(page.path().starts_with("/sign-in/"), "{}", page.url);
    let page = an.proves(page).await;
    assert_eq!(page.path(), "/admin/applications/new");
    assert_eq!(page.field("client_name"), "Ứng dụng \"><script>");
    let (made, id) = drafts(&mut an, "native", &typed).await;
    assert!(!made.text().contains("senid_cs_"), "it keeps no secret: {}", made.text());
    for language in ["vi", "en", "fr", "ru"] {
        let mut browser = an.browser.clone().speaking(language);
        for kind in ["", "?kind=web", "?kind=single-page", "?kind=service"] {
            let page = browser.open(&format!("/admin/applications/new{kind}")).await;
            assert!(page.status == 200 && !page.text().contains('⟦'), "{language} {kind}: {}", page.text());
        }
        for tab in TABS {
            let page = browser.open(&format!("/admin/applications/{id}{tab}")).await;
            assert!(page.status == 200 && !page.text().contains('⟦'), "{language} {tab}: {}", page.text());
        }
    }
}

/// What an owner typed for an application whose people come back to SenID's own page.
async fn begins_a_trial(owner: &mut Staff, id: &str) -> (Page, String) {
    let page = owner.browser.open(&format!("/admin/applications/{id}/try-it")).await;
    let waiting = owner.browser.press(&page, "try-it", &[]).await;
    let request = waiting.words("#request");
    assert!(request.contains("/authorize?client_id="), "{}", waiting.text());
    (waiting, request)
}

fn with(request: &str, name: &str, value: &str) -> String {
    let mut url = url::Url::parse(request).unwrap();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let others = pairs.iter().filter(|(own, _)| own != name);
    url.query_pairs_mut().clear().extend_pairs(others);
    if !value.is_empty() {
        url.query_pairs_mut().append_pair(name, value);
    }
    url.to_string()
}

mod trial {
    use super::*;

    on_every_backend_with_passkeys! {
        async fn a_sign_in_is_tried_through_the_real_endpoints_and_explained(world: World) {
            let mut an = world.staff(&AN, &[Role::ClientOwner]).await;
            let (made, id) = drafts(&mut an, "web", &WEB).await;
            let text = made.text();
            let secret = text.split_whitespace().find(|word| word.starts_with("senid_cs_")).unwrap().to_owned();
            let (waiting, request) = begins_a_trial(&mut an, &id).await;
            let early = an.browser.press(&waiting, "exchange", &[("client_secret", &secret)]).await;
            assert!(early.has("#problem"), "{}", early.text());
            let back = signs_in(&world, &request, &MOT).await;
            assert!(back.has("#trial-back"), "{} {}", back.url, back.text());
            assert!(back.url.query().is_none(), "no history has the code: {}", back.url);
            let done = an.browser.press(&waiting, "exchange", &[("client_secret", &secret)]).await;
            let told = done.text();
            assert!(done.words("#token-response").contains("HTTP 200"), "{told}");
            assert!(done.words("#userinfo").contains(MOT.name), "{told}");
            assert!(!told.contains(&secret) && !done.words("#token-request").contains("client_secret="), "{told}");
            assert!(told.contains("nonce"), "the ID token is taken apart: {told}");
            // It is used up.
            let again = an.browser.press(&waiting, "exchange", &[("client_secret", &secret)]).await;
            assert_eq!(again.status, 404, "{}", again.text());
            let again = world.browser().open(&request).await;
            assert!(again.status.as_u16() >= 400 && !again.path().starts_with("/sign-in"), "{}", again.url);
            // Another secret is refused as anywhere.
            let (waiting, request) = begins_a_trial(&mut an, &id).await;
            signs_in(&world, &request, &MOT).await;
            let wrong = an.browser.press(&waiting, "exchange", &[("client_secret", "senid_cs_wrong")]).await;
            assert!(wrong.words("#token-response").contains("invalid_client"), "{}", wrong.text());
        }

        async fn its_redirect_uri_is_no_way_to_steal_a_code(world: World) {
            let mut an = world.staff(&AN, &[Role::ClientOwner]).await;
            let mut binh = world.staff(&BINH, &[Role::ClientOwner]).await;
            let (_, id) = drafts(&mut an, "web", &WEB).await;
            let (_, of_binh) = drafts(&mut binh, "web", &WEB).await;
            let (waiting, request) = begins_a_trial(&mut an, &id).await;
            // Of no other request, no other client, in no other way, and not without a trial.
            let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
            for (name, value) in [
                ("state", ""),
                ("state", "made-up"),
                ("client_id", of_binh.as_str()),
                ("client_id", "tax-office"),
                ("code_challenge", challenge),
                ("code_challenge", ""),
                ("response_mode", "form_post"),
                ("response_mode", "fragment"),
                ("redirect_uri", &format!("{}/", world.at("/admin/try-it"))),
            ] {
                let page = world.browser().open(&with(&request, name, value)).await;
                assert!(page.status.as_u16() >= 400, "{name}={value}: {} {}", page.url, page.text());
                assert!(page.text().contains("redirect_uri") || page.has("h1"), "{name}={value}: {}", page.text());
                assert!(!page.path().starts_with("/sign-in"), "{name}={value}: {}", page.url);
            }
            // Nobody real comes back with a code.
            let refused = signs_in(&world, &request, &CHAU).await;
            assert!(refused.has("#trial-back"), "{} {}", refused.url, refused.text());
            let page = an.browser.press(&waiting, "exchange", &[("client_secret", "x")]).await;
            assert!(page.text().contains("access_denied") && !page.has("#token-request"), "{}", page.text());

            let (waiting, request) = begins_a_trial(&mut an, &id).await;
            signs_in(&world, &request, &MOT).await;
            // What came back is shown to nobody but whoever began, under no other application.
            let state = waiting.path().rsplit('/').next().unwrap().to_owned();
            for path in [format!("/admin/applications/{id}/try-it/{state}"), format!("/admin/applications/{of_binh}/try-it/{state}")] {
                let page = binh.browser.open(&path).await;
                assert!([403, 404].contains(&page.status.as_u16()), "{path}: {}", page.text());
            }
            // A second answer does not take the place of the first, and one that nobody waits for is not kept.
            for state in [state.as_str(), "made-up"] {
                let forged = world.at(&format!("/admin/try-it?code=senid_ac_x&state={state}"));
                assert_eq!(world.browser().open(&forged).await.status, 404, "{state}");
            }
            // In production there is no trying.
            world.operator().changes(&id, |client| client.stage = Stage::Production).await;
            let page = an.browser.open(&format!("/admin/applications/{id}/try-it")).await;
            assert!(!page.has("#try-it"), "{}", page.text());
            let page = an.browser.press(&waiting, "exchange", &[("client_secret", "x")]).await;
            assert!(!page.has("#token-request"), "{}", page.text());
            assert!(world.browser().open(&request).await.status.as_u16() >= 400);
        }
    }
}

/// Signs in at the address that an owner was given, as somebody with a browser of their own would.
async fn signs_in(world: &World, request: &str, who: &Citizen) -> Page {
    let mut browser = world.browser();
    let page = browser.open(request).await;
    let page = who.signs_in(&mut browser, &page).await;
    match page.has("#allow") {
        true => browser.press(&page, "allow", &[]).await,
        false => page,
    }
}

#[tokio::test]
async fn what_a_developer_pasted_is_explained_for_their_own_application() {
    let world = World::with_passkeys(crate::support::world::Backend::embedded().await).await;
    let mut an = world.staff(&AN, &[Role::ClientOwner]).await;
    let (_, id) = drafts(&mut an, "web", &WEB).await;
    let path = format!("/admin/applications/{id}/try-it");
    let page = an.browser.open(&path).await;
    let pasted = format!("{}?client_id={id}&response_type=code&redirect_uri={CALLBACK}/", world.at("/authorize"));
    let told = an.browser.press(&page, "explain", &[("text", &pasted)]).await;
    assert!(told.text().contains("a slash at its end"), "{}", told.text());
    let told = an.browser.press(&page, "explain", &[("text", "\"><script>")]).await;
    assert!(told.words("#explain-text-wrong").contains("expected the address"), "{}", told.text());
    assert!(!told.has("main script"));
}
