//! Figures: taken with a clock, sorted, and printed a line each.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// One figure as xtask reads it.
pub struct Figure(serde_json::Map<String, Value>);

impl Figure {
    pub fn new(name: &str, value: f64, unit: &str) -> Self {
        let mut map = serde_json::Map::new();
        map.insert("figure".to_owned(), json!(name));
        map.insert("value".to_owned(), json!(value));
        map.insert("unit".to_owned(), json!(unit));
        Self(map)
    }

    /// What it is measured against, in the same unit.
    pub fn against(mut self, name: &str, value: f64) -> Self {
        self.0.insert("against".to_owned(), json!(name));
        self.0.insert("against_value".to_owned(), json!(value));
        self
    }

    /// The largest ratio to that.
    pub fn ratio_max(mut self, max: f64) -> Self {
        self.0.insert("ratio_max".to_owned(), json!(max));
        self
    }

    /// The largest value.
    pub fn value_max(mut self, max: f64) -> Self {
        self.0.insert("value_max".to_owned(), json!(max));
        self
    }

    pub fn print(self) {
        println!("{}", Value::Object(self.0));
    }
}

/// How long something took, in milliseconds, and what it answered.
pub fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let began = Instant::now();
    let answer = work();
    (ms(began.elapsed()), answer)
}

pub fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// Measurements of one thing.
#[derive(Default)]
pub struct Series(Vec<f64>);

impl Series {
    pub fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The value that so many of a hundred do not exceed.
    pub fn percentile(&self, of_100: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (sorted.len() * of_100).div_ceil(100).saturating_sub(1);
        sorted.get(rank).copied().unwrap_or(f64::NAN)
    }

    pub fn median(&self) -> f64 {
        self.percentile(50)
    }
}
