//! Printing for a person: plain text, aligned, the colour always as a word, an escape only on a terminal that wants it.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

use serde::Serialize;
use tovholder_app::view::ColourCounts;
use tovholder_model::Colour;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::failure::Outcome;

/// Width of a bar that shows a project's colours, in cells of the terminal.
const BAR_WIDTH: usize = 20;
/// Narrowest that a table squeezes its long column, in cells.
const ELASTIC_MIN: usize = 12;
/// Bytes written at once: a list in JSON is megabytes.
const BUFFER_BYTES: usize = 256 * 1024;
/// Cells between two columns.
const GUTTER: usize = 2;

/// Standard output, buffered.
pub struct Out {
    writer: BufWriter<Stdout>,
    paint: bool,
    width: Option<usize>,
}

impl Out {
    /// Standard output. Colour escapes only on a terminal and without `NO_COLOR`; lines are cut only to fit a terminal.
    pub fn stdout() -> Self {
        let stdout = io::stdout();
        let terminal = stdout.is_terminal();
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)).filter(|_| terminal);
        Self { writer: BufWriter::with_capacity(BUFFER_BYTES, stdout), paint: terminal && wanted, width }
    }

    /// One line. What cannot be printed is replaced, so that a title from a workbook cannot steer the terminal.
    pub fn line(&mut self, text: &str) -> Outcome<()> {
        writeln!(self.writer, "{}", clean(text))?;
        Ok(())
    }

    /// A heading with an empty line before it.
    pub fn heading(&mut self, text: &str) -> Outcome<()> {
        let text = clean(text);
        if self.paint {
            writeln!(self.writer, "\n\x1b[1m{text}\x1b[0m")?;
        } else {
            writeln!(self.writer, "\n{text}")?;
        }
        Ok(())
    }

    /// A table.
    pub fn table(&mut self, table: &Table) -> Outcome<()> {
        for line in table.lines(self.width, self.paint) {
            writeln!(self.writer, "{line}")?;
        }
        Ok(())
    }

    /// A table without its headings.
    pub fn rows(&mut self, table: &Table) -> Outcome<()> {
        for line in table.lines(self.width, self.paint).iter().skip(1) {
            writeln!(self.writer, "{line}")?;
        }
        Ok(())
    }

    /// One JSON document on one line.
    pub fn json<T: Serialize>(&mut self, value: &T) -> Outcome<()> {
        serde_json::to_writer(&mut self.writer, value)?;
        writeln!(self.writer)?;
        Ok(())
    }

    /// Bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> Outcome<()> {
        self.writer.write_all(bytes)?;
        Ok(())
    }

    /// Writes out what is still buffered.
    pub fn finish(&mut self) -> Outcome<()> {
        self.writer.flush()?;
        Ok(())
    }
}

/// The text with everything that could steer a terminal, or turn the reading direction, replaced; line breaks too.
pub fn clean(text: &str) -> String {
    let steers = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars()
        .map(|c| {
            if c == '\n' || c == '\t' {
                ' '
            } else if steers(c) {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

/// A cell of a table.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    text: String,
    colour: Option<Colour>,
    right: bool,
}

impl Cell {
    /// Text, to the left.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self { text: clean(text.as_ref()), ..Self::default() }
    }

    /// A number or a date, to the right.
    pub fn right(text: impl std::fmt::Display) -> Self {
        Self { text: clean(&format!("{text}")), right: true, ..Self::default() }
    }

    /// Text in a colour of KLIK's, where the terminal shows colours.
    pub fn coloured(colour: Colour, text: impl AsRef<str>) -> Self {
        Self { colour: Some(colour), ..Self::text(text) }
    }

    /// A count in a colour; zero stays plain.
    pub fn count(colour: Colour, count: u32) -> Self {
        Self { colour: (count > 0).then_some(colour), ..Self::right(count) }
    }
}

/// A table with aligned columns. One column may be cut to make the rest fit a terminal.
#[derive(Debug, Default)]
pub struct Table {
    headings: Vec<Cell>,
    rows: Vec<Vec<Cell>>,
    elastic: Option<usize>,
}

impl Table {
    /// A table with these headings.
    pub fn new(headings: Vec<Cell>) -> Self {
        Self { headings, ..Self::default() }
    }

    /// The column, from 0, that gives way when the terminal is narrow.
    #[must_use]
    pub fn elastic(mut self, column: usize) -> Self {
        self.elastic = Some(column);
        self
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    fn lines(&self, width: Option<usize>, paint: bool) -> Vec<String> {
        let all: Vec<&Vec<Cell>> = std::iter::once(&self.headings).chain(&self.rows).collect();
        let widths = self.widths(&all, width);
        all.iter().map(|cells| line_of(cells, &widths, paint)).collect()
    }

    fn widths(&self, all: &[&Vec<Cell>], width: Option<usize>) -> Vec<usize> {
        let columns = all.iter().map(|cells| cells.len()).max().unwrap_or(0);
        let mut widths: Vec<usize> = (0..columns)
            .map(|column| {
                all.iter().filter_map(|cells| cells.get(column)).map(|cell| cell.text.width()).max().unwrap_or(0)
            })
            .collect();
        let total: usize = widths.iter().sum::<usize>() + GUTTER * columns.saturating_sub(1);
        if let Some(over) = width.and_then(|width| total.checked_sub(width))
            && let Some(elastic) = self.elastic.and_then(|column| widths.get_mut(column))
        {
            *elastic = elastic.saturating_sub(over).max(ELASTIC_MIN.min(*elastic));
        }
        widths
    }
}

fn line_of(cells: &[Cell], widths: &[usize], paint: bool) -> String {
    let mut line = String::new();
    let last = cells.len().saturating_sub(1);
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let text = cut(&cell.text, *width);
        let pad = width.saturating_sub(text.width());
        let painted = match cell.colour.filter(|_| paint).and_then(escape_of) {
            Some(escape) => format!("\x1b[{escape}m{text}\x1b[0m"),
            None => text,
        };
        if cell.right {
            line.push_str(&" ".repeat(pad));
        }
        line.push_str(&painted);
        if column < last {
            line.push_str(&" ".repeat(if cell.right { GUTTER } else { pad + GUTTER }));
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// The text, at most `width` cells wide, an ellipsis where it was cut.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 1; // the ellipsis
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        kept.push(c);
    }
    kept.push('…');
    kept
}

/// The escape of a colour; done has none, as it is no colour.
fn escape_of(colour: Colour) -> Option<&'static str> {
    match colour {
        Colour::Red => Some("31"),
        Colour::Yellow => Some("33"),
        Colour::Green => Some("32"),
        Colour::Grey => Some("90"),
        Colour::Done => None,
    }
}

/// A project's tasks as a bar, each colour a shade of its own, at least one cell for every colour that has a task.
pub fn bar(counts: &ColourCounts) -> String {
    let parts = [(counts.red, '█'), (counts.yellow, '▒'), (counts.green, '▓'), (counts.grey, '░'), (counts.done, '·')];
    let total: u32 = parts.iter().map(|(count, _)| count).sum();
    let Ok(total) = usize::try_from(total) else { return String::new() };
    if total == 0 {
        return String::new();
    }
    let mut shades: Vec<(usize, char)> = parts
        .into_iter()
        .map(|(count, shade)| {
            let count = usize::try_from(count).unwrap_or(0);
            ((count * BAR_WIDTH).div_ceil(total), shade)
        })
        .collect();
    // Rounding up gives every colour its cell and the bar a few too many: take them where there are most.
    while shades.iter().map(|(cells, _)| cells).sum::<usize>() > BAR_WIDTH {
        match shades.iter_mut().max_by_key(|(cells, _)| *cells) {
            Some((cells, _)) if *cells > 1 => *cells -= 1,
            _ => break,
        }
    }
    shades.iter().map(|(cells, shade)| shade.to_string().repeat(*cells)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;

    fn counts(red: u32, yellow: u32, green: u32, grey: u32, done: u32) -> ColourCounts {
        ColourCounts { red, yellow, green, grey, done }
    }

    #[test]
    fn every_colour_has_a_cell_and_the_bar_is_never_too_wide() {
        assert_eq!(bar(&counts(0, 0, 0, 0, 0)), "");
        assert_eq!(bar(&counts(0, 0, 0, 15, 0)), "░".repeat(BAR_WIDTH));
        let one_of_many = bar(&counts(1, 997, 1, 1, 1));
        assert_eq!(one_of_many.chars().count(), BAR_WIDTH);
        for shade in ['█', '▒', '▓', '░', '·'] {
            assert!(one_of_many.contains(shade), "{shade} is missing in {one_of_many}");
        }
    }

    #[test]
    fn a_title_cannot_steer_the_terminal() {
        assert_eq!(clean("a\x1b[2Jb\nc\u{202e}d"), "a\u{fffd}[2Jb c\u{fffd}d");
        assert_eq!(clean("æøå €"), "æøå €");
    }

    #[test]
    fn columns_are_aligned_by_width_and_the_elastic_one_gives_way() {
        let mut table = Table::new(vec![Cell::text("Titel"), Cell::right("Frist")]).elastic(0);
        table.row(vec![Cell::text("Udpeg en projektleder til projektet"), Cell::right("1")]);
        table.row(vec![Cell::text("Ægtefælle 役"), Cell::right("12")]);
        let wide = table.lines(None, false);
        assert_eq!(wide[1], "Udpeg en projektleder til projektet      1");
        assert!(wide.iter().all(|line| line.width() == 42), "{wide:?}");
        let narrow = table.lines(Some(30), false);
        assert_eq!(narrow[1], "Udpeg en projektleder …      1");
        assert!(narrow.iter().all(|line| line.width() == 30), "{narrow:?}");
    }

    #[test]
    fn the_colour_word_stands_with_and_without_the_escape() {
        let mut table = Table::new(vec![Cell::text("Farve")]);
        table.row(vec![Cell::coloured(Colour::Red, "Rød")]);
        assert_eq!(table.lines(None, false)[1], "Rød");
        assert_eq!(table.lines(None, true)[1], "\x1b[31mRød\x1b[0m");
    }
}
