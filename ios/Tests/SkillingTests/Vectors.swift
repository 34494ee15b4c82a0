// The vectors of tests/vectors, every case of them, through the library that iOS apps link.
import Foundation
import SkillingCore
import StoryKit
import Testing

struct Vectors {
    private struct File<Case: Decodable>: Decodable { let cases: [Case] }

    private static func cases<Case: Decodable>(_ file: String, _: Case.Type) throws -> [Case] {
        let cases = try JSONDecoder().decode(File<Case>.self, from: Conformance.file("vectors/\(file).json")).cases
        try #require(!cases.isEmpty, "\(file) holds no cases")
        return cases
    }

    private struct Message: Decodable {
        let name: String
        let message: String
        let kind: String
    }

    @Test func everyMessageIsOfItsKind() throws {
        for it in try Self.cases("messages", Message.self) {
            #expect(try kind(Data(digits: it.message)) == it.kind, "\(it.name)")
        }
    }

    private struct Object: Decodable {
        let object: String
        let name: String
        let message: String
        let result: String
    }

    @Test func everyBoundOfEveryObjectHolds() throws {
        for it in try Self.cases("objects", Object.self) {
            let kind = try kind(Data(digits: it.message))
            let result = ["malformed", "unsupported"].contains(kind) ? kind : "ok"
            #expect(result == it.result, "\(it.object): \(it.name)")
        }
    }

    private struct Token: Decodable {
        struct Memory: Decodable {
            let last_acceptance: Int64?
            let accepted_total: UInt64
            let convicted: Bool
            let request_paid: Bool
            let request_cancelled: Bool
        }
        let name: String
        let token: String
        let request: String
        let trust: String
        let root: String
        let status: [String]
        let seen: [String]
        let outage: String?
        let now: Int64
        let memory: Memory
        let code: UInt32
    }

    @Test func everyTokenGetsItsVerdict() throws {
        for it in try Self.cases("verify", Token.self) {
            #expect(try verdict(it) == it.code, "\(it.name)")
        }
    }

    /// As a till does: papers that are not signed by whom they should be are thrown away, then the token is judged.
    private func verdict(_ it: Token) throws -> UInt32 {
        let (bundle, request) = (try Data(digits: it.trust), try Data(digits: it.request))
        func context(
            bundle: Data?, outages: [Data] = [], lists: [Data] = [], seen: [Data] = [], memory: TillMemory? = nil
        ) throws -> VerifyContext {
            VerifyContext(
                now: it.now, roots: [try Data(digits: it.root)], bundle: bundle, outages: outages, statusLists: lists,
                request: request, seen: seen, memory: memory)
        }
        let trusted = isTaken { try verify(messageBytes: bundle, context: context(bundle: nil)) } ? bundle : nil
        let outages = try [it.outage].compactMap(\.self).map(Data.init(digits:)).filter { outage in
            isTaken { try verify(messageBytes: outage, context: context(bundle: trusted)) }
        }
        let lists = try it.status.map(Data.init(digits:)).filter { list in
            isTaken { try verify(messageBytes: request, context: context(bundle: trusted, lists: [list])) }
        }
        let memory = TillMemory(
            lastAcceptance: it.memory.last_acceptance, acceptedTotal: it.memory.accepted_total,
            isConvicted: it.memory.convicted, isRequestPaid: it.memory.request_paid,
            isRequestCancelled: it.memory.request_cancelled)
        let whole = try context(
            bundle: trusted, outages: outages, lists: lists, seen: it.seen.map(Data.init(digits:)), memory: memory)
        return try verifyToken(tokenBytes: Data(digits: it.token), context: whole).reason.code
    }

    private func isTaken(_ check: () throws -> Verification) -> Bool { (try? check()) != nil }

    private func kind(_ message: Data) throws -> String {
        do {
            return try inspect(messageBytes: message).kind
        } catch CoreError.Malformed(_, let rule, _) {
            return Self.newer.contains(rule) ? "unsupported" : "malformed"
        }
    }

    /// Rules that a newer version of the protocol would break: "update", not "damaged".
    private static let newer: Set<String> = ["unknown_message_type", "unexpected_message_type", "unknown_enum_value"]
}
