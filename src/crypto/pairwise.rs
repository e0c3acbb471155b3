//! Subject identifiers: OpenID Connect Core §8 (pairwise and public), and each client's own `sid`.
//!
//! All come from one key that is never rotated, because a portal knows a citizen by nothing else. The citizen's and the
//! session's own ids never leave the house.

use crate::crypto::base64url;
use crate::crypto::hash::HmacKey;
use crate::domain::ids::{CitizenId, ClientId, SessionId};
use crate::domain::secret::SecretBytes;

/// Derives what portals know a citizen and a session by.
#[derive(Clone, Debug)]
pub struct SubjectKey(HmacKey);

impl SubjectKey {
    pub fn new(key: &SecretBytes<32>) -> Self {
        Self(HmacKey::new(key.expose()))
    }

    /// The `sub` that every client of `sector` sees, and no client of another can connect with its own.
    ///
    /// `sector` is the sector identifier stored with the client, not its present host name: domains change, `sub` stays.
    pub fn pairwise(&self, sector: &str, citizen: CitizenId) -> String {
        self.derive(b"pairwise", sector, citizen.uuid().as_bytes())
    }

    /// The `sub` that is the same at every client with `subject_type` public.
    pub fn public(&self, citizen: CitizenId) -> String {
        self.derive(b"public", "", citizen.uuid().as_bytes())
    }

    /// The `sid` of a session at one client (OpenID Connect Back-Channel Logout §2.1): a `sid` that were the same
    /// everywhere would undo pairwise subjects.
    pub fn sid(&self, client: &ClientId, session: SessionId) -> String {
        self.derive(b"sid", client.as_str(), session.uuid().as_bytes())
    }

    /// What a browser shows of a session to portals' pages (OpenID Connect Session Management 1.0 §3.2). It opens nothing.
    pub fn browser_state(&self, session: SessionId) -> String {
        self.derive(b"browser-state", "", session.uuid().as_bytes())
    }

    /// What a citizen's authenticators know them by (WebAuthn §14.6.1: a user handle says nothing). One citizen has one, so that a
    /// phone with two of their passkeys shows one account; another relying party would be given another.
    pub fn user_handle(&self, relying_party: &str, citizen: CitizenId) -> [u8; 32] {
        self.mac(b"user-handle", relying_party, citizen.uuid().as_bytes())
    }

    fn derive(&self, label: &[u8], audience: &str, id: &[u8; 16]) -> String {
        base64url::encode(&self.mac(label, audience, id))
    }

    fn mac(&self, label: &[u8], audience: &str, id: &[u8; 16]) -> [u8; 32] {
        // Unambiguous: no label contains a NUL, and the id at the end has a fixed length.
        self.0.mac(&[label, &[0], audience.as_bytes(), &[0], id])
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn key() -> SubjectKey {
        SubjectKey::new(&SecretBytes::new([1; 32]))
    }

    fn citizen(number: u128) -> CitizenId {
        CitizenId::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn a_sub_stays_what_it_is() {
        // Every portal's accounts hang on this: a change here would lose them all.
        assert_eq!(key().pairwise("thue.example.vn", citizen(7)), "FnMFNu0kQw-t9i-36Km05NHk8kfSrEY0QKXq5RYIXP8");
        assert_eq!(key().public(citizen(7)), "Ajf6NPXelBU5cNx1KSAiZbmFDqH6LYDNNxlHiFOBGms");
        let session = SessionId::from_uuid(Uuid::from_u128(7));
        assert_eq!(key().sid(&"portal".parse().unwrap(), session), "B15tRH4mh7bg5Hp7AWK3Wz21YEj49RZXmFV8MVxDa6w");
    }

    #[test]
    fn sectors_citizens_and_keys_each_have_their_own() {
        let sub = key().pairwise("thue.example.vn", citizen(7));
        assert_ne!(sub, key().pairwise("yte.example.vn", citizen(7)));
        assert_ne!(sub, key().pairwise("thue.example.vn", citizen(8)));
        assert_ne!(sub, SubjectKey::new(&SecretBytes::new([2; 32])).pairwise("thue.example.vn", citizen(7)));
        assert_ne!(key().pairwise("", citizen(7)), key().public(citizen(7)));
    }

    #[test]
    fn a_sid_is_another_at_every_client_and_no_sub() {
        let session = SessionId::from_uuid(Uuid::from_u128(7));
        let sid = key().sid(&"portal".parse().unwrap(), session);
        assert_ne!(sid, key().sid(&"other".parse().unwrap(), session));
        assert_ne!(sid, key().pairwise("portal", citizen(7)));
    }

    #[test]
    fn a_user_handle_stays_what_it_is_and_says_nothing() {
        let handle = key().user_handle("id.example.gov", citizen(7));
        // Every passkey hangs on this: a change here would lose them all.
        assert_eq!(base64url::encode(&handle), "zh3OkIFcThC23PpNbgYuH_JGkx1ut4RSg4aoius4iTs");
        assert_ne!(handle, key().user_handle("id.example.gov", citizen(8)));
        assert_ne!(handle, key().user_handle("other.example.gov", citizen(7)));
        assert_ne!(base64url::encode(&handle), key().pairwise("id.example.gov", citizen(7)));
    }

    #[test]
    fn a_sub_is_short_enough_and_shows_no_id() {
        let sub = key().public(citizen(7));
        // Core §2 allows 255 ASCII characters.
        assert_eq!(sub.len(), 43);
        assert!(!sub.contains(&base64url::encode(citizen(7).uuid().as_bytes())[..16]));
    }
}
