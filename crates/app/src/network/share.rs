//! Status shared by choice: colours and counts of a project, never names, in the municipality's own document.
//!
//! One cell holds the day and the five counts, so that they cannot come apart. What leaves is made in one place, which the
//! preview shows and publishing writes. Taking back writes nothing over it; what others read before, they have read.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use tovholder_model::{Record, Scalar, key};
use tovholder_store::CellEdit;

use super::count;
use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::sharing::card_name;
use crate::task::Colours;
use crate::view::{ColourCounts, ProjectSummary, ShareArgs, ShareCell, SharePreview, ShareRow, Shared};
use crate::voices::SHARED;

/// The day and the counts: `2018-06-14 3 2 10 1 33`, red, yellow, green, grey, done.
pub(super) const NOW: &str = "now";

/// What a municipality shows of a project.
pub(super) struct Told {
    pub on: NaiveDate,
    pub counts: ColourCounts,
}

impl Told {
    /// Reads the cell; none for anything that is not such a text.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let on = words.next()?.parse().ok()?;
        let mut next = || words.next()?.parse::<u32>().ok().filter(|count| *count <= COUNT_MAX);
        let counts = ColourCounts { red: next()?, yellow: next()?, green: next()?, grey: next()?, done: next()? };
        words.next().is_none().then_some(Self { on, counts })
    }

    fn text(&self) -> String {
        let ColourCounts { red, yellow, green, grey, done } = &self.counts;
        format!("{} {red} {yellow} {green} {grey} {done}", self.on)
    }

    /// What a record shows now.
    pub fn of(record: &Record) -> Option<Self> {
        Self::parse(record.text(NOW))
    }
}

/// Tasks of one colour in one project at most; more is no count of anything.
const COUNT_MAX: u32 = 1_000_000;

/// Solved tasks in percent; none without tasks.
pub(super) fn done_percent(counts: &ColourCounts) -> Option<u32> {
    let all = [counts.red, counts.yellow, counts.green, counts.grey, counts.done];
    let total: u64 = all.iter().map(|count| u64::from(*count)).sum();
    let percent = (u64::from(counts.done) * 200 + total).checked_div(total * 2)?;
    u32::try_from(percent).ok()
}

fn entity(project: &str) -> String {
    key::entity(SHARED, project)
}

/// The cells of a project, exactly as they leave.
fn cells(project: &ProjectSummary, on: NaiveDate) -> Vec<ShareCell> {
    let told = Told { on, counts: project.counts.clone() };
    let cell = |field: &str, value: String| ShareCell {
        entity: entity(&key::project_id(&project.id)),
        field: field.to_owned(),
        value,
    };
    let mut cells = vec![cell("code", project.id.clone()), cell(NOW, told.text())];
    // A phase is a word of a list; what a person typed instead might name somebody.
    if crate::words::is_phase(&project.phase) {
        cells.push(cell("phase", project.phase.clone()));
    }
    cells.extend(project.go_live.map(|day| cell("go_live", day.to_string())));
    cells
}

/// What this municipality shows now, by project id.
fn shared_by(network: &App) -> AppResult<BTreeMap<String, Record>> {
    let member = network.shared_space()?.member().map(|member| member.to_string()).unwrap_or_default();
    let world = network.world()?;
    let ours = world.voices.by(SHARED, &member);
    Ok(ours.map(|(project, entry)| (project.to_owned(), entry.record.clone())).collect())
}

impl App {
    /// What would leave if these projects were shared now.
    pub fn share_preview(&self, args: ShareArgs) -> AppResult<SharePreview> {
        let network = self.network()?;
        let on = args.on.unwrap_or_else(|| self.today());
        let world = self.world()?;
        let rows = Colours::on(&world, on).rows();
        let mut projects = crate::project::summaries(&world, &rows, on);
        projects.retain(|project| !project.archived);
        projects.sort_by_key(|project| crate::municipality::danish_key(&project.id));
        let shared = shared_by(&network)?;
        let told = |project: &str| shared.get(&key::project_id(project)).and_then(Told::of);
        let asked: Vec<String> = args.projects.iter().map(|project| key::project_id(project)).collect();
        for (id, project) in asked.iter().zip(&args.projects) {
            if !projects.iter().any(|known| key::project_id(&known.id) == *id) {
                return Err(AppError::new(Code::UnknownProject).at(project));
            }
        }
        let is_meant = |project: &ProjectSummary| match asked.as_slice() {
            [] => told(&project.id).is_some(),
            some => some.contains(&key::project_id(&project.id)),
        };
        let cells =
            projects.iter().filter(|project| is_meant(project)).flat_map(|project| cells(project, on)).collect();
        let rows = projects.iter().map(|project| {
            let told = told(&project.id);
            ShareRow {
                project: project.id.clone(),
                name: project.name.clone(),
                counts: project.counts.clone(),
                shared_on: told.as_ref().map(|told| told.on),
                shared: told.map(|told| told.counts),
            }
        });
        let rows = rows.collect();
        Ok(SharePreview {
            municipality: network.speaks_for().map(|ours| ours.name.clone()).unwrap_or_default(),
            on,
            rows,
            cells,
        })
    }

    /// Shares these projects, or shares those anew that are shared already.
    pub fn share_publish(&self, args: ShareArgs) -> AppResult<Shared> {
        self.may_edit()?;
        let preview = self.share_preview(args)?;
        self.speak_of(&preview.cells)
    }

    /// Takes back what was shared of these projects.
    pub fn share_withdraw(&self, args: ShareArgs) -> AppResult<Shared> {
        self.may_edit()?;
        let network = self.network()?;
        let shared = shared_by(&network)?;
        let mut cells = Vec::new();
        for project in &args.projects {
            let id = key::project_id(project);
            let record = shared.get(&id).ok_or_else(|| AppError::new(Code::UnknownProject).at(project))?;
            let said = record.local.keys().map(|field| ShareCell {
                entity: entity(&id),
                field: field.clone(),
                value: String::new(),
            });
            cells.extend(said);
        }
        self.speak_of(&cells)
    }

    /// Writes into the municipality's own document of the network.
    pub(super) fn speak_of(&self, cells: &[ShareCell]) -> AppResult<Shared> {
        let network = self.network()?;
        let space = network.shared_space()?;
        let member = space.member().filter(|_| space.role().is_some());
        let document = card_name(&member.ok_or_else(|| AppError::new(Code::Revoked))?);
        let projects: std::collections::BTreeSet<&String> = cells.iter().map(|cell| &cell.entity).collect();
        let projects = count(projects.len());
        let edits: Vec<CellEdit> = cells
            .iter()
            .map(|cell| {
                let value = if cell.value.is_empty() { Scalar::Null } else { Scalar::from(cell.value.as_str()) };
                CellEdit::now(&cell.entity, &cell.field, value)
            })
            .collect();
        let (_, cursor) = network.write(|write| write.edit(&document, &edits).map_err(|error| network.fail(&error)))?;
        network.wake_background();
        Ok(Shared { projects, cursor })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_told_reads_back_and_rubbish_is_nothing() {
        let counts = ColourCounts { red: 3, yellow: 2, green: 10, grey: 1, done: 33 };
        let told = Told { on: "2018-06-14".parse().unwrap(), counts };
        assert_eq!(told.text(), "2018-06-14 3 2 10 1 33");
        assert_eq!(Told::parse(&told.text()).unwrap().text(), told.text());
        for rubbish in [
            "",
            "2018-06-14",
            "2018-02-31 1 2 3 4 5",
            "2018-06-14 1 2 3 4",
            "2018-06-14 1 2 3 4 5 6",
            "2018-06-14 -1 2 3 4 5",
            "2018-06-14 1 2 3 4 9999999",
        ] {
            assert!(Told::parse(rubbish).is_none(), "{rubbish}");
        }
    }

    #[test]
    fn percent_is_rounded_and_nothing_of_nothing() {
        let of = |red, done| done_percent(&ColourCounts { red, done, ..ColourCounts::none() });
        assert_eq!(of(0, 0), None);
        assert_eq!(of(2, 1), Some(33));
        assert_eq!(of(1, 2), Some(67));
        assert_eq!(of(0, 7), Some(100));
    }
}
