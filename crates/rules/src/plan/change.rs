//! Rows that have changed or come: their codes and stored planes, and nothing else.

use super::Plan;
use super::coded::UNSEEN;
use super::leaf::Names;
use crate::World;

impl Plan {
    /// Takes in the cells of these rows as they are now, also of rows after the last one. Numbers of texts and
    /// records mean what they meant: dictionaries only grow.
    /// False where a cell has a value that the plan cannot place, such as a text never met: then the plan is as it
    /// was, and the rules are to be planned anew.
    pub fn change(&mut self, world: &World<'_>, names: &Names<'_>, rows: &[u32]) -> bool {
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            let read = self.read(world, names, *row as usize);
            let bits = self.stored.bits(&read.stored);
            let Some(bits) = bits.filter(|_| !read.classes.contains(&UNSEEN)) else {
                return false;
            };
            all.push((*row as usize, read.classes, bits));
        }
        for (row, classes, bits) in all {
            self.rows = self.rows.max(row + 1);
            self.stored.set(row, self.rows, &bits);
            for (coded, class) in self.coded.iter_mut().zip(classes) {
                coded.set(row, class);
            }
        }
        true
    }
}
