//! The members, the open invitations, the access log.

use std::collections::BTreeMap;

use tovholder_protocol::{Action, DeviceKey, MemberId, Role};

use super::Space;
use crate::App;
use crate::error::AppResult;
use crate::history::rfc3339;
use crate::municipality::danish_key;
use crate::view::{AccessRow, DeviceRow, InvitationRow, MemberList, MemberRole, MemberRow, NoArgs};
use crate::world::World;

pub(crate) fn role_view(role: Role) -> MemberRole {
    match role {
        Role::Reader => MemberRole::Reader,
        Role::Editor => MemberRole::Editor,
        Role::Admin => MemberRole::Admin,
    }
}

pub(crate) fn role_of(role: MemberRole) -> Role {
    match role {
        MemberRole::Reader => Role::Reader,
        MemberRole::Editor => Role::Editor,
        MemberRole::Admin => Role::Admin,
    }
}

/// A member's name and department, from the card; empty until it has come.
pub(crate) fn name_of(world: &World, member: &MemberId) -> (String, String) {
    let id = member.to_string();
    let Some(card) = world.cards.get(&id) else { return (String::new(), String::new()) };
    let person = card.record.text("person");
    let name = world.persons.get(person).map(|entry| entry.record.text("name")).filter(|name| !name.is_empty());
    (name.unwrap_or_else(|| card.record.text("name")).to_owned(), card.record.text("department").to_owned())
}

/// Whose incarnation it is, by the device that signed what it wrote: what a history says of itself is not asked.
pub(crate) fn behind(space: &Space, incarnations: &[([u8; 16], [u8; 32])], incarnation: &str) -> Option<MemberId> {
    let (_, device) = incarnations.iter().find(|(known, _)| hex::encode(known) == incarnation)?;
    space.chain.devices().get(&DeviceKey(*device)).map(|device| device.member)
}

impl App {
    /// The members, the invitations and the access log.
    pub fn members(&self, _: NoArgs) -> AppResult<MemberList> {
        self.founded()?;
        let (space, _) = self.found_space()?;
        let world = self.world()?;
        let heard = self.read(tovholder_store::Reader::heard)?;
        let role = space.role().map_or(MemberRole::Reader, role_view);
        let admin = space.is_admin();
        Ok(MemberList {
            space: space.id().to_string(),
            role,
            members: rows(&space, &world, &heard),
            invitations: if admin { invitations(&space, self.now()) } else { Vec::new() },
            log: if admin { self.access_log(&space, &world)? } else { Vec::new() },
        })
    }

    fn access_log(&self, space: &Space, world: &World) -> AppResult<Vec<AccessRow>> {
        let incarnations = self.read(tovholder_store::Reader::incarnations)?;
        let mut rows = Vec::new();
        for body in space.entries.iter().filter_map(|entry| entry.read_body().ok()) {
            let by = space.chain.devices().get(&body.author).map(|device| device.member);
            let name = |member: Option<MemberId>| member.map(|member| name_of(world, &member).0).unwrap_or_default();
            let (kind, whom, detail) = told(space, &body.action);
            rows.push(AccessRow {
                when: rfc3339(body.time),
                kind: kind.to_owned(),
                by: name(by),
                whom: name(whom),
                detail,
            });
        }
        for entry in world.exports.values() {
            let incarnation = entry.created.map(|(actor, _)| actor.to_string()).unwrap_or_default();
            let member = behind(space, &incarnations, &incarnation);
            // What was written here and has not left yet is signed by nobody.
            let who = member.map_or_else(|| world.author(&incarnation).0, |member| name_of(world, &member).0);
            rows.push(AccessRow {
                when: rfc3339(entry.created.map_or(entry.changed, |(_, time)| time)),
                kind: "exported".to_owned(),
                by: who,
                whom: String::new(),
                detail: entry.record.text("what").to_owned(),
            });
        }
        // Within a second, the order of the chain.
        rows.reverse();
        rows.sort_by(|a, b| b.when.cmp(&a.when));
        Ok(rows)
    }
}

fn rows(space: &Space, world: &World, heard: &[([u8; 32], i64)]) -> Vec<MemberRow> {
    let me = space.secret.key();
    let mut devices: BTreeMap<MemberId, Vec<DeviceRow>> = BTreeMap::new();
    let mut heard_of: BTreeMap<MemberId, i64> = BTreeMap::new();
    for (key, device) in space.chain.devices() {
        devices.entry(device.member).or_default().push(DeviceRow {
            id: key.to_string(),
            me: *key == me,
            revoked: device.revoked,
            joined_at: rfc3339(device.joined),
        });
        for (_, at) in heard.iter().filter(|(heard, _)| DeviceKey(*heard) == *key) {
            let known = heard_of.entry(device.member).or_insert(*at);
            *known = (*known).max(*at);
        }
    }
    let mut rows: Vec<MemberRow> = space
        .chain
        .members()
        .iter()
        .map(|(id, member)| {
            let (name, department) = name_of(world, id);
            let devices = devices.remove(id).unwrap_or_default();
            MemberRow {
                id: id.to_string(),
                name,
                department,
                role: role_view(member.role),
                me: space.member() == Some(*id),
                revoked: devices.iter().all(|device| device.revoked),
                joined_at: rfc3339(member.joined),
                heard_at: heard_of.get(id).map(|at| rfc3339(*at)),
                devices,
            }
        })
        .collect();
    rows.sort_by_key(|row| (row.revoked, danish_key(&row.name), row.id.clone()));
    rows
}

fn invitations(space: &Space, now: i64) -> Vec<InvitationRow> {
    let open = space.chain.invitations().iter().filter(|(_, invited)| invited.open);
    open.map(|(key, invited)| InvitationRow {
        id: key.to_string(),
        role: role_view(invited.role),
        own_device: invited.member.is_some(),
        expires_at: rfc3339(invited.expires),
        expired: invited.expires < now,
    })
    .collect()
}

/// An entry for the access log: what, whom, and what its sentence needs.
fn told(space: &Space, action: &Action) -> (&'static str, Option<MemberId>, String) {
    let role = |role: Role| match role {
        Role::Reader => "reader".to_owned(),
        Role::Editor => "editor".to_owned(),
        Role::Admin => "admin".to_owned(),
    };
    let member_of = |device: &DeviceKey| space.chain.devices().get(device).map(|device| device.member);
    match action {
        Action::Found { member, .. } => ("founded", Some(*member), String::new()),
        Action::Invite { member: Some(_), .. } => ("invited", None, String::new()),
        Action::Invite { role: given, .. } => ("invited", None, role(*given)),
        Action::Withdraw { .. } => ("withdrawn", None, String::new()),
        Action::Join { invitation, member, .. } => {
            let own = space.chain.invitations().get(invitation).is_some_and(|invited| invited.member.is_some());
            (if own { "device_added" } else { "joined" }, Some(*member), String::new())
        }
        Action::Change { member, role: given, .. } => ("role", Some(*member), role(*given)),
        Action::Revoke { devices, .. } => {
            let whom = devices.first().and_then(member_of);
            // One device of several, or somebody altogether.
            let altogether = whom.is_none_or(|member| space.chain.devices_of(&member).next().is_none());
            ("revoked", whom, if altogether { String::new() } else { devices.len().to_string() })
        }
        Action::Renew { .. } => ("recovery_key", None, String::new()),
        Action::Recover { member, .. } => ("recovered", Some(*member), String::new()),
    }
}
