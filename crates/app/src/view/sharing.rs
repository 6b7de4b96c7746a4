//! Sharing a municipality: relay, members, invitations, the state of synchronising, bundles, conflicts by rule.
use serde::{Deserialize, Serialize};
use tovholder_model::Scalar;

/// What a member may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum MemberRole {
    /// Reads.
    Reader,
    /// Reads and writes.
    #[default]
    Editor,
    /// Reads, writes, invites, revokes.
    Admin,
}

/// Where this laptop stands with the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum SyncState {
    /// No relay was ever chosen: everything stays on this laptop.
    #[default]
    Alone,
    /// The relay is not reached; everything is saved here. The normal state.
    Offline,
    /// Being reached.
    Connecting,
    /// Sending or fetching; `done` of `total`.
    Syncing,
    /// Proven: everything here is there, and everything there is here.
    Synced,
    /// Reached, and yet not in sync; `missing` says what and why.
    Incomplete,
    /// This device was revoked; what it had not sent can be exported.
    Revoked,
    /// Something that a person must look at; `missing` says what.
    Alarm,
}

/// Why this laptop is not in sync: a code of the message catalogue under `missing`, with a number or a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Missing {
    /// `unreachable`, `captive_portal`, `clock`, `tls`, `waiting`, `parked`, `refused_change`, `fork`, `log_differs`,
    /// `read_only`, `revoked`, `quota`, `version`, `unknown_space`, `unverified_snapshot`, `membership_fork`, `sealed`,
    /// `unchecked`, `device_key`, `unknown_key`, `set_aside`.
    pub code: String,
    /// How many, or 0.
    pub count: u32,
    /// What the sentence needs: a host, a name, an incarnation; may be empty.
    pub detail: String,
}

/// When a member was last heard from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct HeardFrom {
    /// The member's opaque id.
    pub member: String,
    /// The member's name; empty when not known yet.
    pub name: String,
    /// The forvaltning.
    pub department: String,
    /// When the newest of theirs came, RFC 3339 in UTC; none when nothing did.
    pub when: Option<String>,
    /// Connected to the relay now.
    pub online: bool,
}

/// The state of synchronising, for the status line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct SyncStatus {
    /// Where this laptop stands.
    pub state: SyncState,
    /// The relay's address; empty when there is none.
    pub relay: String,
    /// Changes of this laptop that the relay has not acknowledged.
    pub waiting: u32,
    /// Done so far, while `state` is `syncing`.
    pub done: u32,
    /// Of so many.
    pub total: u32,
    /// When it was last proven in sync, RFC 3339 in UTC.
    pub synced_at: Option<String>,
    /// When the relay was last reached, RFC 3339 in UTC.
    pub connected_at: Option<String>,
    /// When the relay is tried next, RFC 3339 in UTC.
    pub next_try_at: Option<String>,
    /// What is missing and why.
    pub missing: Vec<Missing>,
    /// This laptop started from a snapshot that is still being checked against the signed envelopes.
    pub unverified: bool,
    /// What this laptop's member may do.
    pub role: MemberRole,
    /// When the other members were last heard from.
    pub heard: Vec<HeardFrom>,
}

/// Joins a relay, and founds the space there when this laptop is the first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct RelayConnectArgs {
    /// `wss://…`, or `ws://` on loopback.
    pub url: String,
    /// The host's code that admits a municipality.
    pub code: Option<String>,
}

/// The relay was reached.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct RelayConnected {
    /// Its address.
    pub relay: String,
    /// The recovery key, to print for the safe; only when the space was founded now. It is kept nowhere.
    pub recovery_key: Option<String>,
    /// Where this laptop stands now.
    pub status: SyncStatus,
}

/// A member of the space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct MemberRow {
    /// The opaque id.
    pub id: String,
    /// The name; empty until the member's first change has come.
    pub name: String,
    /// The forvaltning.
    pub department: String,
    /// What the member may do.
    pub role: MemberRole,
    /// This laptop's member.
    pub me: bool,
    /// All devices were revoked.
    pub revoked: bool,
    /// When the member joined, RFC 3339 in UTC, as the joining laptop's clock had it.
    pub joined_at: String,
    /// When the newest of theirs came, RFC 3339 in UTC.
    pub heard_at: Option<String>,
    /// The devices.
    pub devices: Vec<DeviceRow>,
}

/// A member's device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct DeviceRow {
    /// Its public key in hex.
    pub id: String,
    /// This laptop.
    pub me: bool,
    /// It was revoked.
    pub revoked: bool,
    /// When it joined, RFC 3339 in UTC.
    pub joined_at: String,
}

/// An invitation that was made and not used yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct InvitationRow {
    /// Its public key in hex.
    pub id: String,
    /// The role it gives.
    pub role: MemberRole,
    /// For another device of a member; else for a new member.
    pub own_device: bool,
    /// When it runs out, RFC 3339 in UTC.
    pub expires_at: String,
    /// It has run out.
    pub expired: bool,
}

/// Something that happened to the membership, or an export; newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct AccessRow {
    /// When, RFC 3339 in UTC, as its author's clock had it.
    pub when: String,
    /// `founded`, `invited`, `withdrawn`, `joined`, `device_added`, `role`, `revoked`, `recovery_key`, `recovered`,
    /// `exported`; the catalogue's area `access`.
    pub kind: String,
    /// Who did it, by name; empty when not known yet.
    pub by: String,
    /// Whom it concerns, by name; may be empty.
    pub whom: String,
    /// What the sentence needs: a role, a file; may be empty.
    pub detail: String,
}

/// The members, the invitations and the access log.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct MemberList {
    /// The space's id in hex; empty before it was founded.
    pub space: String,
    /// This laptop's role.
    pub role: MemberRole,
    /// Members, by name.
    pub members: Vec<MemberRow>,
    /// Invitations not used yet; for admins.
    pub invitations: Vec<InvitationRow>,
    /// The access log, newest first; for admins.
    pub log: Vec<AccessRow>,
}

/// Makes an invitation.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct InviteArgs {
    /// The role it gives; none is editor.
    pub role: Option<MemberRole>,
    /// For another device of this laptop's member.
    pub own_device: bool,
}

/// An invitation: single use, 24 hours.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Invitation {
    /// The link, `tovholder:invite:…`.
    pub invite: String,
    /// The same as a QR code, SVG.
    pub qr: String,
    /// Its public key in hex, to withdraw it by.
    pub id: String,
    /// The role it gives.
    pub role: MemberRole,
    /// When it runs out, RFC 3339 in UTC.
    pub expires_at: String,
}

/// Names a member, device or invitation.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct MemberIdArgs {
    /// The id.
    pub id: String,
}

/// Changes a member's role.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct MemberRoleArgs {
    /// The member.
    pub id: String,
    /// The new role.
    pub role: MemberRole,
}

/// Joins a space by an invitation.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct JoinArgs {
    /// The link.
    pub invite: String,
    /// The forvaltning; none keeps the laptop's.
    pub department: Option<String>,
    /// The name; none keeps the laptop's.
    pub name: Option<String>,
    /// Merge what is on this laptop into the space.
    pub adopt: bool,
    /// Only tell what would happen; the invitation stays unused.
    pub dry_run: bool,
}

/// Enters a space with its recovery key, on an empty laptop.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct RecoverArgs {
    /// The relay's address.
    pub url: String,
    /// The recovery key as printed.
    pub key: String,
    /// The forvaltning.
    pub department: String,
    /// The name.
    pub name: String,
}

/// What joining did, or would do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Joined {
    /// The municipality's code.
    pub municipality: String,
    /// Its name.
    pub municipality_name: String,
    /// The role.
    pub role: MemberRole,
    /// Only a preview: nothing was written, the invitation is unused.
    pub dry_run: bool,
    /// Tasks afterwards.
    pub tasks: u32,
    /// Tasks that this laptop brings and the space did not have.
    pub tasks_brought: u32,
    /// Tasks that the space brings and this laptop did not have.
    pub tasks_received: u32,
    /// Persons that turn out to be the same on both sides.
    pub persons_matched: u32,
    /// Cells that will have two values; both stay until someone chooses.
    pub conflicts: Vec<JoinConflict>,
    /// How many there are in all; `conflicts` holds the first 200.
    pub conflict_count: u32,
}

/// A cell that says one thing here and another there.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct JoinConflict {
    /// The cell, `entity/field`.
    pub id: String,
    /// The entity's name.
    pub title: String,
    /// The field.
    pub field: String,
    /// All values in words.
    pub values: Vec<String>,
}

/// A new recovery key; the older one is void.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct RecoveryKeyMade {
    /// In groups of letters, to print for the safe. It is kept nowhere.
    pub key: String,
}

/// Writes a bundle: the sealed envelopes in one file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct BundleWriteArgs {
    /// Where to; none is the download folder. The window and the terminal only.
    pub path: Option<String>,
}

/// A bundle was written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct BundleWritten {
    /// The file.
    pub path: String,
    /// Envelopes in it.
    pub envelopes: u32,
    /// Its size.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub bytes: u64,
}

/// Reads a bundle.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct BundleReadArgs {
    /// The file's name.
    pub name: String,
    /// Its bytes in base64; empty when `path` is given.
    pub bytes: String,
    /// A path on this laptop (terminal only).
    pub path: Option<String>,
}

/// What a bundle brought.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct BundleRead {
    /// Envelopes in the file.
    pub envelopes: u32,
    /// New here.
    pub new: u32,
    /// Here already.
    pub known: u32,
    /// Kept until what they build on has come.
    pub waiting: u32,
    /// Refused, with reasons under `missing`.
    pub refused: Vec<Missing>,
    /// Changes applied.
    pub changes: u32,
}

/// Which value of several a rule takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum RulePick {
    /// The value that knew of most other writes, the one that the table shows. No rule trusts clocks.
    #[default]
    Latest,
    /// The value from `department`.
    Department,
    /// The value of this laptop's own person.
    Mine,
    /// KLIK's value as of the newest import.
    LatestImport,
}

/// Chooses in many conflicts at once.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct ConflictRuleArgs {
    /// Only this field; none is every field.
    pub field: Option<String>,
    /// Only this project's id or short name; none is all.
    pub project: Option<String>,
    /// What to take.
    pub pick: RulePick,
    /// With `department`: whose.
    pub department: Option<String>,
    /// Do it; else only tell what would be chosen.
    pub run: bool,
    /// The choices that were shown. With them only these are made, each where its cell still has just those values: what
    /// came since is left, and was not chosen unseen. None chooses in all there are.
    pub seen: Option<Vec<RuleSeen>>,
}

/// A choice as it was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct RuleSeen {
    /// The cell.
    pub id: String,
    /// The value that was to be taken.
    pub value: Scalar,
    /// The writes that stood in it.
    pub ops: Vec<String>,
}

/// One choice of a rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct RuleChoice {
    /// The cell.
    pub id: String,
    /// The entity's name.
    pub title: String,
    /// The field.
    pub field: String,
    /// What is taken.
    pub value: Scalar,
    /// The same in words.
    pub text: String,
    /// What is not, in words.
    pub others: Vec<String>,
    /// The writes that stand in the cell.
    pub ops: Vec<String>,
}

/// What a rule chooses.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct RuleChoices {
    /// The choices; in conflicts where the rule says nothing, none is made.
    pub choices: Vec<RuleChoice>,
    /// Conflicts in all.
    pub of: u32,
    /// They were written.
    pub done: bool,
}

/// Says where this laptop's user is, and asks who else is there.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct PresentArgs {
    /// The project that is looked at; none is no project.
    pub project: Option<String>,
}

/// Somebody who is connected now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct PresentRow {
    /// The name.
    pub name: String,
    /// The forvaltning.
    pub department: String,
    /// The project that they look at; empty when none.
    pub project: String,
}
