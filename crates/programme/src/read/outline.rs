//! `outlines.geojson`: the shapes of places on a map, by division code. A programme may do without.

use super::document::Source;
use crate::model::{Outlines, Ring};
use crate::{Fault, Place};
use rules::Words;
use serde_json::Value as Json;

/// Reads the outlines; `is_division` says whether there is a division of a code.
pub(super) fn outlines(source: Source<'_>, is_division: impl Fn(&str) -> bool) -> Outlines {
    let mut outlines = Outlines::default();
    let say = |fault: Fault| source.faults.borrow_mut().push(fault);
    let place = || Place::new(source.file, 0..0);
    let json: Json = match serde_json::from_str(source.text) {
        Ok(json) => json,
        Err(cause) => {
            let (line, column) = (cause.line(), cause.column());
            let message = Words::new(
                format!("第 {line} 行第 {column} 列起不是 JSON"),
                format!("no JSON from line {line}, column {column} on"),
            );
            let help = Words::new("重新导出 GeoJSON", "export the GeoJSON again");
            say(Fault::error("geojson-syntax", place(), message).help(help));
            return outlines;
        }
    };
    let source_of = json.get("source");
    let word = |language: &str| text(source_of.and_then(|of| of.get(language)));
    outlines.source = Words::new(word("zh"), word("en"));
    if outlines.source.zh.is_empty() {
        let message = Words::new(
            "没有写明界线的来源",
            "it does not say where the outlines come from",
        );
        let help = Words::new(
            "在最外层加 \"source\": { \"zh\": …, \"en\": … }",
            "add \"source\": { \"zh\": …, \"en\": … } to the outermost object",
        );
        say(Fault::error("outlines-without-source", place(), message).help(help));
    }
    let features = json.get("features").and_then(Json::as_array);
    for (nth, feature) in features.into_iter().flatten().enumerate() {
        let code = text(feature.pointer("/properties/adcode"));
        let rings = feature.get("geometry").map(rings).unwrap_or_default();
        if !is_division(code) || rings.is_empty() {
            let nth = nth + 1;
            let message = Words::new(
                format!("第 {nth} 个图形（adcode “{code}”）没有对应的区划，或没有轮廓"),
                format!("feature {nth} (adcode “{code}”) is of no division, or has no outline"),
            );
            let help = Words::new(
                "adcode 要是 divisions.csv 里的代码，轮廓是 Polygon 或 MultiPolygon",
                "its adcode is a code of divisions.csv, its geometry a Polygon or MultiPolygon",
            );
            say(Fault::warning("unknown-outline", place(), message).help(help));
            continue;
        }
        outlines.areas.insert(code.to_owned(), rings);
    }
    outlines
}

fn text(json: Option<&Json>) -> &str {
    json.and_then(Json::as_str).unwrap_or_default()
}

/// The rings of a Polygon or MultiPolygon, as pairs of longitude and latitude.
fn rings(geometry: &Json) -> Vec<Ring> {
    let coordinates = geometry.get("coordinates").and_then(Json::as_array);
    let coordinates = coordinates.map_or(&[][..], Vec::as_slice);
    let polygons: Vec<&Json> = match geometry.get("type").and_then(Json::as_str) {
        Some("Polygon") => coordinates.iter().collect(),
        Some("MultiPolygon") => {
            let all = coordinates.iter().filter_map(Json::as_array);
            all.flatten().collect()
        }
        _ => Vec::new(),
    };
    let ring = |ring: &Json| -> Option<Ring> {
        let points = ring.as_array()?.iter();
        points
            .map(|point| Some((point.get(0)?.as_f64()?, point.get(1)?.as_f64()?)))
            .collect()
    };
    polygons.into_iter().filter_map(ring).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::document::Faults;

    fn read(text: &str) -> (Outlines, Vec<&'static str>) {
        let faults = Faults::default();
        let source = Source {
            file: "outlines.geojson",
            text,
            faults: &faults,
        };
        let outlines = outlines(source, |code| code == "350102");
        let codes = faults.borrow().iter().map(|fault| fault.code).collect();
        (outlines, codes)
    }

    #[test]
    fn outlines_are_read_by_code() {
        let text = r#"{"source":{"zh":"甲","en":"A"},"features":[
            {"properties":{"adcode":"350102"},"geometry":{"type":"MultiPolygon","coordinates":[[[[119.1,26.0],[119.2,26.0],[119.2,26.1],[119.1,26.0]]]]}},
            {"properties":{"adcode":"999999"},"geometry":{"type":"Polygon","coordinates":[[[1,1],[2,1],[1,2],[1,1]]]}}]}"#;
        let (outlines, faults) = read(text);
        assert_eq!(
            outlines.areas["350102"],
            [[(119.1, 26.0), (119.2, 26.0), (119.2, 26.1), (119.1, 26.0)]]
        );
        assert_eq!((outlines.areas.len(), faults), (1, vec!["unknown-outline"]));
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        assert_eq!(read("{").1, ["geojson-syntax"]);
        assert_eq!(read(r#"{"features":[]}"#).1, ["outlines-without-source"]);
        let point = r#"{"source":{"zh":"甲"},"features":[{"properties":{"adcode":"350102"},"geometry":{"type":"Point","coordinates":[1,2]}}]}"#;
        assert_eq!(read(point).1, ["unknown-outline"]);
    }
}
