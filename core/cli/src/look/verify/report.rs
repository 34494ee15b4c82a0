//! A judgement for people and for programs.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};
use skilling_protocol::objects::TrustBundle;
use skilling_protocol::reason::Reason;
use skilling_protocol::rules::Measured;
use skilling_protocol::values::{Currency, KeyProtection};

use super::judge::{Judgement, Row};
use crate::escape::shown;
use crate::look::words::money;
use crate::look::words::time::{Calendar, duration};
use crate::output::{BAD, FAINT, GOOD, HEADING, NOTICE, paint};
use crate::status::Status;

impl Judgement {
    /// `accepted` or `declined`.
    pub(super) fn outcome(&self) -> &'static str {
        if self.reason == Reason::Accepted {
            "accepted"
        } else {
            "declined"
        }
    }

    pub(super) fn status(&self) -> Status {
        if self.reason == Reason::Accepted {
            Status::Good
        } else {
            Status::Refused
        }
    }

    /// As the documentation of the command describes it.
    pub(super) fn json(&self) -> Json {
        let checks: Vec<Json> = self.checks.iter().map(row_json).collect();
        let mut json = json!({
            "outcome": self.outcome(),
            "code": self.reason.code(),
            "reason": self.reason.name(),
            "checks": checks,
        });
        if let Some(id) = &self.payment_id {
            json["payment_id"] = json!(id);
        }
        json
    }

    /// Every rule on a line, then the verdict in words.
    pub(super) fn text(&self, bundle: Option<&TrustBundle>, calendar: &Calendar) -> String {
        let mut text = String::new();
        for row in &self.checks {
            let (style, state) = match row.passed {
                Some(true) => (GOOD, "PASS   "),
                Some(false) => (BAD, "FAIL   "),
                None => (NOTICE, "SKIPPED"),
            };
            let measured = measured(row, self.currency, bundle, calendar);
            let why = match (&row.why, row.passed) {
                (Some(why), _) => shown(why),
                (None, Some(false)) => row.rule.developer().to_owned(),
                (None, _) => String::new(),
            };
            let said = [measured, why].into_iter().filter(|it| !it.is_empty());
            let said: Vec<String> = said.collect();
            let _ = writeln!(
                text,
                "{:>3}  {:<26} {}  {}",
                row.rule.code(),
                row.rule.name(),
                paint(style, state),
                paint(FAINT, said.join("; "))
            );
        }
        let style = if self.reason == Reason::Accepted {
            GOOD
        } else {
            BAD
        };
        let _ = writeln!(
            text,
            "\n{}  {} {}: {}",
            paint(style, self.outcome()),
            self.reason.code(),
            paint(HEADING, self.reason.name()),
            self.reason.developer()
        );
        if let Some(id) = &self.payment_id {
            let _ = writeln!(text, "payment id {id}");
        }
        text
    }
}

fn row_json(row: &Row) -> Json {
    let mut json = json!({
        "code": row.rule.code(),
        "name": row.rule.name(),
        "passed": row.passed,
    });
    let pair = match row.measured {
        Measured::Nothing => None,
        Measured::Amount(value, limit) => Some((value.minor_units(), limit.minor_units())),
        Measured::Time(value, limit) => Some((value.unix(), limit.unix())),
        Measured::Duration(value, limit) => Some((value, u64::from(limit))),
        Measured::Count(value, limit) => Some((value, limit)),
    };
    if let Some((value, limit)) = pair {
        json["value"] = json!(value);
        json["limit"] = json!(limit);
    }
    if let Some(why) = &row.why {
        json["why"] = json!(why);
    }
    json
}

/// The value that was looked at and its bound.
fn measured(
    row: &Row,
    currency: Option<Currency>,
    bundle: Option<&TrustBundle>,
    calendar: &Calendar,
) -> String {
    let time = |time| {
        calendar
            .absolute(time)
            .unwrap_or_else(|| time.unix().to_string())
    };
    match row.measured {
        Measured::Nothing => String::new(),
        Measured::Amount(value, limit) => {
            let show = |amount| match currency {
                Some(currency) => {
                    money::amount(amount, currency, money::decimals_under(bundle, currency))
                }
                None => amount.minor_units().to_string(),
            };
            format!("{}, limit {}", show(value), show(limit))
        }
        Measured::Time(value, limit) => format!("{}, limit {}", time(value), time(limit)),
        Measured::Duration(value, limit) => format!(
            "{} apart, limit {}",
            duration(value),
            duration(u64::from(limit))
        ),
        Measured::Count(value, limit) if row.rule == Reason::KeyProtectionTooWeak => {
            let name =
                |value| KeyProtection::from_value(value).map_or("unknown", KeyProtection::name);
            format!("{}, at least {}", name(value), name(limit))
        }
        Measured::Count(value, limit) => format!("{value}, limit {limit}"),
    }
}
