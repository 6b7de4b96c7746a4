//! The sync engine: what a laptop does with a relay, as a pure state machine.
//!
//! `(state, event, now) → effects`. There is no socket here, no clock, no disk and no randomness: what a program must do is
//! an [`Effect`], what came of it is an [`Event`]. So a simulated world can run a million schedules through the very code
//! that runs on a laptop. What never happens here: "synced" is never said of a state that was not proven (`Engine::proof`);
//! an effect that writes is never followed by another before its answer has come.

mod backoff;
mod engine;
mod judge;
mod standing;

pub use engine::{Effect, Engine, Event, Identity, Phase};
pub use judge::{ANOTHERS, Known, Ledger, Verdict, judge};
pub use standing::{Loss, Proof, Standing, Why};
