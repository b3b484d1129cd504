//! Numbers of records: a register's pattern, its counters, and ids that were brought along.

use rules::Day;

/// A register's pattern of numbers, such as `HD-{unit}-{year}-{seq:5}`, read once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Unit,
    Year,
    Month,
    Day,
    Seq(usize),
}

/// What stands for the sequence in a counter's name.
const SEQ: &str = "{seq}";

impl Pattern {
    /// Reads a pattern that the programme's reader has found sound.
    pub(crate) fn read(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut pieces = text.split('{');
        parts.extend(pieces.next().map(|head| Part::Text(head.into())));
        for piece in pieces {
            let (hole, after) = piece.split_once('}').unwrap_or((piece, ""));
            parts.push(match hole {
                "unit" => Part::Unit,
                "year" => Part::Year,
                "month" => Part::Month,
                "day" => Part::Day,
                seq => Part::Seq(
                    seq.strip_prefix("seq:")
                        .and_then(|width| width.parse().ok())
                        .unwrap_or(1),
                ),
            });
            parts.push(Part::Text(after.into()));
        }
        Self(parts)
    }

    /// Whether a number names the record's unit.
    pub(crate) fn needs_unit(&self) -> bool {
        self.0.contains(&Part::Unit)
    }

    /// The name of the counter that a record of this unit and day is numbered from: its number without the sequence.
    pub(crate) fn counter(&self, unit: &str, day: Day) -> String {
        let (year, month, date) = day.ymd();
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Unit => unit.to_owned(),
            Part::Year => format!("{year:04}"),
            Part::Month => format!("{month:02}"),
            Part::Day => format!("{date:02}"),
            Part::Seq(_) => SEQ.to_owned(),
        };
        self.0.iter().map(part).collect()
    }

    /// The number that the counter's `n`th record gets.
    pub(crate) fn number(&self, counter: &str, n: i64) -> String {
        let width = self.0.iter().find_map(|part| match part {
            Part::Seq(width) => Some(*width),
            _ => None,
        });
        counter.replace(SEQ, &format!("{n:0width$}", width = width.unwrap_or(1)))
    }

    /// The counter and its reading behind an id that a record brought along, so that the counter never gives it again.
    ///
    /// `None` where the id is not of this pattern, or where letters of any length follow the sequence.
    pub(crate) fn brought(&self, id: &str) -> Option<(String, i64)> {
        let at = self.0.iter().position(|p| matches!(p, Part::Seq(_)))?;
        let mut rest = id;
        for part in self.0.get(at + 1..)?.iter().rev() {
            rest = match part {
                Part::Text(text) => rest.strip_suffix(text.as_str())?,
                Part::Year => rest.get(..rest.len().checked_sub(4)?)?,
                Part::Month | Part::Day => rest.get(..rest.len().checked_sub(2)?)?,
                Part::Unit | Part::Seq(_) => return None,
            };
        }
        let head = rest.trim_end_matches(|c: char| c.is_ascii_digit());
        let Part::Seq(width) = self.0.get(at)? else {
            return None;
        };
        // Digits right before the sequence belong to a year or a unit; the sequence itself is at least `width` long.
        let digits = rest.len() - head.len();
        let separated = matches!(self.0.get(at.checked_sub(1)?)?, Part::Text(t) if !t.is_empty());
        let taken = if separated { digits } else { *width };
        if digits < *width {
            return None;
        }
        let (head, seq) = rest.split_at(rest.len() - taken);
        let tail = &id[rest.len()..];
        Some((format!("{head}{SEQ}{tail}"), seq.parse().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_names_unit_year_and_sequence() {
        let pattern = Pattern::read("HD-{unit}-{year}-{seq:5}");
        let day = Day::parse("2023-08-31").unwrap();
        let counter = pattern.counter("350500", day);
        assert_eq!(counter, "HD-350500-2023-{seq}");
        assert_eq!(pattern.number(&counter, 7), "HD-350500-2023-00007");
        assert_eq!(pattern.number(&counter, 123_456), "HD-350500-2023-123456");
        assert!(pattern.needs_unit());
        assert!(!Pattern::read("{year}{month}{day}/{seq:3}").needs_unit());
    }

    #[test]
    fn a_brought_id_tells_its_counter() {
        let day = Day::parse("2023-08-31").unwrap();
        for text in [
            "HD-{unit}-{year}-{seq:5}",
            "{unit}/{seq:3}-{year}",
            "{year}{seq:4}",
            "{unit}-{month}{day}{seq:2}号",
        ] {
            let pattern = Pattern::read(text);
            let counter = pattern.counter("350500", day);
            let id = pattern.number(&counter, 42);
            assert_eq!(pattern.brought(&id), Some((counter, 42)), "{text}: {id}");
        }
        let pattern = Pattern::read("HD-{unit}-{year}-{seq:5}");
        assert_eq!(pattern.brought("e-77"), None, "too few digits");
        assert_eq!(pattern.brought("活动"), None);
    }
}
