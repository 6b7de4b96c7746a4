//! A row's cells as values of a task, and the persons that they name.

use std::collections::BTreeMap;

use tovholder_klik::{Cell, Field, TaskRecord};
use tovholder_model::{FieldKind, Scalar, TaskField};

use crate::person_id::{Named, named, person_id};

/// The persons that an export names, by id.
#[derive(Debug, Default)]
pub(super) struct NamedPersons {
    ids: BTreeMap<String, String>,
    /// By id.
    pub by_id: BTreeMap<String, Named>,
}

impl NamedPersons {
    fn id(&mut self, secret: &[u8], text: &str) -> String {
        if let Some(id) = self.ids.get(text) {
            return id.clone();
        }
        let named = named(text);
        let id = person_id(secret, &named);
        self.ids.insert(text.to_owned(), id.clone());
        self.by_id.entry(id.clone()).or_insert(named);
        id
    }
}

/// The values that a row says: KOMBIT's fields even when empty, the municipality's only where the cell says something.
pub(super) fn values(record: &TaskRecord, secret: &[u8], persons: &mut NamedPersons) -> BTreeMap<&'static str, Scalar> {
    let mut values = BTreeMap::new();
    for field in TaskField::ALL.iter().filter(|field| field.imported) {
        let Some(cell) = Field::from_code(field.code).and_then(|known| record.values.get(&known)) else { continue };
        let value = match cell {
            Cell::Empty if !field.kombit => continue,
            Cell::Empty => Scalar::from(""),
            Cell::Text(text) if field.kind == FieldKind::Person => persons.id(secret, text).into(),
            Cell::Text(text) => text.as_str().into(),
            Cell::Date(date) => (*date).into(),
            Cell::Int(number) => Scalar::Int(*number),
        };
        values.insert(field.code, value);
    }
    values
}
