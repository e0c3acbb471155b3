//! The nearest known name to one that was mistyped.

/// The known name that `typed` most likely meant, if any is near enough to be worth saying.
pub(super) fn nearest<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let last = |key: &str| key.rsplit('.').next().map(str::to_owned);
    let (distance, name) = known
        .map(|name| {
            // The right name under the wrong heading is a frequent slip, however far apart the two are.
            let misplaced = if last(name) == last(typed) { 2 } else { usize::MAX };
            (distance(typed, name).min(misplaced), name)
        })
        .min()?;
    (distance <= 2.max(typed.chars().count() / 4)).then_some(name)
}

/// Levenshtein's distance: how many letters must be added, dropped or changed.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, from) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, to) in right.iter().enumerate() {
            let change = diagonal + usize::from(from != *to);
            diagonal = row[column + 1];
            row[column + 1] = change.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    const KNOWN: [&str; 5] = ["authority.url", "issuer", "database.url", "database.max_connections", "lifetimes.code"];

    #[test]
    fn letters_added_dropped_and_changed_count_one_each() {
        for (left, right, expected) in
            [("", "", 0), ("abc", "abc", 0), ("abc", "ab", 1), ("abc", "axc", 1), ("", "xyz", 3)]
        {
            assert_eq!(distance(left, right), expected, "{left} {right}");
            assert_eq!(distance(right, left), expected, "{right} {left}");
        }
    }

    #[test]
    fn a_slip_finds_its_name_and_gibberish_finds_none() {
        for (typed, expected) in [
            ("isuer", Some("issuer")),
            ("databse.url", Some("database.url")),
            ("max_connections", Some("database.max_connections")),
            ("zzzzzzzz", None),
        ] {
            assert_eq!(nearest(typed, KNOWN.into_iter()), expected, "{typed}");
        }
    }
}
