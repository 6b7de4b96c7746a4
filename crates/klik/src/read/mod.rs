//! Bytes to cells. The content decides the format, the file's name only breaks ties.

mod archive;
mod delimited;
mod format;
mod ods;
mod ole;
mod xls;
mod xlsx;
mod xlsx_parts;
mod xml;
#[cfg(test)]
mod yardstick;

use std::panic::{AssertUnwindSafe, catch_unwind};

use sha2::{Digest, Sha256};

use crate::error::{Limits, ReadError};
use crate::grid::Workbook;
use archive::Archive;

/// How a compound file of the old Office begins: `.xls`, and every workbook locked with a password.
const OLE_MAGIC: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// How a zip file begins, an empty one and a spanned one too.
const ZIP_MAGIC: [&[u8]; 3] = [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"];

/// Reads a file into memory: `.xlsx`, `.xlsm`, `.xls`, `.ods`, or CSV under any name. `name` is the file's name.
///
/// Formulas are never evaluated: a cell is the value that its program last stored in it.
///
/// # Errors
/// [`ReadError::Unreadable`], [`ReadError::Password`], [`ReadError::TooLarge`] and [`ReadError::Empty`].
pub fn read(name: &str, bytes: &[u8], limits: &Limits) -> Result<Workbook, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    if bytes.len() > limits.file_bytes_max {
        return Err(ReadError::too_large("file"));
    }
    // No reader here is known to panic, but the zip and deflate code below is others', and the bytes are a stranger's:
    // a panic in it must be this file's error and not the end of a program with unsaved work.
    catch_unwind(AssertUnwindSafe(|| by_content(name, bytes, limits)))
        .unwrap_or_else(|_| Err(ReadError::unreadable("damaged")))
}

fn by_content(name: &str, bytes: &[u8], limits: &Limits) -> Result<Workbook, ReadError> {
    if bytes.starts_with(OLE_MAGIC) {
        return xls::read(bytes, limits);
    }
    if ZIP_MAGIC.iter().any(|magic| bytes.starts_with(magic)) {
        let mut archive = Archive::open(bytes, limits)?;
        return match archive.kind()? {
            archive::Kind::Xlsx => xlsx::read(&mut archive, limits),
            archive::Kind::Ods => ods::read(&mut archive, limits),
        };
    }
    delimited::read(name, bytes, limits)
}

/// The first eight hexadecimal digits of the file's SHA-256.
pub fn file_hash8(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    hex::encode(digest.get(..4).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_hash_is_sha256() {
        assert_eq!(file_hash8(b"abc"), "ba7816bf");
        assert_eq!(file_hash8(b""), "e3b0c442");
    }

    #[test]
    fn what_is_no_workbook_says_so() {
        let limits = Limits::default();
        let unreadable = |bytes: &[u8]| match read("klik.xlsx", bytes, &limits) {
            Err(ReadError::Unreadable { detail }) => detail,
            other => panic!("{other:?}"),
        };
        assert_eq!(read("klik.xlsx", b"", &limits).unwrap_err(), ReadError::Empty);
        assert_eq!(unreadable(b"PK\x03\x04 and then nothing"), "damaged");
        assert_eq!(unreadable(b"%PDF-1.7 ..."), "pdf");
        assert_eq!(unreadable(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "binary");
        assert_eq!(unreadable(b"<html><table><tr><td>Opgave-id</td></tr></table>"), "html");
        assert_eq!(unreadable(b"<?xml version=\"1.0\"?><Workbook/>"), "xml");
        assert_eq!(unreadable(b"bare en linje"), "not_a_workbook");
        let mut ole = OLE_MAGIC.to_vec();
        ole.extend([0xFF; 600]);
        assert_eq!(unreadable(&ole), "damaged");
        let small = Limits { file_bytes_max: 3, ..Limits::default() };
        assert!(read("klik.csv", b"a;b", &small).is_ok());
        assert_eq!(read("klik.csv", b"a;b;", &small).unwrap_err(), ReadError::TooLarge { detail: "file".into() });
    }

    /// Files of every kind to spoil.
    fn honest() -> [&'static [u8]; 3] {
        [
            include_bytes!("../../../../tests/data/klik-eksport-2018-05-15.xlsx"),
            include_bytes!("../../tests/data/klik.xls"),
            b"Opgave-id;Projekt;Titel\nK-1;BBR;\"Ryd op\"\n",
        ]
    }

    /// Bytes that mean something in XML.
    fn spoil() -> impl Strategy<Value = u8> {
        prop::sample::select(b"<>/&;\"=x9 ".to_vec())
    }

    // `by_content` is called without the net around it: a panic fails these tests.
    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

        #[test]
        fn any_bytes_are_read_or_refused(
            magic in prop::sample::select(vec![&b""[..], OLE_MAGIC, ZIP_MAGIC[0], ZIP_MAGIC[1], b"\xFF\xFE", b"sep="]),
            bytes in prop::collection::vec(any::<u8>(), 0..2000),
        ) {
            let _ = by_content("klik.xlsx", &[magic, &bytes].concat(), &Limits::default());
        }

        #[test]
        fn spoilt_files_are_read_or_refused(
            which in 0..3_usize,
            spoils in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        ) {
            let mut bytes = honest()[which].to_vec();
            for (at, byte) in spoils {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let _ = by_content("klik.xlsx", &bytes, &Limits::default());
        }

        #[test]
        fn spoilt_xml_is_read_or_refused(
            which in 0..2_usize,
            spoils in prop::collection::vec((any::<prop::sample::Index>(), spoil()), 1..12),
        ) {
            let sheet = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c>\
                         <c t=\"inlineStr\"><is><t>a&amp;</t></is></c>\
                         <c t=\"e\"><v>#REF!</v></c><c s=\"1\"><f>A1</f><v>1.5</v></c></row></sheetData></worksheet>";
            let table = "<table:table table:name=\"a\"><table:table-row table:number-rows-repeated=\"3\">\
                         <table:table-cell \
                         office:value-type=\"float\" office:value=\"1\"><text:p>1<text:s text:c=\"2\"/></text:p>\
                         </table:table-cell></table:table-row></table:table>";
            let mut bytes = [sheet, table][which].as_bytes().to_vec();
            for (at, byte) in spoils {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let text = String::from_utf8(bytes).unwrap();
            let bytes = packed(["xl/worksheets/sheet1.xml", "content.xml"][which], &text);
            let _ = by_content("klik.xlsx", &bytes, &Limits::default());
        }
    }

    /// A workbook whose one part of interest is this text.
    fn packed(part: &str, text: &str) -> Vec<u8> {
        use std::io::{Cursor, Write};
        let rels = "<Relationships><Relationship Id=\"r1\" Type=\"x/worksheet\" \
                    Target=\"worksheets/sheet1.xml\"/></Relationships>";
        let mime = if part == "content.xml" { "application/vnd.oasis.opendocument.spreadsheet" } else { "" };
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in [
            ("mimetype", mime),
            ("xl/workbook.xml", "<workbook><sheets><sheet name=\"a\" r:id=\"r1\"/></sheets></workbook>"),
            ("xl/_rels/workbook.xml.rels", rels),
            (part, text),
        ] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }
}
