//! Projects over time.

use chrono::{Datelike, NaiveDate};
use clap::{Args, ValueEnum};
use serde::Serialize;
use tovholder_app::view::{TimelineQuery, TimelineRow, TimelineUnit};

use crate::args::OnArgs;
use crate::failure::Outcome;
use crate::print::{Cell, Table};
use crate::session::Session;

/// How much a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum UnitArg {
    /// A month
    Month,
    /// A quarter
    Quarter,
    /// A year
    Year,
}

impl From<UnitArg> for TimelineUnit {
    fn from(unit: UnitArg) -> Self {
        match unit {
            UnitArg::Month => Self::Month,
            UnitArg::Quarter => Self::Quarter,
            UnitArg::Year => Self::Year,
        }
    }
}

/// Which timeline.
#[derive(Debug, Args)]
pub struct TimelineArgs {
    /// How much a column holds
    #[arg(long, value_enum, default_value = "quarter")]
    pub by: UnitArg,
    /// As of which day.
    #[command(flatten)]
    pub on: OnArgs,
}

#[derive(Debug, Serialize)]
struct TimelineJson<'a> {
    on: NaiveDate,
    columns: &'a [NaiveDate],
    now: Option<u32>,
    projects: &'a [TimelineRow],
}

/// `timeline`.
pub fn run(session: &mut Session, args: &TimelineArgs) -> Outcome<()> {
    let told = session.app.timeline(TimelineQuery { unit: Some(args.by.into()), on: args.on.on })?;
    if session.json {
        let json = TimelineJson { on: told.on, columns: &told.columns, now: told.now, projects: &told.rows };
        return session.out.json(&json);
    }
    let heading = |first: &NaiveDate| match args.by {
        UnitArg::Month => format!("{:02}.{:02}", first.month(), first.year() % 100),
        UnitArg::Quarter => format!("{}K{}", first.year(), first.month0() / 3 + 1),
        UnitArg::Year => first.year().to_string(),
    };
    let mut headings = vec![Cell::text(session.texts.get("head.project"))];
    headings.extend(told.columns.iter().map(|first| Cell::right(heading(first))));
    let mut table = Table::new(headings);
    for row in &told.rows {
        let mut cells = vec![Cell::text(&row.project)];
        cells.extend(row.cells.iter().map(|cell| match (cell.gravest, cell.go_live) {
            (Some(colour), live) => {
                Cell::coloured(colour, format!("{}{}", cell.tasks.len(), if live { "*" } else { "" }))
            }
            (None, true) => Cell::text("*"),
            (None, false) => Cell::text(if cell.inside { "·" } else { "" }),
        }));
        table.row(cells);
    }
    session.out.rows(&table)?;
    session.out.line(&session.texts.get("timeline.legend"))
}
