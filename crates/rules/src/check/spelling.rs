//! Near names: what somebody may have meant by a name that does not exist.

use crate::Words;

/// The nearest of the candidates, when at most a third of its letters are changed (at least one may be).
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters = word.chars().count();
    let allowed = |candidate: &str| letters.max(candidate.chars().count()).div_ceil(3);
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(far, candidate)| *far <= allowed(candidate))
        .min()
        .map(|(_, candidate)| candidate)
}

/// The help sentence for a near name, or for a short list of what there is.
pub(crate) fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<Words> {
    const SHOWN_MAX: usize = 12;
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if let Some(near) = nearest(word, candidates.iter().copied()) {
        return Some(Words::new(
            format!("是否想写 {near}？"),
            format!("did you mean {near}?"),
        ));
    }
    if candidates.is_empty() || candidates.len() > SHOWN_MAX {
        return None;
    }
    Some(Words::new(
        format!("可用的有：{}", candidates.join("、")),
        format!("there are: {}", candidates.join(", ")),
    ))
}

/// Letters to insert, remove, replace or swap with a neighbour.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut two_back: Vec<usize> = Vec::new();
    let mut back: Vec<usize> = (0..=b.len()).collect();
    let mut previous = None;
    for (i, x) in a.chars().enumerate() {
        let mut row = vec![i + 1];
        let mut left = i + 1;
        for (j, y) in b.iter().enumerate() {
            let corner = back.get(j).copied().unwrap_or(usize::MAX / 2);
            let above = back.get(j + 1).copied().unwrap_or(usize::MAX / 2);
            let mut best = (corner + usize::from(x != *y)).min(above + 1).min(left + 1);
            let swapped = j > 0 && previous == Some(*y) && b.get(j - 1) == Some(&x);
            if let Some(far) = two_back.get(j.wrapping_sub(1)).filter(|_| swapped) {
                best = best.min(far + 1);
            }
            row.push(best);
            left = best;
        }
        previous = Some(x);
        two_back = std::mem::replace(&mut back, row);
    }
    back.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_a_stranger_does_not() {
        let names = ["held_on", "signed", "intended"];
        assert_eq!(nearest("held_no", names), Some("held_on"));
        assert_eq!(nearest("singed", names), Some("signed"));
        assert_eq!(nearest("untill", ["from", "until"]), Some("until"));
        assert_eq!(nearest("palce", ["place", "kind"]), Some("place"));
        assert_eq!(nearest("photos", names), None);
        assert_eq!(nearest("weather", ["place", "kind"]), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
