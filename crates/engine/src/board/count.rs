//! The count: one walk over all bearers' entries for all measures, without a branch on any measure's kind.
//!
//! Units are walked from the last rank to the first, so that a subtree is complete, and still in the cache, when it
//! is added to the unit above.

use super::doubt::{ANY_DAY, Found};
use super::list::{Action, Hit};
use super::{ACTIONS, Board, CELLS, Roll};
use rules::Day;
use std::ops::Range;

/// A cell of the bearer at hand.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    sum: i64,
    /// The bearer that last touched it, counted from 1; what other bearers left is stale.
    stamp: u32,
    /// How many hits it has, to tell a cell of certain rows from one of doubts alone.
    hits: u32,
}

/// A touched cell, and one that reached its need, as they are added to a unit.
const TOUCHED: u64 = 1 << 32;

impl Board {
    /// Counts everything as of the end of a day, on so many threads.
    pub fn count(&self, at: Day, threads: usize) -> Roll {
        let ranks = self.tree.len() + 1;
        let mut roll = Roll {
            at,
            rows: vec![0; ranks * self.width],
            unknown: if self.doubts.len() > 0 {
                vec![0; ranks * self.cells]
            } else {
                Vec::new()
            },
        };
        let cuts = self.cuts(threads.max(1));
        let mut parts = Vec::new();
        let (mut rows, mut unknown) = (roll.rows.as_mut_slice(), roll.unknown.as_mut_slice());
        for pair in cuts.windows(2) {
            let [from, to] = *pair else { continue };
            let (mine, rest) = rows.split_at_mut((to - from) * self.width);
            rows = rest;
            let open = (to - from) * self.cells;
            let (open, rest) = unknown.split_at_mut(open.min(unknown.len()));
            unknown = rest;
            parts.push(Part {
                board: self,
                at: self.nth(at),
                ranks: from..to,
                rows: mine,
                unknown: open,
            });
        }
        let mut over = run(parts);
        // The lower first, so that what one thread passed up to another's head goes on from there.
        over.sort_unstable_by(|a, b| b.cmp(a));
        for rank in &over {
            self.add_up(&mut roll, *rank, &over);
        }
        roll
    }

    /// Ranks that cut the entries into parts of like size.
    fn cuts(&self, threads: usize) -> Vec<usize> {
        let ranks = self.tree.len() + 1;
        let bearers = self.bearers.class.len();
        let all = self.hits.before(bearers);
        let mut cuts = vec![0];
        for nth in 1..threads {
            let starts = self.bearers.start.get(..ranks).unwrap_or_default();
            let goal = all / threads * nth;
            let at = starts.partition_point(|b| self.hits.before(*b as usize) < goal);
            cuts.push(at.max(cuts.last().copied().unwrap_or_default()));
        }
        cuts.push(ranks);
        cuts
    }

    /// Adds a rank's row to those above it, up to one that is still to be added itself: for a subtree whose head
    /// another thread counted.
    fn add_up(&self, roll: &mut Roll, rank: usize, over: &[usize]) {
        for above in self.tree.up(rank).skip(1) {
            lift(&mut roll.rows, self.width, rank, above);
            lift(&mut roll.unknown, self.cells, rank, above);
            if over.contains(&above) {
                break;
            }
        }
    }
}

/// Runs all parts, each on a thread of its own, and names the ranks whose unit above is in another part.
fn run(mut parts: Vec<Part<'_>>) -> Vec<usize> {
    let Some(mut last) = parts.pop() else {
        return Vec::new();
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = parts
            .into_iter()
            .map(|mut part| scope.spawn(move || part.run()))
            .collect();
        let mut over = last.run();
        for thread in threads {
            match thread.join() {
                Ok(mine) => over.extend(mine),
                Err(cause) => std::panic::resume_unwind(cause),
            }
        }
        over
    })
}

/// The ranks that one thread counts.
struct Part<'b> {
    board: &'b Board,
    /// The day looked at, after the board's base.
    at: u16,
    ranks: Range<usize>,
    rows: &'b mut [u32],
    unknown: &'b mut [u32],
}

/// What a thread works with.
struct Desk<'b> {
    cells: &'b mut [Cell; CELLS],
    touched: &'b mut [u16; CELLS],
    /// Per cell of the unit at hand: touched ones in the upper half, those that reached their need in the lower.
    unit: &'b mut [u64; CELLS],
    needs: &'b [i64; CELLS],
    calendars: &'b [u16; CELLS],
    actions: &'b [Action; ACTIONS],
}

impl Part<'_> {
    /// Counts the ranks from the last to the first.
    fn run(&mut self) -> Vec<usize> {
        let board = self.board;
        let mut over = Vec::new();
        let (mut cells, mut touched) = (vec![Cell::default(); CELLS], vec![0u16; CELLS]);
        let (mut unit, mut needs) = (vec![0u64; CELLS], board.needs.clone());
        needs.resize(CELLS, i64::MAX);
        let (Some(cells), Some(touched), Some(unit)) = (
            cells.first_chunk_mut(),
            touched.first_chunk_mut(),
            unit.first_chunk_mut(),
        ) else {
            return over;
        };
        let (Some(needs), Some(calendars), Some(actions)) = (
            needs.first_chunk(),
            board.calendars.first_chunk(),
            board.actions.first_chunk(),
        ) else {
            return over;
        };
        let mut desk = Desk {
            cells,
            touched,
            unit,
            needs,
            calendars,
            actions,
        };
        for rank in self.ranks.clone().rev() {
            let any = self.unit(rank, &mut desk);
            let at = rank - self.ranks.start;
            let Some(row) = self.rows.get_mut(at * board.width..) else {
                continue;
            };
            if any {
                flush(board, &mut desk, row);
            }
            let Some(above) = board.tree.above(rank) else {
                continue;
            };
            match above.checked_sub(self.ranks.start) {
                Some(up) => {
                    lift(self.rows, board.width, at, up);
                    lift(self.unknown, board.cells, at, up);
                }
                None => over.push(rank),
            }
        }
        over
    }

    /// Counts the bearers of one unit; whether any had an entry.
    fn unit(&mut self, rank: usize, desk: &mut Desk<'_>) -> bool {
        let board = self.board;
        let at = |rank: usize| board.bearers.start.get(rank).map_or(0, |n| *n as usize);
        let (tail, doubts) = (board.hits.has_tail(), board.doubts.len() > 0);
        let mut any = false;
        for bearer in at(rank)..at(rank + 1) {
            let stamp = bearer as u32 + 1;
            let mut touched = 0;
            for hit in board.hits.body(bearer) {
                desk.take(hit, self.at, stamp, &mut touched);
            }
            if tail {
                for hit in board.hits.tail(bearer) {
                    desk.take(hit, self.at, stamp, &mut touched);
                }
            }
            any |= touched > 0;
            if doubts && board.doubts.of(bearer).next().is_some() {
                any = true;
                self.doubted(rank, bearer, desk);
            }
            desk.judge(touched, stamp);
        }
        any
    }

    /// Judges the cells that a doubt touches, and leaves them to nobody else.
    fn doubted(&mut self, rank: usize, bearer: usize, desk: &mut Desk<'_>) {
        let board = self.board;
        let stamp = bearer as u32 + 1;
        let mut all: Vec<(u16, u16, usize)> = Vec::new();
        for (nth, doubt) in board.doubts.of(bearer).enumerate() {
            if !(doubt.from <= self.at && self.at < doubt.to) {
                continue;
            }
            let cells = board.cells_of(doubt.measure, doubt.day, self.at);
            all.extend(cells.map(|cell| (cell, doubt.measure, nth)));
        }
        all.sort_unstable();
        let doubts: Vec<_> = board.doubts.of(bearer).collect();
        for same in all.chunk_by(|a, b| a.0 == b.0) {
            let [(at, measure, _), ..] = *same else {
                continue;
            };
            let (Some(cell), Some(unit)) = (
                desk.cells.get_mut(usize::from(at)),
                desk.unit.get_mut(usize::from(at)),
            ) else {
                continue;
            };
            let mut found = Found::default();
            if cell.stamp == stamp {
                (found.sum, found.hits) = (cell.sum, cell.hits);
            }
            cell.stamp = 0;
            for (_, _, nth) in same {
                if let Some(doubt) = doubts.get(*nth) {
                    found.doubt(doubt, 1);
                }
            }
            let share = board
                .courses
                .get(usize::from(measure))
                .and_then(|c| c.share);
            let need = desk.needs.get(usize::from(at)).copied().unwrap_or(i64::MAX);
            let weight = found.weight(need, share);
            *unit += TOUCHED * weight.touched as u64 + weight.reached as u64;
            let row = (rank - self.ranks.start) * board.cells + usize::from(at);
            if let Some(open) = self.unknown.get_mut(row) {
                *open += weight.unknown as u32;
            }
        }
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "every index is a u16 into 65,536 items or masked to the array's length, so the compiler drops the check"
)]
impl Desk<'_> {
    /// Adds a hit to its cell; one that was not known at the day looked at to a cell of no period.
    #[inline(always)]
    fn take(&mut self, hit: &Hit, at: u16, stamp: u32, touched: &mut usize) {
        let action = &self.actions[usize::from(hit.action) & (ACTIONS - 1)];
        let known = u16::from(hit.from <= at) & u16::from(at < hit.to);
        let day = hit.day & known.wrapping_neg();
        let period = self.calendars[usize::from(action.calendar.wrapping_add(day))];
        let at = action.first.wrapping_add(period);
        let cell = &mut self.cells[usize::from(at)];
        let new = cell.stamp != stamp;
        self.touched[*touched & (CELLS - 1)] = at;
        *touched += usize::from(new);
        let add = action.fixed + (hit.amount & action.mask);
        cell.sum = if new { 0 } else { cell.sum } + add;
        cell.hits = if new { 0 } else { cell.hits } + 1;
        cell.stamp = stamp;
    }

    /// Adds the bearer's cells to its unit.
    #[inline(always)]
    fn judge(&mut self, touched: usize, stamp: u32) {
        for at in &self.touched[..touched.min(CELLS)] {
            let at = usize::from(*at);
            let cell = &self.cells[at];
            let mine = u64::from(cell.stamp == stamp);
            let reached = u64::from(cell.sum >= self.needs[at]);
            self.unit[at] += mine * (TOUCHED + reached);
        }
    }
}

/// Adds the unit's own cells to its row, and clears them.
fn flush(board: &Board, desk: &mut Desk<'_>, row: &mut [u32]) {
    let cells = desk.unit.get(..board.cells).unwrap_or_default();
    for (slot, cell) in row.iter_mut().zip(cells) {
        *slot += *cell as u32;
    }
    for course in &board.courses {
        let Some(to) = course.touched else { continue };
        let first = usize::from(course.first);
        let slots = row.iter_mut().skip(to);
        for (slot, cell) in slots.zip(cells.iter().skip(first).take(course.windows.len() + 1)) {
            *slot += (*cell >> 32) as u32;
        }
    }
    desk.unit
        .iter_mut()
        .take(board.cells)
        .for_each(|cell| *cell = 0);
}

/// Adds row `from` to row `to` before it.
fn lift(rows: &mut [u32], width: usize, from: usize, to: usize) {
    let all = rows.len();
    let (head, row) = rows.split_at_mut((from * width).min(all));
    let up = head.get_mut(to * width..(to + 1) * width);
    for (up, n) in up.unwrap_or_default().iter_mut().zip(row) {
        *up += *n;
    }
}

impl Board {
    /// The cells of a measure that a day falls in: of any day all that have begun by the day looked at.
    pub(super) fn cells_of(
        &self,
        measure: u16,
        day: u16,
        at: u16,
    ) -> impl Iterator<Item = u16> + use<> {
        let course = self.courses.get(usize::from(measure));
        let first = course.map_or(0, |c| c.first);
        let periods = if day == ANY_DAY {
            let begun = |w: &&super::course::Window| self.nth(w.period.from) <= at;
            1..course.map_or(0, |c| c.windows.iter().filter(begun).count() as u16) + 1
        } else {
            let action = self.actions.get(usize::from(measure) * 2);
            let day = action.map_or(0, |a| usize::from(a.calendar) + usize::from(day));
            let period = self.calendars.get(day).copied().unwrap_or_default();
            // The first cell belongs to no period.
            period.max(1)..period + 1
        };
        periods.map(move |n| first + n)
    }
}
