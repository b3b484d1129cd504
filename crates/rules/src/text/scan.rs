//! A light reading of the text before parsing: its tokens, its brackets, how deep it nests.

use std::ops::Range;

/// What a token is, as far as bounds and spans need to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Name,
    Constant,
    Open,
    Close,
    Comma,
    /// `&&` and `||`: chains of these become one node, so they do not deepen the tree.
    Logic,
    /// `?` deepens the tree by one; what stands before it is done with.
    Question,
    Colon,
    Operator,
}

/// One token.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) span: Range<usize>,
    pub(super) sort: Sort,
    /// For a bracket, the position of the other one among the tokens.
    pub(super) partner: Option<usize>,
}

/// Splits the text into tokens; never fails, since the parser judges the text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut tokens: Vec<Token> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        if byte.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        if rest.starts_with(b"//") {
            at += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
            continue;
        }
        let (length, sort) = token(rest);
        let mut partner = None;
        match sort {
            Sort::Open => open.push(tokens.len()),
            Sort::Close => partner = open.pop(),
            _ => {}
        }
        let index = tokens.len();
        if let Some(other) = partner.and_then(|p| tokens.get_mut(p)) {
            other.partner = Some(index);
        }
        let end = (at + length).min(bytes.len());
        tokens.push(Token {
            span: at..end,
            sort,
            partner,
        });
        at = end;
    }
    tokens
}

/// Length and sort of the token that begins here; at least one byte.
fn token(rest: &[u8]) -> (usize, Sort) {
    let first = rest.first().copied().unwrap_or_default();
    let second = rest.get(1).copied().unwrap_or_default();
    if let Some(length) = text_constant(rest) {
        return (length, Sort::Constant);
    }
    if first.is_ascii_digit() || first == b'.' && second.is_ascii_digit() {
        return (number(rest), Sort::Constant);
    }
    if first.is_ascii_alphabetic() || first == b'_' {
        let length = run(rest, |b| b.is_ascii_alphanumeric() || b == b'_');
        let sort = if rest.get(..length) == Some(b"in") {
            Sort::Operator
        } else {
            Sort::Name
        };
        return (length, sort);
    }
    match (first, second) {
        (b'&', b'&') | (b'|', b'|') => (2, Sort::Logic),
        (b'=' | b'!' | b'<' | b'>', b'=') => (2, Sort::Operator),
        (b'(' | b'[' | b'{', _) => (1, Sort::Open),
        (b')' | b']' | b'}', _) => (1, Sort::Close),
        (b',', _) => (1, Sort::Comma),
        (b'?', _) => (1, Sort::Question),
        (b':', _) => (1, Sort::Colon),
        _ => (run(rest, |b| !b.is_ascii()).max(1), Sort::Operator),
    }
}

fn run(rest: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    rest.iter().take_while(|b| belongs(**b)).count()
}

fn number(rest: &[u8]) -> usize {
    let mut length = 0;
    while let Some(&byte) = rest.get(length) {
        let after_exponent = length > 0
            && matches!(byte, b'+' | b'-')
            && matches!(rest.get(length - 1), Some(b'e' | b'E'))
            && !rest.starts_with(b"0x");
        if !(byte.is_ascii_alphanumeric() || byte == b'.' || after_exponent) {
            break;
        }
        length += 1;
    }
    length.max(1)
}

/// Length of a text constant (`'…'`, `"…"`, tripled, raw), to the end of the text when it is not closed.
fn text_constant(rest: &[u8]) -> Option<usize> {
    let prefix = run(rest, |b| matches!(b, b'r' | b'R' | b'b' | b'B'));
    let quote = *rest.get(prefix)?;
    if prefix > 2 || !matches!(quote, b'\'' | b'"') {
        return None;
    }
    let raw = rest
        .get(..prefix)
        .is_some_and(|p| p.iter().any(|b| matches!(b, b'r' | b'R')));
    let triple = [quote; 3];
    let body = rest.get(prefix..)?;
    let fence: &[u8] = if body.starts_with(&triple) {
        &triple
    } else {
        std::slice::from_ref(&quote)
    };
    let mut at = fence.len();
    while let Some(tail) = body.get(at..).filter(|t| !t.is_empty()) {
        if tail.starts_with(fence) {
            return Some(prefix + at + fence.len());
        }
        at += if !raw && tail.starts_with(b"\\") {
            2
        } else {
            1
        };
    }
    Some(rest.len())
}

/// The first token past `levels_max`, if any. A bracket is a level, and so is a `?`, and each further operator
/// of an unbroken chain such as `a + b + c` or `a.b.c`: an upper bound of the depth of the tree.
pub(super) fn too_deep(tokens: &[Token], levels_max: usize) -> Option<&Token> {
    let mut outer = 0;
    let mut stack = Vec::new();
    let (mut questions, mut chain) = (0, 0);
    for token in tokens {
        match token.sort {
            Sort::Name | Sort::Constant => {}
            Sort::Open => {
                stack.push((outer, questions, chain));
                outer += questions + chain + 1;
                (questions, chain) = (0, 0);
            }
            Sort::Close => {
                if let Some(back) = stack.pop() {
                    (outer, questions, chain) = back;
                }
            }
            Sort::Comma => (questions, chain) = (0, 0),
            Sort::Logic | Sort::Colon => chain = 0,
            Sort::Question => (questions, chain) = (questions + 1, 0),
            Sort::Operator => chain += 1,
        }
        if outer + questions + chain > levels_max {
            return Some(token);
        }
    }
    None
}
