//! Links to material: what the catalogue names for an interface, for a project, or for everybody.

use tovholder_model::{Record, key};

use super::experience::{shown_subject, subject};
use crate::App;
use crate::error::AppResult;
use crate::interface::numbered;
use crate::view::{MaterialList, MaterialQuery, MaterialRow};
use crate::world::World;

/// A subject by its name in the catalogue; what is none is a text like any other.
fn is_subject(about: &str) -> bool {
    matches!(key::kind_and_id(about), Some(("interface" | "project", id)) if !id.is_empty())
}

fn row(world: &World, title: &str, url: &str, about: &str) -> Option<MaterialRow> {
    if url.is_empty() {
        return None;
    }
    let (about_kind, shown) =
        if is_subject(about) { shown_subject(world, about) } else { (String::new(), about.to_owned()) };
    let title = if title.is_empty() { url } else { title };
    Some(MaterialRow { title: title.to_owned(), url: url.to_owned(), about_kind, about: shown })
}

/// The name of what has a link of its own.
fn called(record: &Record, id: &str) -> String {
    let name = record.text("name");
    if name.is_empty() { id.to_owned() } else { format!("{id} {name}") }
}

impl App {
    /// The material that the catalogue names, as it was taken in.
    pub fn materials(&self, args: MaterialQuery) -> AppResult<MaterialList> {
        let world = self.world()?;
        let wanted = args.about.as_deref().map(subject).transpose()?;
        let of_it = |about: &str| wanted.as_deref().is_none_or(|wanted| wanted == about);
        let mut materials = Vec::new();
        for (_, record) in numbered(&world.catalogue, "link") {
            let about = record.text("about");
            if of_it(about) {
                materials.extend(row(&world, record.text("title"), record.text("url"), about));
            }
        }
        for kind in ["project", "interface"] {
            for (id, record) in numbered(&world.catalogue, kind) {
                let about = key::entity(kind, &id);
                if of_it(&about) {
                    let code = if record.text("code").is_empty() { id.as_str() } else { record.text("code") };
                    materials.extend(row(&world, &called(record, code), record.text("link"), &about));
                }
            }
        }
        Ok(MaterialList { materials, cursor: world.cursor })
    }
}
