//! KOMBIT's role gallery as versioned data.
//!
//! A newer gallery is a new file, never a new enum: KOMBIT's own went from the slides of 2018 to v1.4 in 2022. What the
//! source does not say is empty here, with a note, and is shown as a gap.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::view::RoleCategory;

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

static GALLERY: LazyLock<Gallery> =
    LazyLock::new(|| serde_json::from_str(include_str!("../data/rollegalleri-2018.json")).unwrap_or_default());

/// The gallery that new projects are fitted from.
pub fn gallery() -> &'static Gallery {
    &GALLERY
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
