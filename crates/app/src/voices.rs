//! What municipalities say of themselves in the network, each in its own document and nowhere else.

use std::collections::BTreeMap;

use crate::world::Entry;

/// The kinds of what can be said.
const KINDS: [&str; 7] = [SHARED, SIGN_UP, CONTACT, EXPERIENCE, THANKS, REMARK, MEMBERSHIP];
/// A project's colours and counts.
pub(crate) const SHARED: &str = "shared";
/// Seats at an event.
pub(crate) const SIGN_UP: &str = "signup";
/// Somebody who wants to be found.
pub(crate) const CONTACT: &str = "contact";
/// What was learned of an interface or a project, or a template to go by.
pub(crate) const EXPERIENCE: &str = "experience";
/// Thanks for an experience.
pub(crate) const THANKS: &str = "thanks";
/// A question to an experience, or an answer.
pub(crate) const REMARK: &str = "remark";
/// Being in a reference group.
pub(crate) const MEMBERSHIP: &str = "membership";

/// One voice: the member in hex, the entity's id, and what it says.
pub(crate) type Voice<'v> = (&'v str, &'v str, &'v Entry);

/// Everything that is said, by kind, member, id.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Voices(BTreeMap<&'static str, BTreeMap<(String, String), Entry>>);

fn known(kind: &str) -> Option<&'static str> {
    KINDS.into_iter().find(|known| *known == kind)
}

impl Voices {
    /// Whether this is a kind of what municipalities say.
    pub fn is_kind(kind: &str) -> bool {
        known(kind).is_some()
    }

    /// Takes what an entity says. What stands in no municipality's own document is nobody's word, and nothing.
    pub fn take(&mut self, kind: &str, id: String, entry: Entry) {
        if let (Some(kind), Some(member)) = (known(kind), entry.document.strip_prefix("card/").map(str::to_owned)) {
            self.0.entry(kind).or_default().insert((member, id), entry);
        }
    }

    /// Forgets what everybody says under this id: it is read anew.
    pub fn forget(&mut self, kind: &str, id: &str) {
        if let Some(of_kind) = self.0.get_mut(kind) {
            of_kind.retain(|(_, known), _| known != id);
        }
    }

    /// Everything of a kind, by member, then id.
    pub fn of(&self, kind: &str) -> impl Iterator<Item = Voice<'_>> {
        let of_kind = self.0.get(kind).into_iter().flatten();
        of_kind.map(|((member, id), entry)| (member.as_str(), id.as_str(), entry))
    }

    /// What one member says of a kind, by id.
    pub fn by<'v>(&'v self, kind: &str, member: &'v str) -> impl Iterator<Item = (&'v str, &'v Entry)> {
        let from = (member.to_owned(), String::new());
        let of_it = self.0.get(kind).into_iter().flat_map(move |all| all.range(from.clone()..));
        of_it.take_while(move |((of, _), _)| of == member).map(|((_, id), entry)| (id.as_str(), entry))
    }
}
