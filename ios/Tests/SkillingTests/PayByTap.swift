// Taps: agreed to at the reader, armed before, torn, garbage.
import Foundation
import Testing

@testable import Skilling

struct PayByTap {
    @Test func aPayerAgreesWhileTheReaderWaits() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till())
        let request = try await till.request(dkk(9_900))
        let payer = Task {
            for await asked in wallet.asks {
                guard case .new(let review) = try await wallet.review(asked) else { continue }
                _ = try await wallet.agree(to: review)
                return review.merchant
            }
            return ""
        }
        let report = try await till.tap(Antenna(wallet.card), sale: request.id)
        #expect(try await payer.value == "Netto")
        #expect(report.end == .done)
        let answered = try #require(report.sale?.accepted)
        #expect(try await wallet.stage(of: answered.payment) == .accepted)
    }

    @Test func anArmedWalletPaysInOneTap() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till())
        let allowance = try #require(try await wallet.allowances().first)
        _ = try await wallet.arm(allowance.id, ceiling: dkk(20_000))
        let report = try await till.tap(Antenna(wallet.card), sale: till.request(dkk(4_200)).id)
        #expect(report.sale?.accepted?.amount == dkk(4_200))
        // Used up: the next request is not paid without a question.
        let next = try await till.tap(Antenna(wallet.card), sale: till.request(dkk(100)).id, giveUpAfter: 1)
        #expect(next.sale == nil && next.end == .stillWaiting)
    }

    /// Wherever the phone is lost, the next tap brings the same payment to its end and none is paid twice.
    @Test(arguments: 2...7)
    func aTornTapIsRepeatedAndPaidOnce(losesAfter: Int) async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till())
        let allowance = try #require(try await wallet.allowances().first)
        let request = try await till.request(dkk(3_000))
        _ = try await wallet.arm(allowance.id, ceiling: dkk(3_000))
        let torn = try await till.tap(Antenna(wallet.card, losesAfter: losesAfter), sale: request.id, giveUpAfter: 10)
        if try await wallet.history().entries.isEmpty {
            // Lost before the request arrived: the arming is still good, or was used up and is made again.
            try await wallet.disarm()
            _ = try await wallet.arm(allowance.id, ceiling: dkk(3_000))
        }
        let again = try await till.tap(Antenna(wallet.card), sale: request.id, giveUpAfter: 10)
        let outcomes = [torn.sale, again.sale, again.settled[request.id]].compactMap { $0 }
        #expect(outcomes.contains { $0.accepted != nil })
        let history = try await wallet.history().entries
        #expect(history.count == 1 && history.first?.stage == .accepted)
        #expect(try await wallet.allowances().first?.remaining == dkk(allowance.remaining.minorUnits - 3_000))
    }

    @Test func whoeverHoldsAReaderGetsAStatusForAnyBytes() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till())
        var numbers = SystemRandomNumberGenerator()
        for length in 0..<300 {
            let garbage = Data((0..<length).map { _ in UInt8.random(in: 0...255, using: &numbers) })
            #expect(wallet.card.process(garbage).count >= 2)
        }
        wallet.card.fieldLost()
        for garbage in [Data(), Data([0]), Data(repeating: 0xFF, count: 5_000)] {
            await #expect(throws: SkillingError.self) { _ = try await wallet.review(garbage) }
            await #expect(throws: SkillingError.self) { _ = try await wallet.take(receipt: garbage) }
            #expect(throws: SkillingError.self) { _ = try QRCode.message(inText: garbage.hex) }
        }
        let token = try await wallet.pays(till.request(dkk(100)).message)
        #expect(try await till.accept(token.message).accepted != nil, "the next payment works")
    }

    @Test func aWalletThatWasShutDownStillAnswersTheReader() async throws {
        let town = try Town()
        let wallet = try await Phone(in: town).open()
        wallet.shutDown()
        #expect(wallet.card.process(Data([0x00, 0xA4, 0x04, 0x00])) == Data([0x6F, 0x00]))
        await #expect { _ = try await wallet.banks() } throws: { ($0 as? SkillingError)?.kind == .shutDown }
    }
}
