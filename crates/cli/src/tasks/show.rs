//! One task, whole, and its history.

use chrono::NaiveDate;
use tovholder_app::view::{FieldSource, FieldView, HistoryQuery, TaskDetail, TaskQuery};

use crate::conflicts::print_values;
use crate::failure::Outcome;
use crate::json::TaskShown;
use crate::print::{Cell, Table};
use crate::session::Session;
use crate::texts::{Texts, instant};

/// `task show`.
pub fn run(session: &mut Session, id: String, on: Option<NaiveDate>) -> Outcome<()> {
    let detail = session.app.task(TaskQuery { id, on })?;
    if session.json {
        let history = session.app.history(HistoryQuery { entity: detail.entity.clone(), field: None })?;
        return session.out.json(&TaskShown::new(&detail, &history, &session.texts));
    }
    print(session, &detail)
}

fn print(session: &mut Session, detail: &TaskDetail) -> Outcome<()> {
    let texts = &session.texts;
    let row = &detail.row;
    let colour = texts.reasons(row.colour, &row.reasons);
    let marks: Vec<String> = [(row.gone, "mark.gone"), (row.archived, "mark.archived")]
        .into_iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, key)| texts.get(key))
        .collect();
    let head = format!("{} · {} · {} · {}", row.id, row.project, texts.kind(row.kind), row.title);
    let fields = fields_table(detail, texts);
    session.out.line(&head)?;
    session.out.line(&colour)?;
    if !marks.is_empty() {
        session.out.line(&marks.join(", "))?;
    }
    session.out.line("")?;
    session.out.table(&fields)?;
    print_conflicts(session, detail)?;
    if !detail.prerequisites.is_empty() {
        session.out.heading(&session.texts.get("task.waits_for"))?;
        for task in &detail.prerequisites {
            let colour = task.colour.map(|colour| session.texts.colour(colour)).unwrap_or_default();
            session.out.line(&format!("{}  {}  {colour}", task.id, task.title))?;
        }
    }
    if !detail.comments.is_empty() {
        session.out.heading(&session.texts.count("task.comments", detail.comments.len()))?;
        for comment in &detail.comments {
            let when = instant(&comment.when);
            session.out.line(&format!("{when}  {} ({})", comment.who, comment.department))?;
            session.out.line(&format!("  {}", comment.text))?;
        }
    }
    for finding in &detail.findings {
        let (what, to_do) = session.texts.finding(finding);
        session.out.line(&format!("{what} {to_do}"))?;
    }
    Ok(())
}

fn fields_table(detail: &TaskDetail, texts: &Texts) -> Table {
    let mut table = Table::new(vec![
        Cell::text(texts.get("head.field")),
        Cell::text(texts.get("head.value")),
        Cell::text(texts.get("head.source")),
    ])
    .elastic(1);
    for field in &detail.fields {
        let value = if field.values.len() > 1 { texts.get("mark.conflict") } else { field.text.clone() };
        table.row(vec![
            Cell::text(texts.field(&field.field)),
            Cell::text(value),
            Cell::text(source(field, detail.told, texts)),
        ]);
    }
    table
}

/// Whose a value is; `told` says that the network's template lies below, not KLIK.
fn source(field: &FieldView, told: bool, texts: &Texts) -> String {
    let klik = field.klik_text.as_deref().unwrap_or_default();
    match field.source {
        FieldSource::Nobody => String::new(),
        FieldSource::Klik => "KLIK".to_owned(),
        FieldSource::Network => texts.get("source.network"),
        FieldSource::Local if field.differs && told => texts.fill("source.network_differs", &[("network", klik)]),
        FieldSource::Local if field.klik.is_some() && told => texts.fill("source.over_network", &[("network", klik)]),
        FieldSource::Local if field.differs => texts.fill("source.differs", &[("klik", klik)]),
        FieldSource::Local if field.klik.is_some() => texts.fill("source.local_over", &[("klik", klik)]),
        FieldSource::Local => texts.get("source.local"),
    }
}

fn print_conflicts(session: &mut Session, detail: &TaskDetail) -> Outcome<()> {
    for field in detail.fields.iter().filter(|field| field.values.len() > 1) {
        let name = session.texts.field(&field.field);
        session.out.heading(&session.texts.fill("conflicts.field", &[("field", &name)]))?;
        print_values(session, &field.values)?;
    }
    Ok(())
}

/// `task history`.
pub fn history(session: &mut Session, entity: &str, field: Option<String>) -> Outcome<()> {
    let history = session.app.history(HistoryQuery { entity: entity.to_owned(), field })?;
    if session.json {
        return session.out.json(&history);
    }
    let texts = &session.texts;
    let headings = ["head.when", "head.who", "head.field", "head.from", "head.to", "head.state"];
    let mut table = Table::new(headings.iter().map(|key| Cell::text(texts.get(key))).collect()).elastic(4);
    for entry in &history {
        let who = match &entry.import {
            Some(stamp) => format!("KLIK {stamp}"),
            None => format!("{} ({})", entry.who, entry.department),
        };
        let state = match (entry.undone, entry.in_conflict, entry.live) {
            (true, _, _) => texts.get("history.undone"),
            (false, true, _) => texts.get("history.in_conflict"),
            (false, false, true) => texts.get("history.live"),
            (false, false, false) => String::new(),
        };
        table.row(vec![
            Cell::text(instant(&entry.when)),
            Cell::text(who),
            Cell::text(texts.field(&entry.field)),
            Cell::text(entry.from.as_deref().unwrap_or("–")),
            Cell::text(entry.to.as_deref().unwrap_or("–")),
            Cell::text(state),
        ]);
    }
    session.out.table(&table)
}
