//! The built-in catalogue: KOMBIT's tables of 2018, for a municipality without a network.
//!
//! It is data, as the role gallery is. What the source does not say is empty and stays so until somebody here says it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use tovholder_model::key;

/// The catalogue as its source gives it.
#[derive(Debug, Clone, Default, Deserialize)]
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
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Project {
    /// Its short name as the source writes it.
    pub id: String,
    /// Pilot or not, and who.
    pub pilot: String,
    /// How it is rolled out.
    pub rollout: String,
    /// Which tasks on shared infrastructure are published.
    pub published: String,
}

/// An interface of the catalogue.
#[derive(Debug, Clone, Default, Deserialize)]
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
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Tied {
    /// The project's short name.
    pub project: String,
    /// The task's title.
    pub title: String,
}

/// A project uses an interface.
#[derive(Debug, Clone, Default, Deserialize)]
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

impl Catalogue {
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
