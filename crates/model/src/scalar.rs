//! The five scalars a cell may hold. Nothing nested is ever stored, see `ARCHITECTURE.md`, *A document is a set of cells*.

use serde::{Deserialize, Serialize};

/// One cell's value. A field uses one variant for ever: `Int(1)` beside `Bool(true)` would be a conflict of types.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum Scalar {
    /// "Follow KLIK" in a local cell; "nothing" elsewhere.
    Null,
    /// A flag.
    Bool(bool),
    /// A whole number, for example percent.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    Int(i64),
    /// Text, a date as `YYYY-MM-DD`, an id or a code word.
    Str(String),
}

impl Scalar {
    /// The text, when this is text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The number, when this is a number.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The flag, when this is a flag.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// Whether this is `Null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Self::Str(text.to_owned())
    }
}

impl From<String> for Scalar {
    fn from(text: String) -> Self {
        Self::Str(text)
    }
}

impl From<bool> for Scalar {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<i64> for Scalar {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<chrono::NaiveDate> for Scalar {
    fn from(date: chrono::NaiveDate) -> Self {
        Self::Str(date.format("%Y-%m-%d").to_string())
    }
}
