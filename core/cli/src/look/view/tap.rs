//! What a recorded tap costs in time: bytes, air and stack, against the goal of a single tap.

use serde_json::{Value as Json, json};
use skilling_link::apdu::budget::{Budget, GOAL, Rate};

use crate::output::{BAD, GOOD, HEADING, paint};

/// For programs: one more object of the array, after the messages.
pub(crate) fn value(tap: &Budget) -> Json {
    json!({
        "kind": "tap",
        "commands": tap.commands,
        "bytes_to_phone": tap.to_phone,
        "bytes_to_terminal": tap.to_terminal,
        "air_us_106": tap.air(Rate::Kbit106),
        "air_us_424": tap.air(Rate::Kbit424),
        "stack_us": tap.stack(),
        "stack_us_slow": tap.stack_slow(),
        "goal_us": GOAL,
        "within_goal": is_within_goal(tap),
    })
}

/// For people.
pub(crate) fn text(tap: &Budget) -> String {
    let verdict = match is_within_goal(tap) {
        true => paint(GOOD, "within the goal"),
        false => paint(BAD, "over the goal"),
    };
    let goal = GOAL / 1_000;
    let rows = [
        ("106 kbit/s", tap.air(Rate::Kbit106)),
        ("424 kbit/s", tap.air(Rate::Kbit424)),
    ]
    .map(|(rate, air)| {
        format!(
            "  {rate}  air {:>9}  with the phone's stack {:>9} to {:>9}\n",
            milliseconds(air),
            milliseconds(air.saturating_add(tap.stack())),
            milliseconds(air.saturating_add(tap.stack_slow())),
        )
    })
    .concat();
    format!(
        "{}\n  {} commands, {} bytes to the phone, {} bytes back\n{rows}  {verdict} of {goal} ms at 424 kbit/s; signing in \
         hardware comes on top\n",
        paint(HEADING, "a tap"),
        tap.commands,
        tap.to_phone,
        tap.to_terminal,
    )
}

/// `22.7 ms`, rounded up.
fn milliseconds(microseconds: u64) -> String {
    let tenths = microseconds.div_ceil(100);
    format!("{}.{} ms", tenths / 10, tenths % 10)
}

fn is_within_goal(tap: &Budget) -> bool {
    tap.total(Rate::Kbit424) < GOAL
}
