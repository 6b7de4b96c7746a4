//! What a step does.

use std::sync::atomic::Ordering;

use tovholder_app::sharing::sim;
use tovholder_app::view::{
    BundleReadArgs, BundleWriteArgs, CommentArgs, CreateTaskArgs, Edit, EditArgs, NoArgs, TasksQuery,
};
use tovholder_model::Scalar;
use tovholder_protocol::Role;
use tovholder_sync::Event;

use super::laptop::{Laptop, copy_dir};
use super::{Step, What, World};

fn number(drawn: usize) -> i64 {
    i64::try_from(drawn).unwrap_or(0)
}

/// Laptops at most.
pub(super) const LAPTOPS_MAX: usize = 6;

impl World {
    fn whom(&self, step: &Step) -> usize {
        step.who % self.laptops.len()
    }

    /// An admin, mostly; now and then somebody who is not.
    fn admin(&self, step: &Step) -> usize {
        let admins: Vec<usize> = (0..self.laptops.len())
            .filter(|index| sim::space(self.laptops[*index].app()).is_ok_and(|(_, role, _)| role == Some(Role::Admin)))
            .collect();
        if admins.is_empty() || step.how.is_multiple_of(9) { self.whom(step) } else { admins[step.who % admins.len()] }
    }

    /// Whether a laptop is in the space, by what it knows itself.
    pub(super) fn is_in(&self, index: usize) -> bool {
        sim::space(self.laptops[index].app()).is_ok_and(|(space, ..)| space == super::template().space)
    }

    pub(super) fn act(&mut self, step: &Step) -> Result<(), String> {
        self.net.borrow_mut().pass(200 + i64::try_from(step.how % 3_000).unwrap_or(0));
        let who = self.whom(step);
        if self.chain_lost && matches!(step.what, What::Invite | What::Join | What::Role | What::Revoke) {
            return Ok(());
        }
        match step.what {
            What::Edit | What::EditTogether => self.edit(step, who),
            What::CreateTask => self.create_task(step, who),
            What::Comment => self.comment(step, who),
            What::Choose => self.choose(step, who),
            What::Undo => {
                let done = self.laptops[who].app().undo(NoArgs {}).is_ok();
                self.tell_of(step, who, if done { "takes a step back" } else { "has nothing to take back" });
            }
            What::Redo => {
                let done = self.laptops[who].app().redo(NoArgs {}).is_ok();
                self.tell_of(step, who, if done { "brings a step back" } else { "has nothing to bring back" });
            }
            What::Tick => {
                let ms = [1_000, 4_000, 20_000, 80_000][step.how % 4];
                self.net.borrow_mut().pass(ms);
                self.laptops[who].look();
                self.tell_of(step, who, format!("looks, {} s later", ms / 1_000));
            }
            What::Wake => {
                self.laptops[who].wake();
                self.tell_of(step, who, "asks to synchronise");
            }
            What::Up => self.up(step),
            What::Down => self.down(step),
            What::Flush => {
                if self.net.borrow_mut().flush() {
                    self.say(step, "relay: commits");
                }
            }
            What::Flow => {
                for _ in 0..10 + step.how % 30 {
                    self.flow();
                }
                self.say(step, "everything moves for a while");
            }
            What::CommitFails => {
                self.net.borrow().storage.fail_next_commit();
                let now = step.how.is_multiple_of(2);
                if now {
                    self.net.borrow_mut().flush();
                }
                self.say(step, "relay: the next commit fails");
            }
            What::Drop => self.drop_one(step),
            What::CutOff => {
                self.net.borrow_mut().cut_off.insert(who);
                let lost = self.laptops[who].connection.filter(|_| step.how.is_multiple_of(2));
                if lost.is_some() {
                    self.laptops[who].learns_of_loss();
                } else if let Some(id) = self.laptops[who].connection {
                    self.net.borrow_mut().cut(id);
                }
                self.tell_of(step, who, "loses the network");
            }
            What::Heal => {
                let cut_off: Vec<usize> = self.net.borrow().cut_off.iter().copied().collect();
                if !cut_off.is_empty() {
                    let who = cut_off[step.who % cut_off.len()];
                    self.net.borrow_mut().cut_off.remove(&who);
                    self.tell_of(step, who, "has the network again");
                }
            }
            What::RelayDown => {
                self.net.borrow_mut().stop();
                self.say(step, "relay: its machine stops, what was not committed is lost");
                if step.how.is_multiple_of(3) {
                    self.net.borrow_mut().start();
                    self.say(step, "relay: starts again at once");
                }
            }
            What::RelayUp => {
                if !self.net.borrow().runs() {
                    self.net.borrow_mut().start();
                    self.say(step, "relay: starts again");
                }
            }
            What::RelayBackup => {
                self.relay_backup = Some(self.net.borrow().storage.copy());
                self.say(step, "relay: its disk is copied");
            }
            What::RelayYesterday => self.relay_yesterday(step)?,
            What::Restart => {
                self.laptops[who].restart();
                self.tell_of(step, who, "ends the program and starts it again");
            }
            What::Crash => {
                if step.how.is_multiple_of(2) {
                    // What the conversation wanted done is not done.
                    if let Some(event) = self.laptops[who].comes() {
                        let _ = self.laptops[who].answer(event);
                    }
                } else {
                    let _ = self.laptops[who].answer(Event::Tick);
                }
                self.laptops[who].restart();
                self.tell_of(step, who, "crashes in the midst of it, and starts again");
            }
            What::DiskFails => {
                let broken = !self.broken.contains(&who);
                self.set_broken(who, broken);
                self.tell_of(
                    step,
                    who,
                    if broken { "has a disk that refuses commits" } else { "has a disk that works" },
                );
            }
            What::Clock => {
                let ms = [-7, -2, -1, 0, 0, 1, 3, 9][step.how % 8] * 3_600_000 + number(step.which % 60_000);
                self.laptops[who].clock_off.store(ms, Ordering::Relaxed);
                self.tell_of(step, who, format!("has a clock that is {} min off", ms / 60_000));
            }
            What::Backup => {
                let to = self.root.join(format!("backup-{}", self.backups.len()));
                self.laptops[who].copy_to(&to);
                self.set_broken(who, false);
                self.backups.push((who, to));
                self.tell_of(step, who, "ends the program, copies the directory, and starts again");
            }
            What::Restore | What::SetBack => self.set_back(step)?,
            What::Clone => self.clone_laptop(step, who),
            What::BundleWrite => {
                let path = self.root.join(format!("file-{}.tovholder", self.bundles.len()));
                let args = BundleWriteArgs { path: Some(path.display().to_string()) };
                if self.is_in(who) && self.laptops[who].app().bundle_write(args).is_ok() {
                    self.bundles.push(path);
                    self.tell_of(step, who, format!("writes file {}", self.bundles.len() - 1));
                }
            }
            What::BundleRead => self.bundle_read(step, who),
            What::Invite => {
                let who = self.admin(step);
                self.invite(step, who);
            }
            What::Outsider => self.outsider(step),
            What::Join => self.join(step),
            What::Role => {
                let who = self.admin(step);
                self.change_role(step, who);
            }
            What::Revoke => {
                let who = self.admin(step);
                self.revoke(step, who);
            }
            What::Newer => {
                // What has no changes here cannot be written anew here either.
                if !self.was_set_back
                    && self.is_in(who)
                    && sim::seal_of_a_newer_version(self.laptops[who].app(), "project/BBR").is_ok()
                {
                    self.tell_of(step, who, "writes something that only a newer version can read");
                }
            }
        }
        Ok(())
    }

    pub(super) fn tell_of(&mut self, step: &Step, who: usize, does: impl AsRef<str>) {
        let name = self.laptops[who].called();
        self.say(step, format!("{name}({who}): {}", does.as_ref()));
    }

    pub(super) fn set_broken(&mut self, who: usize, broken: bool) {
        if broken {
            self.broken.insert(who);
        } else {
            self.broken.remove(&who);
        }
        let _ = sim::break_commits(self.laptops[who].app(), broken);
    }

    fn edit(&mut self, step: &Step, who: usize) {
        let laptop = &self.laptops[who];
        let Ok(tasks) = laptop.app().tasks(TasksQuery::default()) else { return };
        if tasks.rows.is_empty() {
            return;
        }
        // What everybody writes to is the first; so that people meet.
        let together = step.what == What::EditTogether;
        let row = &tasks.rows[if together { 0 } else { step.which % tasks.rows.len() }];
        let value = format!("{} {}", laptop.called(), step.number);
        let (field, value, unique) = match step.how % 10 {
            0 => ("percent", Scalar::Int(number(step.which % 101)), false),
            1 | 2 => {
                let words = ["not_started", "in_progress", "completed", "cannot_meet_deadline"];
                ("status", Scalar::from(words[step.which % 4]), false)
            }
            3 => ("archived", Scalar::Bool(step.which.is_multiple_of(2)), false),
            4 => ("responsible", Scalar::from(value.as_str()), false),
            5 | 6 if !together => ("title", Scalar::from(value.as_str()), true),
            _ => ("note", Scalar::from(value.as_str()), true),
        };
        let stale = (step.how / 16).is_multiple_of(3) && !laptop.screens.is_empty();
        let cursor = stale.then(|| laptop.screens[step.which % laptop.screens.len()]);
        let entity = format!("task/{}", row.id);
        let key = format!("{entity}/{field}");
        let written = Edit { entity, field: field.into(), value: Some(value.clone()), seen: None };
        let done = laptop.app().edit(EditArgs { edits: vec![written], cursor });
        let line = format!("edits {} {field} = {value:?}{}", row.id, if stale { ", from an old screen" } else { "" });
        match done {
            Ok(done) => {
                self.laptops[who].screens.push(tasks.cursor);
                if unique && done.written > 0 {
                    self.ledger.acked(who, step.number, &key, value.as_str().unwrap_or_default());
                }
                self.tell_of(step, who, line);
            }
            Err(error) => self.tell_of(step, who, format!("{line}: {:?}", error.code)),
        }
    }

    fn create_task(&mut self, step: &Step, who: usize) {
        let laptop = &self.laptops[who];
        let title = format!("Ny af {} {}", laptop.called(), step.number);
        let project = ["BBR", "SAPA", "KY"][step.which % 3];
        let args = CreateTaskArgs { project: project.into(), title: title.clone(), ..Default::default() };
        if let Ok(done) = laptop.app().create_task(args) {
            let key = format!("task/{}/title", done.id.unwrap_or_default());
            self.ledger.acked(who, step.number, &key, &title);
            self.tell_of(step, who, format!("makes {key} in {project}"));
        }
    }

    fn comment(&mut self, step: &Step, who: usize) {
        let laptop = &self.laptops[who];
        let Ok(tasks) = laptop.app().tasks(TasksQuery::default()) else { return };
        let Some(row) = tasks.rows.get(step.which % tasks.rows.len().max(1)) else { return };
        let text = format!("Set af {} {}", laptop.called(), step.number);
        if laptop.app().comment(CommentArgs { task: row.id.clone(), text: text.clone() }).is_ok() {
            self.ledger.acked(who, step.number, "comment", &text);
            self.tell_of(step, who, format!("comments on {}", row.id));
        }
    }

    fn choose(&mut self, step: &Step, who: usize) {
        let Ok(conflicts) = self.laptops[who].app().conflicts(NoArgs {}) else { return };
        let Some(one) = conflicts.get(step.which % conflicts.len().max(1)) else { return };
        let value = one.values[step.how % one.values.len()].value.clone();
        let seen = one.values.iter().map(|value| value.op.clone()).collect();
        let chosen =
            Edit { entity: one.entity.clone(), field: one.field.clone(), value: Some(value.clone()), seen: Some(seen) };
        if self.laptops[who].app().edit(EditArgs { edits: vec![chosen], cursor: None }).is_ok() {
            self.tell_of(step, who, format!("chooses {value:?} in {}", one.id));
        }
    }

    fn busy(&self) -> Vec<u64> {
        let net = self.net.borrow();
        net.connections.keys().copied().filter(|id| net.has_something(*id)).collect()
    }

    fn up(&mut self, step: &Step) {
        let busy = self.busy();
        if busy.is_empty() {
            return;
        }
        let id = busy[step.who % busy.len()];
        for _ in 0..=step.how % 3 {
            self.net.borrow_mut().deliver_up(id);
        }
        self.say(step, "a frame reaches the relay");
    }

    fn down(&mut self, step: &Step) {
        let net = self.net.borrow();
        let waiting: Vec<usize> = (0..self.laptops.len())
            .filter(|index| self.laptops[*index].connection.is_some_and(|id| net.has_something(id)))
            .collect();
        drop(net);
        if waiting.is_empty() {
            return;
        }
        let who = waiting[step.who % waiting.len()];
        for _ in 0..=step.how % 3 {
            self.laptops[who].hear();
        }
        self.tell_of(step, who, "hears what has come");
    }

    /// One thing moves, if anything can.
    pub(super) fn flow(&mut self) -> bool {
        let busy = self.busy();
        let (drawn, up) = {
            let chance = &mut self.net.borrow_mut().chance;
            (chance.below(busy.len().max(1)), chance.one_in(2))
        };
        if busy.is_empty() || self.net.borrow_mut().chance.one_in(8) {
            return self.net.borrow_mut().flush();
        }
        let id = busy[drawn];
        let laptop = self.laptops.iter().position(|laptop| laptop.connection == Some(id));
        match laptop {
            Some(index) if !up => drop(self.laptops[index].hear()),
            None if !up => drop(self.net.borrow_mut().deliver_down(id)),
            _ => drop(self.net.borrow_mut().deliver_up(id)),
        }
        true
    }

    fn drop_one(&mut self, step: &Step) {
        let connected: Vec<usize> =
            (0..self.laptops.len()).filter(|index| self.laptops[*index].connection.is_some()).collect();
        if connected.is_empty() {
            return;
        }
        let who = connected[step.who % connected.len()];
        if step.how.is_multiple_of(3) {
            // The relay learns of it, the laptop does not.
            if let Some(id) = self.laptops[who].connection {
                self.net.borrow_mut().cut(id);
            }
            self.tell_of(step, who, "has a connection that is dead, and does not know");
        } else {
            self.laptops[who].learns_of_loss();
            self.tell_of(step, who, "loses the connection, with what was on its way");
        }
    }

    fn relay_yesterday(&mut self, step: &Step) -> Result<(), String> {
        let Some(backup) = self.relay_backup.clone() else { return Ok(()) };
        self.nothing_is_lost_yet()?;
        self.net.borrow_mut().stop();
        let before = self.entries_by_relay().len();
        self.net.borrow().storage.bring_back(&backup);
        self.relay_lost = true;
        // Who appends to a chain of which the relay has lost the end forks it, which is an alarm and stays one.
        self.chain_lost |= self.entries_by_relay().len() < before;
        self.net.borrow_mut().start();
        self.say(step, "relay: yesterday's copy is put back");
        let held = self.held()?;
        self.ledger.excuse(&held, "the relay's disk was set back", |_| true);
        Ok(())
    }

    fn set_back(&mut self, step: &Step) -> Result<(), String> {
        let index = step.which % self.backups.len().max(1);
        let Some((who, from)) = self.backups.get(index).cloned() else { return Ok(()) };
        self.nothing_is_lost_yet()?;
        let same = step.what == What::SetBack;
        self.laptops[who].set_back(&from, same);
        self.was_set_back |= same;
        self.broken.remove(&who);
        let line = if same { "is set back to copy" } else { "gets back as new files copy" };
        self.tell_of(step, who, format!("{line} {index}"));
        let held = self.held()?;
        self.ledger.excuse(&held, "the laptop's disk was set back", |_| true);
        Ok(())
    }

    fn clone_laptop(&mut self, step: &Step, who: usize) {
        if self.laptops.len() >= LAPTOPS_MAX {
            return;
        }
        let index = self.laptops.len();
        let dir = self.dir(index);
        self.laptops[who].stop();
        copy_dir(&self.laptops[who].dir, &dir);
        self.laptops[who].start();
        self.set_broken(who, false);
        let chance = self.chance(index);
        let clone = Laptop::new(index, dir, &self.net, chance);
        self.laptops.push(clone);
        self.tell_of(step, who, format!("is cloned: {index} is the same machine"));
    }

    fn bundle_read(&mut self, step: &Step, who: usize) {
        let Some(path) = self.bundles.get(step.which % self.bundles.len().max(1)) else { return };
        let args = BundleReadArgs { path: Some(path.display().to_string()), ..Default::default() };
        let number = step.which % self.bundles.len();
        match self.laptops[who].app().bundle_read(args) {
            Ok(read) => self.tell_of(step, who, format!("reads file {number}: {} new", read.new)),
            Err(error) => self.tell_of(step, who, format!("reads file {number}: {:?} {}", error.code, error.detail)),
        }
    }
}
