// The till of the story.
import Foundation
import Skilling

#if canImport(CryptoKit)
/// What a till made of a payment. The receipt is the text of a code.
public struct StoryMet: Codable, Sendable {
    public let outcome: String
    public let code: UInt32
    public let payment: String?
    public let receipt: String?

    init(_ outcome: SaleOutcome) throws {
        let answered: Answered?
        switch outcome {
        case .accepted(let it, _): (self.outcome, code, answered) = ("accepted", 0, it)
        case .again(let it): (self.outcome, code, answered) = ("again", 0, it)
        case .declined(let it):
            (self.outcome, answered) = ("declined", it)
            if case .declined(let reason) = it.outcome { code = reason.code } else { code = 0 }
        case .confirmAmount: (self.outcome, code, answered) = ("confirm_amount", 0, nil)
        case .refused(let reason): (self.outcome, code, answered) = ("refused", reason.code, nil)
        }
        payment = answered?.payment.hex
        receipt = try answered.map { try QRCode(message: $0.receipt).text }
    }
}

/// A request: its id, and the text of its code.
public struct StoryRequest: Sendable {
    public let id: String
    public let code: String
}

/// A till. What it shows and reads are the texts of codes.
public final class StoryTill: Sendable {
    private let world: StoryWorld
    private let till: SkillingTerminal
    /// For the acquirer to certify.
    public let key: Data

    /// A till without a certificate.
    public init(_ world: StoryWorld) async throws {
        let home = world.folder.appendingPathComponent("till-\(UUID().uuidString)")
        let keys = try SoftwareTerminalKeys(folder: home.appendingPathComponent("keys"))
        var configuration = TerminalConfiguration(store: home.appendingPathComponent("till.db"), roots: [world.root])
        configuration.clock = world.clock.dates
        self.world = world
        till = try await SkillingTerminal.open(configuration, keys: keys)
        key = try await till.createKey()
    }

    public func install(certificate: Data) async throws {
        try await refresh()
        try await till.take(certificate: certificate)
    }

    public func request(_ amount: UInt64) async throws -> StoryRequest {
        let request = try await till.request(money(amount))
        return StoryRequest(id: request.id.hex, code: try QRCode(message: request.message).text)
    }

    public func accept(_ code: String, sale: String) async throws -> StoryMet {
        try await StoryMet(till.accept(QRCode.message(inText: code), for: RequestID(hex: sale)))
    }

    public func tap(_ reader: any Transceiver, sale: String) async throws -> (end: String, met: StoryMet?) {
        let sale = RequestID(hex: sale)
        let report = try await till.tap(reader, sale: sale)
        // Without what comes with it, such as whether a payment may be on the phone.
        let end = "\(report.end)".prefix { $0.isLetter }
        return (String(end), try (report.sale ?? report.settled[sale]).map(StoryMet.init))
    }

    public func void(_ payment: String) async throws -> String {
        try await QRCode(message: till.voidPayment(PaymentID(hex: payment)).receipt).text
    }

    public func refresh() async throws {
        let failures = try await till.refresh(over: world.transport()).failures
        guard failures.isEmpty else { throw StoryTrouble("not refreshed: \(failures)") }
    }

    public func deposit() async throws -> [String: Int] {
        let report = try await till.deposit(over: world.transport())
        guard report.failure == nil else { throw StoryTrouble("not deposited: \(report)") }
        return [
            "paid": report.paid, "given_back": report.givenBack, "refused": report.refused, "still_due": report.stillDue,
        ]
    }
}
#endif
