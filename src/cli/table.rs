//! Aligned text: tables with a heading, and blocks of `key  value` lines.

use super::output::printable;
use super::style::{FAINT, HEADING, PLAIN};
use anstyle::Style;
use std::fmt::Write;

/// Rows of cells; each column is as wide as its widest cell.
pub(super) struct Table {
    indent: usize,
    rows: Vec<Vec<Cell>>,
}

/// A text with its style.
pub(super) struct Cell {
    text: String,
    style: Style,
}

/// Creates a cell.
pub(super) fn cell(text: impl Into<String>, style: Style) -> Cell {
    Cell { text: text.into(), style }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        cell(text, PLAIN)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        cell(text, PLAIN)
    }
}

impl Table {
    /// Creates a table without a heading, indented by this number of blanks.
    pub fn indented(indent: usize) -> Self {
        Table { indent, rows: Vec::new() }
    }

    /// Creates a table with a heading.
    pub fn headed(columns: &[&str]) -> Self {
        Table { indent: 0, rows: vec![columns.iter().map(|&name| cell(name, HEADING)).collect()] }
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Adds a row with a key and a value. Adds nothing if the value is empty.
    pub fn fact(&mut self, key: &str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.row([cell(key, FAINT), value.into()]);
        }
    }

    /// Writes the rows, with two blanks between columns and none at the end of a line.
    pub fn write(&self, out: &mut String) {
        let width = |cell: &Cell| printable(&cell.text).chars().count();
        let mut widths = vec![0; self.rows.iter().map(Vec::len).max().unwrap_or(0)];
        for (at, cell) in self.rows.iter().flat_map(|row| row.iter().enumerate()) {
            widths[at] = widths[at].max(width(cell));
        }
        for row in &self.rows {
            let mut blanks = self.indent;
            for (cell, column) in row.iter().zip(&widths) {
                let style = cell.style;
                if !cell.text.is_empty() {
                    // Writing to a string cannot fail.
                    let _ = write!(out, "{:blanks$}{style}{}{style:#}", "", printable(&cell.text));
                    blanks = 0;
                }
                blanks += column - width(cell) + 2;
            }
            out.push('\n');
        }
    }
}
