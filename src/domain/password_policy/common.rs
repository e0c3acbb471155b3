//! The shipped list of common passwords; README.md beside it says where it comes from.

/// Sorted by bytes, one a line, in lower case.
const LIST: &str = include_str!("common.txt");

/// Whether `password`, in lower case, is on the list.
///
/// A binary search by byte offset over the text as it is: no table is built, and nothing is allocated.
pub(super) fn contains(password: &str) -> bool {
    let (mut low, mut high) = (0, LIST.len());
    while low < high {
        let line = line_around(low + (high - low) / 2);
        match LIST[line.clone()].cmp(password) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = line.end + 1,
            std::cmp::Ordering::Greater => high = line.start,
        }
    }
    false
}

/// The line that the byte at `at` belongs to, without its line feed. A line feed belongs to the line it ends.
fn line_around(at: usize) -> std::ops::Range<usize> {
    let bytes = LIST.as_bytes();
    let start = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |feed| feed + 1);
    let end = bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |feed| at + feed);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_found_and_its_neighbours_are_not() {
        for line in LIST.lines() {
            assert!(contains(line), "{line}");
            assert!(!contains(&format!("{line}\u{1}")), "{line}");
        }
        for absent in ["", "\n", "\u{0}", "\u{10ffff}", "hoa-sen-demo-2026", "password\npassword1"] {
            assert!(!contains(absent), "{absent:?}");
        }
    }

    #[test]
    fn the_list_is_sorted_lower_case_and_as_long_as_its_readme_says() {
        let lines: Vec<&str> = LIST.lines().collect();
        assert!(lines.is_sorted_by(|left, right| left < right));
        assert!(lines.iter().all(|line| line.chars().count() >= 8 && *line == line.to_lowercase()));
        let count = lines.len().to_string();
        let count = format!("{},{}", &count[..2], &count[2..]);
        assert!(include_str!("README.md").contains(&format!("holds {count} passwords")), "{count}");
    }
}
