// What the core sees instead of the app's own keys and reader: an error that nobody declared goes no further than its kind.
import Foundation
internal import SkillingCore

final class TerminalKeysAdapter: SkillingCore.TerminalKeys, Sendable {
    private let keys: any Skilling.TerminalKeys

    init(_ keys: any Skilling.TerminalKeys) { self.keys = keys }

    func list() throws -> TerminalKeyList {
        do {
            return TerminalKeyList(keys: try keys.list().map(TerminalPublicKey.init), protection: keys.protection)
        } catch { throw Self.declared(error) }
    }

    func create() throws -> TerminalPublicKey {
        do { return TerminalPublicKey(bytes: try keys.create()) } catch { throw Self.declared(error) }
    }

    func sign(key: TerminalPublicKey, message: Data) throws -> SignatureBytes {
        do {
            return SignatureBytes(bytes: try keys.sign(message, with: key.bytes))
        } catch { throw Self.declared(error) }
    }

    private static func declared(_ error: any Error) -> SkillingCore.TerminalKeysError {
        switch error as? Skilling.TerminalKeysError {
        case .noSuchKey: .NoSuchKey
        case .fault: .Fault(code: 0)
        case nil: .Undeclared
        }
    }
}

final class TransceiverAdapter: SkillingCore.Transceiver, Sendable {
    private let reader: any Skilling.Transceiver

    init(_ reader: any Skilling.Transceiver) { self.reader = reader }

    func transceive(command: Data) throws -> ApduResponse {
        do { return ApduResponse(bytes: try reader.transceive(command)) } catch { throw TransceiverError.LinkLost }
    }
}
