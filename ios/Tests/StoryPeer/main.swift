// Swift's side of the story for a program that is written in something else: one JSON object a line in, one out. Wallets and tills
// are those of the package; whoever calls holds the other half. During `tap` the answer waits while lines with `apdu` go out and
// their responses come in. `android/tests` (SwiftMeetsKotlin) speaks to it.
import Foundation
import Skilling
import StoryKit

struct Call: Codable, Sendable {
    let what: String
    var who: String?
    var name: String?
    var code: String?
    var payment: String?
    var sale: String?
    var amount: UInt64?
    var root: String?
    var url: String?
    var now: Double?
    var bytes: String?
}

struct Reply: Codable, Sendable {
    var error: String?
    var code: String?
    var id: String?
    var payment: String?
    var refused: UInt32?
    var stage: String?
    var end: String?
    var met: StoryMet?
    var remaining: UInt64?
    var counts: [String: Int]?
    var bytes: String?
    /// A command for the phone in front of the reader: not the answer yet.
    var apdu: String?
}

func say(_ reply: Reply) throws {
    try FileHandle.standardOutput.write(contentsOf: JSONEncoder().encode(reply) + Data("\n".utf8))
}

/// The reader of a till here; the phone is at the other end of the line.
struct Line: Transceiver {
    func transceive(_ command: Data) throws -> Data {
        try say(Reply(apdu: command.digits))
        guard let line = readLine(), let bytes = try JSONDecoder().decode(Call.self, from: Data(line.utf8)).bytes else {
            throw StoryTrouble("the phone is gone")
        }
        return try Data(digits: bytes)
    }
}

@MainActor
final class Peer {
    private var world: StoryWorld?
    private var phones: [String: StoryPhone] = [:]
    private var tills: [String: StoryTill] = [:]

    func answer(_ call: Call) async throws -> Reply {
        if let world, let now = call.now { world.clock.now = now }
        switch call.what {
        case "town":
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("story-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            guard let url = URL(string: try given(call.url)) else { throw StoryTrouble("no address") }
            world = StoryWorld(
                folder: folder, root: try Data(digits: given(call.root)), server: url, clock: StoryClock(try given(call.now)))
        case "phone":
            phones[try given(call.who)] = try await .bought(
                given(world), enrolment: given(call.code), allowance: given(call.amount))
        case "till":
            let till = try await StoryTill(given(world))
            tills[try given(call.who)] = till
            return Reply(bytes: till.key.digits)
        case "certificate": try await till(call).install(certificate: Data(digits: given(call.bytes)))
        case "clone": phones[try given(call.name)] = try await phone(call).clone()
        case "pay":
            switch try await phone(call).pay(given(call.code)) {
            case .token(let payment, let code): return Reply(code: code, payment: payment)
            case .refused(let code): return Reply(refused: code)
            }
        case "receipt": return Reply(stage: try await phone(call).takeReceipt(given(call.code)))
        case "agree": try phone(call).agreeWhenAsked()
        case "arm": try await phone(call).arm(given(call.amount))
        case "apdu": return Reply(bytes: try phone(call).card.process(Data(digits: given(call.bytes))).digits)
        case "leave": try phone(call).card.fieldLost()
        case "stage": return Reply(stage: try await phone(call).stage(given(call.payment)))
        case "remaining": return Reply(remaining: try await phone(call).remaining())
        case "sync": return Reply(counts: try await phone(call).sync())
        case "request":
            let request = try await till(call).request(given(call.amount))
            return Reply(code: request.code, id: request.id)
        case "accept": return Reply(met: try await till(call).accept(given(call.code), sale: given(call.sale)))
        case "tap":
            let tapped = try await till(call).tap(Line(), sale: given(call.sale))
            return Reply(end: tapped.end, met: tapped.met)
        case "void": return Reply(code: try await till(call).void(given(call.payment)))
        case "refresh": try await till(call).refresh()
        case "deposit": return Reply(counts: try await till(call).deposit())
        default: throw StoryTrouble("nobody knows how to \(call.what)")
        }
        return Reply()
    }

    /// Whatever was made is taken away.
    func leave() {
        phones = [:]
        tills = [:]
        if let world { try? FileManager.default.removeItem(at: world.folder) }
    }

    private func phone(_ call: Call) throws -> StoryPhone { try given(phones[given(call.who)]) }

    private func till(_ call: Call) throws -> StoryTill { try given(tills[given(call.who)]) }

    private func given<T>(_ value: T?) throws -> T {
        guard let value else { throw StoryTrouble("something was left out") }
        return value
    }
}

let peer = Peer()
while let line = readLine() {
    do {
        try await say(peer.answer(JSONDecoder().decode(Call.self, from: Data(line.utf8))))
    } catch {
        try say(Reply(error: "\(error)"))
    }
}
peer.leave()
