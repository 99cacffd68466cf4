//! Types of values that are written as text: null < boolean < integer < decimal, float < date < timestamp < string.
//!
//! A [`Profile`] is a set of what was seen, so that the answer does not depend on the order of values.

use catalog::DataType;

use crate::clock::days;

/// Words that are null in a column otherwise of numbers or dates.
const NULLS: [&str; 5] = ["", "NULL", "\\N", "NA", "N/A"];

/// What was seen in one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Profile {
    seen: u16,
}

const EMPTY: u16 = 1;
const NULL_WORD: u16 = 1 << 1;
const BOOLEAN: u16 = 1 << 2;
const INTEGER: u16 = 1 << 3;
const BIG: u16 = 1 << 4;
const FLOAT: u16 = 1 << 5;
const DATE: u16 = 1 << 6;
const TIMESTAMP: u16 = 1 << 7;
const ZONED: u16 = 1 << 8;
const STRING: u16 = 1 << 9;
/// A date with slashes or points whose first number is a day above 12; whose second one is; of which nothing is known.
const DAY_FIRST: u16 = 1 << 10;
const MONTH_FIRST: u16 = 1 << 11;
const EITHER_FIRST: u16 = 1 << 12;
/// The value was absent, or is the format's own null.
const NULL: u16 = 1 << 13;

const NUMBERS: u16 = INTEGER | BIG | FLOAT;
const LOCAL: u16 = DAY_FIRST | MONTH_FIRST | EITHER_FIRST;
const DATES: u16 = DATE | TIMESTAMP | ZONED | LOCAL;

impl Profile {
    /// A value of a text file.
    pub(super) fn text(&mut self, value: &str) {
        let value = value.trim_matches(' ');
        self.seen |= if value.is_empty() {
            EMPTY
        } else if NULLS.contains(&value) {
            NULL_WORD
        } else if value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false") {
            BOOLEAN
        } else if let n @ 1.. = number(value) {
            n
        } else {
            moment(value)
        };
    }

    /// A text of a document: a date or a string, and nothing else, because what is no text is written otherwise.
    pub(super) fn quoted(&mut self, value: &str) {
        self.seen |= match moment(value) {
            date if date & (DATE | TIMESTAMP | ZONED) != 0 => date,
            _ => STRING,
        };
    }

    /// A boolean of a document.
    pub(super) fn boolean(&mut self) {
        self.seen |= BOOLEAN;
    }

    /// A date, or a point in time, of a format that has such.
    pub(super) fn moment(&mut self, time: bool) {
        self.seen |= if time { TIMESTAMP } else { DATE };
    }

    /// A number of a document, as written.
    pub(super) fn number(&mut self, text: &str) {
        self.seen |= match number(text) {
            0 => FLOAT,
            n => n,
        };
    }

    /// No value.
    pub(super) fn null(&mut self) {
        self.seen |= NULL;
    }

    /// What both have seen.
    pub(super) fn join(&mut self, other: Self) {
        self.seen |= other.seen;
    }

    /// Whether any value was there.
    pub(super) fn any(self) -> bool {
        self.seen & !(NULL | EMPTY) != 0
    }

    /// The type that all values have, and whether it may be null; none if there was no value.
    pub(super) fn data_type(self) -> (Option<DataType>, bool) {
        let absent = self.seen & NULL != 0;
        let nulls = self.seen & (NULL | EMPTY | NULL_WORD) != 0;
        let kinds = self.seen & (BOOLEAN | NUMBERS | DATES | STRING);
        let within = |set: u16| kinds & !set == 0;
        // Slashes are a date only if a day above 12 proves which number is the day, and nothing contradicts.
        let local = kinds & LOCAL;
        let proven = local == 0 || (local & DAY_FIRST != 0) != (local & MONTH_FIRST != 0);
        if kinds == 0 {
            let word = self.seen & NULL_WORD != 0;
            (word.then_some(DataType::String), absent || !word)
        } else if within(NUMBERS) {
            let big = kinds & BIG != 0;
            let found = match kinds & FLOAT != 0 {
                _ if big => DataType::Decimal,
                true => DataType::Float,
                false => DataType::Integer,
            };
            (Some(found), nulls)
        } else if within(DATES) && proven {
            let found = match kinds & (TIMESTAMP | ZONED) {
                0 => DataType::Date,
                ZONED if kinds & !ZONED == 0 => DataType::TimestampTz,
                _ => DataType::Timestamp,
            };
            (Some(found), nulls)
        } else if within(BOOLEAN) && self.seen & NULL_WORD == 0 {
            (Some(DataType::Boolean), nulls)
        } else {
            (Some(DataType::String), absent)
        }
    }
}

/// What number it is; 0 if none. A leading zero or a plus is none.
fn number(text: &str) -> u16 {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let whole = digits.bytes().take_while(u8::is_ascii_digit).count();
    let (integer, rest) = digits.split_at(whole);
    if integer.len() > 1 && integer.starts_with('0') {
        return 0;
    }
    if rest.is_empty() {
        return match integer {
            "" => 0,
            _ if text.parse::<i64>().is_ok() => INTEGER,
            _ => BIG,
        };
    }
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let (fraction, exponent) = rest.split_once(['e', 'E']).map_or((rest, None), |(before, after)| (before, Some(after)));
    let fraction = match fraction.strip_prefix('.') {
        Some(after) => all_digits(after),
        None => fraction.is_empty() && !integer.is_empty(),
    };
    let exponent = exponent.is_none_or(|e| all_digits(e.strip_prefix(['-', '+']).unwrap_or(e)));
    if fraction && exponent { FLOAT } else { 0 }
}

/// Which date or time it is; a string if none.
fn moment(text: &str) -> u16 {
    if !text.is_ascii() || text.len() > 40 || !text.starts_with(|first: char| first.is_ascii_digit()) {
        return STRING;
    }
    let (day, clock) = text.split_once(['T', ' ']).map_or((text, None), |(day, clock)| (day, Some(clock)));
    let parts: Vec<&str> = day.split(['-', '/', '.']).collect();
    let [a, b, c] = parts[..] else { return STRING };
    let number = |part: &str| part.parse::<u32>().ok().filter(|_| part.len() <= 4 && part.bytes().all(|d| d.is_ascii_digit()));
    let (Some(first), Some(second), Some(third)) = (number(a), number(b), number(c)) else { return STRING };
    let iso = a.len() == 4 && b.len() == 2 && c.len() == 2 && day.as_bytes()[4] == b'-' && day.as_bytes()[7] == b'-';
    let date = if iso {
        if (1..=days(first, second)).contains(&third) { DATE } else { STRING }
    } else if c.len() == 4
        && a.len() <= 2
        && b.len() <= 2
        && !day.contains('-')
        && day.as_bytes()[a.len()] == day.as_bytes()[a.len() + b.len() + 1]
    {
        match (first, second) {
            (13.., 1..=12) if first <= days(third, second) => DAY_FIRST,
            (1..=12, 13..) if second <= days(third, first) => MONTH_FIRST,
            (1..=12, 1..=12) => EITHER_FIRST,
            _ => STRING,
        }
    } else {
        STRING
    };
    let Some(clock) = clock.filter(|_| date != STRING) else { return date };
    match time_of_day(clock) {
        None => STRING,
        Some(zoned) => (if zoned { ZONED } else { TIMESTAMP }) | (date & LOCAL),
    }
}

/// Whether a time of day (`03:04`, `03:04:05.678`) has a zone; none if it is no time of day.
fn time_of_day(text: &str) -> Option<bool> {
    let (time, zone) = match text.find(['Z', '+', '-']) {
        Some(at) => (text[..at].trim_end(), Some(&text[at..])),
        None => (text.strip_suffix(" UTC").unwrap_or(text), text.ends_with(" UTC").then_some("Z")),
    };
    let part = |part: &str, below: u32| part.len() == 2 && part.parse::<u32>().is_ok_and(|n| n < below);
    let mut parts = time.splitn(3, ':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next());
    let seconds = seconds.is_none_or(|s| {
        let (s, fraction) = s.split_once(['.', ',']).unwrap_or((s, "0"));
        part(s, 61) && (1..=9).contains(&fraction.len()) && fraction.bytes().all(|b| b.is_ascii_digit())
    });
    let zone_is_one = zone.is_none_or(|zone| {
        let digits: String = zone[1..].chars().filter(|c| *c != ':').collect();
        zone == "Z" || (!zone.starts_with('Z') && matches!(digits.len(), 2 | 4) && digits.bytes().all(|b| b.is_ascii_digit()))
    });
    (part(hours, 24) && part(minutes, 60) && seconds && zone_is_one).then_some(zone.is_some())
}

/// The type that holds values of both, as folders of files merge them; none is no value at all.
pub(super) fn join(one: Option<DataType>, other: Option<DataType>) -> Option<DataType> {
    use DataType as T;
    match (one, other) {
        (None, found) | (found, None) => found,
        (Some(one), Some(other)) if one == other => Some(one),
        (Some(one), Some(other)) => Some(match (one.min(other), one.max(other)) {
            (T::Integer, T::Decimal) => T::Decimal,
            (T::Integer | T::Decimal, T::Float) => T::Float,
            (T::Date | T::Timestamp, T::Timestamp | T::TimestampTz) => T::Timestamp,
            _ => T::String,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DataType as T;

    fn of(values: &[&str]) -> (Option<T>, bool) {
        let mut profile = Profile::default();
        for value in values {
            profile.text(value);
        }
        profile.data_type()
    }

    /// What a file of all rows says, files of one row each say merged.
    #[test]
    fn joining_types_is_seeing_all_values() {
        let values = ["1", "1.5", "2024-01-01", "2024-01-01T10:00", "2024-01-01T10:00Z", "true", "x", "9223372036854775808"];
        for one in values {
            for other in values {
                let together = of(&[one, other]).0;
                let merged = join(of(&[one]).0, of(&[other]).0);
                // Beyond 64 bits beside a fraction: exact within a file, whose rows are known.
                if [one, other].contains(&"1.5") && [one, other].contains(&"9223372036854775808") {
                    continue;
                }
                assert_eq!(merged, together, "{one} {other}");
            }
        }
    }

    /// What a document has in quotes is a date or a text, and may be empty.
    #[test]
    fn quoted_values() {
        for (value, found) in [("", T::String), (" ", T::String), ("1", T::String), ("2024-01-01", T::Date), ("é", T::String)] {
            let mut profile = Profile::default();
            profile.quoted(value);
            assert_eq!(profile.data_type(), (Some(found), false), "{value:?}");
        }
    }

    #[test]
    fn columns_by_their_values() {
        for (values, found, nullable) in [
            (&["true", "FALSE"][..], Some(T::Boolean), false),
            (&["0", "1"], Some(T::Integer), false),
            (&["1", "true"], Some(T::String), false),
            (&["true", "", "false"], Some(T::Boolean), true),
            (&["true", "NA"], Some(T::String), false),
            (&["2024-01-01", "2024-01-01T10:00Z"], Some(T::Timestamp), false),
            (&["1", "", "NA"], Some(T::Integer), true),
            (&["Namibia", "NA", ""], Some(T::String), false),
            (&["9223372036854775807"], Some(T::Integer), false),
            (&["9223372036854775808"], Some(T::Decimal), false),
            (&["9223372036854775808", "1.5"], Some(T::Decimal), false),
            (&["1", "1.5"], Some(T::Float), false),
            (&["-1e-5", ".5"], Some(T::Float), false),
            (&["007"], Some(T::String), false),
            (&["+7"], Some(T::String), false),
            (&["00.5"], Some(T::String), false),
            (&["-"], Some(T::String), false),
            (&["1e"], Some(T::String), false),
            (&["2024-02-29"], Some(T::Date), false),
            (&["2023-02-29"], Some(T::String), false),
            (&["2024-01-01", "2024-01-01T10:00:00"], Some(T::Timestamp), false),
            (&["2024-01-01 10:00:00.123456+02:00"], Some(T::TimestampTz), false),
            (&["2024-01-01T10:00Z", "2024-01-01T10:00"], Some(T::Timestamp), false),
            (&["2024-01-01T25:00"], Some(T::String), false),
            (&["01/02/2024", "03/04/2024"], Some(T::String), false),
            (&["01/02/2024", "13/04/2024"], Some(T::Date), false),
            (&["13/04/2024", "04/13/2024"], Some(T::String), false),
            (&["04/13/2024", "\\N"], Some(T::Date), true),
            (&["13.04.2024 10:00"], Some(T::Timestamp), false),
            (&["2024-01-01", "1"], Some(T::String), false),
            (&["", ""], None, true),
        ] {
            assert_eq!(of(values), (found, nullable), "{values:?}");
            let backwards: Vec<_> = values.iter().rev().copied().collect();
            assert_eq!(of(&backwards), (found, nullable), "{values:?}");
        }
    }
}
