//! First start, who works here, and the state of this laptop.

use clap::Args;
use serde::Serialize;
use tovholder_app::view::{FoundArgs, Laptop, Me, MeArgs as SetMe, Municipality, NoArgs, Notice, SyncStatus};

use crate::failure::Outcome;
use crate::json::DoneJson;
use crate::session::Session;
use crate::texts::instant;

/// First start.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The municipality's four-digit code, or its name
    #[arg(long)]
    pub municipality: String,
    /// Your department (forvaltning)
    #[arg(long)]
    pub department: String,
    /// Your name
    #[arg(long)]
    pub name: String,
}

/// Who works here.
#[derive(Debug, Args)]
pub struct MeArgs {
    /// Your department (forvaltning)
    #[arg(long)]
    pub department: Option<String>,
    /// Your name
    #[arg(long)]
    pub name: Option<String>,
}

/// What `init` answers.
#[derive(Debug, Serialize)]
struct Founded<'a> {
    municipality: Option<&'a Municipality>,
    department: &'a str,
    name: &'a str,
}

/// What `status` answers: about this laptop, so unlike the other commands it may differ between two of them.
#[derive(Debug, Serialize)]
struct StatusJson<'a> {
    founded: bool,
    municipality: Option<&'a Municipality>,
    me: Option<&'a Me>,
    departments: &'a [String],
    today: chrono::NaiveDate,
    waiting: u32,
    saved_at: Option<&'a str>,
    conflicts: u32,
    tasks: u32,
    undo: Option<&'a str>,
    redo: Option<&'a str>,
    notices: &'a [Notice],
    version: &'a str,
    sync: SyncStatus,
}

/// `init`.
pub fn run(session: &mut Session, args: InitArgs) -> Outcome<()> {
    let municipality = municipality_code(session, &args.municipality)?;
    session.app.found(FoundArgs { municipality, department: args.department, name: args.name })?;
    let status = session.app.status(NoArgs {})?;
    let me = status.me.as_ref();
    let (department, name) = me.map(|me| (me.department.as_str(), me.name.as_str())).unwrap_or_default();
    if session.json {
        return session.out.json(&Founded { municipality: status.municipality.as_ref(), department, name });
    }
    let municipality = status.municipality.as_ref().map(|municipality| municipality.name.as_str()).unwrap_or_default();
    let parameters = [("municipality", municipality), ("department", department), ("name", name)];
    session.out.line(&session.texts.fill("init.done", &parameters))
}

/// The code of a municipality that was named; what is not a name is left for the application to judge.
fn municipality_code(session: &Session, wanted: &str) -> Outcome<String> {
    let low = wanted.trim().to_lowercase();
    let all = session.app.municipalities(NoArgs {})?;
    let named = all.into_iter().find(|municipality| municipality.name.to_lowercase() == low);
    Ok(named.map_or_else(|| wanted.trim().to_owned(), |municipality| municipality.code))
}

/// `me`.
pub fn me(session: &mut Session, args: MeArgs) -> Outcome<()> {
    if args.department.is_some() || args.name.is_some() {
        let now = session.app.status(NoArgs {})?.me;
        let (department, name) = now.map(|me| (me.department, me.name)).unwrap_or_default();
        session
            .app
            .set_me(SetMe { department: args.department.unwrap_or(department), name: args.name.unwrap_or(name) })?;
        if session.json {
            return session.out.json(&DoneJson { done: true });
        }
    }
    status(session)
}

/// `status`.
pub fn status(session: &mut Session) -> Outcome<()> {
    let status = session.app.status(NoArgs {})?;
    if session.json {
        return session.out.json(&StatusJson {
            founded: status.founded,
            municipality: status.municipality.as_ref(),
            me: status.me.as_ref(),
            departments: &status.departments,
            today: status.today,
            waiting: status.waiting,
            saved_at: status.saved_at.as_deref(),
            conflicts: status.conflicts,
            tasks: status.tasks,
            undo: status.undo.as_deref(),
            redo: status.redo.as_deref(),
            notices: &status.notices,
            version: &status.version,
            sync: session.app.sync_status(NoArgs {})?,
        });
    }
    print(session, &status)
}

fn print(session: &mut Session, status: &Laptop) -> Outcome<()> {
    let texts = &session.texts;
    let mut lines = vec![format!("Tovholder {}", status.version)];
    match (&status.municipality, &status.me) {
        (Some(municipality), Some(me)) => lines.push(texts.fill(
            "status.who",
            &[("municipality", &municipality.name), ("name", &me.name), ("department", &me.department)],
        )),
        _ => lines.push(texts.get("status.not_founded")),
    }
    lines.push(texts.fill("status.where", &[("dir", &status.data_dir)]));
    let saved = status.saved_at.as_deref().map_or_else(|| "–".to_owned(), instant);
    lines.push(texts.fill("status.saved", &[("when", &saved), ("waiting", &status.waiting.to_string())]));
    lines.push(
        texts.fill(
            "status.counts",
            &[("tasks", &status.tasks.to_string()), ("conflicts", &status.conflicts.to_string())],
        ),
    );
    lines.extend(status.undo.as_deref().map(|step| texts.fill("status.undo", &[("step", step)])));
    lines.extend(status.redo.as_deref().map(|step| texts.fill("status.redo", &[("step", step)])));
    lines.push(crate::sharing::sentence(texts, &session.app.sync_status(NoArgs {})?));
    lines.extend(status.notices.iter().map(|notice| texts.fill("status.notice", &[("notice", &texts.notice(notice))])));
    lines.iter().try_for_each(|line| session.out.line(line))
}
