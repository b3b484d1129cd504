//! One cell of a sheet, from what the file holds to the register's value.

mod choice;
mod day;
mod number;
mod place;
mod refusal;
mod words;

use choice::bool_of;
pub(crate) use choice::choice_words;
pub(crate) use number::money_unit;
pub(crate) use place::AllPlaces;
pub(crate) use refusal::Refusal;

use crate::ask::Ask;
use crate::fault::Wrong;
use crate::grid::{Look, Raw};
use crate::text::{Mark, mark, narrow, unescaped};
use programme::model::{FieldKind, RegisterField};
use programme::record::Cell;
use rules::{Empty, Words};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

/// What a column's head says of its numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scale {
    /// Its numbers are these times ten to this power.
    pub(crate) power: i32,
    /// Its numbers are percentages.
    pub(crate) percent: bool,
}

/// What reading a cell needs of its column.
pub(crate) struct Slot<'a> {
    pub(crate) field: &'a RegisterField,
    pub(crate) scale: Scale,
    /// Choices by each of their words.
    pub(crate) choices: HashMap<String, &'a str>,
    /// Texts of names that were read before, with what they mean: columns of names say few things often.
    seen: RefCell<HashMap<Box<str>, Cell>>,
}

/// Names that a column remembers.
const SEEN_MAX: usize = 4_096;

impl<'a> Slot<'a> {
    pub(crate) fn new(field: &'a RegisterField, scale: Scale) -> Self {
        Self {
            field,
            scale,
            choices: choice_words(field),
            seen: RefCell::default(),
        }
    }

    fn is_of_names(&self) -> bool {
        use FieldKind as K;
        matches!(
            self.field.kind,
            K::Unit | K::Division | K::Choice | K::Choices
        )
    }
}

/// What a cell gives.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Taken {
    /// Nothing: leaves what is there.
    Nothing,
    /// The value is taken away.
    Clear,
    Cell(Cell),
}

/// What reading cells needs of the programme and of the file.
pub(crate) struct Reading<'a> {
    pub(crate) ask: &'a Ask<'a>,
    pub(crate) places: AllPlaces<'a>,
    pub(crate) from_1904: bool,
}

impl Reading<'_> {
    /// Reads one filled cell; what a person should look at goes to `warnings`.
    pub(crate) fn take(
        &self,
        raw: &Raw,
        slot: &Slot<'_>,
        warnings: &mut Vec<Wrong>,
    ) -> Result<Taken, Wrong> {
        let text = match raw {
            Raw::Error(error) => return Err(words::cell_error(error)),
            Raw::NoValue => return Err(words::no_value()),
            Raw::Bool(given) if slot.field.kind == FieldKind::Bool => {
                return Ok(Taken::Cell(Cell::Bool(*given)));
            }
            Raw::Bool(given) => Cow::Borrowed(if *given { "TRUE" } else { "FALSE" }),
            Raw::Number(digits, look) => return self.number_cell(digits, *look, slot, warnings),
            Raw::Text(text) => Cow::Borrowed(text.as_ref()),
        };
        if let Some(verbatim) = unescaped(&text) {
            return self.text_cell(verbatim, slot, warnings);
        }
        let text = text.trim();
        if text.is_empty() {
            return Ok(Taken::Nothing);
        }
        match mark(text) {
            Some(mark) => self.marked(text, mark, slot, warnings),
            None => self.text_cell(text, slot, warnings),
        }
    }

    /// A cell with a word that may mean "nothing".
    fn marked(
        &self,
        text: &str,
        mark: Mark,
        slot: &Slot<'_>,
        warnings: &mut Vec<Wrong>,
    ) -> Result<Taken, Wrong> {
        let field = slot.field;
        match mark {
            Mark::Clear => return Ok(Taken::Clear),
            Mark::Erased => return Ok(Taken::Nothing),
            _ => {}
        }
        // 无 may be a choice, and it answers a yes-or-no question.
        let may_be_value = matches!(
            field.kind,
            FieldKind::Bool | FieldKind::Choice | FieldKind::Choices
        );
        if may_be_value
            && mark != Mark::None
            && let Ok(taken) = self.text_cell(text, slot, warnings)
        {
            return Ok(taken);
        }
        let is_text = matches!(field.kind, FieldKind::Text | FieldKind::LongText);
        match (field.empty, mark) {
            (Empty::None, _) => Ok(Taken::Clear),
            // In free text the word is what the person said.
            (Empty::Unknown, Mark::Word) if is_text => self.text_cell(text, slot, warnings),
            (Empty::Unknown, _) => Err(words::nothing_or_unknown(text)),
        }
    }

    fn text_cell(
        &self,
        text: &str,
        slot: &Slot<'_>,
        warnings: &mut Vec<Wrong>,
    ) -> Result<Taken, Wrong> {
        let field = slot.field;
        if text
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        {
            return Err(words::control_letters());
        }
        if slot.is_of_names()
            && let Some(cell) = slot.seen.borrow().get(text)
        {
            return Ok(Taken::Cell(cell.clone()));
        }
        let cell = match field.kind {
            FieldKind::Text | FieldKind::LongText | FieldKind::Person => Cell::Text(text.into()),
            FieldKind::Phone => words::phone(text, warnings)?,
            FieldKind::Uscc => words::uscc(text, warnings)?,
            FieldKind::Industry => words::industry(text)?,
            FieldKind::Bool => bool_of(text)
                .map(Cell::Bool)
                .ok_or_else(|| words::no_bool(text))?,
            FieldKind::Choice => choice::choice(text, slot)?,
            FieldKind::Choices => choice::choices(text, slot)?,
            FieldKind::Unit | FieldKind::Division | FieldKind::Reference => {
                self.leads(text, field)?
            }
            FieldKind::References => self.lead_to_several(text, field)?,
            FieldKind::Files => words::files(text)?,
            FieldKind::Date => {
                let day = day::day(text, self.ask.year)
                    .or_else(|refusal| self.serial_text(text, refusal));
                Cell::Int(day.map_err(|r| r.of(text))?.0.into())
            }
            FieldKind::Time => {
                let moment = day::moment(text, self.ask.year).map_err(|r| r.of(text))?;
                Cell::Int(moment.0)
            }
            FieldKind::Period(kind) => {
                let key = day::period(text, kind, self.ask.year).map_err(|r| r.of(text))?;
                Cell::Text(key.into())
            }
            FieldKind::Decimal | FieldKind::Ratio
                if slot.scale == Scale::default() && is_plain_float(text) =>
            {
                let float = text.parse().map_err(|_| Refusal::NoNumber.of(text))?;
                return self
                    .exact_number(text, float, slot.scale, field, warnings)
                    .map(Taken::Cell);
            }
            FieldKind::Int | FieldKind::Decimal | FieldKind::Ratio | FieldKind::Money => {
                let written = number::written(text).map_err(|r| r.of(text))?;
                return self.number(text, written, slot, warnings).map(Taken::Cell);
            }
        };
        if slot.is_of_names() {
            let mut seen = slot.seen.borrow_mut();
            if seen.len() < SEEN_MAX {
                seen.insert(text.into(), cell.clone());
            }
        }
        Ok(Taken::Cell(cell))
    }

    /// A day number that was written as text, as CSV files from a spreadsheet have it.
    fn serial_text(&self, text: &str, refusal: Refusal) -> Result<rules::Day, Refusal> {
        let digits = narrow(text);
        let number = digits.trim().parse::<u32>().map_err(|_| refusal)?;
        let moment = day::serial(f64::from(number), self.from_1904, false).map_err(|_| refusal)?;
        Ok(moment.day())
    }

    /// A cell of the spreadsheet's type number.
    fn number_cell(
        &self,
        digits: &str,
        look: Look,
        slot: &Slot<'_>,
        warnings: &mut Vec<Wrong>,
    ) -> Result<Taken, Wrong> {
        let field = slot.field;
        let float = digits.parse::<f64>().unwrap_or(f64::NAN);
        let moment = |any| day::serial(float, self.from_1904, any || look == Look::Date);
        let cell = match field.kind {
            FieldKind::Date => Cell::Int(moment(false).map_err(|r| r.of(digits))?.day().0.into()),
            FieldKind::Time => Cell::Int(moment(false).map_err(|r| r.of(digits))?.0),
            FieldKind::Period(kind) if look == Look::Date => {
                let day = moment(true).map_err(|r| r.of(digits))?.day();
                Cell::Text(kind.containing(day).key.as_ref().into())
            }
            FieldKind::Int | FieldKind::Decimal | FieldKind::Ratio | FieldKind::Money => {
                if look == Look::Date {
                    return Err(words::date_for_number());
                }
                let scale = Scale {
                    percent: slot.scale.percent && look != Look::Percent,
                    ..slot.scale
                };
                return self
                    .exact_number(digits, float, scale, field, warnings)
                    .map(Taken::Cell);
            }
            _ if look == Look::Date => {
                let text = moment(true).map_err(|r| r.of(digits))?.day().to_string();
                return self.text_cell(&text, slot, warnings);
            }
            _ => {
                if number::digits_lost(digits) {
                    return Err(words::digits_lost(digits));
                }
                let plain = format!("{float}");
                return self.text_cell(&plain, slot, warnings);
            }
        };
        Ok(Taken::Cell(cell))
    }

    /// A number as text, with what stood beside it.
    fn number(
        &self,
        text: &str,
        written: number::Written,
        slot: &Slot<'_>,
        warnings: &mut Vec<Wrong>,
    ) -> Result<Cell, Wrong> {
        let field = slot.field;
        let own_unit = field.unit_of.as_deref().unwrap_or_default();
        let mut scale = slot.scale;
        if written.percent {
            if field.kind != FieldKind::Ratio {
                return Err(words::percent_of_no_ratio(text));
            }
            scale = Scale {
                power: 0,
                percent: true,
            };
        } else if let Some(power) = written.money {
            if matches!(field.kind, FieldKind::Ratio) {
                return Err(words::unit_not_understood(text, &written.unit));
            }
            scale = Scale {
                power,
                percent: false,
            };
        } else if !written.unit.is_empty()
            && crate::text::plain(&written.unit) != crate::text::plain(own_unit)
        {
            return Err(words::unit_not_understood(text, &written.unit));
        }
        number_of(text, written.number, scale, field, warnings)
    }

    fn exact_number(
        &self,
        digits: &str,
        float: f64,
        scale: Scale,
        field: &RegisterField,
        warnings: &mut Vec<Wrong>,
    ) -> Result<Cell, Wrong> {
        let is_float = matches!(field.kind, FieldKind::Decimal | FieldKind::Ratio);
        if is_float && scale == Scale::default() {
            // The very float that the file holds.
            let cell = checked(digits, Cell::Double(float), field)?;
            if field.kind == FieldKind::Ratio && float.abs() > 1.0 {
                warnings.push(words::ratio_over_one(digits));
            }
            return Ok(cell);
        }
        if !is_float && number::digits_lost(digits) {
            return Err(words::digits_lost(digits));
        }
        let number = number::of_cell(digits).ok_or_else(|| Refusal::NoNumber.of(digits))?;
        number_of(digits, number, scale, field, warnings)
    }

    /// The id of the unit, division or record that a text names.
    fn leads(&self, text: &str, field: &RegisterField) -> Result<Cell, Wrong> {
        let id = match (field.kind, field.to.as_deref()) {
            (FieldKind::Unit, _) | (_, Some("unit")) => {
                self.places.units().id(text, &field.levels)?.into()
            }
            (FieldKind::Division, _) | (_, Some("division")) => {
                self.places.divisions().id(text, &field.levels)?.into()
            }
            (_, to) => words::record(text, to.unwrap_or_default(), self.ask.lookup)?,
        };
        Ok(Cell::Text(id))
    }

    fn lead_to_several(&self, text: &str, field: &RegisterField) -> Result<Cell, Wrong> {
        let mut ids = Vec::new();
        for part in choice::parts(text) {
            match self.leads(part, field) {
                Ok(id) if ids.contains(&id) => {}
                Ok(id) => ids.push(id),
                // A name may hold a separator itself.
                Err(wrong) => {
                    return self
                        .leads(text, field)
                        .map(|one| Cell::List(vec![one]))
                        .map_err(|_| wrong);
                }
            }
        }
        Ok(Cell::List(ids))
    }
}

/// A number in its column's unit as the field's value.
fn number_of(
    text: &str,
    number: number::Decimal,
    scale: Scale,
    field: &RegisterField,
    warnings: &mut Vec<Wrong>,
) -> Result<Cell, Wrong> {
    let power = scale.power - if scale.percent { 2 } else { 0 };
    let cell = match field.kind {
        FieldKind::Money => Cell::Int(number.whole(power + 2).ok_or_else(|| words::no_fen(text))?),
        FieldKind::Int => Cell::Int(number.whole(power).ok_or_else(|| words::not_whole(text))?),
        _ => Cell::Double(
            number
                .float(power)
                .ok_or_else(|| Refusal::TooLarge.of(text))?,
        ),
    };
    let cell = checked(text, cell, field)?;
    if field.kind == FieldKind::Ratio
        && !scale.percent
        && matches!(cell, Cell::Double(n) if n.abs() > 1.0)
    {
        warnings.push(words::ratio_over_one(text));
    }
    Ok(cell)
}

/// Refuses what is outside the field's bounds.
fn checked(text: &str, cell: Cell, field: &RegisterField) -> Result<Cell, Wrong> {
    let value = match (&cell, field.kind) {
        (Cell::Int(fen), FieldKind::Money) => *fen as f64 / 100.0,
        (Cell::Int(n), _) => *n as f64,
        (Cell::Double(n), _) => *n,
        _ => return Ok(cell),
    };
    let (least, most) = field.range;
    if least.is_some_and(|least| value < least) || most.is_some_and(|most| value > most) {
        return Err(words::out_of_range(text, least, most));
    }
    Ok(cell)
}

/// A day number as the day, or day and time, that a spreadsheet shows.
pub(crate) fn moment_of_serial(digits: &str) -> Option<String> {
    let number = digits.parse::<f64>().ok()?;
    let moment = day::serial(number, false, true).ok()?;
    Some(if number.fract() == 0.0 {
        moment.day().to_string()
    } else {
        moment.to_string()
    })
}

/// Whether a text is nothing but a decimal number, which a float reads to its last digit.
fn is_plain_float(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    all(whole) && all(part) && text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// A field's name in both languages, in quotation marks.
pub(crate) fn named(field: &RegisterField) -> Words {
    Words::new(
        format!("“{}”", field.name.zh),
        format!("“{}”", field.name.en),
    )
}
