//! The parts of an `.xlsx` that stand beside its sheets: which sheets there are, formats, shared strings.

use crate::error::ReadError;
use crate::read::archive::Archive;
use crate::read::format::{Shown, builtin, custom};
use crate::read::xml::{Node, Xml, attribute, attributes};

/// A sheet as the workbook names it.
#[derive(Debug)]
pub(super) struct SheetPart {
    pub(super) name: String,
    /// Its part in the archive.
    pub(super) path: String,
}

/// The workbook without its cells.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) sheets: Vec<SheetPart>,
    pub(super) from_1904: bool,
    /// How each cell style shows numbers.
    pub(super) styles: Vec<Shown>,
    pub(super) strings: Vec<String>,
}

/// One line of a `.rels` part.
struct Relation {
    id: String,
    kind: String,
    target: String,
}

impl Parts {
    pub(super) fn read(archive: &mut Archive<'_>, sheets_max: usize) -> Result<Self, ReadError> {
        let main = relations(archive, "")?
            .into_iter()
            .find(|relation| relation.kind.ends_with("/officeDocument"))
            .map_or_else(|| "xl/workbook.xml".to_owned(), |relation| relation.target);
        let text = archive.text(&main)?.ok_or_else(|| ReadError::unreadable("not_a_workbook"))?;
        let related = relations(archive, &main)?;
        let mut parts = Self::default();
        parts.read_workbook(&text, &related, sheets_max)?;
        // A document or a presentation has the same package around it.
        if parts.sheets.is_empty() {
            return Err(ReadError::unreadable("not_a_workbook"));
        }
        let part = |kind: &str| related.iter().find(|relation| relation.kind.ends_with(kind));
        if let Some(styles) = part("/styles") {
            let text = archive.text(&styles.target)?.unwrap_or_default();
            parts.styles = read_styles(&text)?;
        }
        if let Some(strings) = part("/sharedStrings") {
            let text = archive.text(&strings.target)?.unwrap_or_default();
            parts.strings = read_strings(&text)?;
        }
        Ok(parts)
    }

    fn read_workbook(&mut self, text: &str, related: &[Relation], sheets_max: usize) -> Result<(), ReadError> {
        let mut xml = Xml::new(text);
        loop {
            let element = match xml.next()? {
                Node::Open(element) => element,
                Node::Finished => return Ok(()),
                Node::Close(_) | Node::Text(_) => continue,
            };
            match element.local_name().into_inner() {
                "workbookPr" => {
                    self.from_1904 |= attribute(&element, "date1904").is_some_and(|on| on == "1" || on == "true");
                }
                "sheet" => {
                    let id = element.attributes().flatten().find(|each| each.key.into_inner().ends_with(":id"));
                    let id = id.map(|each| each.value.into_owned()).unwrap_or_default();
                    let relation = related.iter().find(|relation| relation.id == id);
                    // Charts and dialogs are sheets too, without cells.
                    if let Some(relation) = relation.filter(|relation| relation.kind.ends_with("/worksheet")) {
                        if self.sheets.len() >= sheets_max {
                            return Err(ReadError::too_large("sheets"));
                        }
                        let name = attribute(&element, "name").unwrap_or_default();
                        self.sheets.push(SheetPart { name, path: relation.target.clone() });
                    }
                }
                _ => {}
            }
        }
    }
}

/// The relations of a part, or of the whole package for "". Targets come as paths from the archive's root.
fn relations(archive: &mut Archive<'_>, part: &str) -> Result<Vec<Relation>, ReadError> {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    let path = if folder.is_empty() { format!("_rels/{file}.rels") } else { format!("{folder}/_rels/{file}.rels") };
    let Some(text) = archive.text(&path)? else { return Ok(Vec::new()) };
    let mut xml = Xml::new(&text);
    let mut found = Vec::new();
    loop {
        match xml.next()? {
            Node::Open(element) if element.local_name().into_inner() == "Relationship" => {
                let mut relation = Relation { id: String::new(), kind: String::new(), target: String::new() };
                for (key, value) in attributes(&element) {
                    match key.as_str() {
                        "Id" => relation.id = value,
                        "Type" => relation.kind = value,
                        "Target" => relation.target = from_root(folder, &value),
                        _ => {}
                    }
                }
                found.push(relation);
            }
            Node::Finished => return Ok(found),
            _ => {}
        }
    }
}

/// A relation's target as a path from the root: `worksheets/sheet1.xml` in `xl` is `xl/worksheets/sheet1.xml`.
fn from_root(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let joined = match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("{folder}/{target}"),
    };
    let mut path: Vec<&str> = Vec::new();
    for step in joined.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                path.pop();
            }
            step => path.push(step),
        }
    }
    path.join("/")
}

fn read_styles(text: &str) -> Result<Vec<Shown>, ReadError> {
    let mut xml = Xml::new(text);
    let mut formats = std::collections::BTreeMap::new();
    let mut styles = Vec::new();
    let mut in_cells = false;
    let number = |text: Option<String>| text.and_then(|text| text.parse::<u32>().ok()).unwrap_or_default();
    loop {
        match xml.next()? {
            Node::Open(element) => match element.local_name().into_inner() {
                "numFmt" => {
                    let code = attribute(&element, "formatCode").unwrap_or_default();
                    formats.insert(number(attribute(&element, "numFmtId")), custom(&code));
                }
                "cellXfs" => in_cells = true,
                "xf" if in_cells => {
                    let id = number(attribute(&element, "numFmtId"));
                    styles.push(formats.get(&id).copied().unwrap_or_else(|| builtin(id)));
                }
                _ => {}
            },
            Node::Close(element) if element.local_name().into_inner() == "cellXfs" => in_cells = false,
            Node::Finished => return Ok(styles),
            _ => {}
        }
    }
}

fn read_strings(text: &str) -> Result<Vec<String>, ReadError> {
    let mut xml = Xml::new(text);
    // The count that the part declares is not believed.
    let mut strings = Vec::new();
    loop {
        match xml.next()? {
            Node::Open(element) if element.local_name().into_inner() == "si" => strings.push(rich_text(&mut xml)?),
            Node::Finished => return Ok(strings),
            _ => {}
        }
    }
}

/// The text of a string item that has just begun, its formatting runs joined, phonetic readings left out.
pub(super) fn rich_text(xml: &mut Xml<'_>) -> Result<String, ReadError> {
    let mut out = String::new();
    let mut depth = 1_usize;
    while depth > 0 {
        match xml.next()? {
            Node::Open(element) => match element.local_name().into_inner() {
                "t" => out.push_str(&xml.text()?),
                "rPh" => xml.skip()?,
                _ => depth += 1,
            },
            Node::Close(_) => depth -= 1,
            Node::Text(_) => {}
            Node::Finished => return Err(ReadError::unreadable("damaged")),
        }
    }
    Ok(unescaped(out))
}

/// Excel writes characters that XML cannot carry as `_x000D_`.
pub(super) fn unescaped(text: String) -> String {
    if !text.contains("_x") {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("_x") {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let code = from.get(2..6).filter(|_| from.get(6..7) == Some("_"));
        let c = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
        if let Some(c) = c {
            out.push(c);
            rest = from.get(7..).unwrap_or_default();
        } else {
            out.push_str("_x");
            rest = from.get(2..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_lead_from_the_root() {
        assert_eq!(from_root("xl", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(from_root("xl", "/xl/styles.xml"), "xl/styles.xml");
        assert_eq!(from_root("xl", "../custom/a.xml"), "custom/a.xml");
        assert_eq!(from_root("", "xl\\workbook.xml"), "xl/workbook.xml");
    }

    #[test]
    fn excels_escapes_are_read() {
        assert_eq!(unescaped("a_x000D__x000A_b".into()), "a\r\nb");
        assert_eq!(unescaped("a_xyz_b _x00e6_ _x005F_".into()), "a_xyz_b æ _");
        assert_eq!(unescaped("_xD800_ _x".into()), "_xD800_ _x");
    }
}
