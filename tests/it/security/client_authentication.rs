//! Client authentication (CVE-2026-16093, CVE-2020-5300): one method, the registered one, read strictly.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};

use crate::support::World;
use crate::support::world::AN;

use super::up_to_code;

#[tokio::test]
async fn whatever_does_not_prove_the_client_is_answered_alike() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let (_, started, code) = up_to_code(&world, &portal, &AN).await;
    let code_form = portal.code_form(&started, &code);
    let basic = |id: &str, secret: &str| format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let secret = portal.registration.secret;
    let id = portal.id();

    let mut answers = Vec::new();
    for header in [
        basic(id, "wrong"),
        basic(id, ""),
        basic(id, &secret[..secret.len() - 1]),
        basic(id, &format!("{secret} ")),
        basic(id, &secret.to_uppercase()),
        basic("nobody-has-this-id", secret),
        // Another client's own secret, and a client that has none.
        basic(id, "sandbox-secret-2026"),
        basic("tax-app", ""),
    ] {
        let answer = portal.raw_token(&[("authorization", &header)], &code_form).await;
        assert_eq!(answer.refused(401), "invalid_client", "{header}");
        assert_eq!(answer.headers["www-authenticate"], "Basic realm=\"senid\"");
        answers.push(answer.body);
    }
    for more in [
        &[("client_id", id)][..],
        &[("client_id", id), ("client_secret", "wrong")],
        &[("client_id", "nobody-has-this-id"), ("client_secret", secret)],
        &[("client_id", "tax-app"), ("client_secret", "x")],
    ] {
        let form: Vec<_> = code_form.iter().chain(more).copied().collect();
        let answer = portal.raw_token(&[], &form).await;
        assert_eq!(answer.refused(401), "invalid_client", "{more:?}");
        answers.push(answer.body);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "the answers tell strangers something: {answers:?}");
    assert_eq!(portal.exchange(&started, &code).await.status, 200, "nobody who was refused has spent the code");
}

#[tokio::test]
async fn a_loosely_written_basic_header_is_refused() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let pair = format!("{}:{}", portal.id(), portal.registration.secret);
    for header in [
        format!("Basic {}", STANDARD_NO_PAD.encode(format!("{pair}x"))),
        format!("Basic\t{}", STANDARD.encode(&pair)),
        format!("Basic {}=", STANDARD.encode(&pair)),
        format!("Basic {}", URL_SAFE.encode(format!("{pair}\u{fb}\u{ff}"))),
        format!("Basic {}", STANDARD.encode(pair.replace(':', "%3A"))),
        format!("Basic {}", STANDARD.encode(format!("{pair}\0"))),
        format!("Basic {}, Basic {}", STANDARD.encode(&pair), STANDARD.encode(&pair)),
        format!("Bearer {}", STANDARD.encode(&pair)),
        "Basic".to_owned(),
        "Basic ".to_owned(),
    ] {
        let form = [("grant_type", "refresh_token"), ("refresh_token", "x")];
        let answer = portal.raw_token(&[("authorization", &header)], &form).await;
        assert_eq!(answer.refused(401), "invalid_client", "{header:?}");
    }
}

#[tokio::test]
async fn two_methods_or_two_names_in_one_request_are_refused() {
    let world = World::embedded().await;
    let (portal, form) = (world.portal("tax-office"), [("grant_type", "refresh_token"), ("refresh_token", "x")]);
    let (basic, secret) = (portal.basic(), portal.registration.secret);
    for more in [
        &[("client_id", portal.id()), ("client_secret", secret)][..],
        &[("client_id", "sandbox")],
        &[("client_secret", secret)],
        &[("client_id", portal.id()), ("client_id", portal.id())],
    ] {
        let form: Vec<_> = form.iter().chain(more).copied().collect();
        let answer = portal.raw_token(&[("authorization", &basic)], &form).await;
        assert_eq!(answer.refused(400), "invalid_request", "{more:?}");
    }
    let answer = portal.raw_token(&[("authorization", &basic), ("authorization", &basic)], &form).await;
    assert_eq!(answer.refused(400), "invalid_request");
    let assertion = [
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", "a.b."),
    ];
    let form: Vec<_> = form.iter().chain(&assertion).copied().collect();
    assert_eq!(portal.raw_token(&[], &form).await.refused(401), "invalid_client");
}
