// The guides' code is compiled: each block stands in Tests/Snippets, word for word. What it says of order is tried.
import Foundation
import Testing

@testable import Skilling
@testable import Snippets

struct Guides {
    @Test func payingByCodeInTheOrderOfTheGuide() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till())
        let request = try await till.request(dkk(12_550), reference: "42")
        let shown = Shown()
        moved(to: .background, wallet: wallet)
        await #expect { try await payByCode(wallet: wallet, scanned: request.message, show: { await shown.show($0) }) } throws: {
            ($0 as? SkillingError)?.kind == .notInFront
        }
        moved(to: .active, wallet: wallet)
        moved(to: .inactive, wallet: wallet)
        try await payByCode(wallet: wallet, scanned: request.message, show: { await shown.show($0) })
        let code = try #require(await shown.code)
        let outcome = try await till.accept(QRCode.message(inText: code.text), for: request.id)
        #expect(outcome.accepted != nil)
    }

    /// 350.00 is what the test bank's scheme lets a key pay that nobody vouches for.
    @Test func aKeyThatNobodyVouchesForPaysSmallAmounts() async throws {
        let town = try Town()
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till())
        #expect(try await wallet.pays(till.request(dkk(35_000)).message).message.count > 0)
        let request = try await till.request(dkk(35_001))
        await #expect { _ = try await wallet.pays(request.message) } throws: {
            guard case .refused(let reason) = ($0 as? SkillingError)?.kind else { return false }
            return reason.name == "no_allowance"
        }
    }

    @Test func theTestBankRefusesAppAttest() async throws {
        let town = try Town()
        let phone = Phone(in: town)
        let wallet = try await phone.open(keys: SecureEnclaveDeviceKeys(service: phone.service))
        await #expect { _ = try await wallet.enrol(code: town.customer(), over: town.transport()) } throws: {
            guard case .refused(let reason) = ($0 as? SkillingError)?.kind else { return false }
            return reason.name == "attestation" && reason.code == 52
        }
    }

    @Test func theRootAsItIsPrintedIsTheRootToPin() throws {
        let town = try Town()
        #expect(try pinnedRoot(hex: town.root.hex) == town.root)
        for text in ["", "02", town.root.hex + "\n00", String(repeating: "zz", count: 33)] {
            #expect(throws: (any Error).self) { _ = try pinnedRoot(hex: text) }
        }
    }

    @Test(arguments: [".build/integrate-ios.md", "Sources/Skilling/Skilling.docc/FirstPayment.md"])
    func everyBlockOfSwiftIsCompiled(path: String) throws {
        let snippets = lines(try String(contentsOfFile: "Tests/Snippets/Guide.swift", encoding: .utf8))
        let blocks = try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "```swift\n").dropFirst()
        #expect(blocks.count >= 3)
        for block in blocks {
            let wanted = lines(block.components(separatedBy: "```")[0])
            let isThere = snippets.indices.contains { snippets[$0...].starts(with: wanted) }
            #expect(isThere, "\(path): \(wanted.first ?? "")")
        }
    }

    /// Indentation aside.
    private func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
}

/// The last code that a payer showed, who agrees to everything.
private actor Shown {
    private(set) var code: QRCode?

    func show(_ screen: Screen) -> Bool {
        if case .draw(let drawn) = screen { code = drawn }
        return true
    }
}
