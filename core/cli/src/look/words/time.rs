//! Times as people read them: RFC 3339, and how far away that is.

use clap::Args;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use skilling_protocol::values::Time;

use crate::escape::shown;
use crate::status::Failure;

/// What a time means to its field, which decides the words for how far away it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sense {
    /// Something happened then: "3 min ago", "in 3 min".
    Moment,
    /// Something ends then: "for another 2 h 14 min", "ended 3 d ago".
    End,
}

/// The options of every command that shows times.
#[derive(Debug, Args)]
pub(crate) struct Clock {
    /// Show times in this zone: an IANA name or an offset like +02:00.
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    tz: Option<String>,
    /// Tell how far away times are from this one: RFC 3339, Unix seconds, or now.
    #[arg(long, value_name = "T", value_parser = parse, default_value = "now", hide_default_value = true)]
    now: Time,
}

impl Clock {
    /// The calendar they ask for.
    ///
    /// # Errors
    /// No such zone.
    pub(crate) fn calendar(&self) -> Result<Calendar, Failure> {
        Calendar::new(self.now, self.tz.as_deref())
    }
}

/// The time it is and the zone it is shown in.
#[derive(Debug, Clone)]
pub(crate) struct Calendar {
    now: Time,
    zone: TimeZone,
}

impl Calendar {
    /// The present, in a zone: an IANA name, an offset such as `+02:00`, or UTC.
    ///
    /// # Errors
    /// No such zone.
    pub(crate) fn new(now: Time, zone: Option<&str>) -> Result<Self, Failure> {
        let zone = zone.map_or(Ok(TimeZone::UTC), find_zone)?;
        Ok(Self { now, zone })
    }

    /// The time it is.
    pub(crate) fn now(&self) -> Time {
        self.now
    }

    /// `2026-09-24T12:00:00Z (for another 2 h 14 min)`.
    pub(crate) fn show(&self, time: Time, sense: Sense) -> String {
        let Some(absolute) = self.absolute(time) else {
            return format!("{} s after 1970, past the year 9999", time.unix());
        };
        format!("{absolute} ({})", self.relative(time, sense))
    }

    /// RFC 3339, where the calendar reaches that far.
    pub(crate) fn absolute(&self, time: Time) -> Option<String> {
        let seconds = i64::try_from(time.unix()).ok()?;
        let timestamp = Timestamp::from_second(seconds).ok()?;
        let offset = self.zone.to_offset(timestamp);
        Some(if offset == Offset::UTC {
            timestamp.to_string()
        } else {
            timestamp.display_with_offset(offset).to_string()
        })
    }

    fn relative(&self, time: Time, sense: Sense) -> String {
        let far = duration(self.now.distance(time));
        match (time.cmp(&self.now), sense) {
            (std::cmp::Ordering::Equal, Sense::Moment) => "now".into(),
            (std::cmp::Ordering::Greater, Sense::Moment) => format!("in {far}"),
            (std::cmp::Ordering::Less, Sense::Moment) => format!("{far} ago"),
            (std::cmp::Ordering::Greater, Sense::End) => format!("for another {far}"),
            (_, Sense::End) => format!("ended {far} ago"),
        }
    }
}

fn find_zone(name: &str) -> Result<TimeZone, Failure> {
    if name.eq_ignore_ascii_case("utc") || name.eq_ignore_ascii_case("z") {
        return Ok(TimeZone::UTC);
    }
    offset(name)
        .map(TimeZone::fixed)
        .or_else(|| TimeZone::get(name).ok())
        .ok_or_else(|| {
            Failure::usage(format!(
                "no time zone {}: give an offset like +02:00 or a name like Europe/Copenhagen",
                shown(name)
            ))
        })
}

fn offset(text: &str) -> Option<Offset> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
    let digits =
        |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    if minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

/// The two largest units: `2 h 14 min`, `9 d`, `0 s`.
pub(crate) fn duration(seconds: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut left = seconds;
    let mut parts = Vec::new();
    for (size, unit) in UNITS {
        let count = left / size;
        left %= size;
        if count > 0 || (size == 1 && parts.is_empty()) {
            parts.push(format!("{count} {unit}"));
        } else if !parts.is_empty() {
            break;
        }
        if parts.len() == 2 {
            break;
        }
    }
    parts.join(" ")
}

/// The system's clock.
pub(crate) fn now() -> Time {
    let seconds = u64::try_from(Timestamp::now().as_second()).unwrap_or_default();
    Time::from_unix(seconds).unwrap_or_default()
}

/// RFC 3339, Unix seconds, or `now`.
///
/// # Errors
/// None of them.
pub(crate) fn parse(text: &str) -> Result<Time, String> {
    if text == "now" {
        return Ok(now());
    }
    let seconds = match text.parse::<u64>() {
        Ok(seconds) => Some(seconds),
        Err(_) => text
            .parse::<Timestamp>()
            .ok()
            .and_then(|time| u64::try_from(time.as_second()).ok()),
    };
    seconds
        .and_then(|seconds| Time::from_unix(seconds).ok())
        .ok_or_else(|| "give RFC 3339 (2026-09-24T12:00:00Z), Unix seconds, or now".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Time {
        Time::from_unix(seconds).unwrap()
    }

    #[test]
    fn a_time_says_when_and_how_far_away() {
        let calendar = Calendar::new(at(1_790_000_000), None).unwrap();
        let until = at(1_790_000_000 + 2 * 3600 + 14 * 60 + 5);
        assert_eq!(
            calendar.show(until, Sense::End),
            "2026-09-21T16:27:25Z (for another 2 h 14 min)"
        );
        assert_eq!(
            calendar.show(at(1_789_999_940), Sense::Moment),
            "2026-09-21T14:12:20Z (1 min ago)"
        );
        assert!(
            calendar
                .show(at(9_007_199_254_740_991), Sense::End)
                .contains("past the year")
        );
    }

    #[test]
    fn a_zone_moves_the_clock_and_not_the_time() {
        let calendar = Calendar::new(at(0), Some("+02:30")).unwrap();
        assert_eq!(
            calendar.absolute(at(0)).unwrap(),
            "1970-01-01T02:30:00+02:30"
        );
        for wrong in ["+99:00", "+1:99", "Nowhere/Atall", "+", ""] {
            assert!(Calendar::new(at(0), Some(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn durations_have_two_units() {
        for (seconds, text) in [
            (0, "0 s"),
            (61, "1 min 1 s"),
            (3600, "1 h"),
            (86_400 + 59, "1 d"),
            (90_061, "1 d 1 h"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }

    #[test]
    fn a_point_in_time_is_read_in_three_ways() {
        assert_eq!(parse("1970-01-01T00:01:00Z"), Ok(at(60)));
        assert_eq!(parse("60"), Ok(at(60)));
        assert!(parse("now").unwrap() > at(1_700_000_000));
        for wrong in [
            "",
            "yesterday",
            "-5",
            "1960-01-01T00:00:00Z",
            "9007199254740992",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
