//! Unified social credit codes: both check characters of GB 32100-2015.

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [u32; 17] = [
    1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
];
/// Weights of the organisation code in characters 9 to 16 (GB 11714).
const INNER_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// Whether the code has 18 characters and both check characters hold. A few old codes in use fail: warn, do not refuse.
pub fn uscc_valid(code: &str) -> bool {
    let Ok(characters) = <[u8; 18]>::try_from(code.as_bytes()) else {
        return false;
    };
    let [body @ .., last] = characters;
    let value = |c: &u8| ALPHABET.iter().position(|a| a == c).map(|v| v as u32);
    let Some(values) = body.iter().map(value).collect::<Option<Vec<u32>>>() else {
        return false;
    };
    let sum: u32 = values.iter().zip(WEIGHTS).map(|(v, w)| v * w).sum();
    let outer = ALPHABET.get(((31 - sum % 31) % 31) as usize);
    let [.., c9, c10, c11, c12, c13, c14, c15, c16, inner] = body;
    let letters = [c9, c10, c11, c12, c13, c14, c15, c16];
    outer == Some(&last) && inner_check(letters) == Some(inner)
}

fn inner_check(characters: [u8; 8]) -> Option<u8> {
    let mut sum = 0;
    for (character, weight) in characters.iter().zip(INNER_WEIGHTS) {
        sum += char::from(*character).to_digit(36)? * weight;
    }
    Some(match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + digit as u8,
    })
}
