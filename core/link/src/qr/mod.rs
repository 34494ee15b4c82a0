//! A message as a QR code (protocol section 4): text, drawing, and reading of pictures and camera frames.

pub mod draw;
mod engine;
mod file;
pub mod frames;
pub mod luma;
mod plane;
#[cfg(feature = "poster")]
pub mod poster;
pub mod read;
mod second;
pub mod text;
pub mod words;
