//! What the tests of the identity store put into it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use senid::crypto::blind_index::IndexKeys;
use senid::crypto::hash::hash_secret;
use senid::crypto::keyring::KeyRing;
use senid::crypto::master_key::MasterKeys;
use senid::crypto::random::SystemRandom;
use senid::crypto::seal::{KeyEncryptionKeys, Purpose};
use senid::domain::assurance::{AccountLevel, Proof, Proofs};
use senid::domain::audit::{Actor, Event, EventKind, Outcome};
use senid::domain::backchannel::Ping;
use senid::domain::citizen::{Address, Citizen, CitizenStatus, Profile, Verifiable};
use senid::domain::claims_request::{GrantedClaims, SingleClaims};
use senid::domain::client::{Client, ClientAuthentication, ClientDisplay, Localised};
use senid::domain::consent::Consent;
use senid::domain::grant::{Authentication, Grant, RefreshState};
use senid::domain::ids::{CitizenId, ClientId, DeviceId, EventId, GrantId, SessionId};
use senid::domain::key_binding::{KeyBinding, ProvenKeys, Thumbprint};
use senid::domain::keys::{SealedKeyPair, SignatureAlgorithm};
use senid::domain::logout::{Delivery, Participant};
use senid::domain::national_id::{NationalId, Scheme};
use senid::domain::resource::{ResourceServer, ScopeTerms};
use senid::domain::risk::Place;
use senid::domain::secret::{SecretBytes, SecretHash, SecretString};
use senid::domain::sign_in_name::SignInName;
use senid::domain::time::Timestamp;
use senid::domain::verified_claims::{Element, VerifiedRequest, VerifiedRequests};
use senid::storage::{
    EndedSession, Enrolled, Exchange, Fact, KnownDevice, NewCitizen, NewGrant, RefreshRotation, RevocationReason,
    Rotation, SealedKey, SealedKeyKind, Store, Successor, Vault,
};

pub const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);
pub const MINUTE: Duration = Duration::from_secs(60);
pub const DAY: Duration = Duration::from_secs(86_400);

pub fn hash(text: &str) -> SecretHash {
    hash_secret(text.as_bytes())
}

pub fn portal(id: &str) -> Client {
    let authentication = ClientAuthentication::ClientSecretBasic { secret: hash("client secret") };
    Client {
        display: ClientDisplay { name: Localised::plain("Cổng dịch vụ công"), ..ClientDisplay::default() },
        redirect_uris: vec!["https://portal.example/callback".to_owned()],
        scopes: "openid profile offline_access".parse().unwrap(),
        sector_identifier: "portal.example".to_owned(),
        ..Client::new(id.parse().unwrap(), authentication, NOW)
    }
}

pub async fn register(store: &Store, id: &str) -> Client {
    let client = portal(id);
    let mut transaction = store.begin().await.unwrap();
    transaction.clients().insert(&client).await.unwrap();
    transaction.commit().await.unwrap();
    client
}

/// A resource server with two scopes.
pub fn health(id: &str) -> ResourceServer {
    let terms = ScopeTerms { description: Localised::plain("Xem sổ tiêm chủng"), sensitive: true };
    ResourceServer {
        name: Localised::plain("Hồ sơ sức khỏe"),
        scopes: [("health.read".parse().unwrap(), terms), ("health.write".parse().unwrap(), ScopeTerms::default())]
            .into(),
        introspected_by: ["health".parse().unwrap()].into(),
        ..ResourceServer::new(id.parse().unwrap(), NOW)
    }
}

pub const AN: &str = "001090123456";
pub const BINH: &str = "079192000123";

/// The keys of a store's citizens: as many versions of the index key as asked for.
pub fn vault(index_versions: u8) -> Vault {
    vault_under(&first_master(), index_versions)
}

pub fn vault_under(masters: &str, index_versions: u8) -> Vault {
    let masters = MasterKeys::parse(masters).unwrap();
    Vault::new(&masters, index_keys(index_versions), Arc::new(SystemRandom::new())).unwrap()
}

/// The keys of a store's citizens with these versions of the index key.
pub fn vault_of(index_versions: &[u8]) -> Vault {
    let masters = MasterKeys::parse(&first_master()).unwrap();
    let keys = index_versions.iter().map(|version| (u16::from(*version), SecretBytes::new([*version; 32])));
    Vault::new(&masters, IndexKeys::new(keys).unwrap(), Arc::new(SystemRandom::new())).unwrap()
}

const MASTER_1: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const MASTER_2: &str = "//////////////////////////////////////////8=";

fn index_keys(versions: u8) -> IndexKeys {
    IndexKeys::new((1..=versions).map(|version| (u16::from(version), SecretBytes::new([version; 32])))).unwrap()
}

pub fn name(typed: &str) -> SignInName {
    SignInName::parse(typed, Scheme::Vn).unwrap()
}

/// Whoever has this national identifier, with a phone and an e-mail address made of it, and a password.
pub fn citizen(national_id: &str) -> NewCitizen {
    let (phone, email) = (format!("+8490{}", &national_id[5..]), format!("an.{national_id}@example.vn"));
    let verified = |value: &str| Some(Verifiable::known(value.to_owned(), true));
    NewCitizen {
        citizen: Citizen {
            id: CitizenId::new(NOW, &SystemRandom::new()),
            status: CitizenStatus::Active,
            account_level: AccountLevel::Proven,
            national_id: NationalId::parse(Scheme::Vn, national_id).unwrap(),
            profile: Profile {
                name: "Nguyễn Văn An".to_owned(),
                birthdate: Some("1990-02-14".parse().unwrap()),
                phone_number: verified(&phone),
                email: verified(&email),
                address: Some(Address { locality: Some("Hoàn Kiếm".to_owned()), ..Address::default() }),
                ..Profile::default()
            },
            sessions_valid_from: Timestamp::EPOCH,
            created_at: NOW,
            updated_at: NOW,
        },
        names: vec![name(national_id), name(&phone), name(&email)],
        password: Some(SecretString::new(PHC)),
    }
}

pub const PHC: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$aGFzaA";

pub async fn enrol(store: &Store, national_id: &str) -> Citizen {
    let new = citizen(national_id);
    let mut transaction = store.begin().await.unwrap();
    transaction.citizens().insert(&new).await.unwrap();
    transaction.commit().await.unwrap();
    new.citizen
}

/// Everything that a grant can hold beside its scope.
fn granted_claims() -> GrantedClaims {
    let single = |released: &str, withheld: &str| SingleClaims {
        released: [released.to_owned()].into(),
        withheld: [withheld.to_owned()].into(),
    };
    let filters = BTreeMap::from([
        ("trust_framework".to_owned(), Element::One(vec!["gold".to_owned()])),
        ("evidence".to_owned(), Element::Either(vec![Element::Any, Element::Unknown])),
        ("time".to_owned(), Element::Age(7)),
    ]);
    let (verification, claims) = (Element::Object(filters), BTreeMap::from([("name".to_owned(), Default::default())]));
    GrantedClaims {
        userinfo: single("name#ru", "email"),
        id_token: single("birthdate", "nickname"),
        locales: vec!["vi-Latn".parse().unwrap()],
        verified: VerifiedRequests { userinfo: vec![VerifiedRequest { verification, claims }], id_token: Vec::new() },
    }
}

/// What grants are bound to.
pub const KEY: Thumbprint = Thumbprint::from_bytes([7; 32]);

pub fn holding_the_key() -> ProvenKeys {
    ProvenKeys { dpop: Some(KEY), certificate: None }
}

/// A grant with a refresh token `token 1`.
pub fn grant(citizen: CitizenId, client: &Client, at: Timestamp) -> Grant {
    let random = SystemRandom::new();
    Grant {
        id: GrantId::new(at, &random),
        client: client.id.clone(),
        scope: "openid offline_access".parse().unwrap(),
        claims: granted_claims(),
        nonce: Some("n-0S6_WzA2Mj".to_owned()),
        authentication: Authentication {
            citizen,
            session: SessionId::new(at, &random),
            auth_time: at,
            account_level: AccountLevel::Proven,
            proofs: Proofs::new(vec![Proof::password(at)]),
        },
        acr: "urn:senid:aal:1".to_owned(),
        resources: vec!["https://tax.example/api".parse().unwrap()],
        authorization_details: Default::default(),
        acting: None,
        binding: Some(KeyBinding::Dpop(KEY)),
        created_at: at,
        revoked_at: None,
        refresh: Some(RefreshState {
            current: hash("token 1"),
            parent: None,
            rotated_at: at,
            idle_expires_at: at + 10 * DAY,
            expires_at: at + 90 * DAY,
            key_version: 1,
        }),
    }
}

/// Exchanges a code of the grant's own for it.
/// Writes a grant before its code is exchanged.
pub async fn begin(store: &Store, grant: &Grant) {
    let mut transaction = store.begin().await.unwrap();
    transaction.grants().begin(grant, grant.created_at + DAY).await.unwrap();
    transaction.commit().await.unwrap();
}

pub async fn exchange(store: &Store, grant: &Grant) -> Exchange {
    let new = NewGrant { grant, code_hash: hash(&grant.id.to_string()), forget_after: grant.created_at + 91 * DAY };
    let mut transaction = store.begin().await.unwrap();
    let exchange = transaction.grants().create(&new).await.unwrap();
    transaction.commit().await.unwrap();
    exchange
}

pub fn known_device(label: &str, at: Timestamp) -> KnownDevice {
    KnownDevice {
        id: DeviceId::new(at, &SystemRandom::new()),
        secret: hash(label),
        label: label.to_owned(),
        created_at: at,
        last_used_at: at,
        place: Some(Place::from_bytes([7; 32])),
    }
}

pub fn consent(citizen: CitizenId, client: &ClientId, scope: &str, claims: &[&str]) -> Consent {
    Consent {
        citizen,
        client: client.clone(),
        scope: scope.parse().unwrap(),
        claims: claims.iter().map(|claim| (*claim).to_owned()).collect(),
        declined: BTreeSet::new(),
        granted_at: NOW,
        updated_at: NOW,
        expires_at: None,
    }
}

pub fn event(citizen: Option<CitizenId>, kind: EventKind, at: Timestamp) -> Event {
    Event {
        id: EventId::new(at, &SystemRandom::new()),
        at,
        kind,
        outcome: Outcome::Success,
        actor: citizen.map_or(Actor::System, Actor::Citizen),
        citizen,
        client: Some("portal".parse().unwrap()),
        request: Some("r-1".to_owned()),
        address: None,
        details: BTreeMap::from([("name", name(AN).masked())]),
    }
}

pub fn server_keys(masters: &str) -> KeyEncryptionKeys {
    KeyEncryptionKeys::derive(&MasterKeys::parse(masters).unwrap(), Purpose::ServerKeys).unwrap()
}

pub fn first_master() -> String {
    format!("1:{MASTER_1}")
}

pub fn both_masters() -> String {
    format!("1:{MASTER_1}\n2:{MASTER_2}")
}

pub fn second_master() -> String {
    format!("2:{MASTER_2}")
}

pub fn sealed_key(kind: SealedKeyKind, version: u16) -> SealedKey {
    SealedKey::generate(kind, version, &server_keys(&first_master()), &SystemRandom::new(), NOW).unwrap()
}

pub fn signing_key(active_from: Timestamp) -> SealedKeyPair {
    let (sealing, random) = (server_keys(&first_master()), SystemRandom::new());
    KeyRing::create(SignatureAlgorithm::Es256.into(), NOW, active_from, &sealing, &random).unwrap()
}

/// A client in a session, which knows the person and the session by names of its own.
pub fn participant(citizen: CitizenId, session: SessionId, client: &str) -> Participant {
    let (subject, sid) = (format!("sub at {client}"), format!("sid at {client}"));
    Participant { citizen, session, client: client.parse().unwrap(), subject, sid }
}

/// A client that is to be told of an answer, now.
pub fn ping(client: &ClientId) -> Ping {
    let id = GrantId::new(NOW, &SystemRandom::new());
    Ping { id, client: client.clone(), sealed: vec![7; 40], attempts: 0, due_at: NOW, give_up_at: NOW + DAY }
}

/// Writes something into every table and reads it back by every way there is.
pub async fn live_a_little(store: &Store) -> Citizen {
    let client = register(store, "portal").await;
    super::registrations::registers_itself(store, &client.id).await;
    super::details_types::is_registered(store, "payment").await;
    super::signals::are_opened(store, &client.id).await;
    let an = enrol(store, AN).await;
    let grant = grant(an.id, &client, NOW);
    assert_eq!(exchange(store, &grant).await, Exchange::Granted);

    super::releases::are_told(store, an.id, &client).await;
    let mut transaction = store.begin().await.unwrap();
    transaction.consents().give(&consent(an.id, &client.id, "openid profile", &["name"])).await.unwrap();
    transaction.audit().record(&event(Some(an.id), EventKind::SignIn, NOW)).await.unwrap();
    transaction.sealed_keys().insert_if_absent(&sealed_key(SealedKeyKind::Pairwise, 1)).await.unwrap();
    transaction.key_pairs().insert(&signing_key(NOW)).await.unwrap();
    transaction.citizens().update_profile(an.id, &an.profile, &citizen(AN).names[1..], NOW).await.unwrap();
    let takes_part = participant(an.id, grant.authentication.session, "portal");
    transaction.session_clients().join(&takes_part, NOW + DAY).await.unwrap();
    transaction.logout_outbox().enqueue(&Delivery::new(&takes_part, NOW, &SystemRandom::new())).await.unwrap();
    transaction.subjects().remember("sub at portal", an.id).await.unwrap();
    transaction.backchannel_pings().enqueue(&ping(&client.id)).await.unwrap();
    transaction.commit().await.unwrap();

    let (nobody, nothing) = (citizen(BINH).citizen.id, GrantId::new(NOW, &SystemRandom::new()));
    let reason = RevocationReason::Client;
    let mut transaction = store.begin().await.unwrap();
    transaction.resource_servers().insert(&health("https://health.example/api")).await.unwrap();
    transaction.resource_servers().replace(&health("https://health.example/api"), 1).await.unwrap();
    super::key_changes::take_a_turn(&mut transaction).await;
    super::imports::are_begun(&mut transaction).await;
    transaction.consents().withdraw(nobody, &client.id, NOW).await.unwrap();
    transaction.grants().revoke(nothing, reason, NOW).await.unwrap();
    transaction.grants().revoke_replayed(nothing, hash("another code"), NOW + DAY, NOW).await.unwrap();
    assert_eq!(transaction.grants().forget(NOW, 9).await.unwrap(), 0);
    assert_eq!(transaction.ended_sessions().forget(NOW, 9).await.unwrap(), 0);
    transaction.clients().replace(&client, 1).await.unwrap();
    transaction.commit().await.unwrap();

    assert_eq!(super::credentials::enrolled(store, &super::credentials::passkey(an.id), "raw id").await, Enrolled::New);
    super::messages::are_put_in_and_taken_out(store, an.id).await;
    super::signals::are_told(store, an.id, &client.id).await;
    super::recoveries::wait(store, an.id).await;
    super::registry_checks::are_made(store, an.id).await;
    super::account_life::goes_on(store, &an).await;
    super::verifications::is_proven(store, an.id).await;
    super::administration::is_administered(store, an.id, &client.id).await;
    super::data_protection::is_kept(store, an.id).await;
    super::mandates::are_granted_and_ended(store, an.id, &client.id).await;
    super::identifier_aliases::are_had(store, an.id).await;
    super::linked_accounts::are_had(store, an.id).await;
    super::audit_log::is_kept(store).await;
    super::statistics::are_counted(store).await;
    super::collectors::are_sent_to(store).await;
    super::expiry_letters::go_out(store, &client.id).await;
    let mut writing = store.write().await.unwrap();
    writing.settled().settle(Fact::RelyingPartyId, "id.example", NOW).await.unwrap();
    assert!(writing.authenticator_metadata().advance("mds.example", 7, b"a document", NOW).await.unwrap());
    assert!(writing.authenticator_metadata().ask("mds.example", NOW, NOW).await.unwrap());
    assert!(writing.revocations().advance(&super::revocations::list(1)).await.unwrap());
    let (certificate, revoked) = super::revocations::revoked();
    writing.revocations().remember(&certificate, revoked, NOW).await.unwrap();
    writing.known_devices().remember(an.id, &known_device("Chrome on Android", NOW)).await.unwrap();
    assert_eq!(writing.known_devices().forget_places(NOW, 10).await.unwrap(), 0);
    writing.remembered_people().remember(an.id, hash("Chrome on Android"), NOW).await.unwrap();
    writing.passwords().record_failure(an.id).await.unwrap();
    writing.passwords().reset_failures(an.id).await.unwrap();
    let ended = EndedSession { session: grant.authentication.session, citizen: an.id, ended_at: NOW };
    writing.ended_sessions().end(ended, NOW + DAY).await.unwrap();
    writing.citizens().end_sessions(an.id, NOW).await.unwrap();
    let rotation = RefreshRotation {
        grant: grant.id,
        client: &client.id,
        presented: hash("token 1"),
        successor: Successor::Next { hash: hash("token 2"), key_version: 1 },
        proven: holding_the_key(),
        idle_expires_at: NOW + DAY,
        grace: MINUTE,
        now: NOW,
    };
    for _ in 0..2 {
        let (Rotation::Rotated(_) | Rotation::Retried(_)) = writing.grants().rotate_refresh(&rotation).await.unwrap()
        else {
            panic!("refused");
        };
    }
    let ping = writing.backchannel_pings().claim(&client.id, NOW, NOW + MINUTE, 9).await.unwrap().remove(0);
    writing.backchannel_pings().postpone(&ping, NOW + MINUTE).await.unwrap();
    writing.backchannel_pings().hasten(ping.id, NOW).await.unwrap();
    drop(writing);

    let mut reading = store.read().await.unwrap();
    assert!(reading.citizens().find_by_name(&name(AN)).await.unwrap().is_some());
    assert_eq!(reading.citizens().whose_name(&name(AN)).await.unwrap(), Some(an.id));
    assert_eq!(reading.subjects().find("sub at portal").await.unwrap(), Some(an.id));
    assert_eq!(reading.backchannel_pings().due_clients(NOW).await.unwrap(), Vec::new());
    assert!(reading.citizens().find(an.id).await.unwrap().is_some());
    assert!(reading.clients().find(&client.id).await.unwrap().is_some());
    assert_eq!(reading.clients().list(None, 9).await.unwrap().items.len(), 1);
    assert!(reading.resource_servers().find(&"https://health.example/api".parse().unwrap()).await.unwrap().is_some());
    assert_eq!(reading.resource_servers().all().await.unwrap().len(), 1);
    assert!(reading.grants().find_live(grant.id).await.unwrap().is_some());
    assert_eq!(reading.grants().list(an.id, None, 9).await.unwrap().items.len(), 1);
    assert!(reading.consents().find(an.id, &client.id).await.unwrap().is_some());
    assert!(reading.consents().known_to(an.id, &client.id).await.unwrap().is_some());
    assert_eq!(reading.releases().list(an.id, None, None, 9).await.unwrap().items.len(), 1);
    assert_eq!(reading.consents().list(an.id, None, 9).await.unwrap().items.len(), 1);
    assert!(reading.revocations().find(&certificate).await.unwrap().is_some());
    assert_eq!(reading.authenticator_metadata().number("mds.example").await.unwrap(), 7);
    assert!(reading.authenticator_metadata().find("mds.example").await.unwrap().is_some());
    assert!(reading.known_devices().find(an.id, &[hash("Chrome on Android")]).await.unwrap().is_some());
    assert_eq!(reading.remembered_people().find(&[hash("Chrome on Android")]).await.unwrap().len(), 1);
    assert_eq!(reading.remembered_people().devices_of(an.id).await.unwrap().len(), 1);
    assert_eq!(reading.ended_sessions().since(NOW, None, 9).await.unwrap().items.len(), 1);
    assert_eq!(reading.ended_sessions().cut_since(NOW, None, 9).await.unwrap().items.len(), 1);
    assert_eq!(reading.audit().of_citizen(an.id, None, 9).await.unwrap().items.len(), 1);
    an
}
