//! The count: one walk over all bearers' entries for all measures, without a branch on any measure's kind.
//!
//! Units are walked from the last rank to the first, so that a subtree is complete, and still in the cache, when it
//! is added to the unit above.

use super::doubt::{ANY_DAY, Found};
use super::list::{Action, FIRST, Hit};
use super::{ACTIONS, Board, CELLS, Roll};
use rules::Day;
use std::ops::Range;

/// A cell: the sum of the bearer that last touched it, and what earlier bearers of the unit came to.
#[derive(Clone, Copy, Debug)]
struct Cell {
    /// What is still short of the need, counted up to 0; negative where no bearer's sum is open.
    sum: i64,
    /// Where a bearer's sum begins.
    start: i64,
    /// How many bearers touched it, in the upper half; how many but the last reached the need, in the lower.
    counts: u64,
    /// The bearer whose sum it is.
    stamp: u32,
}

/// One bearer more that touched a cell.
const TOUCHED: u64 = 1 << 32;

/// A sum that reaches no need.
const CLOSED: i64 = -1;
/// Where a sum begins that shall never reach anything.
const NEVER: i64 = i64::MIN / 2;

impl Board {
    /// Counts everything as of the end of a day, on so many threads.
    pub fn count(&self, at: Day, threads: usize) -> Roll {
        let mut roll = Roll::default();
        self.recount(&mut roll, at, threads);
        roll
    }

    /// The same into a roll that was counted before, whose memory is used again.
    pub fn recount(&self, roll: &mut Roll, at: Day, threads: usize) {
        let ranks = self.tree.len() + 1;
        let unknown = if self.doubts.len() > 0 {
            ranks * self.cells
        } else {
            0
        };
        roll.at = at;
        roll.rows.resize(ranks * self.width, 0);
        roll.unknown.clear();
        roll.unknown.resize(unknown, 0);
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
            self.add_up(roll, *rank, &over);
        }
    }

    /// Ranks that cut the entries into parts of like size.
    fn cuts(&self, threads: usize) -> Vec<usize> {
        let ranks = self.tree.len() + 1;
        let all = self.hits.before(self.bearers.class.len());
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
    calendars: &'b [u16; CELLS],
    actions: &'b [Action; ACTIONS],
    /// The bearer at hand.
    stamp: u32,
}

impl Part<'_> {
    /// Counts the ranks from the last to the first.
    fn run(&mut self) -> Vec<usize> {
        let board = self.board;
        let mut over = Vec::new();
        let mut cells = board.blank();
        let (Some(cells), Some(calendars), Some(actions)) = (
            cells.first_chunk_mut(),
            board.calendars.first_chunk(),
            board.actions.first_chunk(),
        ) else {
            return over;
        };
        let mut desk = Desk {
            cells,
            calendars,
            actions,
            stamp: 0,
        };
        self.clear(false);
        for rank in self.ranks.clone().rev() {
            let at = rank - self.ranks.start;
            self.clear_one(rank, true);
            if self.unit(rank, &mut desk)
                && let Some(row) = self.rows.get_mut(at * board.width..(at + 1) * board.width)
            {
                desk.sweep(board, row);
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

    /// Clears the rows of units that have (`leaves` false) or have no units below.
    fn clear(&mut self, leaves: bool) {
        for rank in self.ranks.clone() {
            self.clear_one(rank, leaves);
        }
    }

    /// A unit without units below is cleared as it is counted, so that its row is in the cache once; the others
    /// before, since what lies below adds to them first.
    fn clear_one(&mut self, rank: usize, leaf: bool) {
        let width = self.board.width;
        let is_leaf = self.board.tree.above(rank + 1) != Some(rank);
        let at = rank - self.ranks.start;
        if is_leaf == leaf
            && let Some(row) = self.rows.get_mut(at * width..(at + 1) * width)
        {
            row.fill(0);
        }
    }

    /// Counts the bearers of one unit; whether there are any.
    fn unit(&mut self, rank: usize, desk: &mut Desk<'_>) -> bool {
        let board = self.board;
        let at = |rank: usize| board.bearers.start.get(rank).map_or(0, |n| *n as usize);
        let bearers = at(rank)..at(rank + 1);
        let mut from = bearers.start;
        if board.hits.has_tail() || board.doubts.len() > 0 {
            for bearer in bearers.clone() {
                if !board.hits.has_tail_of(bearer) && board.doubts.none_of(bearer) {
                    continue;
                }
                desk.take_all(board, from..bearer, self.at);
                // Also a bearer without a first hit is another one.
                desk.stamp += 1;
                from = bearer + 1;
                desk.take(board.hits.body(bearer).iter(), self.at);
                desk.take(board.hits.tail(bearer), self.at);
                self.doubted(rank, bearer, desk);
            }
        }
        desk.take_all(board, from..bearers.end, self.at);
        !bearers.is_empty()
    }

    /// Judges the cells that a doubt touches, and closes their sums.
    fn doubted(&mut self, rank: usize, bearer: usize, desk: &mut Desk<'_>) {
        let board = self.board;
        let doubts: Vec<_> = board
            .doubts
            .of(bearer)
            .filter(|d| d.from <= self.at && self.at < d.to)
            .collect();
        let mut all: Vec<(u16, usize)> = Vec::new();
        for (nth, doubt) in doubts.iter().enumerate() {
            let cells = board.cells_of(doubt.measure, doubt.day, self.at);
            all.extend(cells.map(|cell| (cell, nth)));
        }
        all.sort_unstable();
        for same in all.chunk_by(|a, b| a.0 == b.0) {
            let mut found = Found::default();
            let mut measure = 0;
            for doubt in same.iter().filter_map(|(_, nth)| doubts.get(*nth)) {
                measure = usize::from(doubt.measure);
                found.doubt(doubt, 1);
            }
            let Some((cell, slot)) = same
                .first()
                .and_then(|(at, _)| Some((*at, desk.cells.get_mut(usize::from(*at))?)))
            else {
                continue;
            };
            let mine = slot.stamp == desk.stamp;
            if mine {
                (found.sum, found.hits) = (slot.sum - slot.start, 1);
                slot.sum = CLOSED;
            }
            let need = board.needs.get(usize::from(cell)).copied();
            let share = board.courses.get(measure).and_then(|c| c.share);
            let weight = found.weight(need.unwrap_or(i64::MAX), share);
            slot.counts += TOUCHED * u64::from(!mine) + weight.reached as u64;
            let row = (rank - self.ranks.start) * board.cells + usize::from(cell);
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
    /// Adds hits to their cells; those that were not known at the day looked at to a cell of no period.
    fn take<'h>(&mut self, hits: impl Iterator<Item = &'h Hit>, at: u16) {
        let Self {
            cells,
            calendars,
            actions,
            stamp,
        } = self;
        let mut bearer = *stamp;
        for hit in hits {
            bearer += u32::from(hit.action() >> FIRST.trailing_zeros());
            let action = &actions[usize::from(hit.action()) & (ACTIONS - 1)];
            // From `from` up to `to`, in one comparison.
            let known = u16::from(at.wrapping_sub(hit.from()) < hit.to().wrapping_sub(hit.from()));
            let day = hit.day() & known.wrapping_neg();
            let period = calendars[usize::from(action.calendar.wrapping_add(day))];
            let cell = &mut cells[usize::from(action.first.wrapping_add(period))];
            let new = u64::from(cell.stamp != bearer);
            // The sum of the bearer before is complete once another touches the cell.
            let reached = !(cell.sum >> 63) as u64;
            cell.counts += new * TOUCHED + (new & reached);
            let sum = if new == 1 { cell.start } else { cell.sum };
            cell.sum = sum + action.fixed + (hit.amount & action.mask);
            cell.stamp = bearer;
        }
        *stamp = bearer;
    }

    /// Adds the hits of several bearers that stand in the body.
    fn take_all(&mut self, board: &Board, bearers: Range<usize>, at: u16) {
        for hits in board.hits.parts(bearers) {
            self.take(hits.iter(), at);
        }
    }

    /// Adds the unit's cells to its row, and makes them ready for the next unit.
    fn sweep(&mut self, board: &Board, row: &mut [u32]) {
        let (reached, touched) = row.split_at_mut(board.cells);
        for (slot, cell) in touched.iter_mut().zip(self.cells.iter_mut()) {
            *slot += (cell.counts >> 32) as u32;
        }
        for (slot, cell) in reached.iter_mut().zip(self.cells.iter_mut()) {
            *slot += cell.counts as u32 + u32::from(cell.sum >= 0);
            cell.sum = CLOSED;
            cell.counts = 0;
        }
    }
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
    /// Cells that nobody has touched.
    fn blank(&self) -> Vec<Cell> {
        let blank = |need: &i64| Cell {
            sum: CLOSED,
            start: need.saturating_neg().max(NEVER),
            counts: 0,
            stamp: 0,
        };
        let mut cells: Vec<Cell> = self.needs.iter().map(blank).collect();
        cells.resize(CELLS, blank(&i64::MAX));
        cells
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
