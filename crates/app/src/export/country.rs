//! The country as CSV: a line for each municipality and project that is shown.

use tovholder_model::Colour;

use super::csv::{BYTE_ORDER_MARK, guarded, line};
use super::date_text;
use crate::view::Country;
use crate::words::{self, Lang};

/// The lines, and how many.
pub fn country_csv(country: &Country, lang: Lang) -> (Vec<u8>, u32) {
    let heading = |key: &str| words::text(lang, "word", &format!("heading.{key}"), &[]);
    let mut headings = vec![heading("municipality"), heading("code"), heading("region"), heading("project")];
    let colours = [Colour::Red, Colour::Yellow, Colour::Green, Colour::Grey, Colour::Done];
    headings.extend(colours.map(|colour| words::colour(lang, colour)));
    headings.extend([heading("phase"), heading("go_live"), heading("as_of")]);
    let mut out = BYTE_ORDER_MARK.to_vec();
    line(&mut out, &headings);
    let mut count = 0;
    for row in &country.municipalities {
        for cell in &row.cells {
            let counts = &cell.counts;
            let mut fields =
                vec![row.name.clone(), row.code.clone(), row.region.clone(), guarded(cell.project.clone())];
            let of = [counts.red, counts.yellow, counts.green, counts.grey, counts.done];
            fields.extend(of.map(|count| count.to_string()));
            fields.push(words::scalar(lang, "phase", &cell.phase.as_str().into()));
            fields.push(cell.go_live.map(date_text).unwrap_or_default());
            fields.push(date_text(cell.on));
            line(&mut out, &fields);
            count += 1;
        }
    }
    (out, count)
}
