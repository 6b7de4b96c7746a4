//! XML as the workbook formats use it. Entities that a document defines itself are never expanded: `quick-xml` hands
//! them over by name, and a name that XML does not know stays as it stood.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::{resolve_xml_entity, unescape};
use quick_xml::events::{BytesEnd, BytesStart, Event};

use crate::error::ReadError;

/// What comes next in a document.
pub(super) enum Node<'a> {
    /// An element begins. One that is empty begins and ends.
    Open(BytesStart<'a>),
    /// An element ends.
    Close(BytesEnd<'a>),
    /// Text, or a part of it.
    Text(Cow<'a, str>),
    /// The document ends.
    Finished,
}

/// A document being read from its beginning to its end.
pub(super) struct Xml<'a> {
    reader: Reader<&'a [u8]>,
}

impl<'a> Xml<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self { reader }
    }

    pub(super) fn next(&mut self) -> Result<Node<'a>, ReadError> {
        loop {
            return Ok(match self.reader.read_event().map_err(|_| ReadError::unreadable("damaged"))? {
                Event::Start(element) | Event::Empty(element) => Node::Open(element),
                Event::End(element) => Node::Close(element),
                Event::Text(text) => Node::Text(text.xml10_content()),
                Event::CData(text) => Node::Text(text.xml10_content()),
                Event::GeneralRef(name) => Node::Text(match (name.resolve_char_ref(), resolve_xml_entity(&name)) {
                    (Ok(Some(c)), _) => Cow::Owned(c.to_string()),
                    (_, Some(text)) => Cow::Borrowed(text),
                    _ => Cow::Owned(format!("&{};", &*name)),
                }),
                Event::Eof => Node::Finished,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => continue,
            });
        }
    }

    /// Passes over the rest of an element that has just begun.
    pub(super) fn skip(&mut self) -> Result<(), ReadError> {
        let mut depth = 1_usize;
        while depth > 0 {
            match self.next()? {
                Node::Open(_) => depth += 1,
                Node::Close(_) => depth -= 1,
                Node::Text(_) => {}
                Node::Finished => return Err(ReadError::unreadable("damaged")),
            }
        }
        Ok(())
    }

    /// The text of an element that has just begun, of everything inside it.
    pub(super) fn text(&mut self) -> Result<String, ReadError> {
        let mut out = String::new();
        let mut depth = 1_usize;
        while depth > 0 {
            match self.next()? {
                Node::Open(_) => depth += 1,
                Node::Close(_) => depth -= 1,
                Node::Text(text) => out.push_str(&text),
                Node::Finished => return Err(ReadError::unreadable("damaged")),
            }
        }
        Ok(out)
    }
}

/// An attribute by its name without prefix.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    attributes(element).find(|(key, _)| key == name).map(|(_, value)| value)
}

/// All attributes, names without prefix.
pub(super) fn attributes(element: &BytesStart<'_>) -> impl Iterator<Item = (String, String)> {
    let mut all = element.attributes();
    all.with_checks(false);
    all.flatten().map(|attribute| {
        let value = unescape(&attribute.value).map_or_else(|_| attribute.value.to_string(), Cow::into_owned);
        (attribute.key.local_name().into_inner().to_owned(), value)
    })
}
