//! `.xls`, the workbook of Excel 5 to 2003: a stream of records in a compound file.

use std::collections::BTreeMap;

use encoding_rs::WINDOWS_1252;

use crate::error::{Limits, ReadError};
use crate::grid::{Builder, Value, Workbook};
use crate::read::format::{Shown, builtin, custom};
use crate::read::ole::{Ole, u16_at, u32_at};
use crate::read::xlsx::numeric;

/// Records that all sheets may have together; sheets may claim to share them.
const RECORDS_MAX: usize = 20_000_000;

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Workbook, ReadError> {
    let ole = Ole::open(bytes)?;
    if ole.has("EncryptionInfo") || ole.has("EncryptedPackage") {
        return Err(ReadError::Password);
    }
    let stream = match ole.stream("Workbook")? {
        Some(stream) => Some(stream),
        None => ole.stream("Book")?,
    };
    let stream = stream.ok_or_else(|| ReadError::unreadable("not_a_workbook"))?;
    let globals = Globals::read(&stream, limits)?;
    let mut builder = Builder::new(limits);
    let mut left = RECORDS_MAX;
    for (name, at) in &globals.sheets {
        builder.sheet(name)?;
        let records = stream.get(*at..).ok_or_else(|| ReadError::unreadable("damaged"))?;
        read_sheet(records, &globals, &mut builder, &mut left)?;
    }
    builder.finish(globals.from_1904, true)
}

/// The records that matter here, by their numbers in [MS-XLS].
mod record {
    pub(super) const FORMULA: u16 = 0x0006;
    pub(super) const EOF: u16 = 0x000A;
    pub(super) const DATE_MODE: u16 = 0x0022;
    pub(super) const FILE_PASS: u16 = 0x002F;
    pub(super) const CONTINUE: u16 = 0x003C;
    pub(super) const BOUND_SHEET: u16 = 0x0085;
    pub(super) const MUL_RK: u16 = 0x00BD;
    pub(super) const R_STRING: u16 = 0x00D6;
    pub(super) const XF: u16 = 0x00E0;
    pub(super) const SST: u16 = 0x00FC;
    pub(super) const LABEL_SST: u16 = 0x00FD;
    pub(super) const NUMBER: u16 = 0x0203;
    pub(super) const LABEL: u16 = 0x0204;
    pub(super) const BOOL_ERR: u16 = 0x0205;
    pub(super) const STRING: u16 = 0x0207;
    pub(super) const RK: u16 = 0x027E;
    pub(super) const FORMAT: u16 = 0x041E;
    pub(super) const BOF: u16 = 0x0809;
}

/// The records of a stream, each with its number and its bytes. It ends where the stream does, or is damaged.
struct Records<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let len = usize::from(u16_at(self.rest.get(..4)?, 2));
        let body = self.rest.get(4..4 + len)?;
        let kind = u16_at(self.rest, 0);
        self.rest = self.rest.get(4 + len..)?;
        Some((kind, body))
    }
}

/// What stands before the sheets and holds for all of them.
#[derive(Default)]
struct Globals {
    /// Excel 97 and later: text is Unicode.
    unicode: bool,
    from_1904: bool,
    styles: Vec<Shown>,
    strings: Vec<String>,
    /// Each sheet's name and where in the stream it begins.
    sheets: Vec<(String, usize)>,
}

impl Globals {
    fn read(stream: &[u8], limits: &Limits) -> Result<Self, ReadError> {
        let mut globals = Self::default();
        let mut formats: BTreeMap<u16, Shown> = BTreeMap::new();
        let mut styles = Vec::new();
        let mut table: Option<Vec<&[u8]>> = None;
        for (kind, body) in (Records { rest: stream }) {
            match kind {
                record::BOF => globals.unicode = u16_at(body, 0) >= 0x0600,
                record::FILE_PASS => return Err(ReadError::Password),
                record::DATE_MODE => globals.from_1904 = u16_at(body, 0) == 1,
                record::FORMAT => {
                    let code = globals.text(body.get(2..).unwrap_or_default(), 2);
                    formats.insert(u16_at(body, 0), custom(&code));
                }
                record::XF => styles.push(u16_at(body, 2)),
                record::BOUND_SHEET => {
                    const WORKSHEET: u8 = 0;
                    if body.get(5) == Some(&WORKSHEET) {
                        let at = usize::try_from(u32_at(body, 0)).unwrap_or(usize::MAX);
                        globals.sheets.push((globals.text(body.get(6..).unwrap_or_default(), 1), at));
                    }
                    if globals.sheets.len() > limits.sheets_max {
                        return Err(ReadError::too_large("sheets"));
                    }
                }
                record::SST => table = Some(vec![body]),
                record::CONTINUE => table.iter_mut().for_each(|table| table.push(body)),
                record::EOF => break,
                // A table of strings goes on only right after itself.
                _ => globals.take_strings(&mut table),
            }
        }
        globals.take_strings(&mut table);
        let shown = |id: u16| formats.get(&id).copied().unwrap_or_else(|| builtin(u32::from(id)));
        globals.styles = styles.into_iter().map(shown).collect();
        Ok(globals)
    }

    fn take_strings(&mut self, table: &mut Option<Vec<&[u8]>>) {
        if let Some(parts) = table.take() {
            self.strings = Strings { parts, part: 0, at: 8 }.collect();
        }
    }

    /// A text with its length before it, in one or two bytes.
    fn text(&self, body: &[u8], length_bytes: usize) -> String {
        let length =
            if length_bytes == 1 { body.first().copied().map_or(0, usize::from) } else { usize::from(u16_at(body, 0)) };
        if self.unicode {
            return Strings { parts: vec![body], part: 0, at: length_bytes }.text(length).unwrap_or_default();
        }
        // Before Excel 97 a format's length had one byte.
        let start = if length_bytes == 2 && body.len() < 2 + length { 1 } else { length_bytes };
        let length = if start == length_bytes { length } else { body.first().copied().map_or(0, usize::from) };
        let rest = body.get(start..).unwrap_or_default();
        WINDOWS_1252.decode(rest.get(..length).unwrap_or(rest)).0.into_owned()
    }

    fn numeric(&self, number: f64, style: u16) -> Option<Value> {
        let shown = self.styles.get(usize::from(style)).copied().unwrap_or_default();
        number.is_finite().then(|| numeric(number, shown, self.from_1904))
    }
}

/// The table of strings, which may be torn between records anywhere. Inside a text each piece begins with a byte that
/// says whether its letters have one byte or two.
struct Strings<'a> {
    parts: Vec<&'a [u8]>,
    part: usize,
    at: usize,
}

impl Strings<'_> {
    fn rest(&self) -> &[u8] {
        self.parts.get(self.part).and_then(|part| part.get(self.at..)).unwrap_or_default()
    }

    /// Steps to the next piece if this one is used up; none at the end of the last.
    fn turn(&mut self) -> Option<bool> {
        if !self.rest().is_empty() {
            return Some(false);
        }
        self.part += 1;
        self.at = 0;
        (self.part < self.parts.len()).then_some(true)
    }

    fn byte(&mut self) -> Option<u8> {
        self.turn()?;
        let byte = self.rest().first().copied();
        self.at += 1;
        byte
    }

    fn number(&mut self, bytes: u32) -> Option<u32> {
        (0..bytes).try_fold(0_u32, |number, place| Some(number | u32::from(self.byte()?) << (8 * place)))
    }

    fn pass(&mut self, mut bytes: usize) -> Option<()> {
        while bytes > 0 {
            self.turn()?;
            let step = bytes.min(self.rest().len());
            self.at += step;
            bytes -= step;
        }
        Some(())
    }

    /// A text of so many letters, from its flags on, to the end of what belongs to it.
    fn text(&mut self, letters: usize) -> Option<String> {
        let flags = self.byte()?;
        let runs = if flags & 0x08 == 0 { 0 } else { self.number(2)? };
        let extra = if flags & 0x04 == 0 { 0 } else { self.number(4)? };
        let mut wide = flags & 0x01 != 0;
        let mut units: Vec<u16> = Vec::new();
        while units.len() < letters {
            // Empty pieces are passed; the last one ends the text where it is.
            match self.turn() {
                Some(true) => match self.byte() {
                    Some(flags) => wide = flags & 0x01 != 0,
                    None => break,
                },
                Some(false) => {}
                None => break,
            }
            let missing = letters - units.len();
            let rest = self.rest();
            let before = units.len();
            if wide {
                units.extend(rest.chunks_exact(2).take(missing).map(|two| u16_at(two, 0)));
            } else {
                units.extend(rest.iter().take(missing).map(|byte| u16::from(*byte)));
            }
            let taken = (units.len() - before) * if wide { 2 } else { 1 };
            // Half a letter at the end of a piece belongs to nothing.
            self.at += if taken == 0 { rest.len() } else { taken };
        }
        self.pass(usize::try_from(runs).ok()?.checked_mul(4)?);
        self.pass(usize::try_from(extra).ok()?);
        Some(String::from_utf16_lossy(&units))
    }
}

impl Iterator for Strings<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let letters = self.number(2)?;
        self.text(usize::try_from(letters).ok()?)
    }
}

fn read_sheet(stream: &[u8], globals: &Globals, builder: &mut Builder<'_>, left: &mut usize) -> Result<(), ReadError> {
    let mut depth = 0_usize;
    let mut formula = None;
    for (kind, body) in (Records { rest: stream }) {
        *left = left.checked_sub(1).ok_or_else(|| ReadError::too_large("cells"))?;
        match kind {
            record::BOF => depth += 1,
            record::EOF if depth <= 1 => return Ok(()),
            record::EOF => depth -= 1,
            // Charts inside a sheet have numbers that are no cells.
            _ if depth > 1 => {}
            record::STRING => {
                if let Some((row, column)) = formula.take() {
                    builder.put(row, column, Value::Text(globals.text(body, 2)))?;
                }
            }
            record::MUL_RK => {
                let first = u32::from(u16_at(body, 2));
                let cells = body.get(4..body.len().saturating_sub(2)).unwrap_or_default();
                for (column, cell) in (first..).zip(cells.chunks_exact(6)) {
                    if let Some(value) = globals.numeric(rk(u32_at(cell, 2)), u16_at(cell, 0)) {
                        builder.put(u32::from(u16_at(body, 0)), column, value)?;
                    }
                }
            }
            _ => {
                let (row, column) = (u32::from(u16_at(body, 0)), u32::from(u16_at(body, 2)));
                if kind == record::FORMULA {
                    formula = Some((row, column));
                }
                if let Some(value) = cell(kind, body, globals) {
                    builder.put(row, column, value)?;
                }
            }
        }
        if builder.sheet_is_full() {
            break;
        }
    }
    Ok(())
}

/// The value of a record that is one cell; none for all others and for formulas that end in a text, which follows.
fn cell(kind: u16, body: &[u8], globals: &Globals) -> Option<Value> {
    let style = u16_at(body, 4);
    match kind {
        record::NUMBER => globals.numeric(f64_at(body, 6)?, style),
        record::RK => globals.numeric(rk(u32_at(body.get(..10)?, 6)), style),
        record::LABEL_SST => {
            let index = usize::try_from(u32_at(body.get(..10)?, 6)).ok()?;
            globals.strings.get(index).map(|string| Value::Text(string.clone()))
        }
        record::LABEL | record::R_STRING => Some(Value::Text(globals.text(body.get(6..)?, 2))),
        record::BOOL_ERR => Some(bool_or_error(*body.get(6)?, *body.get(7)?)),
        record::FORMULA => match (u16_at(body.get(..14)?, 12), body.get(6)?) {
            (0xFFFF, 1) => Some(bool_or_error(*body.get(8)?, 0)),
            (0xFFFF, 2) => Some(bool_or_error(*body.get(8)?, 1)),
            (0xFFFF, _) => None,
            _ => globals.numeric(f64_at(body, 6)?, style),
        },
        _ => None,
    }
}

fn f64_at(bytes: &[u8], at: usize) -> Option<f64> {
    bytes.get(at..at + 8)?.try_into().ok().map(f64::from_le_bytes)
}

/// A number in four bytes: thirty bits of an integer or of a float, perhaps a hundredth of it.
fn rk(bits: u32) -> f64 {
    let number =
        if bits & 2 == 0 { f64::from_bits(u64::from(bits & !3) << 32) } else { f64::from(bits.cast_signed() >> 2) };
    if bits & 1 == 0 { number } else { number / 100.0 }
}

fn bool_or_error(value: u8, is_error: u8) -> Value {
    if is_error == 0 {
        return Value::Bool(value != 0);
    }
    let name = match value {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        _ => "#N/A",
    };
    Value::Error(name.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::float_cmp)]
    use super::*;

    #[test]
    fn numbers_in_four_bytes() {
        assert_eq!(rk((43266 << 2) | 2), 43266.0);
        assert_eq!(rk((25 << 2) | 3), 0.25);
        assert_eq!(rk(((-3_i32) << 2).cast_unsigned() | 2), -3.0);
        assert_eq!(rk(u32::try_from(1.0_f64.to_bits() >> 32).unwrap()), 1.0);
    }

    #[test]
    fn a_string_torn_between_records_is_one_string() {
        // "Frist", then "blåbær": four letters of one byte in the first record, the others of two in the next.
        let first = [0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, b'F', b'r', b'i', b's', b't', 6, 0, 0, b'b', b'l', 0xE5, b'b'];
        let second = [1, 0xE6, 0, b'r', 0, 2, 0, 0, b'i', b'd'];
        let strings: Vec<_> = Strings { parts: vec![&first, &second], part: 0, at: 8 }.collect();
        assert_eq!(strings, ["Frist", "blåbær", "id"]);
    }

    #[test]
    fn formatting_runs_are_passed_over() {
        let body = [0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0x08, 1, 0, b'i', b'd', 9, 9, 9, 9, 1, 0, 0, b'x'];
        let strings: Vec<_> = Strings { parts: vec![&body], part: 0, at: 8 }.collect();
        assert_eq!(strings, ["id", "x"]);
    }

    #[test]
    fn a_table_that_ends_too_early_ends() {
        let body = [0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, b'x'];
        let strings: Vec<_> = Strings { parts: vec![&body, &[]], part: 0, at: 8 }.collect();
        assert_eq!(strings, ["x"]);
    }
}
