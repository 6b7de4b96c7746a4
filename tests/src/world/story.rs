//! A story: steps drawn from a seed, each of which means something wherever the world stands, so that steps can be left out.

use super::random::Chance;

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Somebody writes a cell, from a screen that may be old.
    Edit,
    /// Somebody writes the same cell as others do.
    EditTogether,
    /// A new task.
    CreateTask,
    /// A remark.
    Comment,
    /// Chooses in a conflict.
    Choose,
    /// Takes a step back.
    Undo,
    /// Brings it back.
    Redo,
    /// Time passes for everybody, and one looks.
    Tick,
    /// Somebody presses »synchronise«.
    Wake,
    /// Some frames reach the relay.
    Up,
    /// Some frames reach laptops.
    Down,
    /// The relay commits.
    Flush,
    /// Everything moves for a while.
    Flow,
    /// The relay's next commit fails.
    CommitFails,
    /// A connection breaks.
    Drop,
    /// A laptop loses the network.
    CutOff,
    /// It has it again.
    Heal,
    /// The relay goes down.
    RelayDown,
    /// It comes back.
    RelayUp,
    /// The host copies the relay's disk.
    RelayBackup,
    /// And puts the copy back.
    RelayYesterday,
    /// A laptop ends, and starts again.
    Restart,
    /// A laptop ends in the midst of what it was doing.
    Crash,
    /// A laptop's disk refuses commits.
    DiskFails,
    /// A clock jumps.
    Clock,
    /// Somebody copies a data directory.
    Backup,
    /// And puts it back, as new files.
    Restore,
    /// A machine is set back as a whole.
    SetBack,
    /// A data directory is copied to another machine, and both go on.
    Clone,
    /// A file is written.
    BundleWrite,
    /// A file is read.
    BundleRead,
    /// Somebody is invited.
    Invite,
    /// A laptop that stands outside, with data of its own.
    Outsider,
    /// Somebody joins.
    Join,
    /// A member's role changes.
    Role,
    /// A member or a device is revoked.
    Revoke,
    /// A newer version of the program writes something.
    Newer,
}

/// How often what is drawn.
const OFTEN: [(What, usize); 37] = [
    (What::Edit, 150),
    (What::EditTogether, 90),
    (What::CreateTask, 12),
    (What::Comment, 12),
    (What::Choose, 30),
    (What::Undo, 16),
    (What::Redo, 6),
    (What::Tick, 110),
    (What::Wake, 50),
    (What::Up, 120),
    (What::Down, 150),
    (What::Flush, 70),
    (What::Flow, 40),
    (What::CommitFails, 10),
    (What::Drop, 24),
    (What::CutOff, 10),
    (What::Heal, 20),
    (What::RelayDown, 5),
    (What::RelayUp, 30),
    (What::RelayBackup, 8),
    (What::RelayYesterday, 9),
    (What::Restart, 8),
    (What::Crash, 12),
    (What::DiskFails, 10),
    (What::Clock, 8),
    (What::Backup, 8),
    (What::Restore, 9),
    (What::SetBack, 9),
    (What::Clone, 3),
    (What::BundleWrite, 10),
    (What::BundleRead, 14),
    (What::Invite, 16),
    (What::Outsider, 3),
    (What::Join, 22),
    (What::Role, 10),
    (What::Revoke, 7),
    (What::Newer, 4),
];

/// A step: what, and numbers that choose among what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Its place in the whole story.
    pub number: u32,
    /// What happens.
    pub what: What,
    /// Who.
    pub who: usize,
    /// Which.
    pub which: usize,
    /// How.
    pub how: usize,
}

/// A story.
#[derive(Debug, Clone)]
pub struct Story {
    /// Its seed.
    pub seed: u64,
    /// Laptops at first, of those that know each other.
    pub laptops: usize,
    /// What happens.
    pub steps: Vec<Step>,
}

impl Story {
    /// The story of a seed.
    pub fn of(seed: u64, steps: u32) -> Self {
        let mut chance = Chance::new(seed ^ 0x746F_7668_6F6C_6465);
        let laptops = 2 + chance.below(3);
        let rights = chance.one_in(2);
        // Each story has its own weather: some things are common in it, and others do not happen at all.
        let weights: Vec<(What, usize)> = OFTEN
            .iter()
            .map(|(what, often)| {
                let factor = match chance.below(8) {
                    0 => 0,
                    1 => 4,
                    _ => 2,
                };
                let common = *often >= 40;
                let out: &[What] = if rights { &[What::RelayYesterday] } else { &[What::Role, What::Revoke] };
                let factor = if out.contains(what) { 0 } else { factor };
                (*what, if common { often * 2 } else { often * factor })
            })
            .collect();
        let all: usize = weights.iter().map(|(_, often)| often).sum();
        let steps = (0..steps)
            .map(|number| {
                let mut drawn = chance.below(all);
                let mut what = What::Tick;
                for (one, often) in &weights {
                    if drawn < *often {
                        what = *one;
                        break;
                    }
                    drawn -= often;
                }
                Step {
                    number,
                    what,
                    who: chance.below(1 << 20),
                    which: chance.below(1 << 20),
                    how: chance.below(1 << 20),
                }
            })
            .collect();
        Self { seed, laptops, steps }
    }

    /// The same story with these steps only.
    #[must_use]
    pub fn with(&self, steps: Vec<Step>) -> Self {
        Self { steps, ..self.clone() }
    }
}
