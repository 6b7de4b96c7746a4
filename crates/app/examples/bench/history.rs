//! Two hundred thousand edits of history: each a change and a step of its own, as a person's edit is; only the commits
//! are shared, for two hundred thousand of those would take half an hour.

use std::path::Path;

use serde_json::json;
use tovholder_app::view::{OnQuery, PersonRow, TasksQuery};
use tovholder_app::{App, view::TaskRow};
use tovholder_model::{Scalar, key};
use tovholder_store::{CellEdit, Store};

use crate::Outcome;
use crate::data::{LASTS, Size};
use crate::random::Random;

/// Edits that share a commit.
const BATCH: u32 = 500;
const STATUSES: [&str; 5] = ["not_started", "in_progress", "completed", "cannot_meet_deadline", "not_relevant"];
const NOTES: [&str; 4] = [
    "Aftalt med it-afdelingen.",
    "Leverandøren svarer først i næste uge, og vi venter på testmiljøet.",
    "Afventer beslutning i styregruppen; se referat af sidste møde, punkt 4.",
    "Ændret efter møde med fagområdet: frist og udfører er bekræftet af begge parter.",
];

/// What history is written on.
struct Town {
    tasks: Vec<TaskRow>,
    persons: Vec<PersonRow>,
}

/// Writes the history into a municipality that has its tasks.
pub fn write(dir: &Path, size: &Size, begins: i64) -> Outcome {
    let app = App::open(dir)?;
    let town =
        Town { tasks: app.tasks(TasksQuery::default())?.rows, persons: app.people(OnQuery { on: None })?.persons };
    drop(app);
    let mut random = Random::seeded(3);
    let mut store = Store::open(dir, &mut |bytes| {
        bytes.fill(7);
        Ok(())
    })?;
    let mut done = 0;
    while done < size.edits {
        let now = begins + i64::from(done) * LASTS / i64::from(size.edits);
        let mut write = store.write(now)?;
        let end = size.edits.min(done + BATCH);
        while done < end {
            let Some((document, cells, label)) = edit(&town, &mut random, done) else {
                return Err("a municipality without tasks or persons has no history".into());
            };
            // An edit to the value that stands is none; another is drawn.
            if write.edit(&document, &cells)? > 0 {
                write.step(&label)?;
                done += 1;
            }
        }
        write.commit()?;
    }
    Ok(())
}

/// Some edit: its document, its cells, its step's label.
fn edit(town: &Town, random: &mut Random, number: u32) -> Option<(String, Vec<CellEdit>, String)> {
    let task = random.pick(&town.tasks)?;
    let person = random.pick(&town.persons)?.id.clone();
    let entity = key::entity("task", &task.id);
    let document = key::project_document(&key::project_id(&task.project));
    if random.percent(2) {
        let comment = key::entity("comment", &format!("{number:032x}"));
        let cells = vec![
            CellEdit::now(&comment, "created", true),
            CellEdit::now(&comment, "task", task.id.as_str()),
            CellEdit::now(&comment, "text", *random.pick(&NOTES)?),
        ];
        return Some((document, cells, json!({"key": "comment", "params": {"title": task.title}}).to_string()));
    }
    let klik = |person: &Option<tovholder_app::view::PersonRef>| {
        person.as_ref().map(|person| Scalar::from(person.id.as_str()))
    };
    let date = |random: &mut Random| format!("2018-{:02}-{:02}", 1 + random.below(12), 1 + random.below(28));
    let (field, value, klik): (&str, Scalar, Option<Scalar>) = match random.below(100) {
        0..30 => (
            "status",
            (*random.pick(&STATUSES)?).into(),
            serde_json::to_value(task.status).ok().and_then(|value| Some(value.as_str()?.into())),
        ),
        30..50 => ("responsible", person.into(), klik(&task.responsible)),
        50..65 => ("performer", person.into(), klik(&task.performer)),
        65..75 => ("deadline", date(random).into(), task.deadline.map(Scalar::from)),
        75..85 => ("percent", i64::from(random.below(101)).into(), Some(i64::from(task.percent).into())),
        85..90 => ("action_needed", random.percent(50).into(), None),
        _ => ("note", format!("{} ({number})", random.pick(&NOTES)?).into(), None),
    };
    let mut cells = vec![CellEdit::now(&entity, field, value)];
    // As the use case does: KLIK's value of the moment stands beside what covers it.
    cells.extend(klik.map(|klik| CellEdit::now(&entity, format!("{field}/over"), klik)));
    let label = json!({"key": "edit", "params": {"field": field, "title": task.title}, "count": 1});
    Some((document, cells, label.to_string()))
}
