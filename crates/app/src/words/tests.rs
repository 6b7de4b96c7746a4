#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::path::PathBuf;

use tovholder_klik::{ReadError, RejectCode};

use super::*;
use crate::view::Rejection;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn messages(lang: &str) -> BTreeMap<String, Area> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../ui/messages").join(lang);
    std::fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let json = std::fs::read_to_string(&path).unwrap();
            let area = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (path.file_stem().unwrap().to_string_lossy().into_owned(), area)
        })
        .collect()
}

fn params(template: &str) -> BTreeSet<String> {
    template.split('{').skip(1).filter_map(|tail| Some(tail.split_once('}')?.0.to_owned())).collect()
}

fn every_reason() -> Vec<Reason> {
    let (task, role, field) = ("KLIK-1".to_owned(), "Systemejer".to_owned(), "deadline".to_owned());
    let deadline = day("2018-06-15");
    vec![
        Reason::Completed,
        Reason::NotRelevant,
        Reason::DeadlinePassed { days: 1, deadline },
        Reason::DeadlinePassed { days: 8, deadline },
        Reason::CannotMeetDeadline,
        Reason::ActionNeeded,
        Reason::NotStartedYet { start: deadline },
        Reason::NoResponsible,
        Reason::NoPerformer,
        Reason::PrerequisiteLate { task },
        Reason::RoleEmpty { role },
        Reason::DeadlineNear { days: 0, deadline },
        Reason::DeadlineNear { days: 1, deadline },
        Reason::DeadlineNear { days: 9, deadline },
        Reason::OnTrack,
        Reason::Conflict { field },
    ]
}

/// The variants of an enum as its source lists them, in `snake_case`: a new one without words fails here.
fn variants(source: &str, name: &str) -> Vec<String> {
    let body = source.split_once(&format!("pub enum {name} {{")).unwrap().1.split_once("\n}").unwrap().0;
    body.lines()
        .filter(|line| line.starts_with("    ") && line.chars().nth(4).is_some_and(char::is_uppercase))
        .map(|line| {
            let variant: String = line.trim().chars().take_while(char::is_ascii_alphanumeric).collect();
            let mut snake = String::new();
            for letter in variant.chars() {
                if letter.is_uppercase() && !snake.is_empty() {
                    snake.push('_');
                }
                snake.extend(letter.to_lowercase());
            }
            snake
        })
        .collect()
}

#[test]
fn every_error_says_what_is_wrong_and_what_to_do() {
    let codes = variants(include_str!("../error.rs"), "Code");
    assert!(codes.len() >= 40, "{codes:?}");
    for code in codes {
        let parsed: Code = serde_json::from_value(serde_json::Value::String(code.clone())).unwrap();
        for lang in Lang::ALL {
            let (message, what_to_do) = error(lang, &AppError::new(parsed).at("her").with("derfor"));
            assert!(message.ends_with('.') && message.contains(' '), "{code}: {message}");
            assert!(what_to_do.ends_with('.') && what_to_do.contains(' '), "{code}: {what_to_do}");
            for sentence in [&message, &what_to_do] {
                assert!(!sentence.contains('{') && !sentence.contains('!'), "{code}: {sentence}");
            }
            let (bare, _) = error(lang, &AppError::new(parsed));
            let gaps = ["  ", "»«", "“”", ": .", " ."];
            assert!(gaps.iter().all(|gap| !bare.contains(gap)), "{code} without facts: {bare}");
        }
    }
}

#[test]
fn no_error_text_without_its_code() {
    let codes: BTreeSet<String> = variants(include_str!("../error.rs"), "Code").into_iter().collect();
    for key in DANISH["error"].keys() {
        let is_detail = key.strip_prefix("file_detail.").is_some_and(|word| ReadError::DETAILS.contains(&word));
        assert!(is_detail || codes.contains(key.trim_end_matches(".do")), "{key} is no error code");
    }
}

#[test]
fn every_reason_has_words() {
    let source = include_str!("../../../model/src/task/colour.rs");
    let known: BTreeSet<String> = every_reason().iter().map(|reason| reason_code(reason).to_owned()).collect();
    assert_eq!(known, variants(source, "Reason").into_iter().collect());
    for one in every_reason() {
        let json = serde_json::to_value(&one).unwrap();
        assert_eq!(json["code"], reason_code(&one));
        for lang in Lang::ALL {
            let alone = reason(lang, &one);
            let second = reasons(lang, Colour::Red, &[Reason::ActionNeeded, one.clone()]);
            for sentence in [alone, second] {
                assert!(sentence.ends_with('.') && sentence.contains(' '), "{sentence}");
                assert!(!sentence.contains(reason_code(&one)) && !sentence.contains('{'), "{sentence}");
                assert!(sentence.starts_with(char::is_uppercase), "{sentence}");
            }
        }
    }
}

#[test]
fn reasons_read_as_the_design_writes_them() {
    let red = [Reason::DeadlinePassed { days: 8, deadline: day("2018-06-15") }, Reason::NoPerformer];
    assert_eq!(reasons(Lang::Da, Colour::Red, &red), "Rød: fristen er overskredet med 8 dage. Udfører mangler også.");
    assert_eq!(reasons(Lang::Da, Colour::Yellow, &[Reason::NoPerformer]), "Gul: udfører mangler.");
    let empty = Reason::RoleEmpty { role: "Aftaleadministrator (STS)".into() };
    assert_eq!(reasons(Lang::Da, Colour::Yellow, &[empty]), "Gul: rollen Aftaleadministrator (STS) er ubesat.");
    let one = Reason::DeadlinePassed { days: 1, deadline: day("2018-06-15") };
    assert_eq!(reason(Lang::Da, &one), "Fristen er overskredet med 1 dag.");
    assert_eq!(reasons(Lang::Da, Colour::Green, &[]), "Grøn");
}

#[test]
fn every_word_notice_and_finding_has_its_key() {
    for lang in Lang::ALL {
        let known = |area: &str, key: &str| {
            assert!(template(lang, area, key).is_some(), "{}/{area}: {key}", lang.code());
        };
        for value in Status::ALL {
            known("word", &format!("status.{}", value.code()));
        }
        for value in Colour::ALL {
            known("word", &format!("colour.{}", value.code()));
            known("word", &format!("colour.{}.meaning", value.code()));
        }
        for value in TaskKind::ALL {
            known("word", &format!("kind.{}", value.code()));
        }
        for code in [
            "no_disk_encryption",
            "disk_encryption_unknown",
            "integrity_failed",
            "recovered_after_crash",
            "network_share",
            "cloud_folder",
            "backup_failed",
            "backup_old",
            "min_writer",
        ] {
            known("notice", code);
        }
        for code in RejectCode::ALL {
            known("reject", code.code());
        }
        for word in ReadError::DETAILS {
            known("error", &format!("file_detail.{word}"));
        }
        for month in 1..=12 {
            known("word", &format!("month.{month}"));
        }
        for code in variants(include_str!("../view/task.rs"), "Finding") {
            known("finding", &code);
            known("finding", &format!("{code}.do"));
        }
        for code in variants(include_str!("../view/role.rs"), "Needed") {
            known("word", &format!("needed.{code}"));
        }
        for code in variants(include_str!("../view/role.rs"), "RoleCategory") {
            known("word", &format!("category.{code}"));
        }
    }
}

#[test]
fn both_languages_have_the_same_keys_and_parameters() {
    let (danish, english) = (messages("da"), messages("en"));
    let areas = |messages: &BTreeMap<String, Area>| messages.keys().cloned().collect::<Vec<_>>();
    assert_eq!(areas(&danish), areas(&english));
    assert!(danish.len() >= 8);
    let mut differing = Vec::new();
    for (area, texts) in &danish {
        let other = &english[area];
        for key in texts.keys().chain(other.keys()).collect::<BTreeSet<_>>() {
            match (texts.get(key), other.get(key)) {
                (Some(da), Some(en)) if params(da) == params(en) => {}
                _ => differing.push(format!("{area}: {key}")),
            }
        }
    }
    assert!(differing.is_empty(), "{differing:#?}");
}

fn rejected(code: RejectCode, column: &str, value: &str, detail: &str) -> Rejection {
    Rejection {
        row: 175,
        column: column.into(),
        cell: "L175".into(),
        code: code.code().into(),
        value: value.into(),
        detail: detail.into(),
        reason: String::new(),
    }
}

#[test]
fn a_rejection_says_where_what_and_what_to_do() {
    let say = |lang, code, column, value, detail| rejection(lang, &rejected(code, column, value, detail));
    let danish = |code, column, value, detail| say(Lang::Da, code, column, value, detail);
    let english = |code, column, value, detail| say(Lang::En, code, column, value, detail);
    assert_eq!(
        danish(RejectCode::DateImpossible, "Slutdato", "31-06-2018", "2018-06-31"),
        "Række 175: Slutdato »31-06-2018« findes ikke. Juni har 30 dage. Ret cellen L175 i Excel, og vælg filen igen."
    );
    assert_eq!(
        english(RejectCode::DateImpossible, "Slutdato", "31-06-2018", "2018-06-31"),
        "Row 175: Slutdato “31-06-2018” does not exist. June has 30 days. Correct cell L175 in Excel and choose the \
         file again."
    );
    assert_eq!(
        danish(RejectCode::LooksLikeCpr, "Beskrivelse", "", ""),
        "Række 175: Beskrivelse ligner et cpr-nummer. Det gemmes ikke. Fjern tallet i cellen L175 i Excel, \
         og vælg filen igen."
    );
    assert_eq!(
        danish(RejectCode::TextTooLong, "Beskrivelse", "Lorem…", "40000/32767"),
        "Række 175: Beskrivelse er på 40.000 tegn, og der er plads til 32.767. \
         Forkort teksten i cellen L175 i Excel, og vælg filen igen."
    );
    assert!(
        english(RejectCode::TextTooLong, "Beskrivelse", "Lorem…", "1001/1000")
            .contains("1,001 characters, and there is room for 1,000.")
    );
    assert_eq!(
        danish(RejectCode::IdTwice, "Opgave-id", "KLIK-1001", "5"),
        "Række 175: Opgave-id »KLIK-1001« står også i række 5. \
         Ret cellen L175, eller slet den ene række i Excel, og vælg filen igen."
    );
    assert_eq!(
        danish(RejectCode::ProjectMissing, "Projekt", "", ""),
        "Række 175: Projekt mangler. Udfyld cellen L175 i Excel, og vælg filen igen."
    );
    assert!(danish(RejectCode::StatusUnknown, "", "x", "").contains("Kolonne L »x« er ikke en kendt status."));
    assert!(english(RejectCode::StatusUnknown, "", "x", "").contains("Column L “x” is not a known status."));
    assert!(danish(RejectCode::NotATask, "", "", "").starts_with("Række 175 er en sum"));
    let without_cell = Rejection { cell: String::new(), ..rejected(RejectCode::DateOutOfRange, "Frist", "1", "") };
    assert!(rejection(Lang::Da, &without_cell).contains("Ret cellen i Excel"));
}

#[test]
fn an_impossible_date_is_told_what_the_calendar_has() {
    let calendar = |lang, detail| {
        let sentence = rejection(lang, &rejected(RejectCode::DateImpossible, "Frist", "x", detail));
        sentence.split(['.', '\n']).nth(1).unwrap().trim().to_owned()
    };
    for (detail, danish, english) in [
        ("2018-02-29", "Februar 2018 har 28 dage", "February 2018 has 28 days"),
        ("2020-02-30", "Februar 2020 har 29 dage", "February 2020 has 29 days"),
        ("2018-12-32", "December har 31 dage", "December has 31 days"),
        ("2018-13-01", "Et år har 12 måneder", "A year has 12 months"),
        ("2018-00-01", "Et år har 12 måneder", "A year has 12 months"),
        ("2018-06-00", "Dage tælles fra 1", "Days are counted from 1"),
        ("", "Ret cellen L175 i Excel, og vælg filen igen", "Correct cell L175 in Excel and choose the file again"),
        (
            "i går",
            "Ret cellen L175 i Excel, og vælg filen igen",
            "Correct cell L175 in Excel and choose the file again",
        ),
    ] {
        assert_eq!(calendar(Lang::Da, detail), danish);
        assert_eq!(calendar(Lang::En, detail), english);
    }
}

#[test]
fn every_rejection_is_a_sentence_whatever_its_facts() {
    let facts = ["", "40000/32767", "2018-06-31", "5", "/", "--", "9".repeat(40).as_str(), "æ/ø"].map(str::to_owned);
    for code in RejectCode::ALL {
        for (lang, start) in [(Lang::Da, "Række 175"), (Lang::En, "Row 175")] {
            for (detail, value) in facts.iter().flat_map(|detail| [(detail, ""), (detail, "{row} {calendar}\u{202e}")])
            {
                let sentence = rejection(lang, &rejected(code, "", value, detail));
                assert!(sentence.starts_with(start) && sentence.ends_with('.'), "{sentence}");
                assert!(!sentence.contains("  ") && !sentence.contains('\n'), "{sentence}");
                assert_eq!(sentence.contains('{'), sentence.contains("{row} {calendar}"), "{sentence}");
            }
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_is_told_why() {
    for word in ReadError::DETAILS {
        for (lang, code) in
            Lang::ALL.into_iter().flat_map(|lang| [Code::FileUnreadable, Code::FileTooLarge].map(|code| (lang, code)))
        {
            let (bare, _) = error(lang, &AppError::new(code).at("klik.xlsx"));
            let (told, _) = error(lang, &AppError::new(code).at("klik.xlsx").with(word));
            let why = told.strip_prefix(&bare).unwrap().trim();
            assert!(why.ends_with('.') && why.starts_with(char::is_uppercase), "{word}: {told}");
            assert!(!why.contains('_') && why.contains(' '), "{word}: {told}");
        }
    }
    let pdf = AppError::new(Code::FileUnreadable).at("klik.xlsx").with("pdf");
    assert_eq!(error(Lang::Da, &pdf).0, "Filen »klik.xlsx« kan ikke læses. Den er en PDF.");
    assert_eq!(error(Lang::En, &pdf).0, "The file “klik.xlsx” cannot be read. It is a PDF.");
}

#[test]
fn missing_facts_and_hostile_ones_are_handled() {
    let (message, _) = error(Lang::Da, &AppError::new(Code::FileUnreadable).at("klik.xlsx"));
    assert_eq!(message, "Filen »klik.xlsx« kan ikke læses.");
    let (message, _) = error(Lang::Da, &AppError::new(Code::FileUnreadable).at("{detail}").with("{where}"));
    assert_eq!(message, "Filen »{detail}« kan ikke læses.");
    let (message, _) = error(Lang::Da, &AppError::new(Code::LooksLikeCpr).at("description"));
    assert_eq!(message, "Feltet »Beskrivelse« ligner et cpr-nummer. Det gemmes ikke.");
    assert_eq!(text(Lang::Da, "error", "no_such_key", &[]), "no_such_key");
    assert_eq!(fill("a {b", &[("b", "x")]), "a {b");
}

#[test]
fn values_in_words() {
    let say = |field: &str, value: Scalar| scalar(Lang::Da, field, &value);
    assert_eq!(say("deadline", "2018-11-01".into()), "01.11.2018");
    assert_eq!(say("status", "in_progress".into()), "I gang");
    assert_eq!(say("status", "from_the_future".into()), "from_the_future");
    assert_eq!(say("percent", Scalar::Int(50)), "50 %");
    assert_eq!(say("action_needed", Scalar::Bool(true)), "Ja");
    assert_eq!(say("needed", "yes".into()), "Nødvendig");
    assert_eq!(say("title", "2018-11-01".into()), "2018-11-01");
    assert_eq!(say("note", Scalar::Null), "");
    assert_eq!(scalar(Lang::En, "status", &"in_progress".into()), "In progress");
}

#[test]
fn languages_by_code() {
    assert_eq!(Lang::from_code("en-GB"), Lang::En);
    assert_eq!(Lang::from_code("EN"), Lang::En);
    assert_eq!(Lang::from_code("da"), Lang::Da);
    assert_eq!(Lang::from_code("å"), Lang::Da);
    assert_eq!(Lang::from_code(""), Lang::Da);
}
