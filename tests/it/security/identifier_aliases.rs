//! Numbers beside the national identifier: they sign in, they are never told, and one that two people have opens nothing.

use senid::flows::admin::AdminError;

use crate::support::World;
use crate::support::world::{AN, BINH, Browser, Citizen, Page, on_every_backend};

const CARD: &str = "012345678";

const fn typing(citizen: Citizen, identifier: &'static str) -> Citizen {
    Citizen { identifier, ..citizen }
}

async fn tries(world: &World, citizen: &Citizen) -> (Browser, Page) {
    let mut browser = world.browser();
    let page = browser.open(&world.portal("tax-office").start().url()).await;
    let page = citizen.signs_in(&mut browser, &page).await;
    (browser, page)
}

/// What a portal that may know the number is told of whoever signs in so.
async fn told(world: &World, citizen: &Citizen) -> serde_json::Value {
    let office = world.portal("tax-office");
    let (_, tokens) = world.signed_in(&office, citizen).await;
    let mut told = office.claims(&tokens.access_token()).await;
    told["id_token"] = office.id_token(&tokens).await;
    told
}

/// All that a page says, but for what was typed and its reference.
fn said(page: &Page) -> (u16, String) {
    let text = page.text();
    let words = text.split_whitespace().filter(|word| !word.contains('•') && word.matches('-').count() != 2);
    (page.status.as_u16(), words.collect::<Vec<_>>().join(" "))
}

fn says(done: Result<impl Sized, AdminError>) -> String {
    done.err().expect("a refusal").to_string()
}

on_every_backend! {
    async fn a_number_of_before_signs_in_and_no_portal_is_told_it(world: World) {
        const NEW: &str = "001190123459";
        let subject = told(&world, &AN).await["sub"].clone();
        world.operator().gives_a_new_number(&AN, NEW).await.unwrap();
        for typed in [AN, typing(AN, NEW)] {
            let told = told(&world, &typed).await;
            assert_eq!((&told["national_id"], &told["sub"]), (&NEW.into(), &subject), "{}", typed.identifier);
            assert!(!told.to_string().contains(AN.identifier), "{told}");
        }
        // It is theirs for good: nobody else can be entered with it, or be given it.
        assert!(says(world.operator().gives_a_new_number(&BINH, AN.identifier).await).starts_with("another citizen has"));
        assert!(says(world.operator().also_knows(&BINH, "vn", AN.identifier).await).starts_with("another citizen has"));
        // They may have it again: then it is what portals are told, and the other is one of before.
        world.operator().gives_a_new_number(&typing(AN, NEW), AN.identifier).await.unwrap();
        for typed in [AN, typing(AN, NEW)] {
            assert_eq!(told(&world, &typed).await["national_id"], AN.identifier, "{}", typed.identifier);
        }
    }

    async fn a_card_of_old_signs_in_and_is_told_to_nobody(world: World) {
        assert_eq!(tries(&world, &typing(AN, CARD)).await.1.status, 401);
        world.operator().also_knows(&AN, "vn-cmnd", CARD).await.unwrap();
        let told = told(&world, &typing(AN, "CMND 012 345 678")).await;
        assert_eq!(told["national_id"], AN.identifier);
        assert!(!told.to_string().contains(CARD), "{told}");
        let wrong = typing(Citizen { password: "not what it is at all", ..AN }, CARD);
        assert_eq!(tries(&world, &wrong).await.1.status, 401);
        world.operator().no_longer_knows(&AN, "vn-cmnd", CARD).await.unwrap();
        assert_eq!(tries(&world, &typing(AN, CARD)).await.1.status, 401);
    }

    async fn a_card_that_two_people_have_is_answered_as_one_that_nobody_has(world: World) {
        world.operator().also_knows(&AN, "vn-cmnd", CARD).await.unwrap();
        world.operator().also_knows(&BINH, "vn-cmnd", CARD).await.unwrap();
        let (_, nobody) = tries(&world, &typing(AN, "987654321")).await;
        for person in [AN, BINH] {
            let (_, page) = tries(&world, &typing(person, CARD)).await;
            assert_eq!(said(&page), said(&nobody));
        }
        // Their own numbers open their own accounts as ever.
        assert_eq!(told(&world, &BINH).await["national_id"], BINH.identifier);
        world.operator().no_longer_knows(&BINH, "vn-cmnd", CARD).await.unwrap();
        assert_eq!(told(&world, &typing(AN, CARD)).await["national_id"], AN.identifier);
    }

    async fn a_number_that_is_somebody_s_key_is_nobody_s_alias(world: World) {
        let operator = world.operator();
        assert!(says(operator.also_knows(&AN, "vn", BINH.identifier).await).starts_with("another citizen has"));
        assert!(says(operator.also_knows(&AN, "vn", AN.identifier).await).starts_with("they sign in with"));
        assert_eq!(told(&world, &BINH).await["national_id"], BINH.identifier);
        operator.also_knows(&AN, "vn-cmnd", CARD).await.unwrap();
        assert!(says(operator.also_knows(&AN, "vn-cmnd", CARD).await).starts_with("they sign in with"));
        assert!(says(operator.also_knows(&AN, "vn-cmnd", "12345").await).contains("expected 9 digits"));
        assert!(says(operator.no_longer_knows(&BINH, "vn-cmnd", CARD).await).starts_with("they do not sign in with"));
        for number in 1..16 {
            operator.also_knows(&AN, "vn-cmnd", &format!("{number:09}")).await.unwrap();
        }
        assert!(says(operator.also_knows(&AN, "vn-cmnd", "000000099").await).starts_with("they have 16"));
    }

    async fn a_number_that_was_a_mistake_finds_nobody(world: World) {
        world.operator().renumbers(&AN, "001190123459").await.unwrap();
        assert_eq!(tries(&world, &AN).await.1.status, 401);
        world.operator().gives_a_new_number(&BINH, AN.identifier).await.unwrap();
        assert_eq!(told(&world, &typing(BINH, AN.identifier)).await["national_id"], AN.identifier);
    }
}
