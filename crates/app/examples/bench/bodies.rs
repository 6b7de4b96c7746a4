//! Bodies of real edits, for the relay's load: made by `App::edit` on a municipality of a hundred tasks.

use std::path::Path;

use tovholder_app::App;
use tovholder_document::body;
use tovholder_store::Store;

use crate::Outcome;
use crate::data::{Copy, Size};
use crate::edit::Editor;
use crate::figures::Series;

/// Edits made; the load takes their bodies in turn.
const EDITS: usize = 400;
/// A document of the load.
const HUNDRED: Size = Size { tasks: 100, projects: 1, persons: 20, assignments: 10, edits: 0 };

/// Writes the bodies to `file`, each behind its length (four bytes, little end first), and prints what they weigh.
pub fn write(root: &Path, file: &Path) -> Outcome {
    let copy = Copy::of(root, &HUNDRED)?;
    let app = App::open(copy.dir())?;
    let mut editor = Editor::new(&app)?;
    for _ in 0..EDITS {
        editor.write()?;
    }
    drop(app);
    let store = Store::open(copy.dir(), &mut |bytes| {
        bytes.fill(9);
        Ok(())
    })?;
    let waiting = store.reader()?.not_sent()?;
    let (mut bytes, mut bodies, mut changes) = (Vec::new(), Series::default(), Series::default());
    for (document, change) in waiting.iter().rev().take(EDITS) {
        let encoded = change.encode()?;
        let body = body::encode(document, [(change, &encoded.hash)]);
        bytes.extend_from_slice(&u32::try_from(body.len())?.to_le_bytes());
        bytes.extend_from_slice(&body);
        bodies.push(body.len() as f64);
        changes.push(encoded.bytes.len() as f64);
    }
    std::fs::write(file, bytes)?;
    println!(
        "{} bodies, median {} bytes; as Automerge changes {} bytes",
        bodies.len(),
        bodies.median(),
        changes.median()
    );
    Ok(())
}
