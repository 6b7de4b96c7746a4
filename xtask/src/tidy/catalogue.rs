//! The message catalogue says the same in both languages.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Finding;
use super::tree::Tree;

const LANGUAGES: [&str; 2] = ["da", "en"];

/// Every area has the same keys with the same parameters in every language; a text is empty in both or in neither.
pub fn both_languages(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut areas: BTreeMap<&str, BTreeMap<&str, BTreeMap<String, String>>> = BTreeMap::new();
    for (path, text) in tree.files() {
        let Some((language, file)) = path.strip_prefix("ui/messages/").and_then(|rest| rest.split_once('/')) else {
            continue;
        };
        match read(text) {
            Ok(keys) => {
                areas.entry(file).or_default().insert(language, keys);
            }
            Err(why) => findings.push(Finding::new(path, why)),
        }
    }
    for (file, languages) in &areas {
        for (language, other) in [(LANGUAGES[0], LANGUAGES[1]), (LANGUAGES[1], LANGUAGES[0])] {
            let place = format!("ui/messages/{language}/{file}");
            match (languages.get(language), languages.get(other)) {
                (None, _) => findings.push(Finding::new(place, format!("is missing; {other} has it"))),
                (Some(here), Some(there)) => {
                    for key in there.keys().filter(|key| !here.contains_key(*key)) {
                        findings.push(Finding::new(&place, format!("»{key}« is missing; {other} has it")));
                    }
                }
                (Some(_), None) => {}
            }
        }
        if let (Some(da), Some(en)) = (languages.get(LANGUAGES[0]), languages.get(LANGUAGES[1])) {
            for (key, text) in da {
                if let Some(other) = en.get(key).filter(|other| other.trim().is_empty() != text.trim().is_empty()) {
                    let empty = if other.trim().is_empty() { "en" } else { "da" };
                    findings.push(Finding::new(format!("ui/messages/{empty}/{file}"), format!("»{key}« is empty")));
                }
                if en.get(key).is_some_and(|other| parameters(other) != parameters(text)) {
                    findings.push(Finding::new(
                        format!("ui/messages/en/{file}"),
                        format!("»{key}« has other parameters than the Danish text"),
                    ));
                }
            }
        }
    }
    findings
}

fn read(text: &str) -> Result<BTreeMap<String, String>, String> {
    let told: Value = serde_json::from_str(text).map_err(|error| format!("cannot be read: {error}"))?;
    let object = told.as_object().ok_or("is not an object of keys and texts")?;
    object
        .iter()
        .map(|(key, text)| match text.as_str() {
            Some(text) => Ok((key.clone(), text.to_owned())),
            None => Err(format!("»{key}« is not a text")),
        })
        .collect()
}

/// The names in braces.
fn parameters(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(da: &str, en: &str) -> Vec<String> {
        let tree = Tree::of(&[("ui/messages/da/word.json", da), ("ui/messages/en/word.json", en)]);
        both_languages(&tree).into_iter().map(|finding| format!("{}: {}", finding.place, finding.what)).collect()
    }

    #[test]
    fn both_say_the_same() {
        assert!(found(r#"{"a": "rød {n}"}"#, r#"{"a": "{n} red"}"#).is_empty());
    }

    #[test]
    fn a_missing_key_an_empty_text_and_another_parameter_are_found() {
        assert_eq!(
            found(r#"{"a": "x", "b": "y"}"#, r#"{"a": "x"}"#),
            ["ui/messages/en/word.json: »b« is missing; da has it"]
        );
        assert_eq!(found(r#"{"a": " "}"#, r#"{"a": "x"}"#), ["ui/messages/da/word.json: »a« is empty"]);
        assert!(found(r#"{"a": ""}"#, r#"{"a": ""}"#).is_empty());
        assert_eq!(found(r#"{"a": "{n}"}"#, r#"{"a": "{m}"}"#).len(), 1);
        assert_eq!(found(r#"{"a": {}}"#, r#"{"a": "x"}"#).len(), 2);
    }

    #[test]
    fn a_whole_file_may_be_missing() {
        let tree = Tree::of(&[("ui/messages/da/word.json", r#"{"a": "x"}"#)]);
        assert_eq!(both_languages(&tree).len(), 1);
    }
}
