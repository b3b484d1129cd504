//! Unified social credit codes (GB 32100-2015) with right check digits, for firms that do not exist.

/// The digits of GB 32100-2015, in order of their value.
const DIGITS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
/// The digits of an organisation code (GB 11714-1997), in order of their value.
const ORGANISATION_DIGITS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// Prime to 31^8, so that different numbers give different codes.
const SPREAD: u64 = 387_420_489_731;

/// The code of the `number`-th firm registered in a division: no two numbers below 31^8 share a code.
///
/// `division` is padded or cut to six digits. `91` is an enterprise registered with market supervision.
pub(crate) fn code(division: &str, number: u64) -> String {
    let digits: Vec<char> = DIGITS.chars().collect();
    let base = digits.len() as u64;
    let mut rest = number.wrapping_mul(SPREAD) % base.pow(8);
    let mut body = String::new();
    for _ in 0..8 {
        body.extend(digits.get((rest % base) as usize));
        rest /= base;
    }
    let place: String = division.chars().chain("000000".chars()).take(6).collect();
    let body = format!("91{place}{body}{}", organisation_check(&body));
    let check = check(&body, DIGITS, 31, 3);
    body + &digit(DIGITS, check % 31)
}

/// The check digit of an organisation code: weights 3, 7, 9, 10, 5, 8, 4, 2; ten is written X.
fn organisation_check(body: &str) -> String {
    let weights = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum: usize = body
        .chars()
        .zip(weights)
        .map(|(c, weight)| ORGANISATION_DIGITS.find(c).unwrap_or(0) * weight)
        .sum();
    match (11 - sum % 11) % 11 {
        10 => "X".to_owned(),
        value => digit(ORGANISATION_DIGITS, value),
    }
}

/// `modulus` less the sum of values times the powers of `factor`.
fn check(body: &str, digits: &str, modulus: usize, factor: usize) -> usize {
    let mut weight = 1;
    let mut sum = 0;
    for c in body.chars() {
        sum += digits.find(c).unwrap_or(0) * weight;
        weight = weight * factor % modulus;
    }
    modulus - sum % modulus
}

fn digit(digits: &str, value: usize) -> String {
    digits.chars().nth(value).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_eighteen_long_and_all_different() {
        let codes: BTreeSet<String> = (0..5000).map(|n| code("350102", n)).collect();
        assert_eq!(codes.len(), 5000);
        assert!(
            codes
                .iter()
                .all(|c| c.len() == 18 && c.starts_with("91350102"))
        );
    }

    #[test]
    fn the_check_digits_are_those_of_the_standards() {
        // The body of a code whose digits are published with the standard's explanation.
        let body = "91350100M000100Y4";
        assert_eq!(digit(DIGITS, check(body, DIGITS, 31, 3) % 31), "3");
        assert_eq!(organisation_check("M000100Y"), "4");
    }
}
