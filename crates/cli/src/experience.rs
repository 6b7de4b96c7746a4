//! What municipalities learn from each other: experiences, templates, reference groups.

use clap::{Args, Subcommand};
use tovholder_app::error::{AppError, Code};
use tovholder_app::view::{
    ExperienceArgs, ExperienceKind, ExperienceQuery, ExperienceRow, JoinGroupArgs, NoArgs, RemarkArgs, Shared,
    ThankArgs,
};

use crate::failure::Outcome;
use crate::print::{Cell, Table};
use crate::session::Session;

/// Experiences.
#[derive(Debug, Args)]
pub struct ExperienceCommand {
    /// Of this interface, for example SF1511
    #[arg(long, value_name = "SF", conflicts_with = "project")]
    pub interface: Option<String>,
    /// Of this project
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// With these words
    #[arg(long, value_name = "WORDS")]
    pub search: Option<String>,
    /// What to do; without, they are listed.
    #[command(subcommand)]
    pub what: Option<ExperienceAction>,
}

/// Writing, thanking, asking.
#[derive(Debug, Subcommand)]
pub enum ExperienceAction {
    /// One of them, whole, with its questions
    Show {
        /// Its id
        id: String,
    },
    /// Write one down, for all municipalities to find
    Write(WriteArgs),
    /// Take one of your own away
    Remove {
        /// Its id
        id: String,
    },
    /// Thank for another municipality's
    Thank {
        /// Its id
        id: String,
        /// Take the thanks back
        #[arg(long)]
        take_back: bool,
    },
    /// Ask about one, or answer
    Remark {
        /// Its id
        id: String,
        /// What to say
        text: String,
    },
    /// Take a question or an answer of your own away
    Unremark {
        /// Its id
        id: String,
    },
}

/// What to write.
#[derive(Debug, Args)]
pub struct WriteArgs {
    /// interface/SF1511 or project/BBR
    pub about: String,
    /// What it is called
    pub title: String,
    /// What it says
    #[arg(long)]
    pub text: Option<String>,
    /// A link
    #[arg(long)]
    pub link: Option<String>,
    /// It is a template to go by, not an experience
    #[arg(long)]
    pub template: bool,
    /// Change this one of your own instead; what is not said stays as it is
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
}

/// Reference groups.
#[derive(Debug, Args)]
pub struct GroupCommand {
    /// What to do; without, they are listed.
    #[command(subcommand)]
    pub what: Option<GroupAction>,
}

/// Being in a group.
#[derive(Debug, Subcommand)]
pub enum GroupAction {
    /// Put the municipality into it
    Join {
        /// The group's id
        id: String,
    },
    /// Take the municipality out of it
    Leave {
        /// The group's id
        id: String,
    },
}

/// `experiences …`.
pub fn run(session: &mut Session, args: ExperienceCommand) -> Outcome<()> {
    let (key, done) = match args.what {
        None => {
            let of = |kind: &str, id: String| format!("{kind}/{id}");
            let about = args.interface.map(|id| of("interface", id)).or(args.project.map(|id| of("project", id)));
            return list(session, ExperienceQuery { about, q: args.search });
        }
        Some(ExperienceAction::Show { id }) => return show(session, &id),
        Some(ExperienceAction::Write(args)) => {
            let before = args.id.as_deref().map(|id| named(session, id)).transpose()?;
            let before = before.as_ref();
            let stays = |said: Option<String>, was: Option<&String>| said.or_else(|| was.cloned()).unwrap_or_default();
            let kind = if args.template { ExperienceKind::Template } else { ExperienceKind::Experience };
            let args = ExperienceArgs {
                kind: before.map_or(kind, |one| if args.template { kind } else { one.kind }),
                text: stays(args.text, before.map(|one| &one.text)),
                link: stays(args.link, before.map(|one| &one.link)),
                id: args.id,
                about: args.about,
                title: args.title,
                remove: false,
            };
            ("experience.written", session.app.write_experience(args)?)
        }
        Some(ExperienceAction::Remove { id }) => {
            let args = ExperienceArgs { id: Some(id), remove: true, ..ExperienceArgs::default() };
            ("experience.removed", session.app.write_experience(args)?)
        }
        Some(ExperienceAction::Thank { id, take_back }) => {
            let key = if take_back { "experience.thanks_taken_back" } else { "experience.thanked" };
            (key, session.app.thank(ThankArgs { id, take_back })?)
        }
        Some(ExperienceAction::Remark { id, text }) => {
            ("experience.remarked", session.app.remark(RemarkArgs { id, text, remove: None })?)
        }
        Some(ExperienceAction::Unremark { id }) => {
            let args = RemarkArgs { remove: Some(id), ..RemarkArgs::default() };
            ("experience.unremarked", session.app.remark(args)?)
        }
    };
    told(session, key, &done)
}

fn told(session: &mut Session, key: &str, done: &Shared) -> Outcome<()> {
    if session.json {
        return session.out.json(done);
    }
    session.out.line(&session.texts.get(key))
}

fn list(session: &mut Session, query: ExperienceQuery) -> Outcome<()> {
    let list = session.app.experiences(query)?;
    if session.json {
        return session.out.json(&list.experiences);
    }
    if list.experiences.is_empty() {
        return session.out.line(&session.texts.get("experience.none"));
    }
    let headings = [
        "experience.on",
        "experience.about",
        "experience.title",
        "experience.municipality",
        "experience.thanks",
        "experience.remarks",
        "experience.id",
    ];
    let mut table = Table::new(headings.iter().map(|key| Cell::text(session.texts.get(key))).collect()).elastic(2);
    for one in &list.experiences {
        let number = |number: usize| if number == 0 { String::new() } else { number.to_string() };
        table.row(vec![
            Cell::text(one.on.map(|day| day.to_string()).unwrap_or_default()),
            Cell::text(&one.about),
            Cell::text(&one.title),
            Cell::text(&one.municipality),
            Cell::right(number(usize::try_from(one.thanks).unwrap_or(usize::MAX))),
            Cell::right(number(one.remarks.len())),
            Cell::text(short(&one.id)),
        ]);
    }
    session.out.rows(&table)
}

/// The id alone: it is one's own, whoever wrote it.
fn short(id: &str) -> &str {
    id.rsplit(':').next().unwrap_or(id)
}

/// The experience with this id, whole or short.
fn named(session: &Session, id: &str) -> Outcome<ExperienceRow> {
    let list = session.app.experiences(ExperienceQuery::default())?;
    let fits = |one: &ExperienceRow| one.id == id || short(&one.id) == id;
    let found = list.experiences.into_iter().find(fits);
    Ok(found.ok_or_else(|| AppError::new(Code::UnknownExperience).at(id))?)
}

fn show(session: &mut Session, id: &str) -> Outcome<()> {
    let one = named(session, id)?;
    if session.json {
        return session.out.json(&one);
    }
    session.out.line(&one.title)?;
    let day = one.on.map(|day| day.to_string()).unwrap_or_default();
    let facts = [("municipality", one.municipality.as_str()), ("about", &one.about), ("on", &day)];
    session.out.line(&session.texts.fill("experience.by", &facts))?;
    for text in [&one.text, &one.link].into_iter().filter(|text| !text.is_empty()) {
        session.out.line(text)?;
    }
    session.out.line(&session.texts.count("experience.thanks_given", usize::try_from(one.thanks).unwrap_or(0)))?;
    for remark in &one.remarks {
        let facts = [("municipality", remark.municipality.as_str()), ("text", &remark.text), ("id", short(&remark.id))];
        session.out.line(&session.texts.fill("experience.remark", &facts))?;
    }
    Ok(())
}

/// `groups …`.
pub fn groups(session: &mut Session, args: GroupCommand) -> Outcome<()> {
    let (args, key) = match args.what {
        Some(GroupAction::Join { id }) => (JoinGroupArgs { id, leave: false }, "groups.joined"),
        Some(GroupAction::Leave { id }) => (JoinGroupArgs { id, leave: true }, "groups.left"),
        None => return list_groups(session),
    };
    let done = session.app.join_group(args)?;
    told(session, key, &done)
}

fn list_groups(session: &mut Session) -> Outcome<()> {
    let list = session.app.groups(NoArgs {})?;
    if session.json {
        return session.out.json(&list.groups);
    }
    if list.groups.is_empty() {
        return session.out.line(&session.texts.get("groups.none"));
    }
    let headings = ["groups.title", "experience.about", "groups.municipalities", "groups.ours", "experience.id"];
    let mut table = Table::new(headings.iter().map(|key| Cell::text(session.texts.get(key))).collect()).elastic(2);
    for group in &list.groups {
        let ours = if group.ours { session.texts.get("groups.in") } else { String::new() };
        let municipalities = group.municipalities.join(", ");
        table.row([&group.title, &group.about, &municipalities, &ours, &group.id].map(Cell::text).to_vec());
    }
    session.out.rows(&table)
}
