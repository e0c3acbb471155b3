//! What the tests of the identity store put into it.

use std::sync::Arc;
use std::time::Duration;

use senid::crypto::blind_index::IndexKeys;
use senid::crypto::hash::hash_secret;
use senid::crypto::master_key::MasterKeys;
use senid::crypto::random::SystemRandom;
use senid::domain::assurance::{AccountLevel, AuthenticationLevel, AuthenticationMethod};
use senid::domain::citizen::{Address, Citizen, CitizenStatus, Profile, Verifiable};
use senid::domain::client::{
    Client, ClientAuthentication, ClientDisplay, ClientPolicy, ClientStatus, Localised, SubjectType,
};
use senid::domain::grant::{Authentication, Grant, RefreshState};
use senid::domain::ids::{CitizenId, GrantId, SessionId};
use senid::domain::national_id::{NationalId, Scheme};
use senid::domain::secret::{SecretBytes, SecretHash, SecretString};
use senid::domain::sign_in_name::SignInName;
use senid::domain::time::Timestamp;
use senid::storage::{Exchange, NewCitizen, NewGrant, Store, Vault};

pub const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);
pub const MINUTE: Duration = Duration::from_secs(60);
pub const DAY: Duration = Duration::from_secs(86_400);

pub fn hash(text: &str) -> SecretHash {
    hash_secret(text.as_bytes())
}

pub fn portal(id: &str) -> Client {
    Client {
        id: id.parse().unwrap(),
        status: ClientStatus::Active,
        authentication: ClientAuthentication::ClientSecretBasic { secret: hash("client secret") },
        display: ClientDisplay { name: Localised::plain("Cổng dịch vụ công"), ..ClientDisplay::default() },
        redirect_uris: vec!["https://portal.example/callback".to_owned()],
        post_logout_redirect_uris: Vec::new(),
        scopes: "openid profile offline_access".parse().unwrap(),
        subject_type: SubjectType::Pairwise,
        sector_identifier: "portal.example".to_owned(),
        policy: ClientPolicy::default(),
        created_at: NOW,
        updated_at: NOW,
    }
}

pub async fn register(store: &Store, id: &str) -> Client {
    let client = portal(id);
    let mut transaction = store.begin().await.unwrap();
    transaction.clients().insert(&client).await.unwrap();
    transaction.commit().await.unwrap();
    client
}

pub const AN: &str = "001090123456";
pub const BINH: &str = "079192000123";

/// The keys of a store's citizens: as many versions of the index key as asked for.
pub fn vault(index_versions: u8) -> Vault {
    let masters = MasterKeys::parse(&format!("1:{MASTER_1}")).unwrap();
    Vault::new(&masters, index_keys(index_versions), Arc::new(SystemRandom::new())).unwrap()
}

pub fn vault_under_second_master_alone() -> Vault {
    let masters = MasterKeys::parse(&format!("2:{MASTER_2}")).unwrap();
    Vault::new(&masters, index_keys(1), Arc::new(SystemRandom::new())).unwrap()
}

pub fn vault_under_both_masters() -> Vault {
    let masters = MasterKeys::parse(&format!("1:{MASTER_1}\n2:{MASTER_2}")).unwrap();
    Vault::new(&masters, index_keys(1), Arc::new(SystemRandom::new())).unwrap()
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
    let verified = |value: &str| Some(Verifiable { value: value.to_owned(), verified: true });
    NewCitizen {
        citizen: Citizen {
            id: CitizenId::new(NOW, &SystemRandom::new()),
            status: CitizenStatus::Active,
            account_level: AccountLevel::Proven,
            national_id: NationalId::parse(Scheme::Vn, national_id).unwrap(),
            profile: Profile {
                name: "Nguyễn Văn An".to_owned(),
                birthdate: Some("1990-02-14".to_owned()),
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

/// A grant with a refresh token `token 1`.
pub fn grant(citizen: CitizenId, client: &Client, at: Timestamp) -> Grant {
    let random = SystemRandom::new();
    Grant {
        id: GrantId::new(at, &random),
        client: client.id.clone(),
        scope: "openid offline_access".parse().unwrap(),
        nonce: Some("n-0S6_WzA2Mj".to_owned()),
        authentication: Authentication {
            citizen,
            session: SessionId::new(at, &random),
            auth_time: at,
            methods: vec![AuthenticationMethod::Password],
            level: AuthenticationLevel::OneFactor,
        },
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
pub async fn exchange(store: &Store, grant: &Grant) -> Exchange {
    let new = NewGrant { grant, code_hash: hash(&grant.id.to_string()), forget_after: grant.created_at + 91 * DAY };
    let mut transaction = store.begin().await.unwrap();
    let exchange = transaction.grants().create(&new).await.unwrap();
    transaction.commit().await.unwrap();
    exchange
}
