//! `conflicts`: every cell with several values, whatever it belongs to.

use std::collections::BTreeMap;

use tovholder_app::view::{CellValue, ConflictView, NoArgs};

use crate::failure::Outcome;
use crate::json::{ConflictJson, FieldConflict};
use crate::print::{Cell, Table};
use crate::session::Session;
use crate::texts::instant;

/// `conflicts`: by project, then cell.
pub fn run(session: &mut Session) -> Outcome<()> {
    let conflicts = session.app.conflicts(NoArgs {})?;
    if session.json {
        let json: Vec<ConflictJson<'_>> = conflicts.iter().map(ConflictJson::from).collect();
        return session.out.json(&json);
    }
    print(session, &conflicts)
}

/// The conflicts of tasks, by task.
pub fn by_task(session: &Session) -> Outcome<BTreeMap<String, Vec<FieldConflict>>> {
    let mut found: BTreeMap<String, Vec<FieldConflict>> = BTreeMap::new();
    for conflict in session.app.conflicts(NoArgs {})? {
        if !conflict.task.is_empty() {
            let field = FieldConflict::new(&conflict.field, &conflict.values);
            found.entry(conflict.task).or_default().push(field);
        }
    }
    Ok(found)
}

fn print(session: &mut Session, conflicts: &[ConflictView]) -> Outcome<()> {
    if conflicts.is_empty() {
        return session.out.line(&session.texts.get("conflicts.none"));
    }
    session.out.line(&session.texts.count("overview.conflicts", conflicts.len()))?;
    for conflict in conflicts {
        let name = if conflict.task.is_empty() { &conflict.entity } else { &conflict.task };
        session.out.heading(&format!("{name} · {} · {}", conflict.title, session.texts.field(&conflict.field)))?;
        print_values(session, &conflict.values)?;
    }
    Ok(())
}

/// A cell's values, who wrote them and when.
pub fn print_values(session: &mut Session, values: &[CellValue]) -> Outcome<()> {
    let mut table = Table::new(vec![]);
    for value in values {
        table.row(vec![
            Cell::text(format!("  {}", value.text)),
            Cell::text(format!("{} ({})", value.who, value.department)),
            Cell::text(instant(&value.when)),
        ]);
    }
    session.out.rows(&table)
}
