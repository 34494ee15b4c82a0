import Foundation
internal import SkillingCore

/// Versions, and whether they fit: this Swift package and the native library in it are built together.
public enum SkillingVersion {
    /// Of this Swift package.
    public static let package = "0.1.0"

    /// Of the native library.
    public static var native: String { (try? libraryVersion().library) ?? "unknown" }

    /// Called by wallet and till before they open.
    ///
    /// - Throws: kind `versionMismatch`; ``SkillingError/detail`` says in words which Swift met which native library.
    public static func check() throws(SkillingError) { try check(package: package) }

    static func check(package: String) throws(SkillingError) {
        do {
            try checkVersion(packageName: "the Swift package", packageVersion: package)
        } catch { throw SkillingError(error) }
    }
}
