//! KLIK's words for status and kind of task, as exports and municipalities spell them.

use tovholder_model::{Status, TaskKind};

use crate::field::normalise_heading;

/// Words for each status, as [`normalise_heading`] leaves them.
const STATUSES: [(Status, &str); 5] = [
    (
        Status::NotStarted,
        "ikkestartet ikkepaabegyndt ikkeigangsat ikkebegyndt ikkeigang ny nyopgave aaben oprettet afventer planlagt \
         notstarted new open todo pending planned",
    ),
    (
        Status::InProgress,
        "igang igangvaerende igangsat paabegyndt startet underudfoerelse underarbejde underbehandling aktiv \
         delvistloest delvistfuldfoert inprogress started ongoing active underway doing",
    ),
    (
        Status::Completed,
        "fuldfoert faerdig faerdiggjort faerdigmeldt afsluttet loest udfoert gennemfoert lukket ok completed complete \
         done finished closed solved resolved",
    ),
    (
        Status::CannotMeetDeadline,
        "kanikkeloesesindenfrist kanikkeloesesindenforfrist kanikkeloesesindenforfristen kanikkeloesesindenfristen \
         kanikkeloesestilfristen kanikkeloesestiltiden kanikkeloesesitide kanikkeloeses kanikkenaas \
         fristkanikkeoverholdes fristenkanikkeoverholdes overskriderfrist cannotmeetdeadline \
         cannotbecompletedbydeadline cannotbesolvedbeforedeadline willmissdeadline",
    ),
    (
        Status::NotRelevant,
        "ikkerelevant irrelevant ikkerelevanther ikkeaktuel ikkeaktuelt udgaar udgaaet bortfaldet annulleret \
         skalikkeloeses notrelevant notapplicable na cancelled canceled",
    ),
];

/// Words for each kind, without *opgave* or *task* after them.
const KINDS: [(TaskKind, &str); 4] = [
    (TaskKind::Basic, "basis basic base grundlaeggende generel generelle faelles standard"),
    (
        TaskKind::SolutionSpecific,
        "loesningsspecifik loesningsspecifikke loesning loesnings specifik specifikke projekt projektspecifik \
         projektspecifikke systemspecifik solutionspecific solution specific project",
    ),
    (TaskKind::Programme, "program programme programmets tvaergaaende programspecifik"),
    (TaskKind::Local, "lokal lokale local egen egne kommunal kommunale kommunens kommunensegen"),
];

/// The status that a cell says; none for a word that is not known.
pub(crate) fn status(text: &str) -> Option<Status> {
    look_up(&STATUSES, &normalise_heading(text))
}

/// The kind of task that a cell says; none for a word that is not known.
pub(crate) fn kind(text: &str) -> Option<TaskKind> {
    let word = normalise_heading(text);
    let endings = ["opgaver", "opgave", "tasks", "task"];
    let bare = endings.iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(&word);
    look_up(&KINDS, bare)
}

fn look_up<T: Copy>(table: &[(T, &str)], word: &str) -> Option<T> {
    table.iter().find(|(_, words)| words.split_ascii_whitespace().any(|each| each == word)).map(|(found, _)| *found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_statuses_in_danish_english_and_code() {
        for (text, expected) in [
            ("Ikke startet", Status::NotStarted),
            ("IKKE PÅBEGYNDT", Status::NotStarted),
            ("I gang", Status::InProgress),
            ("Igangværende", Status::InProgress),
            (" i-gang ", Status::InProgress),
            ("Fuldført", Status::Completed),
            ("Færdig", Status::Completed),
            ("Afsluttet", Status::Completed),
            ("Løst", Status::Completed),
            ("Loest", Status::Completed),
            ("Kan ikke løses inden frist", Status::CannotMeetDeadline),
            ("Kan ikke løses inden for fristen", Status::CannotMeetDeadline),
            ("Ikke relevant", Status::NotRelevant),
            ("In progress", Status::InProgress),
            ("not_started", Status::NotStarted),
            ("cannot_meet_deadline", Status::CannotMeetDeadline),
        ] {
            assert_eq!(status(text), Some(expected), "{text}");
        }
        for text in ["Måske", "", "-", "0"] {
            assert_eq!(status(text), None, "{text}");
        }
        for each in Status::ALL {
            assert_eq!(status(each.code()), Some(each));
        }
    }

    #[test]
    fn knows_kinds_in_danish_english_and_code() {
        for (text, expected) in [
            ("Basisopgave", TaskKind::Basic),
            ("basis", TaskKind::Basic),
            ("Løsningsspecifik opgave", TaskKind::SolutionSpecific),
            ("Løsningsspecifikke opgaver", TaskKind::SolutionSpecific),
            ("Projektopgave", TaskKind::SolutionSpecific),
            ("Programopgave", TaskKind::Programme),
            ("Lokal opgave", TaskKind::Local),
            ("Local task", TaskKind::Local),
        ] {
            assert_eq!(kind(text), Some(expected), "{text}");
        }
        for text in ["Opgave", "Diverse", "", "Hemmelig opgave"] {
            assert_eq!(kind(text), None, "{text}");
        }
        for each in TaskKind::ALL {
            assert_eq!(kind(each.code()), Some(each));
        }
    }
}
