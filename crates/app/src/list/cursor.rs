//! Where a page ended: the sorted value and the id of its last record, as one opaque word.

use serde_json::Value as Json;

/// Writes a cursor: hexadecimal, so that it stands in an address as it is.
pub(super) fn written(parts: &Json) -> String {
    let text = parts.to_string();
    let mut word = String::with_capacity(2 * text.len());
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    for byte in text.bytes() {
        word.extend([digit(byte >> 4), digit(byte & 15)]);
    }
    word
}

/// Reads what [`written`] wrote.
pub(super) fn read(word: &str) -> Option<Json> {
    let digits = word.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
    serde_json::from_slice(&bytes?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_and_anything_else_is_refused() {
        let parts = serde_json::json!(["held_on", true, null, "会-1"]);
        assert_eq!(read(&written(&parts)), Some(parts));
        for word in ["", "zz", "1", "00", "5b"] {
            assert_eq!(read(word), None, "{word}");
        }
    }
}
