//! A simulated world: laptops, a relay and everything that goes wrong between them, from one seed.
//!
//! What is real: the use cases (`tovholder_app`) on data directories of their own, the sync engine and the conversation
//! around it, the relay's core. What is not: sockets, clocks and chance. A [`Story`] is a list of steps drawn from a seed;
//! when it is over everything is healed, the world comes to rest, and `check` says what must hold. A story that fails is
//! told again with as few steps as it takes (`shrink`).

mod act;
mod check;
mod laptop;
mod ledger;
mod members;
mod net;
mod random;
mod shrink;
mod story;
mod template;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use tovholder_app::sharing::sim;
use tovholder_sync_server::log::Yesterday;

use laptop::Laptop;
use ledger::Ledger;
use net::{Errands, Net};
pub use random::Chance;
pub use shrink::minimised;
pub use story::{Step, Story, What};
use template::template;

/// What came of a story that held.
#[derive(Debug, Default, Clone, Copy)]
pub struct Told {
    /// Times that a laptop claimed to be in sync and was.
    pub claims: u32,
    /// Acknowledged edits that were found everywhere.
    pub edits: usize,
    /// Those that a disk or a revocation took, by the rule of the ledger.
    pub excused: usize,
    /// Envelopes in the relay's log at the end.
    pub envelopes: usize,
    /// Laptops that were compared.
    pub compared: usize,
    /// Cells with several values at the end.
    pub conflicts: usize,
    /// Entries of the chain.
    pub entries: usize,
    /// 1 when it ended with the alarm that a machine told two stories, and was not compared.
    pub forked: usize,
}

/// A world.
pub struct World {
    seed: u64,
    root: PathBuf,
    net: Rc<RefCell<Net>>,
    laptops: Vec<Laptop>,
    /// Laptops whose disk refuses commits.
    broken: BTreeSet<usize>,
    /// Copies of data directories: whose, and where.
    backups: Vec<(usize, PathBuf)>,
    relay_backup: Option<Yesterday>,
    bundles: Vec<PathBuf>,
    /// Invitations that were made: the link, and who made it when it is for a device of theirs.
    invitations: Vec<(String, Option<usize>)>,
    /// The relay lost entries of the chain.
    chain_lost: bool,
    /// A machine was set back as a whole, so that its incarnation writes other things under the same numbers.
    was_set_back: bool,
    /// The relay's disk was set back.
    relay_lost: bool,
    ledger: Ledger,
    /// What happened, for a reader.
    lines: Vec<String>,
}

impl Drop for World {
    fn drop(&mut self) {
        sim::carried_by(None);
        self.laptops.clear();
        let _ = std::fs::remove_dir_all(&self.root);
    }
}

impl World {
    fn new(story: &Story) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let made = template();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let root = template::ground().join(format!("tovholder-world-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&root).expect("a directory can be made");
        let net = Rc::new(RefCell::new(Net::new(Some(&made.relay), made.now_ms, Chance::new(story.seed))));
        sim::carried_by(Some(Rc::new(Errands(Rc::clone(&net)))));
        sim::snapshots_from(Some(8 + story.seed % 24));
        let mut world = Self {
            seed: story.seed,
            root,
            net,
            laptops: Vec::new(),
            broken: BTreeSet::new(),
            backups: Vec::new(),
            relay_backup: None,
            bundles: Vec::new(),
            invitations: Vec::new(),
            chain_lost: false,
            was_set_back: false,
            relay_lost: false,
            ledger: Ledger::default(),
            lines: Vec::new(),
        };
        for index in 0..story.laptops {
            let dir = world.dir(index);
            made.write(index, &dir);
            let chance = world.chance(index);
            world.laptops.push(Laptop::new(index, dir, &world.net, chance));
        }
        world
    }

    fn dir(&self, index: usize) -> PathBuf {
        self.root.join(format!("laptop-{index}"))
    }

    fn chance(&self, index: usize) -> Chance {
        Chance::new(self.seed.wrapping_mul(64).wrapping_add(index as u64) ^ 0x5EED)
    }

    fn say(&mut self, step: &Step, line: impl AsRef<str>) {
        self.lines.push(format!("{:>4}  {}", step.number, line.as_ref()));
    }

    /// Tells a story to its end.
    fn tell(&mut self, story: &Story) -> Result<Told, String> {
        for step in &story.steps {
            // What a step draws must not depend on what was drawn before it, or no step could be left out.
            self.net.borrow_mut().chance = Chance::new(story.seed ^ (u64::from(step.number) << 32) ^ 0x00C0_FFEE);
            self.act(step)?;
            self.check_claims()?;
        }
        self.net.borrow_mut().chance = Chance::new(story.seed);
        self.come_to_rest()?;
        self.check()
    }
}

/// Tells a story. An error is what did not hold, and the lines of the story.
///
/// # Errors
/// What did not hold, and what had happened.
pub fn tell(story: &Story) -> Result<Told, (String, Vec<String>)> {
    let mut world = World::new(story);
    let told = catch_unwind(AssertUnwindSafe(|| world.tell(story)));
    let lines = std::mem::take(&mut world.lines);
    if let Some(path) = std::env::var_os("TOVHOLDER_LINES") {
        // For a look at what stories are made of.
        let _ = std::fs::write(PathBuf::from(path).join(format!("story-{}", story.seed)), lines.join("\n"));
    }
    match told {
        Ok(Ok(told)) => Ok(told),
        Ok(Err(why)) => Err((why, lines)),
        Err(panic) => {
            let why = panic.downcast_ref::<String>().cloned();
            let why = why.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Err((format!("panicked: {}", why.unwrap_or_default()), lines))
        }
    }
}
