//! What of a day's records and duties one viewer sees, asked register by register as pages need it.

use super::{Deed, Sight, is_official, may_all};
use crate::{App, Viewer};
use engine::{AsOf, BearerOf, Living};
use programme::model::{FIRST_REGISTER_TABLE, UNIT_TABLE};
use std::cell::OnceCell;
use std::collections::HashSet;

/// Rows and records of one register that the viewer sees; `None` for all of them.
type Shown = Option<(HashSet<u32>, HashSet<u32>)>;

/// What of a day's records one viewer sees.
pub(crate) struct Seen<'r> {
    sight: Sight<'r>,
    /// The current rows of each register with their records.
    current: Vec<OnceCell<Shown>>,
    is_official: bool,
    /// Record numbers of the units in which the viewer holds a role.
    units: Vec<u32>,
    app: &'r App,
    viewer: &'r Viewer,
    cx: &'r AsOf<'r>,
}

impl<'r> Seen<'r> {
    /// What a viewer sees of the records of a moment.
    pub(crate) fn new(
        app: &'r App,
        viewer: &'r Viewer,
        living: &'r Living,
        cx: &'r AsOf<'r>,
    ) -> Self {
        let programme = app.programme();
        let units = viewer
            .offices
            .iter()
            .filter_map(|of| programme.unit(&of.unit));
        Self {
            sight: Sight::new(programme, viewer, living, cx.world()),
            current: programme
                .registers
                .iter()
                .map(|_| OnceCell::new())
                .collect(),
            is_official: is_official(programme, viewer),
            units: units.filter_map(|unit| u32::try_from(unit).ok()).collect(),
            app,
            viewer,
            cx,
        }
    }

    /// Whether the viewer sees how a bearer stands: a unit's standing is for officials and for its own people, a
    /// record's for whoever sees the record.
    pub(crate) fn bearer(&self, bearer: &BearerOf) -> bool {
        match bearer.table {
            UNIT_TABLE => self.is_official || self.units.contains(&bearer.record),
            table => self.shown(table, |(_, records)| records.contains(&bearer.record)),
        }
    }

    /// Whether the viewer sees a current row of a register.
    pub(crate) fn row(&self, table: usize, row: u32) -> bool {
        self.shown(table, |(rows, _)| rows.contains(&row))
    }

    fn shown(&self, table: usize, has: impl Fn(&(HashSet<u32>, HashSet<u32>)) -> bool) -> bool {
        let at = table.checked_sub(FIRST_REGISTER_TABLE);
        let kept = at.and_then(|at| self.current.get(at));
        let shown = kept.map(|kept| kept.get_or_init(|| self.ask(table)));
        shown.is_some_and(|shown| shown.as_ref().is_none_or(has))
    }

    fn ask(&self, table: usize) -> Shown {
        let at = table.checked_sub(FIRST_REGISTER_TABLE)?;
        let programme = self.app.programme();
        let register = &programme.registers.get(at)?.id;
        if may_all(programme, self.viewer, Deed::Read, register) {
            return None;
        }
        let (records, rows): (Vec<u32>, Vec<u32>) = self.cx.current(table).unzip();
        let kept = self.sight.kept(Deed::Read, register, rows.clone());
        let kept: HashSet<u32> = kept.into_iter().collect();
        let of = records.into_iter().zip(rows);
        let of = of
            .filter(|(_, row)| kept.contains(row))
            .map(|(record, _)| record);
        let records = of.collect();
        Some((kept, records))
    }
}
