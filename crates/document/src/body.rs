//! The body of an envelope: a document's name and some of its changes, in our own bounded CBOR.
//!
//! Foreign bytes never reach Automerge. What comes is read here into [`CellChange`]s, checked by the store against the
//! document that it belongs to, and only then built into an Automerge change by the same builder as our own; the first
//! bytes of the hash that its author computed must come out again.
//!
//! The shape: `[1, name, [actor…], [change…]]`, a change being `[actor, seq, start, time, [dep…], [op…], check]`, an op
//! `[key, value, [counter, actor, …]]`. Actors are named by their place in the list; a dependency is the place of an earlier
//! change of the same body, or 32 bytes.

use std::collections::BTreeMap;

use minicbor::data::Type;
use minicbor::{Decoder, Encoder};
use tovholder_model::{Actor, OpId, Scalar};

use crate::change::{CellChange, CellOp, DocumentError, Hash, KEY_BYTES_MAX, OPS_MAX};

/// Bytes of a document's name at most.
pub const NAME_BYTES_MAX: usize = 1_024;
/// Changes in a body at most.
pub const CHANGES_MAX: usize = 20_000;
/// Bytes of a text at most: 32,767 characters of four bytes, and some room.
pub const TEXT_BYTES_MAX: usize = 256 * 1024;
/// Dependencies of a change at most.
pub const DEPS_MAX: usize = 4_096;
/// Predecessors of a cell at most.
const PREDS_MAX: usize = 4_096;
/// Predecessors in a body at most, and dependencies. Each is one or two bytes in a body and some hundred once it is
/// Automerge's, so that the limits of a single change alone would let a small envelope ask for gigabytes.
const PREDS_IN_ALL_MAX: usize = 4 * OPS_MAX;
const DEPS_IN_ALL_MAX: usize = 16 * CHANGES_MAX;
/// Bytes of the hash that travel along.
const CHECK_BYTES: usize = 8;

/// What a body says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The document's name, for example `project/BBR`.
    pub document: String,
    /// The changes, each after those of this body that it builds on, with the first bytes of its hash.
    pub changes: Vec<(CellChange, [u8; CHECK_BYTES])>,
}

/// Writes a body. Every change comes with its hash.
pub fn encode<'c>(document: &str, changes: impl IntoIterator<Item = (&'c CellChange, &'c Hash)>) -> Vec<u8> {
    let changes: Vec<_> = changes.into_iter().collect();
    let mut out = Vec::new();
    // Writing to memory cannot fail.
    let _ = write(&mut Encoder::new(&mut out), document, &changes);
    out
}

type WriteResult = Result<(), minicbor::encode::Error<std::convert::Infallible>>;

fn write(e: &mut Encoder<&mut Vec<u8>>, document: &str, changes: &[(&CellChange, &Hash)]) -> WriteResult {
    let mut actors: Vec<Actor> = Vec::new();
    let mut place: BTreeMap<Actor, u64> = BTreeMap::new();
    for (change, _) in changes {
        let named = change.ops.iter().flat_map(|op| op.pred.iter().map(|id| id.actor));
        for actor in std::iter::once(change.actor).chain(named) {
            place.entry(actor).or_insert_with(|| {
                actors.push(actor);
                actors.len() as u64 - 1
            });
        }
    }
    let at = |actor: &Actor| place.get(actor).copied().unwrap_or_default();
    e.array(4)?.u8(1)?.str(document)?.array(actors.len() as u64)?;
    for actor in &actors {
        e.bytes(&actor.0)?;
    }
    e.array(changes.len() as u64)?;
    let mut known: BTreeMap<&Hash, u64> = BTreeMap::new();
    for (index, (change, hash)) in changes.iter().enumerate() {
        e.array(7)?.u64(at(&change.actor))?.u64(change.seq)?.u64(change.start)?.i64(change.time)?;
        e.array(change.deps.len() as u64)?;
        for dep in &change.deps {
            match known.get(dep) {
                Some(earlier) => e.u64(*earlier)?,
                None => e.bytes(dep)?,
            };
        }
        e.array(change.ops.len() as u64)?;
        for op in &change.ops {
            e.array(3)?.str(&op.key)?;
            match &op.value {
                Scalar::Null => e.null()?,
                Scalar::Bool(flag) => e.bool(*flag)?,
                Scalar::Int(number) => e.i64(*number)?,
                Scalar::Str(text) => e.str(text)?,
            };
            e.array(op.pred.len() as u64 * 2)?;
            for id in &op.pred {
                e.u64(id.counter)?.u64(at(&id.actor))?;
            }
        }
        e.bytes(hash.get(..CHECK_BYTES).unwrap_or_default())?;
        known.insert(hash, index as u64);
    }
    Ok(())
}

fn not(what: impl std::fmt::Display) -> DocumentError {
    DocumentError::NotCells(what.to_string())
}

/// Reads a body from bytes that somebody else wrote.
///
/// # Errors
/// [`DocumentError::NotCells`] when a limit is passed or something is not as it must be.
pub fn decode(bytes: &[u8]) -> Result<Body, DocumentError> {
    let d = &mut Decoder::new(bytes);
    let body = read(d)?;
    if d.position() == bytes.len() { Ok(body) } else { Err(not("something stands behind the body")) }
}

fn read(d: &mut Decoder<'_>) -> Result<Body, DocumentError> {
    expect(d, 4)?;
    if d.u8().map_err(not)? != 1 {
        return Err(not("another version"));
    }
    let document = text(d, NAME_BYTES_MAX)?;
    let mut actors = Vec::new();
    for _ in 0..length(d, CHANGES_MAX)? {
        actors.push(Actor::from_slice(d.bytes().map_err(not)?).ok_or_else(|| not("an actor has 16 bytes"))?);
    }
    let mut changes: Vec<(CellChange, [u8; CHECK_BYTES])> = Vec::new();
    let mut hashes: Vec<Hash> = Vec::new();
    let mut left = Left { ops: OPS_MAX, preds: PREDS_IN_ALL_MAX, deps: DEPS_IN_ALL_MAX };
    for _ in 0..length(d, CHANGES_MAX)? {
        let (change, check) = read_change(d, &actors, &hashes, &mut left)?;
        // A later change may build on this one by its place, so its hash is needed at once; the builder is ours.
        let hash = change.encode()?.hash;
        if hash.get(..CHECK_BYTES) != Some(check.as_slice()) {
            return Err(not("its author computed another hash"));
        }
        hashes.push(hash);
        changes.push((change, check));
    }
    Ok(Body { document, changes })
}

/// What the rest of a body may still hold.
struct Left {
    ops: usize,
    preds: usize,
    deps: usize,
}

fn read_change(
    d: &mut Decoder<'_>,
    actors: &[Actor],
    hashes: &[Hash],
    left: &mut Left,
) -> Result<(CellChange, [u8; CHECK_BYTES]), DocumentError> {
    let named = |place: u64| {
        usize::try_from(place).ok().and_then(|place| actors.get(place)).copied().ok_or_else(|| not("no such actor"))
    };
    expect(d, 7)?;
    let actor = named(d.u64().map_err(not)?)?;
    let (seq, start, time) = (d.u64().map_err(not)?, d.u64().map_err(not)?, d.i64().map_err(not)?);
    let mut deps = Vec::new();
    let count = length(d, DEPS_MAX.min(left.deps))?;
    left.deps -= count;
    for _ in 0..count {
        let dep = if d.datatype().map_err(not)? == Type::Bytes {
            d.bytes().map_err(not)?.try_into().map_err(|_| not("a hash has 32 bytes"))?
        } else {
            let place = usize::try_from(d.u64().map_err(not)?).unwrap_or(usize::MAX);
            *hashes.get(place).ok_or_else(|| not("builds on a change that is not before it"))?
        };
        deps.push(dep);
    }
    let count = length(d, left.ops)?;
    left.ops -= count;
    let mut ops = Vec::new();
    for _ in 0..count {
        expect(d, 3)?;
        let key = text(d, KEY_BYTES_MAX)?;
        let value = match d.datatype().map_err(not)? {
            Type::Null => d.null().map(|()| Scalar::Null).map_err(not)?,
            Type::Bool => Scalar::Bool(d.bool().map_err(not)?),
            Type::String => Scalar::Str(text(d, TEXT_BYTES_MAX)?),
            _ => Scalar::Int(d.i64().map_err(not)?),
        };
        let mut pred = Vec::new();
        let pairs = length(d, PREDS_MAX.min(left.preds) * 2)?;
        if pairs % 2 != 0 {
            return Err(not("half a predecessor"));
        }
        left.preds -= pairs / 2;
        for _ in 0..pairs / 2 {
            pred.push(OpId { counter: d.u64().map_err(not)?, actor: named(d.u64().map_err(not)?)? });
        }
        ops.push(CellOp { key, value, pred });
    }
    let check = d.bytes().map_err(not)?.try_into().map_err(|_| not("no check"))?;
    let change = CellChange { actor, seq, start, time, deps, ops };
    change.check()?;
    Ok((change, check))
}

/// The length of an array, which must be said and be within its limit. Nothing is reserved for it.
fn length(d: &mut Decoder<'_>, max: usize) -> Result<usize, DocumentError> {
    let length = d.array().map_err(not)?.ok_or_else(|| not("a length is missing"))?;
    usize::try_from(length).ok().filter(|length| *length <= max).ok_or_else(|| not("too many"))
}

fn expect(d: &mut Decoder<'_>, wanted: usize) -> Result<(), DocumentError> {
    if length(d, wanted)? == wanted { Ok(()) } else { Err(not("too few")) }
}

fn text(d: &mut Decoder<'_>, bytes_max: usize) -> Result<String, DocumentError> {
    let text = d.str().map_err(not)?;
    if text.len() <= bytes_max { Ok(text.to_owned()) } else { Err(not("a text is too long")) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use proptest::prelude::*;

    use super::*;

    fn op(key: &str, value: Scalar, pred: Vec<OpId>) -> CellOp {
        CellOp { key: key.to_owned(), value, pred }
    }

    /// Three changes, each on the one before.
    fn changes() -> Vec<(CellChange, Hash)> {
        let (me, you) = (Actor([1; 16]), Actor([2; 16]));
        let mut made: Vec<(CellChange, Hash)> = Vec::new();
        for (seq, value) in [(1, Scalar::Null), (2, Scalar::Int(-4)), (3, "æøå".into())] {
            let deps = made.last().map_or_else(|| vec![[9; 32]], |(_, hash)| vec![*hash]);
            let pred = vec![OpId { counter: 1, actor: you }, OpId { counter: 2, actor: me }];
            let ops = vec![op("task/K/status", value, pred), op("task/K/x", true.into(), vec![])];
            let change = CellChange { actor: me, seq, start: 10 + seq * 2, time: 1_500_000_000, deps, ops };
            let hash = change.encode().unwrap().hash;
            made.push((change, hash));
        }
        made
    }

    fn written(changes: &[(CellChange, Hash)]) -> Vec<u8> {
        encode("project/BBR", changes.iter().map(|(change, hash)| (change, hash)))
    }

    #[test]
    fn a_body_reads_back_as_it_was_written() {
        let made = changes();
        let body = decode(&written(&made)).unwrap();
        assert_eq!(body.document, "project/BBR");
        let read: Vec<CellChange> = body.changes.into_iter().map(|(change, _)| change).collect();
        assert_eq!(read, made.into_iter().map(|(change, _)| change).collect::<Vec<_>>());
    }

    #[test]
    fn a_change_that_its_author_hashed_otherwise_is_refused() {
        let mut made = changes();
        made[2].1[0] ^= 1;
        assert!(decode(&written(&made)).is_err());
    }

    proptest! {
        #[test]
        fn nothing_else_panics_or_is_taken(
            bytes in prop::collection::vec(any::<u8>(), 0..300), at in any::<prop::sample::Index>(), bit in 0..8_u8
        ) {
            let _ = decode(&bytes);
            let good = written(&changes());
            let mut bad = good.clone();
            let at = at.index(bad.len());
            bad[at] ^= 1 << bit;
            prop_assert!(decode(&bad).map_or(true, |body| body != decode(&good).unwrap()));
            bad.truncate(at);
            prop_assert!(decode(&bad).is_err());
        }
    }
}
