// Six languages say the same things.
import Foundation
import Testing

@testable import SampleWallet
@testable import Skilling

struct Languages {
    static let all = ["en", "da", "sv", "nb", "fi", "et"]
    static let folders = [URL(fileURLWithPath: "Sources/Skilling/Resources"), URL(fileURLWithPath: "Sources/SampleWallet/Resources")]

    private func table(_ language: String, _ folder: URL) throws -> [String: String] {
        let file = folder.appendingPathComponent("\(language).lproj/Localizable.strings")
        let list = try PropertyListSerialization.propertyList(from: Data(contentsOf: file), format: nil)
        return try #require(list as? [String: String])
    }

    @Test(arguments: all, folders)
    func everyTextIsThereWithTheSamePlaces(language: String, folder: URL) throws {
        let (english, other) = (try table("en", folder), try table(language, folder))
        #expect(Set(english.keys) == Set(other.keys))
        for (key, text) in english {
            let there = other[key] ?? ""
            #expect(!there.isEmpty, "\(key)")
            for place in ["%1$@", "%2$@"] { #expect(text.contains(place) == there.contains(place), "\(language) \(key)") }
        }
    }

    @Test(arguments: Array(0...29) + Array(40...47) + Array(50...58) + Array(60...64))
    func everyCodeOfTheRegistryHasWords(code: Int) throws {
        let name = try #require(registry[UInt32(code)])
        let words = Reason(code: UInt32(code), name: name).payerText
        #expect(!words.hasPrefix("skilling_") && !words.contains("Update the app"), "\(name)")
        let cashier = Reason(code: UInt32(code), name: name).cashierText
        #expect(!cashier.hasPrefix("skilling_") && !cashier.contains("Update the app"), "\(name)")
    }

    /// A word that is missing shows its name: nobody should ever read one.
    @Test func everyWordThatAScreenAsksForIsThere() throws {
        let english = try table("en", Self.folders[1])
        let sources = FileManager.default.enumerator(atPath: "Sources/SampleWallet")?.compactMap { $0 as? String } ?? []
        var asked: Set<String> = []
        for name in sources where name.hasSuffix(".swift") {
            let source = try String(contentsOfFile: "Sources/SampleWallet/\(name)", encoding: .utf8)
            for call in source.matches(of: /(?:text|Fact)\("([a-z_.]+)"/) { asked.insert(String(call.1)) }
            for call in source.matches(of: /\? "([a-z_.]+)" : "([a-z_.]+)"/) { asked.formUnion([String(call.1), String(call.2)]) }
        }
        #expect(asked.count > 80)
        #expect(asked.subtracting(english.keys).filter { !$0.contains("wifi") && !$0.contains("mark") } == [])
        #expect(Set(english.keys).subtracting(asked) == [], "nobody asks for these")
    }

    @Test func aCodeOfANewerVersionIsShownAsANumber() {
        #expect(Reason(code: 99, name: "unknown").payerText == "Refused with code 99. Update the app.")
    }

    @Test func theSystemsPromptSaysAmountAndMerchant() {
        let prompt = ConsentPrompt(purpose: .payment(merchant: "Netto", reference: nil), amount: dkk(12_550), decimals: 2)
        #expect(prompt.reason.contains("125.50") && prompt.reason.contains("Netto"))
        #expect(ConsentPrompt(purpose: .arming, amount: dkk(1_000), decimals: 2).reason.contains("10.00"))
    }

    @Test func moneyIsNeverAFloatingPointNumber() {
        let locale = Locale(identifier: "en_US")
        let most = Money(minorUnits: 9_007_199_254_740_991, currency: .dkk).formatted(decimals: 2, locale: locale)
        #expect(most.contains("90,071,992,547,409.91"))
        #expect(Money(minorUnits: 500, currency: .isk).formatted(decimals: 0, locale: locale).contains("500"))
    }
}

/// The core's own list.
private let registry: [UInt32: String] = Dictionary(uniqueKeysWithValues: Reason.all.map { ($0.code, $0.name) })
