//! A figure with its limit and its verdict.

use serde_json::{Value, json};

/// A figure as a bench told it.
#[derive(Debug, PartialEq)]
pub struct Row {
    bench: String,
    /// What was measured.
    pub figure: String,
    value: f64,
    unit: String,
    /// What it was measured against, in the same unit.
    against: Option<(String, f64)>,
    ratio_max: Option<f64>,
    value_max: Option<f64>,
}

impl Row {
    /// Reads a line of a bench; none when it is talk.
    pub fn read(bench: &str, line: &str) -> Option<Self> {
        let told: Value = serde_json::from_str(line).ok()?;
        let text = |key: &str| told.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let number = |key: &str| told.get(key).and_then(Value::as_f64);
        Some(Self {
            bench: bench.to_owned(),
            figure: text("figure"),
            value: number("value")?,
            unit: text("unit"),
            against: number("against_value").map(|value| (text("against"), value)),
            ratio_max: number("ratio_max"),
            value_max: number("value_max"),
        })
    }

    fn ratio(&self) -> Option<f64> {
        self.against.as_ref().filter(|(_, value)| *value > 0.0).map(|(_, value)| self.value / value)
    }

    /// Whether a limit is broken. A limit on a ratio that could not be formed is.
    pub fn over(&self) -> bool {
        let over_ratio = self.ratio_max.is_some_and(|max| self.ratio().is_none_or(|ratio| ratio > max));
        over_ratio || self.value_max.is_some_and(|max| self.value > max)
    }

    fn limit(&self) -> String {
        match (self.value_max, self.ratio_max) {
            (Some(max), _) => format!("{max} {}", self.unit),
            (None, Some(max)) => format!("{max} ×"),
            (None, None) => String::new(),
        }
    }

    /// For `--json`.
    pub fn json(&self) -> Value {
        json!({
            "bench": self.bench,
            "figure": self.figure,
            "value": self.value,
            "unit": self.unit,
            "against": self.against.as_ref().map(|(name, _)| name),
            "against_value": self.against.as_ref().map(|(_, value)| value),
            "ratio": self.ratio(),
            "ratio_max": self.ratio_max,
            "value_max": self.value_max,
            "over": self.over(),
        })
    }

    fn line(&self) -> String {
        let verdict = match (self.limit().is_empty(), self.over()) {
            (true, _) => "",
            (false, false) => "held",
            (false, true) => "**over**",
        };
        let against = self.against.as_ref().map(|(name, value)| format!("{name}: {}", shown(*value, &self.unit)));
        format!(
            "| {} | {} | {} | {} | {} | {verdict} |",
            self.figure,
            shown(self.value, &self.unit),
            against.unwrap_or_default(),
            self.ratio().map(|ratio| format!("{ratio:.2} ×")).unwrap_or_default(),
            self.limit(),
        )
    }
}

/// A figure in the form that benches tell.
pub fn told(name: &str, unit: &str, value: f64, more: Value) -> String {
    let mut figure = json!({ "figure": name, "unit": unit, "value": value });
    if let (Value::Object(figure), Value::Object(more)) = (&mut figure, more) {
        figure.extend(more);
    }
    figure.to_string()
}

fn shown(value: f64, unit: &str) -> String {
    if value.abs() >= 100.0 { format!("{value:.0} {unit}") } else { format!("{value:.2} {unit}") }
}

/// The figures as a Markdown table, ready for the README.
pub fn table(rows: &[Row]) -> String {
    let mut lines = vec![
        String::from("| figure | measured | against | ratio | limit | |"),
        String::from("| --- | ---: | --- | ---: | ---: | --- |"),
    ];
    lines.extend(rows.iter().map(Row::line));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_over_its_limit_is_said() {
        let line = |max: f64| {
            format!(
                r#"{{"figure":"edit","value":6.0,"unit":"ms","against":"commit","against_value":1.0,"ratio_max":{max}}}"#
            )
        };
        let row = Row::read("edit", &line(5.0)).unwrap();
        assert!(row.over());
        assert!(row.line().contains("6.00 × | 5 × | **over** |"), "{}", row.line());
        assert!(!Row::read("edit", &line(6.5)).unwrap().over());
    }

    #[test]
    fn a_ratio_to_nothing_is_over() {
        let line = r#"{"figure":"x","value":1.0,"unit":"ms","against":"y","against_value":0.0,"ratio_max":5}"#;
        assert!(Row::read("x", line).unwrap().over());
    }

    #[test]
    fn a_value_has_a_limit_of_its_own() {
        let row = Row::read("tasks", r#"{"figure":"tasks","value":151.0,"unit":"ms","value_max":150}"#).unwrap();
        assert!(row.over());
        assert!(table(&[row]).contains("| tasks | 151 ms |  |  | 150 ms | **over** |"));
        let row = Row::read("tasks", r#"{"figure":"tasks","value":9.25,"unit":"ms"}"#).unwrap();
        assert!(!row.over());
        assert!(row.line().ends_with("| 9.25 ms |  |  |  |  |"), "{}", row.line());
    }

    #[test]
    fn talk_is_no_figure() {
        assert_eq!(Row::read("x", "warming up"), None);
        assert_eq!(Row::read("x", r#"{"figure":"x"}"#), None);
    }
}
