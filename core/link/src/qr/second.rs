//! The second look: when the first one leaves something unread, the picture is prepared in a few ways, each of which
//! makes up for one thing that spoils photographs, and looked at again.
//!
//! First the places where a code was seen and not read, which are small; then the whole picture. What is prepared is
//! bounded by [`MOST_WORK`], so that no picture costs more than a few times the first look, whatever is in it.

use super::engine::{self, Look};
use super::luma::Luma;
use super::plane::Plane;
use super::read::ReadError;

/// The most pixels that are prepared and looked at again, all attempts together.
const MOST_WORK: usize = 5_000_000;
/// The most places that are looked at on their own.
const MOST_PLACES: usize = 4;

/// One way to prepare a picture, and how many pixels it makes of one.
struct Attempt {
    /// Of the plane as it is and of the same with less noise.
    prepare: fn(&Plane, &Plane) -> Plane,
    growth: usize,
}

/// In the order of what they read for what they cost.
const ATTEMPTS: [Attempt; 4] = [
    // A shaking or unfocused lens.
    Attempt {
        prepare: |_, soft| soft.sharpened(4, 10),
        growth: 1,
    },
    // Noise and glare over small modules.
    Attempt {
        prepare: |_, soft| soft.black_and_white(5),
        growth: 1,
    },
    // Hardly any contrast, or light that falls off, over larger ones.
    Attempt {
        prepare: |_, soft| soft.black_and_white(16),
        growth: 1,
    },
    // Modules of one or two pixels.
    Attempt {
        prepare: |plane, _| plane.doubled().sharpened(3, 8),
        growth: 4,
    },
];

/// All texts, those of the first look included.
pub(super) fn look_again(plane: Luma<'_>, first: Look) -> Result<Vec<String>, ReadError> {
    let mut search = Search {
        wanted: first.texts.len().saturating_add(first.unread.len()).max(1),
        texts: first.texts,
        work: MOST_WORK,
    };
    if search.done() {
        return Ok(search.texts);
    }
    let whole = Plane::of(plane);
    for place in first.unread.into_iter().take(MOST_PLACES) {
        if let Some(part) = whole.part(place) {
            let read = search.texts.len();
            search.look(&part, |search| search.texts.len() > read)?;
        }
    }
    if search.texts.is_empty() {
        search.look(&whole, Search::done)?;
    }
    Ok(search.texts)
}

struct Search {
    texts: Vec<String>,
    /// As many as were seen.
    wanted: usize,
    /// Pixels that may still be looked at.
    work: usize,
}

impl Search {
    fn done(&self) -> bool {
        self.texts.len() >= self.wanted
    }

    /// Tries one way after the other until it is enough, or would be too much.
    fn look(&mut self, plane: &Plane, enough: impl Fn(&Self) -> bool) -> Result<(), ReadError> {
        let soft = plane.mean(1);
        for attempt in &ATTEMPTS {
            if enough(self) {
                break;
            }
            let cost = plane.area().saturating_mul(attempt.growth);
            let Some(left) = self.work.checked_sub(cost) else {
                continue;
            };
            self.work = left;
            for text in engine::look((attempt.prepare)(plane, &soft).luma()?)?.texts {
                if !self.texts.contains(&text) {
                    self.texts.push(text);
                }
            }
        }
        Ok(())
    }
}
