//! Enters the demonstration's people and clients, where they are not there yet.

use std::collections::BTreeMap;

use super::deployment::Deployment;
use crate::credentials::password::{HashError, Hasher, HasherSettings, Parameters};
use crate::crypto::hash::hash_secret;
use crate::demo::people::{self, Gender as Sex, MADE_UP, More, PEOPLE, Person};
use crate::demo::portal::PortalSettings;
use crate::domain::assurance::AccountLevel;
use crate::domain::citizen::{Address, Citizen, CitizenStatus, Gender, Names, Profile, Verifiable};
use crate::domain::client::{
    Client, ClientAuthentication, ClientDisplay, GrantType, Localised, LogoutEndpoint, LogoutEndpoints,
};
use crate::domain::ids::{CitizenId, InvalidClientId};
use crate::domain::national_id::{NationalId, Scheme};
use crate::domain::password_policy::NormalisedPassword;
use crate::domain::sandbox::Mode;
use crate::domain::scope::InvalidScope;
use crate::domain::secret::SecretString;
use crate::domain::sign_in_name::SignInName;
use crate::domain::stage;
use crate::domain::time::Timestamp;
use crate::storage::{self, NewCitizen};

#[derive(Debug, thiserror::Error)]
pub enum DataError {
    #[error(transparent)]
    Store(#[from] storage::Error),
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error("the password threads: {0}")]
    Threads(std::io::Error),
    #[error("{0}")]
    Client(#[from] InvalidClientId),
    #[error("{0}")]
    Scope(#[from] InvalidScope),
    /// One of the constants here is wrong.
    #[error("{0} cannot be read")]
    Constant(&'static str),
}

/// Enters whoever is missing. What someone changed in the demonstration stays changed.
pub async fn enter(deployment: &Deployment, portal: &PortalSettings) -> Result<(), DataError> {
    let now = deployment.clock.now();
    let mode = deployment.settings.mode();
    let clients = [portal_client(portal, now)?, sandbox_client(now)?].map(|client| match mode {
        Mode::Official => client,
        Mode::Sandbox => Client { stage: stage::Stage::Sandbox, ..client },
    });
    let mut tx = deployment.store.begin().await?;
    for client in &clients {
        match tx.clients().find(&client.id).await? {
            None => tx.clients().insert(client).await?,
            // The ports may be others today.
            Some(stored) if addresses(&stored.client) != addresses(client) => {
                tx.clients().replace(client, stored.version).await?;
            }
            Some(_) => {}
        }
    }
    tx.commit().await?;
    if mode.is_sandbox() {
        // Whom a sandbox comes with, it brings itself.
        return Ok(());
    }
    let made_up = MADE_UP.iter().map(|person| (person, stage::Person::MadeUp));
    enter_people(deployment, PEOPLE.iter().map(|person| (person, stage::Person::Real)).chain(made_up)).await
}

/// Enters the people whom a sandbox comes with, where they are missing. Their password is public.
pub async fn enter_made_up(deployment: &Deployment) -> Result<(), DataError> {
    enter_people(deployment, MADE_UP.iter().map(|person| (person, stage::Person::MadeUp))).await
}

/// Enters who administers the demonstration, where they are missing: made up, and so never staff of anything but this machine.
pub async fn enter_staff(deployment: &Deployment) -> Result<(), DataError> {
    enter_people(deployment, people::STAFF.iter().map(|staff| (&staff.person, stage::Person::MadeUp))).await
}

async fn enter_people(
    deployment: &Deployment,
    people: impl Iterator<Item = (&'static Person, stage::Person)>,
) -> Result<(), DataError> {
    let now = deployment.clock.now();
    let mut missing = Vec::new();
    for (person, existence) in people {
        let id = national_id(person)?;
        let found = deployment.store.read().await?.citizens().find_by_name(&SignInName::NationalId(id)).await?;
        if found.is_none() {
            missing.push((person, existence));
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let password = hash(deployment).await?;
    let mut tx = deployment.store.begin().await?;
    for (person, existence) in missing {
        let mut new = citizen(person, &password, deployment, now)?;
        if existence == stage::Person::MadeUp {
            new.citizen.id = CitizenId::made_up(now, &*deployment.random);
        }
        tx.citizens().insert(&new).await?;
    }
    tx.commit().await?;
    Ok(())
}

fn addresses(client: &Client) -> (&[String], &[String], &LogoutEndpoints) {
    (&client.redirect_uris, &client.post_logout_redirect_uris, &client.logout)
}

/// The one password, hashed once: it is public anyway.
async fn hash(deployment: &Deployment) -> Result<SecretString, DataError> {
    let parameters =
        super::parts::parameters(&deployment.settings).map_err(|_| DataError::Constant("password.argon2"))?;
    let settings = HasherSettings {
        threads: std::num::NonZeroU32::MIN,
        queue: 1,
        wait: deployment.settings.password.queue_wait,
        parameters: Parameters::clone(&parameters),
    };
    let hasher = Hasher::start(settings, deployment.random.clone()).map_err(DataError::Threads)?;
    let most = deployment.settings.password.lengths.most;
    let password = NormalisedPassword::new(&SecretString::new(people::PASSWORD), most);
    let hashed = hasher.hash(&password.map_err(|_| DataError::Constant("the password"))?).await;
    hasher.stop().await;
    Ok(SecretString::new(hashed?.as_str()))
}

fn national_id(person: &Person) -> Result<NationalId, DataError> {
    NationalId::parse(Scheme::Vn, person.national_id).map_err(|_| DataError::Constant(person.national_id))
}

fn citizen(
    person: &Person,
    password: &SecretString,
    deployment: &Deployment,
    now: Timestamp,
) -> Result<NewCitizen, DataError> {
    let verified = |value: &str| Some(Verifiable::known(value.to_owned(), true));
    let name = |typed: &'static str| SignInName::parse(typed, Scheme::Vn).map_err(|_| DataError::Constant(typed));
    let (family_name, given_name) = match (person.name.split_once(' '), person.name.rsplit_once(' ')) {
        (Some((family, _)), Some((_, given))) => (Some(family.to_owned()), Some(given.to_owned())),
        _ => (None, None),
    };
    let profile = Profile {
        name: person.name.to_owned(),
        family_name,
        given_name,
        gender: Some(match person.gender {
            Sex::Female => Gender::Female,
            Sex::Male => Gender::Male,
        }),
        birthdate: Some(person.birthdate.parse().map_err(|_| DataError::Constant(person.birthdate))?),
        email: verified(person.email),
        phone_number: verified(person.phone),
        address: Some(Address {
            formatted: Some(person.address.to_owned()),
            country: Some("VN".to_owned()),
            ..Address::default()
        }),
        ..Profile::default()
    };
    let profile = match &person.more {
        Some(more) => with_everything(profile, more)?,
        None => profile,
    };
    let citizen = Citizen {
        id: CitizenId::new(now, &*deployment.random),
        status: CitizenStatus::Active,
        account_level: AccountLevel::try_from(person.account_level).map_err(|_| DataError::Constant("a level"))?,
        national_id: national_id(person)?,
        profile,
        sessions_valid_from: Timestamp::EPOCH,
        created_at: now,
        updated_at: now,
    };
    let names = vec![name(person.national_id)?, name(person.phone)?, name(person.email)?];
    Ok(NewCitizen { citizen, names, password: Some(password.clone()) })
}

/// The profile of whom everything is known.
fn with_everything(profile: Profile, more: &More) -> Result<Profile, DataError> {
    let some = |text: &str| Some(text.to_owned());
    let mut localised = BTreeMap::new();
    for (tag, name, family_name, given_name) in more.localised {
        let names = Names {
            name: some(name),
            family_name: some(family_name),
            given_name: some(given_name),
            ..Names::default()
        };
        localised.insert(tag.parse().map_err(|_| DataError::Constant(tag))?, names);
    }
    Ok(Profile {
        middle_name: some(more.middle_name),
        nickname: some(more.nickname),
        preferred_username: some(more.preferred_username),
        profile: some(more.profile),
        picture: some(more.picture),
        website: some(more.website),
        zoneinfo: some(more.zoneinfo),
        locale: some(more.locale),
        address: profile.address.map(|address| Address {
            street_address: some(more.street_address),
            locality: some(more.locality),
            region: some(more.region),
            postal_code: some(more.postal_code),
            ..address
        }),
        localised,
        ..profile
    })
}

fn texts(texts: [&str; 4]) -> Localised {
    Localised(BTreeMap::from_iter(
        ["vi", "en", "fr", "ru"].map(str::to_owned).into_iter().zip(texts.map(str::to_owned)),
    ))
}

fn portal_client(portal: &PortalSettings, now: Timestamp) -> Result<Client, DataError> {
    let scope = format!("openid {}", PortalSettings::SCOPES.join(" "));
    let secret = hash_secret(portal.client_secret.expose().as_bytes());
    Ok(Client {
        display: ClientDisplay {
            name: texts([
                "Cổng Dịch vụ công",
                "Public Service Portal",
                "Portail des services publics",
                "Портал государственных услуг",
            ]),
            organisation: texts([
                "Văn phòng Chính phủ (minh họa)",
                "Government Office (demonstration)",
                "Bureau du gouvernement (démonstration)",
                "Аппарат правительства (демонстрация)",
            ]),
            purpose: texts([
                "nộp hồ sơ và nhận kết quả trực tuyến",
                "submit applications and receive results online",
                "déposer vos demandes et recevoir les résultats en ligne",
                "подавать заявления и получать результаты онлайн",
            ]),
            organisation_verified: true,
            logo: Some("portal.svg".to_owned()),
            home_uri: Some(portal.base_url.to_string()),
            ..ClientDisplay::default()
        },
        redirect_uris: vec![portal.redirect_uri()],
        post_logout_redirect_uris: vec![portal.post_logout_redirect_uri()],
        logout: LogoutEndpoints {
            back_channel: Some(LogoutEndpoint { uri: portal.backchannel_logout_uri(), session_required: true }),
            front_channel: None,
        },
        scopes: scope.parse()?,
        sector_identifier: "portal.senid.example".to_owned(),
        ..Client::new(portal.client_id.parse()?, ClientAuthentication::ClientSecretBasic { secret }, now)
    })
}

fn sandbox_client(now: Timestamp) -> Result<Client, DataError> {
    let secret = hash_secret(people::SANDBOX_SECRET.as_bytes());
    let mut grant_types = GrantType::of_the_code_flow();
    grant_types.insert(GrantType::DeviceCode);
    Ok(Client {
        grant_types,
        display: ClientDisplay {
            name: texts(["Ứng dụng thử nghiệm", "Sandbox application", "Application de test", "Тестовое приложение"]),
            purpose: texts([
                "thử kết nối với SenID",
                "try connecting to SenID",
                "essayer la connexion à SenID",
                "проверить подключение к SenID",
            ]),
            ..ClientDisplay::default()
        },
        redirect_uris: vec![people::SANDBOX_REDIRECT_URI.to_owned()],
        post_logout_redirect_uris: vec!["http://localhost:9000/".to_owned()],
        scopes: people::SANDBOX_SCOPE.parse()?,
        sector_identifier: "sandbox.senid.example".to_owned(),
        ..Client::new(people::SANDBOX_CLIENT.parse()?, ClientAuthentication::ClientSecretBasic { secret }, now)
    })
}
