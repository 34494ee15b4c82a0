//! A message as a QR code (protocol section 4): text, drawing, and reading of pictures and camera frames.

pub mod draw;
mod engine;
mod file;
pub mod frames;
pub mod luma;
pub mod read;
pub mod text;
