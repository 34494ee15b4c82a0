//! A judgement for people and for programs.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};
use skilling_protocol::objects::TrustBundle;
use skilling_protocol::reason::Reason;
use skilling_protocol::rules::Measured;
use skilling_protocol::values::{Currency, KeyProtection};

use super::judge::{Judgement, Row};
use crate::escape::shown;
use crate::look::words::time::{Calendar, duration};
use crate::look::words::{money, wrap};
use crate::look::{explain, page};
use crate::output::{BAD, GOOD, HEADING, NOTICE, paint};
use crate::status::Status;

/// The columns of the table: together as wide as the page.
const STATE: usize = 7;
const CODE: usize = 4;
const RULE: usize = 23;
const VALUE: usize = 20;

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
        json["explanation"] = explain::json(self.reason);
        if let Some(id) = &self.payment_id {
            json["payment_id"] = json!(id);
        }
        json
    }

    /// Every rule on a line, then the verdict in words for everybody.
    pub(super) fn text(&self, bundle: Option<&TrustBundle>, calendar: &Calendar) -> String {
        let heading = format!(
            "{:<STATE$} {:>CODE$}  {:<RULE$}  {:<VALUE$} {}",
            "result", "code", "rule", "value", "limit"
        );
        let mut text = format!("{}\n", paint(HEADING, heading));
        for row in &self.checks {
            self.row(&mut text, row, bundle, calendar);
        }
        let style = if self.reason == Reason::Accepted {
            GOOD
        } else {
            BAD
        };
        let _ = writeln!(
            text,
            "\n{}  {} {}",
            paint(style, self.outcome()),
            self.reason.code(),
            paint(HEADING, self.reason.name()),
        );
        text.push_str(&explain::words(self.reason));
        if let Some(id) = &self.payment_id {
            let _ = writeln!(text, "  payment id {id}");
        }
        text
    }

    fn row(&self, text: &mut String, row: &Row, bundle: Option<&TrustBundle>, calendar: &Calendar) {
        let (style, state) = match row.passed {
            Some(true) => (GOOD, "PASS"),
            Some(false) => (BAD, "FAIL"),
            None => (NOTICE, "SKIPPED"),
        };
        let first = format!(
            "{state:<STATE$} {:>CODE$}  {:<RULE$}  ",
            row.rule.code(),
            row.rule.name()
        );
        let mut said = String::new();
        if let Some((value, limit)) = measured(row, self.currency, bundle, calendar) {
            let pair = format!("{first}{value:<VALUE$} {limit}");
            let _ = writeln!(said, "{}", pair.trim_end());
        }
        if let Some(why) = &row.why {
            let first = if said.is_empty() {
                first.clone()
            } else {
                " ".repeat(first.len())
            };
            said.push_str(&wrap::hanging(&first, &shown(why)));
        }
        if said.is_empty() {
            let _ = writeln!(said, "{}", first.trim_end());
        }
        text.push_str(&said.replacen(state, &paint(style, state), 1));
    }

    /// The rules as a page shows them.
    pub(super) fn checks(
        &self,
        bundle: Option<&TrustBundle>,
        calendar: &Calendar,
    ) -> Vec<page::Check> {
        let check = |row: &Row| {
            let measured = measured(row, self.currency, bundle, calendar);
            let measured = measured.map(|(value, limit)| format!("{value}, limit {limit}"));
            let said: Vec<String> = measured.into_iter().chain(row.why.clone()).collect();
            page::Check {
                state: match row.passed {
                    Some(true) => page::State::Pass,
                    Some(false) => page::State::Fail,
                    None => page::State::Skipped,
                },
                name: format!("{} {}", row.rule.code(), row.rule.name()),
                detail: said.join("; "),
            }
        };
        self.checks.iter().map(check).collect()
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

/// The value that was looked at, and its bound.
fn measured(
    row: &Row,
    currency: Option<Currency>,
    bundle: Option<&TrustBundle>,
    calendar: &Calendar,
) -> Option<(String, String)> {
    let time = |time| {
        let absolute = calendar.absolute(time);
        absolute.unwrap_or_else(|| time.unix().to_string())
    };
    let pair = match row.measured {
        Measured::Nothing => return None,
        Measured::Amount(value, limit) => {
            let show = |amount| match currency {
                Some(currency) => {
                    money::amount(amount, currency, money::decimals_under(bundle, currency))
                }
                None => amount.minor_units().to_string(),
            };
            (show(value), show(limit))
        }
        Measured::Time(value, limit) => (time(value), time(limit)),
        Measured::Duration(value, limit) => (duration(value), duration(u64::from(limit))),
        Measured::Count(value, limit) if row.rule == Reason::KeyProtectionTooWeak => {
            let name =
                |value| KeyProtection::from_value(value).map_or("unknown", KeyProtection::name);
            (name(value).to_owned(), name(limit).to_owned())
        }
        Measured::Count(value, limit) => (value.to_string(), limit.to_string()),
    };
    Some(pair)
}
