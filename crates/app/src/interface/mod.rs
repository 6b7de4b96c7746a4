//! The implementation overview: which project uses which interface, how far it is, which KLIK tasks hang on it, and what
//! earlier projects learned.
//!
//! Below lies the catalogue (built in until a network publishes one); on top stand the municipality's own words, cell by
//! cell, which a later catalogue never takes away. What an earlier project learned about an interface is an
//! attention point of that project's document, and is shown wherever the interface is.

mod catalogue;
mod matrix;
mod point;
mod tie;

use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::task::Colours;
use crate::view::{InterfaceDetail, InterfaceMatrix, InterfaceQuery, InterfacesQuery, UseState};

pub use catalogue::{Catalogue, built_in};
pub(crate) use catalogue::{Cells, cells_of, numbered};
pub(crate) use matrix::{code_of, name_of};
pub(crate) use point::points_by_interface;
pub(crate) use tie::{TIED, is_number, tied};

/// What a project says of an interface: a word of the cell `state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word {
    /// How far it is.
    pub state: UseState,
    /// The year, when it is planned for one.
    pub year: Option<u16>,
}

impl Word {
    /// The project does not use it.
    pub const NONE: Self = Self { state: UseState::None, year: None };

    /// Reads `done`, `under_way`, `new`, `none` or a year from 2000 to 2099.
    pub fn parse(text: &str) -> Option<Self> {
        let state = match text {
            "done" => UseState::Done,
            "under_way" => UseState::UnderWay,
            "new" => UseState::New,
            "none" => UseState::None,
            year => {
                let year = year.parse().ok().filter(|year| (2_000..2_100).contains(year) && text.len() == 4)?;
                return Some(Self { state: UseState::Planned, year: Some(year) });
            }
        };
        Some(Self { state, year: None })
    }
}

impl App {
    /// Interfaces × projects.
    pub fn interfaces(&self, args: InterfacesQuery) -> AppResult<InterfaceMatrix> {
        let world = self.world()?;
        let on = args.on.unwrap_or_else(|| self.today());
        let rows = Colours::on(&world, on).rows();
        matrix::build(&world, &rows, on, &args)
    }

    /// One interface, whole.
    pub fn interface(&self, args: InterfaceQuery) -> AppResult<InterfaceDetail> {
        let world = self.world()?;
        let on = args.on.unwrap_or_else(|| self.today());
        let rows = Colours::on(&world, on).rows();
        let query = InterfacesQuery { interface: Some(args.id.clone()), ..InterfacesQuery::default() };
        let mut found = matrix::build(&world, &rows, on, &query)?;
        let row = found.interfaces.pop().ok_or_else(|| AppError::new(Code::UnknownInterface).at(&args.id))?;
        let tied = tie::tied(&world).remove(&row.id).unwrap_or_default();
        let tasks = rows.into_iter().filter(|task| tied.contains(&task.id) && !task.archived).collect();
        Ok(InterfaceDetail {
            points: point::of(&world, &row.id),
            projects: found.projects,
            cursor: found.cursor,
            tasks,
            row,
        })
    }
}
