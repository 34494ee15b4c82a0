//! Which package may call this library.

use crate::CoreError;
use crate::error::info;

/// What this library is.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct LibraryVersion {
    /// Of this library, such as `0.1.0`.
    pub library: String,
    /// Of the wire protocol.
    pub protocol: u32,
}

const LIBRARY: &str = env!("CARGO_PKG_VERSION");

/// What this library is. Any thread.
///
/// # Errors
/// None.
#[uniffi::export]
pub fn library_version() -> Result<LibraryVersion, CoreError> {
    Ok(LibraryVersion {
        library: LIBRARY.to_owned(),
        protocol: 1,
    })
}

/// Whether a Kotlin or Swift package of version `package_version`, called `package_name`, may call this library: they are built
/// together, so major and minor number must be the same. Call it before anything else. Any thread.
///
/// # Errors
/// `VersionMismatch`, which says in words which package met which library.
#[uniffi::export]
pub fn check_version(package_name: String, package_version: String) -> Result<(), CoreError> {
    if line(&package_version).is_some() && line(&package_version) == line(LIBRARY) {
        return Ok(());
    }
    let shown: String = package_name.chars().take(40).collect();
    let version: String = package_version.chars().take(40).collect();
    Err(CoreError::VersionMismatch {
        info: info(
            "version.mismatch",
            format!(
                "{shown} {version} met the native library skilling_ffi {LIBRARY}: they are of different builds"
            ),
            "Take the package and its native library from the same release.",
        ),
        package: version,
        library: LIBRARY.to_owned(),
    })
}

/// `0.1` of `0.1.7`.
fn line(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.');
    let major = numbers.next()?.parse().ok()?;
    let minor = numbers.next()?.parse().ok()?;
    Some((major, minor))
}
