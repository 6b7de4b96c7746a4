//! The ledger beside the world: every edit that was acknowledged, and where it must be found.
//!
//! An acknowledged edit must be in the history of every laptop at the end. It is excused only when
//! - a disk (a laptop's or the relay's) was set back, and right afterwards no disk in the world held it: not a laptop's
//!   that is in the space, and not the relay's; or
//! - its author had lost the right to write by the relay's chain, and the relay's log did not have it then; or
//! - its author's joining was lost with the relay's disk before any other laptop had heard of it.
//!
//! Right before a disk is set back, every edit that is not excused must be on some disk: what was lost earlier is not
//! excused by it.

use std::collections::BTreeSet;

/// An acknowledged edit.
#[derive(Debug, Clone)]
#[expect(dead_code, reason = "the step is told when the edit is missing")]
pub struct Acked {
    /// Whose laptop.
    pub laptop: usize,
    /// The step.
    pub step: u32,
    /// The cell.
    pub key: String,
    /// What was written; nobody else writes the same.
    pub value: String,
    /// Why it need not be there.
    pub excused: Option<&'static str>,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Ledger {
    /// In the order in which they were acknowledged.
    pub edits: Vec<Acked>,
}

/// Cells with values.
pub type Held = BTreeSet<(String, String)>;

impl Ledger {
    pub fn acked(&mut self, laptop: usize, step: u32, key: &str, value: &str) {
        self.edits.push(Acked { laptop, step, key: key.to_owned(), value: value.to_owned(), excused: None });
    }

    /// The first edit that should be held and is not.
    pub fn missing(&self, held: &Held) -> Option<&Acked> {
        self.edits.iter().find(|edit| edit.excused.is_none() && !held.contains(&(edit.key.clone(), edit.value.clone())))
    }

    /// Excuses what is held nowhere, of these laptops.
    pub fn excuse(&mut self, held: &Held, why: &'static str, whose: impl Fn(usize) -> bool) {
        for edit in &mut self.edits {
            if edit.excused.is_none() && whose(edit.laptop) && !held.contains(&(edit.key.clone(), edit.value.clone())) {
                edit.excused = Some(why);
            }
        }
    }
}
