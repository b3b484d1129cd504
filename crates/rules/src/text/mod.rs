//! Text: bounded, then parsed by the public CEL parser, handed on as a plain syntax tree with byte spans.
//!
//! The only place that knows the `cel` crate.

mod fault;
mod scan;
mod syntax;

pub(crate) use fault::fault;
pub use fault::is_reserved;
pub(crate) use syntax::{Form, Sign, Syntax};

use crate::{RuleFault, Words};
use fault::Complaint;

/// The longest rule, in bytes.
pub const BYTES_MAX: usize = 8_192;
/// The deepest rule: brackets, `?` and the operators of an unbroken chain, one inside the other.
pub const LEVELS_MAX: usize = 32;
/// The parser recurses through some twenty frames for each level and overflows a small stack in a debug build.
const STACK_BYTES: usize = 32 << 20;

/// Reads a rule's text into a syntax tree, or says what is wrong with it.
pub(crate) fn parse(text: &str) -> Result<Syntax, Vec<RuleFault>> {
    if text.len() > BYTES_MAX {
        let message = Words::new(
            format!("规则长 {} 字节，上限为 {BYTES_MAX}", text.len()),
            format!(
                "The rule is {} bytes long; at most {BYTES_MAX} are read",
                text.len()
            ),
        );
        let help = Words::new(
            "请拆成几条，或用公式字段",
            "split it, or give parts of it a field with a formula",
        );
        return Err(vec![fault("too-long", 0..text.len(), message, Some(help))]);
    }
    let tokens = scan::tokens(text);
    if let Some(token) = scan::too_deep(&tokens, LEVELS_MAX) {
        let message = Words::new(
            format!("规则嵌套超过 {LEVELS_MAX} 层"),
            format!("The rule nests deeper than {LEVELS_MAX} levels"),
        );
        let help = Words::new(
            "请拆成几条，或用公式字段",
            "split it, or give parts of it a field with a formula",
        );
        return Err(vec![fault(
            "too-deep",
            token.span.clone(),
            message,
            Some(help),
        )]);
    }
    let parsed = std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, || parse_bounded(text, &tokens))
            .map(|thread| thread.join())
    });
    match parsed {
        Ok(Ok(result)) => result,
        // The parser gave up on the text, or the system gave no thread for it.
        Ok(Err(_)) | Err(_) => Err(vec![fault::unreadable(0..text.len())]),
    }
}

fn parse_bounded(text: &str, tokens: &[scan::Token]) -> Result<Syntax, Vec<RuleFault>> {
    // Without macros: `exists` and its kin stay calls, so that they need not be recognised again.
    let parser = cel::Env::default().with_optional_support(false).parser();
    match parser.parse_with_source_info(text) {
        Ok((tree, places)) => syntax::convert(text, tokens, &tree, &places),
        Err(errors) => {
            let complaints: Vec<Complaint> = errors
                .errors
                .into_iter()
                .map(|e| Complaint {
                    line: e.pos.0,
                    column: e.pos.1,
                    sentence: e.msg,
                })
                .collect();
            Err(fault::from_complaints(text, tokens, &complaints))
        }
    }
}
