//! Escalation: from a task or a project to the project's leader, the programme leader, the owner or KOMBIT, with what was
//! tried, a date, and an answer.
//!
//! Each is an entity of its own in its project's document, as a comment is, so that two never collide. To whom is a word
//! and not a person: who the leader is may change before the answer comes.

use std::fmt::Write as _;

use chrono::NaiveDate;
use tovholder_model::{Scalar, key};
use tovholder_store::CellEdit;

use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::history::rfc3339;
use crate::task::Colours;
use crate::undo::Label;
use crate::view::{
    EditDone, EscalateArgs, EscalateTo, EscalationRow, EscalationsQuery, PersonRef, TaskMail, TaskMailArgs,
};
use crate::words;
use crate::world::{Entry, World};

/// The role of the gallery whose holder is the programme leader.
const PROGRAMME_LEADER: &str = "kombit-programleder";

/// The word of the cell `to`.
fn word_of(to: EscalateTo) -> &'static str {
    match to {
        EscalateTo::ProjectLeader => "project_leader",
        EscalateTo::ProgrammeLeader => "programme_leader",
        EscalateTo::Owner => "owner",
        EscalateTo::Kombit => "kombit",
    }
}

fn parse(word: &str) -> Option<EscalateTo> {
    [EscalateTo::ProjectLeader, EscalateTo::ProgrammeLeader, EscalateTo::Owner, EscalateTo::Kombit]
        .into_iter()
        .find(|to| word_of(*to) == word)
}

/// Who that is now, where the municipality has said so.
fn person(world: &World, project: &str, to: EscalateTo, on: NaiveDate) -> Option<PersonRef> {
    let record = world.projects.get(project).map(|entry| &entry.record);
    match to {
        EscalateTo::ProjectLeader => world.person_ref(record?.text("leader")),
        EscalateTo::Owner => world.person_ref(record?.text("owner")),
        EscalateTo::ProgrammeLeader => {
            let mut held = world.assignments.values().filter(|held| {
                let record = &held.record;
                let begun = record.date("from").is_none_or(|from| from <= on);
                let lasts = record.date("to").is_none_or(|to| to >= on);
                record.text("role") == PROGRAMME_LEADER && !record.flag("archived") && begun && lasts
            });
            held.next().and_then(|held| world.person_ref(held.record.text("person")))
        }
        EscalateTo::Kombit => None,
    }
}

fn row(world: &World, id: &str, entry: &Entry, on: NaiveDate) -> EscalationRow {
    let record = &entry.record;
    let text = |field: &str| record.text(field).to_owned();
    let to = parse(record.text("to"));
    let task = text("task");
    let title = world.tasks.get(&task).map(|task| task.record.text("title"));
    let name = || world.projects.get(&entry.project).map(|project| project.record.text("name")).unwrap_or_default();
    let created = entry.created.as_ref();
    let (who, department) = created.map(|(actor, _)| world.author(&actor.to_string())).unwrap_or_default();
    let (due, closed) = (record.date("due"), record.flag("closed"));
    EscalationRow {
        id: id.to_owned(),
        entity: key::entity("escalation", id),
        project: world.project_code(&entry.project),
        title: title.unwrap_or_else(name).to_owned(),
        person: to.and_then(|to| person(world, &entry.project, to, on)),
        tried: text("tried"),
        answer: text("answer"),
        late: !closed && due.is_some_and(|due| due < on),
        when: created.map(|(_, time)| rfc3339(*time)).unwrap_or_default(),
        conflicts: record.conflicts.keys().cloned().collect(),
        task,
        to,
        due,
        closed,
        who,
        department,
    }
}

/// Escalations, the open ones first, then by when an answer is needed.
pub(crate) fn rows(world: &World, on: NaiveDate, all: bool) -> Vec<EscalationRow> {
    let there = world.escalations.iter().filter(|(_, entry)| {
        let record = &entry.record;
        !record.flag("archived") && (all || !record.flag("closed"))
    });
    let mut rows: Vec<EscalationRow> = there.map(|(id, entry)| row(world, id, entry, on)).collect();
    rows.sort_by(|a, b| {
        let rank = |row: &EscalationRow| (row.closed, row.due.unwrap_or(NaiveDate::MAX));
        (rank(a), &a.when, &a.id).cmp(&(rank(b), &b.when, &b.id))
    });
    rows
}

impl App {
    /// What was escalated.
    pub fn escalations(&self, args: EscalationsQuery) -> AppResult<Vec<EscalationRow>> {
        let world = self.world()?;
        let on = args.on.unwrap_or_else(|| self.today());
        let project = args.project.as_deref().map(key::project_id);
        let mut rows = rows(&world, on, args.all);
        rows.retain(|row| {
            args.task.as_ref().is_none_or(|task| row.task == *task)
                && project.as_ref().is_none_or(|project| key::project_id(&row.project) == *project)
        });
        Ok(rows)
    }

    /// Escalates a task or a project.
    pub fn escalate(&self, args: EscalateArgs) -> AppResult<EditDone> {
        self.may_edit()?;
        let tried = args.tried.trim();
        if tried.is_empty() {
            return Err(AppError::new(Code::NameMissing).at("tried"));
        }
        crate::entity::check_long_text("tried", tried)?;
        let world = self.world()?;
        let (document, title) = match (&args.task, &args.project) {
            (Some(task), _) => {
                let entry = world.tasks.get(task).ok_or_else(|| AppError::new(Code::UnknownTask).at(task))?;
                (entry.document.clone(), entry.record.text("title").to_owned())
            }
            (None, Some(project)) => {
                let unknown = || AppError::new(Code::UnknownProject).at(project);
                (key::project_document(&world.project_id(project).ok_or_else(unknown)?), project.clone())
            }
            (None, None) => return Err(AppError::new(Code::NameMissing).at("project")),
        };
        let id = self.new_id()?;
        let entity = key::entity("escalation", &id);
        let mut cells = vec![
            CellEdit::now(&entity, "created", true),
            CellEdit::now(&entity, "to", word_of(args.to)),
            CellEdit::now(&entity, "tried", tried),
        ];
        cells.extend(args.task.as_deref().map(|task| CellEdit::now(&entity, "task", task)));
        cells.extend(args.due.map(|due| CellEdit::now(&entity, "due", Scalar::from(due))));
        let label = Label::new("escalate", &[("title", &title)]);
        let ((), cursor) = self.write(|write| {
            write.edit(&document, &cells).map_err(|error| self.fail(&error))?;
            write.step(&label.json()).map_err(|error| self.fail(&error))
        })?;
        Ok(EditDone { written: 1, conflicts: Vec::new(), cursor, id: Some(id) })
    }

    /// A mail to the supplier or KOMBIT about a task, with the facts in it. Nothing is sent.
    pub fn task_mail(&self, args: TaskMailArgs) -> AppResult<TaskMail> {
        let world = self.world()?;
        let on = args.on.unwrap_or_else(|| self.today());
        let lang = self.lang();
        let rows = Colours::on(&world, on).rows();
        let unknown = || AppError::new(Code::UnknownTask).at(&args.task);
        let task = rows.iter().find(|row| row.id == args.task).ok_or_else(unknown)?;
        let code = self.setting("municipality").unwrap_or_default();
        let municipality = crate::municipality::by_code(&code).map(|one| one.name.clone()).unwrap_or_default();
        let subject = format!("{}: {} ({}), {municipality}", task.id, task.title, task.project);
        let fact = |key: &str, value: &str| match value {
            "" => String::new(),
            value => format!("{}: {value}\n", words::text(lang, "word", &format!("heading.{key}"), &[])),
        };
        let record = world.tasks.get(&task.id).map(|entry| entry.record.clone()).unwrap_or_default();
        let day = |day: Option<NaiveDate>| day.map(|day| words::date(lang, day)).unwrap_or_default();
        let mut body = format!("{}\n\n", words::text(lang, "word", "mail.greeting", &[("title", &task.title)]));
        for (key, value) in [
            ("id", task.id.clone()),
            ("project", task.project.clone()),
            ("municipality", municipality),
            ("start", day(task.start)),
            ("deadline", day(task.deadline)),
            ("status", words::scalar(lang, "status", record.shown("status"))),
            ("percent", words::scalar(lang, "percent", record.shown("percent"))),
            ("colour", words::colour(lang, task.colour)),
        ] {
            body.push_str(&fact(key, &value));
        }
        for escalation in self::rows(&world, on, false).iter().filter(|row| row.task == task.id) {
            let tried = words::text(lang, "word", "mail.tried", &[("tried", &escalation.tried)]);
            // Writing into a text never fails.
            let _ = writeln!(body, "\n{tried}");
        }
        let _ = write!(body, "\n{}\n", words::text(lang, "word", "mail.closing", &[]));
        if let Some(me) = self.me()? {
            let _ = writeln!(body, "{}\n{}", me.name, me.department);
        }
        let link = format!("mailto:?subject={}&body={}", encoded(&subject), encoded(&body));
        Ok(TaskMail { subject, body, link })
    }
}

/// Text in an address (RFC 6068): everything that is not plain is written by its bytes, line ends as CRLF.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.replace('\n', "\r\n").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing into a text never fails.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_carries_any_text() {
        assert_eq!(encoded("Frist: ø & 50 %\nHilsen"), "Frist%3A%20%C3%B8%20%26%2050%20%25%0D%0AHilsen");
    }

    #[test]
    fn every_word_reads_back() {
        for to in [EscalateTo::ProjectLeader, EscalateTo::ProgrammeLeader, EscalateTo::Owner, EscalateTo::Kombit] {
            assert_eq!(parse(word_of(to)), Some(to));
        }
        assert_eq!(parse("noget nyere"), None);
    }
}
