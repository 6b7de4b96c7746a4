//! The matrix, from the catalogue and the municipality's own cells.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use tovholder_model::{Colour, Record, key};

use super::catalogue::{Catalogue, Interface};
use super::{Word, is_number, point, tie};
use crate::error::{AppError, AppResult, Code};
use crate::view::{
    ColourCounts, InterfaceMatrix, InterfaceProject, InterfaceRow, InterfaceUse, InterfacesQuery, TaskRow, UseState,
};
use crate::world::World;

/// Everything that the cells of the matrix are made from, looked up once.
struct Sources<'w> {
    world: &'w World,
    catalogue: &'w Catalogue,
    /// Tasks by interface and project id.
    tasks: BTreeMap<(String, String), Vec<&'w TaskRow>>,
    /// Attention points by interface: the ids of the projects that learned them.
    points: BTreeMap<String, Vec<String>>,
    /// Projects that the municipality has.
    here: BTreeSet<String>,
}

/// An interface's name: the municipality's own, else the catalogue's, else its number.
pub(crate) fn name_of(world: &World, id: &str) -> String {
    let own = world.interfaces.get(id).map(|entry| entry.record.text("name")).filter(|name| !name.is_empty());
    let told = world.told().interface(id).map(|interface| interface.name.as_str());
    own.or(told).unwrap_or(id).to_owned()
}

/// A project's short name as the municipality writes it, else as the catalogue does.
pub(crate) fn code_of(world: &World, project: &str) -> String {
    let told = world.told().project(project).filter(|_| !world.projects.contains_key(project));
    told.map_or_else(|| world.project_code(project), |told| told.id.clone())
}

/// The matrix that is asked for.
///
/// # Errors
/// `unknown_interface`, `unknown_project`.
pub(crate) fn build(
    world: &World,
    rows: &[TaskRow],
    on: NaiveDate,
    args: &InterfacesQuery,
) -> AppResult<InterfaceMatrix> {
    let sources = Sources::new(world, rows);
    let asked = args.interface.as_deref().unwrap_or_default();
    let asked_project = args.project.as_deref().unwrap_or_default();
    let wanted = asked.trim().to_uppercase();
    let known = sources.interfaces();
    if !wanted.is_empty() && !known.contains(&wanted) {
        return Err(AppError::new(Code::UnknownInterface).at(asked));
    }
    let one_project = key::project_id(asked_project);
    let mut projects = sources.projects();
    if !one_project.is_empty() && !projects.contains(&one_project) {
        return Err(AppError::new(Code::UnknownProject).at(asked_project));
    }
    projects.retain(|id| one_project.is_empty() || *id == one_project);
    let known: Vec<String> = known.into_iter().filter(|id| wanted.is_empty() || *id == wanted).collect();
    let everywhere = args.all || !wanted.is_empty();
    let put_away = |id: &String| world.projects.get(id).is_some_and(|entry| entry.record.flag("archived"));
    if one_project.is_empty() {
        projects.retain(|id| args.all || !put_away(id) && sources.says_something(id));
    }
    let projects = sources.in_order(projects);
    let mut interfaces: Vec<InterfaceRow> = known.iter().map(|id| sources.row(id, &projects)).collect();
    let before = interfaces.len();
    interfaces.retain(|row| everywhere || !row.archived && (row.own || row.points > 0 || is_used(row)));
    let hidden = before - interfaces.len();
    Ok(InterfaceMatrix {
        on,
        cursor: world.cursor,
        catalogue: sources.catalogue.version.clone(),
        source: sources.catalogue.source.clone(),
        projects: projects.iter().map(|id| sources.project(id)).collect(),
        interfaces,
        hidden: u32::try_from(hidden).unwrap_or(u32::MAX),
    })
}

fn is_used(row: &InterfaceRow) -> bool {
    row.uses.iter().any(|one| one.state != UseState::None || one.gravest.is_some() || one.own)
}

impl<'w> Sources<'w> {
    fn new(world: &'w World, rows: &'w [TaskRow]) -> Self {
        let by_id: BTreeMap<&str, &TaskRow> =
            rows.iter().filter(|row| !row.archived).map(|row| (row.id.as_str(), row)).collect();
        let mut tasks: BTreeMap<(String, String), Vec<&TaskRow>> = BTreeMap::new();
        for (interface, ids) in tie::tied(world) {
            for id in ids {
                let (Some(row), Some(task)) = (by_id.get(id.as_str()), world.tasks.get(&id)) else { continue };
                tasks.entry((interface.clone(), task.project.clone())).or_default().push(row);
            }
        }
        let points = point::projects_by_interface(world);
        Self { world, catalogue: world.told(), tasks, points, here: world.project_ids() }
    }

    /// Every interface's number: the catalogue's in its order, then the municipality's own.
    fn interfaces(&self) -> Vec<String> {
        let told: Vec<String> = self.catalogue.interfaces.iter().map(|one| one.id.clone()).collect();
        let mut own: BTreeSet<&String> = self.world.interfaces.keys().collect();
        own.extend(self.tasks.keys().map(|(interface, _)| interface));
        own.extend(self.world.uses.keys().map(|(_, interface)| interface));
        own.extend(self.points.keys());
        let own: Vec<String> = own.into_iter().filter(|id| is_number(id) && !told.contains(id)).cloned().collect();
        // One group for each støttesystem, wherever its first interface stands.
        let mut systems: Vec<String> = Vec::new();
        let mut all: Vec<(usize, String)> = Vec::new();
        for id in told.into_iter().chain(own) {
            let system = self.system(&id);
            let place = systems.iter().position(|known| *known == system).unwrap_or_else(|| {
                systems.push(system);
                systems.len() - 1
            });
            all.push((place, id));
        }
        all.sort_by_key(|(place, _)| *place);
        all.into_iter().map(|(_, id)| id).collect()
    }

    fn system(&self, id: &str) -> String {
        self.text(id, "system", |interface| &interface.system)
    }

    /// The municipality's own word, else the catalogue's.
    fn text(&self, id: &str, field: &str, told: impl Fn(&'w Interface) -> &'w str) -> String {
        let own = self.world.interfaces.get(id).map(|entry| entry.record.text(field)).filter(|text| !text.is_empty());
        let told = || self.catalogue.interface(id).map(told).unwrap_or_default();
        own.unwrap_or_else(told).to_owned()
    }

    /// Every project's id: the catalogue's and those here.
    fn projects(&self) -> BTreeSet<String> {
        let told = self.catalogue.projects.iter().map(|project| key::project_id(&project.id));
        told.chain(self.here.iter().cloned())
            .chain(self.world.uses.keys().map(|(project, _)| project.clone()))
            .collect()
    }

    /// Whether anything is known of a project's interfaces.
    fn says_something(&self, project: &str) -> bool {
        self.catalogue.project(project).is_some()
            || self.world.uses.keys().any(|(one, _)| one == project)
            || self.tasks.keys().any(|(_, one)| one == project)
    }

    /// Projects by how far they are with anything, the furthest first; then by name.
    fn in_order(&self, projects: BTreeSet<String>) -> Vec<String> {
        let mut ranked: Vec<((UseState, u16), String)> = projects
            .into_iter()
            .map(|project| {
                let mut words: Vec<Word> = self
                    .catalogue
                    .interfaces
                    .iter()
                    .map(|interface| interface.id.as_str())
                    .chain(self.world.uses.keys().filter(|(one, _)| *one == project).map(|(_, id)| id.as_str()))
                    .map(|interface| self.word(interface, &project).0)
                    .collect();
                words.sort_by_key(|word| (word.state, word.year));
                let first = words.first().copied().unwrap_or(Word::NONE);
                ((first.state, first.year.unwrap_or_default()), project)
            })
            .collect();
        ranked.sort();
        ranked.into_iter().map(|(_, project)| project).collect()
    }

    /// What stands, and whether it is the municipality's own word.
    fn word(&self, interface: &str, project: &str) -> (Word, bool) {
        let own = self.world.uses.get(&(project.to_owned(), interface.to_owned()));
        if let Some(word) = own.and_then(|entry| Word::parse(entry.record.text("state"))) {
            return (word, true);
        }
        let told = self.catalogue.uses_of(interface).get(project).and_then(|state| Word::parse(state));
        (told.unwrap_or(Word::NONE), false)
    }

    fn row(&self, id: &str, projects: &[String]) -> InterfaceRow {
        let told = self.catalogue.interface(id);
        let own = self.world.interfaces.get(id).map(|entry| &entry.record);
        let own_text = |field: &str| own.map(|record| record.text(field).to_owned()).unwrap_or_default();
        let conflicts = |record: &Record| record.conflicts.keys().cloned().collect();
        InterfaceRow {
            id: id.to_owned(),
            entity: key::entity("interface", id),
            name: name_of(self.world, id),
            system: self.system(id),
            status: told.map(|one| one.status.clone()).unwrap_or_default(),
            source: told.map(|one| one.source.clone()).unwrap_or_default(),
            hint: told.map(|one| one.points.clone()).unwrap_or_default(),
            preparation: self.text(id, "preparation", |interface| &interface.preparation),
            links: own_text("links"),
            note: own_text("note"),
            own: told.is_none(),
            archived: own.is_some_and(|record| record.flag("archived")),
            uses: projects.iter().map(|project| self.cell(id, project)).collect(),
            points: u32::try_from(self.points.get(id).map_or(0, Vec::len)).unwrap_or(u32::MAX),
            conflicts: own.map(conflicts).unwrap_or_default(),
        }
    }

    fn cell(&self, interface: &str, project: &str) -> InterfaceUse {
        let (word, own) = self.word(interface, project);
        let at = (interface.to_owned(), project.to_owned());
        let mut counts = ColourCounts::none();
        let mut gravest: Option<Colour> = None;
        for task in self.tasks.get(&at).into_iter().flatten() {
            counts.add(task.colour);
            gravest = gravest.max(Some(task.colour));
        }
        let others = self.points.get(interface).into_iter().flatten().filter(|one| *one != project).count();
        let begins = !matches!(word.state, UseState::Done | UseState::None);
        let entry = self.world.uses.get(&(project.to_owned(), interface.to_owned()));
        let told = self.catalogue.uses_of(interface).get(project).map(|state| (*state).to_owned());
        InterfaceUse {
            project: code_of(self.world, project),
            entity: key::use_entity(project, interface),
            state: word.state,
            year: word.year,
            own,
            catalogue: told.unwrap_or_default(),
            counts,
            gravest,
            learned: if begins { u32::try_from(others).unwrap_or(u32::MAX) } else { 0 },
            conflicts: entry.map(|entry| entry.record.conflicts.keys().cloned().collect()).unwrap_or_default(),
        }
    }

    fn project(&self, id: &str) -> InterfaceProject {
        let record = self.world.projects.get(id).map(|entry| entry.record.clone()).unwrap_or_default();
        let told = self.catalogue.project(id);
        let either = |field: &str, told: Option<&String>| {
            let own = record.text(field);
            if own.is_empty() { told.cloned().unwrap_or_default() } else { own.to_owned() }
        };
        InterfaceProject {
            id: code_of(self.world, id),
            entity: key::project_document(id),
            name: either("name", told.map(|project| &project.name)),
            pilot: either("pilots", told.map(|project| &project.pilot)),
            rollout: either("rollout", told.map(|project| &project.rollout)),
            published: told.map(|project| project.published.clone()).unwrap_or_default(),
            go_live: record.date("go_live").or_else(|| told.and_then(|project| project.go_live.parse().ok())),
            here: self.here.contains(id),
        }
    }
}
