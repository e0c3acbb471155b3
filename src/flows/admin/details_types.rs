//! Types of authorization details (RFC 9396): registered, changed, taken out of use. Each is judged whole, by the same rules
//! whenever it is written: what people are to read of a detail is held against its schema before anybody is asked.

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::authorization_details::{DetailsType, DetailsTypeStatus};
use crate::domain::client::Localised;
use crate::domain::resource::ResourceId;
use crate::domain::unseen::is_unseen;
use crate::protocol::authorization_details::KnownType;
use crate::storage::{StoredDetailsType, Transaction};

use super::change_status::Change;
use super::{AdminError, Administrator, Fault};

const LONGEST_TITLE: usize = 100;

/// A type that is to be registered.
#[derive(Clone, Debug)]
pub struct NewDetailsType {
    pub name: String,
    pub title: Localised,
    /// As JSON text.
    pub schema: String,
    pub template: Localised,
    pub without_person: bool,
}

/// What is to be other than it is; everything else stays.
#[derive(Clone, Debug, Default)]
pub struct DetailsTypeChange {
    pub title: Option<Localised>,
    pub schema: Option<String>,
    pub template: Option<Localised>,
    pub without_person: Option<bool>,
}

/// A type as it is registered now, and what works but is seldom meant.
#[derive(Debug)]
pub struct Registered {
    pub details_type: DetailsType,
    /// The resource servers that understand it.
    pub resources: Vec<ResourceId>,
    pub warnings: Vec<String>,
}

/// # Errors
/// `Invalid` with every fault; `Conflict` where there is one of this name.
pub async fn create(admin: &Administrator, new: NewDetailsType) -> Result<Registered, AdminError> {
    admin.may(Permission::ResourceManage)?;
    let now = admin.clock.now();
    let details_type = DetailsType {
        name: new.name,
        status: DetailsTypeStatus::Active,
        title: new.title,
        schema: new.schema,
        template: new.template,
        without_person: new.without_person,
        created_at: now,
        updated_at: now,
    };
    judge(&details_type)?;
    let mut tx = admin.store.begin().await?;
    tx.details_types().insert(&details_type).await?;
    let event = admin.event(EventKind::DetailsTypeCreated).with("type", &details_type.name);
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    registered(admin, details_type).await
}

/// What was granted stays granted as it was: tokens carry details, not their schema.
///
/// # Errors
/// `NotFound`; `Invalid` with every fault of what it would be; `Conflict` where somebody else changed it meanwhile.
pub async fn update(admin: &Administrator, name: &str, change: DetailsTypeChange) -> Result<Registered, AdminError> {
    admin.may(Permission::ResourceManage)?;
    let mut tx = admin.store.begin().await?;
    let stored = find(&mut tx, name).await?;
    let before = stored.details_type;
    let mut after = DetailsType {
        title: change.title.unwrap_or_else(|| before.title.clone()),
        schema: change.schema.unwrap_or_else(|| before.schema.clone()),
        template: change.template.unwrap_or_else(|| before.template.clone()),
        without_person: change.without_person.unwrap_or(before.without_person),
        ..before.clone()
    };
    judge(&after)?;
    let changed = [
        ("title", before.title != after.title),
        ("schema", before.schema != after.schema),
        ("template", before.template != after.template),
        ("without_person", before.without_person != after.without_person),
    ];
    let changed: Vec<&str> = changed.into_iter().filter_map(|(member, differs)| differs.then_some(member)).collect();
    if !changed.is_empty() {
        after.updated_at = admin.clock.now();
        tx.details_types().replace(&after, stored.version).await?;
        let event = admin.event(EventKind::DetailsTypeChanged).with("type", name).with("changed", changed.join(" "));
        tx.audit().record(&event.build()).await?;
        tx.commit().await?;
    }
    registered(admin, after).await
}

/// Takes a type out of use, or puts it back. Of what was granted with it, tokens carry nothing meanwhile.
///
/// # Errors
/// `NotFound`.
pub async fn set_status(admin: &Administrator, name: &str, status: DetailsTypeStatus) -> Result<Change, AdminError> {
    admin.may(Permission::ResourceManage)?;
    let mut tx = admin.store.begin().await?;
    let stored = find(&mut tx, name).await?;
    if stored.details_type.status == status {
        return Ok(Change::NothingToDo);
    }
    let kind = match status {
        DetailsTypeStatus::Active => EventKind::DetailsTypeEnabled,
        DetailsTypeStatus::Disabled => EventKind::DetailsTypeDisabled,
    };
    let changed = DetailsType { status, updated_at: admin.clock.now(), ..stored.details_type };
    tx.details_types().replace(&changed, stored.version).await?;
    tx.audit().record(&admin.event(kind).with("type", name).build()).await?;
    tx.commit().await?;
    Ok(Change::Done)
}

/// Every type there is, by name.
pub async fn list(admin: &Administrator) -> Result<Vec<DetailsType>, AdminError> {
    admin.may(Permission::ResourceShow)?;
    let stored = admin.store.read().await?.details_types().list().await?;
    Ok(stored.into_iter().map(|stored| stored.details_type).collect())
}

/// # Errors
/// `NotFound`.
pub async fn show(admin: &Administrator, name: &str) -> Result<Registered, AdminError> {
    admin.may(Permission::ResourceShow)?;
    let found = admin.store.read().await?.details_types().find(name).await?;
    registered(admin, found.ok_or_else(|| no_such(name))?.details_type).await
}

async fn registered(admin: &Administrator, details_type: DetailsType) -> Result<Registered, AdminError> {
    let servers = admin.store.read().await?.resource_servers().all().await?;
    let understands = servers
        .into_iter()
        .filter(|server| server.is_active() && server.authorization_details_types.contains(&details_type.name));
    let resources: Vec<ResourceId> = understands.map(|server| server.id).collect();
    let warnings = warnings(admin, &details_type, &resources);
    Ok(Registered { details_type, resources, warnings })
}

async fn find(tx: &mut Transaction, name: &str) -> Result<StoredDetailsType, AdminError> {
    tx.details_types().find(name).await?.ok_or_else(|| no_such(name))
}

fn no_such(name: &str) -> AdminError {
    AdminError::NotFound(format!("there is no type of authorization details {name}"))
}

fn judge(details_type: &DetailsType) -> Result<(), AdminError> {
    let mut faults = Vec::new();
    if details_type.title.0.is_empty() {
        faults.push(Fault::new("title", "expected what citizens read above a request of this type"));
    }
    for title in details_type.title.0.values() {
        let length = title.trim().chars().count();
        if !(1..=LONGEST_TITLE).contains(&length) || title.chars().any(|c| c.is_control() || is_unseen(c)) {
            faults.push(Fault::new("title", format!("expected 1 to {LONGEST_TITLE} characters on one line")));
        }
    }
    if details_type.template.0.is_empty() {
        faults.push(Fault::new("template", "expected the sentence that citizens read, in one language or more"));
    }
    for (member, texts) in [("title", &details_type.title), ("template", &details_type.template)] {
        for language in texts.0.keys().filter(|language| !is_language(language)) {
            faults.push(Fault::new(member, format!("{language:?} is no language: expected one such as vi or en")));
        }
    }
    if let Err(wrong) = KnownType::new(details_type.clone()) {
        faults.extend(wrong.into_iter().map(|(member, sentence)| Fault::new(member, sentence)));
    }
    if faults.is_empty() { Ok(()) } else { Err(AdminError::Invalid(faults)) }
}

/// A primary tag, or nothing: for every language.
fn is_language(tag: &str) -> bool {
    tag.is_empty() || (2..=3).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn warnings(admin: &Administrator, details_type: &DetailsType, resources: &[ResourceId]) -> Vec<String> {
    let mut warnings = Vec::new();
    for (member, texts) in [("title", &details_type.title), ("template", &details_type.template)] {
        for language in &admin.settings.languages.enabled {
            let language = language.to_string();
            if !texts.0.contains_key("") && !texts.0.contains_key(&language) {
                warnings.push(format!("whoever reads {language} is shown the {member} of another language"));
            }
        }
    }
    if resources.is_empty() {
        warnings.push("no resource server understands it yet".to_owned());
    }
    warnings
}
