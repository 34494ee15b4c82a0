//! Writes the project's own vectors to `tests/vectors/`. Fixed keys, no randomness, no clock: the same bytes every time.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    for (name, content) in skilling_tests::vectors::files() {
        std::fs::write(folder.join(name), content)?;
        println!("{name}");
    }
    Ok(())
}
