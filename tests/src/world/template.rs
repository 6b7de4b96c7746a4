//! A municipality that has just begun to share, made once and copied for every story.

use std::cell::RefCell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::OnceLock;

use tovholder_app::sharing::sim;
use tovholder_app::view::{CreateTaskArgs, FoundArgs, InviteArgs, JoinArgs, MemberRole, NoArgs, RelayConnectArgs};
use tovholder_protocol::SpaceId;
use tovholder_sync_server::log::Yesterday;

use super::laptop::Laptop;
use super::net::{Errands, Net};
use super::random::Chance;

/// When every story begins: 15 June 2018, Unix milliseconds.
pub const BEGINS_MS: i64 = 1_529_056_800_000;
/// Where the relay is said to be.
pub const RELAY: &str = "ws://127.0.0.1:4000";
/// Laptops that know each other.
pub const KNOWN: usize = 4;

/// What every story begins from.
pub struct Template {
    /// The files of every laptop's directory.
    laptops: Vec<Vec<(OsString, Vec<u8>)>>,
    /// What the relay has stored.
    pub relay: Yesterday,
    /// The space.
    pub space: SpaceId,
    /// When it was done.
    pub now_ms: i64,
}

impl Template {
    /// Writes a laptop's directory.
    pub fn write(&self, index: usize, dir: &Path) {
        std::fs::create_dir_all(dir).expect("a directory can be made");
        for (name, bytes) in &self.laptops[index] {
            std::fs::write(dir.join(name), bytes).expect("a file can be written");
        }
    }
}

/// Where worlds are made: in memory, when the system has a place for that.
pub fn ground() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() }
}

/// The template of this process.
pub fn template() -> &'static Template {
    static MADE: OnceLock<Template> = OnceLock::new();
    MADE.get_or_init(make)
}

fn files(dir: &Path) -> Vec<(OsString, Vec<u8>)> {
    let entries = std::fs::read_dir(dir).expect("the directory can be read").flatten();
    let files = entries.filter(|entry| entry.path().is_file());
    files.map(|entry| (entry.file_name(), std::fs::read(entry.path()).expect("a file can be read"))).collect()
}

fn make() -> Template {
    let root = ground().join(format!("tovholder-world-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&root);
    std::fs::create_dir_all(&root).expect("a directory can be made");
    let net = Rc::new(RefCell::new(Net::new(None, BEGINS_MS, Chance::new(1))));
    sim::carried_by(Some(Rc::new(Errands(Rc::clone(&net)))));
    let dir = |index: usize| root.join(format!("laptop-{index}"));
    let first = Laptop::new(0, dir(0), &net, Chance::new(100));
    let found =
        FoundArgs { municipality: "0329".into(), department: first.department().into(), name: first.name().into() };
    first.app().found(found).expect("a municipality is founded");
    for (project, title) in [("BBR", "Udpeg projektleder"), ("BBR", "Meld pilot til"), ("SAPA", "Ryd op i adgange")] {
        let args = CreateTaskArgs { project: project.into(), title: title.into(), ..Default::default() };
        first.app().create_task(args).expect("a task is made");
    }
    let connect = RelayConnectArgs { url: RELAY.into(), ..Default::default() };
    first.app().relay_connect(connect).expect("the first laptop reaches the relay");
    for index in 1..KNOWN {
        let role = if index == 2 { MemberRole::Admin } else { MemberRole::Editor };
        net.borrow_mut().speaking = 0;
        let invite = first.app().invite(InviteArgs { role: Some(role), ..Default::default() }).expect("an invitation");
        net.borrow_mut().speaking = index;
        let laptop = Laptop::new(index, dir(index), &net, Chance::new(100 + index as u64));
        let join = JoinArgs {
            invite: invite.invite,
            department: Some(laptop.department().into()),
            name: Some(laptop.name().into()),
            ..Default::default()
        };
        laptop.app().join(join).expect("a laptop joins");
        laptop.app().sync_now(NoArgs {}).expect("and is in sync");
    }
    let (space, ..) = sim::space(first.app()).expect("there is a space");
    let (relay, now_ms) = (net.borrow().storage.copy(), net.borrow().now_ms());
    sim::carried_by(None);
    drop(first);
    let laptops = (0..KNOWN).map(|index| files(&dir(index))).collect();
    let _ = std::fs::remove_dir_all(&root);
    Template { laptops, relay, space, now_ms }
}
