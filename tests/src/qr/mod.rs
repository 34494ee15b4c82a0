//! Photographs of our codes that nobody took: a corpus that grows from a seed, and what readers make of it
//! (`docs/qr.md`).

pub mod camera;
pub mod chance;
pub mod classes;
pub mod corpus;
pub mod desk;
pub mod messages;
pub mod optics;
pub mod peers;
pub mod table;
