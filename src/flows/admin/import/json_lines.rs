//! JSON lines: an object a line, its members named as the columns are (a name in another language `name#ru`); an address may be an object (Core §5.1.1).

use std::io::{self, BufRead};

use serde_json::Value;

use crate::crypto::json;

use super::super::particulars::{Column, Field, Particulars, Remark};
use super::lines::{Line, Lines, Text};
use super::{Row, Rows, too_long};

pub struct JsonLines<R>(Lines<R>);

impl<R: BufRead> JsonLines<R> {
    pub fn new(reader: R) -> Self {
        Self(Lines::new(reader))
    }
}

impl<R: BufRead> Rows for JsonLines<R> {
    fn next(&mut self) -> io::Result<Option<Row>> {
        while let Some(Line { number, text }) = self.0.next()? {
            let bytes = match &text {
                Text::TooLong => return Ok(Some(Row { line: number, said: Err(vec![too_long()]) })),
                Text::Whole(bytes) => super::without_mark(number, bytes),
            };
            if !bytes.trim_ascii().is_empty() {
                return Ok(Some(Row { line: number, said: read(bytes) }));
            }
        }
        Ok(None)
    }
}

fn read(bytes: &[u8]) -> Result<Particulars, Vec<Remark>> {
    let text = std::str::from_utf8(bytes).map_err(|_| vec![Remark::new(None, "not_utf8", "the line is not UTF-8")])?;
    // Of a member that is there twice one reader would take the first and another the last.
    let expected = "expected a JSON object on one line, with no member twice";
    let object = json::object(text.as_bytes()).ok_or_else(|| vec![Remark::new(None, "not_json", expected)])?;
    let (mut particulars, mut faults) = (Particulars::default(), Vec::new());
    for (name, value) in object {
        match (Field::from_name(&name), value) {
            (Some(Field { column: Column::Address, .. }), Value::Object(parts)) => {
                for (part, value) in parts {
                    let column = if part == "formatted" { Some(Column::Address) } else { address_part(&part) };
                    set(&mut particulars, &mut faults, &part, column.map(Field::from), value);
                }
            }
            (field, value) => set(&mut particulars, &mut faults, &name, field, value),
        }
    }
    if faults.is_empty() { Ok(particulars) } else { Err(faults) }
}

fn set(particulars: &mut Particulars, faults: &mut Vec<Remark>, name: &str, field: Option<Field>, value: Value) {
    let Some(field) = field else {
        let name: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
        faults.push(Remark::new(None, "unknown_member", format!("there is no member {name:?}")));
        return;
    };
    match value {
        Value::Null => {}
        Value::String(text) => particulars.set(field, text),
        Value::Bool(flag) => particulars.set(field, flag.to_string()),
        Value::Number(number) => particulars.set(field, number.to_string()),
        Value::Array(_) | Value::Object(_) => {
            faults.push(Remark::new(field.column, "malformed", "expected a text, a number, true or false"));
        }
    }
}

fn address_part(name: &str) -> Option<Column> {
    let parts = [Column::StreetAddress, Column::Locality, Column::Region, Column::PostalCode, Column::Country];
    parts.into_iter().find(|column| column.name() == name)
}
