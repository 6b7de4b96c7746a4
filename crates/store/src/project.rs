//! From visible cells to the read tables: one record per entity, and its words in the search index.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, Row, params};
use tovholder_model::{Cells, ImportStates, Live, OpId, Record, Scalar, Stamp, key};

use crate::error::StoreError;
use crate::read::live_row;

/// Projects these entities. An import's state changes what every entity of its document shows, so it brings them all.
pub(crate) fn project(connection: &Connection, touched: &BTreeSet<(i64, String)>) -> Result<(), StoreError> {
    let whole: BTreeSet<i64> =
        touched.iter().filter(|(_, entity)| entity.starts_with("import/")).map(|(document, _)| *document).collect();
    let mut states = BTreeMap::new();
    for (document, entity) in touched {
        if !whole.contains(document) {
            let states = match states.entry(*document) {
                std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
                std::collections::btree_map::Entry::Vacant(entry) => {
                    entry.insert(import_states(connection, *document)?)
                }
            };
            let written = cells_of_entity(connection, *document, entity)?;
            save(connection, *document, entity, &written, states)?;
        }
    }
    for document in whole {
        project_document(connection, document)?;
    }
    Ok(())
}

/// Projects every entity of a document in one pass over its cells.
pub(crate) fn project_document(connection: &Connection, document: i64) -> Result<(), StoreError> {
    let states = import_states(connection, document)?;
    let sql = "SELECT op.counter, actor.bytes, op.value, op.field, change.time, op.actor, op.entity
               FROM op JOIN actor ON actor.id = op.actor JOIN change ON change.id = op.change
               WHERE op.document = ? AND op.dead IS NULL";
    let mut entities: BTreeMap<String, WrittenCells> = BTreeMap::new();
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([document])?;
    while let Some(row) = rows.next()? {
        entities.entry(row.get(6)?).or_default().take(row)?;
    }
    for (entity, mut written) in entities {
        sort(&mut written.cells);
        save(connection, document, &entity, &written, &states)?;
    }
    Ok(())
}

/// An entity's visible cells, and what is told of the entity as a whole.
#[derive(Default)]
struct WrittenCells {
    cells: Cells,
    /// When one of them was last written, Unix seconds.
    changed: i64,
    /// The oldest visible write of `created`: the write, its actor's row, its time.
    created: Option<(OpId, i64, i64)>,
}

impl WrittenCells {
    /// Takes a row of counter, actor, value, field, time and the actor's row.
    fn take(&mut self, row: &Row<'_>) -> Result<(), StoreError> {
        let live = live_row(row)??;
        let field: String = row.get(3)?;
        let time: i64 = row.get(4)?;
        self.changed = self.changed.max(time);
        if field == "created" && self.created.is_none_or(|(first, ..)| live.op < first) {
            self.created = Some((live.op, row.get(5)?, time));
        }
        self.cells.entry(field).or_default().push(live);
        Ok(())
    }
}

/// Oldest write first in every cell.
fn sort(cells: &mut Cells) {
    for values in cells.values_mut() {
        values.sort_by_key(|live: &Live| live.op);
    }
}

fn cells_of_entity(connection: &Connection, document: i64, entity: &str) -> Result<WrittenCells, StoreError> {
    let sql = "SELECT op.counter, actor.bytes, op.value, op.field, change.time, op.actor
               FROM op INDEXED BY op_live JOIN actor ON actor.id = op.actor JOIN change ON change.id = op.change
               WHERE op.entity = ? AND op.document = ? AND op.dead IS NULL";
    let mut written = WrittenCells::default();
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![entity, document])?;
    while let Some(row) = rows.next()? {
        written.take(row)?;
    }
    sort(&mut written.cells);
    Ok(written)
}

/// Which imports stand in a document. An import with several states (undone here, brought back there) stands: nothing is
/// hidden while people disagree.
fn import_states(connection: &Connection, document: i64) -> Result<ImportStates, StoreError> {
    let sql = "SELECT entity, value FROM op INDEXED BY op_live
               WHERE document = ? AND entity >= 'import/' AND entity < 'import0' AND field = 'state' AND dead IS NULL";
    let mut states = ImportStates::default();
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([document])?;
    while let Some(row) = rows.next()? {
        let entity: String = row.get(0)?;
        let value: String = row.get(1)?;
        let Some(stamp) = entity.strip_prefix("import/").and_then(Stamp::parse) else { continue };
        if value == "\"active\"" {
            states.undone.remove(&stamp);
            states.active.insert(stamp);
        } else if !states.active.contains(&stamp) {
            states.undone.insert(stamp);
        }
    }
    Ok(states)
}

fn save(
    connection: &Connection,
    document: i64,
    entity: &str,
    written: &WrittenCells,
    states: &ImportStates,
) -> Result<(), StoreError> {
    let cells = &written.cells;
    let Some((kind, _)) = key::kind_and_id(entity) else { return Ok(()) };
    let mut record = Record::project(cells, states);
    if kind == "task" && cells.contains_key("deadline") {
        record.local_deadlines = replaced_deadlines(connection, document, entity)?;
    }
    let json = serde_json::to_string(&record)?;
    let id: i64 = connection
        .prepare_cached(
            "INSERT INTO entity (entity, document, kind, changed, created_by, created_at, record)
             VALUES (?,?,?,?,?,?,?)
             ON CONFLICT (entity, document) DO UPDATE SET changed = excluded.changed, created_by = excluded.created_by,
                 created_at = excluded.created_at, record = excluded.record
             RETURNING id",
        )?
        .query_row(
            params![
                entity,
                document,
                kind,
                written.changed,
                written.created.map(|(_, actor, _)| actor),
                written.created.map(|(_, _, time)| time),
                json
            ],
            |row| row.get(0),
        )?;
    index(connection, id, kind, entity, &record)
}

/// Deadlines that were set here and replaced since, oldest first.
fn replaced_deadlines(connection: &Connection, document: i64, entity: &str) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT op.value FROM op INDEXED BY op_cell JOIN actor ON actor.id = op.actor
               WHERE op.entity = ? AND op.field = 'deadline' AND op.document = ? AND op.dead IS NOT NULL
               ORDER BY op.counter, actor.bytes";
    let mut statement = connection.prepare_cached(sql)?;
    let values = statement.query_map(params![entity, document], |row| row.get::<_, String>(0))?;
    let mut dates = Vec::new();
    for value in values {
        if let Scalar::Str(date) = serde_json::from_str(&value?)?
            && !date.is_empty()
        {
            dates.push(date);
        }
    }
    Ok(dates)
}

/// Puts an entity's words into the search index, or takes them out when it is not there any more.
fn index(connection: &Connection, id: i64, kind: &str, entity: &str, record: &Record) -> Result<(), StoreError> {
    let fields: (&[&str], &[&str]) = match kind {
        "task" => (&["title"], &["description", "note", "result", "prerequisites", "theme", "role"]),
        "person" => (&["name"], &["mail", "phone", "department", "title"]),
        "project" => (&["code", "name"], &["note", "pilots"]),
        "comment" => (&[], &["text"]),
        "gallery" | "role" => (&["name"], &["responsibility", "duties", "competences", "note"]),
        _ => return Ok(()),
    };
    let words = |names: &[&str]| {
        names.iter().map(|name| record.text(name)).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
    };
    let mut title = words(fields.0);
    if kind == "task" {
        let id = key::kind_and_id(entity).map(|(_, id)| key::plain(id)).unwrap_or_default();
        title = format!("{title} {id}");
    }
    let body = words(fields.1);
    let old: Option<(String, String)> = connection
        .prepare_cached("SELECT title, body FROM search WHERE rowid = ?")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let new = record.visible.then_some((title, body)).filter(|(title, body)| !title.is_empty() || !body.is_empty());
    if old == new {
        return Ok(());
    }
    if old.is_some() {
        connection.prepare_cached("DELETE FROM search WHERE rowid = ?")?.execute([id])?;
    }
    if let Some((title, body)) = new {
        connection
            .prepare_cached("INSERT INTO search (rowid, title, body) VALUES (?,?,?)")?
            .execute(params![id, title, body])?;
    }
    Ok(())
}
