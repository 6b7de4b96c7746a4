//! A municipality's export from KLIK, as a workbook: the same bytes for the same size.

use rust_xlsxwriter::{Format, Workbook};

use crate::Outcome;
use crate::data::Size;
use crate::random::Random;

const HEADINGS: [&str; 17] = [
    "Opgave-id",
    "Projekt",
    "Opgavetitel",
    "Beskrivelse",
    "Opgavetype",
    "Tema",
    "Forudsætninger",
    "Resultat",
    "Ansvars- og rollefordeling",
    "Publiceret",
    "Startdato",
    "Slutdato",
    "Ansvarlig",
    "Udfører",
    "Status",
    "Procent",
    "Sidst ændret",
];
const FIRST_NAMES: [&str; 25] = [
    "Anne", "Bent", "Camilla", "Dorthe", "Erik", "Frede", "Grethe", "Hanne", "Ida", "Jens", "Karsten", "Lone", "Mette",
    "Niels", "Ole", "Pia", "Rasmus", "Søren", "Tina", "Ulla", "Vibeke", "Åse", "Ægir", "Øjvind", "Kåre",
];
const LAST_NAMES: [&str; 20] = [
    "Eskildsen",
    "Ørsted",
    "Berg",
    "Holm",
    "Kjær",
    "Sørensen",
    "Lund",
    "Dahl",
    "Møller",
    "Bruun",
    "Friis",
    "Krogh",
    "Skov",
    "Vestergaard",
    "Aagaard",
    "Thomsen",
    "Winther",
    "Nygaard",
    "Bach",
    "Iversen",
];
const WORK: [&str; 8] = ["Klargør", "Aftal", "Gennemgå", "Test", "Beskriv", "Bestil", "Orientér om", "Godkend"];
const OBJECTS: [&str; 8] = [
    "serviceaftale",
    "brugerroller",
    "snitflader",
    "datakvalitet",
    "certifikater",
    "uddannelsesplan",
    "overgangsplan",
    "driftsaftale",
];
/// Days since 1900 as Excel counts: 1 January 2018.
const FIRST_DAY: u32 = 43_101;
/// Deadlines lie within so many days.
const DAYS: u32 = 540;

/// A project's short name.
pub fn project(index: u32) -> String {
    format!("PROJEKT {index:03}")
}

/// A person's name; different for each index below 500, with a number after that.
pub fn person(index: u32) -> String {
    let first = FIRST_NAMES.get(index as usize % FIRST_NAMES.len()).copied().unwrap_or_default();
    let last = LAST_NAMES.get(index as usize / FIRST_NAMES.len() % LAST_NAMES.len()).copied().unwrap_or_default();
    match index / 500 {
        0 => format!("{first} {last}"),
        round => format!("{first} {last} {round}"),
    }
}

/// One row of the export.
struct Row {
    title: String,
    responsible: Option<u32>,
    performer: Option<u32>,
    start: u32,
    deadline: u32,
    status: &'static str,
    percent: f64,
    role: &'static str,
}

fn row(index: u32, size: &Size, changed: bool) -> Row {
    let mut random = Random::seeded(u64::from(index));
    let verb = random.pick(&WORK).copied().unwrap_or_default();
    let object = random.pick(&OBJECTS).copied().unwrap_or_default();
    let start = FIRST_DAY + random.below(DAYS);
    let deadline = start + 7 + random.below(120);
    let status = ["Ikke påbegyndt", "I gang", "Færdig", "Ikke påbegyndt", "I gang"];
    let roles = tovholder_app::gallery::gallery().roles.as_slice();
    // Everyone has something: the first rows name each person once.
    let responsible =
        if index <= size.persons { Some(index - 1) } else { random.percent(70).then(|| random.below(size.persons)) };
    Row {
        title: format!("{verb} {object} {index}"),
        responsible,
        performer: random.percent(50).then(|| random.below(size.persons)),
        start,
        deadline: deadline + if changed { 14 } else { 0 },
        status: random.pick(&status).copied().unwrap_or_default(),
        percent: f64::from(random.below(5)) / 4.0,
        role: random.pick(roles).map(|role| role.name.as_str()).unwrap_or_default(),
    }
}

/// The workbook. With `changed`, every tenth task has another deadline than without, and another note of it.
pub fn bytes(size: &Size, changed: bool) -> Outcome<Vec<u8>> {
    let mut book = Workbook::new();
    let date = Format::new().set_num_format("dd-mm-yyyy");
    let sheet = book.add_worksheet();
    sheet.set_name("Opgaver")?;
    for (column, heading) in (0..).zip(HEADINGS) {
        sheet.write(0, column, heading)?;
    }
    for index in 1..=size.tasks {
        let is_changed = changed && index.is_multiple_of(10);
        let row = row(index, size, is_changed);
        let text = format!("{}: se vejledningen i KLIK, og aftal det med it-afdelingen. ", row.title).repeat(4);
        sheet.write(index, 0, format!("KLIK-{index}"))?.write(index, 1, project(index % size.projects))?;
        sheet.write(index, 2, &row.title)?.write(index, 3, text)?.write(index, 4, "Løsningsspecifik opgave")?;
        sheet.write(index, 5, format!("Tema {}", index % 9))?;
        if index > 1 && index.is_multiple_of(8) {
            sheet.write(index, 6, format!("KLIK-{}", index - 1))?;
        }
        sheet.write(index, 7, format!("Resultat af {}", row.title))?.write(index, 8, row.role)?;
        for (column, day) in [(9, FIRST_DAY), (10, row.start), (11, row.deadline)] {
            sheet.write_with_format(index, column, day, &date)?;
        }
        for (column, who) in [(12, row.responsible), (13, row.performer)] {
            if let Some(who) = who {
                sheet.write(index, column, person(who))?;
            }
        }
        sheet.write(index, 14, row.status)?.write(index, 15, row.percent)?;
        sheet.write_with_format(index, 16, FIRST_DAY + if is_changed { 150 } else { 120 }, &date)?;
    }
    Ok(book.save_to_buffer()?)
}

/// The name under which KLIK hands the export out; its date is the export's.
pub fn file_name(changed: bool) -> &'static str {
    if changed { "klik-eksport-2018-06-15.xlsx" } else { "klik-eksport-2018-05-15.xlsx" }
}
