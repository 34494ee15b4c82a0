//! Text broken into lines that fit a terminal of 80 columns.
//!
//! Everything that is shown is one column a character: what else a message holds is escaped before.

/// The columns that a page is made for.
pub(crate) const WIDTH: usize = 80;
/// No column of text gets narrower than this.
const LEAST: usize = 16;

/// `text` in lines of at most `width` columns, broken at spaces; a word that is longer alone is cut.
pub(crate) fn lines(text: &str, width: usize) -> Vec<String> {
    let width = width.max(LEAST);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0_usize;
    for word in text.split(' ') {
        let mut word = word;
        let mut length = columns(word);
        if used > 0 && used.saturating_add(1).saturating_add(length) > width {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            used = 0;
        }
        while length > width {
            let at = word.char_indices().nth(width).map_or(word.len(), |it| it.0);
            let (head, tail) = word.split_at(at);
            lines.push(head.to_owned());
            (word, length) = (tail, length.saturating_sub(width));
        }
        if used > 0 {
            line.push(' ');
            used = used.saturating_add(1);
        }
        line.push_str(word);
        used = used.saturating_add(length);
    }
    if used > 0 || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// The columns that a text takes.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().count()
}

/// `text` broken to the page, every line behind `indent` spaces and the first one behind `first` as well.
pub(crate) fn hanging(first: &str, text: &str) -> String {
    let indent = columns(first);
    let width = WIDTH.saturating_sub(indent);
    let mut out = String::new();
    for (number, line) in lines(text, width).iter().enumerate() {
        if number == 0 {
            out.push_str(first);
        } else {
            out.push_str(&" ".repeat(indent));
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_a_long_word_is_cut() {
        assert_eq!(
            lines("a payment that nobody asked for", 18),
            ["a payment that", "nobody asked for"]
        );
        let long = "f".repeat(40);
        assert_eq!(
            lines(&long, 16),
            ["f".repeat(16), "f".repeat(16), "f".repeat(8)]
        );
        assert_eq!(lines("", 20), [""]);
        assert_eq!(lines("København København", 16).len(), 2);
    }

    #[test]
    fn what_hangs_is_aligned_under_its_first_word() {
        let text = hanging("  why  ", &"word ".repeat(20));
        assert!(text.lines().all(|line| columns(line) <= WIDTH));
        assert!(text.lines().nth(1).unwrap().starts_with("       word"));
    }
}
