//! From a position in a text's value to the byte of the file: through TOML's quotes and escapes.

/// The byte of `raw` (a TOML string as written, quotes included) at which byte `at` of its value stands.
pub(crate) fn position(raw: &str, at: usize) -> usize {
    let quote = ["\"\"\"", "'''", "\"", "'"]
        .into_iter()
        .find(|q| raw.starts_with(q));
    let Some(quote) = quote else {
        return at.min(raw.len());
    };
    let mut from = quote.len();
    if quote.len() == 3 {
        // TOML drops a line break right after the opening quotes.
        let rest = raw.get(from..).unwrap_or("");
        from += if rest.starts_with("\r\n") {
            2
        } else {
            usize::from(rest.starts_with('\n'))
        };
    }
    let escapes = quote.starts_with('"');
    let mut value = 0;
    while value < at {
        let rest = raw.get(from..).unwrap_or("");
        let Some(letter) = rest.chars().next() else {
            break;
        };
        let (written, meant) = match letter {
            '\\' if escapes => escape(rest),
            _ => (letter.len_utf8(), letter.len_utf8()),
        };
        from += written;
        value += meant;
    }
    from.min(raw.len())
}

/// Bytes that an escape takes as written, and bytes of what it means.
fn escape(rest: &str) -> (usize, usize) {
    let code = |digits: usize| {
        let hex = rest.get(2..2 + digits).unwrap_or("");
        let letter = u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
        (2 + digits, letter.map_or(1, char::len_utf8))
    };
    match rest.as_bytes().get(1) {
        Some(b'x') => code(2),
        Some(b'u') => code(4),
        Some(b'U') => code(8),
        Some(b' ' | b'\t' | b'\r' | b'\n') => {
            let tail = rest.get(1..).unwrap_or("");
            (1 + tail.len() - tail.trim_start().len(), 0)
        }
        _ => (2, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_of_the_value_is_found_behind_quotes_and_escapes() {
        for (raw, at, found) in [
            ("\"abc\"", 0, "abc\""),
            ("'abc'", 2, "c'"),
            (r#""a\"b""#, 2, "b\""),
            (r#""\u4e2db""#, 3, "b\""),
            ("\"\"\"\nab\\\n   c\"\"\"", 2, "\\\n   c\"\"\""),
            ("\"\"\"\nab\\\n   c\"\"\"", 3, "\"\"\""),
            ("'''\n中b'''", 3, "b'''"),
            ("bare", 2, "re"),
        ] {
            assert_eq!(raw.get(position(raw, at)..), Some(found), "{raw} at {at}");
        }
    }
}
