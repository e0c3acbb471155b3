//! Texts that are numbers, nearly are, or are not.

use super::Case;

/// How a number is built, part by part.
pub(super) type Shape = &'static [Part];

pub(super) enum Part {
    /// So many digits.
    Digits(usize),
    /// One of these.
    Of(&'static [&'static str]),
    /// A day, as six digits: mostly one that is in the calendar.
    Day,
}

use Part::{Day, Digits, Of};

const MONTHS: &[&str] =
    &["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "20", "31", "99", "00"];
const DEPARTMENTS: &[&str] = &["2A", "2B", "2C", "01", "13", "14", "75", "97", "98", "99", "00", "A2"];

pub(super) const EE: &[Shape] = &[&[Digits(1), Day, Digits(4)]];
pub(super) const FR: &[Shape] =
    &[&[Digits(3), Of(MONTHS), Digits(10)], &[Of(&["1", "2", "7"]), Digits(2), Of(MONTHS), Of(DEPARTMENTS), Digits(8)]];
pub(super) const KR: &[Shape] = &[&[Day, Digits(7)], &[Day, Digits(1), Of(&["97", "98", "99"]), Digits(4)]];
pub(super) const MY: &[Shape] = &[&[Day, Digits(6)]];
pub(super) const VN_MST: &[Shape] = &[
    &[Digits(10)],
    &[Digits(13)],
    &[Digits(10), Of(&["000", "001"])],
    &[Digits(2), Of(&["0000000"]), Digits(1)],
    &[Digits(12)],
];
pub(super) const RU_INN: &[Shape] = &[&[Digits(10)], &[Digits(12)]];
pub(super) const RU_OGRN: &[Shape] = &[&[Of(&["1", "5"]), Digits(12)], &[Digits(13)], &[Of(&["3"]), Digits(14)]];

/// What stands between characters where people write numbers, and what does not.
const MARKS: &[char] = &[' ', '.', '-', '\u{a0}', '–', '\u{200b}', '·', '*', ',', '/', '−', '\'', ':'];
/// What is no digit and looks like one, or like a letter of Corsica.
const ODD: &[char] = &['O', 'l', 'A', 'B', 'a', 'b', '٣', '३', '３', 'Ａ', '²', 'é', '+', '_'];

/// The same texts in every run: SplitMix64.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn of(name: &str) -> Self {
        Self(name.bytes().fold(0x5e41d, |seed, byte| seed * 31 + u64::from(byte)))
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % sides as u64).unwrap()
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())]
    }

    fn digit(&mut self) -> char {
        char::from(b'0' + u8::try_from(self.roll(10)).unwrap())
    }

    pub(super) fn text(&mut self, case: &Case) -> String {
        let mut text: Vec<char> = match self.roll(16) {
            0 => (0..self.roll(18)).map(|_| self.digit()).collect(),
            _ => self.number(case).chars().collect(),
        };
        for _ in 0..self.one(&[0, 0, 0, 0, 1, 1, 2]) {
            self.change(&mut text);
        }
        text.into_iter().collect()
    }

    /// A number of one of the shapes: half of them with the check that holds, if any does.
    fn number(&mut self, case: &Case) -> String {
        let shape = self.one(case.shapes);
        let number: String = shape.iter().map(|part| self.part(part)).collect();
        if self.roll(2) == 0 {
            return number;
        }
        let ends_in = |digits: usize, check: usize| {
            number.get(..number.len() - digits).map(|body| format!("{body}{check:0digits$}"))
        };
        let candidates = (0..10).map(|check| ends_in(1, check)).chain((0..100).map(|check| ends_in(2, check)));
        let is_one = |text: &String| (case.read)(text).is_some_and(|read| !read.unchecked);
        candidates.flatten().find(is_one).unwrap_or(number)
    }

    fn part(&mut self, part: &Part) -> String {
        match part {
            Digits(count) => (0..*count).map(|_| self.digit()).collect(),
            Of(choices) => self.one(choices).to_owned(),
            Day => {
                // One in eight is a month or a day that is in no calendar, or not in every year's.
                let (months, days) = if self.roll(8) == 0 { (14, 33) } else { (12, 28) };
                let least = usize::from(months == 12);
                format!("{:02}{:02}{:02}", self.roll(100), least + self.roll(months), least + self.roll(days))
            }
        }
    }

    fn change(&mut self, text: &mut Vec<char>) {
        let at = self.roll(text.len() + 1);
        let within = at < text.len();
        match self.roll(8) {
            0 if within => text[at] = self.digit(),
            1 if at + 1 < text.len() => text.swap(at, at + 1),
            2 if within => drop(text.remove(at)),
            3 => text.insert(at, self.digit()),
            4 if within => text[at] = self.one(ODD),
            5 if within && text[at].is_ascii_digit() => {
                // The same digit as East Asian input methods type it.
                text[at] = char::from_u32(u32::from(text[at]) + 0xfee0).unwrap();
            }
            _ => text.insert(at, self.one(MARKS)),
        }
    }
}
