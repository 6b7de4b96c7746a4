//! A set of cells as an Automerge document.
//!
//! A document's root map holds scalars only, under composite keys. Every change, our own too, is built here, by one
//! builder: dependencies are all heads and the incarnation's previous change, predecessors are exactly the writes that
//! the author saw. Nothing nested is ever created, no key is ever deleted, and no bytes that we did not build ourselves
//! reach Automerge.

pub mod body;
mod change;
mod verify;

pub use body::Body;
pub use change::{CellChange, CellOp, DocumentError, Encoded, Hash, KEY_BYTES_MAX, NUMBER_MAX, OPS_MAX, TIME_END};
pub use verify::{Document, cells_of};
