// A payment by codes between a Swift wallet and a Swift till, and what may come between.
import Foundation
import Testing

@testable import Skilling

struct PayByCode {
    @Test func aPayerShowsACodeAndTakesTheReceipt() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till())
        let request = try await till.request(dkk(12_550), reference: "42")
        guard case .new(let review) = try await wallet.review(request.message) else {
            Issue.record("it was never answered")
            return
        }
        #expect(review.merchant == "Netto" && review.amount == dkk(12_550) && review.reference == "42")
        let token = try await wallet.pay(wallet.agree(to: review))
        let code = try QRCode(message: token.message)
        #expect(try QRCode.message(inText: code.text) == token.message)
        try await wallet.presented(token.payment)
        let outcome = try await till.accept(token.message, for: request.id)
        let answered = try #require(outcome.accepted)
        #expect(outcome == .accepted(answered, completesSale: true))
        let taken = try await wallet.take(receipt: answered.receipt)
        #expect(taken == ReceiptTaken(payment: token.payment, stage: .accepted))
        #expect(try await wallet.timeline(of: token.payment).map(\.kind) == [.signed, .accepted])
        try keep(token.message, request.message, town)
    }

    @Test func theSameRequestGivesTheSameTokenUntilTheReceiptAndIsPaidOnce() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till())
        let request = try await till.request(dkk(1_000))
        let first = try await wallet.pays(request.message)
        let again = try await wallet.pays(request.message)
        #expect(again.isRepeat && again.message == first.message)
        let answered = try #require(try await till.accept(first.message).accepted)
        #expect(try await till.accept(again.message) == .again(answered))
        _ = try await wallet.take(receipt: answered.receipt)
        await #expect { _ = try await wallet.review(request.message) } throws: {
            ($0 as? SkillingError)?.code == "refused.request_already_paid"
        }
    }

    @Test func aVoidGivesTheMoneyBack() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till())
        let before = try #require(try await wallet.allowances().first?.remaining)
        let token = try await wallet.pays(till.request(dkk(5_000)).message)
        let paid = try #require(try await till.accept(token.message).accepted)
        _ = try await wallet.take(receipt: paid.receipt)
        #expect(try await wallet.allowances().first?.remaining == dkk(before.minorUnits - 5_000))
        let voided = try await till.voidPayment(paid.payment)
        #expect(voided.outcome == .voided)
        #expect(try await wallet.take(receipt: voided.receipt).stage == .voided)
        #expect(try await wallet.allowances().first?.remaining == before)
    }

    @Test func aPrintedCodeAsksForAnAmountAndTheCashierConfirmsIt() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till())
        let printed = try await till.printedRequest(in: .dkk)
        guard case .new(let blank) = try await wallet.review(printed.message) else { return }
        #expect(blank.answer == .needsAmount)
        await #expect { _ = try await wallet.agree(to: blank) } throws: { ($0 as? SkillingError)?.kind == .amountNeeded }
        let review = try await wallet.enter(dkk(700), in: blank)
        let token = try await wallet.pay(wallet.agree(to: review))
        #expect(try await till.accept(token.message) == .confirmAmount(token.payment, dkk(700)))
        #expect(try await till.confirm(token.message, amount: dkk(700)).accepted != nil)
    }

    @Test func moreThanIsThereIsRefusedInWords() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(limit: 10_000), try await town.till())
        let request = try await till.request(dkk(20_000))
        guard case .new(let review) = try await wallet.review(request.message), case .cannot(let reason) = review.answer else {
            Issue.record("it cannot be paid")
            return
        }
        #expect(!reason.payerText.isEmpty && !reason.payerText.hasPrefix("skilling_"))
        await #expect(throws: SkillingError.self) { _ = try await wallet.agree(to: review) }
    }

    @Test func evidenceSettlesAfterTheOutageAndTheShopIsPaid() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till())
        let token = try await wallet.pays(till.request(dkk(2_500)).message)
        let answered = try #require(try await till.accept(token.message).accepted)
        _ = try await wallet.take(receipt: answered.receipt)
        town.clock.advance(days: 0.001)
        let deposit = try await till.deposit(over: town.transport())
        #expect(deposit.failure == nil && deposit.paid == 1 && deposit.stillDue == 0)
        let bank = try #require(try await wallet.banks().first)
        let report = try await wallet.sync(with: bank.id, over: town.transport())
        #expect(report.failure == nil)
        #expect(report.payments[token.payment] == .paid)
        #expect(try await wallet.stage(of: token.payment) == .settled)
    }

    @Test func withTheServerGoneNothingIsLost() async throws {
        let town = try Town()
        let wallet = try await Phone(in: town).ready()
        town.networkDown()
        let bank = try #require(try await wallet.banks().first)
        let report = try await wallet.sync(with: bank.id, over: town.transport())
        #expect(report.failure?.problem == .unreachable && report.failure?.againAfter != nil)
        #expect(try await wallet.refresh(over: town.transport()).failure != nil)
    }

    /// For `skilling verify`, which scripts/swift-test runs over these afterwards.
    private func keep(_ token: Data, _ request: Data, _ town: Town) throws {
        guard let path = ProcessInfo.processInfo.environment["SKILLING_TOKENS"] else { return }
        let folder = URL(fileURLWithPath: path).appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try token.write(to: folder.appendingPathComponent("token"))
        try request.write(to: folder.appendingPathComponent("request"))
        try town.bundle().write(to: folder.appendingPathComponent("bundle"))
        try Data(town.root.hex.utf8).write(to: folder.appendingPathComponent("root"))
        try Data("\(Int(Date().timeIntervalSince1970))".utf8).write(to: folder.appendingPathComponent("now"))
    }
}
