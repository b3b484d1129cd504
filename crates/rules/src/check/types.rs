//! Types: what may stand for what, and how a type is called in a message.

use super::Checker;
use crate::text::fault;
use crate::{Kind, Node, Operator, Type, Value, Words};
use std::ops::Range;

/// What a type is called in a message.
pub(crate) fn type_words(ty: &Type) -> Words {
    let (zh, en) = match ty {
        Type::Bool => ("是否", "a yes or no"),
        Type::Int => ("整数", "a whole number"),
        Type::Double => ("小数", "a decimal"),
        Type::Money => ("金额", "money"),
        Type::Date => ("日期", "a date"),
        Type::Time => ("时间", "a time"),
        Type::Duration => ("时长", "a duration"),
        Type::Text => ("文字", "text"),
        Type::Choice(_) => ("选项", "a choice"),
        Type::Industry => ("行业代码", "an industry code"),
        Type::Period => ("周期", "a period"),
        Type::File => ("文件", "a file"),
        Type::Reference(table) => {
            return Words::new(format!("{table} 的引用"), format!("a reference to {table}"));
        }
        Type::List(item) => {
            let item = type_words(item);
            return Words::new(
                format!("{}的列表", item.zh),
                format!("a list of {}", item.en),
            );
        }
    };
    Words::new(zh, en)
}

/// Whether values of the type lie in an order.
pub(super) fn is_ordered(ty: &Type) -> bool {
    use Type::*;
    matches!(
        ty,
        Int | Double | Money | Date | Time | Duration | Text | Period
    )
}

/// Whether a field of the type holds texts by another name.
pub(super) fn is_textual(ty: &Type) -> bool {
    use Type::*;
    matches!(ty, Text | Choice(_) | Industry | Period | File)
}

impl Checker<'_> {
    /// The node as a value of type `to`, or the node back when it cannot be one.
    /// A constant outside the choices or ids that there are is a fault of its own, and counts as adapted.
    pub(super) fn adapt(&mut self, mut node: Node, to: &Type) -> Result<Node, Box<Node>> {
        if node.ty == *to {
            return Ok(node);
        }
        if let Kind::Conditional(condition, then, otherwise) = node.kind {
            return self.adapt_branches(node.span, node.ty, *condition, (*then, *otherwise), to);
        }
        match (&mut node.kind, &node.ty, to) {
            (Kind::Literal(Value::Int(n)), _, Type::Double) => {
                node.kind = Kind::Literal(Value::Double(*n as f64));
            }
            (_, Type::Int, Type::Double) => return Ok(self.widen(node)),
            (Kind::Literal(Value::Int(0)), _, Type::Money) => {
                node.kind = Kind::Literal(Value::Money(0));
            }
            (Kind::Literal(Value::Int(0)), _, Type::Duration) => {
                node.kind = Kind::Literal(Value::Duration(0));
            }
            (Kind::Literal(Value::Text(text)), Type::Text, Type::Choice(choices)) => {
                let text = text.clone();
                self.must_be_choice(&text, choices, &node.span);
            }
            (
                Kind::Literal(Value::Text(_)),
                Type::Text,
                Type::Industry | Type::Period | Type::File,
            ) => {}
            (_, Type::Choice(a), Type::Choice(b)) if a.iter().any(|x| b.contains(x)) => {
                return Ok(node);
            }
            (Kind::List(_), _, Type::List(item)) => return self.adapt_list(node, item),
            _ => return Err(Box::new(node)),
        }
        node.ty = to.clone();
        Ok(node)
    }

    fn adapt_branches(
        &mut self,
        span: Range<usize>,
        ty: Type,
        condition: Node,
        (then, otherwise): (Node, Node),
        to: &Type,
    ) -> Result<Node, Box<Node>> {
        let whole = |then: Node, otherwise: Node, ty: Type| Node {
            kind: Kind::Conditional(Box::new(condition), Box::new(then), Box::new(otherwise)),
            ty,
            span,
        };
        let before = then.clone();
        match self.adapt(then, to) {
            Err(then) => Err(Box::new(whole(*then, otherwise, ty))),
            Ok(then) => match self.adapt(otherwise, to) {
                Err(otherwise) => Err(Box::new(whole(before, *otherwise, ty))),
                Ok(otherwise) => Ok(whole(then, otherwise, to.clone())),
            },
        }
    }

    fn adapt_list(&mut self, node: Node, item: &Type) -> Result<Node, Box<Node>> {
        let before = node.clone();
        let Kind::List(items) = node.kind else {
            return Err(Box::new(before));
        };
        let mut adapted = Vec::with_capacity(items.len());
        for part in items {
            match self.adapt(part, item) {
                Ok(part) => adapted.push(part),
                Err(_) => return Err(Box::new(before)),
            }
        }
        Ok(Node {
            kind: Kind::List(adapted),
            ty: Type::List(Box::new(item.clone())),
            span: node.span,
        })
    }

    /// An int as a double. A quotient of ints has lost its fraction by then, which nobody means: a fault.
    fn widen(&mut self, node: Node) -> Node {
        if matches!(node.kind, Kind::Arithmetic(Operator::Divide, ..)) {
            let message = Words::new(
                "整数相除会舍去小数部分，再与小数比较没有意义",
                "Whole numbers divide without a fraction, so this quotient is not a decimal",
            );
            let help = Words::new("请写成 double(a) / b", "write double(a) / b");
            let span = node.span.clone();
            self.faults
                .push(fault("truncating-division", span, message, Some(help)));
        }
        let span = node.span.clone();
        self.node(
            Kind::Call(crate::Function::Double, vec![node]),
            Type::Double,
            span,
        )
    }

    fn must_be_choice(&mut self, text: &str, choices: &[String], span: &Range<usize>) {
        if choices.iter().any(|c| c == text) {
            return;
        }
        let message = Words::new(
            format!("选项里没有 {text}"),
            format!("{text} is not among the choices"),
        );
        let help = super::spelling::did_you_mean(text, choices.iter().map(String::as_str));
        self.faults
            .push(fault("not-a-choice", span.clone(), message, help));
    }

    /// Two operands as values of one type; a reference and a text go together and are compared by id.
    pub(super) fn unify(&mut self, a: Node, b: Node, span: &Range<usize>) -> Option<(Node, Node)> {
        let b = match self.adapt(b, &a.ty) {
            Ok(b) => return Some((a, b)),
            Err(b) => *b,
        };
        let a = match self.adapt(a, &b.ty) {
            Ok(a) => return Some((a, b)),
            Err(a) => *a,
        };
        if self.by_id(&a, &b.ty) || self.by_id(&b, &a.ty) {
            return Some((a, b));
        }
        self.mismatch(&a.ty, &b.ty, span);
        None
    }

    /// Whether texts of `node` are compared as ids with references of type `other`; checks constant ids.
    pub(super) fn by_id(&mut self, node: &Node, other: &Type) -> bool {
        let table = match (&node.ty, other) {
            (Type::Text, Type::Reference(table)) => table,
            (Type::List(item), Type::List(of)) => match (&**item, &**of) {
                (Type::Text, Type::Reference(table)) => table,
                _ => return false,
            },
            _ => return false,
        };
        let mut texts = Vec::new();
        constant_texts(node, &mut texts);
        for (text, span) in texts {
            self.must_be_known_id(table, &text, span);
        }
        true
    }

    /// A constant id must be one of the ids known for the table, if any are.
    pub(super) fn must_be_known_id(&mut self, table: &str, id: &str, span: Range<usize>) {
        let Some(ids) = self.options.known_ids.and_then(|known| known.get(table)) else {
            return;
        };
        if ids.contains(id) {
            return;
        }
        let message = match table {
            "unit" => Words::new(
                format!("没有单位 {id}"),
                format!("{id} is a unit that nobody is"),
            ),
            "division" => Words::new(
                format!("没有行政区划 {id}"),
                format!("There is no division {id}"),
            ),
            _ => Words::new(
                format!("{table} 里没有 {id}"),
                format!("{table} has no {id}"),
            ),
        };
        let near = super::spelling::nearest(id, ids.iter().map(String::as_str));
        let help = near.map_or_else(
            || {
                Words::new(
                    format!("写 {table} 中已有的代码"),
                    format!("write a code that {table} has"),
                )
            },
            |near| {
                Words::new(
                    format!("是否想写 {near}？"),
                    format!("did you mean {near}?"),
                )
            },
        );
        let help = Some(help);
        self.faults.push(fault("unknown-id", span, message, help));
    }

    /// Says that two types do not go together.
    pub(super) fn mismatch(&mut self, a: &Type, b: &Type, span: &Range<usize>) {
        let (x, y) = (type_words(a), type_words(b));
        let message = Words::new(
            format!("{}与{}不是同类，不能放在一起", x.zh, y.zh),
            format!("These are unlike: {} and {}", x.en, y.en),
        );
        let help = mend(a, b).or_else(|| mend(b, a));
        self.faults
            .push(fault("type-mismatch", span.clone(), message, help));
    }
}

fn constant_texts(node: &Node, texts: &mut Vec<(Box<str>, Range<usize>)>) {
    match &node.kind {
        Kind::Literal(Value::Text(text)) => texts.push((text.clone(), node.span.clone())),
        Kind::List(items) => items.iter().for_each(|item| constant_texts(item, texts)),
        Kind::Conditional(_, then, otherwise) => {
            constant_texts(then, texts);
            constant_texts(otherwise, texts);
        }
        _ => {}
    }
}

fn mend(a: &Type, b: &Type) -> Option<Words> {
    Some(match (a, b) {
        (Type::Money, Type::Int | Type::Double) => Words::new(
            "金额请写成 yuan(5)、wan(2000) 或 yi(1)",
            "write money as yuan(5), wan(2000) or yi(1)",
        ),
        (Type::Date, Type::Text) => Words::new(
            "日期请写成 date('2023-08-31')",
            "write a date as date('2023-08-31')",
        ),
        (Type::Date, Type::Time) => Words::new(
            "取时间的日期请写 date(t)",
            "write date(t) for the day of a time",
        ),
        (Type::Time, Type::Text) => Words::new(
            "时间请写成 timestamp('2023-08-31T08:30')",
            "write a time as timestamp('2023-08-31T08:30')",
        ),
        (Type::Text, other) if !matches!(other, Type::List(_) | Type::Bool) => {
            Words::new("可用 string(x) 变成文字", "string(x) makes a text of it")
        }
        (Type::List(_), _) => Words::new(
            "判断是否在列表中请用 in",
            "to look for it in the list, use in",
        ),
        _ => return None,
    })
}
