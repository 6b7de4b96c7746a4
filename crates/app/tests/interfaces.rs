//! The implementation overview on one laptop: KOMBIT's tables of 2018, the municipality's own words on top, what was learned.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::PathBuf;

use tovholder_app::view::*;
use tovholder_app::{App, Code};
use tovholder_model::{Colour, Scalar};

struct Laptop {
    app: App,
    dir: PathBuf,
}

impl Laptop {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("tovholder-interfaces-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        let app = App::open(&dir).unwrap();
        let args = FoundArgs { municipality: "0479".into(), department: "It".into(), name: "Dorte Ørsted".into() };
        app.found(args).unwrap();
        Self { app, dir }
    }

    fn import(&self) {
        let file = "klik-eksport-2018-05-15.xlsx";
        let path = format!("{}/../../tests/data/{file}", env!("CARGO_MANIFEST_DIR"));
        let open = ImportOpenArgs { name: file.into(), path: Some(path), ..Default::default() };
        let draft = self.app.import_open(open).unwrap();
        self.app.import_run(ImportRunArgs { id: draft.id, ..Default::default() }).unwrap();
    }

    fn matrix(&self) -> InterfaceMatrix {
        self.app.interfaces(InterfacesQuery { on: "2018-06-14".parse().ok(), ..Default::default() }).unwrap()
    }

    fn detail(&self, id: &str) -> InterfaceDetail {
        self.app.interface(InterfaceQuery { id: id.into(), on: "2018-06-14".parse().ok() }).unwrap()
    }

    fn set(&self, entity: &str, field: &str, value: impl Into<Scalar>) -> Result<EditDone, tovholder_app::AppError> {
        let edit = Edit { entity: entity.into(), field: field.into(), value: Some(value.into()), seen: None };
        self.app.edit(EditArgs { edits: vec![edit], cursor: None })
    }
}

impl Drop for Laptop {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

fn cell<'m>(matrix: &'m InterfaceMatrix, interface: &str, project: &str) -> &'m InterfaceUse {
    let row = matrix.interfaces.iter().find(|row| row.id == interface).expect(interface);
    row.uses.iter().find(|cell| cell.project == project).expect(project)
}

#[test]
fn the_slides_example_comes_out_of_it_cell_for_cell() {
    let laptop = Laptop::new("slides");
    let matrix = laptop.matrix();
    let order: Vec<&str> = matrix.projects.iter().map(|project| project.id.as_str()).collect();
    assert_eq!(order, ["DAR", "BBR", "FLIS", "AULA", "DUBU", "KSD", "KY", "SAPA", "Valg", "SPK", "YR"]);
    let told = [
        ("SF1511", "Sikkerhed - Hent Token fra Context Handler", "Adgangsstyring (brugere)"),
        ("SF1515", "Sikkerhed - SAML SingleLogout", "Adgangsstyring (brugere)"),
        (
            "SF1512",
            "Sikkerhed - Udstil service med Token-sikkerhed (Security Token Service)",
            "Adgangsstyring (systemer)",
        ),
        ("SF1514", "Sikkerhed - Hent Token fra Security Token Service", "Adgangsstyring (systemer)"),
    ];
    let rows: Vec<(&str, &str, &str)> =
        matrix.interfaces.iter().map(|row| (row.id.as_str(), row.name.as_str(), row.system.as_str())).collect();
    assert_eq!(rows, told);
    for row in &matrix.interfaces {
        for cell in &row.uses {
            let expected = match (row.id.as_str(), cell.project.as_str()) {
                ("SF1511", "DAR") => (UseState::Done, None),
                ("SF1511", "BBR" | "FLIS") => (UseState::UnderWay, None),
                ("SF1511", "SPK") => (UseState::New, None),
                ("SF1511", "KSD" | "KY" | "SAPA" | "Valg" | "DUBU" | "AULA")
                | ("SF1514", "DUBU")
                | ("SF1515", "Valg" | "DUBU")
                | ("SF1512", "Valg") => (UseState::Planned, Some(2019)),
                _ => (UseState::None, None),
            };
            assert_eq!((cell.state, cell.year), expected, "{} {}", row.id, cell.project);
            assert!(!cell.own);
        }
    }
    assert_eq!(matrix.hidden, 37);
    let bbr = matrix.projects.iter().find(|project| project.id == "BBR").unwrap();
    assert!(bbr.rollout.contains("1/11-2018") && bbr.pilot.contains("5 kommuner"));
    assert!(bbr.published.contains("30/4-2018"));
    assert!(laptop.detail("SF1511").row.hint.contains("erfaringer fra tidligere implementering"));
}

#[test]
fn the_klik_tasks_hang_on_it_with_their_colours() {
    let laptop = Laptop::new("tasks");
    laptop.import();
    let detail = laptop.detail("SF1511");
    let bbr: Vec<&TaskRow> = detail.tasks.iter().filter(|task| task.project == "BBR").collect();
    assert_eq!(bbr.len(), 5, "{:?}", detail.tasks.iter().map(|task| &task.title).collect::<Vec<_>>());
    let matrix = laptop.matrix();
    let here = cell(&matrix, "SF1511", "BBR");
    let counts = &here.counts;
    let sum = counts.red + counts.yellow + counts.green + counts.grey + counts.done;
    assert_eq!(sum, 5);
    let gravest = bbr.iter().map(|task| task.colour).max().unwrap();
    assert_eq!(here.gravest, Some(gravest));
    assert!(gravest > Colour::Done);
    // By hand: one more, and one less.
    let other = laptop
        .app
        .tasks(TasksQuery::default())
        .unwrap()
        .rows
        .iter()
        .find(|row| row.project == "SAPA")
        .unwrap()
        .id
        .clone();
    laptop.set(&format!("task/{other}"), "interface/SF1512", true).unwrap();
    assert_eq!(laptop.detail("SF1512").tasks.len(), 1);
    laptop.set(&format!("task/{}", bbr[0].id), "interface/SF1511", false).unwrap();
    assert_eq!(laptop.detail("SF1511").tasks.iter().filter(|task| task.project == "BBR").count(), 4);
    // A task that names the number is tied by that alone.
    let args =
        CreateTaskArgs { project: "KY".into(), title: "Bestil certifikat til sf 1520".into(), ..Default::default() };
    laptop.app.create_task(args).unwrap();
    assert_eq!(laptop.detail("SF1520").tasks.len(), 1);
    assert!(laptop.matrix().interfaces.iter().any(|row| row.id == "SF1520"), "what has a task is shown");
    assert_eq!(laptop.set(&format!("task/{other}"), "interface/1512", true).unwrap_err().code, Code::UnknownField);
}

#[test]
fn the_municipality_s_own_word_stands_on_top_and_can_be_taken_back() {
    let laptop = Laptop::new("own");
    laptop.set("use/KY:SF1511", "state", "under_way").unwrap();
    let matrix = laptop.matrix();
    let ky = cell(&matrix, "SF1511", "KY");
    assert_eq!((ky.state, ky.year, ky.own), (UseState::UnderWay, None, true));
    assert_eq!(ky.catalogue, "2019");
    laptop.set("use/KY:SF1511", "state", "2020").unwrap();
    assert_eq!(cell(&laptop.matrix(), "SF1511", "KY").year, Some(2020));
    laptop.set("use/KY:SF1511", "state", Scalar::Null).unwrap();
    let matrix = laptop.matrix();
    assert_eq!((cell(&matrix, "SF1511", "KY").year, cell(&matrix, "SF1511", "KY").own), (Some(2019), false));
    assert!(!laptop.app.projects(OnQuery::default()).unwrap().projects.iter().any(|project| project.id == "AULA"));
    for bad in ["20189", "1999", "2100", "færdig", "2018-06", ""] {
        let error = laptop.set("use/KY:SF1511", "state", bad).unwrap_err();
        assert_eq!(error.code, Code::BadValue, "{bad}");
    }
    assert_eq!(laptop.set("use/KY:1511", "state", "done").unwrap_err().code, Code::UnknownEntity);
    laptop.app.undo(NoArgs {}).unwrap();
    assert_eq!(cell(&laptop.matrix(), "SF1511", "KY").year, Some(2020), "a step back");
    // An interface of one's own, in a group of its own.
    laptop.set("interface/SF9001", "name", "Vores egen").unwrap();
    laptop.set("interface/SF9001", "system", "Lokalt").unwrap();
    let matrix = laptop.matrix();
    let own = matrix.interfaces.last().unwrap();
    assert_eq!(
        (own.id.as_str(), own.name.as_str(), own.system.as_str(), own.own),
        ("SF9001", "Vores egen", "Lokalt", true)
    );
    laptop.set("interface/SF9001", "archived", true).unwrap();
    assert!(!laptop.matrix().interfaces.iter().any(|row| row.id == "SF9001"));
}

#[test]
fn what_one_project_learned_shows_up_where_another_begins() {
    let laptop = Laptop::new("learned");
    let point = |interface: &str, project: &str, text: &str| {
        laptop.app.add_attention(AttentionArgs {
            interface: interface.into(),
            project: project.into(),
            text: text.into(),
        })
    };
    point("sf1511", "DAR", "Ryd op i rettigheder, før rollerne oprettes.").unwrap();
    let detail = laptop.detail("SF1511");
    assert_eq!(detail.points.len(), 1);
    let told = &detail.points[0];
    assert_eq!((told.project.as_str(), told.who.as_str()), ("DAR", "Dorte Ørsted"));
    let matrix = laptop.matrix();
    assert_eq!(cell(&matrix, "SF1511", "BBR").learned, 1, "BBR is under way");
    assert_eq!(cell(&matrix, "SF1511", "SPK").learned, 1, "SPK is new");
    assert_eq!(cell(&matrix, "SF1511", "DAR").learned, 0, "DAR learned it itself");
    assert_eq!(cell(&matrix, "SF1515", "DUBU").learned, 0, "another interface");
    point("SF1515", "valg", "Test i god tid.").unwrap();
    assert_eq!(laptop.detail("SF1515").points[0].project, "Valg", "as the catalogue and the matrix write it");
    laptop.set(&told.entity, "text", "Ryd op først.").unwrap();
    assert_eq!(laptop.detail("SF1511").points[0].text, "Ryd op først.");
    laptop.set(&told.entity, "archived", true).unwrap();
    assert!(laptop.detail("SF1511").points.is_empty());
    assert_eq!(cell(&laptop.matrix(), "SF1511", "BBR").learned, 0);
    for (interface, project, text, code) in [
        ("1511", "DAR", "x", Code::UnknownInterface),
        ("SF1511", "Findes ikke", "x", Code::UnknownProject),
        ("SF1511", "DAR", "  ", Code::NameMissing),
        ("SF1511", "DAR", "Ring til 070761-4285", Code::LooksLikeCpr),
    ] {
        assert_eq!(point(interface, project, text).unwrap_err().code, code, "{interface} {project} {text}");
    }
    let fresh = App::open(&laptop.dir).unwrap();
    let shown = |app: &App| {
        let matrix = app.interfaces(InterfacesQuery { all: true, ..Default::default() }).unwrap();
        serde_json::to_string(&(matrix.interfaces, matrix.projects)).unwrap()
    };
    assert_eq!(shown(&laptop.app), shown(&fresh), "brought forward edit by edit as read anew");
}

#[test]
fn one_interface_or_project_can_be_asked_for() {
    let laptop = Laptop::new("one");
    let ask = |interface: &str, project: &str| {
        laptop.app.interfaces(InterfacesQuery {
            interface: (!interface.is_empty()).then(|| interface.into()),
            project: (!project.is_empty()).then(|| project.into()),
            ..Default::default()
        })
    };
    let one = ask("sf1500", "bbr").unwrap();
    assert_eq!((one.interfaces.len(), one.projects.len()), (1, 1));
    assert_eq!(ask("SF0000", "").unwrap_err().code, Code::UnknownInterface);
    assert_eq!(ask("", "Findes ikke").unwrap_err().code, Code::UnknownProject);
    let all = laptop.app.interfaces(InterfacesQuery { all: true, ..Default::default() }).unwrap();
    assert_eq!((all.interfaces.len(), all.hidden), (41, 0));
}

#[test]
fn interfaces_are_found_by_number_and_by_name() {
    let laptop = Laptop::new("search");
    let found = |q: &str| -> Vec<String> {
        let hits = laptop.app.search(SearchArgs { q: q.into() }).unwrap().hits;
        hits.into_iter().filter(|hit| hit.kind == "interface").map(|hit| hit.id).collect()
    };
    assert_eq!(found("sf1511"), ["SF1511"]);
    assert!(found("organisation").contains(&"SF1500".to_owned()));
    assert!(found("findes slet ikke").is_empty());
    laptop.set("interface/SF9999", "name", "Egen prøvesnitflade").unwrap();
    assert_eq!(found("prøve"), ["SF9999"]);
}

#[test]
fn the_overview_is_handed_out_as_a_table_and_tasks_name_their_interfaces() {
    let laptop = Laptop::new("handed-out");
    laptop.import();
    let point = AttentionArgs { interface: "SF1511".into(), project: "DAR".into(), text: "=Ryd op; \"først\"".into() };
    laptop.app.add_attention(point).unwrap();
    laptop.set("interface/SF1511", "links", "https://kombit.dk/sf1511").unwrap();
    laptop.set("use/YR:SF1511", "state", "2027").unwrap();
    let args = ExportArgs { on: "2018-06-14".parse().ok(), ..ExportArgs::default() };
    let (bytes, rows) = laptop.app.exported(&args, ExportKind::Interfaces).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b';').from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let headings: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let matrix = laptop.matrix();
    assert_eq!(headings[..5], ["Snitflade", "Navn", "Støttesystem", "Version", "DAR"]);
    assert_eq!(headings.len(), 8 + matrix.projects.len());
    let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    assert_eq!((records.len(), usize::try_from(rows).unwrap()), (matrix.interfaces.len(), matrix.interfaces.len()));
    let row = records.iter().find(|record| &record[0] == "SF1511").unwrap();
    let of = |heading: &str| &row[headings.iter().position(|one| one == heading).unwrap()];
    assert_eq!((of("DAR"), of("BBR"), of("YR")), ("Færdig", "I gang", "2027"));
    assert_eq!(of("Opmærksomhedspunkter"), "DAR: =Ryd op; \"først\"");
    assert_eq!(of("Links"), "https://kombit.dk/sf1511");
    // Every word of the matrix is in it, and in the tasks' own file each task names what it is tied to.
    let (bytes, _) = laptop.app.exported(&args, ExportKind::Csv).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b';').from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let at = reader.headers().unwrap().iter().position(|one| one == "Snitflader").unwrap();
    let named: usize =
        reader.records().map(|record| record.unwrap()[at].split(", ").filter(|one| !one.is_empty()).count()).sum();
    let tied: u32 = matrix
        .interfaces
        .iter()
        .flat_map(|row| &row.uses)
        .map(|one| {
            let c = &one.counts;
            c.red + c.yellow + c.green + c.grey + c.done
        })
        .sum();
    assert!(named > 0 && named == usize::try_from(tied).unwrap(), "{named} {tied}");
}
