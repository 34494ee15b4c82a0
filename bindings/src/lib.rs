//! Skilling's wallet, terminal and inspection for Kotlin and Swift, by UniFFI.

uniffi::setup_scaffolding!();
