//! What is coming: months, roles that will be needed, people whom several projects want at once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::PathBuf;

use chrono::NaiveDate;
use tovholder_app::App;
use tovholder_app::view::*;
use tovholder_model::Scalar;

struct Laptop {
    app: App,
    dir: PathBuf,
}

impl Laptop {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("tovholder-horizon-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        let app = App::open(&dir).unwrap();
        let args = FoundArgs { municipality: "0479".into(), department: "It".into(), name: "Dorte Ørsted".into() };
        app.found(args).unwrap();
        Self { app, dir }
    }

    /// A task of one's own that falls due on a day, with the role that it names.
    fn task(&self, project: &str, title: &str, deadline: &str, role: &str) -> String {
        let args = CreateTaskArgs {
            project: project.into(),
            title: title.into(),
            deadline: deadline.parse().ok(),
            ..Default::default()
        };
        let id = self.app.create_task(args).unwrap().id.unwrap();
        if !role.is_empty() {
            self.set(&format!("task/{id}"), "role", role);
        }
        id
    }

    fn set(&self, entity: &str, field: &str, value: impl Into<Scalar>) {
        let edit = Edit { entity: entity.into(), field: field.into(), value: Some(value.into()), seen: None };
        self.app.edit(EditArgs { edits: vec![edit], cursor: None }).unwrap();
    }

    fn assign(&self, project: &str, person: &str, to: Option<&str>) {
        let args = AssignArgs {
            project: project.into(),
            role: "projektleder".into(),
            person: person.into(),
            from: "2018-01-01".parse().ok(),
            to: to.map(|to| to.parse().unwrap()),
        };
        self.app.assign(args).unwrap();
    }

    fn horizon(&self, months: Option<u8>) -> Horizon {
        self.app.horizon(HorizonQuery { on: "2018-06-14".parse().ok(), months }).unwrap()
    }
}

impl Drop for Laptop {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn months_hold_what_falls_due_from_today_on_and_nothing_else() {
    let laptop = Laptop::new("months");
    laptop.task("BBR", "Forbi", "2018-06-13", "");
    let today = laptop.task("BBR", "I dag", "2018-06-14", "");
    let late = laptop.task("KY", "Sidst", "2019-01-31", "");
    laptop.task("KY", "For langt ude", "2019-02-01", "");
    let done = laptop.task("KY", "Færdig", "2018-07-01", "");
    laptop.set(&format!("task/{done}"), "status", "completed");
    laptop.set("project/BBR", "go_live", "2018-11-01");
    let horizon = laptop.horizon(None);
    assert_eq!((horizon.until, horizon.months.len()), (day("2019-01-31"), 8));
    let ids: Vec<Vec<&str>> =
        horizon.months.iter().map(|month| month.tasks.iter().map(|task| task.id.as_str()).collect()).collect();
    assert_eq!(ids[0], [today.as_str()]);
    assert_eq!(ids[7], [late.as_str()]);
    assert!(ids[1..7].iter().all(Vec::is_empty));
    assert_eq!(horizon.months[5].month, day("2018-11-01"));
    assert_eq!(horizon.months[5].go_live, ["BBR"]);
    let counts = &horizon.months[0].counts;
    assert_eq!(counts.red + counts.yellow + counts.green + counts.grey, 1);
    assert_eq!(laptop.horizon(Some(1)).until, day("2018-06-30"));
    assert_eq!(laptop.horizon(Some(0)).months.len(), 1);
    assert_eq!(laptop.horizon(Some(200)).months.len(), 24);
}

#[test]
fn a_role_that_will_be_empty_when_a_task_falls_due_comes_first() {
    let laptop = Laptop::new("roles");
    laptop.task("BBR", "Held", "2018-07-01", "Projektleder");
    laptop.task("KY", "Held once", "2018-07-01", "Projektleder");
    laptop.task("KY", "And then not", "2018-09-01", "Projektleder");
    laptop.task("SAPA", "Not needed", "2018-07-01", "Projektleder");
    laptop.set("role/SAPA:projektleder", "needed", false);
    laptop.assign("BBR", "Karsten Berg", None);
    laptop.assign("KY", "Nanna Dahl", Some("2018-08-31"));
    let needs = laptop.horizon(None).needs;
    let told: Vec<(&str, u32, Option<NaiveDate>, Vec<&str>)> = needs
        .iter()
        .map(|need| {
            let names = need.holders.iter().map(|holder| holder.name.as_str()).collect();
            (need.project.as_str(), need.tasks, need.empty_on, names)
        })
        .collect();
    assert_eq!(told, [("KY", 2, Some(day("2018-09-01")), vec!["Nanna Dahl"]), ("BBR", 1, None, vec!["Karsten Berg"])]);
}

#[test]
fn a_person_whom_two_projects_want_in_one_month_clashes() {
    let laptop = Laptop::new("clash");
    let one = laptop.task("BBR", "A", "2018-07-02", "");
    let two = laptop.task("KY", "B", "2018-07-30", "");
    let later = laptop.task("SAPA", "C", "2018-08-01", "");
    for task in [&one, &two, &later] {
        laptop.set(&format!("task/{task}"), "responsible", "Karsten Berg");
    }
    // By the role they hold, too.
    laptop.task("DUBU", "D", "2018-07-10", "Projektleder");
    laptop.assign("DUBU", "Karsten Berg", None);
    let clashes = laptop.horizon(None).clashes;
    assert_eq!(clashes.len(), 1, "August has one project: {clashes:?}");
    let clash = &clashes[0];
    assert_eq!((clash.person.name.as_str(), clash.month, clash.tasks), ("Karsten Berg", day("2018-07-01"), 3));
    assert_eq!(clash.projects, ["BBR", "DUBU", "KY"]);
    laptop.set(&format!("task/{two}"), "status", "completed");
    laptop.set(&format!("task/{one}"), "archived", true);
    assert!(laptop.horizon(None).clashes.is_empty(), "what is done or put away wants nobody");
}
