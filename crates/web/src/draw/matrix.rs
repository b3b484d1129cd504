//! Units × measures, or units × periods of one measure.

use super::Shell;
use super::picture::Picture;
use crate::ask::Here;
use crate::reader::{Reader, sort_id};
use app::view::{Counts, MatrixCell, MatrixPage, MatrixRow, Sort};
use askama::Template;

/// Rows that are drawn first: more than most screens have room for.
const ROWS_FIRST: usize = 40;

#[derive(Template)]
#[template(path = "matrix.html")]
struct MatrixView {
    shell: Shell,
    r: Reader,
    page: MatrixPage,
    counts: Counts,
}

impl MatrixView {
    fn sorts(&self) -> [(&'static str, &'static str, bool); 3] {
        let w = self.r.w;
        [
            (Sort::Tree, w.sort_tree),
            (Sort::Red, w.sort_red),
            (Sort::OnTime, w.sort_on_time),
        ]
        .map(|(sort, word)| (sort_id(sort), word, self.page.question.sort == sort))
    }

    /// The matrix of one measure as plain text for a chat: a line for each unit.
    fn plain(&self) -> String {
        let (r, page) = (&self.r, &self.page);
        let mut text = format!("{}（{}）\n", self.shell.title, page.frame.dates.at);
        for row in &page.rows {
            let cells = row.cells.iter().zip(&page.columns);
            let told = cells.filter_map(|(cell, column)| {
                let cell = cell.as_ref()?;
                let value = cell.value.as_ref().map(|value| r.figure(value));
                let (name, counted) = (r.t(&column.name), r.counted(&cell.counts));
                Some(format!("{name} {counted} {}", value.unwrap_or_default()))
            });
            let told: Vec<String> = told.map(|one| one.trim_end().to_owned()).collect();
            let (name, told) = (r.t(&row.unit.name), told.join(r.w.semicolon));
            text.push_str(&format!("{name}{}{told}\n", r.w.colon));
        }
        text
    }

    /// The same as rows of a picture.
    fn picture(&self) -> String {
        Picture::of_matrix(&self.r, &self.page, &self.shell.title).json()
    }

    /// The rows that are drawn first, and those that the styles let follow a moment later.
    fn bodies(&self) -> [(bool, &[MatrixRow]); 2] {
        let rows = &self.page.rows;
        let (first, later) = rows.split_at(rows.len().min(ROWS_FIRST));
        [(false, first), (true, later)]
    }

    /// A row's cells with the first column and the number of columns that each takes: columns that stand empty side by
    /// side are one, for most of a matrix is empty.
    fn runs<'c>(&self, row: &'c MatrixRow) -> Vec<(usize, usize, Option<&'c MatrixCell>)> {
        let mut next = 0;
        let runs = row.cells.chunk_by(|a, b| a.is_none() && b.is_none());
        let run = |cells: &'c [Option<MatrixCell>]| {
            let column = next;
            next += cells.len();
            (column, cells.len(), cells.first().and_then(Option::as_ref))
        };
        runs.map(run).collect()
    }

    /// The unit and the column of a cell.
    fn about(&self, unit: &str, column: &usize) -> String {
        let column = self
            .page
            .columns
            .get(*column)
            .map(|column| self.r.t(&column.name));
        format!("{unit} {}", column.unwrap_or_default())
    }
}

/// `/duties`.
pub(crate) fn matrix(r: Reader, here: Here, page: MatrixPage) -> askama::Result<String> {
    let title = page
        .measure
        .as_ref()
        .map_or(r.w.nav_duties, |measure| r.t(&measure.name))
        .to_owned();
    let shell = Shell::new(r, here, "duties", title, page.frame.clone());
    let mut counts = Counts::default();
    page.rows
        .iter()
        .flat_map(|row| row.cells.iter().flatten())
        .for_each(|cell| counts.merge(&cell.counts));
    MatrixView {
        shell,
        r,
        page,
        counts,
    }
    .render()
}
