//! What people type for the same thing: full-width letters, odd spaces, words that mean "nothing", escaped text.

use std::borrow::Cow;

/// Full-width letters and signs as ASCII, every kind of space as a space, invisible letters left out.
pub(crate) fn narrow(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let letter = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0),
        '\u{3000}' | '\u{A0}' | '\u{2002}'..='\u{200A}' => Some(' '),
        '\u{200B}'..='\u{200F}' | '\u{FEFF}' => None,
        '￥' => Some('¥'),
        '−' => Some('-'),
        c => Some(c),
    };
    Cow::Owned(text.chars().filter_map(letter).collect())
}

/// A name as it is compared: narrow, small letters, without spaces, stars and signs between words.
pub fn plain(text: &str) -> String {
    let narrow = narrow(text);
    let letters = narrow
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '*' | '_' | '\''));
    letters.flat_map(char::to_lowercase).collect()
}

/// A cell that is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// `（清空）`, `(clear)`: take the value away.
    Clear,
    /// `（无）`, `(none)`: there is none.
    None,
    /// `（已删除）`, `(erased)`: a person's data was here; leaves what is there.
    Erased,
    /// `无`, `暂无`: nothing, in a word that may also be a choice or a text.
    Word,
    /// `-`, `/`, `N/A`: a sign without a meaning of its own.
    Sign,
}

/// The mark that a cell's text is, if it is one.
pub(crate) fn mark(text: &str) -> Option<Mark> {
    // Nearly every cell is longer than the longest mark, or begins otherwise.
    let first = text
        .chars()
        .find(|c| !c.is_whitespace() && *c != '\'' && *c != '*' && *c != '_');
    let begins = |c: char| {
        "清(（已无暂没-—–/\\nN－／＼ｎＮ−".contains(c)
            || ('\u{200B}'..='\u{200F}').contains(&c)
            || c == '\u{FEFF}'
    };
    if text.len() > 48 || !first.is_some_and(begins) {
        return None;
    }
    let plain = plain(text);
    Some(match plain.as_str() {
        "清空" | "(清空)" | "(clear)" => Mark::Clear,
        "(无)" | "(none)" => Mark::None,
        "已删除" | "(已删除)" | "(erased)" => Mark::Erased,
        "无" | "暂无" | "没有" | "none" => Mark::Word,
        "-" | "--" | "—" | "——" | "–" | "/" | "\\" | "n/a" | "na" | "null" | "nil" => {
            Mark::Sign
        }
        _ => return None,
    })
}

/// Letters with which a spreadsheet takes a text for a formula, or that it drops at the beginning of a cell.
const TRIGGERS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Whether a text must be escaped so that it comes back as it was. `formula`: also where it could run as one.
fn needs_escape(text: &str, formula: bool) -> bool {
    let begins = |c: char| {
        c == '\'' || c.is_whitespace() || (formula && TRIGGERS.contains(&narrow_letter(c)))
    };
    text.starts_with(begins) || text.ends_with(char::is_whitespace) || mark(text).is_some()
}

fn narrow_letter(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        c => c,
    }
}

/// A text as it goes into a cell: with an apostrophe before it where it would otherwise be read as something else.
pub(crate) fn escaped(text: &str, formula: bool) -> Cow<'_, str> {
    if needs_escape(text, formula) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text behind an apostrophe that [`escaped`] put there, untouched; `None` for any other text.
pub(crate) fn unescaped(text: &str) -> Option<&str> {
    text.strip_prefix('\'')
        .filter(|rest| needs_escape(rest, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_comes_back_from_its_escape() {
        for text in [
            "=1+1",
            "-5",
            "@x",
            "\tx",
            "'x",
            "''",
            "'",
            "x ",
            " x",
            "无",
            "清空",
            "（清空）",
            "N/A",
            "x",
            "a=b",
            "’x",
            "＝1",
        ] {
            for formula in [true, false] {
                let cell = escaped(text, formula);
                assert_eq!(unescaped(&cell).unwrap_or(&cell), text, "{cell}");
            }
        }
        assert_eq!(unescaped("'80s"), None, "what a person wrote stays");
        assert_eq!(escaped("=1", true), "'=1");
        assert_eq!(escaped("=1", false), "=1");
    }

    #[test]
    fn widths_and_spaces_make_no_difference() {
        assert_eq!(plain(" ＊签约 金额（万元）"), "签约金额(万元)");
        assert_eq!(mark("（　无 ）"), Some(Mark::None));
        assert_eq!(mark("ｎ／ａ"), Some(Mark::Sign));
        assert_eq!(mark("无锡"), None);
    }
}
