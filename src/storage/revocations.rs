//! What authorities have said once and cannot take back: certificates that are revoked, and their newest lists.

use super::connection::{Read, Write, on_backend};
use super::error::Error;
use crate::domain::revocation::{CertificateId, ListEdition, Reason, Revoked};
use crate::domain::time::Timestamp;

const FIND: &str = "SELECT revoked_at, reason FROM revoked_certificates WHERE issuer_key = $1 AND serial = $2";
const REMEMBER: &str = "INSERT INTO revoked_certificates (issuer_key, serial, revoked_at, reason, learned_at)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (issuer_key, serial) DO NOTHING";
// Neither the number nor the time goes back, whichever of several servers sees which list first.
const ADVANCE: &str = "INSERT INTO revocation_lists (issuer_key, scope, number, issued_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (issuer_key, scope) DO UPDATE SET number = excluded.number, issued_at = excluded.issued_at
    WHERE excluded.number >= revocation_lists.number AND excluded.issued_at >= revocation_lists.issued_at";

/// Revocations, seen from one connection.
pub struct Revocations<'c, C>(pub(super) &'c mut C);

impl<C: Read> Revocations<'_, C> {
    /// What is remembered of this certificate, if it is known to be revoked.
    pub async fn find(&mut self, certificate: &CertificateId) -> Result<Option<Revoked>, Error> {
        let found: Option<(i64, i16)> = on_backend!(self.0, |db| {
            sqlx::query_as(FIND)
                .bind(certificate.issuer_key.as_slice())
                .bind(certificate.serial.as_bytes().as_slice())
                .fetch_optional(db)
                .await
        })?;
        let open = |(at, reason): (i64, i16)| {
            let reason = u8::try_from(reason).ok().and_then(Reason::from_code);
            let reason = reason.ok_or(Error::Corrupt("the reason of a revocation"))?;
            Ok(Revoked { at: Timestamp::from_micros(at), reason })
        };
        found.map(open).transpose()
    }
}

impl<C: Write> Revocations<'_, C> {
    /// Remembers that this certificate is revoked, for ever; what was remembered first stays.
    pub async fn remember(
        &mut self,
        certificate: &CertificateId,
        revoked: Revoked,
        now: Timestamp,
    ) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(REMEMBER)
                .bind(certificate.issuer_key.as_slice())
                .bind(certificate.serial.as_bytes().as_slice())
                .bind(revoked.at.micros())
                .bind(i16::from(revoked.reason.code()))
                .bind(now.micros())
                .execute(db)
                .await
                .map(drop)
        })?)
    }

    /// Notes that this list was seen. Tells whether none that is newer was seen before: otherwise it must not be used.
    pub async fn advance(&mut self, list: &ListEdition) -> Result<bool, Error> {
        let written = on_backend!(self.0, |db| {
            sqlx::query(ADVANCE)
                .bind(list.issuer_key.as_slice())
                .bind(list.scope.as_slice())
                .bind(list.number.as_bytes().as_slice())
                .bind(list.issued_at.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(written > 0)
    }
}
