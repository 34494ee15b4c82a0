//! Text from a message made safe for a page: first harmless by itself, then without anything that HTML reads.

use crate::escape::shown;

/// Fit for text and for quoted attributes.
pub(super) fn html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in shown(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// The same for several lines.
pub(super) fn html_lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(html).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_html_reads_is_left() {
        assert_eq!(
            html("<script>\"&'\u{202e}\u{1b}"),
            "&lt;script&gt;&quot;&amp;&#39;\\u{202e}\\u{1b}"
        );
        assert_eq!(html_lines("a\n<b>\u{8}"), "a\n&lt;b&gt;\\u{8}");
    }
}
