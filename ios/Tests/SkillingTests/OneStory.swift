// The story that Rust, Kotlin and Swift share (tests/conformance/story.json), between Swift wallets and Swift tills.
import Foundation
import Skilling
import StoryKit
import Testing

struct OneStory {
    @Test func everyStepOfTheStoryComesOutAsItIsWritten() async throws {
        let story = try JSONDecoder().decode(Story.self, from: Conformance.file("conformance/story.json"))
        let play = try Play(bank: StoryBank())
        try await play.tell(story)
    }
}

/// The files that Rust, Kotlin and Swift are held to alike; scripts/swift-test brings them to where Swift sees them.
enum Conformance {
    static func file(_ name: String) throws -> Data {
        guard let folder = ProcessInfo.processInfo.environment["SKILLING_CONFORMANCE"] else {
            throw StoryTrouble("SKILLING_CONFORMANCE names no folder: run scripts/swift-test")
        }
        return try Data(contentsOf: URL(fileURLWithPath: folder).appendingPathComponent(name))
    }
}

struct Story: Decodable, Sendable {
    struct Phone: Decodable, Sendable {
        let account: UInt64
        let allowance: UInt64
    }

    struct Step: Decodable, Sendable {
        let `do`: String
        let `as`: String?
        let by: String?
        let phone: String?
        let till: String?
        let payment: String?
        let amount: UInt64?
        let days: Double?
        let up: Bool?
        let expect: [String: Written]?
    }

    /// A number or a word, as it is compared.
    struct Written: Decodable, Sendable {
        let text: String
        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let number = try? value.decode(Int64.self) {
                text = "\(number)"
            } else {
                text = try value.decode(String.self)
            }
        }
    }

    let currency: UInt16
    let phones: [String: Phone]
    let tills: [String]
    let steps: [Step]
}

/// The cast, and what they did.
actor Play {
    private struct Paid {
        let phone: StoryPhone
        let till: StoryTill
        let payment: String
        let sale: StoryRequest
        let token: String
    }

    private let bank: StoryBank
    private var phones: [String: StoryPhone] = [:]
    private var tills: [String: StoryTill] = [:]
    private var paid: [String: Paid] = [:]
    private let evidence: StoryEvidence
    /// Of an arming: above what the story's taps cost, below what needs authentication.
    private let ceiling: UInt64 = 35_000

    init(bank: StoryBank) {
        self.bank = bank
        evidence = StoryEvidence(bank)
    }

    func tell(_ story: Story) async throws {
        #expect(story.currency == 208, "phones and tills here use kroner")
        for (name, has) in story.phones {
            phones[name] = try await .bought(
                bank.world, enrolment: bank.customer(has.account), allowance: has.allowance)
        }
        for name in story.tills {
            let till = try await StoryTill(bank.world)
            try await till.install(certificate: bank.certify(till.key))
            tills[name] = till
            try await evidence.refreshed(name)
        }
        for step in story.steps {
            let seen = try await played(step)
            try #require(step.expect?.mapValues(\.text) == seen, "\(step)")
        }
        let judged = try await evidence.judge()
        print("skilling verify gave \(judged) tokens the code that their till gave them")
    }

    private func played(_ step: Story.Step) async throws -> [String: String]? {
        switch step.do {
        case "network": try step.up == true ? bank.serve() : bank.goAway()
        case "days": try bank.pass(days: given(step.days))
        case "clone": phones[try given(step.as)] = try await phone(step).clone()
        case "refresh":
            try await till(step).refresh()
            try await evidence.refreshed(given(step.till))
        case "pay": return try await pay(step)
        case "show_again":
            let before = try given(paid[given(step.payment)])
            return ["outcome": try await before.till.accept(before.token, sale: before.sale.id).outcome]
        case "void":
            let before = try given(paid[given(step.payment)])
            let stage = try await before.phone.takeReceipt(before.till.void(before.payment))
            return ["stage": stage, "remaining": "\(try await before.phone.remaining())"]
        case "deposit": return try await till(step).deposit().mapValues { "\($0)" }
        case "sync": return try await phone(step).sync().mapValues { "\($0)" }
        case "books": return try bank.books()
        default: throw StoryTrouble("nobody knows how to \(step.do)")
        }
        return nil
    }

    private func pay(_ step: Story.Step) async throws -> [String: String] {
        let (phone, till) = (try phone(step), try till(step))
        let sale = try await till.request(given(step.amount))
        let (token, met): (String, StoryMet)
        switch step.by {
        case "code":
            guard case .token(_, let shown) = try await answered(phone, sale) else {
                return ["refused_by_phone": refusal]
            }
            (token, met) = (shown, try await till.accept(shown, sale: sale.id))
            if let receipt = met.receipt { _ = try await phone.takeReceipt(receipt) }
        case "tap":
            phone.agreeWhenAsked()
            (token, met) = try await tapped(till, phone, sale)
        case "armed_tap":
            try await phone.arm(ceiling)
            (token, met) = try await tapped(till, phone, sale)
        case "torn_tap":
            try await phone.arm(ceiling)
            let torn = try await till.tap(Listener(phone.card, isTornAtPayment: true), sale: sale.id)
            #expect(torn.end == "torn")
            (token, met) = try await tapped(till, phone, sale)
        default: throw StoryTrouble("nobody pays by \(step.by ?? "nothing")")
        }
        let payment = try #require(met.payment)
        let name = try given(step.as)
        paid[name] = Paid(phone: phone, till: till, payment: payment, sale: sale, token: token)
        try await evidence.judged(given(step.till), name, token: token, request: sale.code, code: met.code)
        return [
            "outcome": met.outcome, "code": "\(met.code)", "stage": try await phone.stage(payment),
            "remaining": "\(try await phone.remaining())",
        ]
    }

    private var refusal = ""

    private func answered(_ phone: StoryPhone, _ sale: StoryRequest) async throws -> StoryAnswer {
        let answer = try await phone.pay(sale.code)
        if case .refused(let code) = answer { refusal = "\(code)" }
        return answer
    }

    private func tapped(_ till: StoryTill, _ phone: StoryPhone, _ sale: StoryRequest) async throws -> (String, StoryMet) {
        let heard = Listener(phone.card)
        let report = try await till.tap(heard, sale: sale.id)
        // The phone is taken away, as after every tap.
        phone.card.fieldLost()
        #expect(report.end == "done")
        return (try QRCode(message: heard.token()).text, try #require(report.met))
    }

    /// What a step must say.
    private func given<T>(_ value: T?) throws -> T {
        guard let value else { throw StoryTrouble("something was left out") }
        return value
    }

    private func phone(_ step: Story.Step) throws -> StoryPhone { try given(phones[given(step.phone)]) }

    private func till(_ step: Story.Step) throws -> StoryTill { try given(tills[given(step.till)]) }
}

/// Between reader and phone: hears the payment go by, or takes the phone away when it does.
final class Listener: Transceiver, @unchecked Sendable {
    private enum Byte {
        static let pay: UInt8 = 0x40
        static let getResponse: UInt8 = 0xC0
        static let more: UInt8 = 0x61
        static let status = 2
    }

    private let card: any CardEmulation
    private let isTornAtPayment: Bool
    private let lock = NSLock()
    private var heard = Data()
    private var whole: Data?
    private var isGone = false

    init(_ card: any CardEmulation, isTornAtPayment: Bool = false) { (self.card, self.isTornAtPayment) = (card, isTornAtPayment) }

    func transceive(_ command: Data) throws -> Data {
        try lock.withLock {
            if isGone { throw StoryTrouble("the phone is gone") }
            let answer = card.process(command)
            let kind = command.dropFirst().first
            guard kind == Byte.pay || kind == Byte.getResponse else { return answer }
            if kind == Byte.pay { heard = Data() }
            heard += answer.dropLast(Byte.status)
            guard !heard.isEmpty else { return answer }
            if isTornAtPayment {
                isGone = true
                card.fieldLost()
                throw StoryTrouble("the phone is gone")
            }
            if whole == nil, answer.suffix(Byte.status).first != Byte.more { whole = heard }
            return answer
        }
    }

    /// The payment that went by.
    func token() throws -> Data {
        try lock.withLock {
            guard let whole else { throw StoryTrouble("no payment went by") }
            return whole
        }
    }
}
