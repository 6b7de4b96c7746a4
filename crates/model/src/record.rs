//! An entity as its cells make it: KLIK's values below, the municipality's own on top, conflicts beside.
//!
//! The one projection for every kind of entity (task, person, project, role, assignment, comment …). It is a pure
//! function of the visible cells, so two laptops with the same cells have the same record, in whatever order they came.
//!
//! How imported values are found. An import writes, for each row, `klik/<stamp>/row` = `"<row>@<base>"` and the fields
//! that differ from what stood in the import `<base>`. The value of a field in an import is therefore its own cell, else
//! that of its base, and so on down. The base is named, not guessed: neither an undone import nor one that arrives later
//! from another laptop changes what an import said. The brief's "newest import not undone wins" alone would let an older
//! export, imported apart, speak over a newer one that had found nothing to write.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::key::Stamp;
use crate::op::OpId;
use crate::scalar::Scalar;

/// One visible value of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// The write.
    pub op: OpId,
    /// What was written.
    pub value: Scalar,
}

/// An entity's visible cells: rest of the key to values, oldest write first.
pub type Cells = BTreeMap<String, Vec<Live>>;

/// What an entity's document says of imports, needed to project it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportStates {
    /// Imports that touched the document and stand.
    pub active: BTreeSet<Stamp>,
    /// Imports that touched the document and were undone.
    pub undone: BTreeSet<Stamp>,
}

impl ImportStates {
    /// The newest export that stands in this document.
    pub fn newest(&self) -> Option<&Stamp> {
        self.active.last()
    }
}

/// An entity, projected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// What the newest standing import that holds the entity says.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub klik: BTreeMap<String, Scalar>,
    /// The municipality's own values that are not `Null`; of several, the newest write.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub local: BTreeMap<String, Scalar>,
    /// KLIK's value at the time of overriding, per overridden field.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub over: BTreeMap<String, Vec<Scalar>>,
    /// Fields with more than one distinct value: all of them, as shown (`Null` already replaced by KLIK's value).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub conflicts: BTreeMap<String, Vec<Scalar>>,
    /// The newest standing import that holds the entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stamp: Option<String>,
    /// Its row there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// The import in `stamp` stands; false when only undone imports hold the entity.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub standing: bool,
    /// A newer standing import of the document no longer holds it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
    /// Every deadline that the standing imports gave, oldest export first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub klik_deadlines: Vec<String>,
    /// Deadlines that a person set here and that were replaced since, oldest first. Filled in by the store, which has the
    /// history; a moved deadline never erases the one before it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub local_deadlines: Vec<String>,
    /// It is there: an import that stands holds it, or a person wrote something.
    pub visible: bool,
}

impl Record {
    /// What a screen shows for a field: the own value, else KLIK's, else `Null`.
    pub fn shown(&self, field: &str) -> &Scalar {
        self.local.get(field).or_else(|| self.klik.get(field)).unwrap_or(&Scalar::Null)
    }

    /// The shown value as text, empty when it is none.
    pub fn text(&self, field: &str) -> &str {
        self.shown(field).as_str().unwrap_or("")
    }

    /// The shown value as a flag, false when it is none.
    pub fn flag(&self, field: &str) -> bool {
        self.shown(field).as_bool().unwrap_or(false)
    }

    /// The shown value as a date.
    pub fn date(&self, field: &str) -> Option<chrono::NaiveDate> {
        self.text(field).parse().ok()
    }

    /// Fields where KLIK now says something else than it did when the field was overridden, and than the own value.
    pub fn differs(&self) -> impl Iterator<Item = &str> {
        self.local.keys().map(String::as_str).filter(|field| self.differs_in(field))
    }

    /// Whether KLIK changed what was overridden in this field, and nobody has chosen since.
    pub fn differs_in(&self, field: &str) -> bool {
        let (Some(local), Some(klik)) = (self.local.get(field), self.klik.get(field)) else { return false };
        if klik == local || (is_blank(klik) && is_blank(local)) {
            return false;
        }
        match self.over.get(field) {
            Some(over) => !over.iter().any(|seen| seen == klik || (is_blank(seen) && is_blank(klik))),
            None => !is_blank(klik),
        }
    }

    /// Projects an entity from its visible cells.
    pub fn project(cells: &Cells, states: &ImportStates) -> Self {
        let klik = KlikCells::of(cells);
        let standing: Vec<&Stamp> = klik.rows.keys().filter(|stamp| states.active.contains(*stamp)).collect();
        let mut record = Self::default();
        let newest = standing.last().copied();
        let is_local = cells.keys().any(|rest| !rest.starts_with("klik/"));
        // An entity that a person has worked on is not hidden by undoing the import that brought it: it is shown as gone.
        let fallback = if is_local { klik.rows.keys().next_back() } else { None };
        if let Some(stamp) = newest.or(fallback) {
            record.klik = klik.values(stamp);
            record.row = klik.rows.get(stamp).and_then(|bases| bases.first()).map(|(row, _)| *row);
            record.stamp = Some(stamp.to_string());
        }
        record.standing = newest.is_some();
        record.gone = !klik.rows.is_empty() && (newest.is_none() || newest < states.newest());
        record.visible = newest.is_some() || is_local;
        record.klik_deadlines = klik.deadlines(&standing);
        for (rest, values) in cells {
            if rest.starts_with("klik/") {
                continue;
            }
            match rest.strip_suffix("/over") {
                Some(field) => {
                    record.over.insert(field.to_owned(), values.iter().map(|live| live.value.clone()).collect());
                }
                None => record.take_local(rest, values),
            }
        }
        record
    }

    fn take_local(&mut self, field: &str, values: &[Live]) {
        let klik = self.klik.get(field).cloned().unwrap_or(Scalar::Null);
        let mut distinct: Vec<Scalar> = Vec::new();
        for live in values {
            let shown = if live.value.is_null() { klik.clone() } else { live.value.clone() };
            if !distinct.contains(&shown) {
                distinct.push(shown);
            }
        }
        if let Some(newest) = values.iter().max_by_key(|live| live.op)
            && !newest.value.is_null()
        {
            self.local.insert(field.to_owned(), newest.value.clone());
        }
        if distinct.len() > 1 {
            distinct.sort();
            self.conflicts.insert(field.to_owned(), distinct);
        }
    }
}

/// Nothing, or empty text.
pub fn is_blank(value: &Scalar) -> bool {
    match value {
        Scalar::Null => true,
        Scalar::Str(text) => text.is_empty(),
        _ => false,
    }
}

/// The imported cells of an entity, by import.
struct KlikCells<'a> {
    /// Row number and base of each import; more than one when the same file was imported apart from different bases.
    rows: BTreeMap<Stamp, Vec<(u32, Option<Stamp>)>>,
    fields: BTreeMap<(Stamp, &'a str), &'a Scalar>,
}

impl<'a> KlikCells<'a> {
    fn of(cells: &'a Cells) -> Self {
        let mut found = Self { rows: BTreeMap::new(), fields: BTreeMap::new() };
        for (rest, values) in cells {
            let Some((stamp, field)) = rest.strip_prefix("klik/").and_then(|rest| rest.split_once('/')) else {
                continue;
            };
            let Some(stamp) = Stamp::parse(stamp) else { continue };
            if field == "row" {
                let bases = values.iter().filter_map(|live| parse_row(live.value.as_str()?)).collect();
                found.rows.insert(stamp, bases);
            } else if let Some(newest) = values.iter().max_by_key(|live| live.op) {
                found.fields.insert((stamp, field), &newest.value);
            }
        }
        found
    }

    /// The value of a field in an import: its own cell, else its base's. Bases are older stamps, so this ends.
    fn value(&self, stamp: &Stamp, field: &'a str) -> Option<&'a Scalar> {
        let mut at = stamp.clone();
        loop {
            if let Some(value) = self.fields.get(&(at.clone(), field)) {
                return Some(value);
            }
            let bases = self.rows.get(&at)?;
            at = bases.iter().filter_map(|(_, base)| base.clone()).filter(|base| *base < at).max()?;
        }
    }

    fn values(&self, stamp: &Stamp) -> BTreeMap<String, Scalar> {
        let names: BTreeSet<&str> = self.fields.keys().map(|(_, field)| *field).collect();
        names.into_iter().filter_map(|field| Some((field.to_owned(), self.value(stamp, field)?.clone()))).collect()
    }

    fn deadlines(&self, standing: &[&Stamp]) -> Vec<String> {
        let mut dates: Vec<String> = Vec::new();
        for stamp in standing {
            if let Some(date) = self.value(stamp, "deadline").and_then(Scalar::as_str)
                && !date.is_empty()
                && dates.last().is_none_or(|last| last != date)
            {
                dates.push(date.to_owned());
            }
        }
        dates
    }
}

/// Writes the `row` cell of an import: the row's number and the import it builds on.
pub fn row_cell(row: u32, base: Option<&str>) -> Scalar {
    Scalar::Str(format!("{row}@{}", base.unwrap_or("")))
}

/// Reads the `row` cell of an import.
pub fn parse_row(text: &str) -> Option<(u32, Option<Stamp>)> {
    let (row, base) = text.split_once('@')?;
    Some((row.parse().ok()?, Stamp::parse(base)))
}
