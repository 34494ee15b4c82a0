//! The results of a batch as JUnit XML, the form that build servers read.

use super::batch::{Entry, summary};
use crate::status::Status;

/// One suite, one test case a token.
pub(super) fn report(entries: &[Entry]) -> String {
    let count = |wanted: fn(&Entry) -> bool| entries.iter().filter(|it| wanted(it)).count();
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"skilling verify\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n",
        entries.len(),
        count(|it| it.result.is_ok() && it.status() != Status::Good),
        count(|it| it.result.is_err()),
    );
    for entry in entries {
        xml.push_str(&case(entry));
    }
    xml.push_str("</testsuite>\n</testsuites>\n");
    xml
}

fn case(entry: &Entry) -> String {
    let name = escaped(&entry.name);
    let open = format!("<testcase classname=\"skilling.verify\" name=\"{name}\"");
    if entry.status() == Status::Good {
        return format!("{open}/>\n");
    }
    let kind = if entry.result.is_ok() {
        "failure"
    } else {
        "error"
    };
    let message = escaped(&summary(entry));
    format!("{open}>\n<{kind} message=\"{message}\"/>\n</testcase>\n")
}

/// Names were made harmless before, so only what XML itself reads is left.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
