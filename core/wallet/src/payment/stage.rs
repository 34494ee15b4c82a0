//! Where one payment stands.

/// The states of one payment that are stored. Before the commit there is nothing to store: see [`crate::payment`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Number and amount are spent, the token exists; whether anybody has seen it is not known here.
    Committed,
    /// The token was handed to the NFC stack or drawn as a code.
    Presented,
    /// Presented, or perhaps presented, in a session that is over; no receipt has come.
    Unconfirmed,
    /// The terminal said "paid".
    Accepted,
    /// The terminal took it back; the amount came back.
    Voided,
    /// The terminal refused it; the amount came back.
    Declined,
    /// The bank paid it.
    Settled,
    /// The bank gave the amount back: the terminal never claimed it, or took it back.
    GivenBack,
}

impl Stage {
    pub(crate) const fn value(self) -> i64 {
        match self {
            Self::Committed => 1,
            Self::Presented => 2,
            Self::Unconfirmed => 3,
            Self::Accepted => 4,
            Self::Voided => 5,
            Self::Declined => 6,
            Self::Settled => 7,
            Self::GivenBack => 8,
        }
    }

    pub(crate) const fn from_value(value: i64) -> Option<Self> {
        match value {
            1 => Some(Self::Committed),
            2 => Some(Self::Presented),
            3 => Some(Self::Unconfirmed),
            4 => Some(Self::Accepted),
            5 => Some(Self::Voided),
            6 => Some(Self::Declined),
            7 => Some(Self::Settled),
            8 => Some(Self::GivenBack),
            _ => None,
        }
    }

    /// No receipt and no word of the bank has come.
    #[must_use]
    pub const fn is_unanswered(self) -> bool {
        matches!(self, Self::Committed | Self::Presented | Self::Unconfirmed)
    }

    /// A receipt may still change it.
    pub(crate) const fn is_open(self) -> bool {
        self.is_unanswered() || matches!(self, Self::Accepted)
    }

    /// The lower-case name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::Presented => "presented",
            Self::Unconfirmed => "unconfirmed",
            Self::Accepted => "accepted",
            Self::Voided => "voided",
            Self::Declined => "declined",
            Self::Settled => "settled",
            Self::GivenBack => "given_back",
        }
    }
}
