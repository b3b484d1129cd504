//! What changed in a text, word by word: Chinese by the character, other scripts by the word.

use crate::view::Piece;
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A text of no more characters is read at a glance: before and after are shown whole.
const SHORT_CHARS: usize = 16;
/// So many words of both sides are compared, after what both begin and end with; of more, sentences are, and of more
/// sentences nothing: the time grows with the square.
const WORDS_MAX: usize = 1_000;
/// Between two changes so few characters that stayed are told as changed too: one that two sentences share says nothing.
const ISLAND_CHARS: usize = 1;
/// Of a longer stretch that stayed so many characters beside each change are shown.
const AROUND_CHARS: usize = 40;
/// Texts that have less than one part in so many in common are two texts.
const ALIKE_PARTS: usize = 4;

/// What changed from one text to another; `None` where they are equal, are read at a glance or have
/// little in common.
pub(super) fn differing(was: &str, now: &str) -> Option<Vec<Piece>> {
    let is_short = |text: &str| text.chars().nth(SHORT_CHARS).is_none();
    if was == now || is_short(was) && is_short(now) {
        return None;
    }
    let (old, new) = (split(was, is_word_end), split(now, is_word_end));
    let begin = common(old.iter().zip(&new));
    let (begun, old) = old.split_at(begin);
    let (_, new) = new.split_at(begin);
    let end = common(old.iter().rev().zip(new.iter().rev()));
    let (old, ended) = old.split_at(old.len() - end);
    let (new, _) = new.split_at(new.len() - end);
    let mut pieces = vec![Piece::Kept(begun.concat())];
    pieces.extend(compared(old, new));
    pieces.push(Piece::Kept(ended.concat()));
    let pieces = joined(without_islands(pieces));
    let kept = pieces.iter().map(|piece| match piece {
        Piece::Kept(text) => text.len(),
        _ => 0,
    });
    let is_alike = kept.sum::<usize>() * ALIKE_PARTS >= was.len().max(now.len());
    is_alike.then(|| shortened(pieces))
}

/// The middle of two texts, which begin and end differently.
fn compared(old: &[&str], new: &[&str]) -> Vec<Piece> {
    if old.len() + new.len() <= WORDS_MAX {
        return changes(old, new);
    }
    let (old, new) = (old.concat(), new.concat());
    let (by_old, by_new) = (split(&old, is_sentence_end), split(&new, is_sentence_end));
    match by_old.len() + by_new.len() <= WORDS_MAX {
        true => changes(&by_old, &by_new),
        false => vec![Piece::Gone(old), Piece::Added(new)],
    }
}

fn changes(old: &[&str], new: &[&str]) -> Vec<Piece> {
    let text = |of: &[&str], at: usize, len: usize| -> String {
        of.iter().skip(at).take(len).copied().collect()
    };
    let mut pieces = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, old, new) {
        match op {
            DiffOp::Equal { old_index, len, .. } => {
                pieces.push(Piece::Kept(text(old, old_index, len)));
            }
            op => {
                let (was, now) = (op.old_range(), op.new_range());
                pieces.push(Piece::Gone(text(old, was.start, was.len())));
                pieces.push(Piece::Added(text(new, now.start, now.len())));
            }
        }
    }
    pieces
}

/// A text in parts, which together are the text.
fn split(text: &str, is_end: fn(char, char) -> bool) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut from = 0;
    for ((at, one), next) in text.char_indices().zip(text.chars().skip(1)) {
        if is_end(one, next) {
            let (part, further) = rest.split_at(at + one.len_utf8() - from);
            parts.push(part);
            rest = further;
            from = at + one.len_utf8();
        }
    }
    if !rest.is_empty() {
        parts.push(rest);
    }
    parts
}

/// Whether a word ends between two characters. Only letters that are written with others make one, and blanks.
fn is_word_end(one: char, next: char) -> bool {
    let kind = |c: char| match c {
        c if c.is_whitespace() => 1,
        '0'..='9' | '.' | ',' => 2,
        // Han, kana and what stands between them begin here.
        c if c < '\u{2e80}' && c.is_alphabetic() => 3,
        _ => 0,
    };
    kind(one) == 0 || kind(one) != kind(next)
}

fn is_sentence_end(one: char, _: char) -> bool {
    matches!(
        one,
        '。' | '！' | '？' | '；' | '\n' | '.' | '!' | '?' | ';'
    )
}

/// How many pairs are equal at the beginning.
fn common<'a>(pairs: impl Iterator<Item = (&'a &'a str, &'a &'a str)>) -> usize {
    pairs.take_while(|(old, new)| old == new).count()
}

/// The same with short stretches that stayed between two changes told as changed.
fn without_islands(pieces: Vec<Piece>) -> Vec<Piece> {
    let len = pieces.len();
    let mut told = Vec::with_capacity(len);
    for (nth, piece) in pieces.into_iter().enumerate() {
        match piece {
            Piece::Kept(text)
                if nth > 1 && nth + 2 < len && text.chars().count() <= ISLAND_CHARS =>
            {
                told.push(Piece::Gone(text.clone()));
                told.push(Piece::Added(text));
            }
            piece => told.push(piece),
        }
    }
    told
}

/// Pieces of one kind that follow each other in one, what is gone before what was added, and none that is empty.
fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut all = Vec::new();
    let (mut gone, mut added) = (String::new(), String::new());
    let flush = |all: &mut Vec<Piece>, gone: &mut String, added: &mut String| {
        if !gone.is_empty() {
            all.push(Piece::Gone(std::mem::take(gone)));
        }
        if !added.is_empty() {
            all.push(Piece::Added(std::mem::take(added)));
        }
    };
    for piece in pieces {
        match piece {
            Piece::Gone(text) => gone.push_str(&text),
            Piece::Added(text) => added.push_str(&text),
            Piece::Kept(text) if text.is_empty() => {}
            kept => {
                flush(&mut all, &mut gone, &mut added);
                all.push(kept);
            }
        }
    }
    flush(&mut all, &mut gone, &mut added);
    all
}

/// The same with the middle of long stretches that stayed left out.
fn shortened(pieces: Vec<Piece>) -> Vec<Piece> {
    let last = pieces.len().saturating_sub(1);
    let mut all = Vec::with_capacity(pieces.len());
    for (nth, piece) in pieces.into_iter().enumerate() {
        let Piece::Kept(text) = piece else {
            all.push(piece);
            continue;
        };
        let chars = text.chars().count();
        // Nothing stands before the first and after the last.
        let head = if nth == 0 { 0 } else { AROUND_CHARS };
        let tail = if nth == last { 0 } else { AROUND_CHARS };
        if chars <= head + tail + AROUND_CHARS {
            all.push(Piece::Kept(text));
            continue;
        }
        let beside: [String; 2] = [
            text.chars().take(head).collect(),
            text.chars().skip(chars - tail).collect(),
        ];
        let [before, after] = beside;
        all.extend((head > 0).then_some(Piece::Kept(before)));
        all.push(Piece::Left(chars - head - tail));
        all.extend((tail > 0).then_some(Piece::Kept(after)));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces in one line: `[-gone-]`, `{+added+}`, `…3…` for what is left out.
    fn line(was: &str, now: &str) -> Option<String> {
        let pieces = differing(was, now)?;
        let told = pieces.iter().map(|piece| match piece {
            Piece::Kept(text) => text.clone(),
            Piece::Gone(text) => format!("[-{text}-]"),
            Piece::Added(text) => format!("{{+{text}+}}"),
            Piece::Left(chars) => format!("…{chars}…"),
        });
        Some(told.collect())
    }

    #[test]
    fn chinese_is_compared_by_the_character_and_english_by_the_word() {
        let told = line(
            "厂区南侧林地审核滞后，影响二期投产，请协调市林业局。",
            "厂区北侧林地审核滞后，影响二期按时投产，请协调市林业局办理。",
        );
        assert_eq!(
            told.as_deref(),
            Some("厂区[-南-]{+北+}侧林地审核滞后，影响二期{+按时+}投产，请协调市林业局{+办理+}。")
        );
        let told = line(
            "Forest land of 1.1 ha waits for review",
            "Forest land of 1.25 ha waits for the review",
        );
        assert_eq!(
            told.as_deref(),
            Some("Forest land of [-1.1-]{+1.25+} ha waits for{+ the+} review")
        );
    }

    #[test]
    fn short_texts_and_texts_with_little_in_common_are_shown_whole() {
        assert_eq!(line("主厂房封顶", "主厂房封顶，设备进场"), None);
        assert_eq!(
            line(
                "设备进场后因电力容量不足停工三天，已报县电力公司",
                "企业反映招工难，人社局周四上门对接两所职校的毕业生"
            ),
            None
        );
    }

    #[test]
    fn one_character_between_two_changes_is_no_island() {
        let told = line(
            "请于九月十五日之前把甲的乙送到县工信局二楼窗口",
            "请于九月十五日之前把丙的丁送到县工信局二楼窗口",
        );
        assert_eq!(
            told.as_deref(),
            Some("请于九月十五日之前把[-甲的乙-]{+丙的丁+}送到县工信局二楼窗口")
        );
    }

    #[test]
    fn what_stayed_at_length_is_left_out_in_its_middle() {
        let before = "前".repeat(500);
        let after = "后".repeat(500);
        let told = line(&format!("{before}旧{after}"), &format!("{before}新{after}"));
        let (head, tail) = ("前".repeat(40), "后".repeat(40));
        assert_eq!(told, Some(format!("…460…{head}[-旧-]{{+新+}}{tail}…460…")));
    }

    #[test]
    fn both_texts_can_be_read_from_the_pieces() {
        let mut seed = 7_u32;
        let mut draw = |of: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) % of
        };
        for _ in 0..500 {
            let words = ["项", "目", "12", " ", "km", "，", "é", "🙂", "\n"];
            let was: Vec<&str> = (0..20 + draw(20))
                .map(|_| words[draw(9) as usize])
                .collect();
            let mut now = was.clone();
            for _ in 0..draw(4) {
                let at = draw(now.len() as u32) as usize;
                now[at] = words[draw(9) as usize];
                now.insert(at, words[draw(9) as usize]);
            }
            let (was, now) = (was.concat(), now.concat());
            let Some(pieces) = differing(&was, &now) else {
                continue;
            };
            let (mut old, mut new) = (String::new(), String::new());
            for piece in &pieces {
                match piece {
                    Piece::Kept(text) => {
                        old.push_str(text);
                        new.push_str(text);
                    }
                    Piece::Gone(text) => old.push_str(text),
                    Piece::Added(text) => new.push_str(text),
                    Piece::Left(_) => panic!("nothing here is long"),
                }
            }
            assert_eq!((old, new), (was, now));
        }
    }

    #[test]
    fn a_huge_text_costs_little_and_is_compared_by_the_sentence() {
        let sentence = |nth: usize| format!("第{nth}项任务由县级专班在本周内完成并报送进度。");
        let was: String = (0..400).map(sentence).collect();
        let now: String = (0..400)
            .map(|nth| match nth % 100 {
                50 => format!("第{nth}项任务不再办理。"),
                _ => sentence(nth),
            })
            .collect();
        let pieces = differing(&was, &now).unwrap();
        let gone = pieces
            .iter()
            .filter(|piece| matches!(piece, Piece::Gone(_)));
        assert_eq!(gone.count(), 4);
        // A megabyte without one sentence in common.
        let (was, now) = ("甲乙，".repeat(60_000), "丙丁，".repeat(60_000));
        assert_eq!(differing(&was, &now), None);
    }
}
