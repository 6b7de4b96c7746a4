//! Who wrote what, when, and what they saw.

use chrono::{DateTime, SecondsFormat, Utc};
use tovholder_model::{FieldKind, Scalar, Stamp};
use tovholder_store::HistoryRow;

use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::view::{HistoryEntry, HistoryQuery};
use crate::world::{Entry, World};

/// A time in RFC 3339, UTC, from Unix seconds.
pub(crate) fn rfc3339(seconds: i64) -> String {
    DateTime::<Utc>::from_timestamp(seconds, 0).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Secs, true)
}

impl App {
    /// The history of an entity or a field, newest first. Causal: a write stands above those it replaced.
    pub fn history(&self, args: HistoryQuery) -> AppResult<Vec<HistoryEntry>> {
        let world = self.world()?;
        let entity = match args.entity.strip_prefix("task/") {
            Some(id) => {
                tovholder_model::key::entity("task", &crate::task::known_id(&world, &tovholder_model::key::plain(id))?)
            }
            None => args.entity.clone(),
        };
        let rows = self.read(|reader| reader.history(&entity, None))?;
        if rows.is_empty() {
            return Err(AppError::new(Code::UnknownEntity).at(args.entity));
        }
        let live_values = |of: &HistoryRow| {
            rows.iter().filter(|row| row.live && row.field == of.field && row.document == of.document).count()
        };
        let row_of = |stamp: &str| {
            let field = format!("klik/{stamp}/row");
            rows.iter()
                .find(|row| row.field == field)
                .and_then(|row| tovholder_model::record::parse_row(row.value.as_str()?))
                .map(|(row, _)| row)
        };
        let lang = self.lang();
        let words = |field: &str, value: &Scalar| {
            let kind = crate::entity::field_kind(&entity, field);
            let text = if kind.is_ok_and(|kind| kind == FieldKind::Person) {
                crate::people::person_text(&world, value)
            } else {
                crate::words::scalar(lang, field, value)
            };
            (!text.is_empty()).then_some(text)
        };
        let mut entries = Vec::new();
        for row in &rows {
            let (import, field) = match row.field.strip_prefix("klik/").and_then(|rest| rest.split_once('/')) {
                Some((stamp, field)) => (Some(stamp), field),
                None => (None, row.field.as_str()),
            };
            let internal = matches!(field, "row" | "created" | "state") || field.ends_with("/over");
            if internal || args.field.as_ref().is_some_and(|wanted| wanted != field) {
                continue;
            }
            let (who, department) = world.author(&row.op.actor.to_string());
            let from = match import {
                Some(stamp) => before_import(&rows, stamp, field).and_then(|value| words(field, &value)),
                None => row
                    .before
                    .first()
                    .and_then(|value| words(field, value))
                    .or_else(|| klik_seen(&rows, row, field).and_then(|value| words(field, &value))),
            };
            entries.push(HistoryEntry {
                field: field.to_owned(),
                from,
                to: words(field, &row.value),
                value: row.value.clone(),
                who,
                department,
                when: rfc3339(row.time),
                import: import.map(str::to_owned),
                row: import.and_then(row_of),
                undone: import.is_some_and(|stamp| is_undone(&world, stamp)),
                live: row.live,
                in_conflict: import.is_none() && row.live && live_values(row) > 1,
                op: row.op.to_string(),
            });
        }
        entries.reverse();
        Ok(entries)
    }
}

/// What KLIK said in the export before.
fn before_import(rows: &[HistoryRow], stamp: &str, field: &str) -> Option<Scalar> {
    let at = Stamp::parse(stamp)?;
    rows.iter()
        .filter_map(|row| {
            let (other, other_field) = row.field.strip_prefix("klik/")?.split_once('/')?;
            let other = Stamp::parse(other).filter(|other| other_field == field && *other < at)?;
            Some((other, row.value.clone()))
        })
        .max_by(|a, b| a.0.cmp(&b.0))
        .map(|(_, value)| value)
}

/// KLIK's value that stood when somebody wrote over it: as the change itself says, else as the newest export written before
/// it. By the writes' own counters, never by when they came here: every laptop must tell the same.
pub(crate) fn klik_seen(rows: &[HistoryRow], row: &HistoryRow, field: &str) -> Option<Scalar> {
    let over = format!("{field}/over");
    let said = rows.iter().find(|other| other.field == over && other.cursor == row.cursor);
    said.map(|other| other.value.clone()).or_else(|| {
        rows.iter()
            .filter(|other| other.op.counter < row.op.counter)
            .filter_map(|other| {
                let (stamp, of) = other.field.strip_prefix("klik/")?.split_once('/')?;
                (of == field).then_some((stamp, &other.value))
            })
            .max_by_key(|(stamp, _)| *stamp)
            .map(|(_, value)| value.clone())
    })
}

/// Whether an import was undone, as the organisation's document says.
pub(crate) fn is_undone(world: &World, stamp: &str) -> bool {
    world.imports.get(stamp).is_some_and(|import: &Entry| import.record.text("state") == "undone")
}
