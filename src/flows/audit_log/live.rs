//! The log in the identity store, for whoever verifies it.

use std::collections::HashMap;

use uuid::Uuid;

use crate::domain::audit_record::AuditRecord;
use crate::flows::admin::AdminError;
use crate::storage::{Store, StoredHead};

use super::finding::Finding;
use super::verify::{BEFORE_ALL, Row, Source};

/// A log that goes on while it is verified.
#[derive(Debug)]
pub struct Live<'s>(pub &'s Store);

impl Source for Live<'_> {
    async fn rows(&mut self, from: u64, limit: u32) -> Result<Vec<Row>, AdminError> {
        let mut reading = self.0.read().await?;
        let leaves = reading.audit_log().leaves(from, limit).await?;
        let ids: Vec<Uuid> = leaves.iter().map(|leaf| leaf.event).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let records = reading.audit_log().records(&ids).await?;
        let mut records: HashMap<Uuid, AuditRecord> = records.into_iter().map(|record| (record.id, record)).collect();
        Ok(leaves.into_iter().map(|leaf| Row { record: records.remove(&leaf.event), leaf }).collect())
    }

    async fn heads(&mut self, after: u64, limit: u32) -> Result<Vec<StoredHead>, AdminError> {
        Ok(self.0.read().await?.audit_log().heads(after, limit).await?)
    }

    async fn strays(&mut self, limit: u32) -> Result<Vec<AuditRecord>, AdminError> {
        let mut reading = self.0.read().await?;
        let ids = reading.audit_log().strays(BEFORE_ALL, limit).await?;
        if ids.is_empty() { Ok(Vec::new()) } else { Ok(reading.audit_log().records(&ids).await?) }
    }

    async fn aside(&mut self) -> Result<Option<Finding>, AdminError> {
        let mut reading = self.0.read().await?;
        if let Some(event) = reading.audit_log().strays(BEFORE_ALL, 1).await?.pop() {
            return Ok(Some(Finding::Inserted { place: None, event }));
        }
        Ok(reading.audit_log().lost().await?.map(|event| Finding::LostWaiting { event }))
    }
}
