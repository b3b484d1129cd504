//! Which measures the board can count, and what it needs to know of each; the rest are refused with a reason.

use crate::moment::AsOf;
use programme::Rhythm;
use programme::model::{
    Bearer, DIVISION_TABLE, Due, FIRST_REGISTER_TABLE, Measure, Tally, TallyKind, UNIT_TABLE,
};
use rules::{Comparison, Kind, Node, Rule, Threshold, Type, Words, names_read, thresholds};

/// Why a measure is not on the board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The measure's id.
    pub measure: String,
    /// What it has that only the general way can evaluate.
    pub why: Words,
}

/// A stored column that a path reads from the row itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Stored {
    pub(super) column: usize,
    /// An empty cell means that there is nothing, not that nobody has said.
    pub(super) empty_is_none: bool,
}

/// Where rows of evidence are found, and how each finds its bearers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Source {
    pub(super) table: usize,
    /// The reference to the bearer; `None`: the row is the bearer's own record.
    pub(super) by: Option<Stored>,
    pub(super) on: Stored,
    /// What the reference leads to.
    pub(super) to: usize,
    /// Units above the one named bear the row too.
    pub(super) climbs: bool,
}

/// What a row adds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Adds<'p> {
    Count,
    Sum(Stored),
    Share(&'p Rule),
}

/// A measure in the plain form.
#[derive(Clone, Debug)]
pub(super) struct Plain<'p> {
    pub(super) measure: &'p Measure,
    pub(super) tally: &'p Tally,
    pub(super) source: Source,
    pub(super) adds: Adds<'p>,
    pub(super) threshold: Threshold<'p>,
}

impl Plain<'_> {
    /// Whether a tally that reaches the need breaks what is owed instead of meeting it.
    pub(super) fn at_most(&self) -> bool {
        matches!(self.threshold.comparison, Comparison::Le | Comparison::Lt)
    }
}

type Why = (&'static str, &'static str);

/// The measure in its plain form.
pub(super) fn plain<'p>(cx: &AsOf<'p>, measure: &'p Measure) -> Result<Plain<'p>, Refusal> {
    read(cx, measure).map_err(|(zh, en)| Refusal {
        measure: measure.id.clone(),
        why: Words::new(zh, en),
    })
}

fn read<'p>(cx: &AsOf<'p>, measure: &'p Measure) -> Result<Plain<'p>, Why> {
    frame(measure)?;
    let [tally] = measure.tallies.as_slice() else {
        return Err(("不止一个统计量", "it has more than one tally, or none"));
    };
    let source = source(measure, tally)?;
    for rule in tally.filter.iter() {
        of_the_row(rule)?;
    }
    let adds = match &tally.kind {
        TallyKind::Count => Adds::Count,
        TallyKind::Sum(of) => Adds::Sum(
            stored(&of.root)
                .filter(|_| matches!(of.root.ty, Type::Int | Type::Money | Type::Duration))
                .ok_or((
                    "求和的不是一个整数字段",
                    "it sums something other than a field of whole numbers",
                ))?,
        ),
        TallyKind::Share(part) => {
            of_the_row(part)?;
            Adds::Share(part)
        }
        TallyKind::Distinct(_) | TallyKind::Ratio(..) | TallyKind::Last(_) => {
            return Err((
                "统计量不是计数、求和或占比",
                "its tally is no count, sum or share",
            ));
        }
    };
    let threshold = threshold(measure, tally)?;
    bearer(cx, measure)?;
    Ok(Plain {
        measure,
        tally,
        source,
        adds,
        threshold,
    })
}

/// What stands round the tally: periods, dates, chains.
fn frame(measure: &Measure) -> Result<(), Why> {
    if measure.after.is_some() || measure.clock.is_some() || measure.done.is_some() {
        return Err((
            "跟随另一项、时钟或承担者的日期",
            "it follows another measure, a clock or a date of the bearer",
        ));
    }
    if measure.every == Rhythm::Always {
        return Err(("没有周期", "it has no period"));
    }
    if matches!(measure.due, Due::Field(_) | Due::AfterField(..)) {
        return Err(("到期日随承担者而定", "its due day is the bearer's own"));
    }
    if measure.complete.is_some() {
        return Err((
            "台账要另行报齐",
            "its evidence is complete only once it is filed",
        ));
    }
    if measure.notice_before.is_some() {
        return Err(("证据要提前公告", "its evidence must be announced before"));
    }
    Ok(())
}

fn source(measure: &Measure, tally: &Tally) -> Result<Source, Why> {
    if tally.for_period.is_some() {
        return Err(("证据自带周期", "its evidence names its period"));
    }
    let dated = tally.on.as_ref().filter(|on| on.root.ty == Type::Date);
    let on = dated.and_then(|on| stored(&on.root)).ok_or((
        "证据没有自己的日期字段",
        "its evidence has no date field of its own",
    ))?;
    let indirect = (
        "证据到承担者不是一个引用",
        "the way from evidence to bearer is not a single reference",
    );
    let (by, to) = match &tally.by {
        None => (None, tally.table),
        Some(by) => {
            let Type::Reference(to) = &by.root.ty else {
                return Err(indirect);
            };
            let to = match (to.as_str(), &measure.bearer) {
                ("unit", _) => UNIT_TABLE,
                ("division", _) => DIVISION_TABLE,
                (
                    to,
                    Bearer::Records {
                        register, table, ..
                    },
                ) if to == register => *table,
                _ => return Err(indirect),
            };
            (Some(stored(&by.root).ok_or(indirect)?), to)
        }
    };
    let units = matches!(measure.bearer, Bearer::Units(_));
    if units != matches!(to, UNIT_TABLE | DIVISION_TABLE) {
        return Err(indirect);
    }
    Ok(Source {
        table: tally.table,
        by,
        on,
        to,
        climbs: units && !tally.own,
    })
}

fn threshold<'p>(measure: &'p Measure, tally: &Tally) -> Result<Threshold<'p>, Why> {
    let other = (
        "应尽的不是一个统计量与一个定数相比",
        "what is owed is not one tally against one number",
    );
    let rule = measure.owes.as_ref().ok_or(other)?;
    let found = thresholds(rule);
    let (Kind::Compare(..), [found]) = (&rule.root.kind, found.as_slice()) else {
        return Err(other);
    };
    if found.name != tally.id || matches!(found.comparison, Comparison::Eq | Comparison::Ne) {
        return Err(other);
    }
    let read = names_read(rule);
    if read.contains("bearer") || read.contains("today") {
        return Err((
            "定数随承担者或日子而变",
            "the number differs by bearer or by day",
        ));
    }
    Ok(*found)
}

fn bearer(cx: &AsOf<'_>, measure: &Measure) -> Result<(), Why> {
    match &measure.bearer {
        Bearer::Units(rule) => {
            if names_read(rule).contains("today") {
                return Err(("承担者随日子而变", "who owes it differs by day"));
            }
        }
        Bearer::Records {
            table,
            from,
            until,
            filter,
            answers,
            ..
        } => {
            if from.is_some() || until.is_some() {
                return Err(("承担者各有起止", "each bearer has a span of its own"));
            }
            let register = cx.programme.registers.get(table - FIRST_REGISTER_TABLE);
            let answers = answers.as_ref().or(register.and_then(|r| r.unit.as_ref()));
            for rule in filter.iter().chain(answers) {
                if names_read(rule).contains("today") {
                    return Err(("承担者随日子而变", "who owes it differs by day"));
                }
            }
        }
    }
    Ok(())
}

/// The column of a path that is a field of the row itself.
pub(super) fn stored(node: &Node) -> Option<Stored> {
    match &node.kind {
        Kind::Field {
            of,
            column: Some(column),
            empty_is_none,
            ..
        } if of.kind == Kind::Own => Some(Stored {
            column: *column,
            empty_is_none: *empty_is_none,
        }),
        _ => None,
    }
}

/// Whether a rule reads only the row and settings, so that its verdict on a version never changes.
fn of_the_row(rule: &Rule) -> Result<(), Why> {
    fn own(node: &Node) -> bool {
        let here = match &node.kind {
            Kind::Bound(_) => false,
            Kind::Name(name) => name.starts_with("settings."),
            Kind::Field { of, .. } => of.kind == Kind::Own,
            _ => true,
        };
        here && node.children().into_iter().all(own)
    }
    if own(&rule.root) {
        Ok(())
    } else {
        Err((
            "条件要看别的记录、承担者、周期或日子",
            "its condition looks at another record, the bearer, the period or the day",
        ))
    }
}
