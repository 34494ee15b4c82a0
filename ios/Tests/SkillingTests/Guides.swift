// The guides' code is compiled: each block stands in Tests/Snippets, word for word.
import Foundation
import Testing

struct Guides {
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
