//! Random typed rules and random rows, made from a string of random bytes so that failures shrink.

use crate::house::{choices, schema};
use rules::{Day, Moment, Type, Value};

/// Random bytes, used up from the front; then zeros, which choose the simplest of everything.
pub struct Chance<'a> {
    bytes: std::slice::Iter<'a, u8>,
    /// Only what the public CEL interpreter knows too.
    pub public: bool,
    elements: Vec<(String, Type)>,
}

impl<'a> Chance<'a> {
    pub fn new(bytes: &'a [u8], public: bool) -> Self {
        Self {
            bytes: bytes.iter(),
            public,
            elements: Vec::new(),
        }
    }

    fn below(&mut self, n: usize) -> usize {
        self.bytes.next().map_or(0, |b| *b as usize % n)
    }

    fn one<'b>(&mut self, of: &[&'b str]) -> &'b str {
        of[self.below(of.len())]
    }

    fn prefix(&mut self) -> &'static str {
        ["a", "z"][self.below(2)]
    }

    /// The text of a rule that gives a value of this type.
    pub fn rule(&mut self, ty: &Type, depth: usize) -> String {
        let elements: Vec<String> = self
            .elements
            .iter()
            .filter(|(_, t)| t == ty)
            .map(|(n, _)| n.clone())
            .collect();
        if !elements.is_empty() && self.below(2) == 1 {
            return elements[self.below(elements.len())].clone();
        }
        if depth == 0 {
            return self.leaf(ty);
        }
        if self.below(8) == 7 {
            let (c, a, b) = (
                self.rule(&Type::Bool, depth - 1),
                self.rule(ty, depth - 1),
                self.rule(ty, depth - 1),
            );
            return format!("({c} ? {a} : {b})");
        }
        match ty {
            Type::Bool => self.verdict(depth - 1),
            Type::Int => self.int(depth - 1),
            Type::Double => {
                let (a, b) = (self.rule(ty, depth - 1), self.rule(ty, depth - 1));
                let signs: &[&str] = if self.public {
                    &["+", "-", "*"]
                } else {
                    &["+", "-", "*", "/"]
                };
                format!("({a} {} {b})", self.one(signs))
            }
            Type::Money => self.money(depth - 1),
            Type::Date => {
                let (d, n) = (self.rule(ty, depth - 1), self.rule(&Type::Int, depth - 1));
                match self.below(3) {
                    0 => format!("add_days({d}, {n})"),
                    1 => format!("date({}_time)", self.prefix()),
                    _ => format!("max({d}, {})", self.rule(ty, depth - 1)),
                }
            }
            Type::Text => {
                let (a, b) = (self.rule(ty, depth - 1), self.rule(ty, depth - 1));
                if self.public || self.below(2) == 0 {
                    format!("({a} + {b})")
                } else {
                    format!("{}_unit.name", self.prefix())
                }
            }
            Type::List(item) => self.list(item, depth - 1),
            _ => self.leaf(ty),
        }
    }

    fn leaf(&mut self, ty: &Type) -> String {
        let constant = self.below(3) == 2;
        let prefix = self.prefix();
        match ty {
            Type::Bool if constant => self.one(&["true", "false"]).into(),
            Type::Bool => format!("{prefix}_flag"),
            Type::Int if constant => self
                .one(&["0", "1", "2", "-3", "7", "9223372036854775807"])
                .into(),
            Type::Int if self.below(5) == 4 && !self.public => {
                self.one(&["held", "settings.threshold"]).into()
            }
            Type::Int => format!("{prefix}_count"),
            Type::Double if constant => self.one(&["0.0", "1.5", "-2.25", "100.0"]).into(),
            Type::Double => format!("{prefix}_ratio"),
            Type::Money if constant => self.one(&["wan(1)", "yuan(0)", "yi(2)", "yuan(-3)"]).into(),
            Type::Money => format!("{prefix}_money"),
            Type::Date if constant => self
                .one(&["date('2023-09-01')", "date('2023-12-31')", "today"])
                .into(),
            Type::Date => format!("{prefix}_day"),
            Type::Time if constant => self
                .one(&["timestamp('2023-09-01T08:30')", "timestamp('2024-01-01')"])
                .into(),
            Type::Time => format!("{prefix}_time"),
            Type::Text if constant => self.one(&["''", "'福'", "'福州市'", "'ab'"]).into(),
            Type::Text => format!("{prefix}_name"),
            Type::List(item) if **item == Type::Int && !constant => format!("{prefix}_scores"),
            Type::List(item) if **item == Type::Text && !constant => format!("{prefix}_tags"),
            Type::List(item) => format!("[{}, {}]", self.leaf(item), self.leaf(item)),
            other => panic!("{other:?}"),
        }
    }

    fn plain(&mut self) -> Type {
        let types = [
            Type::Int,
            Type::Text,
            Type::Double,
            Type::Money,
            Type::Date,
            Type::Time,
        ];
        let count = if self.public { 3 } else { types.len() };
        types[self.below(count)].clone()
    }

    fn verdict(&mut self, depth: usize) -> String {
        let choice = self.below(if self.public { 9 } else { 14 });
        let ty = self.plain();
        let prefix = self.prefix();
        match choice {
            0 => {
                let sign = self.one(&["==", "!=", "<", "<=", ">", ">="]);
                format!(
                    "({} {sign} {})",
                    self.rule(&ty, depth),
                    self.rule(&ty, depth)
                )
            }
            1 => format!(
                "({} && {})",
                self.rule(&Type::Bool, depth),
                self.rule(&Type::Bool, depth)
            ),
            2 => format!(
                "({} || {})",
                self.rule(&Type::Bool, depth),
                self.rule(&Type::Bool, depth)
            ),
            3 => format!("!({})", self.rule(&Type::Bool, depth)),
            4 => format!(
                "({} in [{}, {}])",
                self.rule(&ty, depth),
                self.rule(&ty, depth),
                self.rule(&ty, depth)
            ),
            5 => {
                let item = if self.below(2) == 0 {
                    Type::Int
                } else {
                    Type::Text
                };
                let quantifier = self.one(&["exists", "all", "exists_one"]);
                self.quantified(quantifier, &item, &Type::Bool, depth)
            }
            6 => {
                let test = self.one(&["startsWith", "endsWith", "contains"]);
                format!(
                    "{}.{test}({})",
                    self.rule(&Type::Text, depth),
                    self.rule(&Type::Text, depth)
                )
            }
            7 => format!(
                "({} in {})",
                self.rule(&Type::Int, depth),
                self.rule(&list_of(Type::Int), depth)
            ),
            8 => {
                let ty = list_of(Type::Int);
                format!("({} == {})", self.rule(&ty, depth), self.rule(&ty, depth))
            }
            9 => format!("present({})", self.rule(&ty, depth)),
            10 => format!("({prefix}_state {} 'held')", self.one(&["==", "!="])),
            11 => {
                let unit = self.one(&[
                    "a_unit",
                    "z_unit",
                    "a_unit.parent",
                    "z_unit.parent.parent",
                    "bearer",
                ]);
                match self.below(5) {
                    0 => format!("under({unit}, '350500')"),
                    1 => format!("({unit} == '350582')"),
                    2 => format!("({unit} != bearer)"),
                    3 => format!("({unit} in ['350100', '999999'])"),
                    _ => format!("('city' in {unit}.levels)"),
                }
            }
            12 => format!(
                "in_force({}, {})",
                self.rule(&Type::Date, depth),
                self.rule(&Type::Date, depth)
            ),
            _ => format!(
                "industry({prefix}_industry, {})",
                self.one(&["'C'", "'C13'", "'D'"])
            ),
        }
    }

    fn int(&mut self, depth: usize) -> String {
        let choice = self.below(if self.public { 4 } else { 9 });
        match choice {
            0 => {
                let sign = self.one(&["+", "-", "*", "/", "%"]);
                format!(
                    "({} {sign} {})",
                    self.rule(&Type::Int, depth),
                    self.rule(&Type::Int, depth)
                )
            }
            1 => format!("size({})", self.rule(&list_of(Type::Int), depth)),
            2 => format!("size({})", self.rule(&Type::Text, depth)),
            3 => format!("-({})", self.rule(&Type::Int, depth)),
            4 => {
                let function = self.one(&["sum", "min", "max"]);
                format!("{function}({})", self.rule(&list_of(Type::Int), depth))
            }
            5 => format!(
                "{}({})",
                self.one(&["year", "month"]),
                self.rule(&Type::Date, depth)
            ),
            6 => {
                let function = self.one(&["days", "workdays"]);
                format!(
                    "{function}({}, {})",
                    self.rule(&Type::Date, depth),
                    self.rule(&Type::Date, depth)
                )
            }
            7 => format!("abs({})", self.rule(&Type::Int, depth)),
            _ => format!(
                "min({}, {})",
                self.rule(&Type::Int, depth),
                self.rule(&Type::Int, depth)
            ),
        }
    }

    fn money(&mut self, depth: usize) -> String {
        let a = self.rule(&Type::Money, depth);
        match self.below(5) {
            0 => format!("({a} + {})", self.rule(&Type::Money, depth)),
            1 => format!("({a} - {})", self.rule(&Type::Money, depth)),
            2 => format!("({a} * {})", self.rule(&Type::Int, depth)),
            3 => format!("({a} / {})", self.rule(&Type::Int, depth)),
            _ => format!("abs({a})"),
        }
    }

    fn list(&mut self, item: &Type, depth: usize) -> String {
        let own = list_of(item.clone());
        match self.below(4) {
            0 => format!("[{}, {}]", self.rule(item, depth), self.rule(item, depth)),
            1 => format!("({} + {})", self.rule(&own, depth), self.rule(&own, depth)),
            2 => self.quantified("filter", item, &Type::Bool, depth),
            _ => self.quantified("map", &Type::Int, item, depth),
        }
    }

    fn quantified(&mut self, quantifier: &str, item: &Type, gives: &Type, depth: usize) -> String {
        if self.elements.len() >= 3 {
            return self.leaf(&if quantifier == "map" || quantifier == "filter" {
                list_of(if quantifier == "map" {
                    gives.clone()
                } else {
                    item.clone()
                })
            } else {
                Type::Bool
            });
        }
        let list = self.rule(&list_of(item.clone()), depth);
        let name = format!("e{}", self.elements.len());
        self.elements.push((name.clone(), item.clone()));
        let body = self.rule(gives, depth);
        self.elements.pop();
        format!("{list}.{quantifier}({name}, {body})")
    }

    /// The cells of a firm; `missing_of` in eight cells are empty.
    pub fn firm(&mut self, missing_of: usize) -> Vec<Option<Value>> {
        let schema = schema();
        let stored = schema.tables[0]
            .fields
            .iter()
            .filter(|f| f.formula.is_none());
        stored
            .map(|f| (self.below(8) >= missing_of).then(|| self.value(&f.ty)))
            .collect()
    }

    pub fn value(&mut self, ty: &Type) -> Value {
        let text = |t: &str| Value::Text(t.into());
        match ty {
            Type::Bool => Value::Bool(self.below(2) == 1),
            Type::Int => Value::Int([0, 1, 2, -3, 7, i64::MAX][self.below(6)]),
            Type::Double => Value::Double([0.0, 1.5, -2.25, 0.03, 1e9][self.below(5)]),
            Type::Money => Value::Money([0, 100, 1_000_000, -250, 99_999_999][self.below(5)]),
            Type::Date => Value::Date(Day([19_600, 19_601, 19_626, 19_650, -10][self.below(5)])),
            Type::Time => Value::Time(Moment(
                [0, 1_693_470_600_000, 1_704_067_200_000][self.below(3)],
            )),
            Type::Text => text(["", "福", "福州市", "ab", "b"][self.below(5)]),
            ty if *ty == choices() => text(["open", "held", "closed"][self.below(3)]),
            Type::Industry => text(["C1311", "C14", "D44"][self.below(3)]),
            Type::Reference(_) => Value::Record(1, [0, 1, 2, 3, 4, rules::NO_ROW][self.below(6)]),
            Type::List(item) => {
                let count = self.below(4);
                Value::List((0..count).map(|_| self.value(item)).collect())
            }
            other => panic!("{other:?}"),
        }
    }
}

pub fn list_of(item: Type) -> Type {
    Type::List(Box::new(item))
}
