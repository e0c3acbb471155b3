//! Dates and times as each language writes them, in the operator's time zone.

use jiff::civil;

use super::{Language, Speaks, Voice, id};

/// An instant, for showing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(jiff::Timestamp);

impl Moment {
    pub const EPOCH: Self = Self(jiff::Timestamp::UNIX_EPOCH);

    /// From microseconds since the Unix epoch. What lies outside the years that a calendar holds becomes the epoch.
    pub fn from_micros(micros: i64) -> Self {
        Self(jiff::Timestamp::from_microsecond(micros).unwrap_or_default())
    }

    /// Whole seconds from `self` until `later`; 0 if that has passed.
    pub fn seconds_until(self, later: Self) -> i64 {
        later.0.as_second().saturating_sub(self.0.as_second()).max(0)
    }

    /// Whole minutes from `self` until `later`, begun ones included.
    pub fn minutes_until(self, later: Self) -> i64 {
        self.seconds_until(later).saturating_add(59) / 60
    }
}

impl Voice {
    /// Whole hours after the present one until the day ends where the operator is.
    pub fn hours_left_today(&self) -> u32 {
        let now = self.now.0.to_zoned(self.zone.clone());
        let midnight = now.tomorrow().and_then(|then| then.start_of_day());
        let seconds =
            midnight.map_or(0, |then| then.timestamp().as_second().saturating_sub(now.timestamp().as_second()));
        u32::try_from(seconds.saturating_sub(1).max(0) / 3_600).unwrap_or(0)
    }

    pub(super) fn date(&self, moment: Moment) -> String {
        civil_date(self.language, moment.0.to_zoned(self.zone.clone()).date())
    }

    pub(super) fn time(&self, moment: Moment) -> String {
        let format = match self.language {
            // French puts no-break spaces around its h.
            Language::Fr => "%-H\u{a0}h\u{a0}%M",
            Language::Vi | Language::En | Language::Ru => "%H:%M",
        };
        moment.0.to_zoned(self.zone.clone()).strftime(format).to_string()
    }

    pub(super) fn when(&self, moment: Moment) -> String {
        let day = |moment: Moment| moment.0.to_zoned(self.zone.clone()).date();
        let time = self.time(moment);
        let (that_day, today) = (day(moment), day(self.now));
        if that_day == today {
            self.text_with("when-today", "time", time)
        } else if that_day.tomorrow().is_ok_and(|next| next == today) {
            self.text_with("when-yesterday", "time", time)
        } else {
            self.compose(id("when-date"), &[("date", self.date(moment).into()), ("time", time.into())])
        }
    }

    /// A calendar date written `YYYY-MM-DD` (the `birthdate` claim, OpenID Connect Core §5.1), as the
    /// language writes it, without a year that is `0000`; a bare year (`1990`, `1990-00-00`) stays a year, and what is
    /// neither stays as it is.
    pub fn calendar_date(&self, date: &str) -> String {
        let without_year = date.strip_prefix("0000-").and_then(|day| format!("2000-{day}").parse::<civil::Date>().ok());
        if let Some(day) = without_year {
            let format = match self.language {
                Language::Vi | Language::Fr => "%d/%m",
                Language::En => "%-d\u{a0}%B",
                Language::Ru => "%d.%m",
            };
            return day.strftime(format).to_string();
        }
        match date.parse::<civil::Date>() {
            Ok(date) => civil_date(self.language, date),
            Err(_) => date.strip_suffix("-00-00").unwrap_or(date).to_owned(),
        }
    }
}

impl Voice {
    /// A moment for machines and tables, in the zone that every time is given in: `2026-11-20 08:14:05`.
    pub fn stamp(&self, moment: Moment) -> String {
        moment.0.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// A day of this year, as short as the axis of a chart needs it.
    pub fn short_date(&self, moment: Moment) -> String {
        let format = match self.language {
            Language::Vi | Language::Fr => "%d/%m",
            Language::En => "%-d\u{a0}%b",
            Language::Ru => "%d.%m",
        };
        moment.0.to_zoned(self.zone.clone()).strftime(format).to_string()
    }

    /// Today, where the operator is: `2026-11-20`.
    pub fn today(&self) -> String {
        self.now.0.to_zoned(self.zone.clone()).strftime("%Y-%m-%d").to_string()
    }

    /// Now, in UTC.
    pub fn now_in_utc(&self) -> civil::DateTime {
        self.now.0.to_zoned(jiff::tz::TimeZone::UTC).datetime()
    }

    /// The zone that every time is given in, as far from UTC as it is now: `UTC+7`, `UTC−3:30`.
    pub fn zone_name(&self) -> String {
        let minutes = self.zone.to_offset(self.now.0).seconds() / 60;
        let sign = if minutes < 0 { '\u{2212}' } else { '+' };
        match (minutes.abs() / 60, minutes.abs() % 60) {
            (0, 0) => "UTC".to_owned(),
            (hours, 0) => format!("UTC{sign}{hours}"),
            (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
        }
    }

    /// A decimal number (`-1234567.50`) as the language writes it; what is none stays as it is.
    pub fn number(&self, decimal: &str) -> String {
        let (sign, digits) = decimal.strip_prefix('-').map_or(("", decimal), |digits| ("-", digits));
        let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, after)| (whole, Some(after)));
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !fraction.is_none_or(is_number) {
            return decimal.to_owned();
        }
        let (between, point) = match self.language {
            Language::Vi => ('.', ','),
            Language::En => (',', '.'),
            Language::Fr => ('\u{202f}', ','),
            Language::Ru => ('\u{a0}', ','),
        };
        let mut grouped = String::from(sign);
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                grouped.push(between);
            }
            grouped.push(digit);
        }
        if let Some(fraction) = fraction {
            grouped.push(point);
            grouped.push_str(fraction);
        }
        grouped
    }
}

fn civil_date(language: Language, date: civil::Date) -> String {
    let format = match language {
        Language::Vi | Language::Fr => "%d/%m/%Y",
        Language::En => "%-d\u{a0}%B\u{a0}%Y",
        Language::Ru => "%d.%m.%Y",
    };
    date.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voice(language: Language) -> Voice {
        let now = Moment("2026-11-20T01:30:00Z".parse().unwrap());
        Voice { language, now, zone: jiff::tz::TimeZone::get("Asia/Ho_Chi_Minh").unwrap() }
    }

    fn moment(text: &str) -> Moment {
        Moment(text.parse().unwrap())
    }

    #[test]
    fn a_moment_is_told_in_the_operators_zone_and_the_readers_manner() {
        let yesterday_at_night = moment("2026-11-18T17:05:00Z");
        assert_eq!(voice(Language::Vi).when(moment("2026-11-20T01:14:00Z")), "hôm nay lúc 08:14");
        assert_eq!(voice(Language::Vi).when(yesterday_at_night), "hôm qua lúc 00:05");
        assert_eq!(voice(Language::En).when(moment("2026-11-18T16:59:00Z")), "18\u{a0}November\u{a0}2026 at 23:59");
        assert_eq!(voice(Language::Fr).when(moment("2026-02-03T01:07:00Z")), "le 03/02/2026 à 8\u{a0}h\u{a0}07");
        assert_eq!(voice(Language::Ru).when(moment("2026-02-03T01:07:00Z")), "03.02.2026 в 08:07");
    }

    #[test]
    fn a_day_ends_at_the_operators_midnight() {
        // Half past eight in the morning there: nine o'clock has its own hour, and fifteen come after this one.
        assert_eq!(voice(Language::Vi).hours_left_today(), 15);
        let last = Moment("2026-11-20T16:59:59Z".parse().unwrap());
        assert_eq!(Voice { now: last, ..voice(Language::Vi) }.hours_left_today(), 0);
        let first = Moment("2026-11-20T17:00:00Z".parse().unwrap());
        assert_eq!(Voice { now: first, ..voice(Language::Vi) }.hours_left_today(), 23);
    }

    #[test]
    fn a_birth_date_is_written_as_the_language_writes_it_and_a_bare_year_stays_one() {
        assert_eq!(voice(Language::Vi).calendar_date("1990-08-15"), "15/08/1990");
        assert_eq!(voice(Language::En).calendar_date("1990-08-15"), "15\u{a0}August\u{a0}1990");
        assert_eq!(voice(Language::Ru).calendar_date("1990-00-00"), "1990");
        assert_eq!(voice(Language::En).calendar_date("0000-02-29"), "29\u{a0}February");
        assert_eq!(voice(Language::Fr).calendar_date("1990"), "1990");
    }

    #[test]
    fn a_number_is_grouped_as_the_language_groups_and_what_is_none_stays() {
        assert_eq!(voice(Language::Vi).number("1234567.50"), "1.234.567,50");
        assert_eq!(voice(Language::En).number("-1234567.50"), "-1,234,567.50");
        assert_eq!(voice(Language::Fr).number("123456"), "123\u{202f}456");
        assert_eq!(voice(Language::Ru).number("999"), "999");
        for other in ["", "-", "1e9", "1,5", "12.", ".5", "VND 5", "1.2.3"] {
            assert_eq!(voice(Language::Vi).number(other), other);
        }
    }

    #[test]
    fn a_zone_is_named_by_its_distance() {
        assert_eq!(voice(Language::Vi).zone_name(), "UTC+7");
        let zoned = |name| Voice { zone: jiff::tz::TimeZone::get(name).unwrap(), ..voice(Language::En) }.zone_name();
        assert_eq!((zoned("UTC").as_str(), zoned("America/St_Johns").as_str()), ("UTC", "UTC\u{2212}3:30"));
    }

    #[test]
    fn a_minute_that_has_begun_counts() {
        let start = moment("2026-11-20T01:30:00Z");
        assert_eq!(start.minutes_until(moment("2026-11-20T01:31:01Z")), 2);
        assert_eq!(start.minutes_until(moment("2026-11-20T01:31:00Z")), 1);
        assert_eq!(start.minutes_until(moment("2026-11-20T01:29:00Z")), 0);
    }
}
