//! Tables for spreadsheets: RFC 4180, with nothing in them that a spreadsheet would take for a formula.

/// What a spreadsheet reads as UTF-8.
pub const MARK: &str = "\u{feff}";

/// One line, its end included.
pub fn line<'c>(cells: impl IntoIterator<Item = &'c str>) -> String {
    let mut line = String::new();
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            line.push(',');
        }
        line.push('"');
        // A cell that begins so is computed when it is opened, and may send what stands in others somewhere else.
        if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
            line.push('\'');
        }
        line.push_str(&cell.replace('"', "\"\""));
        line.push('"');
    }
    line.push_str("\r\n");
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_is_quoted() {
        assert_eq!(line(["a", "b \"c\"", "d,e\nf", ""]), "\"a\",\"b \"\"c\"\"\",\"d,e\nf\",\"\"\r\n");
    }

    #[test]
    fn nothing_is_a_formula() {
        for begins in ["=", "+", "-", "@", "\t", "\r", "\n", "＝"] {
            let cell = format!("{begins}HYPERLINK(\"https://evil.example\")");
            assert!(line([cell.as_str()]).starts_with("\"'"), "{begins:?}");
        }
        assert_eq!(line(["a=1"]), "\"a=1\"\r\n");
    }
}
