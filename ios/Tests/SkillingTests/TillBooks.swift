// What a till shows of itself: whether it can accept, totals, stored payments, events, its certificate; and the versions of both.
import Foundation
import Testing

@testable import Skilling

struct TillBooks {
    @Test func aTillSaysHowFarItCanAcceptAndEveryReasonWhyNot() async throws {
        let town = try Town()
        let till = try await town.till()
        guard case .yes(let room) = try await till.canAcceptOffline(dkk(10_000)) else {
            Issue.record("it can")
            return
        }
        #expect(room.largest.minorUnits >= 10_000 && room.until > town.clock.now() && !room.endsBy.name.isEmpty)
        let policy = try #require(try await till.policy(for: .dkk))
        #expect(room.largest == policy.maxPayment && policy.decimals == 2)
        guard case .no(let reasons) = try await till.canAcceptOffline(dkk(room.largest.minorUnits + 1)) else {
            Issue.record("it cannot")
            return
        }
        #expect(!reasons.isEmpty && reasons.allSatisfy { !$0.payerText.isEmpty })
        town.clock.advance(days: 400)
        guard case .no(let later) = try await till.canAcceptOffline(dkk(100)) else {
            Issue.record("everything has run out")
            return
        }
        #expect(later.contains { $0.name == "trust_expired" } && later.allSatisfy { !$0.payerText.isEmpty })
    }

    @Test func whatIsStoredIsListedSummedFoundAndDeposited() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till())
        let request = try await till.request(dkk(4_000), reference: "7")
        #expect(try await till.openRequests() == [request] && request.reference == "7" && request.madeAt <= town.clock.now())
        let paid = try #require(try await till.accept(wallet.pays(request.message).message, for: request.id).accepted)
        #expect(paid.request == request.id)
        let voided = try await till.voidPayment(
            #require(try await till.accept(wallet.pays(till.request(dkk(900)).message).message).accepted).payment)
        let status = try await till.offlineStatus()
        #expect(status.offlinePaymentsCount == 1 && status.requiresUpload && status.storedAt != nil)
        #expect(status.offlinePaymentAmountsByCurrency == [.dkk: dkk(4_000)])
        let first = try await till.payments(most: 1)
        let second = try await till.payments(before: first.last?.cursor, most: 10)
        #expect(first.map(\.id) == [voided.payment] && second.map(\.id) == [paid.payment])
        #expect(first[0].outcome == .voided && second[0].outcome == .accepted && second[0].deposit == .due)
        #expect(try await till.payment(paid.payment) == second[0])
        #expect(try await till.receipt(of: voided.payment) == voided)
        await #expect { _ = try await till.payment(PaymentID(hex: String(repeating: "0", count: 64))) } throws: {
            ($0 as? SkillingError)?.kind == .notFound
        }
        let now = town.clock.now()
        let totals = try #require(try await till.totals(in: DateInterval(start: now - 3600, end: now + 3600)).first)
        #expect(totals.currency == .dkk && totals.accepted.count == 1 && totals.accepted.amount == dkk(4_000))
        #expect(totals.voided.count == 1 && totals.declined.count == 0 && totals.toDeposit.count == 1)
        let report = try await till.syncAll(over: town.transport())
        #expect(report.isComplete && report.renewal == nil && report.deposit.paid == 1)
        #expect(try await till.payment(paid.payment).deposit == .answered(.paid))
        #expect(try await till.offlineStatus().offlinePaymentsCount == 0)
    }

    @Test func aTillWithoutANetworkSaysSinceWhenAndDepositsLater() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till())
        _ = try await till.accept(wallet.pays(till.request(dkk(100)).message).message)
        town.networkDown()
        let report = try await till.syncAll(over: town.transport())
        #expect(!report.isComplete && !report.refresh.failures.isEmpty && report.deposit.failure?.problem == .unreachable)
        #expect(report.deposit.stillDue == 1)
        #expect(try await till.offlineStatus().offlineSince != nil)
        try await till.declareOffline(false)
        #expect(try await till.offlineStatus().offlineSince == nil)
    }

    @Test func eventsOfATillComeAgainUntilAcknowledged() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till())
        let live = till.events
        let reader = Task {
            await live.first(where: { if case .paymentVoided = $0.kind { true } else { false } }, within: 60)
        }
        let paid = try #require(try await till.accept(wallet.pays(till.request(dkk(500)).message).message).accepted)
        let isAccepted: @Sendable (TerminalEvent) -> Bool = { $0.kind == .paymentAccepted(paid.payment, dkk(500)) }
        let event = try #require(await till.events.first(where: isAccepted, within: 60))
        #expect(await till.events.first(where: isAccepted, within: 60) == event)
        try await till.acknowledge(event)
        _ = try await till.voidPayment(paid.payment)
        #expect(await reader.value?.kind == .paymentVoided(paid.payment, dkk(500)))
        let next = try #require(await till.events.first(where: { _ in true }, within: 60))
        #expect(next.id > event.id)
        let ending = Task { await till.events.first(where: { _ in false }, within: 60) }
        till.shutDown()
        #expect(await ending.value == nil)
    }

    @Test func aCertificateIsShownAndRenewedBeforeItEnds() async throws {
        let town = try Town()
        let till = try await town.till("Netto, Aarhus")
        let before = try await till.certificate()
        #expect(before.merchant.hasPrefix("Netto") && before.category == 5411 && before.country == "DK")
        #expect(try await !till.isRenewalDue())
        guard case .until(let end) = try await till.renew(over: town.transport(), withNewKey: true) else {
            Issue.record("the acquirer renews")
            return
        }
        #expect(try await till.certificate().validUntil == end && end >= before.validUntil)
        town.networkDown()
        guard case .failed(let failure) = try await till.renew(over: town.transport()) else {
            Issue.record("nobody answers")
            return
        }
        #expect(failure.problem == .unreachable)
    }

    @Test func aTapThatIsCancelledEndsAtItsNextPause() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till())
        let request = try await till.request(dkk(500))
        let (asked, asking) = AsyncStream.makeStream(of: Void.self)
        let payer = Task {
            for await _ in wallet.asks { asking.yield() }
        }
        defer { payer.cancel() }
        let tap = Task { try await till.tap(Antenna(wallet.card), sale: request.id, giveUpAfter: 600) }
        for await _ in asked { break }
        tap.cancel()
        let report = try await tap.value
        #expect(report.end == .stillWaiting && !report.isPaid)
    }

    @Test func aReaderThatThrowsIsALostLinkAndKeysThatThrowSayWhichPort() async throws {
        struct Broken: Transceiver {
            func transceive(_ command: Data) throws -> Data { throw CancellationError() }
        }
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till())
        let request = try await till.request(dkk(500))
        let report = try await till.tap(Broken(), sale: request.id, giveUpAfter: 1)
        guard case .torn = report.end else {
            Issue.record("it ended with \(report.end)")
            return
        }
        let allowance = try #require(try await wallet.allowances().first)
        _ = try await wallet.arm(allowance.id, ceiling: dkk(500))
        #expect(try await till.tap(Antenna(wallet.card), sale: request.id).isPaid)
    }

    @Test func theTillsReportForSupportNamesNobody() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till("Secret Shop"))
        let paid = try #require(try await till.accept(wallet.pays(till.request(dkk(500)).message).message).accepted)
        let report = try await till.diagnostics()
        #expect(report.contains("package: \(SkillingVersion.package)") && report.contains("library:"))
        #expect(!report.contains("Secret Shop") && !report.contains(paid.payment.hex))
    }

    @Test func aPackageThatMeetsAnotherLibraryIsToldInWordsWhichMetWhich() throws {
        try SkillingVersion.check()
        #expect {
            try SkillingVersion.check(package: "9.7.0")
        } throws: {
            guard let error = $0 as? SkillingError else { return false }
            return error.kind == .versionMismatch(package: "9.7.0", library: SkillingVersion.native)
                && error.detail.contains("Swift package 9.7.0") && error.detail.contains(SkillingVersion.native)
                && error.code == "version.mismatch" && error.localizedDescription == "Update the app."
        }
    }
}
