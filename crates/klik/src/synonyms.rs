//! The many headings under which KLIK's fields come, written as [`normalise_heading`] leaves them.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::field::{Field, normalise_heading};

/// Headings of a field: those that can mean nothing else, and those that often mean it.
struct Synonyms {
    field: Field,
    sure: &'static str,
    likely: &'static str,
}

const SYNONYMS: [Synonyms; 17] = [
    Synonyms {
        field: Field::Id,
        sure: "opgaveid opgavenr opgavenummer opgaveidnr klikid kliknr kliknummer klikopgaveid klikopgavenr \
               idnr idnummer taskid taskno tasknumber opgaveidentifikation opgavekode unikid uniktid \
               opgavenoegle taskkey",
        likely: "id nr nummer no number key noegle loebenr loebenummer reference ref",
    },
    Synonyms {
        field: Field::Project,
        sure: "projekt projektnavn projektkode projekter kombitprojekt kombitloesning project projectname \
               projectcode projektloesning loesningprojekt projektid projectid",
        likely: "loesning itloesning fagloesning system itsystem fagsystem systemnavn loesningsnavn solution \
               program projektsystem produkt product",
    },
    Synonyms {
        field: Field::Title,
        sure: "opgavetitel titel title tasktitle opgavenavn taskname opgaveoverskrift titelpaaopgave \
               navnpaaopgave",
        likely: "opgave navn name overskrift emne subject task kortbeskrivelse aktivitet",
    },
    Synonyms {
        field: Field::Description,
        sure: "beskrivelse opgavebeskrivelse description taskdescription beskrivelseafopgaven",
        likely: "tekst opgavetekst uddybning detaljer details indhold langbeskrivelse vejledning",
    },
    Synonyms {
        field: Field::Kind,
        sure: "opgavetype tasktype typeafopgave opgaveart opgavekategori taskkind",
        likely: "type art kategori kind category",
    },
    Synonyms {
        field: Field::Theme,
        sure: "tema temaer theme themes opgavetema temaomraade",
        likely: "omraade indsatsomraade spor emneomraade topic area track arbejdspakke",
    },
    Synonyms {
        field: Field::Prerequisites,
        sure: "forudsaetninger forudsaetning prerequisites prerequisite afhaengigheder afhaengighed \
               afhaengigaf dependencies dependson forudgaaendeopgaver",
        likely: "foregaaende predecessors kraever",
    },
    Synonyms {
        field: Field::Result,
        sure: "resultat resultater result results forventetresultat expectedresult slutresultat",
        likely: "leverance leverancer output outcome deliverable maal produceretresultat",
    },
    Synonyms {
        field: Field::Role,
        sure: "ansvarsogrollefordeling ansvarogroller ansvarsrollefordeling rollefordeling rolle roller \
               ansvarligrolle role roles responsiblerole rollerogansvar ansvarsfordeling",
        likely: "kompetence kompetencer maalgruppe",
    },
    Synonyms {
        field: Field::Published,
        sure: "publiceret publiceringsdato publiceretdato datopubliceret udgivet udgivelsesdato published \
               publishdate publisheddate publicationdate offentliggjort",
        likely: "oprettet oprettelsesdato created createddate frigivet",
    },
    Synonyms {
        field: Field::Start,
        sure: "startdato startdate datostart planlagtstart tidligststart begyndelsesdato startfrist",
        likely: "start begyndelse fra fradato starter paabegyndes begin startes from",
    },
    Synonyms {
        field: Field::Deadline,
        sure: "slutdato frist fristdato deadline duedate due forfaldsdato opgavefrist loesningsfrist \
               senestdato enddate forfald tidsfrist fristforopgaven skalloesessenest senestloest",
        likely: "slut senest til tildato end finish finishdate afslutningsdato faerdigdato",
    },
    Synonyms {
        field: Field::Responsible,
        sure: "ansvarlig ansvarligperson ansvarlige opgaveansvarlig responsible responsibleperson \
               ansvarlignavn ansvarlignavnogmail tovholder ansvarligikommunen ansvarligforopgaven",
        likely: "ejer opgaveejer owner ansvar accountable kontaktperson",
    },
    Synonyms {
        field: Field::Performer,
        sure: "udfoerer udfoeresaf udfoerende opgaveudfoerer performer performedby assignee assignedto tildelt \
               tildelttil udfoererperson udfoerendeperson udfoerere",
        likely: "medarbejder sagsbehandler bruger resource ressource loesesaf hvem doneby",
    },
    Synonyms {
        field: Field::Status,
        sure: "status opgavestatus taskstatus statusforopgaven statuspaaopgaven kommunensstatus",
        likely: "tilstand state fremdriftsstatus loest",
    },
    Synonyms {
        field: Field::Percent,
        sure: "procent procentudfoert udfoertprocent udfoertipct udfoertpct procentfaerdig faerdigprocent \
               percent percentcomplete percentdone procentfuldfoert fuldfoertprocent faerdiggoerelsesprocent \
               pct faerdiggoerelsesgrad faerdiggradprocent faerdiggrad",
        likely: "fremdrift udfoert progress complete completion fuldfoert",
    },
    Synonyms {
        field: Field::Changed,
        sure: "sidstaendret senestaendret aendret aendretdato aendringsdato sidstopdateret senestopdateret \
               opdateret datoforsidsteaendring lastchanged lastmodified modified updated lastupdated changed \
               modifieddate sidsteaendring senesteaendring sidstrettet",
        likely: "rettet opdateringsdato redigeret senestredigeret",
    },
];

/// How sure a heading is that can mean nothing else, and one that often means its field.
const SURE: u32 = 100;
const LIKELY: u32 = 60;

/// Each synonym's field and how sure it is.
static BY_WORD: LazyLock<HashMap<&str, (Field, u32)>> = LazyLock::new(|| {
    let words =
        |field, words: &'static str, score| words.split_ascii_whitespace().map(move |word| (word, (field, score)));
    let each = |synonyms: &Synonyms| {
        let Synonyms { field, sure, likely } = *synonyms;
        words(field, sure, SURE).chain(words(field, likely, LIKELY))
    };
    SYNONYMS.iter().flat_map(each).collect()
});

/// The fields that a heading may mean, with how sure that is, from 1 to 100; a field may come more than once.
pub(crate) fn scores(heading: &str) -> Vec<(Field, u32)> {
    // No heading is this long; whole descriptions come by here when a row of headings is looked for.
    if heading.len() > 200 {
        return Vec::new();
    }
    // A heading such as `Slutdato (dd-mm-åååå)` explains itself in brackets; `Opgavens frist` says whose it is.
    let whole = normalise_heading(heading);
    let outside = heading.split(['(', '[']).next().map(normalise_heading).unwrap_or_default();
    let owners = ["opgavens", "opgaven", "klik", "kombit", "kommunens", "task"];
    let bare = owners.iter().find_map(|word| outside.strip_prefix(word)).unwrap_or_default();
    let mut found = Vec::new();
    for (word, doubt) in [(whole.as_str(), 0), (outside.as_str(), 5), (bare, 10)] {
        found.extend(BY_WORD.get(word).map(|(field, score)| (*field, score - doubt)));
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn knows_the_fields_under_other_names() {
        use Field::*;
        for (field, headings) in [
            (Id, "Opgave-id | Nr. | KLIK-nr | ID | Task ID | # | Løbenr."),
            (Project, "Projekt | Løsning | It-løsning | Project"),
            (Title, "Opgavetitel | Titel | Opgave | Overskrift | Title"),
            (Description, "Beskrivelse | Opgavebeskrivelse"),
            (Kind, "Opgavetype | Type"),
            (Theme, "Tema"),
            (Prerequisites, "Forudsætninger"),
            (Result, "Resultat"),
            (Role, "Ansvars- og rollefordeling | Rolle"),
            (Published, "Publiceret"),
            (Start, "Startdato | Start"),
            (Deadline, "Slutdato | Frist | Deadline | Due date | Slutdato (dd-mm-åååå) | Opgavens frist | FRIST:"),
            (Responsible, "Ansvarlig | Ansvarlig person | Opgaveansvarlig"),
            (Performer, "Udfører | Udføres af | Assigned to"),
            (Status, "Status | Opgavestatus"),
            (Percent, "Procent | % udført | % | Udført % | Fremdrift"),
            (Changed, "Sidst ændret | Last modified"),
        ] {
            for heading in headings.split(" | ") {
                assert_eq!(Field::from_heading(heading), Some(field), "{heading}");
            }
        }
        for heading in ["", "Bemærkninger", "Kommune", "Udtræk 15-06-2018", "KLIK"] {
            assert_eq!(Field::from_heading(heading), None, "{heading}");
        }
    }

    #[test]
    fn no_synonym_is_claimed_by_two_fields_and_all_are_normalised() {
        let mut seen = std::collections::BTreeMap::new();
        for Synonyms { field, sure, likely } in SYNONYMS {
            for word in sure.split_ascii_whitespace().chain(likely.split_ascii_whitespace()) {
                assert_eq!(word, normalise_heading(word));
                assert_eq!(seen.insert(word, field), None, "{word} is claimed twice");
            }
        }
        assert!(Field::ALL.iter().all(|field| SYNONYMS.iter().any(|each| each.field == *field)));
    }
}
