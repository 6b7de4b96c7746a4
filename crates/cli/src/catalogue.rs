//! The network's catalogue: what is new in it, taking it in, its templates, publishing it.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use tovholder_app::error::{AppError, Code};
use tovholder_app::view::{
    CalendarArgs, CatalogueAcceptArgs, CatalogueChange, CatalogueWhat, MaterialQuery, NoArgs, PublishArgs, PublishCell,
    Published, TakeTemplatesArgs,
};

use crate::failure::{Failure, Outcome};
use crate::network::in_usize;
use crate::print::{Cell, Table};
use crate::session::Session;

/// The network's catalogue.
#[derive(Debug, Subcommand)]
pub enum CatalogueCommand {
    /// What it says that was not taken in
    Diff,
    /// Take it in: what the host says follows, what is your own stays
    Accept(AcceptArgs),
    /// Its task templates as they were taken in, and which of them are tasks here
    Templates(TemplateArgs),
    /// The material that it names, as it was taken in
    Links,
}

/// Taking the catalogue in.
#[derive(Debug, Args)]
pub struct AcceptArgs {
    /// Not this one, this time, for example use/BBR:SF1511; may be given several times
    #[arg(long, value_name = "ENTITY")]
    pub leave: Vec<String>,
    /// Also when it takes half or more of what stands here away
    #[arg(long)]
    pub shrink: bool,
}

/// Templates of tasks.
#[derive(Debug, Args)]
pub struct TemplateArgs {
    /// Of this project alone
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// Make them tasks here: what the network says of them follows, what you write stays
    #[arg(long, requires = "project")]
    pub take: bool,
    /// This one alone; may be given several times
    #[arg(long, value_name = "ID", requires = "take")]
    pub id: Vec<String>,
}

/// Publishing.
#[derive(Debug, Subcommand)]
pub enum PublishCommand {
    /// The built-in catalogue, where the network's says nothing yet
    BuiltIn,
    /// A project: code, name, owner, pilot, rollout, go_live, published, link
    Project {
        /// Its short name
        project: String,
        /// What to write
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
    /// An interface: name, system, status, source, points, preparation, tasks, link
    Interface {
        /// Its number, for example SF1511
        interface: String,
        /// What to write
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
    /// How far a project is with an interface: done, under_way, new, none or a year
    Use {
        /// The interface's number
        interface: String,
        /// The project's short name
        project: String,
        /// How far it is
        state: String,
    },
    /// A task's template: project, title, description, kind, theme, prerequisites, result, role, start, deadline
    Task {
        /// Its id in KLIK
        id: String,
        /// What to write
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
    /// A role of the gallery: name, category (organisational, project, technical), responsibility, duties, competences
    Role {
        /// Its id
        id: String,
        /// What to write
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
    /// An event: title, begins, ends (2018-06-20T09:00), place, link, text, public
    Event {
        /// Its id
        id: String,
        /// What to write
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
    /// The events of an iCalendar file
    Calendar {
        /// The file
        file: PathBuf,
    },
    /// A reference group: title, about (interface/SF1511 or project/BBR), text, link
    Group {
        /// Its id
        id: String,
        /// What to write
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
    /// A link to material: title, url, about
    Link {
        /// Its id
        id: String,
        /// What to write
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
    /// What the catalogue is: version, source
    About {
        /// What to write
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
    /// Take something out of the catalogue, for example use/BBR:SF1511
    Remove {
        /// Its name in the catalogue
        entity: String,
    },
}

/// `catalogue …`.
pub fn run(session: &mut Session, command: CatalogueCommand) -> Outcome<()> {
    match command {
        CatalogueCommand::Diff => {
            let diff = session.app.catalogue_diff(NoArgs {})?;
            if session.json {
                return session.out.json(&diff);
            }
            session.out.line(&session.texts.count("catalogue.changes", diff.changes.len()))?;
            if diff.held_back {
                session.out.line(&session.texts.get("catalogue.held_back"))?;
            }
            let table = changes(session, &diff.changes);
            session.out.rows(&table)
        }
        CatalogueCommand::Accept(args) => {
            let done = session.app.catalogue_accept(CatalogueAcceptArgs { leave: args.leave, shrink: args.shrink })?;
            if session.json {
                return session.out.json(&done);
            }
            let n = |number: u32| number.to_string();
            let (added, changed, removed, left) = (n(done.added), n(done.changed), n(done.removed), n(done.left));
            let counts = [("added", &*added), ("changed", &changed), ("removed", &removed), ("left", &left)];
            session.out.line(&session.texts.fill("catalogue.accepted", &counts))
        }
        CatalogueCommand::Templates(args) => templates(session, args),
        CatalogueCommand::Links => links(session),
    }
}

fn links(session: &mut Session) -> Outcome<()> {
    let list = session.app.materials(MaterialQuery::default())?;
    if session.json {
        return session.out.json(&list.materials);
    }
    if list.materials.is_empty() {
        return session.out.line(&session.texts.get("catalogue.no_links"));
    }
    let headings = ["experience.about", "events.title", "catalogue.url"];
    let mut table = Table::new(headings.iter().map(|key| Cell::text(session.texts.get(key))).collect()).elastic(1);
    for one in &list.materials {
        table.row([&one.about, &one.title, &one.url].map(Cell::text).to_vec());
    }
    session.out.rows(&table)
}

fn templates(session: &mut Session, args: TemplateArgs) -> Outcome<()> {
    if let (true, Some(project)) = (args.take, &args.project) {
        let take = TakeTemplatesArgs { project: project.clone(), ids: args.id };
        let done = session.app.take_templates(take)?;
        if session.json {
            return session.out.json(&done);
        }
        return session.out.line(&session.texts.count("catalogue.templates_taken", in_usize(done.written)));
    }
    let mut list = session.app.templates(NoArgs {})?;
    if let Some(project) = &args.project {
        list.projects.retain(|one| one.project.eq_ignore_ascii_case(project));
    }
    if session.json {
        return session.out.json(&list.projects);
    }
    if list.projects.is_empty() {
        return session.out.line(&session.texts.get("catalogue.no_templates"));
    }
    let headings = ["country.project", "experience.id", "events.title", "catalogue.deadline", "catalogue.is_task"];
    let mut table = Table::new(headings.iter().map(|key| Cell::text(session.texts.get(key))).collect()).elastic(2);
    let yes = session.texts.get("catalogue.yes");
    for (project, row) in list.projects.iter().flat_map(|one| one.templates.iter().map(move |row| (&one.project, row)))
    {
        let deadline = row.deadline.map(|day| day.to_string()).unwrap_or_default();
        let is_task = if row.is_task { yes.clone() } else { String::new() };
        table.row([project, &row.id, &row.title, &deadline, &is_task].map(Cell::text).to_vec());
    }
    session.out.rows(&table)
}

fn changes(session: &Session, changes: &[CatalogueChange]) -> Table {
    let heading = |key: &str| Cell::text(session.texts.get(key));
    let headings = ["catalogue.entity", "catalogue.what", "catalogue.field", "catalogue.was", "catalogue.becomes"];
    let mut table = Table::new(headings.iter().map(|key| heading(key)).collect()).elastic(4);
    for change in changes {
        let what = session.texts.get(match change.what {
            CatalogueWhat::Added => "catalogue.added",
            CatalogueWhat::Changed => "catalogue.changed",
            CatalogueWhat::Removed => "catalogue.removed",
        });
        if change.fields.is_empty() {
            table.row(vec![
                Cell::text(&change.entity),
                Cell::text(&what),
                Cell::text(""),
                Cell::text(""),
                Cell::text(""),
            ]);
        }
        for (n, field) in change.fields.iter().enumerate() {
            let (entity, what) = if n == 0 { (change.entity.as_str(), what.as_str()) } else { ("", "") };
            let cells = [entity, what, &field.field, &field.was, &field.becomes];
            table.row(cells.iter().map(Cell::text).collect());
        }
    }
    table
}

/// `publish …`.
pub fn publish(session: &mut Session, command: PublishCommand) -> Outcome<()> {
    let cell = |entity: String, field: &str, value: String| PublishCell { entity, field: field.to_owned(), value };
    let args = match command {
        PublishCommand::BuiltIn => PublishArgs { built_in: true, ..PublishArgs::default() },
        PublishCommand::Project { project, fields } => {
            let entity = tovholder_model::key::entity("project", &project);
            let code =
                (!fields.iter().any(|field| field.starts_with("code="))).then(|| cell(entity.clone(), "code", project));
            let mut args = written(&entity, &fields)?;
            args.cells.extend(code);
            args
        }
        PublishCommand::Interface { interface, fields } => {
            written(&tovholder_model::key::entity("interface", &interface), &fields)?
        }
        PublishCommand::Use { interface, project, state } => {
            let entity = tovholder_model::key::use_entity(&project, &interface);
            PublishArgs { cells: vec![cell(entity, "state", state)], built_in: false }
        }
        PublishCommand::Task { id, fields } => written(&tovholder_model::key::entity("template", &id), &fields)?,
        PublishCommand::Role { id, fields } => written(&tovholder_model::key::entity("gallery", &id), &fields)?,
        PublishCommand::Event { id, fields } => written(&tovholder_model::key::entity("event", &id), &fields)?,
        PublishCommand::Calendar { file } => return calendar(session, &file),
        PublishCommand::Group { id, fields } => written(&tovholder_model::key::entity("group", &id), &fields)?,
        PublishCommand::Link { id, fields } => written(&tovholder_model::key::entity("link", &id), &fields)?,
        PublishCommand::About { fields } => written("about/catalogue", &fields)?,
        PublishCommand::Remove { entity } => {
            PublishArgs { cells: vec![cell(entity, "archived", "true".to_owned())], built_in: false }
        }
    };
    let done = session.app.publish(args)?;
    published(session, &done)
}

fn calendar(session: &mut Session, file: &Path) -> Outcome<()> {
    let bytes = std::fs::read(file).map_err(|error| Failure::file(file.display().to_string(), &error))?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let done = session.app.publish_calendar(CalendarArgs { text })?;
    published(session, &done)
}

fn published(session: &mut Session, done: &Published) -> Outcome<()> {
    if session.json {
        return session.out.json(done);
    }
    session.out.line(&session.texts.count("publish.written", in_usize(done.written)))
}

fn written(entity: &str, fields: &[String]) -> Outcome<PublishArgs> {
    let cells = fields.iter().map(|text| match text.split_once('=') {
        Some((field, value)) => {
            Ok(PublishCell { entity: entity.to_owned(), field: field.trim().to_owned(), value: value.to_owned() })
        }
        None => Err(AppError::new(Code::BadArguments).at(text)),
    });
    Ok(PublishArgs { cells: cells.collect::<Result<_, _>>()?, built_in: false })
}
