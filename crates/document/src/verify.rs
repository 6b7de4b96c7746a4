//! Automerge's own view of a document: to prove the read tables, and to hand it out as `.automerge`.

use std::collections::BTreeMap;

use automerge::{Automerge, Change, ROOT, ReadDoc, Value};
use tovholder_model::{Actor, Live, OpId};

use crate::change::{DocumentError, scalar};

/// A document in Automerge's hands.
pub struct Document(Automerge);

impl Document {
    /// Loads a document from changes that this laptop stored itself, each after those it builds on.
    ///
    /// # Errors
    /// When Automerge refuses a change, or a change builds on one that is not there.
    pub fn load<'a>(changes: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, DocumentError> {
        let read = |bytes: &[u8]| {
            Change::from_bytes(bytes.to_vec()).map_err(|error| DocumentError::NotCells(error.to_string()))
        };
        let changes = changes.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let wanted = changes.len();
        let mut document = Automerge::new();
        document.apply_changes(changes).map_err(|error| DocumentError::Automerge(error.to_string()))?;
        let applied = document.get_changes(&[]).len();
        if applied != wanted {
            return Err(DocumentError::Automerge(format!("{applied} of {wanted} changes could be applied")));
        }
        Ok(Self(document))
    }

    /// The document as one `.automerge` file.
    pub fn save(&self) -> Vec<u8> {
        self.0.save()
    }

    /// Every cell with all its visible values, oldest write first.
    ///
    /// # Errors
    /// When the document holds something that is not a cell.
    pub fn cells(&self) -> Result<BTreeMap<String, Vec<Live>>, DocumentError> {
        let automerge = |error: automerge::AutomergeError| DocumentError::Automerge(error.to_string());
        let mut cells = BTreeMap::new();
        for key in self.0.keys(ROOT) {
            let mut values = Vec::new();
            for (value, id) in self.0.get_all(ROOT, &key).map_err(automerge)? {
                let Value::Scalar(value) = value else {
                    return Err(DocumentError::NotCells(format!("{key} is nested")));
                };
                values.push(Live { op: op_id(&id)?, value: scalar(value.as_ref())? });
            }
            values.sort_by_key(|live| live.op);
            cells.insert(key, values);
        }
        Ok(cells)
    }
}

fn op_id(id: &automerge::ObjId) -> Result<OpId, DocumentError> {
    let automerge::ObjId::Id(counter, actor, _) = id else {
        return Err(DocumentError::NotCells("root as a value".to_owned()));
    };
    let actor = Actor::from_slice(actor.to_bytes()).ok_or_else(|| DocumentError::NotCells("actor".to_owned()))?;
    Ok(OpId { counter: *counter, actor })
}

/// Every cell of the document that these changes make, as Automerge sees it.
///
/// # Errors
/// As [`Document::load`] and [`Document::cells`].
pub fn cells_of<'a>(changes: impl IntoIterator<Item = &'a [u8]>) -> Result<BTreeMap<String, Vec<Live>>, DocumentError> {
    Document::load(changes)?.cells()
}
