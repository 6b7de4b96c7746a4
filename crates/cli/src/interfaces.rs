//! The implementation overview: interfaces × projects.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde::Serialize;
use tovholder_app::error::{AppError, Code};
use tovholder_app::view::{
    AttentionArgs, AttentionPoint, ColourCounts, Edit, EditArgs, InterfaceDetail, InterfaceMatrix, InterfaceProject,
    InterfaceQuery, InterfaceRow, InterfaceUse, InterfacesQuery, UseState,
};
use tovholder_model::{Colour, Scalar, key};

use crate::args::OnArgs;
use crate::failure::Outcome;
use crate::json::TaskBrief;
use crate::overview::attention_table;
use crate::print::{Cell, Table};
use crate::session::Session;
use crate::tasks::{created, edited};
use crate::texts::{Texts, instant};
use crate::values;

/// Written as a state, this follows the catalogue again.
const FOLLOW_CATALOGUE: &str = "@catalogue";

/// Which part of the matrix.
#[derive(Debug, Args)]
pub struct InterfacesArgs {
    /// This interface alone, with its tasks and what was learned, for example SF1511
    #[arg(long, value_name = "NUMBER")]
    pub interface: Option<String>,
    /// This project alone, by its short name
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// Also interfaces that nothing is known to use
    #[arg(long)]
    pub all: bool,
    /// As of which day.
    #[command(flatten)]
    pub on: OnArgs,
}

/// One interface.
#[derive(Debug, Subcommand)]
pub enum InterfaceCommand {
    /// Say how far a project is with it: done, under_way, new, none, a year, or @catalogue
    Use {
        /// Its number, for example SF1511
        interface: String,
        /// The project's short name
        project: String,
        /// How far it is
        state: String,
    },
    /// Write down what a project learned, for those that come after it
    Point {
        /// Its number
        interface: String,
        /// The project that learned it, by its short name
        project: String,
        /// What it says
        text: String,
    },
    /// Write fields: name, system, preparation, links, note, archived; an unknown number makes an interface of your own
    Set {
        /// Its number
        interface: String,
        /// What to write
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
    /// Tie a KLIK task to it
    Tie {
        /// Its number
        interface: String,
        /// The task's id
        task: String,
    },
    /// Take a KLIK task from it
    Untie {
        /// Its number
        interface: String,
        /// The task's id
        task: String,
    },
}

#[derive(Debug, Serialize)]
struct MatrixJson<'a> {
    on: NaiveDate,
    catalogue: &'a str,
    source: &'a str,
    projects: Vec<ProjectJson<'a>>,
    interfaces: Vec<InterfaceJson<'a>>,
    hidden: u32,
}

#[derive(Debug, Serialize)]
struct ProjectJson<'a> {
    id: &'a str,
    name: &'a str,
    pilot: &'a str,
    rollout: &'a str,
    published: &'a str,
    go_live: Option<NaiveDate>,
    here: bool,
}

#[derive(Debug, Serialize)]
struct InterfaceJson<'a> {
    id: &'a str,
    name: &'a str,
    system: &'a str,
    status: &'a str,
    source: &'a str,
    hint: &'a str,
    preparation: &'a str,
    links: &'a str,
    note: &'a str,
    own: bool,
    archived: bool,
    uses: Vec<UseJson<'a>>,
    points: u32,
    conflicts: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    learned: Option<Vec<PointJson<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tasks: Option<Vec<TaskBrief<'a>>>,
}

#[derive(Debug, Serialize)]
struct UseJson<'a> {
    project: &'a str,
    state: UseState,
    year: Option<u16>,
    own: bool,
    catalogue: &'a str,
    counts: &'a ColourCounts,
    gravest: Option<Colour>,
    learned: u32,
    conflicts: &'a [String],
}

#[derive(Debug, Serialize)]
struct PointJson<'a> {
    id: &'a str,
    project: &'a str,
    text: &'a str,
    who: &'a str,
    department: &'a str,
    when: &'a str,
    conflicts: &'a [String],
}

/// Whether there is anything to say of a project and an interface.
fn says_something(one: &InterfaceUse) -> bool {
    one.state != UseState::None || one.own || one.gravest.is_some() || !one.conflicts.is_empty()
}

impl<'a> InterfaceJson<'a> {
    fn new(row: &'a InterfaceRow, detail: Option<&'a InterfaceDetail>, texts: &Texts) -> Self {
        let uses = row.uses.iter().filter(|one| says_something(one)).map(|one| UseJson {
            project: &one.project,
            state: one.state,
            year: one.year,
            own: one.own,
            catalogue: &one.catalogue,
            counts: &one.counts,
            gravest: one.gravest,
            learned: one.learned,
            conflicts: &one.conflicts,
        });
        Self {
            id: &row.id,
            name: &row.name,
            system: &row.system,
            status: &row.status,
            source: &row.source,
            hint: &row.hint,
            preparation: &row.preparation,
            links: &row.links,
            note: &row.note,
            own: row.own,
            archived: row.archived,
            uses: uses.collect(),
            points: row.points,
            conflicts: &row.conflicts,
            learned: detail.map(|detail| detail.points.iter().map(PointJson::from).collect()),
            tasks: detail.map(|detail| TaskBrief::list(&detail.tasks, texts)),
        }
    }
}

impl<'a> From<&'a AttentionPoint> for PointJson<'a> {
    fn from(point: &'a AttentionPoint) -> Self {
        Self {
            id: &point.id,
            project: &point.project,
            text: &point.text,
            who: &point.who,
            department: &point.department,
            when: &point.when,
            conflicts: &point.conflicts,
        }
    }
}

impl<'a> From<&'a InterfaceProject> for ProjectJson<'a> {
    fn from(project: &'a InterfaceProject) -> Self {
        Self {
            id: &project.id,
            name: &project.name,
            pilot: &project.pilot,
            rollout: &project.rollout,
            published: &project.published,
            go_live: project.go_live,
            here: project.here,
        }
    }
}

/// `interfaces`.
pub fn list(session: &mut Session, args: &InterfacesArgs) -> Outcome<()> {
    let matrix = session.app.interfaces(InterfacesQuery {
        on: args.on.on,
        interface: args.interface.clone(),
        project: args.project.clone(),
        all: args.all,
    })?;
    let one = args.interface.as_ref().and(matrix.interfaces.first()).map(|row| row.id.clone());
    let mut detail = match one {
        Some(id) => Some(session.app.interface(InterfaceQuery { id, on: args.on.on })?),
        None => None,
    };
    if let (Some(detail), Some(project)) = (&mut detail, &args.project) {
        let wanted = key::project_id(project);
        detail.tasks.retain(|task| key::project_id(&task.project) == wanted);
    }
    if session.json {
        let rows = matrix.interfaces.iter();
        let json = MatrixJson {
            on: matrix.on,
            catalogue: &matrix.catalogue,
            source: &matrix.source,
            projects: matrix.projects.iter().map(ProjectJson::from).collect(),
            interfaces: rows.map(|row| InterfaceJson::new(row, detail.as_ref(), &session.texts)).collect(),
            hidden: matrix.hidden,
        };
        return session.out.json(&json);
    }
    print(session, &matrix)?;
    match detail {
        Some(detail) => print_detail(session, &detail),
        None => Ok(()),
    }
}

fn print(session: &mut Session, matrix: &InterfaceMatrix) -> Outcome<()> {
    let texts = &session.texts;
    let mut table = Table::new(vec![
        Cell::text(texts.get("head.interface")),
        Cell::text(texts.field("name")),
        Cell::text(texts.field("system")),
        Cell::text(texts.get("head.projects")),
    ])
    .elastic(3);
    for row in &matrix.interfaces {
        let uses: Vec<String> = row.uses.iter().filter(|one| says_something(one)).map(|one| told(one, texts)).collect();
        table.row(vec![
            Cell::text(&row.id),
            Cell::text(&row.name),
            Cell::text(&row.system),
            Cell::text(if uses.is_empty() { "–".to_owned() } else { uses.join(" · ") }),
        ]);
    }
    let head = texts.fill("interfaces.head", &[("version", &matrix.catalogue), ("source", &matrix.source)]);
    session.out.line(&head)?;
    session.out.table(&table)?;
    if matrix.hidden > 0 {
        session.out.line(&session.texts.count("interfaces.hidden", usize::try_from(matrix.hidden).unwrap_or(0)))?;
    }
    Ok(())
}

/// »BBR i gang, Gul 3«.
fn told(one: &InterfaceUse, texts: &Texts) -> String {
    let code = match one.state {
        UseState::Done => "done",
        UseState::UnderWay => "under_way",
        UseState::Planned => "planned",
        UseState::New => "new",
        UseState::None => "none",
    };
    let word = one.year.map_or_else(|| texts.word("state", code).to_lowercase(), |year| year.to_string());
    let counts = &one.counts;
    let graver = one.gravest.map(|colour| {
        let count = match colour {
            Colour::Red => counts.red,
            Colour::Yellow => counts.yellow,
            Colour::Green => counts.green,
            Colour::Grey => counts.grey,
            Colour::Done => counts.done,
        };
        format!(", {} {count}", texts.colour(colour))
    });
    format!("{} {word}{}", one.project, graver.unwrap_or_default())
}

fn print_detail(session: &mut Session, detail: &InterfaceDetail) -> Outcome<()> {
    let texts = &session.texts;
    for (field, text) in
        [("preparation", &detail.row.preparation), ("links", &detail.row.links), ("note", &detail.row.note)]
    {
        if !text.is_empty() {
            session.out.line(&format!("{}: {text}", texts.field(field)))?;
        }
    }
    session.out.heading(&texts.count("interfaces.tasks", detail.tasks.len()))?;
    if !detail.tasks.is_empty() {
        session.out.table(&attention_table(detail.tasks.iter(), texts))?;
    }
    session.out.heading(&texts.count("interfaces.points", detail.points.len()))?;
    for point in &detail.points {
        session.out.line(&point.text)?;
        session.out.line(&format!("  {} · {} · {}", point.project, point.who, instant(&point.when)))?;
    }
    Ok(())
}

/// `interface …`.
pub fn run(session: &mut Session, command: InterfaceCommand) -> Outcome<()> {
    match command {
        InterfaceCommand::Use { interface, project, state } => {
            let matrix = session.app.interfaces(InterfacesQuery {
                interface: Some(interface),
                project: Some(project),
                ..Default::default()
            })?;
            let found = matrix.interfaces.first().and_then(|row| row.uses.first());
            let entity = found.map(|one| one.entity.clone()).ok_or_else(|| AppError::new(Code::UnknownInterface))?;
            let value = if state == FOLLOW_CATALOGUE { Scalar::Null } else { Scalar::from(state.as_str()) };
            write(session, vec![edit(&entity, "state", value)])
        }
        InterfaceCommand::Point { interface, project, text } => {
            let done = session.app.add_attention(AttentionArgs { interface, project, text })?;
            created(session, &done)
        }
        InterfaceCommand::Set { interface, fields } => {
            let edits = values::edits(&entity_of(&interface), &fields, &[])?;
            write(session, edits)
        }
        InterfaceCommand::Tie { interface, task } => tie(session, &interface, &task, true),
        InterfaceCommand::Untie { interface, task } => tie(session, &interface, &task, false),
    }
}

fn entity_of(interface: &str) -> String {
    key::entity("interface", &interface.trim().to_uppercase())
}

fn tie(session: &mut Session, interface: &str, task: &str, tied: bool) -> Outcome<()> {
    let field = format!("interface/{}", interface.trim().to_uppercase());
    write(session, vec![edit(&key::entity("task", task), &field, Scalar::from(tied))])
}

fn edit(entity: &str, field: &str, value: Scalar) -> Edit {
    Edit { entity: entity.to_owned(), field: field.to_owned(), value: Some(value), seen: None }
}

fn write(session: &mut Session, edits: Vec<Edit>) -> Outcome<()> {
    let done = session.app.edit(EditArgs { edits, cursor: None })?;
    edited(session, &done)
}
