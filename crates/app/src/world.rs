//! Everything there is at one moment, by kind: what the queries look things up in.
//!
//! Read in one go from the read tables, shared until the next change, and then brought forward by what that change wrote
//! to: reading everything again would cost each edit more than being saved does (`docs/benchmarks.md`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tovholder_model::{Actor, Record, key};
use tovholder_store::{EntityRow, Reader, StoreError};

use crate::interface::Catalogue;
use crate::view::PersonRef;
use crate::voices::Voices;

/// An entity with where it lives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// The document, for example `project/BBR`.
    pub document: String,
    /// The project's id when the document is a project's.
    pub project: String,
    /// When a cell of it was last written, Unix seconds.
    pub changed: i64,
    /// Who created it by hand, and when.
    pub created: Option<(Actor, i64)>,
    /// What its cells say.
    pub record: Record,
    /// For a task that is archived or lies in several documents: its own values as they stand, in short
    /// ([`crate::seen::mark`]), before any alias is read.
    pub mark: Option<String>,
}

/// Who wrote under an incarnation.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Author {
    pub person: String,
    pub department: String,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct World {
    pub cursor: i64,
    /// The incarnation that wrote when this was read: a restored database has another.
    actor: String,
    /// By task id.
    pub tasks: BTreeMap<String, Entry>,
    /// By task id: what the documents say where it lay before KLIK moved it.
    pub elsewhere: BTreeMap<String, Vec<Entry>>,
    /// By project id.
    pub projects: BTreeMap<String, Entry>,
    /// By person id.
    pub persons: BTreeMap<String, Entry>,
    /// By (project id, role id).
    pub roles: BTreeMap<(String, String), Entry>,
    /// By assignment id.
    pub assignments: BTreeMap<String, Entry>,
    /// Comments of a task, oldest first.
    pub comments: BTreeMap<String, Vec<(String, Entry)>>,
    /// The municipality's own words for a role of the gallery, and its own roles; by role id.
    pub gallery: BTreeMap<String, Entry>,
    /// By incarnation in hex.
    pub authors: BTreeMap<String, Author>,
    /// Imports by stamp, as the organisation's document records them.
    pub imports: BTreeMap<String, Entry>,
    /// Documents that an import touched, by stamp.
    pub import_documents: BTreeMap<String, Vec<String>>,
    /// Members' cards, by member in hex.
    pub cards: BTreeMap<String, Entry>,
    /// Files that were handed out, by id.
    pub exports: BTreeMap<String, Entry>,
    /// What projects say of interfaces, by (project id, the interface's number).
    pub uses: BTreeMap<(String, String), Entry>,
    /// The municipality's own words for an interface, and its own interfaces; by number.
    pub interfaces: BTreeMap<String, Entry>,
    /// Attention points, by id.
    pub points: BTreeMap<String, Entry>,
    /// What was escalated, by id.
    pub escalations: BTreeMap<String, Entry>,
    /// The catalogue's entities by name (`interface/SF1511`): as published in the network, as taken in in a municipality.
    pub catalogue: BTreeMap<String, Entry>,
    /// The same, as the matrix reads it; none where there is only the built-in one.
    told: Option<Arc<Catalogue>>,
    /// In the network: what municipalities say of themselves.
    pub voices: Voices,
    /// What the municipality says of the network it is in, by id.
    pub network: BTreeMap<String, Entry>,
    /// Persons that are another person: old id to the id that is shown.
    pub aliases: BTreeMap<String, String>,
}

/// Whether a member's own document may say this: who they are, what was written and handed out there, and what a
/// municipality says of itself. Anything else would be somebody's word about what is everybody's.
fn may_stand_in_card(kind: &str, id: &str, member: &str) -> bool {
    match kind {
        "card" => id == member,
        "author" | "export" => true,
        "network" => id.starts_with(crate::network::DEVICE),
        other => Voices::is_kind(other),
    }
}

impl World {
    /// What is known brought forward to this moment, or everything read anew when that is the only sure or the shorter
    /// way.
    pub fn at(reader: &Reader, known: Option<Arc<Self>>) -> Result<Arc<Self>, StoreError> {
        let (cursor, actor) = (reader.cursor()?, actor(reader)?);
        let known = known.filter(|known| known.actor == actor && known.cursor <= cursor);
        // A setting moved, or what is kept ready: nothing that is known.
        if let Some(known) = known.as_ref().filter(|known| known.cursor == cursor) {
            return Ok(Arc::clone(known));
        }
        if let Some(mut known) = known
            && let Some(touched) = reader.entities_since(known.cursor)?
            && !crate::alias::moved(&known, &touched)
            && !known.is_told_otherwise(&touched)
        {
            let world = Arc::make_mut(&mut known);
            world.cursor = cursor;
            let told_anew = touched.iter().flat_map(|(_, rows)| rows).any(|row| row.document == key::CATALOGUE);
            for (entity, rows) in touched {
                world.renew(&entity, rows);
                crate::alias::apply_to(world, &entity);
            }
            if told_anew {
                world.told = Catalogue::of(&world.catalogue);
            }
            return Ok(known);
        }
        Ok(Arc::new(Self::read(reader)?))
    }

    pub fn read(reader: &Reader) -> Result<Self, StoreError> {
        let mut world = Self { cursor: reader.cursor()?, actor: actor(reader)?, ..Self::default() };
        for row in reader.entities()? {
            world.take(row);
        }
        world.comments.values_mut().for_each(|comments| oldest_first(comments));
        world.import_documents.values_mut().for_each(|documents| documents.sort_unstable());
        world.told = Catalogue::of(&world.catalogue);
        world.lay_templates_under();
        crate::alias::apply(&mut world);
        Ok(world)
    }

    /// Whether a template may say something else to a task that follows it. Then everything is read anew: what the template
    /// said before stands in the task's record and its conflicts, and cannot be told from the municipality's word there.
    fn is_told_otherwise(&self, touched: &[(String, Vec<EntityRow>)]) -> bool {
        let catalogue = touched.iter().flat_map(|(_, rows)| rows).any(|row| row.document == key::CATALOGUE);
        catalogue && self.tasks.values().any(|task| crate::network::is_told(&task.record))
    }

    /// Tasks that follow a template of the network say what it says.
    fn lay_templates_under(&mut self) {
        for task in self.tasks.values_mut() {
            crate::network::lay_under(&mut task.record, &self.catalogue);
        }
    }

    /// Puts an entity's rows in place of what was known of it. Never an import's: what its state changes lies elsewhere.
    fn renew(&mut self, entity: &str, rows: Vec<EntityRow>) {
        let Some((kind, raw_id)) = key::kind_and_id(entity) else { return };
        let id = key::plain(raw_id);
        self.catalogue.remove(entity);
        match kind {
            "task" => {
                self.tasks.remove(&id);
                self.elsewhere.remove(&id);
            }
            "project" => drop(self.projects.remove(&id)),
            "person" => drop(self.persons.remove(&id)),
            "role" => {
                if let Some((project, role)) = raw_id.split_once(':') {
                    self.roles.remove(&(key::plain(project), key::plain(role)));
                }
            }
            "use" => {
                if let Some((project, interface)) = raw_id.split_once(':') {
                    self.uses.remove(&(key::plain(project), key::plain(interface)));
                }
            }
            "interface" => drop(self.interfaces.remove(&id)),
            "attention" => drop(self.points.remove(&id)),
            "assignment" => drop(self.assignments.remove(&id)),
            "comment" => {
                self.comments.values_mut().for_each(|comments| comments.retain(|(known, _)| *known != id));
                self.comments.retain(|_, comments| !comments.is_empty());
            }
            "gallery" => drop(self.gallery.remove(&id)),
            "author" => drop(self.authors.remove(&id)),
            "card" => drop(self.cards.remove(&id)),
            "export" => drop(self.exports.remove(&id)),
            "escalation" => drop(self.escalations.remove(&id)),
            "network" => drop(self.network.remove(&id)),
            voice => self.voices.forget(voice, &id),
        }
        for row in rows {
            let task = (kind == "comment").then(|| row.record.text("task").to_owned());
            self.take(row);
            if let Some(comments) = task.and_then(|task| self.comments.get_mut(&task)) {
                oldest_first(comments);
            }
        }
    }

    fn take(&mut self, row: EntityRow) {
        let Some((kind, id)) = key::kind_and_id(&row.entity) else { return };
        let kind = kind.to_owned();
        let id = key::plain(id);
        let project = row.document.strip_prefix("project/").map(key::plain).unwrap_or_default();
        let raw_id = row.entity.split_once('/').map(|(_, id)| id.to_owned()).unwrap_or_default();
        let mark = (kind == "task" && row.record.flag("archived")).then(|| crate::seen::mark(&row.record));
        let (document, record) = (row.document, row.record);
        let mut entry = Entry { document, project, changed: row.changed, created: row.created, record, mark };
        if !entry.record.visible && kind != "person" {
            return;
        }
        if let Some(member) = entry.document.strip_prefix("card/")
            && !may_stand_in_card(&kind, &id, member)
        {
            return;
        }
        if entry.document == key::CATALOGUE && kind != "import" {
            self.catalogue.insert(row.entity, entry);
            return;
        }
        if kind == "task" {
            crate::network::lay_under(&mut entry.record, &self.catalogue);
        }
        match kind.as_str() {
            "task" => match self.tasks.get_mut(&id) {
                // A task that KLIK moved lies in two projects' documents: at home is where the newest export has it.
                Some(known) => {
                    if home_rank(known) < home_rank(&entry) {
                        std::mem::swap(known, &mut entry);
                    }
                    entry.mark = Some(crate::seen::mark(&entry.record));
                    let others = self.elsewhere.entry(id).or_default();
                    others.push(entry);
                    others.sort_by(|a, b| a.document.cmp(&b.document));
                }
                None => {
                    self.tasks.insert(id, entry);
                }
            },
            "project" => {
                self.projects.insert(id, entry);
            }
            "person" => {
                self.persons.insert(id, entry);
            }
            "role" => {
                if let Some((project, role)) = raw_id.split_once(':') {
                    self.roles.insert((key::plain(project), key::plain(role)), entry);
                }
            }
            "use" => {
                if let Some((project, interface)) = raw_id.split_once(':') {
                    self.uses.insert((key::plain(project), key::plain(interface)), entry);
                }
            }
            "interface" => {
                self.interfaces.insert(id, entry);
            }
            "attention" => {
                self.points.insert(id, entry);
            }
            "assignment" => {
                self.assignments.insert(id, entry);
            }
            "comment" => {
                let task = entry.record.text("task").to_owned();
                self.comments.entry(task).or_default().push((id, entry));
            }
            "gallery" => {
                self.gallery.insert(id, entry);
            }
            "author" => {
                let author = Author {
                    person: entry.record.text("person").to_owned(),
                    department: entry.record.text("department").to_owned(),
                };
                self.authors.insert(id, author);
            }
            "card" => {
                self.cards.insert(id, entry);
            }
            "export" => {
                self.exports.insert(id, entry);
            }
            "escalation" => {
                self.escalations.insert(id, entry);
            }
            // A reader writes its own card alone, and notes there which device it has in the network.
            "network" if entry.document == key::NETWORK => {
                self.network.insert(id, entry);
            }
            "network" if id.starts_with(crate::network::DEVICE) => {
                self.network.entry(id).or_insert(entry);
            }
            "import" => {
                self.import_documents.entry(id.clone()).or_default().push(entry.document.clone());
                if entry.document == key::ORGANISATION {
                    self.imports.insert(id, entry);
                }
            }
            voice if Voices::is_kind(voice) => self.voices.take(voice, id, entry),
            _ => {}
        }
    }

    /// The catalogue that stands here: the network's as it was taken in, else the built-in one.
    pub fn told(&self) -> &Catalogue {
        self.told.as_deref().unwrap_or_else(|| crate::interface::built_in())
    }

    /// A person's name; the id when it is not known here.
    pub fn person_name(&self, id: &str) -> String {
        let id = self.aliases.get(id).map_or(id, String::as_str);
        let name = self.persons.get(id).map(|entry| entry.record.text("name")).unwrap_or_default();
        if name.is_empty() { id.to_owned() } else { name.to_owned() }
    }

    /// A person for a screen; none for no person.
    pub fn person_ref(&self, id: &str) -> Option<PersonRef> {
        (!id.is_empty()).then(|| PersonRef { id: id.to_owned(), name: self.person_name(id) })
    }

    /// The project's short name as KLIK or a person wrote it.
    pub fn project_code(&self, id: &str) -> String {
        let code = self.projects.get(id).map(|entry| entry.record.text("code")).unwrap_or_default();
        if code.is_empty() { id.to_owned() } else { code.to_owned() }
    }

    /// The project's id for a short name in any case.
    pub fn project_id(&self, code: &str) -> Option<String> {
        let id = key::project_id(code);
        (self.projects.contains_key(&id) || self.tasks.values().any(|task| task.project == id)).then_some(id)
    }

    /// Every project that has a document or a task.
    pub fn project_ids(&self) -> BTreeSet<String> {
        self.projects.keys().cloned().chain(self.tasks.values().map(|task| task.project.clone())).collect()
    }

    /// Who wrote under an incarnation: name and department.
    pub fn author(&self, actor: &str) -> (String, String) {
        self.authors.get(actor).map_or_else(
            || (String::new(), String::new()),
            |author| (self.person_name(&author.person), author.department.clone()),
        )
    }
}

/// The incarnation that writes in this database.
fn actor(reader: &Reader) -> Result<String, StoreError> {
    Ok(reader.setting("actor")?.unwrap_or_default())
}

fn oldest_first(comments: &mut [(String, Entry)]) {
    let when = |entry: &Entry| entry.created.map_or(entry.changed, |(_, time)| time);
    comments.sort_by(|(a_id, a), (b_id, b)| (when(a), a_id).cmp(&(when(b), b_id)));
}

/// Which of two documents' records of a task is at home: there rather than gone, then the newer export.
fn home_rank(entry: &Entry) -> (bool, Option<&String>, std::cmp::Reverse<&String>) {
    (!entry.record.gone, entry.record.stamp.as_ref(), std::cmp::Reverse(&entry.document))
}

#[cfg(test)]
mod tests;
