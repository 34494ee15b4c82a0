//! Results as JUnit XML, the form that build servers read.

/// What came of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    /// It gave another result than it should.
    Failed(String),
    /// It gave none.
    Errored(String),
    Skipped(String),
}

/// One suite. Names and messages were made harmless before, so only what XML itself reads is escaped here.
pub(crate) fn report(suite: &str, cases: &[(String, Outcome)]) -> String {
    let count = |wanted: fn(&Outcome) -> bool| cases.iter().filter(|it| wanted(&it.1)).count();
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"{suite}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n",
        cases.len(),
        count(|it| matches!(it, Outcome::Failed(_))),
        count(|it| matches!(it, Outcome::Errored(_))),
        count(|it| matches!(it, Outcome::Skipped(_))),
    );
    let class = suite.replace(' ', ".");
    for (name, outcome) in cases {
        let open = format!("<testcase classname=\"{class}\" name=\"{}\"", escaped(name));
        let (kind, message) = match outcome {
            Outcome::Passed => {
                xml.push_str(&format!("{open}/>\n"));
                continue;
            }
            Outcome::Failed(message) => ("failure", message),
            Outcome::Errored(message) => ("error", message),
            Outcome::Skipped(message) => ("skipped", message),
        };
        let message = escaped(message);
        xml.push_str(&format!(
            "{open}>\n<{kind} message=\"{message}\"/>\n</testcase>\n"
        ));
    }
    xml.push_str("</testsuite>\n</testsuites>\n");
    xml
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\n', "&#10;")
}
