//! The one table of use cases: what the window, the browser and the tests can ask for.
//!
//! A command has a name, an argument type and a result type. Tauri and HTTP both call [`call`] with JSON; `cargo xtask
//! codegen` prints the same table as a TypeScript interface. Adding a command here is all it takes to reach the screen.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::error::{AppError, Code};
// Every view is an argument or a result of some command.
#[allow(clippy::wildcard_imports)]
use crate::view::*;
use crate::{App, AppResult};

/// Before a command's name it is run on the network's data: its members, its history, its conflicts.
pub const IN_NETWORK: &str = "network.";

/// What can be run so: what every space has. The rest is a municipality's own work, and no part of a network.
const OF_ANY_SPACE: [&str; 16] = [
    "members",
    "invite",
    "withdraw_invitation",
    "set_member_role",
    "revoke",
    "renew_recovery_key",
    "sync_status",
    "sync_now",
    "bundle_write",
    "bundle_read",
    "conflicts",
    "history",
    "undo",
    "redo",
    "wait",
    "doctor",
];

macro_rules! commands {
    ($($(#[doc = $doc:literal])* $name:ident($args:ty) -> $result:ty;)*) => {
        /// Runs the command `name` with `args` as JSON, and answers JSON text: a list of tasks is megabytes, and a tree of
        /// values in between would be ten times as many.
        ///
        /// # Errors
        /// The command's own error; `unknown_command` and `bad_arguments` when the words are off.
        pub fn call(app: &App, name: &str, args: Value) -> AppResult<String> {
            if let Some(name) = name.strip_prefix(IN_NETWORK) {
                if !OF_ANY_SPACE.contains(&name) {
                    return Err(AppError::new(Code::UnknownCommand).at(name));
                }
                return call(app.network()?.as_ref(), name, args);
            }
            match name {
                $(stringify!($name) => answer(&app.$name(arguments::<$args>(args)?)?),)*
                _ => Err(AppError::new(Code::UnknownCommand).at(name)),
            }
        }

        /// Every command's name.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];

        /// The commands as a TypeScript interface, and every type it names written below `dir`.
        ///
        /// # Errors
        /// When a file cannot be written.
        #[cfg(feature = "ts")]
        pub fn typescript(dir: &std::path::Path) -> Result<String, ts_rs::ExportError> {
            let mut declarations = crate::typescript::Declarations::new(dir);
            $(declarations.command::<$args, $result>(stringify!($name), concat!($($doc),*));)*
            declarations.finish()
        }
    };
}

commands! {
    /// What a screen asks first, in one answer.
    opening(NoArgs) -> Opening;
    /// Who, where, what is saved, what can be undone.
    status(NoArgs) -> Laptop;
    /// Waits until something changed, or some seconds.
    wait(WaitArgs) -> Waited;
    /// The 98 municipalities.
    municipalities(NoArgs) -> Vec<Municipality>;
    /// First start.
    found(FoundArgs) -> Done;
    /// Changes who works here.
    set_me(MeArgs) -> Done;
    /// Reads or writes a setting of this laptop.
    preference(PreferenceArgs) -> Preference;
    /// What needs whom.
    overview(OverviewQuery) -> Overview;
    /// Every task.
    tasks(TasksQuery) -> TaskList;
    /// One task, whole.
    task(TaskQuery) -> TaskDetail;
    /// Writes cells; one step to undo.
    edit(EditArgs) -> EditDone;
    /// A new local task.
    create_task(CreateTaskArgs) -> EditDone;
    /// Adds a comment.
    comment(CommentArgs) -> Done;
    /// What was escalated.
    escalations(EscalationsQuery) -> Vec<EscalationRow>;
    /// Escalates a task or a project.
    escalate(EscalateArgs) -> EditDone;
    /// A mail with the facts of a task in it.
    task_mail(TaskMailArgs) -> TaskMail;
    /// Settles a field where KLIK changed what was overridden here.
    klik_choice(KlikChoiceArgs) -> Done;
    /// The history of an entity or a field, newest first.
    history(HistoryQuery) -> Vec<HistoryEntry>;
    /// Every cell with several values.
    conflicts(NoArgs) -> Vec<ConflictView>;
    /// Everything that spans cells and wants a look.
    findings(NoArgs) -> Vec<Finding>;
    /// All projects.
    projects(OnQuery) -> ProjectList;
    /// The gallery.
    gallery(OnQuery) -> GalleryView;
    /// A project's roles.
    roles(RolesQuery) -> RolesView;
    /// Adds a role of the municipality's own.
    create_role(CreateRoleArgs) -> EditDone;
    /// Gives a person a role.
    assign(AssignArgs) -> EditDone;
    /// Interfaces × projects.
    interfaces(InterfacesQuery) -> InterfaceMatrix;
    /// One interface, whole.
    interface(InterfaceQuery) -> InterfaceDetail;
    /// Adds an attention point.
    add_attention(AttentionArgs) -> EditDone;
    /// What is coming in the next months.
    horizon(HorizonQuery) -> Horizon;
    /// Projects over months, quarters or years.
    timeline(TimelineQuery) -> Timeline;
    /// Everybody.
    people(OnQuery) -> PersonList;
    /// One person, across projects.
    person(PersonQuery) -> PersonPage;
    /// Adds a person.
    create_person(CreatePersonArgs) -> EditDone;
    /// Moves work to a successor.
    hand_over(HandOverArgs) -> EditDone;
    /// Full-text search.
    search(SearchArgs) -> SearchHits;
    /// Opens a file for import.
    import_open(ImportOpenArgs) -> ImportDraft;
    /// What the import would do.
    import_preview(ImportPreviewArgs) -> ImportPreview;
    /// Runs the import.
    import_run(ImportRunArgs) -> ImportDone;
    /// How far the import is.
    import_progress(ImportIdArgs) -> ImportProgress;
    /// Cancels a running import; nothing of it stays.
    import_cancel(ImportIdArgs) -> Done;
    /// The imports that were made.
    imports(NoArgs) -> ImportList;
    /// Undoes an import as one.
    import_undo(ImportIdArgs) -> Done;
    /// Brings an undone import back.
    import_redo(ImportIdArgs) -> Done;
    /// Makes a file to hand out.
    export(ExportArgs) -> Exported;
    /// Takes the last step back.
    undo(NoArgs) -> UndoDone;
    /// Brings the last undone step back.
    redo(NoArgs) -> UndoDone;
    /// The sealed backups.
    backups(NoArgs) -> BackupList;
    /// Makes a sealed backup now.
    backup_now(NoArgs) -> BackupFile;
    /// Restores a backup.
    backup_restore(BackupRestoreArgs) -> BackupRestored;
    /// The key that opens this laptop's backups, to keep in a safe.
    backup_key(NoArgs) -> BackupKey;
    /// Examines the data.
    doctor(DoctorArgs) -> DoctorReport;
    /// Where this laptop stands with the others.
    sync_status(NoArgs) -> SyncStatus;
    /// Synchronises now, without waiting for the next try.
    sync_now(NoArgs) -> SyncStatus;
    /// Joins a relay, and founds the space there when this laptop is the first.
    relay_connect(RelayConnectArgs) -> RelayConnected;
    /// The members, the invitations and the access log.
    members(NoArgs) -> MemberList;
    /// Makes an invitation.
    invite(InviteArgs) -> Invitation;
    /// Takes an invitation back that nobody has used.
    withdraw_invitation(MemberIdArgs) -> Done;
    /// Joins a space by an invitation, or tells what that would do.
    join(JoinArgs) -> Joined;
    /// Changes a member's role.
    set_member_role(MemberRoleArgs) -> Done;
    /// Revokes a member with all devices, or one device.
    revoke(MemberIdArgs) -> Done;
    /// Makes a new recovery key; the older one is void.
    renew_recovery_key(NoArgs) -> RecoveryKeyMade;
    /// Enters a space with its recovery key, on an empty laptop.
    recover(RecoverArgs) -> Joined;
    /// Writes the sealed envelopes into one file.
    bundle_write(BundleWriteArgs) -> BundleWritten;
    /// Takes in a file of sealed envelopes.
    bundle_read(BundleReadArgs) -> BundleRead;
    /// Chooses in many conflicts at once by a rule.
    conflict_rule(ConflictRuleArgs) -> RuleChoices;
    /// Where this municipality stands in the network of municipalities.
    network_status(NoArgs) -> NetworkStatus;
    /// Founds a network at a relay.
    network_found(NetworkFoundArgs) -> RelayConnected;
    /// Joins a network, for the whole municipality.
    network_join(NetworkJoinArgs) -> NetworkStatus;
    /// What the network's catalogue says that was not taken in.
    catalogue_diff(NoArgs) -> CatalogueDiff;
    /// Takes the network's catalogue in.
    catalogue_accept(CatalogueAcceptArgs) -> CatalogueAccepted;
    /// Publishes in the network.
    publish(PublishArgs) -> Published;
    /// What would leave if projects were shared with the network.
    share_preview(ShareArgs) -> SharePreview;
    /// Shares projects' colours and counts with the network.
    share_publish(ShareArgs) -> Shared;
    /// Takes back what was shared.
    share_withdraw(ShareArgs) -> Shared;
    /// What every municipality shows of itself.
    country(NoArgs) -> Country;
    /// How a project went, month by month.
    country_trend(TrendQuery) -> Vec<TrendPoint>;
    /// The events that the network's host publishes.
    events(NoArgs) -> EventList;
    /// Signs this municipality up for an event, or off.
    sign_up(SignUpArgs) -> Shared;
    /// Publishes the events of a calendar.
    publish_calendar(CalendarArgs) -> Published;
    /// The network's task templates, as they were taken in.
    templates(NoArgs) -> TemplateList;
    /// Makes templates of a project tasks.
    take_templates(TakeTemplatesArgs) -> EditDone;
    /// The material that the catalogue names, as it was taken in.
    materials(MaterialQuery) -> MaterialList;
    /// What municipalities have learned.
    experiences(ExperienceQuery) -> ExperienceList;
    /// Writes an experience, changes one's own, or takes it away.
    write_experience(ExperienceArgs) -> Shared;
    /// Thanks for another's experience.
    thank(ThankArgs) -> Shared;
    /// Asks about an experience, or answers.
    remark(RemarkArgs) -> Shared;
    /// The network's reference groups.
    groups(NoArgs) -> GroupList;
    /// Puts this municipality into a reference group, or takes it out.
    join_group(JoinGroupArgs) -> Shared;
    /// Who wants to be found in the network.
    directory(NoArgs) -> Directory;
    /// Puts this laptop's user into the directory, or takes them out.
    set_contact(ContactArgs) -> Shared;
    /// Says where this laptop's user is, and tells who else is connected.
    present(PresentArgs) -> Vec<PresentRow>;
}

pub(crate) fn arguments<T: DeserializeOwned>(args: Value) -> AppResult<T> {
    let args = if args.is_null() { Value::Object(serde_json::Map::new()) } else { args };
    serde_json::from_value(args).map_err(|error| AppError::new(Code::BadArguments).at(error.to_string()))
}

pub(crate) fn answer<T: Serialize>(result: &T) -> AppResult<String> {
    serde_json::to_string(result).map_err(|error| AppError::new(Code::Internal).at(error.to_string()))
}
