//! Publishing: writing the network's catalogue.
//!
//! Cells of one document, so two publishers merge like anyone: what they said differently about the same field stands beside
//! each other until one is chosen. A publisher's laptop checks what it writes; who reads checks only that a publisher wrote.

use tovholder_model::{FieldKind, Scalar, TaskKind, key};
use tovholder_store::CellEdit;

use super::count;
use crate::App;
use crate::entity::{Fields, GALLERY, check_named, check_value, known_field};
use crate::error::{AppError, AppResult, Code};
use crate::interface::{built_in, cells_of, is_number};
use crate::undo::Label;
use crate::view::{PublishArgs, PublishCell, Published};

/// Nothing is published of an earlier year, as a date begins.
const YEAR_MIN: &str = "2000";
const SHORT: FieldKind = FieldKind::Text { chars_max: 300 };
const LONG: FieldKind = FieldKind::Text { chars_max: 32_767 };

/// What can be said of each kind of entity.
const FIELDS: &Fields = &[
    ("about", &[("version", SHORT), ("source", SHORT)]),
    (
        "project",
        &[
            ("code", SHORT),
            ("name", SHORT),
            ("owner", SHORT),
            ("pilot", LONG),
            ("rollout", LONG),
            ("go_live", FieldKind::Date),
            ("published", LONG),
            ("link", SHORT),
            ("archived", FieldKind::Flag),
        ],
    ),
    (
        "interface",
        &[
            ("name", SHORT),
            ("system", SHORT),
            ("status", SHORT),
            ("source", SHORT),
            ("points", LONG),
            ("preparation", LONG),
            ("tasks", LONG),
            ("link", SHORT),
            ("archived", FieldKind::Flag),
        ],
    ),
    ("use", &[("state", SHORT), ("archived", FieldKind::Flag)]),
    (
        "template",
        &[
            ("project", SHORT),
            ("title", SHORT),
            ("description", LONG),
            ("kind", SHORT),
            ("theme", SHORT),
            ("prerequisites", LONG),
            ("result", LONG),
            ("role", SHORT),
            ("start", FieldKind::Date),
            ("deadline", FieldKind::Date),
            ("archived", FieldKind::Flag),
        ],
    ),
    ("gallery", GALLERY),
    (
        "event",
        &[
            ("title", SHORT),
            ("begins", SHORT),
            ("ends", SHORT),
            ("place", SHORT),
            ("link", SHORT),
            ("text", LONG),
            ("public", FieldKind::Flag),
            ("archived", FieldKind::Flag),
        ],
    ),
    ("group", &[("title", SHORT), ("about", SHORT), ("text", LONG), ("link", SHORT), ("archived", FieldKind::Flag)]),
    ("link", &[("title", SHORT), ("url", SHORT), ("about", SHORT), ("archived", FieldKind::Flag)]),
];

/// Whether this can be said of such an entity.
#[cfg(test)]
pub(super) fn is_field(kind: &str, field: &str) -> bool {
    FIELDS.iter().any(|(known, fields)| *known == kind && fields.iter().any(|(name, _)| *name == field))
}

impl App {
    /// Publishes in the network.
    pub fn publish(&self, args: PublishArgs) -> AppResult<Published> {
        // A colleague who only reads at home does not speak for the municipality here either.
        self.may_edit()?;
        let network = self.network()?;
        match network.may_edit() {
            Err(error) if error.code == Code::ReadOnlyRole => return Err(AppError::new(Code::NotPublisher)),
            done => done?,
        }
        let mut cells = args.cells.iter().map(checked).collect::<AppResult<Vec<_>>>()?;
        let world = network.world()?;
        if args.built_in {
            let told = cells_of(built_in()).into_iter().filter(|(entity, _)| !world.catalogue.contains_key(entity));
            for (entity, fields) in told {
                let fields = fields.into_iter().filter(|(field, _)| {
                    !cells.iter().any(|cell: &CellEdit| cell.entity == entity && cell.field == *field)
                });
                let told: Vec<CellEdit> = fields.map(|(field, value)| CellEdit::now(&entity, field, value)).collect();
                cells.extend(told);
            }
        }
        let title = args.cells.first().map(|cell| cell.entity.clone()).unwrap_or_default();
        let label = Label::new("publish", &[("title", &title)]);
        let (written, cursor) = network.write(|write| {
            let written = write.edit(key::CATALOGUE, &cells).map_err(|error| network.fail(&error))?;
            write.step(&label.json()).map_err(|error| network.fail(&error))?;
            Ok(written)
        })?;
        network.wake_background();
        Ok(Published { written: count(written), cursor })
    }
}

/// A cell as it is written, when it says something that can be said.
fn checked(cell: &PublishCell) -> AppResult<CellEdit> {
    let unknown = || AppError::new(Code::UnknownEntity).at(&cell.entity);
    let (kind, raw) =
        key::kind_and_id(&cell.entity).filter(|(_, id)| !id.is_empty() && !id.contains('/')).ok_or_else(unknown)?;
    let entity = match kind {
        "project" => key::project_document(&key::project_id(&key::plain(raw))),
        "interface" => key::entity("interface", &number(&key::plain(raw))?),
        "use" => {
            let (project, interface) = raw.split_once(':').ok_or_else(unknown)?;
            key::use_entity(&key::project_id(&key::plain(project)), &number(&key::plain(interface))?)
        }
        "gallery" => key::entity("gallery", &crate::gallery::slug(&key::plain(raw))),
        _ => key::entity(kind, &key::plain(raw)),
    };
    let field = known_field(FIELDS, &cell.entity, &cell.field)?;
    let text = cell.value.trim();
    let value = match field {
        _ if text.is_empty() => Scalar::Null,
        _ if kind == "group" && cell.field == "about" => Scalar::from(super::experience::subject(text)?),
        // Of an interface or a project by its name; else a word of one's own.
        _ if kind == "link" && cell.field == "about" => {
            super::experience::subject(text).map_or_else(|_| Scalar::from(text), Scalar::from)
        }
        FieldKind::Flag => match text {
            "true" => Scalar::Bool(true),
            "false" => Scalar::Bool(false),
            _ => return Err(AppError::new(Code::BadValue).at(&cell.field).with(text)),
        },
        _ => Scalar::from(text),
    };
    check_value(&cell.field, field, &value)?;
    // KOMBIT's projects are of this century: an earlier year is a slip of the hand.
    if field == FieldKind::Date && !value.is_null() && text < YEAR_MIN {
        return Err(AppError::new(Code::BadDate).at(&cell.field).with(text));
    }
    let is_moment = kind == "event" && matches!(cell.field.as_str(), "begins" | "ends") && !value.is_null();
    if is_moment && super::event::moment(text).is_none() {
        return Err(AppError::new(Code::BadDate).at(&cell.field).with(text));
    }
    check_named(&entity, &cell.field, &value)?;
    if kind == "template" && cell.field == "kind" && !value.is_null() && TaskKind::from_code(text).is_none() {
        return Err(AppError::new(Code::BadValue).at(&cell.field).with(text));
    }
    Ok(CellEdit::now(entity, cell.field.as_str(), value))
}

pub(super) fn number(text: &str) -> AppResult<String> {
    let number = text.trim().to_uppercase();
    if is_number(&number) { Ok(number) } else { Err(AppError::new(Code::UnknownInterface).at(text)) }
}
