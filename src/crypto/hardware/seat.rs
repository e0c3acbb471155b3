//! A thread's session, and what it knows of the token.

use std::collections::HashMap;

use cryptoki::mechanism::MechanismType;
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;

use super::link::{About, Open};
use super::{ModuleError, ObjectId};

/// What every label of ours begins with.
pub(super) const OURS: &str = "senid ";

/// A session with the handles that were found in it.
pub(super) struct Chair {
    session: Session,
    keys: HashMap<ObjectId, ObjectHandle>,
}

impl Chair {
    /// The thread's chair, with a session if it has none yet.
    pub(super) fn taken<'c>(place: &'c mut Option<Self>, open: &Open) -> Result<&'c mut Self, ModuleError> {
        match place {
            Some(chair) => Ok(chair),
            None => {
                // It writes nothing; what writes opens a session of its own.
                let session = open.library.open_ro_session(open.slot)?;
                Ok(place.insert(Self { session, keys: HashMap::new() }))
            }
        }
    }
}

/// What work is done with: a session of its thread's, logged in.
pub struct Seat<'o> {
    pub(super) open: &'o Open,
    pub(super) chair: &'o mut Chair,
}

/// A key of ours that the token holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldKey {
    pub id: ObjectId,
    pub label: String,
}

impl Seat<'_> {
    pub fn about(&self) -> &About {
        &self.open.about
    }

    pub(super) fn session(&self) -> &Session {
        &self.chair.session
    }

    /// A session that may change the token, for as long as that takes: tokens have few of them.
    pub(super) fn writing(&self) -> Result<Session, ModuleError> {
        Ok(self.open.library.open_rw_session(self.open.slot)?)
    }

    pub(super) fn has(&self, mechanism: MechanismType) -> bool {
        self.open.mechanisms.contains(&mechanism)
    }

    /// The private key of that id.
    pub(super) fn private_key(&mut self, id: &ObjectId) -> Result<ObjectHandle, ModuleError> {
        if let Some(handle) = self.chair.keys.get(id) {
            return Ok(*handle);
        }
        let template = [Attribute::Class(ObjectClass::PRIVATE_KEY), Attribute::Id(id.as_bytes().to_vec())];
        let handle = self.only(&template, || id.to_string())?;
        self.chair.keys.insert(id.clone(), handle);
        Ok(handle)
    }

    /// The one object that is so.
    pub(super) fn only(&self, template: &[Attribute], name: impl Fn() -> String) -> Result<ObjectHandle, ModuleError> {
        let found = self.session().find_objects(template)?;
        match found[..] {
            [only] => Ok(only),
            [] => {
                self.open.is_there()?;
                Err(ModuleError::NoKey(name()))
            }
            _ => Err(ModuleError::TwoKeys(name())),
        }
    }

    /// Destroys a key pair; one that is not there is destroyed already.
    ///
    /// # Errors
    /// Where the module is away or refuses: then it may still be there.
    pub fn destroy(&mut self, id: &ObjectId) -> Result<(), ModuleError> {
        let session = self.writing()?;
        let found = session.find_objects(&[Attribute::Id(id.as_bytes().to_vec())])?;
        if found.is_empty() {
            return self.open.is_there();
        }
        for object in found {
            session.destroy_object(object)?;
        }
        self.chair.keys.remove(id);
        Ok(())
    }

    /// Every private key that a program of ours made.
    ///
    /// # Errors
    /// Where the module is away or refuses.
    pub fn held(&mut self) -> Result<Vec<HeldKey>, ModuleError> {
        let session = self.session();
        let mut held = Vec::new();
        for object in session.find_objects(&[Attribute::Class(ObjectClass::PRIVATE_KEY)])? {
            let (mut id, mut label) = (None, None);
            for attribute in session.get_attributes(object, &[AttributeType::Id, AttributeType::Label])? {
                match attribute {
                    Attribute::Id(bytes) => id = Some(ObjectId::new(bytes)),
                    Attribute::Label(bytes) => label = String::from_utf8(bytes).ok(),
                    _ => {}
                }
            }
            if let (Some(id), Some(label)) = (id, label.filter(|label| label.starts_with(OURS))) {
                held.push(HeldKey { id, label });
            }
        }
        held.sort_by(|left, right| left.label.cmp(&right.label));
        Ok(held)
    }
}
