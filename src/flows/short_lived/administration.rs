//! What the administration keeps there.

use crate::domain::secret::SecretHash;
use crate::flows::admin::audit::verification::Watched;
use crate::flows::admin_api::Kept;
use crate::sessions::{CounterKey, CounterKind, Key, Kind, Tag};

const ADMIN_ATTEMPT: Kind<Kept> = Kind::surviving("admin-attempt", 2);
const ADMIN_REQUESTS: CounterKind = CounterKind::new("admin-requests");
const ADMIN_KEYS: CounterKind = CounterKind::new("admin-keys");
const AUDIT_VERIFICATION: Kind<Watched> = Kind::surviving("audit-verification", 1);
const AUDIT_VERIFYING: Kind<()> = Kind::surviving("audit-verifying", 1);

/// What is known of a request to the Admin API, by its key; the hash tells nobody which.
pub fn admin_attempt(hash: &SecretHash) -> Key<Kept> {
    ADMIN_ATTEMPT.key(hash)
}

/// Requests of an administrator to the Admin API.
pub fn admin_requests(actor: &str) -> CounterKey {
    ADMIN_REQUESTS.key(Tag::text(actor))
}

/// Keys that they chose for them.
pub fn admin_keys(actor: &str) -> CounterKey {
    ADMIN_KEYS.key(Tag::text(actor))
}

/// The last verification of the audit log that somebody began at a page, however far it has come.
pub fn audit_verification() -> Key<Watched> {
    AUDIT_VERIFICATION.key(Tag::text("last"))
}

/// That one is under way: there is one at a time.
pub fn audit_verifying() -> Key<()> {
    AUDIT_VERIFYING.key(Tag::text("now"))
}
