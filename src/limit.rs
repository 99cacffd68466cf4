//! Limits as they are given: one that makes no sense is refused, with the limits of the limit.

use std::time::Duration;

use humantime::{format_duration, parse_duration};

/// The shortest limit of time that anything can keep.
pub(crate) const INSTANT: Duration = Duration::from_millis(100);
/// The longest that somebody waits for an answer.
pub(crate) const HOUR: Duration = Duration::from_hours(1);
/// The longest that work goes on in the background.
pub(crate) const DAY: Duration = Duration::from_hours(24);

/// Reads a length of time that has to lie within bounds.
pub(crate) fn within(least: Duration, most: Duration) -> impl Fn(&str) -> Result<Duration, String> + Clone + Send + Sync + 'static {
    move |text| {
        let length = parse_duration(text).map_err(|error| error.to_string())?;
        if (least..=most).contains(&length) {
            return Ok(length);
        }
        let (least, most) = (format_duration(least), format_duration(most));
        Err(format!("{} is not within {least} and {most}", format_duration(length)))
    }
}

/// Reads a number that has to lie within bounds.
pub(crate) fn between(least: usize, most: usize) -> impl Fn(&str) -> Result<usize, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().map_err(|_| "it is not a whole number".to_owned())?;
        if (least..=most).contains(&number) { Ok(number) } else { Err(format!("{number} is not within {least} and {most}")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_belong_to_what_is_allowed() {
        let time = within(Duration::from_secs(1), Duration::from_hours(1));
        assert_eq!((time("1s"), time("1h")), (Ok(Duration::from_secs(1)), Ok(Duration::from_hours(1))));
        assert_eq!(time("999ms"), Err("999ms is not within 1s and 1h".to_owned()));
        assert!(time("1h 1ms").is_err() && time("").is_err() && time("-1s").is_err() && time("99999999999999999999y").is_err());
        let number = between(1, 10);
        assert_eq!((number("1"), number("10")), (Ok(1), Ok(10)));
        assert_eq!(number("0"), Err("0 is not within 1 and 10".to_owned()));
        assert!(number("11").is_err() && number("-1").is_err() && number("x").is_err());
    }
}
