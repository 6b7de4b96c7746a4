//! Members, invitations, joining, revoking, recovering.

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use tovholder_app::error::{AppError, Code};
use tovholder_app::view::{
    InviteArgs, JoinArgs, Joined, MemberIdArgs, MemberRole, MemberRoleArgs, MemberRow, NoArgs, RecoverArgs,
};

use crate::failure::Outcome;
use crate::json::DoneJson;
use crate::print::{Cell, Table};
use crate::session::Session;
use crate::texts::instant;

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Reads
    Reader,
    /// Reads and writes
    Editor,
    /// Invites, revokes, changes roles too
    Admin,
}

impl From<Role> for MemberRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Reader => Self::Reader,
            Role::Editor => Self::Editor,
            Role::Admin => Self::Admin,
        }
    }
}

/// Making an invitation.
#[derive(Debug, Args)]
pub struct InviteCommand {
    /// The role that it gives
    #[arg(long, value_enum, default_value = "editor")]
    pub role: Role,
    /// For another device of one's own
    #[arg(long)]
    pub own_device: bool,
    /// Take this invitation back instead, by its id
    #[arg(long, value_name = "ID")]
    pub withdraw: Option<String>,
}

/// Joining.
#[derive(Debug, Args)]
pub struct JoinCommand {
    /// The invitation, tovholder:invite:…
    pub invite: String,
    /// Your department (forvaltning)
    #[arg(long)]
    pub department: Option<String>,
    /// Your name
    #[arg(long)]
    pub name: Option<String>,
    /// Merge what is on this laptop into the municipality's data
    #[arg(long)]
    pub adopt: bool,
    /// Only tell what would happen; the invitation stays unused
    #[arg(long)]
    pub dry_run: bool,
}

/// Members.
#[derive(Debug, Subcommand)]
pub enum MemberCommand {
    /// Change what a member may do
    Role {
        /// The member's id or name
        member: String,
        /// The new role
        #[arg(value_enum)]
        role: Role,
    },
}

/// Revoking.
#[derive(Debug, Args)]
pub struct RevokeCommand {
    /// The member's id or name, or a device's id
    pub member: String,
}

/// Recovering.
#[derive(Debug, Args)]
pub struct RecoverCommand {
    /// The relay's address
    pub url: String,
    /// The recovery key as printed
    pub key: String,
    /// Your department (forvaltning)
    #[arg(long)]
    pub department: String,
    /// Your name
    #[arg(long)]
    pub name: String,
}

/// What `invite` answers.
#[derive(Debug, Serialize)]
struct InviteJson<'a> {
    invite: &'a str,
    id: &'a str,
    role: MemberRole,
    expires_at: &'a str,
}

/// `invite`.
pub fn invite(session: &mut Session, args: InviteCommand) -> Outcome<()> {
    if let Some(id) = args.withdraw {
        session.app.withdraw_invitation(MemberIdArgs { id })?;
        return done(session, "invite.withdrawn");
    }
    let invitation = session.app.invite(InviteArgs { role: Some(args.role.into()), own_device: args.own_device })?;
    if session.json {
        return session.out.json(&InviteJson {
            invite: &invitation.invite,
            id: &invitation.id,
            role: invitation.role,
            expires_at: &invitation.expires_at,
        });
    }
    session.out.line(&session.texts.fill("invite.made", &[("when", &instant(&invitation.expires_at))]))?;
    session.out.line(&invitation.invite)
}

/// `join`.
pub fn join(session: &mut Session, args: JoinCommand) -> Outcome<()> {
    let joined = session.app.join(JoinArgs {
        invite: args.invite,
        department: args.department,
        name: args.name,
        adopt: args.adopt,
        dry_run: args.dry_run,
    })?;
    tell(session, &joined)
}

/// `recover`.
pub fn recover(session: &mut Session, args: RecoverCommand) -> Outcome<()> {
    let recovered = session.app.recover(RecoverArgs {
        url: args.url,
        key: args.key,
        department: args.department,
        name: args.name,
    })?;
    tell(session, &recovered)
}

fn tell(session: &mut Session, joined: &Joined) -> Outcome<()> {
    if session.json {
        return session.out.json(joined);
    }
    let numbers = [joined.tasks, joined.tasks_brought, joined.tasks_received, joined.conflict_count]
        .map(|number| number.to_string());
    let parameters = [
        ("municipality", joined.municipality_name.as_str()),
        ("tasks", numbers[0].as_str()),
        ("brought", numbers[1].as_str()),
        ("received", numbers[2].as_str()),
        ("conflicts", numbers[3].as_str()),
    ];
    let key = if joined.dry_run { "join.would" } else { "join.done" };
    session.out.line(&session.texts.fill(key, &parameters))?;
    for conflict in &joined.conflicts {
        let field = session.texts.field(&conflict.field);
        session.out.line(&format!("  {} · {field}: {}", conflict.title, conflict.values.join(" / ")))?;
    }
    Ok(())
}

/// `members`.
pub fn members(session: &mut Session) -> Outcome<()> {
    let list = session.app.members(NoArgs {})?;
    if session.json {
        return session.out.json(&list);
    }
    let mut table = Table::new(vec![]);
    for member in &list.members {
        let state = if member.revoked { "members.revoked" } else { role_key(member.role, session.app.is_network()) };
        let name = if member.name.is_empty() { &member.id } else { &member.name };
        table.row(vec![
            Cell::text(format!("  {name}{}", if member.me { " *" } else { "" })),
            Cell::text(member.department.clone()),
            Cell::text(session.texts.get(state)),
            Cell::text(instant(&member.joined_at)),
        ]);
    }
    session.out.rows(&table)
}

fn role_key(role: MemberRole, in_network: bool) -> &'static str {
    match (role, in_network) {
        (MemberRole::Reader, false) => "members.reader",
        (MemberRole::Editor, false) => "members.editor",
        (MemberRole::Admin, false) => "members.admin",
        (MemberRole::Reader, true) => "members.network.reader",
        (MemberRole::Editor, true) => "members.network.editor",
        (MemberRole::Admin, true) => "members.network.admin",
    }
}

/// `member role`.
pub fn member(session: &mut Session, command: MemberCommand) -> Outcome<()> {
    let MemberCommand::Role { member, role } = command;
    let id = named(session, &member)?.id;
    session.app.set_member_role(MemberRoleArgs { id, role: role.into() })?;
    done(session, "members.role_set")
}

/// `revoke`.
pub fn revoke(session: &mut Session, args: RevokeCommand) -> Outcome<()> {
    // A device's key is longer than any name that stands for a member.
    let is_device = args.member.len() == 64 && args.member.bytes().all(|byte| byte.is_ascii_hexdigit());
    let id = if is_device { args.member } else { named(session, &args.member)?.id };
    session.app.revoke(MemberIdArgs { id })?;
    done(session, "members.revoked_now")
}

/// `recovery-key`.
pub fn recovery_key(session: &mut Session) -> Outcome<()> {
    let made = session.app.renew_recovery_key(NoArgs {})?;
    if session.json {
        return session.out.json(&made);
    }
    session.out.line(&session.texts.fill("relay.recovery_key", &[("key", &made.key)]))
}

/// The member with this id, or the only one with this name.
fn named(session: &Session, wanted: &str) -> Outcome<MemberRow> {
    let low = wanted.trim().to_lowercase();
    let members = session.app.members(NoArgs {})?.members;
    let by_id = members.iter().find(|member| member.id == wanted);
    let mut by_name = members.iter().filter(|member| !member.revoked && member.name.to_lowercase() == low);
    match (by_id, by_name.next(), by_name.next()) {
        (Some(member), ..) | (None, Some(member), None) => Ok(member.clone()),
        (None, Some(_), Some(_)) => Err(AppError::new(Code::AmbiguousPerson).at(wanted).into()),
        (None, None, _) => Err(AppError::new(Code::UnknownMember).at(wanted).into()),
    }
}

fn done(session: &mut Session, key: &str) -> Outcome<()> {
    if session.json {
        return session.out.json(&DoneJson { done: true });
    }
    session.out.line(&session.texts.get(key))
}
