//! KOMBIT's role gallery as versioned data.
//!
//! A newer gallery is a new file, never a new enum: KOMBIT's own went from the slides of 2018 to v1.4 in 2022. What the
//! source does not say is empty here, with a note, and is shown as a gap. What a network's catalogue says of a role, as it
//! was taken in, lies on top of the built-in gallery; the municipality's own words lie on top of both.

use std::sync::LazyLock;

use serde::Deserialize;
use tovholder_model::{Record, key};

use crate::view::RoleCategory;
use crate::world::World;

/// A gallery as its source gives it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Gallery {
    /// Its version, for example `2018`.
    pub version: String,
    /// Where it comes from, in Danish.
    pub source: String,
    /// What a reader of the source should know, in Danish.
    pub notes: Vec<String>,
    /// By category, then in the source's order.
    pub roles: Vec<Role>,
}

/// A role of the gallery.
#[derive(Debug, Clone, Deserialize)]
pub struct Role {
    /// A lasting slug, for example `it-sikkerhedsansvarlig`.
    pub id: String,
    /// Its name as the source writes it.
    pub name: String,
    /// Its category.
    pub category: RoleCategory,
    /// Ansvar; empty when the source is silent.
    pub responsibility: String,
    /// Opgaver; empty when the source is silent.
    pub duties: String,
    /// Kompetencer; empty when the source is silent.
    pub competences: String,
    /// Themes that the source names with the role.
    pub themes: Vec<String>,
    /// When a municipality needs it at all; empty when the source does not say.
    pub when: String,
    /// What the source leaves open, in Danish.
    pub note: String,
}

impl Role {
    /// A role of which nothing but this is known.
    fn named(id: &str, category: RoleCategory) -> Self {
        let nothing = String::new;
        Self {
            id: id.to_owned(),
            name: id.to_owned(),
            category,
            responsibility: nothing(),
            duties: nothing(),
            competences: nothing(),
            themes: Vec::new(),
            when: nothing(),
            note: nothing(),
        }
    }
}

/// The kind of a role's entity, in the catalogue as in the municipality.
const KIND: &str = "gallery";
/// What says which gallery the network's is.
const ABOUT: &str = "about/gallery";

static GALLERY: LazyLock<Gallery> =
    LazyLock::new(|| serde_json::from_str(include_str!("../data/rollegalleri-2018.json")).unwrap_or_default());

/// The gallery that new projects are fitted from.
pub fn gallery() -> &'static Gallery {
    &GALLERY
}

/// What a network says of a role, as it was taken in here.
fn told<'w>(world: &'w World, id: &str) -> Option<&'w Record> {
    let entry = world.catalogue.get(&key::entity(KIND, id))?;
    entry.record.visible.then_some(&entry.record)
}

/// The roles as they stand here: the built-in ones with what the network says of them, then the network's own. The flag
/// says that the network has put it away.
pub(crate) fn standing(world: &World) -> Vec<(Role, bool)> {
    let mut roles: Vec<(Role, bool)> = gallery().roles.iter().map(|role| (role.clone(), false)).collect();
    let of_network = world.catalogue.keys().filter_map(|entity| entity.strip_prefix(KIND)?.strip_prefix('/'));
    for id in of_network.map(key::plain) {
        let Some(record) = told(world, &id) else { continue };
        if !roles.iter().any(|(role, _)| role.id == id) {
            roles.push((Role::named(&id, category_of(record.text("category"))), false));
        }
        let Some((role, put_away)) = roles.iter_mut().find(|(role, _)| role.id == id) else { continue };
        *put_away = record.flag("archived");
        for (field, text) in [
            ("name", &mut role.name),
            ("responsibility", &mut role.responsibility),
            ("duties", &mut role.duties),
            ("competences", &mut role.competences),
        ] {
            if !record.text(field).is_empty() {
                record.text(field).clone_into(text);
            }
        }
    }
    roles
}

/// What a role of the gallery is called here, the municipality's own words apart; none when there is no such role.
pub(crate) fn name_here<'w>(world: &'w World, id: &str) -> Option<&'w str> {
    let of_network = told(world, id).map(|record| record.text("name")).filter(|name| !name.is_empty());
    of_network.or_else(|| by_id(id).map(|role| role.name.as_str()))
}

/// The role of the network with this name, as [`by_name`] reads names.
pub(crate) fn told_by_name<'w>(world: &'w World, name: &str) -> Option<&'w str> {
    let wanted = folded(name);
    let of_network = world.catalogue.keys().filter_map(|entity| entity.strip_prefix(KIND)?.strip_prefix('/'));
    of_network
        .filter(|_| !wanted.is_empty())
        .find(|id| told(world, id).is_some_and(|record| folded(record.text("name")) == wanted))
}

/// The gallery's version here, and where it comes from: the network's where it says so.
pub(crate) fn edition(world: &World) -> (String, String) {
    let about = world.catalogue.get(ABOUT).map(|entry| &entry.record);
    let said = |field: &str, built_in: &str| {
        let of_network = about.map(|record| record.text(field)).filter(|text| !text.is_empty());
        of_network.unwrap_or(built_in).to_owned()
    };
    (said("version", &gallery().version), said("source", &gallery().source))
}

/// A category by its code; organisational when it is none.
pub(crate) fn category_of(code: &str) -> RoleCategory {
    match code {
        "project" => RoleCategory::Project,
        "technical" => RoleCategory::Technical,
        _ => RoleCategory::Organisational,
    }
}

/// Whether this is a category's code.
pub(crate) fn is_category(code: &str) -> bool {
    matches!(code, "organisational" | "project" | "technical")
}

/// The role with this id.
pub fn by_id(id: &str) -> Option<&'static Role> {
    gallery().roles.iter().find(|role| role.id == id)
}

/// The role with this name, as KLIK or a person may write it: case, spaces and punctuation do not count, `ae`, `oe` and
/// `aa` stand for `æ`, `ø` and `å`.
pub fn by_name(name: &str) -> Option<&'static Role> {
    let wanted = folded(name);
    if wanted.is_empty() {
        return None;
    }
    gallery().roles.iter().find(|role| folded(&role.name) == wanted)
}

/// The id that a name gives: lower case, `ae`, `oe`, `aa`, one hyphen between words. Also for a municipality's own roles.
pub fn slug(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            'æ' => out.push_str("ae"),
            'ø' => out.push_str("oe"),
            'å' => out.push_str("aa"),
            'a'..='z' | '0'..='9' => out.push(letter),
            _ if !out.is_empty() && !out.ends_with('-') => out.push('-'),
            _ => {}
        }
    }
    out.truncate(out.trim_end_matches('-').len());
    out
}

fn folded(name: &str) -> String {
    slug(name).replace('-', "")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use std::collections::BTreeSet;

    use super::*;

    fn names(category: RoleCategory) -> Vec<&'static str> {
        gallery().roles.iter().filter(|role| role.category == category).map(|role| role.name.as_str()).collect()
    }

    #[test]
    fn the_file_parses_and_holds_every_role_of_the_slides() {
        let parsed: Gallery = serde_json::from_str(include_str!("../data/rollegalleri-2018.json")).unwrap();
        assert_eq!(parsed.version, "2018");
        assert_eq!(parsed.roles.len(), 22);
        assert_eq!(
            names(RoleCategory::Organisational),
            [
                "Gevinstejer",
                "Faglige chef",
                "Superbruger",
                "Træner/instruktør",
                "Supportberettigede bruger",
                "Systemejer"
            ]
        );
        assert_eq!(
            names(RoleCategory::Project),
            ["Projektejer", "Projektleder", "KOMBIT-programleder", "STS-projektleder"]
        );
        assert_eq!(names(RoleCategory::Technical).len(), 12);
    }

    #[test]
    fn ids_are_slugs_of_the_names_and_unique() {
        let ids: BTreeSet<&str> = gallery().roles.iter().map(|role| role.id.as_str()).collect();
        assert_eq!(ids.len(), gallery().roles.len());
        for role in &gallery().roles {
            assert_eq!(role.id, slug(&role.name));
            assert_eq!(by_id(&role.id).unwrap().name, role.name);
        }
        assert_eq!(slug("ØiR-administrator (STS)"), "oeir-administrator-sts");
        assert_eq!(slug("  !! "), "");
    }

    #[test]
    fn only_what_the_source_describes_is_filled_in() {
        let described: Vec<&str> =
            gallery().roles.iter().filter(|role| !role.duties.is_empty()).map(|role| role.id.as_str()).collect();
        assert_eq!(described, ["supportberettigede-bruger", "projektleder", "kombit-programleder"]);
        for role in &gallery().roles {
            assert!(!role.note.is_empty(), "{}", role.id);
            assert_eq!(role.duties.is_empty(), role.responsibility.is_empty(), "{}", role.id);
            assert_eq!(role.duties.is_empty(), role.competences.is_empty(), "{}", role.id);
        }
        let conditional = by_id("leverandoeradministrator-sts").unwrap();
        assert!(conditional.when.contains("egen IdP"));
    }

    #[test]
    fn klik_s_names_find_their_role() {
        for (written, id) in [
            ("Faglige chef", "faglige-chef"),
            ("  faglige  CHEF ", "faglige-chef"),
            ("It-/digitaliseringschef", "it-digitaliseringschef"),
            ("IT/Digitaliseringschef", "it-digitaliseringschef"),
            ("Rolleadministrator (STS)", "rolleadministrator-sts"),
            ("rolleadministrator STS", "rolleadministrator-sts"),
            ("Træner / instruktør", "traener-instruktoer"),
            ("Traener/instruktoer", "traener-instruktoer"),
            ("KOMBIT programleder", "kombit-programleder"),
        ] {
            assert_eq!(by_name(written).unwrap().id, id, "{written}");
        }
        // The names in the column Ansvars- og rollefordeling of the exports that the project was made with.
        for written in [
            "Aftaleadministrator (STS)",
            "Organisationsadministrator (STS)",
            "Systemejer",
            "Projektejer",
            "It-sikkerhedsansvarlig",
            "Projektleder",
            "Gevinstejer",
            "Tekniker",
            "Underskriftberettigede",
        ] {
            assert!(by_name(written).is_some(), "{written}");
        }
        assert!(by_name("Borgmester").is_none());
        assert!(by_name(" - ").is_none());
    }
}
