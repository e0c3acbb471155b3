//! Heads in a file that the operator names: kept where the database's administrator has no hand, it shows what they removed.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use crate::flows::FlowError;
use crate::storage::Store;

use super::export::HeadLine;

/// Heads that are read at once.
const PAGE: u32 = 1_000;

/// A file that every head is added to, one JSON object a line.
#[derive(Debug)]
pub struct HeadsFile {
    path: PathBuf,
    /// The number of its last head.
    last: u64,
}

impl HeadsFile {
    /// Goes on behind the last head that the file has; it is made where there is none.
    ///
    /// # Errors
    /// Where it cannot be read, or holds anything else.
    pub fn open(path: &Path) -> Result<Self, FlowError> {
        let mut last = 0;
        if path.exists() {
            for line in BufReader::new(File::open(path).map_err(FlowError::failed)?).lines() {
                let line = line.map_err(FlowError::failed)?;
                let head: HeadLine = serde_json::from_str(&line)
                    .map_err(|_| FlowError::failed(format!("{} has a line that is no head", path.display())))?;
                last = head.head;
            }
        }
        Ok(Self { path: path.to_owned(), last })
    }

    /// Adds the heads that were signed since, by whichever server, and waits until they are on the disk.
    ///
    /// # Errors
    /// `Away`, where the file cannot be written, or where the store has lost heads that the file has.
    pub async fn add(&mut self, store: &Store) -> Result<u64, FlowError> {
        let mut added = 0;
        loop {
            let mut reading = store.read().await?;
            let heads = reading.audit_log().heads(self.last, PAGE).await?;
            let newest = reading.audit_log().last_head().await?.map_or(0, |head| head.number);
            drop(reading);
            if newest < self.last {
                return Err(FlowError::failed(format!(
                    "the identity store has {newest} heads of the audit log, and {} has {}: heads were removed",
                    self.path.display(),
                    self.last
                )));
            }
            let Some(last) = heads.last().map(|head| head.number) else { return Ok(added) };
            let mut lines = Vec::new();
            for head in &heads {
                serde_json::to_writer(&mut lines, &HeadLine::of(head, Vec::new())).map_err(FlowError::failed)?;
                lines.push(b'\n');
            }
            let mut file = OpenOptions::new().append(true).create(true).open(&self.path).map_err(FlowError::failed)?;
            file.write_all(&lines).and_then(|()| file.sync_data()).map_err(FlowError::failed)?;
            (self.last, added) = (last, added + heads.len() as u64);
        }
    }
}
