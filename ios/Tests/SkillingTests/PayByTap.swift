// Taps: agreed to at the reader, armed before, torn, garbage.
import Foundation
import Testing

@testable import SampleWallet
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

    /// A screen's task ends when the screen goes; the next one must hear what is asked then, and nothing that was dealt with.
    @Test func aScreenThatComesBackHearsWhatIsAskedThenAndNothingOld() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till())
        let gone = Task { for await _ in wallet.asks {} }
        gone.cancel()
        await gone.value
        for amount in [dkk(100), dkk(200)] {
            let request = try await till.request(amount)
            let payer = Task {
                for await asked in wallet.asks {
                    guard case .new(let review) = try await wallet.review(asked) else { continue }
                    _ = try await wallet.agree(to: review)
                    return asked
                }
                return Data()
            }
            #expect(try await till.tap(Antenna(wallet.card), sale: request.id).isPaid)
            #expect(try await payer.value == request.message)
            wallet.card.fieldLost()
        }
        // The phone was lifted before anybody looked.
        let request = try await till.request(dkk(300))
        #expect(try await till.tap(Antenna(wallet.card), sale: request.id, giveUpAfter: 1).end == .stillWaiting)
        wallet.card.fieldLost()
        #expect(await wallet.asks.first(where: { _ in true }, within: 60) == request.message)
        let last = Task { for await _ in wallet.asks {} }
        wallet.shutDown()
        await last.value
    }

    @Test func aSimulatedReaderIsHeardLikeAnyOther() async throws {
        let practice = try await Practice.begin()
        let (wallet, shop) = await (practice.wallet, practice.shop)
        let asks = wallet.asks
        let request = try await shop.asks(dkk(10_000))
        #expect(try await shop.taps(request).end == .stillWaiting)
        #expect(await asks.first(where: { _ in true }, within: 60) == request)
        guard case .new(let review) = try await wallet.review(request) else { Issue.record("it is new"); return }
        _ = try await wallet.agree(to: review)
        #expect(try await shop.taps(request).receipt != nil)
    }

    @Test func aRequestIsToldOnceATapHoweverOftenTheReaderRepeatsIt() async throws {
        let listeners = AskListeners()
        let stream = listeners.stream { nil }
        for byte: UInt8 in [1, 1, 1] { listeners.tell(Data([byte])) }
        var told = stream.makeAsyncIterator()
        #expect(await told.next() == Data([1]))
        listeners.tell(Data([1]))
        listeners.tapEnded()
        listeners.tell(Data([1]))
        #expect(await told.next() == Data([1]), "it asks again")
        listeners.end()
        #expect(await told.next() == nil)
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
