//! Accounts that people had at portals before: linked by whoever has the portal's code, seen by both sides, and told to that portal
//! alone.

use std::time::Duration;

use senid::domain::account_life::Transition;
use senid::domain::audit::EventKind;
use senid::domain::ids::ClientId;
use senid::domain::proposal::Registrant;
use senid::flows::admin::duplicates::merge;
use senid::flows::admin::find_citizen::Who;
use senid::flows::admin::linked_accounts::{Counts, end, issue, list};
use serde_json::{Value, json};

use crate::support::World;
use crate::support::world::registrar::seen;
use crate::support::world::{AN, BINH, Browser, Citizen, Page, Portal, Started, TokenAnswer, on_every_backend};

const NEW: &str = "/account/linked-accounts/new";
const LIST: &str = "/account/linked-accounts";
const DAYS: Duration = Duration::from_secs(30 * 86_400);

fn id(client: &str) -> ClientId {
    client.parse().unwrap()
}

/// The portal, which may be told of the accounts that people had with it.
async fn approved(world: &World, client: &'static str) -> Portal {
    let change = |client: &mut senid::domain::client::Client| {
        client.scopes = client.scopes.union(&"linked_accounts".parse().unwrap());
    };
    world.operator().changes(client, change).await;
    world.portal(client)
}

/// What the operator is given for a file that the portal wrote: the lines behind the header.
async fn codes(world: &World, client: &str, file: &str) -> Vec<String> {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("accounts.csv");
    std::fs::write(&path, file).unwrap();
    let (admin, mut out) = (world.operator().admin().await, Vec::new());
    let Counts { issued, linked } = issue(&admin, &id(client), &path, DAYS, &mut out).await.unwrap();
    let out = String::from_utf8(out).unwrap();
    let lines: Vec<String> = out.lines().skip(1).map(str::to_owned).collect();
    assert_eq!(lines.len() as u64, issued + linked, "{out}");
    lines
}

/// A code for one account.
async fn code(world: &World, client: &str, account: &str) -> String {
    let lines = codes(world, client, &format!("account\n{account}\n")).await;
    lines[0].split(',').nth(1).unwrap().to_owned()
}

async fn looks_at(browser: &mut Browser, citizen: &Citizen, code: &str) -> Page {
    let page = citizen.enters_account(browser, NEW).await;
    browser.press(&page, "look", &[("code", code)]).await
}

/// The account is the citizen's.
async fn links(world: &World, citizen: &Citizen, code: &str) -> Browser {
    let mut browser = world.browser();
    let page = looks_at(&mut browser, citizen, code).await;
    let page = browser.press(&page, "link-confirm", &[]).await;
    assert_eq!(page.path(), LIST, "{}", page.text());
    browser
}

async fn signs_in(world: &World, portal: &Portal, citizen: &Citizen, started: &Started) -> TokenAnswer {
    let mut browser = world.browser();
    let page = browser.open(&started.url()).await;
    let code = citizen.goes_through(&mut browser, page).await.code();
    let tokens = portal.exchange(started, &code).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    tokens
}

fn singly() -> String {
    let asked = json!({ "linked_accounts": null });
    json!({ "userinfo": asked, "id_token": asked }).to_string()
}

fn ids(told: &Value) -> Vec<&str> {
    let links = told["linked_accounts"].as_array().map_or(&[][..], Vec::as_slice);
    let mut ids: Vec<&str> = links.iter().map(|link| link["id"].as_str().unwrap()).collect();
    // Those of one instant come in any order.
    ids.sort_unstable();
    ids
}

async fn linked_at(world: &World, client: &str) -> Vec<String> {
    let page = list(&world.operator().admin().await, &id(client), None, 9).await.unwrap();
    page.items.iter().map(|link| link.account.id.expose().to_owned()).collect()
}

on_every_backend! {
    async fn an_account_is_linked_by_its_code_and_both_sides_see_it(world: World) {
        let portal = approved(&world, "tax-office").await;
        let lines = codes(&world, "tax-office", "account,label\nan.nguyen.1990,An’s shop\nan-2,\n").await;
        let typed: Vec<&str> = lines.iter().map(|line| line.split(',').nth(1).unwrap()).collect();
        let mut an = world.browser();
        let page = looks_at(&mut an, &AN, typed[0]).await;
        assert!(page.text().contains("An’s shop") && !page.text().contains("an.nguyen.1990"), "{}", page.text());
        assert!(linked_at(&world, "tax-office").await.is_empty(), "looking links nothing");
        let page = an.press(&page, "link-confirm", &[]).await;
        assert!(page.path() == LIST && page.text().contains("An’s shop"), "{}", page.text());
        links(&world, &AN, &typed[1].to_lowercase()).await;
        assert_eq!(linked_at(&world, "tax-office").await.len(), 2);
        assert!(codes(&world, "tax-office", "account\nan-2\n").await[0].ends_with(",linked"));
        // By the scope at userinfo, singly in the ID token too, and by nothing where nobody asks.
        let by_scope = portal.start().with("scope", "openid linked_accounts offline_access");
        let tokens = signs_in(&world, &portal, &AN, &by_scope).await;
        assert_eq!(ids(&portal.claims(&tokens.access_token()).await), ["an-2", "an.nguyen.1990"]);
        assert!(portal.id_token(&tokens).await.get("linked_accounts").is_none());
        let by_name = portal.start().with("scope", "openid").with("claims", &singly());
        let tokens = signs_in(&world, &portal, &AN, &by_name).await;
        let told = portal.id_token(&tokens).await;
        assert_eq!(ids(&told), ["an-2", "an.nguyen.1990"]);
        assert!(told["linked_accounts"][0]["linked_at"].is_i64(), "{told}");
        let page = an.open("/account/portals").await;
        assert!(page.text().contains("the accounts you had at this portal"), "{}", page.text());
        let plain = signs_in(&world, &portal, &AN, &portal.start().with("scope", "openid profile")).await;
        assert!(portal.claims(&plain.access_token()).await.get("linked_accounts").is_none());
        // It is written down, and the citizen reads it.
        let events = world.operator().events_of(&AN).await;
        let released = events.iter().filter(|event| event.kind == Some(EventKind::DataReleased));
        assert!(released.clone().any(|event| event.details["claims"].contains("linked_accounts")));
        let page = an.open("/account/activity").await;
        assert!(page.text().contains("Linked an account"), "{}", page.text());
        let rest: String = events.iter().flat_map(|event| event.details.values().cloned()).collect();
        assert!(!rest.contains("an.nguyen") && !rest.contains("An’s shop"), "{rest}");
    }

    async fn a_portal_is_told_of_its_own_accounts_alone(world: World) {
        let (tax, library) = (approved(&world, "tax-office").await, approved(&world, "library").await);
        links(&world, &AN, &code(&world, "tax-office", "at-the-tax-office").await).await;
        links(&world, &AN, &code(&world, "library", "at-the-library").await).await;
        links(&world, &BINH, &code(&world, "library", "of-binh").await).await;
        for (portal, own) in [(&tax, "at-the-tax-office"), (&library, "at-the-library")] {
            let started = portal.start().with("scope", "openid linked_accounts").with("claims", &singly());
            let tokens = signs_in(&world, portal, &AN, &started).await;
            assert_eq!(ids(&portal.claims(&tokens.access_token()).await), [own]);
            assert_eq!(ids(&portal.id_token(&tokens).await), [own]);
        }
        let mut at_the_library = linked_at(&world, "library").await;
        at_the_library.sort_unstable();
        assert_eq!(at_the_library, ["at-the-library", "of-binh"]);
    }

    async fn a_client_that_is_not_approved_is_told_of_no_account(world: World) {
        let portal = approved(&world, "tax-office").await;
        links(&world, &AN, &code(&world, "tax-office", "4711").await).await;
        let asked = portal.start().with("scope", "openid linked_accounts offline_access").with("claims", &singly());
        let tokens = signs_in(&world, &portal, &AN, &asked).await;
        assert_eq!(ids(&portal.claims(&tokens.access_token()).await), ["4711"]);
        // Approved for other claims alone: by what was granted before, by a refresh, singly and by the scope.
        let some = |client: &mut senid::domain::client::Client| client.release.claims = Some(["name".to_owned()].into());
        world.operator().changes("tax-office", some).await;
        let refreshed = portal.refresh(&tokens.refresh_token()).await;
        let by_name = portal.start().with("scope", "openid profile").with("claims", &singly());
        let anew = signs_in(&world, &portal, &AN, &by_name).await;
        for tokens in [tokens, refreshed, anew] {
            assert!(portal.claims(&tokens.access_token()).await.get("linked_accounts").is_none());
        }
        assert_eq!(world.browser().open(&asked.url()).await.refusal().0, "invalid_scope");
        // Whoever would be told of no link gets no codes.
        let admin = world.operator().admin().await;
        let refused = issue(&admin, &id("tax-office"), "/nonexistent".as_ref(), DAYS, &mut Vec::new()).await.unwrap_err();
        assert!(refused.to_string().contains("not approved for the claim linked_accounts"), "{refused}");
    }

    async fn a_claim_that_the_person_left_out_is_not_told(world: World) {
        let portal = approved(&world, "tax-office").await;
        links(&world, &AN, &code(&world, "tax-office", "4711-of-mine").await).await;
        let started = portal.start().with("scope", "openid profile linked_accounts");
        let mut browser = world.browser();
        let page = browser.open(&started.url()).await;
        let page = AN.signs_in(&mut browser, &page).await;
        // The page says which, as its owner knows it, and not in full.
        assert!(page.text().contains("471•••••ine") && !page.text().contains("4711-of-mine"), "{}", page.text());
        let page = browser.press_without(&page, "allow", &["linked_accounts"]).await;
        let tokens = portal.exchange(&started, &page.code()).await;
        let told = portal.claims(&tokens.access_token()).await;
        assert!(told.get("linked_accounts").is_none() && told["name"] == AN.name, "{told}");
    }

    async fn a_code_links_once_whoever_has_it(world: World) {
        approved(&world, "tax-office").await;
        let code = code(&world, "tax-office", "4711").await;
        let (mut an, mut binh) = (world.browser(), world.browser());
        let (of_an, of_binh) = (looks_at(&mut an, &AN, &code).await, looks_at(&mut binh, &BINH, &code).await);
        let (one, other) =
            tokio::join!(an.press(&of_an, "link-confirm", &[]), binh.press(&of_binh, "link-confirm", &[]));
        let mut answers = [one.status.as_u16(), other.status.as_u16()];
        answers.sort_unstable();
        assert_eq!(answers, [200, 422], "{} {}", one.text(), other.text());
        assert_eq!(linked_at(&world, "tax-office").await, ["4711"]);
        let (winner, loser) = if one.status == 200 { (&mut an, &mut binh) } else { (&mut binh, &mut an) };
        for browser in [&mut *winner, &mut *loser] {
            let page = browser.open(NEW).await;
            let page = browser.press(&page, "look", &[("code", &code)]).await;
            assert!(page.status == 422 && !page.has("#link-confirm"), "{}", page.text());
        }
        // Whose it is not sees nothing of it, and ends nothing.
        let end = winner.open(LIST).await.link("a[href$='/end']");
        assert_eq!(loser.open(&end).await.status, 404);
        assert!(!loser.open(LIST).await.text().contains("•••••"));
    }

    async fn every_code_that_is_no_good_is_refused_with_the_same_words(world: World) {
        approved(&world, "tax-office").await;
        let lost = code(&world, "tax-office", "4712").await;
        code(&world, "tax-office", "4712").await;
        let raise = world.operator().issues(&AN, senid::domain::issued_code::CodeUse::Raise).await.unwrap();
        let soon = codes(&world, "tax-office", "account;expires\n4711;2027-01-15T08:05:00Z\n").await;
        let soon = soon[0].split(',').nth(1).unwrap().to_owned();
        let mut browser = world.browser();
        let in_time = looks_at(&mut browser, &AN, &soon).await;
        assert!(in_time.has("#link-confirm"), "{}", in_time.text());
        world.wait(Duration::from_secs(300));
        let mut words = std::collections::BTreeSet::new();
        let page = browser.press(&in_time, "link-confirm", &[]).await;
        assert_eq!(page.status, 422, "it has expired meanwhile");
        words.insert(page.problem());
        for wrong in [&soon, &lost, "BCDF-GHJK-LMNP-QRST-VWXZ-BCDF", "4711", &raise] {
            world.wait_for_the_next_window();
            let page = looks_at(&mut world.browser(), &AN, wrong).await;
            assert_eq!(page.status, 422, "{wrong}");
            words.insert(page.problem());
        }
        let words: Vec<String> = words.into_iter().map(|words| words.split(" Reference").next().unwrap().to_owned()).collect();
        assert!(words.iter().all(|one| *one == words[0]), "{words:?}");
        assert!(linked_at(&world, "tax-office").await.is_empty());
    }

    async fn a_code_of_a_portal_that_does_nothing_any_more_links_nothing(world: World) {
        approved(&world, "tax-office").await;
        let code = code(&world, "tax-office", "4711").await;
        let mut browser = world.browser();
        let page = looks_at(&mut browser, &AN, &code).await;
        world.operator().disables("tax-office").await;
        assert_eq!(browser.press(&page, "link-confirm", &[]).await.status, 422);
        assert_eq!(looks_at(&mut browser, &AN, &code).await.status, 422);
        assert!(linked_at(&world, "tax-office").await.is_empty());
    }

    async fn guessing_is_throttled_and_a_code_that_is_right_makes_it_no_easier(world: World) {
        approved(&world, "tax-office").await;
        let right = code(&world, "tax-office", "4711").await;
        let mut browser = world.browser();
        let page = AN.enters_account(&mut browser, NEW).await;
        let guess = "BCDF-GHJK-LMNP-QRST-VWXZ-BCDF";
        let mut statuses = Vec::new();
        for typed in [guess, guess, &right, guess, guess, &right] {
            statuses.push(browser.press(&page, "look", &[("code", typed)]).await.status.as_u16());
        }
        assert_eq!(statuses, [422, 422, 200, 422, 429, 429]);
        let mut confirm = page.form_of("look", &[("code", &right)]);
        let choice = confirm.pairs.iter_mut().find(|(name, _)| name == "choice").unwrap();
        choice.1 = "link".to_owned();
        let page = browser.submit(&page, NEW, &confirm.pairs).await;
        assert_eq!(page.status, 429, "{}", page.text());
        assert!(linked_at(&world, "tax-office").await.is_empty());
        world.wait_for_the_next_window();
        links(&world, &AN, &right).await;
    }

    async fn whoever_ends_a_link_is_told_of_no_more(world: World) {
        let portal = approved(&world, "tax-office").await;
        let mut browser = links(&world, &AN, &code(&world, "tax-office", "4711").await).await;
        let started = portal.start().with("scope", "openid linked_accounts");
        let tokens = signs_in(&world, &portal, &AN, &started).await;
        assert_eq!(ids(&portal.claims(&tokens.access_token()).await), ["4711"]);
        let page = browser.open(LIST).await;
        let page = browser.open(&page.link("a[href$='/end']")).await;
        let page = browser.press(&page, "end-confirm", &[]).await;
        assert!(page.path() == LIST && !page.has("a[href$='/end']"), "{}", page.text());
        assert!(portal.claims(&tokens.access_token()).await.get("linked_accounts").is_none());
        assert!(linked_at(&world, "tax-office").await.is_empty());
        links(&world, &BINH, &code(&world, "tax-office", "4711").await).await;
    }

    async fn a_portal_whose_code_came_into_other_hands_has_the_link_ended(world: World) {
        approved(&world, "tax-office").await;
        approved(&world, "library").await;
        let mut binh = links(&world, &BINH, &code(&world, "tax-office", "of-an").await).await;
        let admin = world.operator().admin().await;
        let link = list(&admin, &id("tax-office"), None, 9).await.unwrap().items.remove(0).id;
        let elsewhere = end(&admin, &id("library"), link, "not theirs").await.unwrap_err();
        assert_eq!(elsewhere.to_string(), format!("client library has no link {link}"));
        end(&admin, &id("tax-office"), link, "the letter was stolen").await.unwrap();
        assert!(end(&admin, &id("tax-office"), link, "twice").await.is_err());
        assert!(!binh.open(LIST).await.has("a[href$='/end']"));
        let events = world.operator().events_of(&BINH).await;
        let unlinked = events.iter().find(|event| event.kind == Some(EventKind::AccountUnlinked)).unwrap();
        assert_eq!(unlinked.details["reason"], "the letter was stolen");
        links(&world, &AN, &code(&world, "tax-office", "of-an").await).await;
    }

    async fn what_an_impostor_linked_is_not_the_owner_s(world: World) {
        approved(&world, "tax-office").await;
        links(&world, &AN, &code(&world, "tax-office", "4711").await).await;
        world.wait(Duration::from_secs(1));
        let proposal = world.registrar("lan").sees(&AN, seen(Registrant::SomebodyElse)).await.unwrap();
        world.registrar("hoa").confirms(proposal).await.unwrap();
        assert!(linked_at(&world, "tax-office").await.is_empty());
        // Whose it is links it with another code.
        links(&world, &BINH, &code(&world, "tax-office", "4711").await).await;
    }

    async fn what_a_second_entry_had_is_linked_anew_to_the_one_that_stays(world: World) {
        approved(&world, "tax-office").await;
        links(&world, &AN, &code(&world, "tax-office", "4711").await).await;
        let (operator, who) = (world.operator(), async |citizen| Who::Id(world.operator().id_of(citizen).await));
        merge(&operator.admin().await, &who(&AN).await, &who(&BINH).await, "entered twice").await.unwrap();
        assert!(linked_at(&world, "tax-office").await.is_empty());
        links(&world, &BINH, &code(&world, "tax-office", "4711").await).await;
    }

    async fn what_is_closed_tells_nothing_and_keeps_the_account_from_others(world: World) {
        let portal = approved(&world, "tax-office").await;
        links(&world, &AN, &code(&world, "tax-office", "4711").await).await;
        let started = portal.start().with("scope", "openid linked_accounts offline_access");
        let tokens = signs_in(&world, &portal, &AN, &started).await;
        world.operator().takes(&AN, Transition::Close, "asked for").await.unwrap();
        assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 401);
        assert!(codes(&world, "tax-office", "account\n4711\n").await[0].ends_with(",linked"));
    }

    async fn a_file_that_is_wrong_anywhere_makes_no_code(world: World) {
        approved(&world, "tax-office").await;
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("accounts.csv");
        let admin = world.operator().admin().await;
        for (file, sentence) in [
            ("", "header: the file is empty"),
            ("account\n", "file: there is no account in it"),
            ("account\n4711\n\n4711\n", "file: line 4, account: stands in a line before this one, too"),
            ("account,expires\n1,2026-01-01\n2,soon\n", "file: line 2, expires: has passed; file: line 3, expires: expected a day such as \
                2027-01-31, or an instant such as 2027-01-31T12:00:00Z"),
            ("account,expires\n1,2029-01-01", "file: line 2, expires: is more than 366 days ahead"),
            ("account,label\n,x", "file: line 2, account: expected 1 to 200 characters"),
            ("name\nx", "header: there is no column \"name\"; there are account, label, expires"),
        ] {
            std::fs::write(&path, file).unwrap();
            let mut out = Vec::new();
            let refused = issue(&admin, &id("tax-office"), &path, DAYS, &mut out).await.unwrap_err();
            assert!(refused.to_string().starts_with(sentence) && out.is_empty(), "{refused}");
        }
        let nobody = issue(&admin, &id("nobody"), &path, DAYS, &mut Vec::new()).await.unwrap_err();
        assert_eq!(nobody.to_string(), "there is no client nobody");
    }
}
