//! docs/scaling.md says what the model says.

use super::*;

const PAGE_OF_DOCS: &str = include_str!("../../docs/scaling.md");

fn cells(line: &str) -> Vec<String> {
    line.trim().trim_matches('|').split('|').map(|cell| cell.trim().replace("**", "")).collect()
}

#[test]
fn the_page_s_constants_are_the_model_s() {
    let mut told = std::collections::BTreeMap::new();
    for line in PAGE_OF_DOCS.lines().filter(|line| line.starts_with("| `")) {
        let cells = cells(line);
        let names: Vec<&str> = cells[0].split(", ").map(|name| name.trim_matches('`')).collect();
        if !names.iter().all(|name| name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_')) {
            continue;
        }
        let thousands = |text: &str| text.replace(",", "").parse::<f64>();
        let values: Vec<f64> = match names.len() {
            1 => vec![thousands(&cells[1]).unwrap()],
            _ => cells[1].split(", ").map(|value| thousands(value).unwrap()).collect(),
        };
        assert_eq!(names.len(), values.len(), "{line}");
        told.extend(names.into_iter().map(str::to_owned).zip(values));
    }
    let own: std::collections::BTreeMap<String, f64> =
        CONSTANTS.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    assert_eq!(told, own);
}

/// Whether `told` is `figure`, rounded to the digits that are told.
fn is_rounded(told: &str, figure: f64) -> bool {
    let told = told.replace(',', "");
    let digits = told.split_once('.').map_or(0, |(_, digits)| digits.len());
    let half = 0.5 * 10_f64.powi(-i32::try_from(digits).unwrap());
    (told.parse::<f64>().unwrap() - figure).abs() <= half * 1.0001
}

#[test]
fn the_page_s_plans_are_the_model_s() {
    let number = |text: &str| -> f64 {
        let (number, unit) = text.split_once(' ').unwrap_or((text, ""));
        let number: f64 = number.replace(',', "").parse().unwrap();
        if unit.starts_with("million") { number * 1e6 } else { number }
    };
    let rows: Vec<Vec<String>> = PAGE_OF_DOCS
        .lines()
        .skip_while(|line| !line.starts_with("| citizens; sign-ins a day |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(cells)
        .collect();
    assert!(rows.len() >= 4, "{rows:?}");
    for row in rows {
        let (citizens, daily) = row[0].split_once("; ").unwrap();
        let daily = number(daily.split_once(", a day").map_or(daily, |(number, _)| number));
        let of = |share: f64| plan(&Demand::of(number(citizens), daily, share));
        let all = of(1.0);
        assert!(is_rounded(&row[1], all.peak), "{row:?}: {}", all.peak);
        for (told, share) in row[2].split("; ").zip([1.0, 0.5, 0.1]) {
            assert!(is_rounded(told, of(share).server_cores), "{row:?}: {}", of(share).server_cores);
        }
        assert!(is_rounded(&row[3], all.postgres_cores), "{row:?}: {}", all.postgres_cores);
        assert!(is_rounded(row[4].trim_end_matches(" %"), all.redis_share * 100.0), "{row:?}: {}", all.redis_share);
        assert!(is_rounded(row[5].trim_end_matches(" GB"), all.people_bytes / 1e9), "{row:?}: {}", all.people_bytes);
        if !row[6].is_empty() {
            let year = all.audit_bytes_a_year / 1e12;
            assert!(is_rounded(row[6].trim_end_matches(" TB"), year), "{row:?}: {year}");
        }
        let (usual, worst) = row[7].split_once('–').unwrap();
        let mib = |bytes: f64| bytes / (1024.0 * 1024.0);
        assert!(is_rounded(usual, mib(all.log_bytes.0)) && is_rounded(worst, mib(all.log_bytes.1)), "{row:?}");
    }
}

#[test]
fn more_of_anything_costs_no_less() {
    let demand = Demand::of(1e8, 1e7, 0.5);
    let usual = plan(&demand);
    let more = plan(&Demand { daily_sign_ins: 2e7, signed_in: 2e7, ..demand });
    assert!((more.peak / usual.peak - 2.0).abs() < 1e-9 && (more.server_cores / usual.server_cores - 2.0).abs() < 1e-9);
    assert!(plan(&Demand { password_share: 1.0, ..demand }).server_cores > usual.server_cores);
    assert!(plan(&Demand { utilisation: 0.5, ..demand }).postgres_cores > usual.postgres_cores);
    assert!(plan(&Demand { portals: 4.0, ..demand }).people_bytes > usual.people_bytes);
    assert!((usual.peak_factor - usual.peak / (1e7 / 86_400.0)).abs() < 1e-9);
    assert_eq!(plan(&Demand::of(1e8, 2.5e7, 1.0)).redis_primaries, 2.0, "more than one core of one");
    // One that may be lost.
    assert_eq!(plan(&Demand::of(1.0, 1.0, 0.0)).servers, 2.0);
}
