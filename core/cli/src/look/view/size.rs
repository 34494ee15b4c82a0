//! How large a message is on every way it can travel.

use skilling_protocol::message::MessageType;

/// Characters that a code of version 1 to 40 holds in alphanumeric mode at level L (ISO/IEC 18004 table 7).
const LEVEL_L: [usize; 40] = [
    25, 47, 77, 114, 154, 195, 224, 279, 335, 395, 468, 535, 619, 667, 758, 854, 938, 1046, 1153,
    1249, 1352, 1460, 1588, 1704, 1853, 1990, 2132, 2223, 2369, 2520, 2677, 2840, 3009, 3183, 3351,
    3537, 3729, 3927, 4087, 4296,
];
/// The same at level M.
const LEVEL_M: [usize; 40] = [
    20, 38, 61, 90, 122, 154, 178, 221, 262, 311, 366, 419, 483, 528, 600, 656, 734, 816, 909, 970,
    1035, 1134, 1248, 1326, 1451, 1542, 1637, 1732, 1839, 1994, 2113, 2238, 2369, 2506, 2632, 2780,
    2894, 3054, 3220, 3391,
];
/// `SKL1:`.
const PREFIX: usize = 5;
/// Data of one command of short length.
const BLOCK: usize = 255;

/// A message as a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct QrSize {
    /// Of the text, prefix included.
    pub(crate) characters: usize,
    /// The smallest version at level M; `None` where no code is large enough.
    pub(crate) version_m: Option<usize>,
    /// The same at level L.
    pub(crate) version_l: Option<usize>,
}

impl QrSize {
    /// Of a message of so many bytes: Base45 makes three characters of two bytes, two of a last one.
    pub(crate) fn of(bytes: usize) -> Self {
        let characters = (bytes / 2)
            .saturating_mul(3)
            .saturating_add(bytes % 2 * 2)
            .saturating_add(PREFIX);
        let version = |table: [usize; 40]| {
            let at = table.partition_point(|capacity| *capacity < characters);
            (at < table.len()).then_some(at.saturating_add(1))
        };
        Self {
            characters,
            version_m: version(LEVEL_M),
            version_l: version(LEVEL_L),
        }
    }
}

/// Whether a message of this type travels as a code or over NFC at all (protocol section 4).
pub(crate) fn goes_by_nfc(kind: MessageType) -> bool {
    matches!(
        kind,
        MessageType::Refusal
            | MessageType::PaymentRequest
            | MessageType::PaymentToken
            | MessageType::Receipt
            | MessageType::Outage
    )
}

/// Blocks of a chain of short commands.
pub(crate) fn nfc_blocks(bytes: usize) -> usize {
    bytes.div_ceil(BLOCK)
}

#[cfg(test)]
mod tests {
    use skilling_link::qr::draw::{Drawing, Level};

    use super::*;

    #[test]
    fn every_version_is_the_one_that_would_be_drawn() {
        let largest = |table: [usize; 40]| table.map(|capacity| (capacity - PREFIX) / 3 * 2);
        let at_the_edges = largest(LEVEL_L).into_iter().chain(largest(LEVEL_M));
        for bytes in at_the_edges.step_by(7).flat_map(|edge| [edge, edge + 1]) {
            let message = vec![0x81; bytes];
            let drawn = |level| {
                Drawing::new(&message, level)
                    .ok()
                    .map(|it| usize::from(it.version()))
            };
            let size = QrSize::of(bytes);
            assert_eq!(size.version_m, drawn(Level::M), "{bytes} bytes at M");
            assert_eq!(size.version_l, drawn(Level::L), "{bytes} bytes at L");
        }
    }

    #[test]
    fn a_token_takes_two_blocks() {
        assert_eq!(nfc_blocks(318), 2);
        assert_eq!(nfc_blocks(255), 1);
        let size = QrSize::of(323);
        assert_eq!(
            (size.characters, size.version_m, size.version_l),
            (490, Some(14), Some(12))
        );
    }
}
