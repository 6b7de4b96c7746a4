//! The implementation overview as CSV: a line for each interface, a column for each project, as the programme's own table is.

use std::collections::BTreeMap;

use super::csv::{BYTE_ORDER_MARK, guarded, line};
use crate::view::{InterfaceMatrix, InterfaceUse, UseState};
use crate::words::{self, Lang};

/// The lines, and how many. `points` are the attention points by the interface's number.
pub fn interfaces_csv(matrix: &InterfaceMatrix, points: &BTreeMap<String, Vec<String>>, lang: Lang) -> (Vec<u8>, u32) {
    let heading = |key: &str| words::text(lang, "word", &format!("heading.{key}"), &[]);
    let mut headings = ["interface", "name", "system", "version"].map(heading).to_vec();
    headings.extend(matrix.projects.iter().map(|project| guarded(project.id.clone())));
    headings.extend(["points", "preparation", "links", "note"].map(heading));
    let mut out = BYTE_ORDER_MARK.to_vec();
    line(&mut out, &headings);
    let mut count = 0;
    for row in &matrix.interfaces {
        let mut fields = vec![row.id.clone(), row.name.clone(), row.system.clone(), row.status.clone()];
        fields.extend(row.uses.iter().map(|one| state(one, lang)));
        let learned = points.get(&row.id).map(|texts| texts.join("\n")).unwrap_or_default();
        fields.extend([learned, row.preparation.clone(), row.links.clone(), row.note.clone()]);
        line(&mut out, &fields.into_iter().map(guarded).collect::<Vec<_>>());
        count += 1;
    }
    (out, count)
}

/// How far it is, in words; the year where it is planned for one.
fn state(one: &InterfaceUse, lang: Lang) -> String {
    let key = match one.state {
        UseState::Done => "done",
        UseState::UnderWay => "under_way",
        UseState::Planned => "planned",
        UseState::New => "new",
        UseState::None => return String::new(),
    };
    one.year.map_or_else(|| words::text(lang, "word", &format!("use.{key}"), &[]), |year| year.to_string())
}
