//! One change: some cells written at once by one incarnation.

use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZeroU64;

use automerge::legacy::{Key, ObjectId, Op, OpId as LegacyOpId, OpType};
use automerge::{ActorId, Change, ChangeHash, ExpandedChange, ScalarValue};
use tovholder_model::{Actor, OpId, Scalar};

/// A change's SHA-256, as Automerge computes it.
pub type Hash = [u8; 32];

/// Cells in one change at most. An import writes a project at a time, far below.
pub const OPS_MAX: usize = 200_000;
/// Bytes in a key at most.
pub const KEY_BYTES_MAX: usize = 1_024;
/// The highest counter and sequence there may be: no document comes near, and no sum of two overflows.
pub const NUMBER_MAX: u64 = 1 << 48;
/// The first second of the year 10000; no change is from then or later.
pub const TIME_END: i64 = 253_402_300_800;

/// Why a change is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentError {
    /// No cells, or more than [`OPS_MAX`].
    OpCount(usize),
    /// A key is empty or too long, or stands twice.
    Key(String),
    /// The time lies before 1970 or after 9999.
    Time(i64),
    /// Sequence and start must be at least 1 and below [`NUMBER_MAX`], and what is replaced came before.
    Numbering,
    /// What a cell replaces is named in order, each once.
    Unordered,
    /// The bytes are not a change of cells.
    NotCells(String),
    /// Automerge refused it.
    Automerge(String),
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for DocumentError {}

/// One cell written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellOp {
    /// The cell's key.
    pub key: String,
    /// The value.
    pub value: Scalar,
    /// The writes of the same key that its author saw, and that this one replaces; sorted, distinct.
    pub pred: Vec<OpId>,
}

/// One change, before it is Automerge's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellChange {
    /// The incarnation.
    pub actor: Actor,
    /// Its number among the incarnation's changes in this document, from 1.
    pub seq: u64,
    /// Counter of the first cell: one more than the highest the author knew in this document.
    pub start: u64,
    /// Unix seconds.
    pub time: i64,
    /// The changes it builds on.
    pub deps: Vec<Hash>,
    /// The cells.
    pub ops: Vec<CellOp>,
}

/// A change as Automerge stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// Its hash.
    pub hash: Hash,
    /// Its bytes, compressed when that is smaller.
    pub bytes: Vec<u8>,
}

impl CellChange {
    /// The id of the cell written at `index`.
    pub fn op_id(&self, index: usize) -> OpId {
        OpId { counter: self.start + index as u64, actor: self.actor }
    }

    /// The highest counter in the change.
    pub fn last_counter(&self) -> u64 {
        self.start + (self.ops.len() as u64).saturating_sub(1)
    }

    /// Checks what can be checked of a change alone.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), DocumentError> {
        if self.ops.is_empty() || self.ops.len() > OPS_MAX {
            return Err(DocumentError::OpCount(self.ops.len()));
        }
        if !(1..NUMBER_MAX).contains(&self.seq) || !(1..NUMBER_MAX).contains(&self.start) {
            return Err(DocumentError::Numbering);
        }
        if self.ops.iter().flat_map(|op| &op.pred).any(|id| !(1..self.start).contains(&id.counter)) {
            return Err(DocumentError::Numbering);
        }
        if self.ops.iter().any(|op| op.pred.windows(2).any(|pair| pair.first() >= pair.last())) {
            return Err(DocumentError::Unordered);
        }
        if !(0..TIME_END).contains(&self.time) {
            return Err(DocumentError::Time(self.time));
        }
        let mut keys = BTreeSet::new();
        for op in &self.ops {
            if op.key.is_empty() || op.key.len() > KEY_BYTES_MAX || !keys.insert(op.key.as_str()) {
                return Err(DocumentError::Key(op.key.chars().take(80).collect()));
            }
        }
        Ok(())
    }

    /// Builds Automerge's change.
    ///
    /// # Errors
    /// When [`CellChange::check`] refuses it.
    pub fn encode(&self) -> Result<Encoded, DocumentError> {
        self.check()?;
        let mut deps: Vec<ChangeHash> = self.deps.iter().map(|hash| ChangeHash(*hash)).collect();
        deps.sort();
        deps.dedup();
        let expanded = ExpandedChange {
            operations: self.ops.iter().map(to_automerge).collect(),
            actor_id: ActorId::from(self.actor.0),
            hash: None,
            seq: self.seq,
            start_op: NonZeroU64::new(self.start).ok_or(DocumentError::Numbering)?,
            time: self.time,
            message: None,
            deps,
            extra_bytes: Vec::new(),
            author: None,
        };
        let mut change = Change::from(expanded);
        Ok(Encoded { hash: change.hash().0, bytes: change.bytes().into_owned() })
    }

    /// Reads a change that this laptop stored itself. Foreign bytes never come this way.
    ///
    /// # Errors
    /// When the bytes are not a change of cells.
    pub fn decode(bytes: &[u8]) -> Result<Self, DocumentError> {
        let change = Change::from_bytes(bytes.to_vec()).map_err(|error| DocumentError::NotCells(error.to_string()))?;
        let expanded = change.decode();
        let actor = Actor::from_slice(expanded.actor_id.to_bytes())
            .ok_or_else(|| DocumentError::NotCells("actor".to_owned()))?;
        let ops = expanded.operations.iter().map(from_automerge).collect::<Result<Vec<_>, _>>()?;
        let deps = expanded.deps.iter().map(|hash| hash.0).collect();
        let read = Self { actor, seq: expanded.seq, start: expanded.start_op.get(), time: expanded.time, deps, ops };
        read.check()?;
        Ok(read)
    }
}

fn to_automerge(op: &CellOp) -> Op {
    let value = match &op.value {
        Scalar::Null => ScalarValue::Null,
        Scalar::Bool(flag) => ScalarValue::Boolean(*flag),
        Scalar::Int(number) => ScalarValue::Int(*number),
        Scalar::Str(text) => ScalarValue::Str(text.as_str().into()),
    };
    let pred: Vec<LegacyOpId> =
        op.pred.iter().map(|id| LegacyOpId::new(id.counter, &ActorId::from(id.actor.0))).collect();
    Op {
        action: OpType::Put(value),
        obj: ObjectId::Root,
        key: Key::Map(op.key.as_str().into()),
        pred: pred.into(),
        insert: false,
    }
}

fn from_automerge(op: &Op) -> Result<CellOp, DocumentError> {
    let not = |what: &str| DocumentError::NotCells(what.to_owned());
    let (OpType::Put(value), ObjectId::Root, Key::Map(key), false) = (&op.action, &op.obj, &op.key, op.insert) else {
        return Err(not("not a scalar in the root map"));
    };
    let mut pred = Vec::with_capacity(op.pred.len());
    for id in op.pred.iter() {
        let actor = Actor::from_slice(id.actor().to_bytes()).ok_or_else(|| not("actor"))?;
        pred.push(OpId { counter: id.counter(), actor });
    }
    pred.sort_unstable();
    Ok(CellOp { key: key.to_string(), value: scalar(value)?, pred })
}

pub(crate) fn scalar(value: &ScalarValue) -> Result<Scalar, DocumentError> {
    match value {
        ScalarValue::Null => Ok(Scalar::Null),
        ScalarValue::Boolean(flag) => Ok(Scalar::Bool(*flag)),
        ScalarValue::Int(number) => Ok(Scalar::Int(*number)),
        ScalarValue::Str(text) => Ok(Scalar::Str(text.to_string())),
        other => Err(DocumentError::NotCells(format!("{other:?}").chars().take(80).collect())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use proptest::prelude::*;

    use super::*;
    use crate::Document;

    fn scalar() -> impl Strategy<Value = Scalar> {
        prop_oneof![
            Just(Scalar::Null),
            any::<bool>().prop_map(Scalar::Bool),
            any::<i64>().prop_map(Scalar::Int),
            ".{0,40}".prop_map(Scalar::Str)
        ]
    }

    proptest! {
        #[test]
        fn a_change_reads_back_as_it_was_written(
            actor in any::<[u8; 16]>(), time in 0..TIME_END,
            cells in prop::collection::btree_map("[a-zæøå/]{1,30}", scalar(), 1..20)
        ) {
            let ops = cells.into_iter().map(|(key, value)| CellOp { key, value, pred: Vec::new() }).collect();
            let change = CellChange { actor: Actor(actor), seq: 1, start: 1, time, deps: Vec::new(), ops };
            let encoded = change.encode().unwrap();
            prop_assert_eq!(CellChange::decode(&encoded.bytes).unwrap(), change.clone());
            prop_assert_eq!(change.encode().unwrap(), encoded.clone());
            let document = Document::load([encoded.bytes.as_slice()]).unwrap();
            prop_assert_eq!(document.cells().unwrap().len(), change.ops.len());
        }

        #[test]
        fn arbitrary_bytes_are_no_change(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(CellChange::decode(&bytes).is_err());
        }
    }

    #[test]
    fn a_change_that_could_not_be_stored_is_refused() {
        let op = |key: &str| CellOp { key: key.to_owned(), value: Scalar::Null, pred: Vec::new() };
        let good =
            CellChange { actor: Actor([1; 16]), seq: 1, start: 1, time: 0, deps: Vec::new(), ops: vec![op("a/b/c")] };
        assert!(good.encode().is_ok());
        let refused = [
            CellChange { ops: Vec::new(), ..good.clone() },
            CellChange { ops: vec![op("a/b/c"), op("a/b/c")], ..good.clone() },
            CellChange { ops: vec![op("")], ..good.clone() },
            CellChange { ops: vec![op(&"k".repeat(KEY_BYTES_MAX + 1))], ..good.clone() },
            CellChange { seq: 0, ..good.clone() },
            CellChange { start: 0, ..good.clone() },
            CellChange { time: -1, ..good.clone() },
            CellChange { time: i64::MIN, ..good.clone() },
            CellChange { time: TIME_END, ..good },
        ];
        for change in refused {
            assert!(change.encode().is_err(), "{change:?}");
        }
    }
}
