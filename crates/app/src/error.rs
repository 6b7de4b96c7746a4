//! What can go wrong in a use case: one stable code each, with the facts that its sentence needs.
//!
//! The sentences live in the message catalogue (`ui/messages/da.json`, `en.json`, under `error`); the screen matches the
//! code, never the text.

use serde::{Deserialize, Serialize};

/// The result of a use case.
pub type AppResult<T> = Result<T, AppError>;

/// A stable code; the catalogue's key under `error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum Code {
    /// A defect of ours.
    Internal,
    /// No such command.
    UnknownCommand,
    /// The arguments do not fit the command.
    BadArguments,
    /// First start has not been done.
    NotFounded,
    /// First start has been done already.
    AlreadyFounded,
    /// No such municipality code.
    UnknownMunicipality,
    /// A name is missing.
    NameMissing,
    /// No such task.
    UnknownTask,
    /// No such project.
    UnknownProject,
    /// No such person.
    UnknownPerson,
    /// Several persons have that name.
    AmbiguousPerson,
    /// No such role.
    UnknownRole,
    /// No such entity.
    UnknownEntity,
    /// No such field, or it cannot be edited.
    UnknownField,
    /// The value does not fit the field.
    BadValue,
    /// Text that looks like a CPR number.
    LooksLikeCpr,
    /// The text is too long.
    TooLong,
    /// A date that does not exist or is out of bounds.
    BadDate,
    /// The period ends before it begins.
    PeriodBackwards,
    /// Nothing to undo.
    NothingToUndo,
    /// Nothing to redo.
    NothingToRedo,
    /// The file cannot be read as a workbook or CSV.
    FileUnreadable,
    /// The workbook is protected by a password.
    FilePassword,
    /// The file, or what it unpacks to, is too large.
    FileTooLarge,
    /// No row of headings was found in the first 20 rows.
    NoHeadings,
    /// The sheet does not exist.
    UnknownSheet,
    /// The file has no rows.
    FileEmpty,
    /// The same field was given to two columns.
    MappedTwice,
    /// A field that must be mapped is not.
    FieldNotMapped,
    /// The export's date must be given.
    ExportDateMissing,
    /// The draft is gone; choose the file again.
    DraftGone,
    /// No such import.
    UnknownImport,
    /// The import was cancelled; nothing was written.
    ImportCancelled,
    /// The data directory is on a network share.
    NetworkShare,
    /// The data directory is in a cloud-sync folder.
    CloudFolder,
    /// The data directory cannot be written.
    ReadOnly,
    /// The disk is full.
    DiskFull,
    /// The database is damaged.
    Corrupt,
    /// The database is from a newer version.
    NewerVersion,
    /// Another program holds the database.
    Busy,
    /// Reading or writing a file failed.
    Io,
    /// No such backup.
    UnknownBackup,
    /// The backup cannot be opened with this key.
    BackupKeyWrong,
    /// The backup is damaged.
    BackupDamaged,
    /// No relay was chosen yet.
    NoRelay,
    /// This laptop's space is at another relay already.
    AlreadyConnected,
    /// The relay's address is none: `wss://…`, or `ws://` on loopback.
    RelayAddress,
    /// The relay could not be reached.
    RelayUnreachable,
    /// The relay's certificate is not trusted.
    RelayCertificate,
    /// The relay refused; the detail is its code.
    RelayRefused,
    /// The relay does not admit the municipality without the host's code, or the code is wrong or used.
    AdmissionCode,
    /// Not proven in sync; the detail says why.
    NotSynced,
    /// The text is no invitation.
    InvitationBad,
    /// The invitation has run out.
    InvitationExpired,
    /// The invitation was used or taken back.
    InvitationUsed,
    /// There is data on this laptop; joining with it must be said.
    HasData,
    /// This laptop's data is another municipality's.
    OtherMunicipality,
    /// This laptop's space has been shared already; it joins another by export and import.
    HasSent,
    /// Only an admin may do this.
    NotAdmin,
    /// A reader writes nothing.
    ReadOnlyRole,
    /// No such member, device or invitation.
    UnknownMember,
    /// No interface has this number.
    UnknownInterface,
    /// The last admin stays.
    LastAdmin,
    /// Nobody revokes the device at hand: it could not sign for what comes after.
    OwnDevice,
    /// This device was revoked.
    Revoked,
    /// The recovery key is mistyped, or not this relay's.
    RecoveryKeyWrong,
    /// The bundle is damaged, or no bundle.
    BundleDamaged,
    /// The bundle is another municipality's or another space's.
    BundleOtherSpace,
    /// No such conflict.
    UnknownConflict,
    /// The device's key cannot be read or kept.
    DeviceKey,
    /// This municipality is in no network, or this laptop has not followed yet.
    NoNetwork,
    /// Only a publisher writes the network's catalogue.
    NotPublisher,
    /// The invitation is to the network, not to a municipality.
    InvitationOfNetwork,
    /// The invitation is to a municipality, not to the network.
    InvitationOfMunicipality,
    /// The network's catalogue takes half or more of what stands here away; the detail is how many.
    CatalogueShrinks,
    /// No such event.
    UnknownEvent,
    /// No such template of the network in the catalogue as it was taken in.
    UnknownTemplate,
    /// No such experience or remark, or none of this municipality's own.
    UnknownExperience,
    /// Nobody thanks themselves.
    OwnExperience,
    /// No such reference group.
    UnknownGroup,
    /// The file is no calendar, or none of ours; the detail says where.
    CalendarUnreadable,
    /// Somebody changed the membership at the same moment, again and again.
    MembershipMoved,
}

/// An error as the screen, the terminal and `--json` see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct AppError {
    /// The stable code.
    pub code: Code,
    /// Where: a file, a field, an id; may be empty. The catalogue's `{where}`.
    #[serde(rename = "where")]
    pub place: String,
    /// A fact that the sentence needs; may be empty. The catalogue's `{detail}`.
    pub detail: String,
}

impl AppError {
    /// An error with this code.
    pub fn new(code: Code) -> Self {
        Self { code, place: String::new(), detail: String::new() }
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = place.into();
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn with(mut self, detail: impl ToString) -> Self {
        self.detail = detail.to_string();
        self
    }
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {} {}", self.code, self.place, self.detail)
    }
}

impl std::error::Error for AppError {}

/// The store's error in the words of the use cases.
pub(crate) fn of_store(error: &tovholder_store::StoreError, dir: &std::path::Path) -> AppError {
    use tovholder_store::StoreError;
    let at = |code| AppError::new(code).at(dir.display().to_string());
    match error {
        StoreError::NewerVersion { found, .. } => at(Code::NewerVersion).with(found),
        StoreError::Corrupt(detail) => at(Code::Corrupt).with(detail),
        StoreError::DiskFull => at(Code::DiskFull),
        StoreError::ReadOnly => at(Code::ReadOnly),
        StoreError::Busy => at(Code::Busy),
        StoreError::Io(_) if !dir.as_os_str().is_empty() && tovholder_store::place::is_full(dir) => at(Code::DiskFull),
        StoreError::Io(detail) => at(Code::Io).with(detail),
        StoreError::UnknownSeen(op) => AppError::new(Code::BadValue).at("seen").with(op),
        other => AppError::new(Code::Internal).with(other),
    }
}
