//! The overview in a terminal: what needs you, how each project stands, which needed roles are empty.

use chrono::NaiveDate;
use clap::Args;
use serde::Serialize;
use tovholder_app::view::{ColourCounts, EmptyRole, NoArgs, Overview, OverviewQuery, ProjectSummary, TaskRow};
use tovholder_model::Colour;

use crate::args::OnArgs;
use crate::escalation::EscalationJson;
use crate::failure::Outcome;
use crate::json::{FindingJson, TaskBrief};
use crate::print::{Cell, Table, bar};
use crate::projects::ProjectJson;
use crate::session::Session;
use crate::texts::Texts;

/// Rows of each list that are printed unless all are asked for; `--json` has them all.
const ROWS_PRINTED: usize = 12;

/// The overview.
#[derive(Debug, Args)]
pub struct OverviewArgs {
    /// As of which day.
    #[command(flatten)]
    pub on: OnArgs,
    /// Print every row instead of the first of each list
    #[arg(long)]
    pub all: bool,
}

/// What `overview` answers.
#[derive(Debug, Serialize)]
struct OverviewJson<'a> {
    on: NaiveDate,
    tasks: u32,
    totals: &'a ColourCounts,
    attention: Vec<TaskBrief<'a>>,
    projects: Vec<ProjectJson<'a>>,
    empty_roles: &'a [EmptyRole],
    upcoming: Vec<TaskBrief<'a>>,
    findings: Vec<FindingJson<'a>>,
    escalations: Vec<EscalationJson<'a>>,
    conflicts: u32,
    klik_differs: u32,
}

/// `overview`.
pub fn run(session: &mut Session, args: &OverviewArgs) -> Outcome<()> {
    let overview = session.app.overview(OverviewQuery { on: args.on.on, most: None })?;
    if session.json {
        let texts = &session.texts;
        let json = OverviewJson {
            on: overview.on,
            tasks: overview.tasks,
            totals: &overview.totals,
            attention: TaskBrief::list(&overview.attention, texts),
            projects: overview.projects.iter().map(|project| ProjectJson::new(project, texts)).collect(),
            empty_roles: &overview.empty_roles,
            upcoming: TaskBrief::list(&overview.upcoming, texts),
            findings: overview.findings.iter().map(|finding| FindingJson::new(finding, texts)).collect(),
            escalations: overview.escalations.iter().map(EscalationJson::new).collect(),
            conflicts: overview.conflicts,
            klik_differs: overview.klik_differs,
        };
        return session.out.json(&json);
    }
    print(session, &overview, if args.all { usize::MAX } else { ROWS_PRINTED })
}

/// `findings`.
pub fn findings(session: &mut Session) -> Outcome<()> {
    let findings = session.app.findings(NoArgs {})?;
    let said: Vec<FindingJson<'_>> = findings.iter().map(|finding| FindingJson::new(finding, &session.texts)).collect();
    if session.json {
        return session.out.json(&said);
    }
    if findings.is_empty() {
        return session.out.line(&session.texts.get("findings.none"));
    }
    for finding in &findings {
        let (what, to_do) = session.texts.finding(finding);
        session.out.line(&format!("{what} {to_do}"))?;
    }
    Ok(())
}

fn print(session: &mut Session, overview: &Overview, most: usize) -> Outcome<()> {
    let municipality = session.app.status(NoArgs {})?.municipality.map(|municipality| municipality.name);
    let texts = &session.texts;
    let head = texts.fill(
        "overview.title",
        &[
            ("municipality", municipality.as_deref().unwrap_or_default()),
            ("date", &texts.long_date(overview.on)),
            ("tasks", &texts.count("tasks", usize::try_from(overview.tasks).unwrap_or_default())),
            ("projects", &texts.count("projects", overview.projects.len())),
        ],
    );
    let as_of = (overview.on != overview.today).then(|| texts.get("overview.other_day"));
    session.out.line(&head)?;
    if let Some(line) = as_of {
        session.out.line(&line)?;
    }
    print_attention(session, overview, most)?;
    print_projects(session, overview)?;
    print_empty_roles(session, &overview.empty_roles, most)?;
    print_upcoming(session, &overview.upcoming, overview.on, most)?;
    print_rest(session, overview)
}

fn print_attention(session: &mut Session, overview: &Overview, most: usize) -> Outcome<()> {
    let rows = &overview.attention;
    session.out.heading(&session.texts.count("overview.attention", rows.len()))?;
    if rows.is_empty() {
        return session.out.line(&session.texts.get("overview.attention.none"));
    }
    let table = attention_table(rows.iter().take(most), &session.texts);
    session.out.table(&table)?;
    more(session, rows.len(), most)
}

/// Tasks with why they need somebody; also printed where tasks wait for a role.
pub fn attention_table<'a>(rows: impl Iterator<Item = &'a TaskRow>, texts: &Texts) -> Table {
    let mut table = Table::new(vec![
        Cell::text(texts.get("head.colour")),
        Cell::text(texts.get("head.id")),
        Cell::text(texts.get("head.project")),
        Cell::text(texts.get("head.task")),
        Cell::right(texts.get("head.deadline")),
        Cell::text(texts.get("head.why")),
    ])
    .elastic(3);
    for row in rows {
        table.row(vec![
            Cell::coloured(row.colour, texts.colour(row.colour)),
            Cell::text(&row.id),
            Cell::text(&row.project),
            Cell::text(&row.title),
            Cell::right(texts.date_or_dash(row.deadline)),
            Cell::text(texts.why(&row.reasons)),
        ]);
    }
    table
}

fn print_projects(session: &mut Session, overview: &Overview) -> Outcome<()> {
    if overview.projects.is_empty() {
        return Ok(());
    }
    session.out.heading(&session.texts.get("overview.projects"))?;
    let table = projects_table(&overview.projects, Some(&overview.totals), &session.texts);
    session.out.table(&table)
}

/// Projects with their colours; a last row with all of them when `totals` are given.
pub fn projects_table(projects: &[ProjectSummary], totals: Option<&ColourCounts>, texts: &Texts) -> Table {
    let mut headings = vec![Cell::text(texts.get("head.project")), Cell::text(texts.field("name"))];
    headings.extend(Colour::ALL.map(|colour| Cell::right(texts.colour(colour))));
    headings.extend([
        Cell::text(texts.get("head.spread")),
        Cell::right(texts.get("head.next_deadline")),
        Cell::right(texts.get("head.roles_empty")),
    ]);
    let mut table = Table::new(headings).elastic(1);
    for project in projects {
        let mut cells = vec![Cell::text(&project.id), Cell::text(&project.name)];
        cells.extend(count_cells(&project.counts));
        cells.push(Cell::text(bar(&project.counts)));
        cells.push(Cell::right(texts.date_or_dash(project.next_deadline)));
        cells.push(Cell::right(project.roles_empty.len()));
        table.row(cells);
    }
    if let Some(totals) = totals {
        let mut cells = vec![Cell::text(texts.get("overview.total")), Cell::default()];
        cells.extend(count_cells(totals));
        cells.push(Cell::text(bar(totals)));
        table.row(cells);
    }
    table
}

fn count_cells(counts: &ColourCounts) -> [Cell; 5] {
    [
        Cell::count(Colour::Red, counts.red),
        Cell::count(Colour::Yellow, counts.yellow),
        Cell::count(Colour::Green, counts.green),
        Cell::count(Colour::Grey, counts.grey),
        Cell::count(Colour::Done, counts.done),
    ]
}

/// Needed roles that nobody holds; `most` of them.
pub fn print_empty_roles(session: &mut Session, roles: &[EmptyRole], most: usize) -> Outcome<()> {
    session.out.heading(&session.texts.count("overview.empty_roles", roles.len()))?;
    if roles.is_empty() {
        return session.out.line(&session.texts.get("overview.empty_roles.none"));
    }
    let texts = &session.texts;
    let mut table = Table::new(vec![
        Cell::text(texts.get("head.project")),
        Cell::text(texts.get("head.role")),
        Cell::right(texts.get("head.waiting")),
        Cell::right(texts.colour(Colour::Red)),
        Cell::right(texts.get("head.next_deadline")),
    ])
    .elastic(1);
    for role in roles.iter().take(most) {
        table.row(vec![
            Cell::text(&role.project),
            Cell::text(&role.name),
            Cell::right(role.tasks),
            Cell::count(Colour::Red, role.red),
            Cell::right(texts.date_or_dash(role.next_deadline)),
        ]);
    }
    session.out.table(&table)?;
    more(session, roles.len(), most)
}

fn print_upcoming(session: &mut Session, rows: &[TaskRow], on: NaiveDate, most: usize) -> Outcome<()> {
    session.out.heading(&session.texts.count("overview.upcoming", rows.len()))?;
    if rows.is_empty() {
        return Ok(());
    }
    let texts = &session.texts;
    let mut table = Table::new(vec![
        Cell::right(texts.get("head.deadline")),
        Cell::right(texts.get("head.days")),
        Cell::text(texts.get("head.colour")),
        Cell::text(texts.get("head.id")),
        Cell::text(texts.get("head.project")),
        Cell::text(texts.get("head.task")),
    ])
    .elastic(5);
    for row in rows.iter().take(most) {
        let days = row.deadline.map_or_else(String::new, |deadline| (deadline - on).num_days().to_string());
        table.row(vec![
            Cell::right(texts.date_or_dash(row.deadline)),
            Cell::right(days),
            Cell::coloured(row.colour, texts.colour(row.colour)),
            Cell::text(&row.id),
            Cell::text(&row.project),
            Cell::text(&row.title),
        ]);
    }
    session.out.table(&table)?;
    more(session, rows.len(), most)
}

fn print_rest(session: &mut Session, overview: &Overview) -> Outcome<()> {
    let texts = &session.texts;
    let counted = [
        ("overview.conflicts", usize::try_from(overview.conflicts).unwrap_or_default()),
        ("overview.klik_differs", usize::try_from(overview.klik_differs).unwrap_or_default()),
        ("overview.findings", overview.findings.len()),
        ("overview.escalations", overview.escalations.len()),
    ];
    let lines: Vec<String> =
        counted.into_iter().filter(|(_, count)| *count > 0).map(|(key, count)| texts.count(key, count)).collect();
    if lines.is_empty() {
        return Ok(());
    }
    session.out.heading(&session.texts.get("overview.also"))?;
    lines.iter().try_for_each(|line| session.out.line(line))
}

/// Says how many rows were not printed.
pub fn more(session: &mut Session, all: usize, most: usize) -> Outcome<()> {
    match all.saturating_sub(most) {
        0 => Ok(()),
        hidden => session.out.line(&session.texts.count("more", hidden)),
    }
}
