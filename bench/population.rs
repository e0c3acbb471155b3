//! Made-up people, as many as are wanted: Vietnamese names as frequent as they are, provinces as populous, ages as they lie, and
//! numbers, telephones and addresses that are valid and each somebody's own. The same seed makes the same people.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::names::{FAMILY_NAMES, Given, MEN, PROVINCES, STREETS, WARDS, WOMEN};

/// The columns of an import file, in the order of [`Person::write`].
pub const HEADER: &str = "national_id,name,family_name,given_name,gender,birthdate,phone_number,phone_number_verified,\
     email,email_verified,street_address,locality,region,country,account_level,password_hash";

/// In this year people are as old as they are.
const YEAR: u32 = 2026;
/// Of a thousand people, those of each five years of age from 0 on (as the census counts them, rounded).
const AGES: [u32; 18] = [79, 85, 74, 68, 71, 86, 88, 82, 75, 67, 62, 56, 46, 26, 16, 11, 5, 3];
/// Two digits behind the zero of a mobile number.
const PREFIXES: [u32; 28] =
    [32, 33, 34, 35, 36, 37, 38, 39, 52, 56, 58, 59, 70, 76, 77, 78, 79, 81, 82, 83, 84, 85, 86, 88, 89, 90, 96, 97];

pub struct Person {
    pub national_id: String,
    pub name: String,
    pub family_name: &'static str,
    pub given_name: &'static str,
    pub gender: &'static str,
    pub birthdate: String,
    /// E.164; not everybody has one.
    pub phone: Option<String>,
    pub email: Option<String>,
    pub street_address: String,
    pub ward: &'static str,
    pub region: &'static str,
    pub account_level: u8,
}

impl Person {
    /// A line of an import file.
    pub fn write(&self, out: &mut impl Write, password_hash: &str) -> io::Result<()> {
        let Self {
            national_id, name, family_name, given_name, gender, birthdate, street_address, ward, region, ..
        } = self;
        let (phone, email) = (self.phone.as_deref().unwrap_or(""), self.email.as_deref().unwrap_or(""));
        let verified = |contact: &str| if contact.is_empty() { "" } else { "true" };
        writeln!(
            out,
            "{national_id},{name},{family_name},{given_name},{gender},{birthdate},{phone},{},{email},{},\"{street_address}\",\
             {ward},{region},VN,{},\"{password_hash}\"",
            verified(phone),
            verified(email),
            self.account_level,
        )
    }
}

/// People, one after another, without end.
pub struct Population {
    random: SplitMix,
    made: u64,
    /// How many have the same province, sex and year of birth: what tells them apart counts on.
    cells: HashMap<(u16, u8, u8), u32>,
}

impl Population {
    pub fn new(seed: u64) -> Self {
        Self { random: SplitMix(seed), made: 0, cells: HashMap::new() }
    }

    fn person(&mut self) -> Person {
        let random = &mut self.random;
        let made = self.made;
        self.made += 1;
        let (family_name, _) = *random.weighted(FAMILY_NAMES, |(_, weight)| *weight);
        let is_man = random.below(1_000) < 498;
        let Given { middle, given } = if is_man { MEN } else { WOMEN };
        let given_name = *random.one_of(given);
        let middle_name = random.weighted(middle, |(_, weight)| *weight).0;
        // A few have two of them.
        let second = if random.below(8) == 0 { format!(" {}", random.one_of(given)) } else { String::new() };
        let name = format!("{family_name} {middle_name}{second} {given_name}");

        let band = random.weighted(&AGES, |weight| *weight);
        let five = AGES.iter().position(|age| std::ptr::eq(age, band)).unwrap_or(0) as u32;
        let born = YEAR - 1 - five * 5 - random.below(5);
        let (month, day) = (1 + random.below(12), 1 + random.below(28));
        let province = random.weighted(PROVINCES, |province| province.thousands);
        let (code, region) = (province.code, province.region);
        // The century and the sex are one digit.
        let century = u8::try_from((born / 100 - 19) * 2 + u32::from(!is_man)).unwrap_or(0);
        let year = u8::try_from(born % 100).unwrap_or(0);
        let cell = self.cells.entry((code, century, year)).or_default();
        // A permutation of the million numbers of a cell: none comes twice, and neighbours are no neighbours.
        let serial = (u64::from(*cell) * 387_421 + u64::from(code) * 7_919 + u64::from(year)) % 1_000_000;
        *cell += 1;
        let national_id = format!("{code:03}{century}{year:02}{serial:06}");

        let age = YEAR - born;
        let phone = (age >= 14 && random.below(100) < 88).then(|| {
            let prefix = PREFIXES[(made % PREFIXES.len() as u64) as usize];
            let rest = (made / PREFIXES.len() as u64 * 3_141_593 + 271_828) % 10_000_000;
            format!("+84{prefix}{rest:07}")
        });
        let email = (age >= 14 && random.below(100) < 35).then(|| {
            let mut local = plain(given_name);
            let _ = write!(local, ".{}{made}", plain(family_name));
            format!("{local}@thu.example.vn")
        });
        let street_address = format!("Số {} đường {}", 1 + random.below(480), random.one_of(STREETS));
        let ward = random.one_of(WARDS);
        let account_level = match random.below(100) {
            0..6 => 0,
            6..70 => 1,
            _ => 2,
        };
        let gender = if is_man { "male" } else { "female" };
        let birthdate = format!("{born}-{month:02}-{day:02}");
        Person {
            national_id,
            name,
            family_name,
            given_name,
            gender,
            birthdate,
            phone,
            email,
            street_address,
            ward,
            region,
            account_level,
        }
    }
}

impl Iterator for Population {
    type Item = Person;

    fn next(&mut self) -> Option<Person> {
        Some(self.person())
    }
}

/// A Vietnamese word without its marks.
fn plain(word: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let letters = word.nfd().filter(char::is_ascii_alphabetic);
    let plain: String = letters.collect();
    // Đ has no mark that could be taken off.
    let plain = if word.starts_with('Đ') { format!("d{plain}") } else { plain };
    plain.to_ascii_lowercase()
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere. Nothing here is secret.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u32) -> u32 {
        u32::try_from((u128::from(self.next()) * u128::from(end)) >> 64).unwrap_or(0)
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(u32::try_from(all.len()).unwrap_or(u32::MAX)) as usize]
    }

    fn weighted<'a, T>(&mut self, all: &'a [T], weight: impl Fn(&T) -> u32) -> &'a T {
        let mut left = self.below(all.iter().map(&weight).sum());
        for one in all {
            match left.checked_sub(weight(one)) {
                Some(rest) => left = rest,
                None => return one,
            }
        }
        &all[0]
    }
}
