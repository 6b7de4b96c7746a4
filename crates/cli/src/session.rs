//! One run of the program: the opened data, the language, and where answers go.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use tovholder_app::App;
use tovholder_app::view::{NoArgs, PersonRow, ProjectSummary, RoleRow};
use tovholder_app::view::{OnQuery, RolesQuery};

use crate::args::{Global, LangArg};
use crate::failure::{Failure, Outcome};
use crate::print::Out;
use crate::texts::{Lang, Texts};
use tovholder_app::error::{AppError, Code};

impl From<LangArg> for Lang {
    fn from(lang: LangArg) -> Self {
        match lang {
            LangArg::Da => Self::Da,
            LangArg::En => Self::En,
        }
    }
}

/// One run of the program.
pub struct Session {
    /// The use cases on the chosen folder.
    pub app: Arc<App>,
    /// Answer in JSON.
    pub json: bool,
    /// Sentences and headings.
    pub texts: Texts,
    /// Where answers go.
    pub out: Out,
}

impl Session {
    /// Opens the data folder, the default one when none was named.
    pub fn open(global: &Global) -> Outcome<Self> {
        let texts = Texts::new(global.lang.into());
        let app = Arc::new(App::open(&data_dir(global)?)?);
        Ok(Self { app, json: global.json, texts, out: Out::stdout() })
    }

    /// The person with this id, or else the only one with this name, put-away ones last.
    pub fn person(&self, wanted: &str) -> Outcome<PersonRow> {
        let persons = self.app.people(OnQuery { on: None })?.persons;
        if let Some(found) = persons.iter().find(|person| person.id == wanted) {
            return Ok(found.clone());
        }
        let name = wanted.trim().to_lowercase();
        let named: Vec<&PersonRow> = persons.iter().filter(|person| person.name.to_lowercase() == name).collect();
        let here: Vec<&PersonRow> = named.iter().copied().filter(|person| !person.archived).collect();
        match (here.as_slice(), named.as_slice()) {
            ([one], _) | ([], [one]) => Ok((*one).clone()),
            ([], []) => Err(AppError::new(Code::UnknownPerson).at(wanted).into()),
            (several, _) => {
                let ids: Vec<&str> = several.iter().map(|person| person.id.as_str()).collect();
                Err(AppError::new(Code::AmbiguousPerson).at(wanted).with(ids.join(", ")).into())
            }
        }
    }

    /// The project with this short name, whatever the case, or else with this full name.
    pub fn project(&self, wanted: &str) -> Outcome<ProjectSummary> {
        let low = wanted.trim().to_lowercase();
        let projects = self.app.projects(OnQuery { on: None })?.projects;
        let by_id = projects.iter().find(|project| project.id.to_lowercase() == low);
        by_id
            .or_else(|| projects.iter().find(|project| project.name.to_lowercase() == low))
            .cloned()
            .ok_or_else(|| AppError::new(Code::UnknownProject).at(wanted).into())
    }

    /// The role of a project with this id or name.
    pub fn role(&self, project: &str, wanted: &str, on: Option<NaiveDate>) -> Outcome<RoleRow> {
        let low = wanted.trim().to_lowercase();
        let roles = self.app.roles(RolesQuery { project: project.to_owned(), on })?.roles;
        let by_id = roles.iter().find(|role| role.id.to_lowercase() == low);
        by_id
            .or_else(|| roles.iter().find(|role| role.name.to_lowercase() == low))
            .cloned()
            .ok_or_else(|| AppError::new(Code::UnknownRole).at(wanted).into())
    }

    /// Today in Europe/Copenhagen, as the application sees it.
    pub fn today(&self) -> Outcome<NaiveDate> {
        Ok(self.app.status(NoArgs {})?.today)
    }
}

/// The folder with the data, from the root, so that a later change of folder does not move it.
pub fn data_dir(global: &Global) -> Outcome<PathBuf> {
    let named = global.data_dir.clone().filter(|dir| !dir.as_os_str().is_empty());
    let dir = named
        .or_else(tovholder_app::default_data_dir)
        .ok_or_else(|| Failure::words(Texts::new(global.lang.into()).get("no_data_dir")))?;
    std::path::absolute(&dir).map_err(|error| Failure::file(dir.display().to_string(), &error))
}
