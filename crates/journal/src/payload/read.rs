//! Reads a payload's JSON; whether it is in its one spelling is asked afterwards.

use super::{Held, Payload, Refusal};
use crate::Hash;
use programme::record::{Act, Author, Cell};
use rules::{Day, Moment};
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// The JSON object, key by key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    v: u32,
    arrival: i64,
    at: String,
    actor: String,
    on_behalf: Option<String>,
    key: Option<String>,
    act: String,
    register: String,
    record: Box<str>,
    version: i64,
    before: Fields,
    after: Fields,
    why: Option<Held>,
    batch: Option<i64>,
}

/// Cells by field, in the order of the text.
struct Fields(Vec<(String, Held)>);

pub(super) fn payload(text: &str) -> Result<Payload, Refusal> {
    let refused = |why: String| Refusal::Unreadable(why);
    let written: Written =
        serde_json::from_str(text).map_err(|fault| refused(fault.to_string()))?;
    if written.v != 1 {
        return Err(refused(format!("v {}", written.v)));
    }
    let at = Moment::parse(&written.at).ok_or_else(|| refused(written.at.clone()))?;
    let act = Act::parse(&written.act).ok_or_else(|| refused(written.act.clone()))?;
    let why = written.why.unwrap_or(Held::Empty);
    if !matches!(
        why,
        Held::Empty | Held::Plain(Cell::Text(_)) | Held::Digest(_)
    ) {
        return Err(refused("why".into()));
    }
    Ok(Payload {
        arrival: written.arrival,
        author: Author {
            actor: written.actor,
            on_behalf: written.on_behalf,
            at,
            key: written.key,
        },
        act,
        register: written.register,
        record: written.record,
        version: written.version,
        before: written.before.0,
        after: written.after.0,
        why,
        batch: written.batch,
    })
}

/// One value in canonical JSON.
pub(super) fn held(text: &str) -> Option<Held> {
    serde_json::from_str(text).ok()
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(OfFields)
    }
}

struct OfFields;

impl<'de> Visitor<'de> for OfFields {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cells by field")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut found: Vec<(String, Held)> = Vec::new();
        while let Some((id, value)) = map.next_entry::<String, Held>()? {
            if found.iter().any(|(other, _)| *other == id) {
                return Err(de::Error::custom("a field is named twice"));
            }
            found.push((id, value));
        }
        Ok(Fields(found))
    }
}

impl<'de> Deserialize<'de> for Held {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(OfHeld)
    }
}

struct OfHeld;

impl<'de> Visitor<'de> for OfHeld {
    type Value = Held;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of a field")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Held, E> {
        Ok(Held::Empty)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Held, E> {
        Ok(Held::Plain(Cell::Bool(value)))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Held, E> {
        Ok(Held::Plain(Cell::Int(value)))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Held, E> {
        let value = i64::try_from(value).map_err(E::custom)?;
        self.visit_i64(value)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Held, E> {
        Ok(Held::Plain(Cell::Double(value)))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Held, E> {
        Ok(Held::text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Held, A::Error> {
        let mut found = Vec::new();
        while let Some(item) = items.next_element()? {
            match item {
                Held::Plain(cell) => found.push(cell),
                _ => return Err(de::Error::custom("a list of something else than values")),
            }
        }
        Ok(Held::Plain(Cell::List(found)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Held, A::Error> {
        let Some((tag, text)) = map.next_entry::<String, String>()? else {
            return Err(de::Error::custom("an empty object"));
        };
        if map.next_key::<String>()?.is_some() {
            return Err(de::Error::custom("an object of two keys"));
        }
        let held = match tag.as_str() {
            "day" => Day::parse(&text).map(Held::Day),
            "moment" => Moment::parse(&text).map(Held::Moment),
            "sha256" => Hash::parse(&text).map(Held::Digest),
            _ => None,
        };
        held.ok_or_else(|| de::Error::custom("an unknown kind of value"))
    }
}
