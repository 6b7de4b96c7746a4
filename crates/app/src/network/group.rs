//! Reference groups: the host says which there are, a municipality says in its own document that it is in one.

use std::collections::BTreeMap;

use tovholder_model::key;

use super::country::speakers;
use super::experience::shown_subject;
use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::interface::numbered;
use crate::municipality::{self, danish_key};
use crate::view::{GroupList, GroupRow, JoinGroupArgs, NoArgs, ShareCell, Shared};
use crate::voices::MEMBERSHIP;

/// Since when one is in it.
const SINCE: &str = "since";

impl App {
    /// The reference groups, and who is in each.
    pub fn groups(&self, _: NoArgs) -> AppResult<GroupList> {
        let network = self.network()?;
        let (space, world) = (network.shared_space()?, network.world()?);
        let ours = space.member().map(|member| member.to_string()).unwrap_or_default();
        let mut inside: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut we: Vec<&str> = Vec::new();
        for (code, member) in speakers(&space, &world) {
            let Some(whose) = municipality::by_code(&code) else { continue };
            let in_it = world.voices.of(MEMBERSHIP).filter(|(of, ..)| *of == member);
            for (_, group, _) in in_it.filter(|(.., entry)| entry.record.date(SINCE).is_some()) {
                inside.entry(group).or_default().push(whose.name.clone());
                if member == ours {
                    we.push(group);
                }
            }
        }
        let groups = numbered(&world.catalogue, "group").into_iter().map(|(id, record)| {
            let mut municipalities = inside.remove(id.as_str()).unwrap_or_default();
            municipalities.sort_by_cached_key(|name| danish_key(name));
            let (about_kind, about) = shown_subject(&world, record.text("about"));
            GroupRow {
                title: Some(record.text("title")).filter(|title| !title.is_empty()).unwrap_or(&id).to_owned(),
                about_kind,
                about,
                text: record.text("text").to_owned(),
                link: record.text("link").to_owned(),
                municipalities,
                ours: we.contains(&id.as_str()),
                id,
            }
        });
        let mut groups: Vec<GroupRow> = groups.collect();
        groups.sort_by_cached_key(|group| danish_key(&group.title));
        Ok(GroupList { groups, cursor: world.cursor })
    }

    /// Puts this municipality into a reference group, or takes it out.
    pub fn join_group(&self, args: JoinGroupArgs) -> AppResult<Shared> {
        self.may_edit()?;
        if !self.groups(NoArgs {})?.groups.iter().any(|group| group.id == args.id) {
            return Err(AppError::new(Code::UnknownGroup).at(&args.id));
        }
        let value = if args.leave { String::new() } else { self.today().to_string() };
        self.speak_of(&[ShareCell { entity: key::entity(MEMBERSHIP, &args.id), field: SINCE.to_owned(), value }])
    }
}
