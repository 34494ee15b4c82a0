//! Who is paid: the table of sync.md as one pure function, and the reserve that follows from it.
//!
//! No clock, no store: the caller says what each side has shown, whether the deadline has passed and whether account or
//! line would cover a late claim. Evidence that fails a rule never comes here; it is refused before.

use skilling_protocol::objects::PaymentState;
use skilling_protocol::values::Amount;

/// Where a payment stands at its issuer. Finer than the five states on the wire, because two of them look alike there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Nobody has claimed it: a torn tap.
    Pending,
    /// Paid to the merchant.
    Paid,
    /// Given back for good: the terminal signed that it never claims it.
    Released,
    /// Given back because nobody claimed it in time, or by the bank's own act.
    Lapsed,
    /// Set and ended by the bank.
    Disputed,
    /// It fails a rule, or came too late to be covered.
    Refused,
}

impl Standing {
    /// Every standing, for tables.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Paid,
        Self::Released,
        Self::Lapsed,
        Self::Disputed,
        Self::Refused,
    ];

    /// As *synced* and *deposited* say it.
    #[must_use]
    pub const fn on_the_wire(self) -> PaymentState {
        match self {
            Self::Pending => PaymentState::Pending,
            Self::Paid => PaymentState::Paid,
            Self::Released | Self::Lapsed => PaymentState::GivenBack,
            Self::Disputed => PaymentState::Disputed,
            Self::Refused => PaymentState::Refused,
        }
    }

    /// The stable name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Paid => "paid",
            Self::Released => "released",
            Self::Lapsed => "lapsed",
            Self::Disputed => "disputed",
            Self::Refused => "refused",
        }
    }

    /// The standing with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// What a verified call shows of one payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shown {
    /// A deposit of the request's own terminal, without a void of its own: a claim.
    Claim,
    /// The payer's evidence with an accepted receipt and no void: the till may have burnt.
    AcceptedReceipt,
    /// The payer's evidence with no receipt that verifies: a torn tap.
    TokenAlone,
    /// A voided or declined receipt that verifies, from either side.
    Release,
}

/// What else decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Circumstances {
    /// The allowance's deadline has passed, and no dispute halts it.
    pub deadline_passed: bool,
    /// After the deadline: account or line covers the amount now.
    pub covered: bool,
}

/// The new standing of a payment; `None` stands for "never heard of".
#[must_use]
pub const fn settle(now: Option<Standing>, shown: Shown, when: Circumstances) -> Standing {
    if when.deadline_passed {
        late(now, shown, when.covered)
    } else {
        in_time(now, shown)
    }
}

const fn in_time(now: Option<Standing>, shown: Shown) -> Standing {
    use Standing::{Disputed, Paid, Pending, Released};
    match (shown, now) {
        (Shown::Release, _) => Released,
        (Shown::Claim, None | Some(Pending | Disputed)) => Paid,
        (Shown::AcceptedReceipt, None | Some(Pending)) => Paid,
        (Shown::TokenAlone, None) => Pending,
        (_, Some(unchanged)) => unchanged,
    }
}

const fn late(now: Option<Standing>, shown: Shown, covered: bool) -> Standing {
    use Standing::{Lapsed, Paid, Pending, Refused, Released};
    match (shown, now) {
        // Nothing moves, but the promise is remembered: what was released is never claimed.
        (Shown::Release, None | Some(Pending | Lapsed)) => Released,
        (_, Some(unchanged @ (Paid | Released))) => unchanged,
        (Shown::Claim | Shown::AcceptedReceipt, _) if covered => Paid,
        (Shown::Claim, None) => Refused,
        (_, None | Some(Pending)) => Lapsed,
        (_, Some(unchanged)) => unchanged,
    }
}

/// What the deadline does to a payment that nobody claimed; a dispute halts it.
#[must_use]
pub const fn at_deadline(now: Standing) -> Standing {
    match now {
        Standing::Pending => Standing::Lapsed,
        other => other,
    }
}

/// How far an allowance's life has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Open, or lost: the wallet may have spent it all.
    Open,
    /// Closed: nothing more will be signed under it.
    Closed,
    /// Past its deadline.
    Over,
}

/// What must be reserved: never more than the limit.
#[must_use]
pub fn reserve(
    phase: Phase,
    limit: Amount,
    greatest_spent: Amount,
    paid: Amount,
    given_back: Amount,
) -> Amount {
    let unpaid = limit.saturating_sub(paid);
    match phase {
        Phase::Open => unpaid,
        Phase::Closed => greatest_spent
            .saturating_sub(paid)
            .saturating_sub(given_back)
            .min(unpaid),
        Phase::Over => Amount::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOWN: [Shown; 4] = [
        Shown::Claim,
        Shown::AcceptedReceipt,
        Shown::TokenAlone,
        Shown::Release,
    ];

    /// Rows: never heard of, then [`Standing::ALL`] in its order. Columns: [`SHOWN`]. P paid, p pending, R released,
    /// L lapsed, D disputed, X refused.
    type Table = [&'static str; 7];

    const IN_TIME: Table = [
        "P P p R", // never heard of
        "P P p R", // pending
        "P P P R", // paid
        "R R R R", // released: for good
        "L L L R", // lapsed, by the bank's act
        "P D D R", // disputed
        "X X X R", // refused
    ];
    const LATE_AND_COVERED: Table = [
        "P P L R", "P P L R", "P P P P", "R R R R", "P P L R", "P P D D", "P P X X",
    ];
    const LATE_AND_NOT_COVERED: Table = [
        "X L L R", "L L L R", "P P P P", "R R R R", "L L L R", "D D D D", "X X X X",
    ];

    fn letter(standing: Standing) -> &'static str {
        match standing {
            Standing::Pending => "p",
            Standing::Paid => "P",
            Standing::Released => "R",
            Standing::Lapsed => "L",
            Standing::Disputed => "D",
            Standing::Refused => "X",
        }
    }

    fn holds(table: &Table, when: Circumstances) {
        let rows = std::iter::once(None).chain(Standing::ALL.map(Some));
        for (now, expected) in rows.zip(table) {
            let found = SHOWN.map(|shown| letter(settle(now, shown, when)));
            assert_eq!(found.join(" "), *expected, "{now:?} {when:?}");
        }
    }

    #[test]
    fn before_the_deadline_everyone_is_settled_by_the_table() {
        for covered in [false, true] {
            let deadline_passed = false;
            holds(
                &IN_TIME,
                Circumstances {
                    deadline_passed,
                    covered,
                },
            );
        }
    }

    #[test]
    fn after_the_deadline_only_what_is_covered_is_paid_and_voids_change_nothing() {
        let when = |covered| Circumstances {
            deadline_passed: true,
            covered,
        };
        holds(&LATE_AND_COVERED, when(true));
        holds(&LATE_AND_NOT_COVERED, when(false));
    }

    #[test]
    fn what_a_terminal_released_is_never_paid_whatever_comes_after() {
        for shown in SHOWN {
            for (deadline_passed, covered) in [(false, false), (true, false), (true, true)] {
                let when = Circumstances {
                    deadline_passed,
                    covered,
                };
                assert_eq!(
                    settle(Some(Standing::Released), shown, when),
                    Standing::Released
                );
            }
        }
    }

    #[test]
    fn showing_the_same_thing_twice_changes_nothing_more() {
        let rows = std::iter::once(None).chain(Standing::ALL.map(Some));
        for now in rows {
            for shown in SHOWN {
                for (deadline_passed, covered) in [(false, false), (true, false), (true, true)] {
                    let when = Circumstances {
                        deadline_passed,
                        covered,
                    };
                    let once = settle(now, shown, when);
                    assert_eq!(
                        settle(Some(once), shown, when),
                        once,
                        "{now:?} {shown:?} {when:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_deadline_gives_back_what_nobody_claimed_and_nothing_else() {
        for standing in Standing::ALL {
            let after = at_deadline(standing);
            if standing == Standing::Pending {
                assert_eq!(after, Standing::Lapsed);
            } else {
                assert_eq!(after, standing);
            }
        }
    }

    #[test]
    fn the_reserve_follows_the_phase() {
        let m = |units| Amount::new(units).unwrap();
        // limit 100, spent 80, paid 30, given back 20
        let at = |phase| reserve(phase, m(100), m(80), m(30), m(20));
        assert_eq!(at(Phase::Open), m(70));
        assert_eq!(at(Phase::Closed), m(30));
        assert_eq!(at(Phase::Over), m(0));
        // A double spender paid beyond the limit leaves nothing, never less.
        assert_eq!(reserve(Phase::Open, m(100), m(80), m(130), m(0)), m(0));
        // A signed untruth about `spent` never reserves more than the limit leaves.
        assert_eq!(
            reserve(Phase::Closed, m(100), Amount::MAX, m(30), m(0)),
            m(70)
        );
    }
}
