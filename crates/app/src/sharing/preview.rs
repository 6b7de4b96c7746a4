//! What joining would do: done on a copy, and told.

use std::collections::BTreeSet;
use std::time::Duration;

use tovholder_crypto::{About, Invitation};
use tovholder_protocol::{Credential, SignedEntry};
use tovholder_sync::{Engine, Identity};

use super::exchange::Exchange;
use super::join::{name_of, name_the_same};
use super::keychest::KEY_FILE;
use super::line::{Ended, not_synced};
use super::members::role_view;
use super::socket::Address;
use super::space::stored;
use crate::error::{AppError, AppResult, Code};
use crate::place::write_whole;
use crate::view::{ConflictView, JoinConflict, Joined, MemberRole, NoArgs};
use crate::{App, Ground};

/// How long fetching the space for a preview may take.
const LIMIT_S: u64 = 300;
/// Conflicts told one by one.
const CONFLICTS_MAX: usize = 200;

/// What the folders of previews are called.
const PREFIX: &str = "preview-";
/// After so long nobody is at a preview any more: the program ended in the midst of it.
const LEFT_OVER_S: u64 = 3_600;

/// A folder that goes when it is dropped.
struct Temporary(std::path::PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn shown(conflicts: &[ConflictView]) -> Vec<JoinConflict> {
    conflicts
        .iter()
        .take(CONFLICTS_MAX)
        .map(|conflict| JoinConflict {
            id: conflict.id.clone(),
            title: conflict.title.clone(),
            field: conflict.field.clone(),
            values: conflict.values.iter().map(|value| value.text.clone()).collect(),
        })
        .collect()
}

impl App {
    /// Fetches the space into a copy of this laptop's database, as the invitation allows, and tells what comes of it. The
    /// invitation stays unused, and nothing is written here.
    pub(crate) fn preview_join(
        &self,
        address: &Address,
        invitation: &Invitation,
        entries: &[SignedEntry],
        about: &About,
    ) -> AppResult<Joined> {
        let io = |error: std::io::Error| AppError::new(Code::Io).at(self.dir.display().to_string()).with(error);
        self.sweep_previews();
        let mut drawn = [0; 8];
        (self.ground.random)(&mut drawn).map_err(io)?;
        let folder = Temporary(self.dir.join(format!("{PREFIX}{}", hex::encode(drawn))));
        std::fs::create_dir_all(&folder.0).map_err(io)?;
        self.copy_database_to(&folder.0.join(tovholder_store::FILE_NAME))?;
        write_whole(&folder.0.join(KEY_FILE), hex::encode(invitation.to_bytes()).as_bytes(), true).map_err(io)?;
        let copy = App::open_on(&folder.0, Ground::real())?;
        copy.speak(self.lang());
        let before = copy.before()?;
        let known: BTreeSet<String> = copy.conflicts(NoArgs {})?.into_iter().map(|conflict| conflict.id).collect();
        let world = copy.world()?;
        let fail = |error: tovholder_store::StoreError| copy.fail(&error);
        copy.write(|write| {
            write.leave_space("space.left").map_err(fail)?;
            for (n, entry) in (0_u64..).zip(entries) {
                write.add_entry(&stored(n, entry)).map_err(fail)?;
            }
            name_the_same(write, &world, &about.person_secret)
        })?;
        copy.forget_space();
        let space = copy.shared_space()?;
        let identity = Identity { space: space.id(), secret: invitation.clone(), credential: Credential::Invitation };
        let engine = Engine::new(identity, copy.standing()?).only_reading();
        let mut exchange = Exchange::with(engine);
        if let Ended::Not(why) = copy.run_to_sync(&mut exchange, address, Duration::from_secs(LIMIT_S))? {
            return Err(not_synced(address, &why));
        }
        let after = copy.world()?;
        let conflicts: Vec<ConflictView> =
            copy.conflicts(NoArgs {})?.into_iter().filter(|conflict| !known.contains(&conflict.id)).collect();
        let received = after.tasks.keys().filter(|id| !before.tasks.contains(*id)).count();
        let there = Self::tasks_of_others(&copy)?;
        let brought = before.tasks.iter().filter(|id| !there.contains(*id)).count();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let role =
            space.chain.invitations().get(&invitation.key()).map_or(MemberRole::Reader, |one| role_view(one.role));
        Ok(Joined {
            municipality: about.municipality.clone(),
            municipality_name: name_of(&about.municipality),
            role,
            dry_run: true,
            tasks: count(after.tasks.len()),
            tasks_brought: count(brought),
            tasks_received: count(received),
            persons_matched: count(matched(&after)),
            conflict_count: count(conflicts.len()),
            conflicts: shown(&conflicts),
        })
    }

    /// Takes away what previews left that did not come to their end: a copy of the data, and an invitation's secret.
    pub(crate) fn sweep_previews(&self) {
        let Ok(entries) = std::fs::read_dir(&self.dir) else { return };
        let old = |entry: &std::fs::DirEntry| {
            let changed = entry.metadata().and_then(|about| about.modified()).ok();
            let age = changed.and_then(|at| at.elapsed().ok());
            age.is_some_and(|age| age > Duration::from_secs(LEFT_OVER_S))
        };
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with(PREFIX) && old(&entry) {
                // What cannot be taken away now is tried again at the next start.
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
    }

    /// Tasks that a change from elsewhere wrote to.
    fn tasks_of_others(copy: &App) -> AppResult<BTreeSet<String>> {
        let entities = copy.read(tovholder_store::Reader::entities_of_others)?;
        Ok(entities
            .into_iter()
            .filter_map(|entity| entity.strip_prefix("task/").map(tovholder_model::key::plain))
            .collect())
    }
}

/// Persons of this laptop that the space knows by another id.
fn matched(world: &crate::world::World) -> usize {
    world.aliases.values().filter(|same| world.persons.contains_key(*same)).count()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn what_a_killed_preview_left_goes_and_one_at_work_stays() {
        let dir = std::env::temp_dir().join(format!("tovholder-previews-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        let app = App::open_on(&dir, Ground { keyring: None, ..Ground::real() }).unwrap();
        let [left, at_work] = ["left", "at-work"].map(|name| dir.join(format!("{PREFIX}{name}")));
        for folder in [&left, &at_work] {
            std::fs::create_dir(folder).unwrap();
            std::fs::write(folder.join(KEY_FILE), "secret").unwrap();
        }
        let long_ago = std::time::SystemTime::now() - Duration::from_secs(LEFT_OVER_S + 60);
        std::fs::File::open(&left).unwrap().set_modified(long_ago).unwrap();
        app.sweep_previews();
        assert!(!left.exists());
        assert!(at_work.exists());
        assert!(app.status(NoArgs {}).is_ok(), "the data is untouched");
        let _ = std::fs::remove_dir_all(&dir);
    }
}
