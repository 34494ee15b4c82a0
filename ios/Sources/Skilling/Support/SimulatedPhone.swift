import Foundation
internal import SkillingCore

/// A phone for a till to practise on: it pays, or does what it is told, by code and by tap. What the till makes of it is the till's own
/// doing. Made by ``Simulator/phone(at:)``; safe to use from anywhere.
public final class SimulatedPhone: Sendable {
    /// What it does.
    public enum Behaviour: Hashable, Sendable {
        /// It pays, or does what a magic amount says.
        case pays
        /// It gives the last token that it gave, whatever is asked: a replay.
        case paysWithOldToken
        /// It pays with a key that its bank has revoked.
        case paysWithRevokedKey
        /// It pays with a copy of a phone that has paid before: two conflicting tokens.
        case paysAsClone
        /// It pays another amount.
        case paysWrongAmount
        /// It refuses with this code.
        case refuses(Reason)
        /// Its payer has not agreed yet.
        case waits
        /// It pays, and does not take the receipt in the tap.
        case takesNoReceipt

        var core: PhoneDoes {
            switch self {
            case .pays: .pays
            case .paysWithOldToken: .paysWithOldToken
            case .paysWithRevokedKey: .paysWithRevokedKey
            case .paysAsClone: .paysAsClone
            case .paysWrongAmount: .paysWrongAmount
            case .refuses(let reason): .refuses(code: reason.code)
            case .waits: .waits
            case .takesNoReceipt: .takesNoReceipt
            }
        }
    }

    /// What it answers.
    public enum Answer: Hashable, Sendable {
        /// A token, as its code would show it.
        case token(Data)
        /// It refuses. In a tap the till hears that; with codes it shows only the payer why.
        case refusal(Reason)
        /// Its payer has not agreed yet.
        case waiting
    }

    private let core: SkillingCore.SimulatedPhone

    init(_ core: SkillingCore.SimulatedPhone) { self.core = core }

    /// What it does from now on.
    public func does(_ what: Behaviour) { try? core.setDoes(does: what.core) }

    /// Its answer to a request of the till; `typed` is the amount for a printed code. A magic amount may change the till until ``done()``.
    public func answer(_ request: Data, typed: Money? = nil) async throws(SkillingError) -> Answer {
        try await aside { [core] in
            switch try core.answer(request: request, typed: typed?.core) {
            case .token(let bytes): .token(bytes)
            case .refusal(let reason): .refusal(Reason(reason))
            case .waiting: .waiting
            }
        }
    }

    /// It is held to the till's reader once: for ``SkillingTerminal/tap(_:sale:giveUpAfter:)``.
    public func inField(torn: SimulatedShop.TornTap? = nil) async throws(SkillingError) -> any Transceiver {
        try await aside { [core] in SimulatedField(try core.inField(torn: torn?.core)) }
    }

    /// The result was shown: whatever a magic amount changed at the till is put right.
    public func done() async throws(SkillingError) {
        try await aside { [core] in try core.done() }
    }
}

extension Simulator {
    /// A till of this scheme with a certificate for `merchant` and everything that it must know. It is the real till.
    ///
    /// - Parameters:
    ///   - folder: nobody else's; made if it is missing.
    ///   - merchant: name and place.
    /// - Throws: as ``SkillingTerminal/open(_:keys:)``.
    public func openTerminal(in folder: URL, merchant: String) async throws(SkillingError) -> SkillingTerminal {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch { throw SkillingError(error) }
        var configuration = TerminalConfiguration(store: folder.appendingPathComponent("till.db"), roots: roots)
        configuration.clock = clock
        let keys = try SoftwareTerminalKeys(folder: folder.appendingPathComponent("keys"))
        let till = try await SkillingTerminal.open(configuration, keys: keys)
        try await till.take(try bundle())
        try await till.take(certificate: try certificate(for: till.createKey(), merchant: merchant))
        return till
    }

    /// A phone that pays at `till`, which is of this scheme.
    public func phone(at till: SkillingTerminal) throws(SkillingError) -> SimulatedPhone {
        do { return SimulatedPhone(try core.phone(till: till.core)) } catch { throw SkillingError(error) }
    }
}

extension SimulatedShop.TornTap {
    var core: SkillingCore.TornTap {
        switch self {
        case .before(let command): .beforeCommand(number: UInt32(clamping: command))
        case .after(let command): .afterCommand(number: UInt32(clamping: command))
        }
    }
}

/// The air between phone and reader.
private struct SimulatedField: Transceiver {
    private let core: any SkillingCore.Transceiver

    init(_ core: any SkillingCore.Transceiver) { self.core = core }

    func transceive(_ command: Data) throws -> Data { try core.transceive(command: command).bytes }
}
