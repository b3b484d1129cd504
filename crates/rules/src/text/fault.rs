//! The parser's complaints in our words, at their bytes.

use super::scan::Token;
use crate::{RuleFault, Words};
use std::ops::Range;

/// Words that CEL keeps for itself.
const RESERVED: &[&str] = &[
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
    "null",
    "package",
    "return",
    "true",
    "var",
    "void",
    "while",
];

/// Whether CEL reserves this word, so that no field and no name may be called so.
pub fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// Builds a fault.
pub(crate) fn fault(
    code: &'static str,
    span: Range<usize>,
    message: Words,
    help: Option<Words>,
) -> RuleFault {
    RuleFault {
        code,
        span,
        message,
        help,
    }
}

/// One complaint of the parser: a line (from 1), a column in characters (from 1), an English sentence.
pub(super) struct Complaint {
    pub(super) line: isize,
    pub(super) column: isize,
    pub(super) sentence: String,
}

/// Turns complaints into faults. Of plain syntax errors only the first is kept, since the others mostly follow from it.
pub(super) fn from_complaints(
    text: &str,
    tokens: &[Token],
    complaints: &[Complaint],
) -> Vec<RuleFault> {
    let mut faults: Vec<RuleFault> = Vec::new();
    for complaint in complaints {
        let at = byte_of(text, complaint.line, complaint.column);
        let Some(next) = translate(text, tokens, at, &complaint.sentence) else {
            continue;
        };
        let follows = next.code == "syntax" && faults.iter().any(|f| f.code == "syntax");
        if !follows && !faults.contains(&next) {
            faults.push(next);
        }
    }
    if faults.is_empty() {
        faults.push(unreadable(0..text.len()));
    }
    faults
}

/// The fault for a text of which no more can be said than that it is no rule.
pub(super) fn unreadable(span: Range<usize>) -> RuleFault {
    let message = Words::new(
        "这条规则从这里起读不懂",
        "The rule cannot be read from here on",
    );
    fault("syntax", span, message, None)
}

fn byte_of(text: &str, line: isize, column: isize) -> usize {
    let skipped = usize::try_from(line - 1).unwrap_or(0);
    let start: usize = text.split_inclusive('\n').take(skipped).map(str::len).sum();
    let before = usize::try_from(column - 1).unwrap_or(0);
    let rest = text.get(start..).unwrap_or_default();
    start
        + rest
            .char_indices()
            .nth(before)
            .map_or(rest.len(), |(at, _)| at)
}

fn translate(text: &str, tokens: &[Token], at: usize, sentence: &str) -> Option<RuleFault> {
    let index = tokens.iter().position(|t| t.span.contains(&at));
    let span = index
        .and_then(|i| tokens.get(i))
        .map_or(at..text.len().max(at), |t| t.span.clone());
    let word = text.get(span.clone()).unwrap_or_default();
    if let Some(name) = sentence.strip_prefix("reserved identifier: ") {
        return Some(reserved(span, name));
    }
    if sentence.starts_with("Incomplete") || sentence.starts_with("No `") {
        return None;
    }
    if sentence.contains("invalid int literal") || sentence.contains("invalid double literal") {
        let message = Words::new(
            format!("数 {word} 太大，放不下"),
            format!("The number {word} is too large to hold"),
        );
        return Some(fault("number-too-large", span, message, None));
    }
    if sentence.contains("unsupported syntax") {
        return Some(unsupported(span, word));
    }
    if sentence.contains("token recognition error") {
        return Some(character(text, at));
    }
    if is_reserved(word) && !matches!(word, "in" | "true" | "false" | "null") {
        return Some(reserved(span, word));
    }
    if at >= text.len() || sentence.contains("'<EOF>'") && !sentence.contains("expecting <EOF>") {
        return Some(ends_early(text, tokens));
    }
    let before = index
        .and_then(|i| i.checked_sub(1))
        .and_then(|i| tokens.get(i));
    let previous = before
        .and_then(|t| text.get(t.span.clone()))
        .unwrap_or_default();
    let help = [word, previous].iter().find_map(|w| in_words(w));
    let message = Words::new(
        format!("这里不该出现 {word}"),
        format!("{word} is not expected here"),
    );
    Some(fault("syntax", span, message, help))
}

/// The operator for a word that other languages use.
fn in_words(word: &str) -> Option<Words> {
    let sign = match word.to_ascii_lowercase().as_str() {
        "and" => "&&",
        "or" => "||",
        "not" => "!",
        "=" | "is" => "==",
        _ => return None,
    };
    Some(Words::new(
        format!("{word} 请写成 {sign}"),
        format!("write {sign} for {word}"),
    ))
}

fn reserved(span: Range<usize>, name: &str) -> RuleFault {
    let message = Words::new(
        format!("{name} 是规则语言的保留字，不能作名称"),
        format!("{name} is a word that the rule language reserves"),
    );
    let help = Words::new("请换一个名称", "choose another name");
    fault("reserved-word", span, message, Some(help))
}

/// The fault for syntax that CEL has and rules have not.
pub(super) fn unsupported(span: Range<usize>, what: &str) -> RuleFault {
    let message = Words::new(
        format!("规则里不能使用 {what}"),
        format!("Rules do not use {what}"),
    );
    fault("unsupported", span, message, None)
}

fn character(text: &str, at: usize) -> RuleFault {
    let sign = text.get(at..).and_then(|t| t.chars().next()).unwrap_or(' ');
    let span = at..(at + sign.len_utf8()).min(text.len().max(at));
    if matches!(sign, '\'' | '"') {
        let message = Words::new(
            "这段文字的引号没有正确结束",
            "This text constant is not closed, or has an escape that does not exist",
        );
        return fault("syntax", at..text.len(), message, None);
    }
    let half = match sign {
        '，' => Some(","),
        '（' => Some("("),
        '）' => Some(")"),
        '“' | '”' | '‘' | '’' => Some("'"),
        '：' => Some(":"),
        '＝' | '=' => Some("=="),
        '＞' => Some(">"),
        '＜' => Some("<"),
        '≥' => Some(">="),
        '≤' => Some("<="),
        '≠' => Some("!="),
        '＆' | '&' | '且' => Some("&&"),
        '｜' | '|' | '或' => Some("||"),
        '！' => Some("!"),
        '＋' => Some("+"),
        '－' => Some("-"),
        '×' | '＊' => Some("*"),
        '÷' | '／' => Some("/"),
        _ => None,
    };
    let message = Words::new(
        format!("规则里不认识字符 {sign}"),
        format!("The sign {sign} means nothing in a rule"),
    );
    let help = half.map(|h| Words::new(format!("请写成 {h}"), format!("write {h}")));
    fault("syntax", span, message, help)
}

fn ends_early(text: &str, tokens: &[Token]) -> RuleFault {
    use super::scan::Sort;
    let open = tokens
        .iter()
        .rfind(|t| t.sort == Sort::Open && t.partner.is_none());
    if let Some(open) = open {
        let sign = text.get(open.span.clone()).unwrap_or_default();
        let message = Words::new(
            format!("括号 {sign} 没有合上"),
            format!("The bracket {sign} is never closed"),
        );
        return fault("syntax", open.span.clone(), message, None);
    }
    let message = Words::new(
        "规则还没有写完就结束了",
        "The rule ends before it is complete",
    );
    let last = tokens.last().map_or(0..text.len(), |t| t.span.clone());
    fault("syntax", last, message, None)
}
