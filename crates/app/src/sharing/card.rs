//! A member's card: who the opaque member is. The one document that a reader may write, and nobody else's.

use tovholder_protocol::MemberId;
use tovholder_store::CellEdit;

use super::Space;
use crate::App;
use crate::error::AppResult;

/// The name of a member's card, document and entity in one.
pub(crate) fn card_name(member: &MemberId) -> String {
    format!("card/{member}")
}

impl App {
    /// Writes this laptop's member's card, when it says something else.
    pub(crate) fn write_card(&self, space: &Space) -> AppResult<()> {
        let (Some(member), Some(me)) = (space.member(), self.me()?) else { return Ok(()) };
        let name = card_name(&member);
        let cells = [
            CellEdit::now(&name, "person", me.person.as_str()),
            CellEdit::now(&name, "name", me.name.as_str()),
            CellEdit::now(&name, "department", me.department.as_str()),
        ];
        // In the network a member is a municipality.
        let code = self.speaks_for().map(|ours| CellEdit::now(&name, "municipality", ours.code.as_str()));
        let cells: Vec<CellEdit> = cells.into_iter().chain(code).collect();
        self.write(|write| write.edit(&name, &cells).map_err(|error| self.fail(&error)).map(|_| ()))?;
        Ok(())
    }
}
