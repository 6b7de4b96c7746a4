//! What a task, a role and a project *is*.
//!
//! Pure: no I/O, no clock, no randomness; today's date is an argument. Nothing here knows Automerge, SQLite or a screen.

pub mod check;
pub mod key;
pub mod op;
pub mod record;
pub mod scalar;
pub mod task;

pub use key::Stamp;
pub use op::{Actor, OpId};
pub use record::{Cells, ImportStates, Live, Record};
pub use scalar::Scalar;
pub use task::colour::{ColourInputs, Coloured, DAYS_NOT_BEGUN_MAX, Reason, colour_of, is_late};
pub use task::field::{FieldKind, TaskField};
pub use task::words::{Colour, Status, TaskKind};
