//! Check words: a message in four short words, for two people who compare what hangs on a door with what is shown at
//! the till.

use sha2::{Digest, Sha256};

const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstvz";
const VOWELS: &[u8; 4] = b"aiou";
const WORDS: usize = 4;

/// The check words of a message: the first 64 bits of its SHA-256 as four proquints (arXiv:0901.4016), five lower-case
/// letters each, with spaces between. The same words mean the same bytes: who wants another message with these words
/// has to try about 2^64 of them. The words hold nothing of the message and may be read out loud.
///
/// ```
/// assert_eq!(
///     skilling_link::qr::words::check_words(b"abc"),
///     "ronum dipuz musad suzop"
/// );
/// ```
pub fn check_words(message: &[u8]) -> String {
    let digest = Sha256::digest(message);
    let (pairs, _) = digest.as_slice().as_chunks::<2>();
    let words: Vec<String> = pairs
        .iter()
        .take(WORDS)
        .map(|pair| word(u16::from_be_bytes(*pair)))
        .collect();
    words.join(" ")
}

/// Consonant, vowel, consonant, vowel, consonant: 4, 2, 4, 2 and 4 bits from the top.
fn word(bits: u16) -> String {
    let letter = |alphabet: &[u8], shift: u16| {
        let at = usize::from(bits.checked_shr(shift.into()).unwrap_or(0))
            .checked_rem(alphabet.len())
            .unwrap_or(0);
        alphabet.get(at).copied().map_or('-', char::from)
    };
    [
        letter(CONSONANTS, 12),
        letter(VOWELS, 10),
        letter(CONSONANTS, 6),
        letter(VOWELS, 4),
        letter(CONSONANTS, 0),
    ]
    .into_iter()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_proquint_paper() {
        // 127.0.0.1, 63.84.220.193 and 255.255.255.255 as two words each.
        for (bits, expected) in [
            (0x7F00, "lusab"),
            (0x0001, "babad"),
            (0x3F54, "gutih"),
            (0xDCC1, "tugad"),
            (0xFFFF, "zuzuz"),
        ] {
            assert_eq!(word(bits), expected);
        }
    }

    #[test]
    fn one_bit_makes_other_words() {
        assert_ne!(check_words(&[0]), check_words(&[1]));
    }
}
