//! An xlsx: its sheets, shared strings and formats, and the way to each sheet's rows.

use super::package::{Package, broken};
use super::{Each, Layout, Limits, Look, SheetName, formats, sheet};
use crate::fault::Wrong;
use formats::attribute;
use quick_xml::events::{BytesStart, Event};
use std::io::BufReader;
use std::rc::Rc;

/// An opened xlsx. Its sheets are inflated only while they are walked.
pub(crate) struct Workbook<'b> {
    package: Package<'b>,
    limits: Limits,
    sheets: Vec<(SheetName, String)>,
    strings: Vec<Rc<str>>,
    looks: Vec<Look>,
    pub(crate) from_1904: bool,
    pub(crate) properties: Vec<(String, String)>,
}

/// A relation of a part: its id, its type's last word, its target.
struct Relation {
    id: String,
    kind: String,
    target: String,
}

impl<'b> Workbook<'b> {
    pub(crate) fn open(bytes: &'b [u8], limits: Limits) -> Result<Self, Wrong> {
        let mut package = Package::open(bytes, &limits)?;
        let main = relations(&package.text("_rels/.rels")?)?
            .into_iter()
            .find(|r| r.kind == "officeDocument")
            .map_or_else(|| "xl/workbook.xml".to_owned(), |r| resolved("", &r.target));
        let (folder, name) = main.rsplit_once('/').unwrap_or(("", &main));
        let related = relations(&package.text(&format!("{folder}/_rels/{name}.rels"))?)?;
        let target = |kind: &str| {
            let found = related.iter().find(|r| r.kind == kind);
            found
                .map(|r| resolved(folder, &r.target))
                .unwrap_or_default()
        };
        let (named, from_1904) = sheets(&package.text(&main)?)?;
        let path = |(sheet, id): (SheetName, String)| {
            let related = related
                .iter()
                .find(|r| r.id == id && r.kind == "worksheet")?;
            Some((sheet, resolved(folder, &related.target)))
        };
        let sheets: Vec<(SheetName, String)> = named.into_iter().filter_map(path).collect();
        if sheets.is_empty() {
            return Err(broken());
        }
        let looks = formats::looks(&package.text(&target("styles"))?)?;
        let strings = match package.part(&target("sharedStrings"))? {
            Some(part) => sheet::shared_strings(BufReader::with_capacity(1 << 16, part), &limits)?,
            None => Vec::new(),
        };
        let properties = properties(&package.text("docProps/custom.xml")?)?;
        Ok(Self {
            package,
            limits,
            sheets,
            strings,
            looks,
            from_1904,
            properties,
        })
    }

    pub(crate) fn sheets(&self) -> Vec<SheetName> {
        self.sheets.iter().map(|(sheet, _)| sheet.clone()).collect()
    }

    pub(crate) fn layout(&mut self, at: usize) -> Result<Layout, Wrong> {
        let Some((_, path)) = self.sheets.get(at) else {
            return Ok(Layout::default());
        };
        match self.package.part(path)? {
            Some(part) => sheet::layout(part),
            None => Err(broken()),
        }
    }

    pub(crate) fn walk(&mut self, at: usize, each: &mut Each<'_>) -> Result<(), Wrong> {
        let Some((_, path)) = self.sheets.get(at) else {
            return Ok(());
        };
        let Some(part) = self.package.part(path)? else {
            return Err(broken());
        };
        let part = BufReader::with_capacity(1 << 16, part);
        sheet::Walk::new(part, &self.strings, &self.looks, &self.limits).run(each)
    }
}

/// A target inside the package: relative to the folder, or absolute.
fn resolved(folder: &str, target: &str) -> String {
    let (base, target) = match target.strip_prefix('/') {
        Some(target) => ("", target),
        None => (folder, target),
    };
    let mut parts: Vec<&str> = base.split('/').filter(|p| !p.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Calls `see` for every element that opens.
fn elements(xml: &str, mut see: impl FnMut(&BytesStart<'_>)) -> Result<(), Wrong> {
    let mut reader = quick_xml::Reader::from_str(xml);
    loop {
        match reader.read_event().map_err(|_| broken())? {
            Event::Start(e) | Event::Empty(e) => see(&e),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn relations(xml: &str) -> Result<Vec<Relation>, Wrong> {
    let mut found = Vec::new();
    elements(xml, |e| {
        if e.local_name().as_ref() == "Relationship" {
            let of = |name| attribute(e, name).unwrap_or_default();
            let kind = of("Type");
            found.push(Relation {
                id: of("Id"),
                kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
                target: of("Target"),
            });
        }
    })?;
    Ok(found)
}

/// The sheets in order with the ids of their relations, and whether days count from 1904.
fn sheets(xml: &str) -> Result<(Vec<(SheetName, String)>, bool), Wrong> {
    let (mut found, mut from_1904) = (Vec::new(), false);
    elements(xml, |e| match e.local_name().as_ref() {
        "sheet" => {
            // The relation's prefix is `r` nearly everywhere, but any will do.
            let mut attributes = e.attributes();
            let id = attributes.with_checks(false).flatten();
            let id = id.filter(|a| a.key.local_name().as_ref() == "id" && a.key.prefix().is_some());
            let id = id.map(|a| a.value.into_owned()).next();
            let sheet = SheetName {
                name: attribute(e, "name").unwrap_or_default(),
                hidden: attribute(e, "state").is_some_and(|state| state != "visible"),
            };
            found.push((sheet, id.unwrap_or_default()));
        }
        "workbookPr" => {
            let mark = attribute(e, "date1904");
            from_1904 = mark.is_some_and(|mark| mark == "1" || mark == "true");
        }
        _ => {}
    })?;
    Ok((found, from_1904))
}

/// Custom properties with text values.
fn properties(xml: &str) -> Result<Vec<(String, String)>, Wrong> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut found: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    loop {
        match reader.read_event().map_err(|_| broken())? {
            Event::Start(e) if e.local_name().as_ref() == "property" => {
                inside = true;
                found.push((attribute(&e, "name").unwrap_or_default(), String::new()));
            }
            Event::End(e) if e.local_name().as_ref() == "property" => inside = false,
            Event::Text(text) if inside => {
                if let Some((_, value)) = found.last_mut() {
                    value.push_str(&text.xml10_content());
                }
            }
            Event::GeneralRef(entity) if inside => {
                if let Some((_, value)) = found.last_mut() {
                    sheet::push_entity(&entity, value);
                }
            }
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_resolved_inside_the_package() {
        assert_eq!(
            resolved("xl", "worksheets/sheet1.xml"),
            "xl/worksheets/sheet1.xml"
        );
        assert_eq!(resolved("xl", "/xl/styles.xml"), "xl/styles.xml");
        assert_eq!(resolved("xl/worksheets", "../x.xml"), "xl/x.xml");
        assert_eq!(resolved("", "../../etc/passwd"), "etc/passwd");
    }
}
