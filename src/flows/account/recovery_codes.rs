//! A list of recovery codes is made, in the place of the one before. It is shown once: only hashes are kept.

use crate::credentials::recovery_codes::{generate, hash_typed};
use crate::domain::credential::{Credential, CredentialKind, CredentialName, CredentialTraits};
use crate::domain::ids::{CitizenId, CredentialId};
use crate::domain::message::Notice;
use crate::domain::secret::SecretString;
use crate::storage::{Enrolled, Material, StoredCredential};

use super::super::session::CurrentSession;
use super::super::visitor::Visitor;
use super::super::{App, FlowError, notices};
use super::guard;

/// How many codes are left; `None` where there is no list.
pub async fn left(app: &App, citizen: CitizenId) -> Result<Option<u32>, FlowError> {
    let mut store = app.store.read().await?;
    let held = store.credentials().list(citizen).await?;
    match held.iter().find(|held| held.credential.kind == CredentialKind::RecoveryCodes) {
        Some(list) => Ok(Some(store.recovery_codes().left(citizen, list.credential.id).await?)),
        None => Ok(None),
    }
}

/// Makes a new list; the one before it is over. `None` where the citizen has as much as there may be, or was signed
/// out meanwhile.
pub async fn make(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    name: CredentialName,
) -> Result<Option<Vec<SecretString>>, FlowError> {
    let (now, citizen) = (app.clock.now(), current.citizen());
    let codes = generate(&*app.random);
    let hashes: Vec<_> = codes.iter().filter_map(|code| hash_typed(code.expose())).collect();
    let shown = name.to_string();
    let list = StoredCredential {
        citizen,
        credential: Credential {
            id: CredentialId::new(now, &*app.random),
            kind: CredentialKind::RecoveryCodes,
            name,
            binding: guard::fresh(app, current).level(),
            traits: CredentialTraits::default(),
            created_at: now,
            last_used_at: None,
        },
        material: Material::new(Vec::new()),
        counter: 0,
    };
    let mut tx = app.store.begin().await?;
    if !super::stands(&mut tx, current).await? {
        return Ok(None);
    }
    for before in tx.credentials().list(citizen).await? {
        if before.credential.kind == CredentialKind::RecoveryCodes {
            tx.credentials().remove(citizen, before.credential.id).await?;
        }
    }
    if tx.credentials().enrol(&list, None).await? != Enrolled::New {
        return Ok(None);
    }
    tx.recovery_codes().fill(&list, &hashes).await?;
    let notice = Notice::CredentialAdded { kind: CredentialKind::RecoveryCodes, name: shown };
    notices::tell(app, visitor, &mut tx, citizen, notice).await?;
    tx.commit().await?;
    app.post.wake();
    Ok(Some(codes))
}
