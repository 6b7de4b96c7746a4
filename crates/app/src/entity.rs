//! The fields of every kind of entity, and what may stand in them. One table for all editing.

use tovholder_model::check::{Refusal, check, check_text};
use tovholder_model::{FieldKind, Scalar, TaskField, key};

use crate::error::{AppError, AppResult, Code};

const SHORT: FieldKind = FieldKind::Text { chars_max: 300 };
const LONG: FieldKind = FieldKind::Text { chars_max: 32_767 };

/// What can be said of a role of the gallery, by the municipality and in the network.
pub(crate) const GALLERY: &[(&str, FieldKind)] = &[
    ("name", SHORT),
    ("category", SHORT),
    ("responsibility", LONG),
    ("duties", LONG),
    ("competences", LONG),
    ("archived", FieldKind::Flag),
];

/// What can be edited of an entity that is not a task: its kind, then field and what it holds.
const FIELDS: &Fields = &[
    (
        "person",
        &[
            ("name", SHORT),
            ("mail", SHORT),
            ("phone", SHORT),
            ("department", SHORT),
            ("title", SHORT),
            ("archived", FieldKind::Flag),
        ],
    ),
    (
        "project",
        &[
            ("name", SHORT),
            ("owner", FieldKind::Person),
            ("leader", FieldKind::Person),
            ("phase", SHORT),
            ("rollout", SHORT),
            ("pilots", LONG),
            ("go_live", FieldKind::Date),
            ("note", LONG),
            ("archived", FieldKind::Flag),
        ],
    ),
    (
        "role",
        &[
            ("needed", FieldKind::Flag),
            ("responsibility", LONG),
            ("duties", LONG),
            ("competences", LONG),
            ("note", LONG),
        ],
    ),
    (
        "assignment",
        &[
            ("person", FieldKind::Person),
            ("role", SHORT),
            ("from", FieldKind::Date),
            ("to", FieldKind::Date),
            ("archived", FieldKind::Flag),
        ],
    ),
    ("gallery", GALLERY),
    ("comment", &[("archived", FieldKind::Flag)]),
    ("use", &[("state", SHORT)]),
    (
        "interface",
        &[
            ("name", SHORT),
            ("system", SHORT),
            ("preparation", LONG),
            ("links", LONG),
            ("note", LONG),
            ("archived", FieldKind::Flag),
        ],
    ),
    ("attention", &[("text", LONG), ("archived", FieldKind::Flag)]),
    (
        "escalation",
        &[
            ("tried", LONG),
            ("due", FieldKind::Date),
            ("answer", LONG),
            ("closed", FieldKind::Flag),
            ("archived", FieldKind::Flag),
        ],
    ),
];

/// What a field holds, when a person may edit it.
///
/// # Errors
/// `unknown_entity`, `unknown_field`.
pub(crate) fn field_kind(entity: &str, field: &str) -> AppResult<FieldKind> {
    let unknown = || AppError::new(Code::UnknownField).at(field).with(entity);
    let (kind, _) = key::kind_and_id(entity).ok_or_else(|| AppError::new(Code::UnknownEntity).at(entity))?;
    if kind == "task" {
        if field.strip_prefix("needs/").is_some_and(|task| !task.is_empty() && !task.contains('/')) {
            return Ok(FieldKind::Flag);
        }
        if field.strip_prefix(crate::interface::TIED).is_some_and(crate::interface::is_number) {
            return Ok(FieldKind::Flag);
        }
        return TaskField::from_code(field).filter(|field| field.editable).map(|field| field.kind).ok_or_else(unknown);
    }
    known_field(FIELDS, entity, field)
}

/// The fields of kinds of entities, each with what it holds.
pub(crate) type Fields = [(&'static str, &'static [(&'static str, FieldKind)])];

/// What a field holds, by a table of fields.
///
/// # Errors
/// `unknown_entity`, `unknown_field`.
pub(crate) fn known_field(table: &Fields, entity: &str, field: &str) -> AppResult<FieldKind> {
    let unknown = || AppError::new(Code::UnknownEntity).at(entity);
    let (kind, _) = key::kind_and_id(entity).ok_or_else(unknown)?;
    let (_, fields) = table.iter().find(|(name, _)| *name == kind).ok_or_else(unknown)?;
    let found = fields.iter().find(|(name, _)| *name == field).map(|(_, kind)| *kind);
    found.ok_or_else(|| AppError::new(Code::UnknownField).at(field).with(entity))
}

/// Checks a value for a field of an entity.
///
/// # Errors
/// `bad_value`, `bad_date`, `too_long`, `looks_like_cpr`, each naming the field.
pub(crate) fn check_value(field: &str, kind: FieldKind, value: &Scalar) -> AppResult<()> {
    check(kind, value).map_err(|refusal| refused(field, refusal, value))
}

/// Checks that a task keeps a title and a person a name, for without nobody could find or choose them; and that a project
/// says of an interface what can be said.
///
/// # Errors
/// `name_missing`, `bad_value`, naming the field.
pub(crate) fn check_named(entity: &str, field: &str, value: &Scalar) -> AppResult<()> {
    if entity.starts_with("use/") && field == "state" {
        let fits = value.is_null() || value.as_str().is_some_and(|text| crate::interface::Word::parse(text).is_some());
        return if fits { Ok(()) } else { Err(refused(field, Refusal::WrongKind, value)) };
    }
    if entity.starts_with("gallery/") && field == "category" {
        let fits = value.is_null() || value.as_str().is_some_and(crate::gallery::is_category);
        return if fits { Ok(()) } else { Err(refused(field, Refusal::WrongKind, value)) };
    }
    let names =
        matches!((key::kind_and_id(entity), field), (Some(("task", _)), "title") | (Some(("person", _)), "name"));
    if names && value.as_str().is_some_and(|text| text.trim().is_empty()) {
        return Err(AppError::new(Code::NameMissing).at(field));
    }
    Ok(())
}

/// Checks a name or another short text.
///
/// # Errors
/// `too_long`, `looks_like_cpr`.
pub(crate) fn check_short_text(field: &str, text: &str) -> AppResult<()> {
    check_text(text, 300).map_err(|refusal| refused(field, refusal, &text.into()))
}

/// Checks a longer text.
///
/// # Errors
/// `too_long`, `looks_like_cpr`.
pub(crate) fn check_long_text(field: &str, text: &str) -> AppResult<()> {
    check_text(text, 32_767).map_err(|refusal| refused(field, refusal, &text.into()))
}

fn refused(field: &str, refusal: Refusal, value: &Scalar) -> AppError {
    let shown = match value {
        Scalar::Null => String::new(),
        Scalar::Bool(flag) => flag.to_string(),
        Scalar::Int(number) => number.to_string(),
        Scalar::Str(text) => text.chars().take(60).collect(),
    };
    match refusal {
        Refusal::WrongKind => AppError::new(Code::BadValue).at(field).with(shown),
        Refusal::BadDate => AppError::new(Code::BadDate).at(field).with(shown),
        Refusal::TooLong { chars_max } => AppError::new(Code::TooLong).at(field).with(chars_max),
        // The number itself is never repeated.
        Refusal::LooksLikeCpr => AppError::new(Code::LooksLikeCpr).at(field),
    }
}

/// The document that an entity lives in when nothing of it is written yet.
pub(crate) fn home_of_new(entity: &str) -> Option<String> {
    match key::kind_and_id(entity)? {
        ("person" | "project", _) => Some(entity.to_owned()),
        ("gallery", _) => Some(key::ORGANISATION.to_owned()),
        ("role", id) => id.split_once(':').map(|(project, _)| format!("project/{project}")),
        ("use", id) => {
            let (project, interface) = id.split_once(':')?;
            crate::interface::is_number(interface).then(|| format!("project/{project}"))
        }
        ("interface", id) => crate::interface::is_number(id).then(|| key::LANDSCAPE.to_owned()),
        _ => None,
    }
}
