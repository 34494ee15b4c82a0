// The bank of the story: `skilling issuer`, its server, and a clock in a file that is moved by hand.
import Foundation
import Skilling
import SkillingCore
import StoryKit

final class StoryBank: @unchecked Sendable {
    let world: StoryWorld
    private let command: String
    private let folder: URL
    private var server: Process?

    init() throws {
        guard let command = ProcessInfo.processInfo.environment["SKILLING_COMMAND"] else {
            throw StoryTrouble("SKILLING_COMMAND names no command: run scripts/swift-test")
        }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("story-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let clock = StoryClock(Date().timeIntervalSince1970.rounded(.down))
        try Self.write(clock, folder)
        let arguments = ["--home", folder.path + "/bank", "--clock", folder.path + "/clock", "--json"]
        let made = try Self.run(command, ["issuer", "init"] + arguments)
        let (server, url) = try Process.server(command, arguments)
        (self.command, self.folder, self.server) = (command, folder, server)
        world = StoryWorld(
            folder: folder, root: try Data(digits: Self.text(made, "root")), server: url, clock: clock)
    }

    deinit {
        goAway()
        try? FileManager.default.removeItem(at: folder)
    }

    func goAway() {
        guard let server else { return }
        // Not asked to stop: it would wait for the connections that are kept open.
        kill(server.processIdentifier, SIGKILL)
        server.waitUntilExit()
        self.server = nil
    }

    func serve() throws {
        guard server == nil else { return }
        server = try Process.server(command, common, port: world.server.port ?? 0).0
    }

    func pass(days: Double) throws {
        world.clock.now += days * 86_400
        try Self.write(world.clock, folder)
    }

    /// Somebody who paid in so much; the code that enrols their phone.
    func customer(_ minorUnits: UInt64) throws -> String {
        let said = try issuer(
            "customer", "add", "--name", "Asta", "--currency", "DKK", "--funding", "held", "--amount", "\(minorUnits / 100)")
        return try Self.text(said, "enrolment_code")
    }

    func certify(_ key: Data) throws -> Data {
        let said = try issuer(
            "merchant", "add", "--name", "Netto", "--mcc", "5411", "--country", "DK", "--terminal-key", key.digits)
        return try Data(digits: Self.text(said, "merchant"))
    }

    /// What it owes merchants, the sum of all accounts, and how many proofs it holds.
    func books() throws -> [String: String] {
        let report = try issuer("report") as? [String: Any]
        let currencies = report?["currencies"] as? [[String: Any]]
        let kroner = currencies?.first { $0["currency"] as? Int == 208 }
        let proofs = try issuer("proofs") as? [String: Any]
        guard let accounts = kroner?["accounts"] as? [String: Any], let payable = accounts["merchant_payable"],
            let sum = kroner?["sum"], let held = proofs?["proofs"] as? [Any]
        else { throw StoryTrouble("the bank's books cannot be read") }
        return ["merchant_payable": "\(payable)", "sum": "\(sum)", "proofs": "\(held.count)"]
    }

    func fetch(_ path: String) async throws -> Data {
        let answer = try await URLSessionTransport(server: world.server).send(
            TransportRequest(method: .get, path: path, body: Data(), etag: nil))
        guard answer.status == 200 else { throw StoryTrouble("\(path): \(answer.status)") }
        return answer.body
    }

    /// `skilling verify --batch` over these cases; how many it judged. It fails where one verdict is another.
    func judge(_ cases: [[String: Any]]) throws -> Int {
        let file = folder.appendingPathComponent("tokens.json")
        try JSONSerialization.data(withJSONObject: ["cases": cases]).write(to: file)
        let said = try Self.run(command, ["verify", "--batch", file.path, "--json"])
        return (said as? [Any])?.count ?? 0
    }

    private var common: [String] { ["--home", folder.path + "/bank", "--clock", folder.path + "/clock", "--json"] }

    private func issuer(_ arguments: String...) throws -> Any {
        try Self.run(command, ["issuer"] + arguments + common)
    }

    private static func write(_ clock: StoryClock, _ folder: URL) throws {
        try Data("\(Int(clock.now))".utf8).write(to: folder.appendingPathComponent("clock"))
    }

    private static func text(_ said: Any, _ key: String) throws -> String {
        guard let text = (said as? [String: Any])?[key] as? String else { throw StoryTrouble("no \(key) in the answer") }
        return text
    }

    private static func run(_ command: String, _ arguments: [String]) throws -> Any {
        let said = try Process.output(of: command, arguments)
        return try JSONSerialization.jsonObject(with: said)
    }
}

/// Every token of a story with what its till knew, so that `skilling verify` can judge each of them once more.
actor StoryEvidence {
    private struct Till {
        let bundle: Data
        let lists: [Data]
        var seen: [String] = []
    }

    private let bank: StoryBank
    private var tills: [String: Till] = [:]
    private var cases: [[String: Any]] = []

    init(_ bank: StoryBank) { self.bank = bank }

    /// A till has just fetched its papers: they are fetched once more.
    func refreshed(_ till: String) async throws {
        let bundle = try await bank.fetch("/v1/trust")
        let fields = try inspect(messageBytes: bundle).objects.flatMap(\.fields)
        var lists: [Data] = []
        for field in fields where field.path.hasSuffix("status_uri") {
            guard let path = field.value.range(of: "/v1/") else { throw StoryTrouble("an address without a path") }
            lists.append(try await bank.fetch(String(field.value[path.lowerBound...])))
        }
        if lists.isEmpty { throw StoryTrouble("the bundle names no status list") }
        tills[till] = Till(bundle: bundle, lists: lists, seen: tills[till]?.seen ?? [])
    }

    /// A till gave this code to this token; both are texts of codes.
    func judged(_ till: String, _ name: String, token: String, request: String, code: UInt32) throws {
        guard let knows = tills[till] else { throw StoryTrouble("no till \(till)") }
        let bytes = try QRCode.message(inText: token).digits
        cases.append([
            "name": name, "token": bytes, "request": try QRCode.message(inText: request).digits, "code": Int(code),
            "trust": knows.bundle.digits, "root": bank.world.root.digits, "now": Int(bank.world.clock.now),
            "status": knows.lists.map(\.digits), "seen": knows.seen,
        ])
        tills[till]?.seen.append(bytes)
    }

    /// All of them, by the command: each verdict must be the till's. How many there were.
    func judge() throws -> Int {
        let judged = try bank.judge(cases)
        guard judged == cases.count, judged > 0 else { throw StoryTrouble("\(judged) of \(cases.count) tokens were judged") }
        return judged
    }
}
