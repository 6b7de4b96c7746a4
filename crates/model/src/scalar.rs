//! The five scalars a cell may hold. Nothing nested is ever stored, see `ARCHITECTURE.md`, *A document is a set of cells*.

use std::fmt;

use serde::Serialize;
use serde::de::{self, Deserialize, Deserializer, Visitor};

/// One cell's value. A field uses one variant for ever: `Int(1)` beside `Bool(true)` would be a conflict of types.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
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

/// By hand: the derived reader of an untagged enum tries one variant after another and words an error for each that does
/// not fit, which was a fifth of reading a municipality.
impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct OneScalar;
        impl Visitor<'_> for OneScalar {
            type Value = Scalar;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("null, a flag, a whole number or text")
            }
            fn visit_unit<E: de::Error>(self) -> Result<Scalar, E> {
                Ok(Scalar::Null)
            }
            fn visit_none<E: de::Error>(self) -> Result<Scalar, E> {
                Ok(Scalar::Null)
            }
            fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Scalar, E> {
                Ok(Scalar::Bool(flag))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Scalar, E> {
                Ok(Scalar::Int(number))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Scalar, E> {
                i64::try_from(number).map(Scalar::Int).map_err(|_| E::custom("a number beyond 64 bits with a sign"))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar::Str(text.to_owned()))
            }
            fn visit_string<E: de::Error>(self, text: String) -> Result<Scalar, E> {
                Ok(Scalar::Str(text))
            }
        }
        from.deserialize_any(OneScalar)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_scalar_reads_back_as_it_was_written_and_nothing_else_is_one() {
        for scalar in [Scalar::Null, true.into(), (-7).into(), i64::MAX.into(), "".into(), "æøå\n\"".into()] {
            let json = serde_json::to_string(&scalar).unwrap();
            assert_eq!(serde_json::from_str::<Scalar>(&json).unwrap(), scalar, "{json}");
            assert_eq!(serde_json::from_value::<Scalar>(serde_json::from_str(&json).unwrap()).unwrap(), scalar);
        }
        for other in ["1.5", "[]", "{}", "9223372036854775808"] {
            assert!(serde_json::from_str::<Scalar>(other).is_err(), "{other}");
        }
    }
}
