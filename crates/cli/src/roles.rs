//! The role gallery, fitted to projects, and who holds which role.

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use tovholder_app::error::{AppError, Code};
use tovholder_app::view::{
    AssignArgs, AssignmentRow, CreateRoleArgs, Edit, EditArgs, EmptyRole, GalleryRole, GalleryView, Needed, OnQuery,
    OverviewQuery, PersonRef, RoleCategory, RoleRow, RoleText, RolesQuery, RolesView,
};
use tovholder_model::Colour;

use crate::args::OnArgs;
use crate::failure::Outcome;
use crate::json::TaskBrief;
use crate::overview::print_empty_roles;
use crate::print::{Cell, Table};
use crate::session::Session;
use crate::tasks::{created, edited};
use crate::texts::Texts;
use crate::values;

/// Which roles.
#[derive(Debug, Args)]
pub struct RolesArgs {
    /// The project's short name
    pub project: Option<String>,
    /// As of which day.
    #[command(flatten)]
    pub on: OnArgs,
}

/// One role.
#[derive(Debug, Subcommand)]
pub enum RoleCommand {
    /// Fit a role to a project: needed=yes|no|@klik, responsibility, duties, competences, note
    Set {
        /// The project's short name
        project: String,
        /// The role's id or name
        role: String,
        /// What to write
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
    /// Add a role of your own to the gallery
    New {
        /// Its name
        name: String,
        /// Its category
        #[arg(long, value_enum, default_value = "organisational")]
        category: CategoryArg,
    },
    /// Your own words in the gallery, for every project: name, responsibility, duties, competences, archived
    Gallery {
        /// The role's id or name
        role: String,
        /// What to write
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
}

/// The three categories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CategoryArg {
    /// Organisatoriske roller
    Organisational,
    /// Projekt- og programroller
    Project,
    /// Tekniske roller
    Technical,
}

/// A new holder of a role.
#[derive(Debug, Args)]
pub struct AssignCommand {
    /// The project's short name
    pub project: String,
    /// The role's id or name
    pub role: String,
    /// The person's id, or a name (found or made)
    pub person: String,
    /// First day; today when left out
    #[arg(long, value_parser = values::date_argument)]
    pub from: Option<NaiveDate>,
    /// Last day, included
    #[arg(long, value_parser = values::date_argument)]
    pub to: Option<NaiveDate>,
}

/// A holder who goes.
#[derive(Debug, Args)]
pub struct UnassignArgs {
    /// The project's short name
    pub project: String,
    /// The role's id or name
    pub role: String,
    /// The person's id or name
    pub person: String,
    /// The last day, included; without it the assignment is put away as a mistake
    #[arg(long, value_parser = values::date_argument)]
    pub to: Option<NaiveDate>,
}

/// What `roles` answers without a project.
#[derive(Debug, Serialize)]
struct GalleryJson<'a> {
    version: &'a str,
    source: &'a str,
    roles: &'a [GalleryRole],
    empty_roles: &'a [EmptyRole],
}

/// What `roles PROJECT` answers.
#[derive(Debug, Serialize)]
struct RolesJson<'a> {
    project: &'a str,
    gallery: &'a str,
    on: NaiveDate,
    roles: Vec<RoleJson<'a>>,
}

/// A role in a project.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "a promised shape, not the state of anything")]
struct RoleJson<'a> {
    id: &'a str,
    name: &'a str,
    category: RoleCategory,
    themes: &'a [String],
    needed: Needed,
    filled: bool,
    risk: bool,
    text: &'a RoleText,
    gallery: &'a RoleText,
    tailored: bool,
    own: bool,
    note: &'a str,
    assignments: Vec<AssignmentJson<'a>>,
    open_tasks: u32,
    red: u32,
    yellow: u32,
    waiting: Vec<TaskBrief<'a>>,
    conflicts: &'a [String],
}

/// Who holds a role, and when.
#[derive(Debug, Serialize)]
pub struct AssignmentJson<'a> {
    id: &'a str,
    project: &'a str,
    role: &'a str,
    role_name: &'a str,
    person: &'a PersonRef,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    active: bool,
    conflicts: &'a [String],
}

impl<'a> AssignmentJson<'a> {
    /// The promised form of assignments, in their order.
    pub fn list(rows: &'a [AssignmentRow]) -> Vec<Self> {
        let json = |row: &'a AssignmentRow| Self {
            id: &row.id,
            project: &row.project,
            role: &row.role,
            role_name: &row.role_name,
            person: &row.person,
            from: row.from,
            to: row.to,
            active: row.active,
            conflicts: &row.conflicts,
        };
        rows.iter().map(json).collect()
    }
}

impl<'a> RoleJson<'a> {
    fn new(role: &'a RoleRow, texts: &Texts) -> Self {
        Self {
            id: &role.id,
            name: &role.name,
            category: role.category,
            themes: &role.themes,
            needed: role.needed,
            filled: role.filled,
            risk: role.risk,
            text: &role.text,
            gallery: &role.gallery,
            tailored: role.tailored,
            own: role.own,
            note: &role.note,
            assignments: AssignmentJson::list(&role.assignments),
            open_tasks: role.open_tasks,
            red: role.red,
            yellow: role.yellow,
            waiting: TaskBrief::list(&role.waiting, texts),
            conflicts: &role.conflicts,
        }
    }
}

/// `roles`.
pub fn list(session: &mut Session, args: &RolesArgs) -> Outcome<()> {
    let on = args.on.on;
    if let Some(project) = &args.project {
        let project = session.project(project)?.id;
        let view = session.app.roles(RolesQuery { project, on })?;
        return project_roles(session, &view);
    }
    let gallery = session.app.gallery(OnQuery { on })?;
    let empty = session.app.overview(OverviewQuery { on, most: None })?.empty_roles;
    gallery_roles(session, &gallery, &empty)
}

fn project_roles(session: &mut Session, view: &RolesView) -> Outcome<()> {
    if session.json {
        let roles = view.roles.iter().map(|role| RoleJson::new(role, &session.texts)).collect();
        let json = RolesJson { project: &view.project, gallery: &view.gallery, on: view.on, roles };
        return session.out.json(&json);
    }
    let risks = view.roles.iter().filter(|role| role.risk).count();
    let texts = &session.texts;
    let mut table = Table::new(vec![
        Cell::text(texts.get("head.role")),
        Cell::text(texts.field("needed")),
        Cell::text(texts.get("head.held_by")),
        Cell::right(texts.get("head.waiting")),
        Cell::right(texts.colour(Colour::Red)),
        Cell::text(texts.field("category")),
    ])
    .elastic(2);
    for role in &view.roles {
        table.row(vec![
            Cell::text(&role.name),
            Cell::text(texts.word("needed", needed_code(role.needed))),
            holders(role, texts),
            Cell::right(role.open_tasks),
            Cell::count(Colour::Red, role.red),
            Cell::text(texts.category(role.category)),
        ]);
    }
    let head = format!("{} · {}", view.project, texts.count("roles.risks", risks));
    session.out.line(&head)?;
    session.out.table(&table)
}

fn needed_code(needed: Needed) -> &'static str {
    match needed {
        Needed::Yes => "yes",
        Needed::No => "no",
        Needed::Unassessed => "unassessed",
    }
}

/// Who holds the role on the day; that a needed one is empty stands in words and in red.
fn holders(role: &RoleRow, texts: &Texts) -> Cell {
    let active = role.assignments.iter().filter(|assignment| assignment.active);
    let names: Vec<String> = active
        .map(|assignment| match assignment.to {
            Some(to) => format!("{} ({} {})", assignment.person.name, texts.get("until"), texts.date(to)),
            None => assignment.person.name.clone(),
        })
        .collect();
    if role.risk {
        Cell::coloured(Colour::Red, texts.get("roles.empty"))
    } else if names.is_empty() {
        Cell::text("–")
    } else {
        Cell::text(names.join(", "))
    }
}

fn gallery_roles(session: &mut Session, gallery: &GalleryView, empty: &[EmptyRole]) -> Outcome<()> {
    if session.json {
        return session.out.json(&GalleryJson {
            version: &gallery.version,
            source: &gallery.source,
            roles: &gallery.roles,
            empty_roles: empty,
        });
    }
    let texts = &session.texts;
    let mut table = Table::new(vec![
        Cell::text(texts.get("head.role")),
        Cell::text(texts.get("head.id")),
        Cell::text(texts.field("category")),
        Cell::right(texts.get("head.needed_in")),
        Cell::right(texts.get("head.filled_in")),
    ])
    .elastic(0);
    for role in &gallery.roles {
        table.row(vec![
            Cell::text(&role.name),
            Cell::text(&role.id),
            Cell::text(texts.category(role.category)),
            Cell::right(role.needed_in),
            Cell::right(role.filled_in),
        ]);
    }
    let head = texts.fill("roles.gallery", &[("version", &gallery.version), ("source", &gallery.source)]);
    session.out.line(&head)?;
    session.out.table(&table)?;
    print_empty_roles(session, empty, usize::MAX)
}

/// `role …`.
pub fn run(session: &mut Session, command: RoleCommand) -> Outcome<()> {
    match command {
        RoleCommand::Set { project, role, fields } => {
            let project = session.project(&project)?.id;
            let entity = session.role(&project, &role, None)?.entity;
            write(session, &entity, &fields)
        }
        RoleCommand::New { name, category } => {
            let category = Some(match category {
                CategoryArg::Organisational => RoleCategory::Organisational,
                CategoryArg::Project => RoleCategory::Project,
                CategoryArg::Technical => RoleCategory::Technical,
            });
            let done = session.app.create_role(CreateRoleArgs { name, category })?;
            created(session, &done)
        }
        RoleCommand::Gallery { role, fields } => {
            let low = role.trim().to_lowercase();
            let roles = session.app.gallery(OnQuery { on: None })?.roles;
            let found = roles.iter().find(|known| known.id == role || known.name.to_lowercase() == low);
            let entity = &found.ok_or_else(|| AppError::new(Code::UnknownRole).at(role))?.entity;
            write(session, entity, &fields)
        }
    }
}

fn write(session: &mut Session, entity: &str, fields: &[String]) -> Outcome<()> {
    let edits = values::edits(entity, fields, &[])?;
    let done = session.app.edit(EditArgs { edits, cursor: None })?;
    edited(session, &done)
}

/// `assign`.
pub fn assign(session: &mut Session, args: AssignCommand) -> Outcome<()> {
    let project = session.project(&args.project)?.id;
    let done = session.app.assign(AssignArgs {
        project,
        role: args.role,
        person: args.person,
        from: args.from,
        to: args.to,
    })?;
    created(session, &done)
}

/// `unassign`: every standing assignment of that person to that role.
pub fn unassign(session: &mut Session, args: &UnassignArgs) -> Outcome<()> {
    let project = session.project(&args.project)?.id;
    let role = session.role(&project, &args.role, None)?;
    let person = session.person(&args.person)?.id;
    let today = session.today()?;
    let standing = role.assignments.iter().filter(|assignment| assignment.person.id == person);
    // A period that is over is history, unless the whole assignment is to go.
    let standing = standing.filter(|assignment| args.to.is_none() || assignment.to.is_none_or(|to| to >= today));
    let edits: Vec<Edit> = standing
        .map(|assignment| {
            let (field, value) = match args.to {
                Some(to) => ("to", to.into()),
                None => ("archived", true.into()),
            };
            Edit { entity: assignment.entity.clone(), field: field.to_owned(), value: Some(value), seen: None }
        })
        .collect();
    if edits.is_empty() {
        return Err(AppError::new(Code::UnknownEntity).at(format!("{} · {}", role.name, args.person)).into());
    }
    let done = session.app.edit(EditArgs { edits, cursor: None })?;
    edited(session, &done)
}
