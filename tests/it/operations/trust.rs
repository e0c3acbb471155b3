//! Certificates of the trust folder that end soon are seen before they do.

use senid::domain::trust::TrustedAuthority;

use crate::security::certificate_chain::policy;
use crate::support::World;
use crate::support::pki::{Authority, Profile};
use crate::support::world::{NOW, web};

const DAY: i64 = 86_400;

#[tokio::test]
async fn an_authority_that_ends_soon_is_named_and_keeps_nobody_from_serving() {
    let root = Authority::root("Root");
    let until = NOW.seconds() + 20 * DAY;
    let cards = root.intermediate_of(Profile::authority("Cards").valid(NOW.seconds() - DAY, until));
    let authority = TrustedAuthority {
        name: "national".to_owned(),
        anchor: root.der().to_vec(),
        intermediates: vec![cards.der().to_vec()],
        policy: policy(),
    };
    let world = World::embedded_with(|settings| settings.certificates.authorities = vec![authority]).await;
    let at = |path: &str| format!("http://{}{path}", world.operations(0));
    let ready = web::get(&at("/health/ready"), &[]).await;
    assert_eq!(ready.status, 200);
    let ending = &ready.json()["trust_ending"];
    assert_eq!(ending.as_array().unwrap().len(), 1, "{ending}");
    assert_eq!((&ending[0]["authority"], &ending[0]["days_left"]), (&"national".into(), &20.into()));
    assert!(ending[0]["subject"].as_str().unwrap().ends_with("CN=Cards"));
    let metrics = web::get(&at("/metrics"), &[]).await.body;
    let line =
        metrics.lines().find(|line| line.contains("trust_certificate_not_after") && line.contains("intermediate"));
    assert!(
        line.is_some_and(|line| line.contains("authority=\"national\"") && line.ends_with(&format!(" {until}"))),
        "{line:?}"
    );
}
