//! A table of a few known columns as CSV with a header row, a record a line: what is handed over of a portal's accounts.

use std::io::{self, BufRead};

use zeroize::Zeroizing;

use super::super::{AdminError, Fault};
use super::csv::{names, split};
use super::lines::{Line, Lines, Text};

pub struct Table<R> {
    lines: Lines<R>,
    delimiter: u8,
    /// Of each column of the file, its place among those that are known.
    columns: Vec<usize>,
    /// How many are known.
    width: usize,
}

/// A line that says something, or why it cannot be read.
pub struct Row {
    /// From 1, the header included.
    pub line: u64,
    /// In the order of the known columns; one that the file has not is empty.
    pub cells: Result<Vec<Zeroizing<String>>, &'static str>,
}

impl<R: BufRead> Table<R> {
    /// Reads the header, which names any of the `known` columns, and all of the `needed` ones.
    ///
    /// # Errors
    /// `Invalid` with everything that is wrong with it.
    pub fn open(reader: R, known: &[&str], needed: &[&str]) -> Result<Self, AdminError> {
        let mut lines = Lines::new(reader);
        let header = match lines.next().map_err(AdminError::failed)? {
            None => return Err(AdminError::invalid("header", "the file is empty")),
            Some(Line { text: Text::TooLong, .. }) => return Err(AdminError::invalid("header", "is too long")),
            Some(Line { number, text: Text::Whole(bytes) }) => super::without_mark(number, &bytes).to_vec(),
        };
        let place = |name: &str| known.iter().position(|known| known.eq_ignore_ascii_case(name.trim()));
        let hits = |delimiter: &u8| names(&header, *delimiter).iter().filter(|name| place(name).is_some()).count();
        // Of equals the last wins, so the comma stands there.
        let delimiter = [b'\t', b';', b','].into_iter().max_by_key(hits).unwrap_or(b',');
        let (mut columns, mut faults) = (Vec::new(), Vec::new());
        for name in names(&header, delimiter) {
            let shown: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
            match place(&name) {
                None => {
                    let known = known.join(", ");
                    faults.push(Fault::new("header", format!("there is no column {shown:?}; there are {known}")));
                }
                Some(place) if columns.contains(&place) => {
                    faults.push(Fault::new("header", format!("the column {shown} is there twice")));
                }
                Some(place) => columns.push(place),
            }
        }
        for name in needed {
            if faults.is_empty() && !place(name).is_some_and(|place| columns.contains(&place)) {
                faults.push(Fault::new("header", format!("there is no column {name}")));
            }
        }
        match faults.is_empty() {
            true => Ok(Self { lines, delimiter, columns, width: known.len() }),
            false => Err(AdminError::Invalid(faults)),
        }
    }

    /// The next line that says something; `None` at the end.
    ///
    /// # Errors
    /// Where the file cannot be read on.
    pub fn next(&mut self) -> io::Result<Option<Row>> {
        while let Some(Line { number: line, text }) = self.lines.next()? {
            let cells = match text {
                Text::TooLong => Err("is too long"),
                Text::Whole(bytes) if bytes.trim_ascii().is_empty() => continue,
                Text::Whole(bytes) => self.cells(&bytes),
            };
            return Ok(Some(Row { line, cells }));
        }
        Ok(None)
    }

    fn cells(&self, record: &[u8]) -> Result<Vec<Zeroizing<String>>, &'static str> {
        if record.contains(&0) {
            return Err("expected no control characters");
        }
        let fields = split(record, self.delimiter).ok_or("a quotation mark is opened on this line and not closed")?;
        if fields.len() != self.columns.len() {
            return Err("has another number of columns than the header");
        }
        let mut cells = vec![Zeroizing::new(String::new()); self.width];
        for (place, field) in self.columns.iter().zip(fields) {
            let text = std::str::from_utf8(&field).map_err(|_| "is not UTF-8: save the file as CSV in UTF-8")?;
            cells[*place] = Zeroizing::new(text.to_owned());
        }
        Ok(cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["account", "label"];

    /// A line's number, and its cells or why it has none.
    type Line = (u64, Result<Vec<String>, &'static str>);

    fn read(file: &str) -> Result<Vec<Line>, String> {
        let mut table = Table::open(file.as_bytes(), KNOWN, &["account"]).map_err(|error| error.to_string())?;
        let mut rows = Vec::new();
        while let Some(Row { line, cells }) = table.next().unwrap() {
            rows.push((line, cells.map(|cells| cells.iter().map(|cell| cell.to_string()).collect())));
        }
        Ok(rows)
    }

    fn cells(texts: [&str; 2]) -> Result<Vec<String>, &'static str> {
        Ok(texts.map(str::to_owned).to_vec())
    }

    #[test]
    fn columns_come_in_any_order_and_with_any_separator() {
        let whole = [(2, cells(["7", "An’s, shop"])), (4, cells(["8", ""]))];
        assert_eq!(read("\u{feff}Label;ACCOUNT\r\nAn’s, shop;7\r\n\r\n;8").unwrap(), whole);
        assert_eq!(read("account,label\n7,\"An’s, shop\"\n\n8,").unwrap(), whole);
        assert_eq!(read("account\n7").unwrap(), [(2, cells(["7", ""]))]);
    }

    #[test]
    fn what_is_wrong_is_said_where_it_is() {
        assert_eq!(read("").unwrap_err(), "header: the file is empty");
        assert_eq!(read("label").unwrap_err(), "header: there is no column account");
        assert_eq!(
            read("account,mail,account").unwrap_err(),
            "header: there is no column \"mail\"; there are account, label; header: the column account is there twice"
        );
        let rows = read("account,label\n7\n\"8,x\n9,x").unwrap();
        assert_eq!(rows[0], (2, Err("has another number of columns than the header")));
        assert_eq!(rows[1], (3, Err("a quotation mark is opened on this line and not closed")));
        assert_eq!(rows[2], (4, cells(["9", "x"])));
    }
}
