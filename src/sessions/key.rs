//! Keys: which kind of thing, and whose. `{prefix}{kind}:{tag}` with the tag in braces, which Redis
//! Cluster takes for the hash slot, so that everything under one tag lives on one node.

use std::fmt;
use std::marker::PhantomData;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::domain::secret::SecretHash;

/// What becomes of a record when the store's epoch has changed since it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EpochRule {
    /// It is refused: codes, challenges, replay marks, pushed requests, sign-ins under way.
    Strict,
    /// It is served: sessions, what a citizen consented to, memberships, counters.
    Survives,
}

/// Whose record it is: the part of a key that decides its hash slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag(String);

impl Tag {
    /// A tag from text. Braces, which would move the hash slot, and `%` are escaped, so no two texts meet.
    pub fn text(text: &str) -> Self {
        let mut escaped = String::with_capacity(text.len());
        for character in text.chars() {
            match character {
                '{' => escaped.push_str("%7B"),
                '}' => escaped.push_str("%7D"),
                '%' => escaped.push_str("%25"),
                other => escaped.push(other),
            }
        }
        Self(escaped)
    }
}

impl From<&SecretHash> for Tag {
    fn from(hash: &SecretHash) -> Self {
        Self(URL_SAFE_NO_PAD.encode(hash.as_bytes()))
    }
}

impl From<Uuid> for Tag {
    fn from(id: Uuid) -> Self {
        Self(URL_SAFE_NO_PAD.encode(id.as_bytes()))
    }
}

macro_rules! tag_from_id {
    ($($id:ident),*) => {$(
        impl From<crate::domain::ids::$id> for Tag {
            fn from(id: crate::domain::ids::$id) -> Self {
                id.uuid().into()
            }
        }
    )*};
}
tag_from_id!(CitizenId, GrantId, SessionId, SignInId, DeviceId);

/// A key as the backend sees it, before the store's prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawKey {
    pub(super) kind: &'static str,
    pub(super) epoch: EpochRule,
    pub(super) text: String,
}

impl RawKey {
    fn new(kind: &'static str, epoch: EpochRule, tag: &Tag, rest: Option<&str>) -> Self {
        let text = match rest {
            Some(rest) => format!("{kind}:{{{}}}:{rest}", tag.0),
            None => format!("{kind}:{{{}}}", tag.0),
        };
        Self { kind, epoch, text }
    }

    /// The kind's name, for logs: the rest of a key may be worth hiding.
    pub fn kind(&self) -> &'static str {
        self.kind
    }
}

/// A kind of record: the name its keys begin with, the version of its encoding, and what stands under it.
///
/// The encoding does not describe itself: whoever changes `T` raises the version. A record of
/// another version is then absent, as if it had expired.
pub struct Kind<T> {
    name: &'static str,
    version: u8,
    epoch: EpochRule,
    record: PhantomData<fn() -> T>,
}

impl<T> Kind<T> {
    /// A kind that is refused once the store's epoch has changed.
    pub const fn strict(name: &'static str, version: u8) -> Self {
        Self { name, version, epoch: EpochRule::Strict, record: PhantomData }
    }

    /// A kind that outlives a change of epoch.
    pub const fn surviving(name: &'static str, version: u8) -> Self {
        Self { name, version, epoch: EpochRule::Survives, record: PhantomData }
    }

    pub fn key(&self, tag: impl Into<Tag>) -> Key<T> {
        self.raw(&tag.into(), None)
    }

    /// One of several under the same tag, in the same hash slot: a citizen's consent to one client.
    pub fn key_under(&self, tag: impl Into<Tag>, rest: &str) -> Key<T> {
        self.raw(&tag.into(), Some(rest))
    }

    fn raw(&self, tag: &Tag, rest: Option<&str>) -> Key<T> {
        let raw = RawKey::new(self.name, self.epoch, tag, rest);
        Key { raw, version: self.version, record: PhantomData }
    }
}

/// Where one record of type `T` stands.
pub struct Key<T> {
    pub(super) raw: RawKey,
    pub(super) version: u8,
    record: PhantomData<fn() -> T>,
}

/// A kind of set, with members of type `M`.
pub struct SetKind<M> {
    name: &'static str,
    version: u8,
    member: PhantomData<fn() -> M>,
}

impl<M> SetKind<M> {
    /// A kind of set. Sets are indexes: they outlive a change of epoch.
    pub const fn new(name: &'static str, version: u8) -> Self {
        Self { name, version, member: PhantomData }
    }

    pub fn key(&self, tag: impl Into<Tag>) -> SetKey<M> {
        let raw = RawKey::new(self.name, EpochRule::Survives, &tag.into(), None);
        SetKey { raw, version: self.version, member: PhantomData }
    }
}

/// Where one set with members of type `M` stands.
pub struct SetKey<M> {
    pub(super) raw: RawKey,
    pub(super) version: u8,
    member: PhantomData<fn() -> M>,
}

/// A kind of counter.
#[derive(Clone, Copy, Debug)]
pub struct CounterKind(&'static str);

impl CounterKind {
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    pub fn key(&self, tag: impl Into<Tag>) -> CounterKey {
        CounterKey { raw: RawKey::new(self.0, EpochRule::Survives, &tag.into(), None) }
    }
}

/// Where one counter stands; its windows are told apart below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterKey {
    pub(super) raw: RawKey,
}

impl<T> fmt::Debug for Kind<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kind({} v{})", self.name, self.version)
    }
}

impl<T> fmt::Debug for Key<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.raw.kind)
    }
}

impl<M> fmt::Debug for SetKey<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SetKey({})", self.raw.kind)
    }
}

impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        Self { raw: self.raw.clone(), version: self.version, record: PhantomData }
    }
}

impl<M> Clone for SetKey<M> {
    fn clone(&self) -> Self {
        Self { raw: self.raw.clone(), version: self.version, member: PhantomData }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CODE: Kind<u8> = Kind::strict("code", 1);

    #[test]
    fn a_key_names_its_kind_and_its_slot() {
        assert_eq!(CODE.key(Tag::text("abc")).raw.text, "code:{abc}");
        assert_eq!(CODE.key_under(Tag::text("abc"), "client").raw.text, "code:{abc}:client");
    }

    #[test]
    fn a_hash_is_43_characters() {
        let hash = SecretHash::from_bytes([0xff; 32]);
        assert_eq!(Tag::from(&hash).0.len(), 43);
    }

    proptest! {
        #[test]
        fn two_texts_never_share_a_tag_and_none_moves_the_slot(one in ".*", other in ".*") {
            prop_assert_eq!(one == other, Tag::text(&one) == Tag::text(&other));
            let moves_the_slot = Tag::text(&one).0.contains(['{', '}']);
            prop_assert!(!moves_the_slot);
        }
    }
}
