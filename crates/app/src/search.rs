//! Full-text search, over the index and the gallery.

use tovholder_model::key;

use crate::error::AppResult;
use crate::view::{SearchArgs, SearchHit, SearchHits};
use crate::world::World;
use crate::{App, gallery};

/// Letters of a question that are looked at.
const QUESTION_CHARS_MAX: usize = 200;
/// Hits at most.
const HITS_MAX: usize = 50;
/// Roles of the gallery among them at most.
const ROLES_MAX: usize = 8;

impl App {
    /// Titles, descriptions, notes, comments, persons, roles and projects; each word a prefix, æøå as they are.
    pub fn search(&self, args: SearchArgs) -> AppResult<SearchHits> {
        let world = self.world()?;
        // A page that was pasted into the field must not keep the window busy: nobody looks for more words than these.
        let q: String = args.q.chars().take(QUESTION_CHARS_MAX).collect();
        let mut hits = roles(&world, &q);
        hits.extend(interfaces(&world, &q));
        hits.extend(told_tasks(&world, &q));
        for hit in self.read(|reader| reader.search(&q, HITS_MAX))? {
            let Some((kind, id)) = key::kind_and_id(&hit.entity) else { continue };
            let found = match kind {
                "comment" => of_comment(&world, &key::plain(id), &hit.snippet),
                "gallery" => None,
                _ => of_entity(&world, &hit.entity, &hit.document, &hit.snippet),
            };
            if let Some(found) = found
                && !hits.iter().any(|known| known.entity == found.entity)
            {
                hits.push(found);
            }
        }
        hits.truncate(HITS_MAX);
        Ok(SearchHits { hits })
    }
}

fn of_entity(world: &World, entity: &str, document: &str, snippet: &str) -> Option<SearchHit> {
    let (kind, id) = key::kind_and_id(entity)?;
    let id = key::plain(id);
    let project = document.strip_prefix("project/").map(|id| world.project_code(&key::plain(id))).unwrap_or_default();
    let there = match kind {
        "task" => world.tasks.get(&id).is_some_and(|task| task.document == document),
        "person" => world.persons.get(&id).is_some_and(|person| person.record.visible),
        // The catalogue knows of projects that the municipality does not have.
        "project" => world.projects.get(&id).is_some_and(|project| project.document == document),
        _ => true,
    };
    there.then(|| SearchHit {
        kind: kind.to_owned(),
        entity: entity.to_owned(),
        title: crate::undo::title_of(world, entity),
        id,
        snippet: snippet.to_owned(),
        project,
    })
}

fn of_comment(world: &World, id: &str, snippet: &str) -> Option<SearchHit> {
    let (task, _) = world.comments.iter().find(|(_, list)| list.iter().any(|(known, _)| known == id))?;
    let entry = world.tasks.get(task)?;
    of_entity(world, &key::entity("task", task), &entry.document, snippet)
}

/// Interfaces whose number begins as asked, or whose name has a word that begins with each of the words.
fn interfaces(world: &World, q: &str) -> Vec<SearchHit> {
    let words = words_of(q);
    if words.is_empty() {
        return Vec::new();
    }
    let told = world.told().interfaces.iter().map(|one| one.id.as_str());
    let mut ids: Vec<&str> = told.chain(world.interfaces.keys().map(String::as_str)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter()
        .filter_map(|id| {
            let name = crate::interface::name_of(world, id);
            begins_with(&format!("{id} {name}"), &words).then(|| SearchHit {
                kind: "interface".to_owned(),
                entity: key::entity("interface", id),
                id: id.to_owned(),
                title: if name == id { name.clone() } else { format!("{id} {name}") },
                snippet: name,
                project: String::new(),
            })
        })
        .take(ROLES_MAX)
        .collect()
}

/// Tasks whose title is the network's, of which the index knows nothing.
fn told_tasks(world: &World, q: &str) -> Vec<SearchHit> {
    let words = words_of(q);
    let told = world.tasks.iter().filter(|(_, task)| !words.is_empty() && crate::network::is_told(&task.record));
    let hits = told.filter_map(|(id, task)| {
        let (title, description) = (task.record.text("title"), task.record.text("description"));
        let found = begins_with(&format!("{id} {title} {description}"), &words);
        let entity = key::entity("task", id);
        found.then(|| of_entity(world, &entity, &task.document, title)).flatten()
    });
    hits.take(HITS_MAX).collect()
}

/// The words of a question, in lower case.
fn words_of(q: &str) -> Vec<String> {
    q.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Whether each of the words begins a word of the text.
fn begins_with(text: &str, words: &[String]) -> bool {
    let lower = text.to_lowercase();
    let parts: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    words.iter().all(|word| parts.iter().any(|part| part.starts_with(word.as_str())))
}

/// Roles whose name has a word that begins with each of the words.
fn roles(world: &World, q: &str) -> Vec<SearchHit> {
    let words = words_of(q);
    if words.is_empty() {
        return Vec::new();
    }
    let standing = gallery::standing(world).into_iter().map(|(role, _)| role.id);
    let ids: std::collections::BTreeSet<String> = standing.chain(world.gallery.keys().cloned()).collect();
    ids.into_iter()
        .filter_map(|id| {
            let name = crate::role::name_of(world, &id);
            begins_with(&name, &words).then(|| SearchHit {
                kind: "role".to_owned(),
                entity: key::entity("gallery", &id),
                id,
                title: name.clone(),
                snippet: name,
                project: String::new(),
            })
        })
        .take(ROLES_MAX)
        .collect()
}
