//! Whole flows across crates: vectors, crash and fault runs, property tests, benches.
