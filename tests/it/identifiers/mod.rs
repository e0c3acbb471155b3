//! What SenID reads as the number of a person or of an organisation, against python-stdnum: an implementation that others wrote.
//!
//! For every scheme that both know, 100,000 texts: numbers, numbers with a mistake in them, numbers as people write them, and
//! anything else. Where the two differ, one of the [`RULES`] says why, or the test fails; and a rule that explains nothing fails it, too.

mod texts;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use senid::domain::national_id::{self, NationalId, Warning};
use senid::domain::organisation_code::{self, OrganisationCode};

use texts::{Dice, Shape};

const TEXTS: usize = 100_000;

/// A scheme that both know.
struct Case {
    /// Where python-stdnum has it.
    module: &'static str,
    read: fn(&str) -> Option<Read>,
    shapes: &'static [Shape],
}

/// What SenID reads.
#[derive(Debug, PartialEq)]
struct Read {
    number: String,
    /// With a check digit that does not hold, where that is no fault.
    unchecked: bool,
}

const CASES: &[Case] = &[
    Case { module: "ee.ik", read: |text| person(national_id::Scheme::Ee, text), shapes: texts::EE },
    Case { module: "fr.nir", read: |text| person(national_id::Scheme::Fr, text), shapes: texts::FR },
    Case { module: "kr.rrn", read: |text| person(national_id::Scheme::Kr, text), shapes: texts::KR },
    Case { module: "my.nric", read: |text| person(national_id::Scheme::My, text), shapes: texts::MY },
    Case { module: "vn.mst", read: |text| organisation(organisation_code::Scheme::VnMst, text), shapes: texts::VN_MST },
    Case { module: "ru.inn", read: |text| organisation(organisation_code::Scheme::RuInn, text), shapes: texts::RU_INN },
    Case {
        module: "ru.ogrn",
        read: |text| organisation(organisation_code::Scheme::RuOgrn, text),
        shapes: texts::RU_OGRN,
    },
];

fn person(scheme: national_id::Scheme, text: &str) -> Option<Read> {
    let id = NationalId::parse(scheme, text).ok()?;
    let unchecked = id.warnings().contains(&Warning::Checksum);
    Some(Read { number: id.expose().to_owned(), unchecked })
}

fn organisation(scheme: organisation_code::Scheme, text: &str) -> Option<Read> {
    let code = OrganisationCode::parse(scheme, text).ok()?;
    Some(Read { number: code.value().to_owned(), unchecked: false })
}

/// A text about which the two differ.
struct Difference<'a> {
    case: &'a Case,
    text: &'a str,
    ours: Option<&'a Read>,
    theirs: Option<&'a str>,
    /// What they read in the number that we read.
    theirs_of_ours: Option<&'a str>,
}

struct Rule {
    /// The scheme that it is of; every scheme where it is of none.
    module: Option<&'static str>,
    reason: &'static str,
    explains: fn(&Difference<'_>) -> bool,
}

const RULES: &[Rule] = &[
    Rule {
        module: None,
        reason: "a space, dot, dash, invisible mark, or full-width character makes no difference to us in any number; to them it is a \
                 fault where it is not usual in that number",
        explains: |d| {
            let read = d.ours.map(|ours| ours.number.as_str());
            d.theirs.is_none() && read.is_some() && read != Some(d.text) && d.theirs_of_ours == read
        },
    },
    Rule {
        module: None,
        reason: "they pass over marks that nobody writes between digits, such as a comma below or an asterisk; to us those are a fault",
        explains: |d| {
            let mark = |c: char| !c.is_ascii_alphanumeric() && !" .-".contains(c);
            let read = d.theirs.and_then(|theirs| (d.case.read)(theirs));
            d.ours.is_none() && d.text.contains(mark) && read.map(|read| read.number).as_deref() == d.theirs
        },
    },
    Rule {
        module: Some("fr.nir"),
        reason: "1 and 2 are a man and a woman, 3, 4, 7 and 8 a number that is given provisionally; they let any first digit pass",
        explains: |d| d.ours.is_none() && d.theirs.is_some_and(|theirs| theirs.starts_with(['0', '5', '6', '9'])),
    },
    Rule {
        module: Some("kr.rrn"),
        reason: "since October 2020 everything after the seventh digit is random: a check digit that does not hold is a warning to us",
        explains: |d| d.theirs.is_none() && d.theirs_of_ours.is_none() && d.ours.is_some_and(|ours| ours.unchecked),
    },
    Rule {
        module: Some("kr.rrn"),
        reason: "for the same reason the two digits after it are no place of registration, of which they know none above 96",
        explains: |d| {
            let place = |number: &str| number.get(7..9).is_some_and(|place| place > "96");
            d.theirs.is_none()
                && d.theirs_of_ours.is_none()
                && d.ours.is_some_and(|ours| !ours.unchecked && place(&ours.number))
        },
    },
    Rule {
        module: Some("ru.ogrn"),
        reason: "a legal entity's begins with 1 or 5 and has 13 digits; they also take other records' numbers, and a person's of 15",
        explains: |d| {
            d.ours.is_none() && d.theirs.is_some_and(|theirs| theirs.len() == 15 || !theirs.starts_with(['1', '5']))
        },
    },
];

#[test]
fn numbers_are_read_as_python_stdnum_reads_them() {
    let python = python();
    let mut uses: BTreeMap<&'static str, usize> = BTreeMap::new();
    for case in CASES {
        let mut dice = Dice::of(case.module);
        let texts: Vec<String> = (0..TEXTS).map(|_| dice.text(case)).collect();
        let ours: Vec<Option<Read>> = texts.iter().map(|text| (case.read)(text)).collect();
        // What we read is shown to them as well, without what stood between.
        let numbers = ours.iter().map(|ours| ours.as_ref().map_or("", |ours| ours.number.as_str()));
        let theirs = ask(&python, case.module, texts.iter().map(String::as_str).chain(numbers));
        let (theirs, theirs_of_ours) = theirs.split_at(TEXTS);
        let mut both = 0;
        for (((text, ours), theirs), theirs_of_ours) in texts.iter().zip(&ours).zip(theirs).zip(theirs_of_ours) {
            let ours_number = ours.as_ref().map(|ours| ours.number.as_str());
            if ours_number == theirs.as_deref() {
                both += usize::from(theirs.is_some());
                continue;
            }
            let theirs_of_ours = theirs_of_ours.as_deref();
            let difference = Difference { case, text, ours: ours.as_ref(), theirs: theirs.as_deref(), theirs_of_ours };
            let of_case = |rule: &&Rule| rule.module.is_none_or(|module| module == case.module);
            let Some(rule) = RULES.iter().filter(of_case).find(|rule| (rule.explains)(&difference)) else {
                panic!("{} {text:?}: we read {ours:?}, they read {theirs:?}", case.module);
            };
            *uses.entry(rule.reason).or_default() += 1;
        }
        assert!(both > TEXTS / 10, "{}: {both} numbers alone, which is too few to say anything", case.module);
        assert!(both < TEXTS * 9 / 10, "{}: {both} numbers, and too little that is none", case.module);
    }
    for rule in RULES {
        assert!(uses.contains_key(rule.reason), "nothing differs for this reason: {}", rule.reason);
    }
}

/// What they read in each text.
fn ask<'t>(python: &str, module: &str, texts: impl Iterator<Item = &'t str>) -> Vec<Option<String>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/identifiers/oracle.py");
    let mut oracle =
        Command::new(python).arg("-B").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let asked: Vec<String> = texts.map(|text| format!("{module}\t{text}\n")).collect();
    let count = asked.len();
    let mut requests = oracle.stdin.take().unwrap();
    // Both pipes are small: whoever only wrote, or only read, would wait for ever.
    let asking = std::thread::spawn(move || asked.iter().try_for_each(|line| requests.write_all(line.as_bytes())));
    let answers = BufReader::new(oracle.stdout.take().unwrap()).lines();
    let read = answers.map(|line| Some(line.unwrap()).filter(|number| !number.is_empty())).collect::<Vec<_>>();
    asking.join().unwrap().unwrap();
    assert!(oracle.wait().unwrap().success() && read.len() == count, "the oracle ended after {} answers", read.len());
    read
}

/// The interpreter that has python-stdnum, which is installed for it where it is not yet.
fn python() -> String {
    let install = "source tests/demo.sh && python_packages tests/it/identifiers";
    let installed =
        Command::new("bash").args(["-euc", install]).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
    String::from_utf8(installed.stdout).unwrap().trim().to_owned()
}
