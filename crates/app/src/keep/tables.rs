//! The tables held against the journal, and filled anew from it.

use super::{Found, House, Stop};
use journal::Difference;
use rules::Words;
use serde::Serialize;
use store::audit::Row;

/// What a comparison of the tables with the journal found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Compared {
    /// Whether nothing was found.
    pub clean: bool,
    /// Entries that were read.
    pub entries: u64,
    /// Rows that were compared.
    pub rows: u64,
    /// Entries that do not follow from those before them, or cannot be read.
    pub breaks: Vec<Found>,
    /// Rows that are not what the journal says.
    pub odd: Vec<Odd>,
    /// Odd rows beyond those.
    pub more: u64,
}

/// A row that is not what the journal says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Odd {
    /// The register's id.
    pub register: String,
    /// The record's id.
    pub record: String,
    /// `missing`, `extra`, `differs` or `system`.
    pub kind: &'static str,
    /// The fields in which it differs; no values, which not everybody may see.
    pub fields: Vec<String>,
    /// It in words.
    pub words: Words,
}

/// Rebuilds all records from the journal in memory and compares the tables with them; `told` hears how many entries are done.
///
/// # Errors
///
/// The database's.
pub async fn compared(house: &House, told: impl FnMut(u64)) -> Result<Compared, Stop> {
    let found = house.store.compare(told).await?;
    let unreadable = found.unreadable.iter().map(|arrival| Found {
        kind: "unreadable",
        words: Words::new(
            format!("到达号 {arrival}：条目读不出来；请先核验流水"),
            format!("Arrival {arrival}: the entry cannot be read; verify the journal first."),
        ),
    });
    let broken = found.breaks.iter().map(|broken| Found {
        kind: "break",
        words: broken.words(),
    });
    Ok(Compared {
        clean: found.clean(),
        entries: found.entries,
        rows: found.rows,
        breaks: unreadable.chain(broken).collect(),
        odd: found.odd.iter().map(odd).collect(),
        more: found.more,
    })
}

/// Empties every register's table and fills it from the journal; how many rows.
///
/// # Errors
///
/// The journal does not follow from itself, or the database fails: then nothing is changed.
pub async fn rebuilt(house: &House, told: impl FnMut(u64)) -> Result<u64, Stop> {
    Ok(house.store.rebuild(told).await?)
}

fn odd(odd: &store::audit::Odd) -> Odd {
    let fields = match &odd.row {
        Row::Differs(differences) => differences.iter().map(name).collect(),
        _ => Vec::new(),
    };
    let at = format!("{} {}", odd.register, odd.record);
    let (kind, zh, en) = match &odd.row {
        Row::Missing => (
            "missing",
            "流水里有，表里没有".to_owned(),
            "is in the journal and not in the table".to_owned(),
        ),
        Row::Extra => (
            "extra",
            "表里有，流水里没有".to_owned(),
            "is in the table and not in the journal".to_owned(),
        ),
        Row::Differs(_) => (
            "differs",
            format!("与流水不同：{}", fields.join("、")),
            format!("differs from the journal in {}", fields.join(", ")),
        ),
        Row::System => (
            "system",
            "时间或最后条目与流水不同".to_owned(),
            "differs from the journal in its times or its last entry".to_owned(),
        ),
    };
    let words = Words::new(
        format!("{at}：{zh}；以流水为准，运行 heli journal rebuild"),
        format!("{at} {en}; the journal holds, run `heli journal rebuild`."),
    );
    Odd {
        register: odd.register.clone(),
        record: odd.record.to_string(),
        kind,
        fields,
        words,
    }
}

fn name(difference: &Difference) -> String {
    match difference {
        Difference::Version { .. } => "version".to_owned(),
        Difference::Field { field, .. } => field.clone(),
    }
}
