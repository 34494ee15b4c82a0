//! Reference implementations of the ports in files: for the command line, tests and the demonstration.
//!
//! Keys here are marked as software in their attestation (sync.md, attestation of kind 0), and only test schemes take them.

mod guard;
mod keys;
mod vault;

pub use guard::FileGuard;
pub use keys::{Answer, SoftwareKeys};
pub use vault::FileVault;

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

/// Replaces a file in one step: whoever is killed here leaves the old or the new one, whole, and the new one is durable
/// when this returns.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&fresh)?;
    file.write_all(bytes)?;
    file.sync_data()?;
    fs::rename(&fresh, path)?;
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    skilling_platform::keys::sync_folder(folder)
}
