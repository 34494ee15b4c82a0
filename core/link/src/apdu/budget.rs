//! How long a tap takes on the air and in the phone's NFC stack, computed from its transcript.
//!
//! **Air**: ISO/IEC 14443-3 type A and 14443-4, frames of 256 bytes each way (FSD and FSC 256), no CID and no NAD. A block is
//! one byte of PCB, data and two of CRC; each byte is 9 elementary time units (8 bits and parity), a frame two more. All blocks
//! of a chain but the last are acknowledged by an R-block. Between reader and phone lie 1,236 carrier cycles, between
//! phone and reader 6,780, the least that EMV Contactless Level 1 lets a reader wait. Not counted: finding and activating
//! the phone before the first command, waiting-time extensions, retransmissions.
//!
//! **Stack**: what host card emulation adds to each command between antenna and application. Published for a wallet on
//! Android's host card emulation (Google Pay): the five steps of an EMV tap took 165 to 250 ms of transceive time, see
//! <https://wwopenfare.com/isodep-transceive-times/>. A fifth of that, [`STACK_PER_COMMAND`] to [`STACK_PER_COMMAND_SLOW`], still
//! holds that tap's air time and cryptography, so it is more than the stack alone: the sum here errs upwards. That such times
//! vary from phone to phone and with its load is shown in Umar, Mayes and Markantonakis, "Performance variation in host-based card
//! emulation compared to a hardware security element", MOBISECSERV 2015, doi:10.1109/MOBISECSERV.2015.7072872.
//!
//! Signing in hardware and the application's own work come on top. Integers only; microseconds, rounded up.

use super::trace::{Direction, Transcript};
use super::{CLA_ISO, Header, INS_SELECT};

/// What a phone's stack adds to each command, in microseconds: 165 ms for five.
pub const STACK_PER_COMMAND: u64 = 33_000;
/// The same for the slower of the published taps: 250 ms for five.
pub const STACK_PER_COMMAND_SLOW: u64 = 50_000;
/// What air and stack together may take for one armed tap, of the 500 ms that schemes ask of a whole one.
pub const GOAL: u64 = 250_000;

/// Carrier cycles a microsecond, times 100: 13.56 MHz.
const CYCLES_PER_100_US: u64 = 1_356;
const FRAME: u64 = 256;
/// PCB and CRC.
const AROUND_BLOCK: u64 = 3;
const READER_TO_PHONE_GAP: u64 = 1_236;
const PHONE_TO_READER_GAP: u64 = 6_780;

/// A bit rate of ISO 14443, the same both ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// 106 kbit/s: every phone and reader.
    Kbit106,
    /// 424 kbit/s: where both offer it.
    Kbit424,
}

impl Rate {
    /// Carrier cycles of one elementary time unit.
    const fn unit(self) -> u64 {
        match self {
            Self::Kbit106 => 128,
            Self::Kbit424 => 32,
        }
    }
}

/// What a tap cost. Bytes are those of commands and responses, without blocks and frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// Commands that were sent.
    pub commands: u64,
    /// Bytes to the phone.
    pub to_phone: u64,
    /// Bytes to the terminal.
    pub to_terminal: u64,
    frames: u64,
    frame_bytes: u64,
    turns: u64,
}

impl Budget {
    /// Of everything in a transcript.
    pub fn of(transcript: &Transcript) -> Self {
        let mut budget = Self::default();
        for (direction, bytes) in transcript.entries() {
            budget.add(*direction, bytes);
        }
        budget
    }

    /// Of each tap in a transcript; a tap begins with SELECT.
    pub fn of_each_tap(transcript: &Transcript) -> Vec<Self> {
        let mut taps: Vec<Self> = Vec::new();
        for (direction, bytes) in transcript.entries() {
            let begins = *direction == Direction::Command && is_select(bytes);
            if begins || taps.is_empty() {
                taps.push(Self::default());
            }
            if let Some(tap) = taps.last_mut() {
                tap.add(*direction, bytes);
            }
        }
        taps
    }

    /// Time on the air, in microseconds.
    pub fn air(&self, rate: Rate) -> u64 {
        let units = self
            .frame_bytes
            .saturating_mul(9)
            .saturating_add(self.frames.saturating_mul(2));
        let gaps = self
            .turns
            .saturating_mul(READER_TO_PHONE_GAP + PHONE_TO_READER_GAP);
        let cycles = units.saturating_mul(rate.unit()).saturating_add(gaps);
        cycles.saturating_mul(100).div_ceil(CYCLES_PER_100_US)
    }

    /// Time in the phone's stack, in microseconds.
    pub fn stack(&self) -> u64 {
        self.commands.saturating_mul(STACK_PER_COMMAND)
    }

    /// Time in the stack of a slower phone, in microseconds.
    pub fn stack_slow(&self) -> u64 {
        self.commands.saturating_mul(STACK_PER_COMMAND_SLOW)
    }

    /// Air and stack, in microseconds.
    pub fn total(&self, rate: Rate) -> u64 {
        self.air(rate).saturating_add(self.stack())
    }

    fn add(&mut self, direction: Direction, bytes: &[u8]) {
        let count = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let total = match direction {
            Direction::Command => {
                self.commands = self.commands.saturating_add(1);
                &mut self.to_phone
            }
            Direction::Response => &mut self.to_terminal,
        };
        *total = total.saturating_add(count);
        let blocks = count.div_ceil(FRAME - AROUND_BLOCK).max(1);
        // Each block but the last turns round for an acknowledgement; a command turns round for its response.
        let acknowledged = blocks.saturating_sub(1);
        let frames = blocks.saturating_add(acknowledged);
        self.frames = self.frames.saturating_add(frames);
        let around = frames.saturating_mul(AROUND_BLOCK);
        self.frame_bytes = self
            .frame_bytes
            .saturating_add(count.saturating_add(around));
        let answered = u64::from(direction == Direction::Command);
        self.turns = self
            .turns
            .saturating_add(acknowledged.saturating_add(answered));
    }
}

fn is_select(command: &[u8]) -> bool {
    Header::of(command).is_ok_and(|it| (it.cla, it.ins) == (CLA_ISO, INS_SELECT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transcript(lengths: &[(Direction, usize)]) -> Transcript {
        let mut transcript = Transcript::default();
        for (direction, length) in lengths {
            transcript.push(*direction, &vec![0; *length]);
        }
        transcript
    }

    #[test]
    fn a_short_exchange_is_two_frames_and_one_turn() {
        let budget = Budget::of(&transcript(&[
            (Direction::Command, 13),
            (Direction::Response, 11),
        ]));
        assert_eq!(
            (budget.commands, budget.to_phone, budget.to_terminal),
            (1, 13, 11)
        );
        // 30 bytes of 9 units and two frames of 2, 128 cycles each; 8,016 cycles of waiting.
        let cycles = (30 * 9 + 4) * 128 + 8_016;
        assert_eq!(
            budget.air(Rate::Kbit106),
            (cycles * 100_u64).div_ceil(1_356)
        );
        let cycles = (30 * 9 + 4) * 32 + 8_016;
        assert_eq!(
            budget.air(Rate::Kbit424),
            (cycles * 100_u64).div_ceil(1_356)
        );
    }

    #[test]
    fn a_command_over_one_frame_is_chained_and_acknowledged() {
        let whole = Budget::of(&transcript(&[(Direction::Command, 253)]));
        let two = Budget::of(&transcript(&[(Direction::Command, 254)]));
        assert_eq!((whole.frames, whole.turns), (1, 1));
        assert_eq!((two.frames, two.turns), (3, 2));
        assert_eq!(two.frame_bytes, 254 + 9);
    }

    #[test]
    fn an_armed_tap_with_short_commands_stays_within_the_goal() {
        use Direction::{Command, Response};
        let tap = Budget::of(&transcript(&[
            (Command, 13),
            (Response, 11),
            (Command, 260),
            (Response, 2),
            (Command, 45),
            (Response, 258),
            (Command, 5),
            (Response, 84),
            (Command, 92),
            (Response, 2),
        ]));
        assert_eq!(tap.stack(), 165_000);
        assert!(
            tap.total(Rate::Kbit424) < GOAL,
            "{}",
            tap.total(Rate::Kbit424)
        );
        assert!(
            tap.total(Rate::Kbit106) < GOAL,
            "{}",
            tap.total(Rate::Kbit106)
        );
    }

    #[test]
    fn each_select_begins_a_tap() {
        let mut transcript = Transcript::default();
        let select = [0x00, 0xA4, 0x04, 0x00];
        for command in [&select[..], &[0x80, 0x40, 0, 0], &select[..]] {
            transcript.push(Direction::Command, command);
            transcript.push(Direction::Response, &[0x90, 0x00]);
        }
        let commands: Vec<_> = Budget::of_each_tap(&transcript)
            .iter()
            .map(|it| it.commands)
            .collect();
        assert_eq!(commands, [2, 1]);
        assert!(Budget::of_each_tap(&Transcript::default()).is_empty());
    }
}
