//! Who is in: invitations, joinings, roles, revocations; each by the very use case, over connections that may break.

use tovholder_app::sharing::sim;
use tovholder_app::view::{
    CreateTaskArgs, FoundArgs, InviteArgs, JoinArgs, MemberIdArgs, MemberRole, MemberRoleArgs, NoArgs,
};
use tovholder_protocol::Role;

use super::act::LAPTOPS_MAX;
use super::laptop::Laptop;
use super::{Step, World};

impl World {
    fn errand(&mut self, step: &Step, who: usize) {
        let net = &mut *self.net.borrow_mut();
        net.speaking = who;
        net.breaks_after = (step.how / 8).is_multiple_of(3).then_some(u32::try_from(step.how / 32 % 24).unwrap_or(0));
    }

    pub(super) fn invite(&mut self, step: &Step, who: usize) {
        let own_device = step.how.is_multiple_of(4);
        let role = [MemberRole::Editor, MemberRole::Editor, MemberRole::Admin, MemberRole::Reader][step.which % 4];
        self.errand(step, who);
        let made = self.laptops[who].app().invite(InviteArgs { role: Some(role), own_device });
        match made {
            Ok(made) => {
                self.invitations.push((made.invite, own_device.then_some(who)));
                let what = if own_device { "a device of their own".to_owned() } else { format!("{role:?}") };
                self.tell_of(step, who, format!("invites {what}: invitation {}", self.invitations.len() - 1));
            }
            Err(error) => self.tell_of(step, who, format!("cannot invite: {:?} {}", error.code, error.detail)),
        }
    }

    pub(super) fn outsider(&mut self, step: &Step) {
        if self.laptops.len() >= LAPTOPS_MAX {
            return;
        }
        let index = self.laptops.len();
        let dir = self.dir(index);
        let chance = self.chance(index);
        let laptop = Laptop::new(index, dir, &self.net, chance);
        let used = !step.how.is_multiple_of(3);
        if used {
            let found = FoundArgs {
                municipality: "0329".into(),
                department: laptop.department().into(),
                name: laptop.name().into(),
            };
            let _ = laptop.app().found(found);
        }
        self.laptops.push(laptop);
        if used {
            for title in ["En egen opgave", "En til"] {
                let title = format!("{title} {index}");
                let args = CreateTaskArgs { project: "BBR".into(), title: title.clone(), ..Default::default() };
                if let Ok(done) = self.laptops[index].app().create_task(args) {
                    let key = format!("task/{}/title", done.id.unwrap_or_default());
                    self.ledger.acked(index, step.number, &key, &title);
                }
            }
        }
        self.tell_of(step, index, if used { "begins alone, with data of their own" } else { "gets an empty laptop" });
    }

    pub(super) fn join(&mut self, step: &Step) {
        let outside: Vec<usize> = (0..self.laptops.len()).filter(|index| !self.is_in(*index)).collect();
        if self.invitations.is_empty() {
            return;
        }
        if outside.is_empty() {
            self.outsider(step);
            return;
        }
        let who = outside[step.who % outside.len()];
        let (invite, _) = self.invitations[step.which % self.invitations.len()].clone();
        let number = step.which % self.invitations.len();
        self.errand(step, who);
        self.laptops[who].forget_conversation();
        let laptop = &self.laptops[who];
        let args = JoinArgs {
            invite,
            department: Some(laptop.department().into()),
            name: Some(laptop.name().into()),
            adopt: true,
            dry_run: false,
        };
        match laptop.app().join(args) {
            Ok(_) => self.tell_of(step, who, format!("joins by invitation {number}")),
            Err(error) => {
                self.tell_of(
                    step,
                    who,
                    format!("cannot join by invitation {number}: {:?} {}", error.code, error.detail),
                );
            }
        }
    }

    /// Somebody else's member, who is not the founder's.
    fn somebody(&self, step: &Step, who: usize) -> Option<(String, Vec<String>, bool)> {
        let list = self.laptops[who].app().members(NoArgs {}).ok()?;
        let founder = sim::space(self.laptops[0].app()).ok()?.2;
        let founder = founder.first()?.read_body().ok()?.author.to_string();
        let others: Vec<_> = list
            .members
            .into_iter()
            .filter(|member| !member.me && !member.revoked && member.devices.iter().all(|one| one.id != founder))
            .collect();
        let one = others.get(step.which % others.len().max(1))?;
        let devices = one.devices.iter().filter(|one| !one.revoked).map(|one| one.id.clone()).collect();
        Some((one.id.clone(), devices, one.role == MemberRole::Reader))
    }

    pub(super) fn change_role(&mut self, step: &Step, who: usize) {
        if !self.is_in(who) {
            return;
        }
        let Some((id, ..)) = self.somebody(step, who) else { return };
        let role = [MemberRole::Reader, MemberRole::Editor, MemberRole::Admin][step.how % 3];
        self.errand(step, who);
        let done = self.laptops[who].app().set_member_role(MemberRoleArgs { id: id.clone(), role });
        let line = format!("makes {} a {role:?}", &id[..6]);
        self.after_a_right_was_taken();
        match done {
            Ok(_) => self.tell_of(step, who, line),
            Err(error) => self.tell_of(step, who, format!("{line}: {:?} {}", error.code, error.detail)),
        }
    }

    pub(super) fn revoke(&mut self, step: &Step, who: usize) {
        if !self.is_in(who) {
            return;
        }
        let Some((member, devices, _)) = self.somebody(step, who) else { return };
        let id = if step.how.is_multiple_of(3) { devices.first().cloned().unwrap_or(member) } else { member };
        self.errand(step, who);
        let done = self.laptops[who].app().revoke(MemberIdArgs { id: id.clone() });
        let line = format!("revokes {}", &id[..6]);
        self.after_a_right_was_taken();
        match done {
            Ok(_) => self.tell_of(step, who, line),
            Err(error) => self.tell_of(step, who, format!("{line}: {:?} {}", error.code, error.detail)),
        }
    }

    /// What silenced laptops had not brought to the relay need not be anywhere else.
    pub(super) fn after_a_right_was_taken(&mut self) {
        let silenced: Vec<usize> = (0..self.laptops.len())
            .filter(|index| {
                self.role_by_relay(*index).is_some_and(|role| role < Some(Role::Editor)) || self.is_forgotten(*index)
            })
            .collect();
        if !silenced.is_empty() {
            let held = self.held_by_relay();
            self.ledger.excuse(&held, "the right to write was taken", |index| silenced.contains(&index));
        }
    }
}
