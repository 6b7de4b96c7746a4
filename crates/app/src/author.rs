//! Who writes here: the person and department of this laptop, signed to its incarnation.

use tovholder_model::key;
use tovholder_store::{CellEdit, Reader, Write};

use crate::error::{AppError, AppResult, Code};
use crate::person_id::{named, person_id};
use crate::view::Me;
use crate::{App, lock};

impl App {
    /// The municipality's secret, from which imported persons' ids are made.
    pub(crate) fn secret(&self) -> AppResult<Vec<u8>> {
        let kept = self.read(|reader| reader.setting("space_secret"))?;
        kept.and_then(|hex| hex::decode(hex).ok()).ok_or_else(|| AppError::new(Code::NotFounded))
    }

    /// Who works here; none before first start.
    pub(crate) fn me(&self) -> AppResult<Option<Me>> {
        self.read(|reader: &Reader| {
            let get = |key: &str| reader.setting(key).map(Option::unwrap_or_default);
            let me = Me { person: get("me.person")?, name: get("me.name")?, department: get("me.department")? };
            Ok((!me.person.is_empty()).then_some(me))
        })
    }

    /// Writes who stands behind this laptop's incarnation, when it began at this opening.
    pub(crate) fn sign_incarnation(&self) -> AppResult<()> {
        let is_new = lock(&self.store).is_new_incarnation();
        match self.me()? {
            Some(me) if is_new => self.write(|write| sign(write, &me)).map(|_| ()),
            _ => Ok(()),
        }
    }

    /// Makes this person and department the ones who write from now on, under an incarnation of their own, so that what
    /// was written before keeps the department it was written from.
    pub(crate) fn become_author(&self, name: &str, department: &str) -> AppResult<i64> {
        let (name, department) = (name.trim(), department.trim());
        if name.is_empty() {
            return Err(AppError::new(Code::NameMissing).at("name"));
        }
        if department.is_empty() {
            return Err(AppError::new(Code::NameMissing).at("department"));
        }
        crate::entity::check_short_text("name", name)?;
        crate::entity::check_short_text("department", department)?;
        let named = named(name);
        let me = Me {
            person: person_id(&self.secret()?, &named),
            name: named.name.clone(),
            department: department.to_owned(),
        };
        if self.me()?.is_some() {
            let random = |bytes: &mut [u8]| (self.ground.random)(bytes);
            lock(&self.store).renew_incarnation(&mut { random }).map_err(|error| self.fail(&error))?;
        }
        let ((), cursor) = self.write(|write| {
            crate::people::make_person(write, &me.person, &named, department)?;
            sign(write, &me)
        })?;
        let store = lock(&self.store);
        for (key, value) in [("me.person", &me.person), ("me.name", &me.name), ("me.department", &me.department)] {
            store.set_setting(key, value).map_err(|error| self.fail(&error))?;
        }
        Ok(cursor)
    }
}

fn sign(write: &mut Write<'_>, me: &Me) -> AppResult<()> {
    let entity = format!("author/{}", write.actor());
    let edits = [
        CellEdit::now(&entity, "person", me.person.as_str()),
        CellEdit::now(&entity, "department", me.department.as_str()),
    ];
    write.edit(key::ORGANISATION, &edits).map_err(|error| AppError::new(Code::Internal).with(error))?;
    Ok(())
}
