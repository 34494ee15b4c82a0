//! Packs the project's vectors into the command, so that `skilling corpus` writes them without the repository: a megabyte
//! of hex becomes a tenth of that.
#![allow(clippy::unwrap_used)] // a build that cannot read its own sources has failed

use std::path::Path;

fn main() {
    let folder =
        Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../../tests/vectors");
    let out = std::env::var("OUT_DIR").unwrap();
    for name in [
        "encoding",
        "objects",
        "messages",
        "verify",
        "fraud-proof",
        "status-list",
    ] {
        let file = folder.join(format!("{name}.json"));
        println!("cargo::rerun-if-changed={}", file.display());
        let packed = miniz_oxide::deflate::compress_to_vec_zlib(&std::fs::read(file).unwrap(), 9);
        std::fs::write(Path::new(&out).join(format!("{name}.zlib")), packed).unwrap();
    }
}
