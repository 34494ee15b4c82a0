import Foundation

/// A card as a reader's radio sees it: bytes in, bytes out. ``SkillingWallet/card`` is the wallet's.
public protocol CardEmulation: Sendable {
    /// Answers one command, always and at once: any bytes get a status, nothing is held while the payer decides.
    func process(_ command: Data) -> Data
    /// The reader is gone: whatever was half sent is forgotten.
    func fieldLost()
}
