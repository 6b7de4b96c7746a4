//! What was written here and has not left: exportable, also by somebody who was revoked.

use serde::Serialize;

use crate::App;
use crate::error::AppResult;
use crate::history::rfc3339;

/// A write that has not left the laptop.
#[derive(Debug, Clone, Serialize)]
pub struct UnsentWrite {
    /// The document.
    pub document: String,
    /// The cell.
    pub cell: String,
    /// What was written.
    pub value: tovholder_model::Scalar,
    /// When, RFC 3339 in UTC.
    pub when: String,
}

impl App {
    /// Every write that has not left the laptop, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn unsent_writes(&self) -> AppResult<Vec<UnsentWrite>> {
        let mut writes = Vec::new();
        for (document, change) in self.read(tovholder_store::Reader::not_sent)? {
            for op in change.ops {
                let when = rfc3339(change.time);
                writes.push(UnsentWrite { document: document.clone(), cell: op.key, value: op.value, when });
            }
        }
        Ok(writes)
    }
}
