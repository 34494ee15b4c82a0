// A real till that practises on the simulator's phone: every reason that a cashier may meet, replay, clone, torn tap, no receipt.
import Foundation
import Testing

@testable import Skilling

struct SimulatedTill {
    private let simulator: Simulator
    private let till: SkillingTerminal
    private let phone: SimulatedPhone

    init() async throws {
        simulator = try Simulator()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("practice-\(UUID().uuidString)")
        till = try await simulator.openTerminal(in: folder, merchant: "Practice Shop, Aarhus")
        try await till.refresh(over: simulator.server)
        phone = try simulator.phone(at: till)
    }

    /// Asks, lets the phone answer by code, decides.
    private func sale(_ amount: Money) async throws -> SaleOutcome? {
        let request = try await till.request(amount)
        guard case .token(let token) = try await phone.answer(request.message) else { return nil }
        return try await till.accept(token, for: request.id)
    }

    @Test func everyReasonThatACashierMayMeetIsBroughtByItsAmount() async throws {
        #expect(try await sale(dkk(10_000))?.completesSale == true)
        var missed: [String] = []
        for reason in Reason.all where (1..<30).contains(reason.code) {
            let outcome = try await sale(Simulator.magicAmount(for: reason))
            var met: Reason?
            switch outcome {
            case .declined(let answered): if case .declined(let why) = answered.outcome { met = why }
            case .refused(let why): met = why
            default: break
            }
            if met != reason { missed.append("\(reason.code) \(reason.name): \(String(describing: outcome))") }
            #expect(!reason.cashierText.isEmpty)
            try await phone.done()
        }
        #expect(missed == [])
        #expect(try await sale(dkk(20_000))?.completesSale == true, "the next payment works")
    }

    @Test func aReplayPaysNothingAndACloneIsConvicted() async throws {
        #expect(try await sale(dkk(1_000))?.completesSale == true)
        phone.does(.paysWithOldToken)
        guard case .again = try await sale(dkk(1_000)) else {
            Issue.record("an old token completes no sale")
            return
        }
        phone.does(.paysAsClone)
        guard case .declined(let answered) = try await sale(dkk(2_000)), case .declined(let why) = answered.outcome else {
            Issue.record("two payments contradict each other")
            return
        }
        #expect(why.name == "conflicting_payment")
        #expect(try await till.fraudProofs().count == 1)
        phone.does(.paysWithRevokedKey)
        guard case .declined(let stopped) = try await sale(dkk(3_000)), case .declined(let reason) = stopped.outcome else {
            Issue.record("its bank has stopped the key")
            return
        }
        #expect(reason.name == "allowance_revoked")
    }

    @Test func aTapIsTornWaitsAndIsPaid() async throws {
        let request = try await till.request(dkk(5_000))
        phone.does(.waits)
        #expect(try await till.tap(phone.inField(), sale: request.id, giveUpAfter: 1).end == .stillWaiting)
        phone.does(.pays)
        let torn = try await till.tap(phone.inField(torn: .after(command: 3)), sale: request.id, giveUpAfter: 5)
        if !torn.isPaid { #expect(try await till.tap(phone.inField(), sale: request.id, giveUpAfter: 30).isPaid) }
        let next = try await till.request(dkk(6_000))
        phone.does(.takesNoReceipt)
        let report = try await till.tap(phone.inField(), sale: next.id, giveUpAfter: 30)
        #expect(report.isPaid && report.receiptRefused != nil, "\(report)")
    }

    @Test func networkServerAndTimeAreTheSimulators() async throws {
        simulator.setNetwork(isUp: false)
        #expect(try await till.refresh(over: simulator.server).failures.isEmpty == false)
        simulator.setNetwork(isUp: true)
        let problem = try #require(Reason.all.first { $0.name == "server_busy" })
        simulator.setServerProblem(problem)
        #expect(try await till.refresh(over: simulator.server).failures.isEmpty == false)
        simulator.setServerProblem(nil)
        #expect(try await till.refresh(over: simulator.server).failures.isEmpty)
        simulator.passTime(400 * 86_400)
        guard case .no(let reasons) = try await till.canAcceptOffline(dkk(100)) else {
            Issue.record("everything has run out")
            return
        }
        #expect(reasons.contains { $0.name == "trust_expired" })
    }
}
