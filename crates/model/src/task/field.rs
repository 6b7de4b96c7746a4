//! A task's fields: their words, what they hold, and whether KLIK or the municipality has the say.

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Text of at most so many characters.
    Text {
        /// Characters at most.
        chars_max: usize,
    },
    /// A date, `YYYY-MM-DD`.
    Date,
    /// A flag.
    Flag,
    /// A number from 0 to 100.
    Percent,
    /// A person's id.
    Person,
    /// A [`crate::Status`].
    Status,
    /// A [`crate::TaskKind`].
    TaskKind,
}

/// One field of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskField {
    /// The word in keys and in `--json`.
    pub code: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// KOMBIT's field: an import's empty cell empties it. Otherwise the municipality's: an empty cell takes nothing away
    /// (`product.md`, *What an import may do*).
    pub kombit: bool,
    /// An import can carry it.
    pub imported: bool,
    /// A person may edit it.
    pub editable: bool,
}

const fn field(code: &'static str, kind: FieldKind, kombit: bool, imported: bool) -> TaskField {
    TaskField { code, kind, kombit, imported, editable: true }
}

const fn text(chars_max: usize) -> FieldKind {
    FieldKind::Text { chars_max }
}

impl TaskField {
    /// Every field, in the order a panel shows them.
    pub const ALL: [Self; 17] = [
        field("title", text(1_000), true, true),
        field("responsible", FieldKind::Person, false, true),
        field("performer", FieldKind::Person, false, true),
        field("status", FieldKind::Status, false, true),
        field("percent", FieldKind::Percent, false, true),
        field("action_needed", FieldKind::Flag, false, false),
        field("start", FieldKind::Date, true, true),
        field("deadline", FieldKind::Date, true, true),
        field("role", text(300), true, true),
        field("theme", text(300), true, true),
        field("kind", FieldKind::TaskKind, true, true),
        field("prerequisites", text(32_767), true, true),
        field("result", text(32_767), true, true),
        field("description", text(32_767), true, true),
        field("note", text(32_767), false, false),
        TaskField { code: "published", kind: FieldKind::Date, kombit: true, imported: true, editable: false },
        field("archived", FieldKind::Flag, false, false),
    ];

    /// The field with this word.
    pub fn from_code(code: &str) -> Option<&'static Self> {
        const { &Self::ALL }.iter().find(|field| field.code == code)
    }
}
