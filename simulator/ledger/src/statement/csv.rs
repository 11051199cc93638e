//! Statements as CSV (RFC 4180): for spreadsheets and for programs that reconcile. Owns the columns and that no cell is
//! taken for a formula.

use super::{Line, Statement};
use crate::{Money, day::iso_moment};

const HEADER: [&str; 8] = ["kind", "order_id", "number", "amount", "fee", "net", "balance", "at"];

/// What starts a formula in some spreadsheet. The wide forms do where Chinese or Japanese is typed.
const FORMULA_STARTS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

impl Statement {
    /// The statement as text: a header, a row `opening` with the opening balance, a row for each line, and a row
    /// `closing` with the sums over the day and the closing balance. Amounts have all decimals of the coin and no
    /// separators; `at` is UTC. Rows end with CR LF; a cell with a comma, a quote or a line end is quoted.
    ///
    /// Order numbers are the merchant's own text, which may have come from anybody: one that a spreadsheet would take for
    /// a formula (it starts with `=`, `+`, `-` or `@`) is written with an apostrophe before it. Amounts, negative ones
    /// too, are left alone: they are numbers.
    pub fn csv(&self) -> String {
        let balance = |balance: Money| balance.to_string();
        let mut text = String::new();
        push_row(&mut text, HEADER.map(str::to_owned));
        push_row(
            &mut text,
            edge("opening", ["", "", ""].map(str::to_owned), balance(self.opening)),
        );
        for line in &self.lines {
            push_row(&mut text, row(line));
        }
        let sums = [self.totals.amount, self.totals.fee, self.totals.net];
        push_row(&mut text, edge("closing", sums.map(balance), balance(self.closing)));
        text
    }
}

fn row(line: &Line) -> [String; 8] {
    [
        line.kind.word().to_owned(),
        line.order_id.to_string(),
        harmless(line.number.as_str()),
        line.amount.to_string(),
        line.fee.to_string(),
        line.net.to_string(),
        String::new(),
        iso_moment(line.at),
    ]
}

fn edge(kind: &str, [amount, fee, net]: [String; 3], balance: String) -> [String; 8] {
    let none = String::new;
    [kind.to_owned(), none(), none(), amount, fee, net, balance, none()]
}

fn harmless(text: &str) -> String {
    if text.starts_with(FORMULA_STARTS) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn push_row(text: &mut String, cells: [String; 8]) {
    text.push_str(&cells.map(|cell| quoted(&cell)).join(","));
    text.push_str("\r\n");
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
