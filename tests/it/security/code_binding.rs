//! Authorization codes (CVE-2026-16089, CVE-2022-39222): bound to their client and redirect URI, good once and briefly.

use std::collections::HashSet;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::support::World;
use crate::support::world::{AN, on_every_backend};

use super::up_to_code;

on_every_backend! {
    async fn of_a_hundred_exchanges_at_once_one_wins_and_what_it_won_dies(world: World) {
        let portal = world.portal("tax-office");
        let (_, started, code) = up_to_code(&world, &portal, &AN).await;
        let mut exchanges = JoinSet::new();
        for _ in 0..100 {
            let (portal, started, code) = (portal.clone(), started.clone(), code.clone());
            exchanges.spawn(async move { portal.exchange(&started, &code).await });
        }
        let answers = exchanges.join_all().await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
        for answer in &lost {
            assert_eq!(answer.refused(400), "invalid_grant");
        }
        // A replay may be seen before the winner has written its grant, which then is never written.
        assert!(won.len() <= 1, "{} exchanges won", won.len());
        for tokens in &won {
            assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 401);
            assert_eq!(portal.refresh(&tokens.refresh_token()).await.refused(400), "invalid_grant");
        }
    }

    async fn a_code_that_comes_again_ends_what_it_was_exchanged_for(world: World) {
        let portal = world.portal("tax-office");
        for later in [Duration::ZERO, Duration::from_secs(30), Duration::from_secs(300)] {
            let (_, started, code) = up_to_code(&world, &portal, &AN).await;
            let tokens = portal.exchange(&started, &code).await;
            assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 200);
            world.wait(later);
            assert_eq!(portal.exchange(&started, &code).await.refused(400), "invalid_grant");
            assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 401, "after {later:?}");
            assert_eq!(portal.refresh(&tokens.refresh_token()).await.refused(400), "invalid_grant");
        }
    }
}

#[tokio::test]
async fn another_client_gets_nothing_for_a_code() {
    let world = World::embedded().await;
    let (portal, others) = (world.portal("tax-office"), ["sandbox", "library", "registry", "tax-app"]);
    for other in others.map(|other| world.portal(other)) {
        let (_, started, code) = up_to_code(&world, &portal, &AN).await;
        assert_eq!(other.token(&portal.code_form(&started, &code)).await.refused(400), "invalid_grant");
        // It was in the wrong hands: nobody gets anything for it any more.
        assert_eq!(portal.exchange(&started, &code).await.refused(400), "invalid_grant");
    }
}

#[tokio::test]
async fn a_code_is_worth_nothing_at_another_redirect_uri_or_without_one() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    for asked in ["https://tax.example/callback/", "https://evil.example/", "https://tax.example/callback?", ""] {
        let (_, started, code) = up_to_code(&world, &portal, &AN).await;
        let form: Vec<_> = portal
            .code_form(&started, &code)
            .into_iter()
            .map(|(name, value)| if name == "redirect_uri" { (name, asked) } else { (name, value) })
            .collect();
        let expected = if asked.is_empty() { "invalid_request" } else { "invalid_grant" };
        assert_eq!(portal.token(&form).await.refused(400), expected, "{asked}");
    }
}

#[tokio::test]
async fn a_code_is_over_after_a_minute_and_one_that_was_made_up_never_began() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (_, started, code) = up_to_code(&world, &portal, &AN).await;
    let changed = |at: usize| {
        let mut changed = code.clone();
        let other = if changed[at..].starts_with('A') { "B" } else { "A" };
        changed.replace_range(at..=at, other);
        changed
    };
    for forged in [
        changed(12),
        changed(40),
        changed(code.len() - 1),
        code.to_uppercase(),
        code.replace("senid_ac_", "senid_rt_"),
        code["senid_ac_".len()..].to_owned(),
        format!("{code}%00"),
        format!(" {code}"),
        format!("{code}A"),
        "senid_ac_".to_owned(),
    ] {
        assert_eq!(portal.exchange(&started, &forged).await.refused(400), "invalid_grant", "{forged}");
    }
    world.wait(Duration::from_secs(60));
    assert_eq!(portal.exchange(&started, &code).await.refused(400), "invalid_grant");
}

#[tokio::test]
async fn no_two_codes_are_alike() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (mut browser, _) = world.signed_in(&portal, &AN).await;
    let mut codes = HashSet::new();
    for _ in 0..20 {
        let code = browser.open(&portal.start().url()).await.code();
        // 256 random bits behind the grant's number.
        assert_eq!(code.len(), "senid_ac_".len() + 68);
        assert!(codes.insert(code[40..].to_owned()));
    }
}
