//! Taking the network's catalogue in: what changed since last time, and writing it down as an import is.
//!
//! What the host says is imported cells in the municipality's document `catalogue`, below whatever the municipality says
//! itself; so what the host owns follows and what is local stays. Each taking in names the one it builds on, as an import
//! does. Its stamp is the newest moment in the network's catalogue and the number of its changes: both grow with what is
//! known, so of two laptops that took it in apart, the one that knew more is the newer, whatever their clocks say.

use std::collections::{BTreeMap, BTreeSet};

use tovholder_model::record::row_cell;
use tovholder_model::{Record, Scalar, Stamp, key};
use tovholder_store::CellEdit;

use super::count;
use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::interface::{Cells, built_in, cells_of};
use crate::undo::Label;
use crate::view::{
    CatalogueAcceptArgs, CatalogueAccepted, CatalogueChange, CatalogueDiff, CatalogueField, CatalogueWhat, NoArgs,
};
use crate::world::{Entry, World};

/// Below so many entities nothing is held back: there it is seen at a glance.
const HELD_BACK_FROM: usize = 8;
/// Says that an entity is there no more.
pub(super) const ARCHIVED: &str = "archived";

/// What a catalogue says, by entity; without those that were put away.
type Told = BTreeMap<String, Cells>;

fn said(entry: &Entry) -> Option<Cells> {
    let record = &entry.record;
    (record.visible && !record.flag(ARCHIVED)).then(|| shown_cells(record))
}

fn shown_cells(record: &Record) -> Cells {
    let fields: BTreeSet<&String> = record.klik.keys().chain(record.local.keys()).collect();
    let cells = fields.into_iter().map(|field| (field.clone(), record.shown(field).clone()));
    cells.filter(|(field, value)| field != ARCHIVED && !tovholder_model::record::is_blank(value)).collect()
}

fn told(all: &BTreeMap<String, Entry>) -> Told {
    // An event is nothing to take in: it is there, and signed up for, or it is over. A group lives in the network alone.
    let lasting = all.iter().filter(|(entity, _)| !entity.starts_with("event/") && !entity.starts_with("group/"));
    lasting.filter_map(|(entity, entry)| Some((entity.clone(), said(entry)?))).collect()
}

/// What stands here: what was taken in, else the built-in one.
fn told_here(world: &World) -> Told {
    if world.catalogue.is_empty() { cells_of(built_in()) } else { told(&world.catalogue) }
}

fn text_of(value: Option<&Scalar>) -> String {
    match value {
        Some(Scalar::Str(text)) => text.clone(),
        Some(Scalar::Bool(flag)) => flag.to_string(),
        Some(Scalar::Int(number)) => number.to_string(),
        Some(Scalar::Null) | None => String::new(),
    }
}

/// The municipality's own word for a field of the catalogue.
fn own_word(world: &World, entity: &str, field: &str) -> String {
    let Some((kind, raw)) = key::kind_and_id(entity) else { return String::new() };
    let id = key::plain(raw);
    let pair = || raw.split_once(':').map(|(one, other)| (key::plain(one), key::plain(other)));
    let entry = match kind {
        "project" => world.projects.get(&id),
        "interface" => world.interfaces.get(&id),
        "use" => pair().and_then(|pair| world.uses.get(&pair)),
        "gallery" => world.gallery.get(&id),
        "template" => world.tasks.get(&id).filter(|task| super::is_told(&task.record)),
        _ => None,
    };
    // The one field that the municipality knows by another name.
    let field = if kind == "project" && field == "pilot" { "pilots" } else { field };
    entry.map(|entry| text_of(entry.record.local.get(field))).unwrap_or_default()
}

fn change(world: &World, entity: &str, was: Option<&Cells>, becomes: Option<&Cells>) -> Option<CatalogueChange> {
    let (kind, raw) = key::kind_and_id(entity)?;
    let nothing = Cells::new();
    let (before, after) = (was.unwrap_or(&nothing), becomes.unwrap_or(&nothing));
    let fields: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differing = fields.into_iter().filter(|field| before.get(*field) != after.get(*field));
    let fields: Vec<CatalogueField> = differing
        .map(|field| CatalogueField {
            field: field.clone(),
            was: text_of(before.get(field)),
            becomes: text_of(after.get(field)),
            own: own_word(world, entity, field),
        })
        .collect();
    let what = match (was, becomes) {
        (None, _) => CatalogueWhat::Added,
        (_, None) => CatalogueWhat::Removed,
        _ if fields.is_empty() => return None,
        _ => CatalogueWhat::Changed,
    };
    let id = key::plain(raw).replace(':', " × ");
    let either = |field: &str| after.get(field).or_else(|| before.get(field)).and_then(Scalar::as_str);
    let name = either("name").or_else(|| either("title")).or_else(|| either("code")).unwrap_or(&id).to_owned();
    Some(CatalogueChange { entity: entity.to_owned(), kind: kind.to_owned(), id, name, what, fields })
}

fn diff(world: &World, network: &World) -> CatalogueDiff {
    let (here, there) = (told_here(world), told(&network.catalogue));
    let entities: BTreeSet<&String> = here.keys().chain(there.keys()).collect();
    let all = entities.len();
    // A network that has published nothing yet takes nothing away.
    let changes: Vec<CatalogueChange> = if there.is_empty() {
        Vec::new()
    } else {
        entities.into_iter().filter_map(|one| change(world, one, here.get(one), there.get(one))).collect()
    };
    let removed = changes.iter().filter(|change| change.what == CatalogueWhat::Removed).count();
    let version = |all: &Told| text_of(all.get("about/catalogue").and_then(|about| about.get("version")));
    CatalogueDiff {
        version: version(&there),
        here: version(&here),
        unchanged: if there.is_empty() { 0 } else { count(all - changes.len()) },
        held_back: here.len() >= HELD_BACK_FROM && removed * 2 >= here.len(),
        changes,
    }
}

impl App {
    /// What the network's catalogue says that was not taken in.
    pub fn catalogue_diff(&self, _: NoArgs) -> AppResult<CatalogueDiff> {
        let network = self.network()?;
        Ok(diff(self.world()?.as_ref(), network.world()?.as_ref()))
    }

    /// Takes the network's catalogue in.
    pub fn catalogue_accept(&self, args: CatalogueAcceptArgs) -> AppResult<CatalogueAccepted> {
        self.may_edit()?;
        let network = self.network()?;
        let theirs = network.world()?;
        let (changes, newest) = network.read(|reader| reader.extent(key::CATALOGUE))?;
        let date = chrono::DateTime::from_timestamp(newest, 0).unwrap_or_default().date_naive();
        let stamp = Stamp::new(date, &format!("{:08x}", changes & 0xFFFF_FFFF));
        let file = crate::words::text(self.lang(), "word", "catalogue_taken_in", &[]);
        let left: BTreeSet<&str> = args.leave.iter().map(String::as_str).collect();
        let (accepted, cursor) = self.write(|write| {
            let world = self.world()?;
            let found = diff(&world, &theirs);
            if found.held_back && !args.shrink {
                let removed = found.changes.iter().filter(|change| change.what == CatalogueWhat::Removed).count();
                return Err(AppError::new(Code::CatalogueShrinks).with(removed));
            }
            let taken: Vec<&CatalogueChange> =
                found.changes.iter().filter(|change| !left.contains(change.entity.as_str())).collect();
            let of = |what| count(taken.iter().filter(|change| change.what == what).count());
            let accepted = CatalogueAccepted {
                stamp: stamp.to_string(),
                added: of(CatalogueWhat::Added),
                changed: of(CatalogueWhat::Changed),
                removed: of(CatalogueWhat::Removed),
                left: count(found.changes.len() - taken.len()),
                cursor: 0,
            };
            if taken.is_empty() {
                return Ok(accepted);
            }
            let mut cells = cells_to_take(&world, &theirs, &taken, &left, &stamp);
            cells.push(CellEdit::now(stamp.entity(), "state", "active"));
            write.edit(key::CATALOGUE, &cells).map_err(|error| self.fail(&error))?;
            let record = [
                CellEdit::now(stamp.entity(), "state", "active"),
                CellEdit::now(stamp.entity(), "file", file.as_str()),
            ];
            write.edit(key::ORGANISATION, &record).map_err(|error| self.fail(&error))?;
            let mut label = Label::new("import", &[("file", &file)]);
            label.stamp = Some(stamp.to_string());
            write.step(&label.json()).map_err(|error| self.fail(&error))?;
            Ok(accepted)
        })?;
        Ok(CatalogueAccepted { cursor, ..accepted })
    }
}

/// The imported cells: what differs, each entity on top of what it was taken in with before. The first time everything is
/// written, for the built-in catalogue stands in no cell.
fn cells_to_take(
    world: &World,
    network: &World,
    taken: &[&CatalogueChange],
    left: &BTreeSet<&str>,
    stamp: &Stamp,
) -> Vec<CellEdit> {
    let mut cells = Vec::new();
    let imported = |field: &str| format!("klik/{stamp}/{field}");
    let first = world.catalogue.is_empty();
    let (here, there) = (told_here(world), told(&network.catalogue));
    let unchanged = here.keys().filter(|entity| first && !taken.iter().any(|change| change.entity == **entity));
    for entity in unchanged {
        let Some(told) = here.get(entity) else { continue };
        cells.push(CellEdit::now(entity, imported("row"), row_cell(0, None)));
        cells.extend(told.iter().map(|(field, value)| CellEdit::now(entity, imported(field), value.clone())));
    }
    for change in taken.iter().filter(|change| !left.contains(change.entity.as_str())) {
        let known = world.catalogue.get(&change.entity).map(|entry| &entry.record);
        let base = known.filter(|record| record.standing).and_then(|record| record.stamp.as_deref());
        let again = base == Some(stamp.as_str());
        let entity = &change.entity;
        if !again {
            cells.push(CellEdit::now(entity, imported("row"), row_cell(0, base)));
        }
        let nothing = Cells::new();
        let now = there.get(entity).unwrap_or(&nothing);
        let was = known.filter(|_| base.is_some()).map(|record| record.klik.clone()).unwrap_or_default();
        if change.what == CatalogueWhat::Removed {
            cells.push(CellEdit::now(entity, imported(ARCHIVED), true));
            continue;
        }
        if was.get(ARCHIVED) == Some(&Scalar::Bool(true)) {
            cells.push(CellEdit::now(entity, imported(ARCHIVED), false));
        }
        let fields: BTreeSet<&String> = now.keys().chain(was.keys()).filter(|field| *field != ARCHIVED).collect();
        for field in fields {
            let (before, after) = (was.get(field), now.get(field).cloned().unwrap_or(Scalar::Null));
            if before.unwrap_or(&Scalar::Null) != &after {
                cells.push(CellEdit::now(entity, imported(field), after));
            }
        }
    }
    cells
}
