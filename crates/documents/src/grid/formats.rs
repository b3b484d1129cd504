//! Number formats of an xlsx: which of them show a date or a percentage.

use super::Look;
use crate::fault::Wrong;
use quick_xml::events::Event;
use std::collections::HashMap;

/// The look of every cell style, by its position.
pub(super) fn looks(styles: &str) -> Result<Vec<Look>, Wrong> {
    let mut xml = quick_xml::Reader::from_str(styles);
    let mut own: HashMap<u32, Look> = HashMap::new();
    let (mut looks, mut in_cells) = (Vec::new(), false);
    loop {
        let event = xml.read_event().map_err(|_| super::package::broken())?;
        match &event {
            Event::Start(e) | Event::Empty(e) => {
                let number = |name: &str| attribute(e, name).and_then(|v| v.parse::<u32>().ok());
                match e.local_name().as_ref() {
                    "numFmt" => {
                        if let Some((id, code)) = number("numFmtId").zip(attribute(e, "formatCode"))
                        {
                            own.insert(id, look_of_code(&code));
                        }
                    }
                    "cellXfs" => in_cells = true,
                    "xf" if in_cells => {
                        let id = number("numFmtId").unwrap_or(0);
                        looks.push(own.get(&id).copied().unwrap_or_else(|| built_in(id)));
                    }
                    _ => {}
                }
            }
            Event::End(e) if e.local_name().as_ref() == "cellXfs" => in_cells = false,
            Event::Eof => return Ok(looks),
            _ => {}
        }
    }
}

/// An attribute's value, unescaped.
pub(super) fn attribute(e: &quick_xml::events::BytesStart<'_>, name: &str) -> Option<String> {
    let mut found = e.attributes();
    let found = found.with_checks(false).flatten();
    let mut found = found.filter(|a| a.key.as_ref() == name);
    let value = found.next()?.value;
    Some(quick_xml::escape::unescape(&value).ok()?.into_owned())
}

/// Formats that every spreadsheet has without declaring them (ECMA-376, 18.8.30; 27 to 58 are those of East Asia).
fn built_in(id: u32) -> Look {
    match id {
        9 | 10 => Look::Percent,
        14..=22 | 27..=36 | 45..=47 | 50..=58 => Look::Date,
        _ => Look::Plain,
    }
}

fn look_of_code(code: &str) -> Look {
    let (mut quoted, mut escaped) = (false, false);
    let mut bracket: Option<String> = None;
    let mut look = Look::Plain;
    for letter in code.chars() {
        if escaped {
            escaped = false;
            continue;
        }
        if let Some(inside) = &mut bracket {
            if letter == ']' {
                // `[h]:mm` is a length of time; `[Red]` and `[$-804]` only dress.
                if matches!(inside.as_str(), "h" | "hh" | "m" | "mm" | "s" | "ss") {
                    look = Look::Date;
                }
                bracket = None;
            } else {
                inside.push(letter.to_ascii_lowercase());
            }
            continue;
        }
        match letter {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '\\' | '_' | '*' => escaped = true,
            '[' => bracket = Some(String::new()),
            '%' => return Look::Percent,
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' => look = Look::Date,
            // Only the first section counts; the others are for negatives, zero and text.
            ';' => break,
            _ => {}
        }
    }
    look
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_tells_dates_from_numbers() {
        for code in [
            "yyyy-mm-dd",
            "[$-804]yyyy\"年\"m\"月\"d\"日\";@",
            "[h]:mm",
            "mmm d",
        ] {
            assert_eq!(look_of_code(code), Look::Date, "{code}");
        }
        for code in [
            "0.00",
            "#,##0.00_);[Red](#,##0.00)",
            "\"day\" 0",
            "General",
            "\\d0",
            "@",
        ] {
            assert_eq!(look_of_code(code), Look::Plain, "{code}");
        }
        assert_eq!(look_of_code("0.00%"), Look::Percent);
    }
}
