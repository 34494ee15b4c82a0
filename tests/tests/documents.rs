//! What README and threat model say is shown by a file is there.

#![allow(clippy::unwrap_used)]

use std::path::Path;

#[test]
fn every_test_that_a_document_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = 0;
    for document in ["README.md", "docs/threat-model.md"] {
        let text = std::fs::read_to_string(root.join(document)).unwrap();
        for name in text
            .split('`')
            .filter(|it| it.ends_with(".rs") && !it.contains(' '))
        {
            let path = match name.contains('/') {
                true => root.join(name),
                false => root.join("tests/tests").join(name),
            };
            assert!(path.exists(), "{document} names {name}, which is not there");
            found += 1;
        }
    }
    assert!(found > 30, "{found}");
}
