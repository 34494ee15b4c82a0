//! The letters of the poster: Windows code page 1252, which every PDF viewer has for the standard fonts, and how wide
//! they are in Helvetica Bold (PDF 32000-1, 9.6.2.2 and annex D; Adobe's Core 14 font metrics).

/// What stands at 0x80 to 0x9F; the others are those of Unicode.
const MIDDLE: [(u8, char); 27] = [
    (0x80, '€'),
    (0x82, '‚'),
    (0x83, 'ƒ'),
    (0x84, '„'),
    (0x85, '…'),
    (0x86, '†'),
    (0x87, '‡'),
    (0x88, 'ˆ'),
    (0x89, '‰'),
    (0x8A, 'Š'),
    (0x8B, '‹'),
    (0x8C, 'Œ'),
    (0x8E, 'Ž'),
    (0x91, '‘'),
    (0x92, '’'),
    (0x93, '“'),
    (0x94, '”'),
    (0x95, '•'),
    (0x96, '–'),
    (0x97, '—'),
    (0x98, '˜'),
    (0x99, '™'),
    (0x9A, 'š'),
    (0x9B, '›'),
    (0x9C, 'œ'),
    (0x9E, 'ž'),
    (0x9F, 'Ÿ'),
];

/// Widths in thousandths of the size, from 0x20.
#[rustfmt::skip]
const WIDTHS: [u16; 224] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611,
    975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556,
    333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611,
    611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584, 0,
    556, 350, 278, 556, 500, 1000, 556, 556, 333, 1000, 667, 333, 1000, 350, 611, 350,
    350, 278, 278, 500, 500, 350, 556, 1000, 333, 1000, 556, 333, 944, 350, 500, 667,
    278, 333, 556, 556, 556, 556, 280, 556, 333, 737, 370, 556, 584, 333, 737, 333,
    400, 584, 333, 333, 333, 611, 556, 278, 333, 333, 365, 556, 834, 834, 834, 611,
    722, 722, 722, 722, 722, 722, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278,
    722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611,
    556, 556, 556, 556, 556, 556, 889, 556, 556, 556, 556, 556, 278, 278, 278, 278,
    611, 611, 611, 611, 611, 611, 611, 584, 611, 611, 611, 611, 611, 556, 611, 556,
];

/// The byte of a letter; `None` where the fonts have none.
pub(super) fn byte(letter: char) -> Option<u8> {
    match letter {
        ' '..='~' | '\u{A1}'..='\u{AC}' | '\u{AE}'..='\u{FF}' => u8::try_from(letter).ok(),
        _ => MIDDLE
            .iter()
            .find_map(|(byte, known)| (*known == letter).then_some(*byte)),
    }
}

/// The width of a byte in thousandths of the size.
pub(super) fn width(byte: u8) -> u16 {
    usize::from(byte)
        .checked_sub(0x20)
        .and_then(|at| WIDTHS.get(at).copied())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nordic_letters_are_there_and_cyrillic_ones_are_not() {
        let name: Option<Vec<u8>> = "Þór’s Smørrebrød €".chars().map(byte).collect();
        assert_eq!(name.unwrap(), b"\xDE\xF3r\x92s Sm\xF8rrebr\xF8d \x80");
        for none in [
            'Ж', '\u{1b}', '\u{202e}', '\u{a0}', '\u{ad}', '\u{81}', '漢',
        ] {
            assert_eq!(byte(none), None, "{none:?}");
        }
    }

    #[test]
    fn letters_have_widths() {
        for letter in (' '..='ÿ').filter(|letter| byte(*letter).is_some()) {
            assert!(width(byte(letter).unwrap()) >= 238, "{letter:?}");
        }
    }
}
