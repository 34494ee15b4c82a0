//! Status words: the two bytes that end every response, each with what it means here.

use std::fmt;

/// The two status bytes of a response (ISO 7816-4 section 5.6), as protocol section 4 uses them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatusWord {
    /// `9000`: done.
    Success,
    /// `61xx`: more of the response is waiting; this many bytes, 256 standing for 256 or more.
    MoreData(u16),
    /// `6700`: the length fields are wrong, or the command is over a limit.
    WrongLength,
    /// `6982`: the receipt fits no payment that was tried.
    SecurityStatusNotSatisfied,
    /// `6985`: the payer has not decided, or the hardware has not signed, yet: ask again.
    ConditionsNotSatisfied,
    /// `6A80`: the message in the command is malformed, or not signed by whom it must be.
    WrongData,
    /// `6A82`: no such application.
    FileNotFound,
    /// `6A86`: P1 or P2 is wrong.
    WrongParameters,
    /// `6A88`: nothing to repeat, no payment to try, or no response left to fetch.
    ReferencedDataNotFound,
    /// `6D00`: no such instruction.
    InstructionNotSupported,
    /// `6E00`: no such class.
    ClassNotSupported,
    /// Any other value; protocol section 4 gives it no meaning.
    Other(u16),
}

impl StatusWord {
    /// Every status word that section 4 names, `61xx` once, for lists and explanations.
    pub const ALL: [StatusWord; 11] = [
        StatusWord::Success,
        StatusWord::MoreData(256),
        StatusWord::WrongLength,
        StatusWord::SecurityStatusNotSatisfied,
        StatusWord::ConditionsNotSatisfied,
        StatusWord::WrongData,
        StatusWord::FileNotFound,
        StatusWord::WrongParameters,
        StatusWord::ReferencedDataNotFound,
        StatusWord::InstructionNotSupported,
        StatusWord::ClassNotSupported,
    ];

    /// What two status bytes say.
    pub fn from_bytes(sw1: u8, sw2: u8) -> Self {
        match (sw1, sw2) {
            (0x90, 0x00) => Self::Success,
            (0x61, 0x00) => Self::MoreData(256),
            (0x61, left) => Self::MoreData(u16::from(left)),
            (0x67, 0x00) => Self::WrongLength,
            (0x69, 0x82) => Self::SecurityStatusNotSatisfied,
            (0x69, 0x85) => Self::ConditionsNotSatisfied,
            (0x6A, 0x80) => Self::WrongData,
            (0x6A, 0x82) => Self::FileNotFound,
            (0x6A, 0x86) => Self::WrongParameters,
            (0x6A, 0x88) => Self::ReferencedDataNotFound,
            (0x6D, 0x00) => Self::InstructionNotSupported,
            (0x6E, 0x00) => Self::ClassNotSupported,
            _ => Self::Other(u16::from_be_bytes([sw1, sw2])),
        }
    }

    /// `61xx` for this many bytes still to fetch, or `9000` for none.
    pub fn for_remaining(left: usize) -> Self {
        match left {
            0 => Self::Success,
            1..=255 => Self::MoreData(u16::try_from(left).unwrap_or(256)),
            _ => Self::MoreData(256),
        }
    }

    /// The two bytes on the wire.
    pub fn to_bytes(self) -> [u8; 2] {
        match self {
            Self::Success => [0x90, 0x00],
            Self::MoreData(left) => [0x61, u8::try_from(left).unwrap_or(0)],
            Self::WrongLength => [0x67, 0x00],
            Self::SecurityStatusNotSatisfied => [0x69, 0x82],
            Self::ConditionsNotSatisfied => [0x69, 0x85],
            Self::WrongData => [0x6A, 0x80],
            Self::FileNotFound => [0x6A, 0x82],
            Self::WrongParameters => [0x6A, 0x86],
            Self::ReferencedDataNotFound => [0x6A, 0x88],
            Self::InstructionNotSupported => [0x6D, 0x00],
            Self::ClassNotSupported => [0x6E, 0x00],
            Self::Other(word) => word.to_be_bytes(),
        }
    }

    /// A stable name, lower case with underscores, for logs and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::MoreData(_) => "more_data",
            Self::WrongLength => "wrong_length",
            Self::SecurityStatusNotSatisfied => "security_status_not_satisfied",
            Self::ConditionsNotSatisfied => "conditions_not_satisfied",
            Self::WrongData => "wrong_data",
            Self::FileNotFound => "file_not_found",
            Self::WrongParameters => "wrong_parameters",
            Self::ReferencedDataNotFound => "referenced_data_not_found",
            Self::InstructionNotSupported => "instruction_not_supported",
            Self::ClassNotSupported => "class_not_supported",
            Self::Other(_) => "other",
        }
    }

    /// What it means in this protocol and what the terminal does next, in one sentence for a developer.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Success => "The command was carried out.",
            Self::MoreData(_) => "The response goes on: fetch the rest with GET RESPONSE.",
            Self::WrongLength => {
                "A length field is wrong or a limit is passed: mend the command; sending it again changes nothing."
            }
            Self::SecurityStatusNotSatisfied => {
                "The receipt fits none of the payments tried: show it as a code instead."
            }
            Self::ConditionsNotSatisfied => {
                "The payer has not decided yet: send the very same request again in 0.5 to 1 s."
            }
            Self::WrongData => "The message is malformed or not signed as it must be.",
            Self::FileNotFound => "The phone has no such application, or it is not in front.",
            Self::WrongParameters => "P1 or P2 has a value that this instruction does not know.",
            Self::ReferencedDataNotFound => {
                "There is nothing to repeat, no payment to try, or no response left to fetch."
            }
            Self::InstructionNotSupported => {
                "The instruction is not known, or nothing is selected."
            }
            Self::ClassNotSupported => "The class byte is not known.",
            Self::Other(_) => "Not a status of this protocol; the phone's system may have sent it.",
        }
    }
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [sw1, sw2] = self.to_bytes();
        write!(f, "{sw1:02X}{sw2:02X} {}", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_two_bytes_come_back() {
        for word in 0..=u16::MAX {
            let [sw1, sw2] = word.to_be_bytes();
            assert_eq!(StatusWord::from_bytes(sw1, sw2).to_bytes(), [sw1, sw2]);
        }
    }

    #[test]
    fn what_is_left_is_told_up_to_256() {
        assert_eq!(StatusWord::for_remaining(0).to_bytes(), [0x90, 0x00]);
        assert_eq!(StatusWord::for_remaining(1).to_bytes(), [0x61, 0x01]);
        assert_eq!(StatusWord::for_remaining(255).to_bytes(), [0x61, 0xFF]);
        assert_eq!(StatusWord::for_remaining(256).to_bytes(), [0x61, 0x00]);
        assert_eq!(StatusWord::for_remaining(4000).to_bytes(), [0x61, 0x00]);
    }
}
