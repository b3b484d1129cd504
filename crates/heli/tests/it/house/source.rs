//! Rust text cut into words and signs, without comments and the insides of strings.
//! A sentence about `std::fs` in a comment is no use of it.

/// A word (`struct`, `now`), `::`, or one sign, with the line it stands on (from 1).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) line: usize,
}

/// The tokens of a Rust file, in order.
pub(super) fn tokens(source: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let (mut rest, mut line) = (source, 1);
    while let Some(first) = rest.chars().next() {
        let length = skipped(rest).unwrap_or_else(|| {
            let length = token(rest, first);
            found.push(Token {
                text: rest[..length].to_owned(),
                line,
            });
            length
        });
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    found
}

/// How many bytes of comment, string, character or space stand here, if any.
fn skipped(rest: &str) -> Option<usize> {
    let first = rest.chars().next()?;
    if first.is_whitespace() {
        Some(first.len_utf8())
    } else if rest.starts_with("//") {
        Some(rest.find('\n').unwrap_or(rest.len()))
    } else if rest.starts_with("/*") {
        Some(block_comment(rest))
    } else if first == '\'' {
        character(rest)
    } else {
        string(rest)
    }
}

/// Rust's block comments nest.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    loop {
        let next = &rest[at..];
        if next.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if next.starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
        } else {
            at += next.chars().next().map_or(0, char::len_utf8);
        }
        if depth == 0 || at >= rest.len() {
            return at;
        }
    }
}

/// A character literal, told from a lifetime by its closing quote.
fn character(rest: &str) -> Option<usize> {
    let inside = &rest[1..];
    if let Some(escaped) = inside.strip_prefix('\\') {
        let from = escaped.chars().next().map_or(0, char::len_utf8);
        return escaped[from..].find('\'').map(|end| 2 + from + end + 1);
    }
    let length = inside.chars().next()?.len_utf8();
    inside[length..].starts_with('\'').then_some(1 + length + 1)
}

/// A string literal, plain or raw, with or without `b` or `c` before it.
fn string(rest: &str) -> Option<usize> {
    let prefix = rest.len() - rest.trim_start_matches(['b', 'c', 'r']).len();
    let raw = rest[..prefix].contains('r');
    let hashes = rest[prefix..].len() - rest[prefix..].trim_start_matches('#').len();
    let open = prefix + hashes;
    if prefix > 2 || !rest[open..].starts_with('"') || (hashes > 0 && !raw) {
        return None;
    }
    let inside = &rest[open + 1..];
    let end = if raw {
        inside
            .find(&format!("\"{}", "#".repeat(hashes)))
            .map(|end| end + 1 + hashes)
    } else {
        closing_quote(inside)
    };
    Some(end.map_or(rest.len(), |end| open + 1 + end))
}

fn closing_quote(inside: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in inside.char_indices() {
        match letter {
            '"' if !escaped => return Some(at + 1),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

fn token(rest: &str, first: char) -> usize {
    let in_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    if in_word(first) {
        rest.find(|letter| !in_word(letter)).unwrap_or(rest.len())
    } else if rest.starts_with("::") {
        2
    } else {
        first.len_utf8()
    }
}

/// What is named directly below `parent`: `fs` and `net` in both `std::fs::read` and `use std::{fs, net::TcpStream}`.
pub(super) fn children(tokens: &[Token], parent: &str) -> Vec<Token> {
    let mut found = Vec::new();
    for at in 0..tokens.len().saturating_sub(2) {
        if tokens[at].text != parent || tokens[at + 1].text != "::" {
            continue;
        }
        if tokens[at + 2].text == "{" {
            found.extend(heads(&tokens[at + 3..]));
        } else {
            found.push(tokens[at + 2].clone());
        }
    }
    found
}

/// The first word of every branch of a `use` group whose opening brace has been passed.
fn heads(tokens: &[Token]) -> Vec<Token> {
    let (mut depth, mut at_head, mut found) = (0, true, Vec::new());
    for token in tokens {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" if depth == 0 => break,
            "}" => depth -= 1,
            "," if depth == 0 => at_head = true,
            _ if at_head => {
                found.push(token.clone());
                at_head = false;
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{children, tokens};

    fn words(source: &str) -> Vec<String> {
        tokens(source).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_and_strings_are_not_code() {
        let source = "/// std::fs\nlet a = \"std::fs \\\" x\"; /* /* deep */ fs */ let b = r#\"\"fs\"\"#; b\"fs\" y";
        assert_eq!(
            words(source),
            ["let", "a", "=", ";", "let", "b", "=", ";", "y"]
        );
    }

    #[test]
    fn a_lifetime_is_not_an_open_character() {
        assert_eq!(words("<'a> '\\'' '\"' x"), ["<", "'", "a", ">", "x"]);
    }

    #[test]
    fn lines_are_counted_through_what_is_skipped() {
        let found = tokens("/* a\n */ \"\n\"\nlast");
        assert_eq!((found[0].text.as_str(), found[0].line), ("last", 4));
    }

    #[test]
    fn a_group_names_each_of_its_heads() {
        let source =
            "use std::{collections::{BTreeMap, fs}, net::TcpStream, env}; std::process::exit(1)";
        let below: Vec<String> = children(&tokens(source), "std")
            .into_iter()
            .map(|token| token.text)
            .collect();
        assert_eq!(below, ["collections", "net", "env", "process"]);
    }
}
