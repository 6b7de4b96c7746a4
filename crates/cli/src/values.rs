//! From the words of the command line to the values of cells: dates, percent, yes and no, code words.

use chrono::NaiveDate;
use tovholder_app::error::{AppError, Code};
use tovholder_app::view::Edit;
use tovholder_model::{Colour, Scalar, Status};

use crate::failure::{Failure, Outcome};
use crate::texts::is_word;

/// Written as a value, this follows KLIK again (for a role's `needed`: nobody has said).
const FOLLOW_KLIK: &str = "@klik";
/// Fields that hold a day.
const DATE_FIELDS: [&str; 5] = ["start", "deadline", "go_live", "from", "to"];
/// Fields that hold yes or no.
const FLAG_FIELDS: [&str; 3] = ["action_needed", "archived", "needed"];
/// Before the id of another task, or the number of an interface: the task waits for that one, or is tied to it, yes or no.
const TIES: [&str; 2] = ["needs/", "interface/"];

/// A date in one of the ways people write it: `2018-06-15`, `15-06-2018`, `15.06.2018`, `15/06/2018`.
pub fn date(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    ["%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y"]
        .into_iter()
        .filter_map(|format| NaiveDate::parse_from_str(text, format).ok())
        .find(|date| (1900..=2200).contains(&chrono::Datelike::year(date)))
}

/// A date as an option of the command line.
pub fn date_argument(text: &str) -> Result<NaiveDate, String> {
    date(text).ok_or_else(|| "YYYY-MM-DD / dd-mm-yyyy".to_owned())
}

/// A colour as its code or as a word of either language.
pub fn colour(text: &str) -> Outcome<Colour> {
    let low = text.trim().to_lowercase();
    Colour::from_code(&low)
        .or_else(|| Colour::ALL.into_iter().find(|colour| is_word("colour", colour.code(), &low)))
        .ok_or_else(|| AppError::new(Code::BadValue).at("colour").with(text).into())
}

/// A status as its code or as a word of either language.
pub fn status(text: &str) -> Outcome<Status> {
    let low = text.trim().to_lowercase();
    Status::from_code(&low)
        .or_else(|| Status::ALL.into_iter().find(|status| is_word("status", status.code(), &low)))
        .ok_or_else(|| AppError::new(Code::BadValue).at("status").with(text).into())
}

/// The edits of `entity` that `field=value` words ask for, each with what its author saw.
pub fn edits(entity: &str, words: &[String], seen: &[String]) -> Outcome<Vec<Edit>> {
    let seen = seen.iter().map(|word| seen_of(word)).collect::<Outcome<Vec<_>>>()?;
    let mut edits = Vec::new();
    for word in words {
        let (field, text) = word.split_once('=').ok_or_else(|| Failure::words(word))?;
        let field = field.trim();
        if edits.iter().any(|edit: &Edit| edit.field == field) {
            return Err(Failure::words(word));
        }
        edits.push(Edit {
            entity: entity.to_owned(),
            field: field.to_owned(),
            value: Some(value_of(field, text)?),
            seen: seen.iter().find(|(of, _)| of == field).map(|(_, ops)| ops.clone()),
        });
    }
    match seen.iter().find(|(of, _)| !edits.iter().any(|edit| edit.field == *of)) {
        Some((of, _)) => Err(Failure::words(format!("--seen {of}"))),
        None => Ok(edits),
    }
}

/// `field=counter@actor,…`: the operations its author saw; none after the sign means an empty cell was seen.
fn seen_of(word: &str) -> Outcome<(String, Vec<String>)> {
    let (field, ops) = word.split_once('=').ok_or_else(|| Failure::words(word))?;
    let ops = ops.split(',').map(str::trim).filter(|op| !op.is_empty()).map(str::to_owned).collect();
    Ok((field.trim().to_owned(), ops))
}

/// The value of a field. Empty text means empty on purpose; the application judges what the field allows.
fn value_of(field: &str, text: &str) -> Outcome<Scalar> {
    let bad = |code| AppError::new(code).at(field).with(text);
    if text.trim() == FOLLOW_KLIK {
        return Ok(Scalar::Null);
    }
    let is_flag = FLAG_FIELDS.contains(&field) || TIES.iter().any(|tie| field.starts_with(tie));
    if text.trim().is_empty() && !is_flag {
        return Ok(Scalar::Str(String::new()));
    }
    if DATE_FIELDS.contains(&field) {
        return Ok(date(text).ok_or_else(|| bad(Code::BadDate))?.into());
    }
    if is_flag {
        return Ok(yes_or_no(text).ok_or_else(|| bad(Code::BadValue))?.into());
    }
    match field {
        "percent" => {
            let number = text.trim().trim_end_matches('%').trim_end().parse::<i64>();
            Ok(number.ok().filter(|number| (0..=100).contains(number)).ok_or_else(|| bad(Code::BadValue))?.into())
        }
        "status" => Ok(status(text)?.code().into()),
        _ => Ok(text.into()),
    }
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "true" | "yes" | "ja" | "1" => Some(true),
        "false" | "no" | "nej" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::texts::{Lang, Texts};

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(ToString::to_string).collect()
    }

    fn values(given: &[&str]) -> Outcome<Vec<(String, Scalar)>> {
        let edits = edits("task/KLIK-1", &words(given), &[])?;
        Ok(edits.into_iter().map(|edit| (edit.field, edit.value.unwrap())).collect())
    }

    fn one(word: &str) -> Scalar {
        values(&[word]).unwrap().remove(0).1
    }

    #[test]
    fn each_field_takes_its_own_kind_of_value() {
        assert_eq!(one("deadline=15-06-2018"), Scalar::from("2018-06-15"));
        assert_eq!(one("start=2018-06-15"), Scalar::from("2018-06-15"));
        assert_eq!(one("percent=50 %"), Scalar::Int(50));
        assert_eq!(one("action_needed=ja"), Scalar::Bool(true));
        assert_eq!(one("archived=false"), Scalar::Bool(false));
        assert_eq!(one("status=completed"), Scalar::from("completed"));
        assert_eq!(one("needed=nej"), Scalar::Bool(false));
        assert_eq!(one("needs/KLIK-1001=ja"), Scalar::Bool(true));
        assert_eq!(one("needed=@klik"), Scalar::Null);
        assert_eq!(one("responsible="), Scalar::from(""));
        assert_eq!(one("deadline="), Scalar::from(""));
        assert_eq!(one("deadline=@klik"), Scalar::Null);
        assert_eq!(one("note=a=b, c"), Scalar::from("a=b, c"));
    }

    #[test]
    fn a_status_may_be_said_in_danish_or_english() {
        for status_ in Status::ALL {
            for lang in [Lang::Da, Lang::En] {
                let word = Texts::new(lang).status(status_).to_uppercase();
                assert_eq!(status(&word).unwrap(), status_, "{word}");
            }
        }
        assert!(status("halvfærdig").is_err());
    }

    #[test]
    fn what_cannot_be_understood_is_wrong_words() {
        for word in ["deadline=31-06-2018", "percent=101", "percent=mange", "action_needed=måske", "status=x", "status"]
        {
            let failure = values(&[word]).unwrap_err();
            let about_words = match failure {
                Failure::Words(_) => true,
                Failure::Refused(error) => matches!(error.code, Code::BadDate | Code::BadValue),
                _ => false,
            };
            assert!(about_words, "{word}");
        }
        assert!(values(&["note=a", "note=b"]).is_err());
    }

    #[test]
    fn what_was_seen_goes_with_its_field() {
        let given = words(&["status=completed", "note=x"]);
        let seen = words(&["status=12@ab, 13@cd", "note="]);
        let edits_ = edits("task/KLIK-1", &given, &seen).unwrap();
        assert_eq!(edits_[0].seen, Some(words(&["12@ab", "13@cd"])));
        assert_eq!(edits_[1].seen, Some(vec![]));
        assert!(edits("task/KLIK-1", &given, &words(&["deadline=1@ab"])).is_err());
    }
}
