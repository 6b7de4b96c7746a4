//! Persons that turned out to be another person: `person/<old>/same_as`.
//!
//! When a laptop with data of its own joins a space, its persons have ids under its own secret. Each says which person of
//! the space it is; from then on a value that names the old one is read as naming the other, and two values that name the
//! same person are one. Nothing is rewritten.

use std::collections::{BTreeMap, BTreeSet};

use tovholder_model::{FieldKind, Record, Scalar, key};
use tovholder_store::EntityRows;

use crate::world::{Entry, World};

/// How often an alias of an alias is followed; a circle ends there.
const DEPTH_MAX: usize = 8;

/// Whether something touched moves an alias, so that everything is read anew.
pub(crate) fn moved(known: &World, touched: &[EntityRows]) -> bool {
    touched.iter().any(|(entity, rows)| {
        let Some(id) = entity.strip_prefix("person/") else { return false };
        known.aliases.contains_key(id) || rows.iter().any(|row| !row.record.text("same_as").is_empty())
    })
}

/// Finds who is whom, and reads every value that way.
pub(crate) fn apply(world: &mut World) {
    let direct: BTreeMap<String, String> = world
        .persons
        .iter()
        .map(|(id, person)| (id.clone(), person.record.text("same_as").to_owned()))
        .filter(|(id, same)| !same.is_empty() && same != id)
        .collect();
    if direct.is_empty() {
        return;
    }
    for id in direct.keys() {
        let mut same = id;
        for _ in 0..DEPTH_MAX {
            let Some(next) = direct.get(same) else { break };
            same = next;
        }
        // A circle names nobody.
        if !direct.contains_key(same) {
            world.aliases.insert(id.clone(), same.clone());
        }
    }
    let aliases = std::mem::take(&mut world.aliases);
    // Whose other self has not come yet stays in sight.
    let there: BTreeSet<String> = world.persons.keys().cloned().collect();
    world.persons.retain(|id, _| aliases.get(id).is_none_or(|same| !there.contains(same)));
    for (kind, entries) in [
        ("task", world.tasks.values_mut().collect::<Vec<&mut Entry>>()),
        ("task", world.elsewhere.values_mut().flatten().collect()),
        ("project", world.projects.values_mut().collect()),
        ("assignment", world.assignments.values_mut().collect()),
    ] {
        for entry in entries {
            rename(entry, kind, &aliases);
        }
    }
    world.aliases = aliases;
}

/// The same for one entity that was read anew.
pub(crate) fn apply_to(world: &mut World, entity: &str) {
    if world.aliases.is_empty() {
        return;
    }
    let Some((kind, raw)) = key::kind_and_id(entity) else { return };
    let id = key::plain(raw);
    let entry = match kind {
        "task" => {
            for entry in world.elsewhere.get_mut(&id).into_iter().flatten() {
                rename(entry, kind, &world.aliases);
            }
            world.tasks.get_mut(&id)
        }
        "project" => world.projects.get_mut(&id),
        "assignment" => world.assignments.get_mut(&id),
        _ => None,
    };
    if let Some(entry) = entry {
        rename(entry, kind, &world.aliases);
    }
}

fn rename(entry: &mut Entry, kind: &str, aliases: &BTreeMap<String, String>) {
    let named = |value: &Scalar| value.as_str().is_some_and(|id| aliases.contains_key(id));
    // What others wrote down of the task is of what is written, not of how it is read.
    if kind == "task" && entry.mark.is_none() && entry.record.local.values().any(named) {
        entry.mark = Some(crate::seen::mark(&entry.record));
    }
    let record: &mut Record = &mut entry.record;
    let entity = format!("{kind}/x");
    let is_person = |field: &str| crate::entity::field_kind(&entity, field).is_ok_and(|kind| kind == FieldKind::Person);
    let renamed = |value: &mut Scalar| {
        if let Some(same) = value.as_str().and_then(|id| aliases.get(id)) {
            *value = Scalar::Str(same.clone());
        }
    };
    for values in [&mut record.klik, &mut record.local] {
        values.iter_mut().filter(|(field, _)| is_person(field)).for_each(|(_, value)| renamed(value));
    }
    for values in [&mut record.over, &mut record.conflicts] {
        for (_, values) in values.iter_mut().filter(|(field, _)| is_person(field)) {
            values.iter_mut().for_each(renamed);
            let mut known = BTreeSet::new();
            values.retain(|value| known.insert(value.clone()));
        }
    }
    record.conflicts.retain(|_, values| values.len() > 1);
}
