//! The directory: who wants to be found. Everybody puts themselves in, under their own name, and takes themselves out.

use tovholder_model::key;

use super::country::speakers;
use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::municipality::{self, danish_key};
use crate::person_id::{Named, person_id};
use crate::view::{ContactArgs, ContactRow, Directory, NoArgs, ShareCell, Shared};
use crate::voices::CONTACT;

/// What a person says of themselves.
const FIELDS: [&str; 4] = ["name", "mail", "phone", "role"];

impl App {
    /// Who wants to be found.
    pub fn directory(&self, _: NoArgs) -> AppResult<Directory> {
        let network = self.network()?;
        let (space, world) = (network.shared_space()?, network.world()?);
        let speakers = speakers(&space, &world);
        let me = self.contact_id(&network)?;
        let mut people: Vec<ContactRow> = speakers
            .iter()
            .filter_map(|(code, member)| Some((municipality::by_code(code)?, member)))
            .flat_map(|(one, member)| world.voices.by(CONTACT, member).map(move |(id, entry)| (one, id, entry)))
            .filter(|(.., entry)| !entry.record.text("name").is_empty())
            .map(|(one, id, entry)| {
                let text = |field: &str| entry.record.text(field).to_owned();
                ContactRow {
                    code: one.code.clone(),
                    municipality: one.name.clone(),
                    region: one.region.clone(),
                    name: text("name"),
                    mail: text("mail"),
                    phone: text("phone"),
                    role: text("role"),
                    me: id == me,
                }
            })
            .collect();
        people.sort_by_cached_key(|row| (danish_key(&row.municipality), danish_key(&row.name)));
        Ok(Directory { people, cursor: world.cursor })
    }

    /// Puts this laptop's user into the directory, or takes them out.
    pub fn set_contact(&self, args: ContactArgs) -> AppResult<Shared> {
        self.founded()?;
        let network = self.network()?;
        let me = self.me()?.ok_or_else(|| AppError::new(Code::NotFounded))?;
        let entity = key::entity(CONTACT, &self.contact_id(&network)?);
        let said = [me.name.as_str(), args.mail.trim(), args.phone.trim(), args.role.trim()];
        for (field, text) in FIELDS.iter().zip(said) {
            crate::entity::check_short_text(field, text)?;
        }
        let cells = FIELDS.iter().zip(said).map(|(field, text)| ShareCell {
            entity: entity.clone(),
            field: (*field).to_owned(),
            value: if args.leave { String::new() } else { text.to_owned() },
        });
        self.speak_of(&cells.collect::<Vec<_>>())
    }

    /// The same on each of the person's laptops, and nothing that says who they are in the municipality's own data.
    fn contact_id(&self, network: &App) -> AppResult<String> {
        let name = self.me()?.map(|me| me.name).unwrap_or_default();
        let ours = network.speaks_for().map(|ours| ours.code.clone()).unwrap_or_default();
        Ok(person_id(&network.secret()?, &Named { name: format!("{ours} {name}"), mail: String::new() }))
    }
}
