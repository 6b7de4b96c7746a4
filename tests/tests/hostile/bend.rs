//! How bytes that are right are bent.

use serde_json::{Value, json};
use tovholder_tests::world::Chance;

/// Numbers at the edges of what a length or a counter may be, as CBOR writes them and as plain bytes.
const EDGES: [&[u8]; 12] = [
    &[0x00],
    &[0xff],
    &[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    &[0x3b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    &[0x9a, 0x7f, 0xff, 0xff, 0xff],
    &[0x5b, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff],
    &[0x9f],
    &[0x5f],
    &[0xff, 0xff, 0xff, 0x7f],
    &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
    b"\xef\xbb\xbf",
];
/// Texts that mean something somewhere.
const WORDS: [&str; 14] = [
    "\"",
    ";",
    "\n",
    "\r\n",
    "'",
    "{",
    "[[[[[[[[",
    "null",
    "-1",
    "1e999",
    "9223372036854775808",
    "2018-02-31",
    "\u{202e}",
    "\u{0}",
];

/// One of the good ones, bent some times.
pub fn bent(good: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = good.get(chance.below(good.len())).cloned().unwrap_or_default();
    for _ in 0..=chance.below(6) {
        bend(&mut bytes, good, chance);
    }
    bytes
}

fn bend(bytes: &mut Vec<u8>, good: &[Vec<u8>], chance: &mut Chance) {
    let at = chance.below(bytes.len() + 1);
    let wide = if chance.one_in(4) { bytes.len() } else { 16 };
    let span = chance.below(1 + wide).min(bytes.len() - at);
    match chance.below(9) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << chance.below(8);
            }
        }
        1 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = u8::try_from(chance.below(256)).unwrap_or(0);
            }
        }
        2 => put(bytes, at, span, EDGES[chance.below(EDGES.len())]),
        3 => put(bytes, at, 0, WORDS[chance.below(WORDS.len())].as_bytes()),
        4 => drop(bytes.drain(at..at + span)),
        5 => bytes.truncate(at),
        6 => {
            let piece = bytes[at..at + span].to_vec();
            let times = 1 + chance.below(if span < 64 { 40 } else { 3 });
            put(bytes, at, 0, &piece.repeat(times));
        }
        7 => {
            let other = &good[chance.below(good.len())];
            let from = chance.below(other.len() + 1);
            let until = from + chance.below(other.len() - from + 1);
            put(bytes, at, span, &other[from..until]);
        }
        _ => {
            let mut drawn = vec![0; chance.below(64)];
            chance.fill(&mut drawn);
            put(bytes, at, span, &drawn);
        }
    }
}

fn put(bytes: &mut Vec<u8>, at: usize, span: usize, piece: &[u8]) {
    bytes.splice(at..at + span, piece.iter().copied());
}

/// Puts something else in place of one of a value's parts.
pub fn bend_value(value: &mut Value, chance: &mut Chance) {
    let inside = match value {
        Value::Array(all) if !all.is_empty() && !chance.one_in(8) => {
            let at = chance.below(all.len());
            all.get_mut(at)
        }
        Value::Object(all) if !all.is_empty() && !chance.one_in(8) => {
            let at = chance.below(all.len());
            all.values_mut().nth(at)
        }
        _ => None,
    };
    match inside {
        Some(part) => bend_value(part, chance),
        None => *value = strange(chance),
    }
}

fn strange(chance: &mut Chance) -> Value {
    let texts = [
        "",
        " ",
        "project/",
        "task/../x",
        "person/0",
        "BBR",
        "KLIK-1",
        "SF1511",
        "2018-02-31",
        "9999-12-31",
        "-0001-01-01",
        "\u{202e}abc",
        "\u{0}",
        "=1+1",
        "<b>",
        "%00",
        "æøå",
        "NULL",
        "010190-1234",
        "use/BBR:SF1511",
        "gallery/projektleder",
    ];
    match chance.below(9) {
        0 => Value::Null,
        1 => json!(chance.one_in(2)),
        2 => json!(i64::MAX),
        3 => json!(-1),
        4 => json!(1e300),
        5 => json!(texts[chance.below(texts.len())].repeat(1 + chance.below(3) * chance.below(20_000))),
        6 => (0..100).fold(json!([]), |inside, _| json!([inside])),
        7 => json!({ "value": texts[chance.below(texts.len())] }),
        _ => json!(texts[chance.below(texts.len())]),
    }
}
