//! Times that are odd against the clock, and against each other.

use skilling_protocol::message::MessageType;
use skilling_protocol::values::Time;

use super::Found;
use crate::look::view::{Manner, ObjectView};
use crate::look::words::time::duration;

const DAY: u64 = 86_400;
/// What most schemes allow clocks to differ.
const SKEW: u64 = 300;
/// Answer windows that are usual (protocol section 3), and none is that long.
const USUAL_WINDOW: u64 = 180;
const LONG_WINDOW: u64 = 3_600;
/// Offline money is renewed far more often.
const LONG_VALIDITY: u64 = 90 * DAY;

pub(super) fn look(found: &mut Found, kind: MessageType, object: &ObjectView, manner: &Manner) {
    let now = manner.calendar.now();
    // What is sent on later as evidence is past by its nature.
    let is_for_now = !matches!(
        kind,
        MessageType::Evidence | MessageType::FraudProof | MessageType::Sync | MessageType::Deposit
    );
    if is_for_now {
        validity(found, object, now);
        clocks(found, object, now);
    }
    window(found, object);
    length(found, object);
}

fn validity(found: &mut Found, object: &ObjectView, now: Time) {
    for field in ["valid_until", "expires", "until", "answer_before"] {
        let Some(end) = object.time(field) else {
            continue;
        };
        let far = duration(now.distance(end));
        if end <= now {
            found.add("expired", object.place(field), format!("ended {far} ago"));
        } else if now.distance(end) <= DAY && field != "answer_before" {
            found.add(
                "expires_soon",
                object.place(field),
                format!("ends in {far}"),
            );
        }
    }
    for field in ["valid_from", "issued", "from"] {
        if let Some(start) = object.time(field).filter(|it| *it > now) {
            let words = format!("begins in {} only", duration(now.distance(start)));
            found.add("not_valid_yet", object.place(field), words);
        }
    }
}

/// Times that somebody's clock wrote.
fn clocks(found: &mut Found, object: &ObjectView, now: Time) {
    for field in ["made_at", "time", "offline_since"] {
        let Some(written) = object.time(field) else {
            continue;
        };
        let far = now.distance(written);
        if written > now && far > SKEW {
            let words = format!("{} ahead of this clock", duration(far));
            found.add("clock_far", object.place(field), words);
        } else if written < now && far > DAY && field != "offline_since" {
            let words = format!("{} behind this clock", duration(far));
            found.add("clock_far", object.place(field), words);
        }
    }
}

fn window(found: &mut Found, object: &ObjectView) {
    let (Some(made), Some(end)) = (object.time("made_at"), object.time("answer_before")) else {
        return;
    };
    let length = made.distance(end);
    let words = format!("{} to answer", duration(length));
    if length < USUAL_WINDOW {
        let words = format!("{words}: at least {USUAL_WINDOW} s are usual");
        found.add("short_answer_window", object.place("answer_before"), words);
    } else if length > LONG_WINDOW {
        found.add("long_answer_window", object.place("answer_before"), words);
    }
}

fn length(found: &mut Found, object: &ObjectView) {
    if object.kind != "allowance" {
        return;
    }
    if let (Some(from), Some(until)) = (object.time("valid_from"), object.time("valid_until"))
        && from.distance(until) > LONG_VALIDITY
    {
        let words = format!(
            "valid for {}: long for offline money",
            duration(from.distance(until))
        );
        found.add("long_validity", object.place("valid_until"), words);
    }
}
