//! The catalogue: which projects and interfaces there are, and which project uses which.
//!
//! Where no network publishes one it is the built-in one, KOMBIT's tables of 2018. It is data, as the role gallery is. What
//! the source does not say is empty and stays so until somebody says it. In the network, and where one was taken in, it
//! stands in cells of the document `catalogue`; the entities and fields are the same in both.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;
use tovholder_model::{Record, Scalar, key};

use crate::world::Entry;

/// What says what the catalogue is and where it comes from.
pub(crate) const ABOUT: &str = "about/catalogue";

/// The catalogue as its source gives it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Catalogue {
    /// Its version, for example `2018-06`.
    pub version: String,
    /// Where it comes from, in Danish.
    pub source: String,
    /// In the source's order.
    pub projects: Vec<Project>,
    /// In the source's order: by støttesystem.
    pub interfaces: Vec<Interface>,
    /// Project × interface.
    pub uses: Vec<Use>,
}

/// A project of the catalogue. Texts that the source does not give are empty.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Project {
    /// Its short name as the source writes it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Who owns it at KOMBIT.
    pub owner: String,
    /// When it goes live, `YYYY-MM-DD`.
    pub go_live: String,
    /// Pilot or not, and who.
    pub pilot: String,
    /// How it is rolled out.
    pub rollout: String,
    /// Which tasks on shared infrastructure are published.
    pub published: String,
}

/// An interface of the catalogue.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Interface {
    /// Its number, for example `SF1511`.
    pub id: String,
    /// Its name as the source writes it.
    pub name: String,
    /// The støttesystem, or the part of Serviceplatformen.
    pub system: String,
    /// Its status; often a version.
    pub status: String,
    /// Where this row is from.
    pub source: String,
    /// What is worth writing down as attention points.
    pub points: String,
    /// Preparation: activities and material.
    pub preparation: String,
    /// KLIK tasks that the source ties to it.
    pub tasks: Vec<Tied>,
}

/// A task that the source ties to an interface.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Tied {
    /// The project's short name.
    pub project: String,
    /// The task's title.
    pub title: String,
}

/// A project uses an interface.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Use {
    /// The interface's number.
    pub interface: String,
    /// The project's short name.
    pub project: String,
    /// `done`, `under_way`, `new`, or a year.
    pub state: String,
}

static BUILT_IN: LazyLock<Catalogue> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../data/katalog-2018.json")).unwrap_or_default());

/// The catalogue that stands where there is no network.
pub fn built_in() -> &'static Catalogue {
    &BUILT_IN
}

/// What an entity says: fields and values, none of them blank.
pub(crate) type Cells = BTreeMap<String, Scalar>;

/// Entities that stand in a stated order are numbered by a field of their own.
const ORDER: &str = "order";

/// A catalogue as entities with their fields, named as they are in cells.
pub(crate) fn cells_of(catalogue: &Catalogue) -> BTreeMap<String, Cells> {
    let mut all: BTreeMap<String, Cells> = BTreeMap::new();
    let mut add = |entity: String, order: Option<usize>, fields: &[(&str, &str)]| {
        let told = fields.iter().filter(|(_, text)| !text.is_empty());
        let mut cells: Cells = told.map(|(field, text)| ((*field).to_owned(), Scalar::from(*text))).collect();
        let order = order.and_then(|order| i64::try_from(order).ok());
        cells.extend(order.map(|order| (ORDER.to_owned(), Scalar::from(order))));
        all.insert(entity, cells);
    };
    add(ABOUT.to_owned(), None, &[("version", &catalogue.version), ("source", &catalogue.source)]);
    for (n, one) in catalogue.projects.iter().enumerate() {
        let fields = [
            ("code", one.id.as_str()),
            ("name", &one.name),
            ("owner", &one.owner),
            ("go_live", &one.go_live),
            ("pilot", &one.pilot),
            ("rollout", &one.rollout),
            ("published", &one.published),
        ];
        add(key::project_document(&key::project_id(&one.id)), Some(n), &fields);
    }
    for (n, one) in catalogue.interfaces.iter().enumerate() {
        let tasks: Vec<String> = one.tasks.iter().map(|task| format!("{}: {}", task.project, task.title)).collect();
        let fields = [
            ("name", one.name.as_str()),
            ("system", &one.system),
            ("status", &one.status),
            ("source", &one.source),
            ("points", &one.points),
            ("preparation", &one.preparation),
            ("tasks", &tasks.join("\n")),
        ];
        add(key::entity("interface", &one.id), Some(n), &fields);
    }
    for one in &catalogue.uses {
        add(key::use_entity(&key::project_id(&one.project), &one.interface), None, &[("state", &one.state)]);
    }
    all
}

/// A kind's entities that are not put away, by the order that they state, then by id.
pub(crate) fn numbered<'e>(all: &'e BTreeMap<String, Entry>, kind: &str) -> Vec<(String, &'e Record)> {
    let of_kind = all.iter().filter_map(|(entity, entry)| {
        let id = entity.strip_prefix(kind)?.strip_prefix('/')?;
        (entry.record.visible && !entry.record.flag("archived")).then(|| (key::plain(id), &entry.record))
    });
    let mut found: Vec<(String, &Record)> = of_kind.collect();
    found.sort_by_key(|(_, record)| record.shown(ORDER).as_int().unwrap_or(i64::MAX));
    found
}

impl Catalogue {
    /// The catalogue that these entities make; none where there are none.
    pub(crate) fn of(all: &BTreeMap<String, Entry>) -> Option<Arc<Self>> {
        if all.is_empty() {
            return None;
        }
        let about = all.get(ABOUT).map(|entry| &entry.record);
        let text = |record: &Record, field: &str| record.text(field).to_owned();
        let projects = numbered(all, "project").into_iter().map(|(id, record)| Project {
            id: Some(text(record, "code")).filter(|code| !code.is_empty()).unwrap_or(id),
            name: text(record, "name"),
            owner: text(record, "owner"),
            go_live: text(record, "go_live"),
            pilot: text(record, "pilot"),
            rollout: text(record, "rollout"),
            published: text(record, "published"),
        });
        let projects: Vec<Project> = projects.collect();
        let interfaces = numbered(all, "interface").into_iter().map(|(id, record)| Interface {
            id,
            name: text(record, "name"),
            system: text(record, "system"),
            status: text(record, "status"),
            source: text(record, "source"),
            points: text(record, "points"),
            preparation: text(record, "preparation"),
            tasks: record.text("tasks").lines().filter_map(tied_task).collect(),
        });
        let interfaces = interfaces.collect();
        // A project's short name as it writes it itself.
        let code = |id: &str| projects.iter().find(|one| key::project_id(&one.id) == id).map(|one| one.id.clone());
        let uses = all.iter().filter_map(|(entity, entry)| {
            let (project, interface) = entity.strip_prefix("use/")?.split_once(':')?;
            let project = key::plain(project);
            let state = entry.record.text("state");
            (entry.record.visible && !state.is_empty() && !entry.record.flag("archived")).then(|| Use {
                interface: key::plain(interface),
                project: code(&project).unwrap_or(project),
                state: state.to_owned(),
            })
        });
        Some(Arc::new(Self {
            version: about.map(|record| text(record, "version")).unwrap_or_default(),
            source: about.map(|record| text(record, "source")).unwrap_or_default(),
            interfaces,
            uses: uses.collect(),
            projects,
        }))
    }

    /// What each project says of an interface, by the project's id.
    pub fn uses_of(&self, interface: &str) -> BTreeMap<String, &str> {
        let of_it = self.uses.iter().filter(|one| one.interface == interface);
        of_it.map(|one| (key::project_id(&one.project), one.state.as_str())).collect()
    }

    /// The interface with this number.
    pub fn interface(&self, id: &str) -> Option<&Interface> {
        self.interfaces.iter().find(|interface| interface.id == id)
    }

    /// The project with this id.
    pub fn project(&self, id: &str) -> Option<&Project> {
        self.projects.iter().find(|project| key::project_id(&project.id) == id)
    }
}

/// A line of an interface's tasks: the project's short name, then the task's title.
fn tied_task(line: &str) -> Option<Tied> {
    let (project, title) = line.split_once(':')?;
    Some(Tied { project: project.trim().to_owned(), title: title.trim().to_owned() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn it_holds_every_cell_of_the_slides_tables() {
        let parsed: Catalogue = serde_json::from_str(include_str!("../../data/katalog-2018.json")).unwrap();
        assert_eq!(parsed.projects.len(), 11);
        assert_eq!(parsed.interfaces.len(), 41);
        let uses = |interface: &str| -> Vec<(String, String)> {
            let of_it = parsed.uses.iter().filter(|one| one.interface == interface);
            of_it.map(|one| (one.project.clone(), one.state.clone())).collect()
        };
        let told = [
            ("DAR", "done"),
            ("BBR", "under_way"),
            ("KSD", "2019"),
            ("KY", "2019"),
            ("SAPA", "2019"),
            ("Valg", "2019"),
            ("SPK", "new"),
            ("DUBU", "2019"),
            ("AULA", "2019"),
            ("FLIS", "under_way"),
        ];
        let owned = |rows: &[(&str, &str)]| -> Vec<(String, String)> {
            rows.iter().map(|(project, state)| ((*project).to_owned(), (*state).to_owned())).collect()
        };
        assert_eq!(uses("SF1511"), owned(&told));
        assert_eq!(uses("SF1514"), owned(&[("DUBU", "2019")]));
        assert_eq!(uses("SF1515"), owned(&[("Valg", "2019"), ("DUBU", "2019")]));
        assert_eq!(uses("SF1512"), owned(&[("Valg", "2019")]));
        assert_eq!(parsed.interface("SF1511").unwrap().tasks.len(), 5);
        let flis = parsed.project("FLIS").unwrap();
        assert_eq!(flis.rollout, "Alle på en gang (=Big bang)");
        assert!(flis.published.contains("deadline den 31/5"));
    }

    #[test]
    fn what_is_written_in_cells_reads_as_the_same_catalogue() {
        let entries = cells_of(built_in()).into_iter().map(|(entity, local)| {
            let record = Record { local, visible: true, ..Record::default() };
            let document = key::CATALOGUE.to_owned();
            (entity, Entry { document, project: String::new(), changed: 0, created: None, record, mark: None })
        });
        let read = Catalogue::of(&entries.collect()).unwrap();
        assert_eq!(read.version, built_in().version);
        assert_eq!(read.source, built_in().source);
        assert_eq!(read.projects, built_in().projects);
        assert_eq!(read.interfaces, built_in().interfaces);
        let sorted = |uses: &[Use]| -> Vec<(String, String, String)> {
            let mut all: Vec<_> =
                uses.iter().map(|one| (one.interface.clone(), one.project.clone(), one.state.clone())).collect();
            all.sort();
            all
        };
        assert_eq!(sorted(&read.uses), sorted(&built_in().uses));
        assert!(Catalogue::of(&BTreeMap::new()).is_none());
    }

    #[test]
    fn numbers_are_unique_and_every_use_has_its_interface_and_project() {
        let catalogue = built_in();
        let ids: BTreeSet<&str> = catalogue.interfaces.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids.len(), catalogue.interfaces.len());
        for one in &catalogue.uses {
            assert!(catalogue.interface(&one.interface).is_some(), "{one:?}");
            assert!(catalogue.project(&key::project_id(&one.project)).is_some(), "{one:?}");
            assert!(crate::interface::Word::parse(&one.state).is_some(), "{one:?}");
        }
        for one in &catalogue.interfaces {
            assert!(crate::interface::is_number(&one.id), "{}", one.id);
            assert!(!one.source.is_empty() && !one.name.is_empty() && !one.system.is_empty(), "{}", one.id);
        }
    }
}
