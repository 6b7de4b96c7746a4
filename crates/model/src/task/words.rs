//! The code words of a task: status, kind, colour. Stored and sent as the `snake_case` below, for ever.

use serde::{Deserialize, Serialize};

/// How far a task is, as KLIK says it. `not_relevant` is the municipality's own "not here".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum Status {
    /// Ikke startet.
    #[default]
    NotStarted,
    /// I gang.
    InProgress,
    /// Fuldført.
    Completed,
    /// Kan ikke løses inden frist.
    CannotMeetDeadline,
    /// Ikke relevant her.
    NotRelevant,
}

impl Status {
    /// Every status, in the order a screen lists them.
    pub const ALL: [Self; 5] =
        [Self::NotStarted, Self::InProgress, Self::Completed, Self::CannotMeetDeadline, Self::NotRelevant];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotStarted => "not_started",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::CannotMeetDeadline => "cannot_meet_deadline",
            Self::NotRelevant => "not_relevant",
        }
    }

    /// The status with this stored word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// Nothing more is to be done: completed, or not relevant here.
    pub fn is_done(self) -> bool {
        matches!(self, Self::Completed | Self::NotRelevant)
    }
}

/// What kind of task KLIK calls it, or `local` for the municipality's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum TaskKind {
    /// Basisopgave.
    #[default]
    Basic,
    /// Løsningsspecifik opgave.
    SolutionSpecific,
    /// Programopgave.
    Programme,
    /// Lokal opgave, made here.
    Local,
}

impl TaskKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Basic, Self::SolutionSpecific, Self::Programme, Self::Local];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::SolutionSpecific => "solution_specific",
            Self::Programme => "programme",
            Self::Local => "local",
        }
    }

    /// The kind with this stored word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// KLIK's colour of a task. Never stored: `colour::colour_of` computes it. Ordered from mildest to gravest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum Colour {
    /// Løst: a tick, no colour.
    Done,
    /// Grå: skal ikke løses endnu.
    Grey,
    /// Grøn: på rette spor.
    Green,
    /// Gul: handling er krævet.
    Yellow,
    /// Rød: kan ikke løses inden fristen, eller fristen er overskredet.
    Red,
}

impl Colour {
    /// Every colour, gravest first, as a screen lists them.
    pub const ALL: [Self; 5] = [Self::Red, Self::Yellow, Self::Green, Self::Grey, Self::Done];

    /// The word sent to screens and printed by `--json`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Grey => "grey",
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Red => "red",
        }
    }

    /// The colour with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|colour| colour.code() == code)
    }
}
