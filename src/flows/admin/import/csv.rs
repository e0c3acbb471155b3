//! CSV (RFC 4180) with a header row; a comma, a semicolon or a tab separates, as spreadsheets of different countries
//! write it.
//!
//! A quotation mark that is never closed would take every later line for a part of its own. Therefore a record that
//! spans lines is only believed if it is whole soon and has as many columns as it should; else its first line is
//! rejected, and the others are read again.

use std::io::{self, BufRead};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};
use zeroize::Zeroizing;

use super::super::particulars::{Column, Field, Particulars, Remark};
use super::super::{AdminError, Fault};
use super::lines::{Line, Lines, MOST_BYTES, Text};
use super::{Row, Rows, too_long};

/// An address may have lines; nothing has more of them.
const MOST_LINES: usize = 16;
const MOST_COLUMNS: usize = 64;

pub struct Csv<R> {
    lines: Lines<R>,
    delimiter: u8,
    columns: Vec<Field>,
}

impl<R: BufRead> Csv<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// `Invalid` with everything that is wrong with it: nothing can be read then.
    pub fn open(reader: R) -> Result<Self, AdminError> {
        let mut lines = Lines::new(reader);
        let header = loop {
            match lines.next().map_err(AdminError::failed)? {
                None => return Err(AdminError::invalid("header", "the file is empty")),
                Some(Line { text: Text::TooLong, .. }) => return Err(AdminError::invalid("header", "is too long")),
                Some(Line { number, text: Text::Whole(bytes) }) => {
                    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
                        return Err(AdminError::invalid("header", "the file is UTF-16: save it as CSV in UTF-8"));
                    }
                    let bytes = super::without_mark(number, &bytes);
                    if !bytes.trim_ascii().is_empty() {
                        break bytes.to_vec();
                    }
                }
            }
        };
        let known = |delimiter: &u8| names(&header, *delimiter).iter().filter(|name| column(name).is_some()).count();
        // Of equals the last wins, so the comma stands there.
        let delimiter = [b'\t', b';', b','].into_iter().max_by_key(known).unwrap_or(b',');
        let columns = read_header(&names(&header, delimiter)).map_err(AdminError::Invalid)?;
        Ok(Self { lines, delimiter, columns })
    }

    /// Reads the record that begins with `first`, taking as many further lines as it spans.
    fn record(&mut self, first: Zeroizing<Vec<u8>>) -> io::Result<Result<Particulars, Vec<Remark>>> {
        if first.contains(&0) {
            return Ok(Err(vec![Remark::new(None, "malformed", "expected no control characters")]));
        }
        let mut text = first;
        let mut taken: Vec<Line> = Vec::new();
        let fields = loop {
            if let Some(fields) = split(&text, self.delimiter) {
                break Some(fields);
            }
            let Some(next) = self.lines.next()? else { break None };
            let fits = match &next.text {
                Text::Whole(bytes) if bytes.contains(&0) => false,
                Text::Whole(bytes) if taken.len() < MOST_LINES && text.len() + bytes.len() < MOST_BYTES => {
                    text.push(b'\n');
                    text.extend_from_slice(bytes);
                    true
                }
                _ => false,
            };
            taken.push(next);
            if !fits {
                break None;
            }
        };
        Ok(match fields {
            Some(fields) if fields.len() == self.columns.len() => self.particulars(fields),
            Some(fields) if taken.is_empty() => {
                let sentence = format!("expected {} columns, found {}", self.columns.len(), fields.len());
                Err(vec![Remark::new(None, "column_count", sentence)])
            }
            _ => {
                self.lines.give_back(taken.into_iter());
                let sentence = "a quotation mark is opened on this line and not closed";
                Err(vec![Remark::new(None, "quotation_mark", sentence)])
            }
        })
    }

    fn particulars(&self, fields: Vec<Zeroizing<Vec<u8>>>) -> Result<Particulars, Vec<Remark>> {
        let (mut particulars, mut faults) = (Particulars::default(), Vec::new());
        for (column, field) in self.columns.iter().zip(fields) {
            match std::str::from_utf8(&field) {
                Ok(text) => particulars.set(column.clone(), text),
                Err(_) => {
                    faults.push(Remark::new(column.column, "not_utf8", "is not UTF-8: save the file as CSV in UTF-8"))
                }
            }
        }
        if faults.is_empty() { Ok(particulars) } else { Err(faults) }
    }
}

impl<R: BufRead> Rows for Csv<R> {
    fn next(&mut self) -> io::Result<Option<Row>> {
        while let Some(Line { number: line, text }) = self.lines.next()? {
            let said = match text {
                Text::TooLong => Err(vec![too_long()]),
                Text::Whole(bytes) if bytes.trim_ascii().is_empty() => continue,
                Text::Whole(bytes) => self.record(bytes)?,
            };
            return Ok(Some(Row { line, said }));
        }
        Ok(None)
    }
}

fn read_header(names: &[String]) -> Result<Vec<Field>, Vec<Fault>> {
    let (mut columns, mut faults) = (Vec::new(), Vec::new());
    for name in names {
        match column(name) {
            None => {
                let known: Vec<&str> = Column::ALL.iter().map(|column| column.name()).collect();
                let shown: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
                let known = known.join(", ");
                let sentence = format!("there is no column {shown:?}; there are {known}, and names such as name#ru");
                faults.push(Fault::new("header", sentence));
            }
            Some(column) if columns.contains(&column) => {
                faults.push(Fault::new("header", format!("the column {column} is there twice")));
            }
            Some(column) => columns.push(column),
        }
    }
    for needed in [Column::NationalId, Column::Name] {
        if faults.is_empty() && !columns.contains(&needed.into()) {
            faults.push(Fault::new("header", format!("there is no column {}", needed.name())));
        }
    }
    if faults.is_empty() { Ok(columns) } else { Err(faults) }
}

fn column(name: &str) -> Option<Field> {
    Field::from_name(&name.trim().to_ascii_lowercase())
}

pub(super) fn names(header: &[u8], delimiter: u8) -> Vec<String> {
    let fields = split(header, delimiter).unwrap_or_default();
    fields.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect()
}

/// The fields of one record; `None` if a quotation mark is still open at its end.
pub(super) fn split(record: &[u8], delimiter: u8) -> Option<Vec<Zeroizing<Vec<u8>>>> {
    let mut reader: Reader = ReaderBuilder::new().delimiter(delimiter).terminator(Terminator::Any(b'\0')).build();
    let mut whole = Zeroizing::new(Vec::with_capacity(record.len() + 1));
    whole.extend_from_slice(record);
    // Lines were split already. What ends the record for the library is a byte that none of them has.
    whole.push(0);
    let mut output = Zeroizing::new(vec![0; whole.len()]);
    let mut ends = [0; MOST_COLUMNS];
    let (result, _, _, count) = reader.read_record(&whole, &mut output, &mut ends);
    match result {
        ReadRecordResult::Record => {}
        // More columns than there are names: whatever is left does not matter.
        ReadRecordResult::OutputEndsFull => {}
        ReadRecordResult::InputEmpty | ReadRecordResult::OutputFull | ReadRecordResult::End => return None,
    }
    let mut start = 0;
    let field = |end: &usize| {
        let field = Zeroizing::new(output.get(start..*end).unwrap_or_default().to_vec());
        start = *end;
        field
    };
    Some(ends[..count].iter().map(field).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(record: &str) -> Option<Vec<String>> {
        let fields = split(record.as_bytes(), b',')?;
        Some(fields.iter().map(|field| String::from_utf8(field.to_vec()).unwrap()).collect())
    }

    #[test]
    fn fields_are_split_as_spreadsheets_write_them() {
        assert_eq!(fields("a,b,").unwrap(), ["a", "b", ""]);
        assert_eq!(fields(r#""a,1","say ""hi""",c"#).unwrap(), ["a,1", r#"say "hi""#, "c"]);
        assert_eq!(fields("\"two\nlines\",b").unwrap(), ["two\nlines", "b"]);
        assert_eq!(fields("a\"b,c").unwrap(), ["a\"b", "c"]);
        assert_eq!(fields(r#"a,"open"#), None);
        assert!(fields(&",".repeat(500)).unwrap().len() <= MOST_COLUMNS);
    }
}
