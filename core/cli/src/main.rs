//! The skilling command.
fn main() {}
