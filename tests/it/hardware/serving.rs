//! Citizens sign in, and what they are given is signed in the token.

use crate::support::world::proof::{header, verify};

use super::token::PIN;
use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_is_signed_in_the_token_and_verified_with_what_is_published() {
    let mut house = House::start().await;
    let refresh = house.signed_in().await;
    let tokens = house.portal.refresh(&refresh).await;
    let (id_token, jwks) = (tokens.id_token(), house.jwks().await);
    verify(&id_token, &jwks);
    verify(&tokens.access_token(), &jwks);
    let kid = header(&id_token)["kid"].as_str().unwrap().to_owned();
    // The token holds the very key, under the label that its kid gave it.
    assert!(house.token.private_keys().contains(&format!("senid ES256 {kid}")), "{:?}", house.token.private_keys());
    assert_eq!(house.places(), ["current module", "next module"]);
    assert_eq!(places(&house.senid, "RS256"), ["current module", "next module"]);
    assert_eq!(places(&house.senid, "EdDSA"), ["current module", "next module"]);
    assert_eq!(places(&house.senid, "RSA-OAEP-256"), ["current store"], "what decrypts stays in the store");
    let (status, health) = house.health().await;
    assert_eq!((status, &health["parts"]["key_module"]["state"]), (200, &"up".into()));
    let metrics = house.metrics().await;
    assert!(metrics.contains("senid_hardware_up 1\n") && metrics.contains("senid_hardware_queue 0\n"), "{metrics}");
    let counted = metrics.lines().find(|line| line.starts_with("senid_hardware_signature_duration_seconds_count"));
    assert!(counted.unwrap().rsplit(' ').next().unwrap().parse::<u64>().unwrap() >= 4, "{counted:?}");

    let Ran { out, err, code } = house.stops();
    assert_eq!(code, 0, "{err}");
    assert!(!out.contains(PIN) && !err.contains(PIN), "the PIN was written down");
    let module = house.senid.run(&["keys", "module"]).ended(0);
    assert!(module.out.starts_with("the token senid answers: serial number "), "{}", module.out);
    assert!(module.out.contains(&format!("senid ES256 {kid}\n")) && !module.out.contains(PIN));
    let settings = house.senid.run(&["check-config"]).ended(0);
    assert!(settings.out.contains("[secret]") && !settings.out.contains(PIN), "{}", settings.out);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_private_key_leaves_the_token() {
    let house = House::start().await;
    let (_, listed) = house.token.tool(&["--list-objects", "--type", "privkey"]);
    assert_eq!(listed.matches("sensitive, always sensitive, never extractable, local").count(), 6, "{listed}");
    house.senid.run(&["keys", "new-master", "--in-module"]).ended(0);
    // CKR_ATTRIBUTE_SENSITIVE; an elliptic curve's key has no exponent, and an RSA key no value (CKR_ATTRIBUTE_TYPE_INVALID).
    let answers = house.token.robbed();
    let of = |kind: &str| answers.lines().filter(|line| line.starts_with(kind)).collect::<Vec<_>>();
    assert_eq!((of("private").len(), of("secret").len()), (6, 1), "{answers}");
    assert!(answers.lines().all(|line| line.contains("=11") && !line.contains("=0")), "{answers}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_makes_the_next_key_in_the_token_and_destroys_the_one_that_is_withdrawn() {
    let house = House::start().await;
    let refresh = house.signed_in().await;
    let tokens = house.portal.refresh(&refresh).await;
    let before = header(&tokens.id_token())["kid"].as_str().unwrap().to_owned();
    house.senid.run(&["keys", "rotate", "--now", "--alg", "ES256"]).ended(0);
    assert_eq!(house.places(), ["previous module", "current module", "next module"]);
    let mut refresh = tokens.refresh_token();
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(50));
    let after = loop {
        looks.tick().await;
        let tokens = house.portal.refresh(&refresh).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        verify(&tokens.id_token(), &house.jwks().await);
        refresh = tokens.refresh_token();
        let kid = header(&tokens.id_token())["kid"].as_str().unwrap().to_owned();
        if kid != before {
            break kid;
        }
    };
    assert!(
        house.published().await.is_superset(&BTreeSet::from([before.clone(), after.clone()])),
        "both are published"
    );

    // It has leaked: what it signed is refused, and at the next turn it is in the token no more.
    let label = |kid: &str| format!("senid ES256 {kid}");
    house.senid.run(&["keys", "rotate", "--now", "--withdraw", "--alg", "ES256"]).ended(0);
    assert!(house.token.private_keys().contains(&label(&after)));
    house.senid.run(&["keys", "rotate", "--alg", "ES256"]).ended(0);
    assert!(!house.token.private_keys().contains(&label(&after)), "{:?}", house.token.private_keys());
    assert!(house.token.private_keys().contains(&label(&before)), "what it signed is accepted still");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_keys_move_into_the_token_and_back_with_an_overlap() {
    let mut house = House::start_with(Token::new(), Path::new(MODULE), &[]).await;
    assert_eq!(house.places(), ["current store", "next store"]);
    let old = house.published().await;
    house.stops();
    house.senid = std::mem::replace(&mut house.senid, Senid::new()).with(IN_MODULE.0, IN_MODULE.1);
    house.serves().await;
    assert_eq!(house.places(), ["current store", "next store"], "the setting alone moves nothing");
    house.senid.run(&["keys", "rotate", "--move"]).ended(0);
    assert_eq!(house.places(), ["current store", "next module"], "what signs goes on until portals know its successor");
    assert_eq!(places(&house.senid, "RSA-OAEP-256"), ["current store"]);
    let again = house.senid.run(&["keys", "rotate", "--move"]).ended(0);
    assert!(again.out.starts_with("every signing key is where keys.signing says, or the next one is"), "{}", again.out);
    house.senid.run(&["keys", "rotate", "--now"]).ended(0);
    assert_eq!(house.places(), ["previous store", "current module", "next module"]);
    let refresh = house.signed_in().await;
    assert!(house.portal.refresh(&refresh).await.status == 200 && !house.published().await.is_disjoint(&old));
    house.stops();

    // And back.
    house.senid = std::mem::replace(&mut house.senid, Senid::new()).with(IN_MODULE.0, "store");
    house.serves().await;
    house.senid.run(&["keys", "rotate", "--move"]).ended(0);
    assert_eq!(house.places(), ["previous store", "current module", "next store"]);
    house.senid.run(&["keys", "rotate", "--now"]).ended(0);
    assert_eq!(house.places(), ["previous store", "previous module", "current store", "next store"]);
    house.signed_in().await;
    house.stops();
    // What signs no more is verified by its public part, with no module at all.
    for variable in ["SENID_KEYS__PKCS11__MODULE", "SENID_KEYS__PKCS11__TOKEN_LABEL", "SENID_KEYS__PKCS11__PIN_FILE"] {
        house.senid = std::mem::replace(&mut house.senid, Senid::new()).with(variable, "");
    }
    house.serves().await;
    house.signed_in().await;
}
