//! The sheet of projects that some exports have beside the tasks: code, name, day of rollout.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use tovholder_model::check::looks_like_cpr;

use crate::clean;
use crate::export_date::date_of;
use crate::field::{Field, normalise_heading};
use crate::grid::{Row, Sheet, Workbook, value_at};

/// Rows of a sheet in which headings are looked for.
const HEADINGS_WITHIN: u32 = 20;

/// Characters of a project's name.
const NAME_CHARS: usize = 200;

/// A project as the export describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectRecord {
    /// Its code, as the tasks name it.
    pub code: String,
    /// Its full name.
    pub name: Option<String>,
    /// The day it goes live.
    pub go_live: Option<NaiveDate>,
}

/// The projects of every sheet that is named after projects, other than the one with the tasks. What cannot be read is
/// left out: the tasks name their projects themselves, so nothing depends on this sheet.
pub(crate) fn projects(workbook: &Workbook, tasks_sheet: &str) -> Vec<ProjectRecord> {
    let mut found = BTreeMap::new();
    for sheet in &workbook.grids {
        let name = normalise_heading(&sheet.name);
        if sheet.name != tasks_sheet && (name.contains("projekt") || name.contains("project")) {
            for project in read(sheet, workbook.from_1904) {
                found.entry(project.code.clone()).or_insert(project);
            }
        }
    }
    found.into_values().collect()
}

/// Where the columns are.
struct Columns {
    code: usize,
    name: Option<usize>,
    go_live: Option<usize>,
}

impl Columns {
    /// Recognises a row of headings: a code, and a name or a day.
    fn of(row: &Row) -> Option<Self> {
        const CODE: &str = "projekt projektkode kode forkortelse kortnavn projektid loesning project projectcode code";
        const NAME: &str = "navn projektnavn titel langtnavn fuldenavn name projectname title";
        const GO_LIVE: &str = "udrulning udrulningsdato idriftsaettelse idriftsaettelsesdato ibrugtagning \
                               ibrugtagningsdato driftsstart driftsdato drift golive golivedato rollout rolloutdate";
        let column = |words: &str| {
            let at = row.iter().find(|(_, value)| {
                let heading = normalise_heading(&value.display());
                words.split_ascii_whitespace().any(|word| word == heading)
            });
            at.map(|(at, _)| *at as usize)
        };
        let columns = Self { code: column(CODE)?, name: column(NAME), go_live: column(GO_LIVE) };
        (columns.name.is_some() || columns.go_live.is_some()).then_some(columns)
    }
}

fn read(sheet: &Sheet, from_1904: bool) -> Vec<ProjectRecord> {
    let headings = sheet.rows.range(..HEADINGS_WITHIN).find_map(|(at, row)| Some((*at, Columns::of(row)?)));
    let Some((at, columns)) = headings else { return Vec::new() };
    let project = |row: &Row| {
        let code = text(row, columns.code, Field::Project.text_max())?;
        let name = columns.name.and_then(|column| text(row, column, NAME_CHARS));
        let go_live = columns.go_live.and_then(|column| date_of(value_at(row, column)?, from_1904));
        Some(ProjectRecord { code, name, go_live })
    };
    sheet.rows.range(at + 1..).filter_map(|(_, row)| project(row)).collect()
}

fn text(row: &Row, column: usize, max: usize) -> Option<String> {
    let text = clean::line(&value_at(row, column)?.display());
    let fits = !text.is_empty() && text.chars().count() <= max && !looks_like_cpr(&text);
    fits.then_some(text)
}
