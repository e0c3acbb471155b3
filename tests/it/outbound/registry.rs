//! A population registry is believed when it shows its certificate, is shown ours, and signs an answer to this very question about
//! this very person; and in no other case.

use std::sync::Arc;
use std::time::Duration;

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use senid::config::StatementKeys;
use senid::crypto::random::SystemRandom;
use senid::demo::registry::{Manner, Papers};
use senid::domain::national_id::{NationalId, Scheme};
use senid::domain::registry::{
    Agreement, Claimed, Field, NoAnswer, PopulationRegistry, Question, Reply, Rules, Standing,
};
use senid::domain::time::ManualClock;
use senid::outbound::{Fetcher, Identity, Limits, Reach, RegistryAt, RegistryKeys, RegistryOverHttp, SystemResolver};
use serde_json::json;

use crate::support::registry::{HOA, KHANH, Known, Registry};
use crate::support::world::NOW;

const US: &str = "https://id.example.gov";
/// Long enough for an answer on the loopback, and short for whoever waits for one that does not come.
const LIMIT: Duration = Duration::from_secs(2);

struct House {
    registry: Registry,
    clock: Arc<ManualClock>,
}

impl House {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::at(NOW));
        Self { registry: Registry::start(&[HOA.record(), KHANH.record()], clock.clone()), clock }
    }

    /// SenID, that asks it with these papers.
    fn asks_as(&self, identity: Identity, keys: RegistryKeys) -> RegistryOverHttp {
        let reach = Reach { loopback: true, ..Reach::default() };
        let fetcher = Fetcher::new(reach, Limits::default(), Arc::new(SystemResolver), self.clock.clone()).unwrap();
        let at = RegistryAt {
            url: self.registry.settings.url.clone(),
            issuer: self.registry.settings.issuer.clone(),
            audience: US.to_owned(),
        };
        RegistryOverHttp::new(fetcher.presenting(identity, LIMIT).unwrap(), at, keys, Arc::new(SystemRandom::new()))
    }

    fn asks(&self) -> RegistryOverHttp {
        self.asks_as(self.identity(), self.published())
    }

    fn identity(&self) -> Identity {
        let settings = &self.registry.settings;
        Identity {
            chain: vec![CertificateDer::from_pem_file(&settings.client.certificate).unwrap()],
            key: PrivateKeyDer::from_pem_file(&settings.client.key).unwrap(),
            anchors: settings.trust_anchors.clone(),
        }
    }

    fn published(&self) -> RegistryKeys {
        let StatementKeys::Published(uri) = &self.registry.settings.keys else { panic!("published") };
        RegistryKeys::published(uri.clone())
    }
}

fn says(who: &Known) -> Claimed {
    Claimed {
        person: NationalId::parse(Scheme::Vn, who.number).unwrap(),
        name: who.name.to_owned(),
        birthdate: who.birthdate.parse().unwrap(),
    }
}

async fn ask(registry: &RegistryOverHttp, who: &Known) -> Result<Reply, NoAnswer> {
    registry.ask(Question::Registration(&says(who))).await
}

#[tokio::test]
async fn whoever_is_in_the_registry_is_found_with_evidence() {
    let house = House::new();
    let asks = house.asks();
    let reply = ask(&asks, &HOA).await.unwrap();
    let record = reply.record.unwrap();
    assert_eq!(Rules::default().judge(&says(&HOA), &record), Agreement::Agrees);
    assert_eq!((record.reference.as_str(), record.contacts.len()), ("HT-004567", 2));
    assert_eq!(reply.evidence.registry, house.registry.settings.issuer);
    assert_eq!(reply.evidence.answered_at.seconds(), NOW.seconds());
    let other = Claimed { name: "Đỗ Thị Hóa".to_owned(), ..says(&HOA) };
    assert_eq!(Rules::default().judge(&other, &record), Agreement::Differs(Field::Name));

    let nobody = Known { number: "001192004568", ..HOA };
    assert_eq!(ask(&asks, &nobody).await.unwrap().record, None);

    let asked = house.registry.stand_in.asked();
    assert_eq!((&asked[0]["audience"], &asked[0]["claimed"]["name"]), (&json!(US), &json!(HOA.name)));
    assert_ne!(asked[0]["nonce"], asked[1]["nonce"]);
}

#[tokio::test]
async fn what_has_become_of_somebody_is_asked_by_their_number_alone() {
    let house = House::new();
    let asks = house.asks();
    let standing = async || {
        let person = says(&HOA).person;
        asks.ask(Question::Recheck(&person)).await.unwrap().record.unwrap().standing
    };
    assert_eq!(standing().await, Standing::Alive);
    assert!(house.registry.stand_in.asked()[0].get("claimed").is_none());
    house.registry.stand_in.changes(HOA.number, &json!({ "standing": "deceased", "deceased_on": "2026-03-01" }));
    assert_eq!(standing().await, Standing::Deceased { on: Some("2026-03-01".parse().unwrap()) });
    let now = json!({ "scheme": "vn", "number": "001192009999" });
    house.registry.stand_in.changes(HOA.number, &json!({ "standing": "renumbered", "now": now }));
    let now = NationalId::parse(Scheme::Vn, "001192009999").unwrap();
    assert_eq!(standing().await, Standing::Renumbered(now));
}

#[tokio::test]
async fn what_is_not_its_answer_to_this_question_about_this_person_is_not_believed() {
    let house = House::new();
    let asks = house.asks();
    // There is an answer that could be given again.
    ask(&asks, &HOA).await.unwrap();
    for (manner, why) in [
        (Manner::SignsWithAnotherKey, "its signature is not the registry's"),
        (Manner::SignsAnotherKind, "it is signed, and is no answer of a registry"),
        (Manner::Replays, "it answers another request"),
        (Manner::AnswersAnother, "it answers another request"),
        (Manner::TakesForAnother, "it is of another person"),
        (Manner::AddressesAnother, "it is for somebody else"),
        (Manner::IsAnother, "it is from another issuer"),
        (Manner::IsOld, "it is old"),
        (Manner::ShowsAPage, "it is no signed answer"),
        (Manner::NeverEnds, "it is no signed answer"),
    ] {
        house.registry.behaves(manner);
        assert_eq!(ask(&asks, &HOA).await, Err(NoAnswer::Untrusted(why)), "{manner:?}");
    }
    house.registry.behaves(Manner::Answers);
    assert!(ask(&asks, &HOA).await.is_ok(), "and it is asked again");
    house.clock.advance(Duration::from_secs(86_400));
    assert!(ask(&asks, &HOA).await.is_ok(), "both clocks went on");
}

#[tokio::test]
async fn a_registry_that_is_away_or_silent_holds_nobody_up_for_longer_than_agreed() {
    let house = House::new();
    let asks = house.asks();
    for manner in [Manner::IsAway, Manner::IsSilent] {
        house.registry.behaves(manner);
        let asked = tokio::time::timeout(Duration::from_secs(60), ask(&asks, &HOA)).await;
        assert_eq!(asked.expect("it is given up on"), Err(NoAnswer::Away), "{manner:?}");
    }
}

#[tokio::test]
async fn its_keys_may_be_pinned_and_then_no_other_is_believed() {
    let house = House::new();
    let pinned = |jwks: String| house.asks_as(house.identity(), RegistryKeys::given(jwks.as_bytes()).unwrap());
    assert!(ask(&pinned(house.registry.stand_in.jwks()), &HOA).await.is_ok());
    let other = House::new();
    let refused = ask(&pinned(other.registry.stand_in.jwks()), &HOA).await;
    assert_eq!(refused, Err(NoAnswer::Untrusted("it is signed by none of the registry's keys")));
}

#[tokio::test]
async fn both_sides_show_certificates_of_their_own_authority() {
    let house = House::new();
    let other = tempfile::tempdir().unwrap();
    Papers::make(other.path()).unwrap();
    let file = |name: &str| other.path().join(name);
    // A certificate of another authority is not taken there.
    let stranger = Identity {
        chain: vec![CertificateDer::from_pem_file(file("client.pem")).unwrap()],
        key: PrivateKeyDer::from_pem_file(file("client.key")).unwrap(),
        ..house.identity()
    };
    assert_eq!(ask(&house.asks_as(stranger, house.published()), &HOA).await, Err(NoAnswer::Away));
    // And one whose certificate is of another authority is not asked.
    let deceived =
        Identity { anchors: vec![CertificateDer::from_pem_file(file("authority.pem")).unwrap()], ..house.identity() };
    assert_eq!(ask(&house.asks_as(deceived, house.published()), &HOA).await, Err(NoAnswer::Away));
    assert_eq!(house.registry.stand_in.asked().len(), 0);
    assert!(ask(&house.asks(), &HOA).await.is_ok());
}
