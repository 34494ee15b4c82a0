// Prints the public API of a symbol graph, one line a declaration, sorted: what is committed and compared. Fails where a public type may
// not cross threads: an app in Swift 6 mode could not use it.
import Foundation

struct Graph: Decodable {
    struct Symbol: Decodable {
        struct Kind: Decodable { let identifier: String }
        struct Identifier: Decodable { let precise: String }
        struct Fragment: Decodable { let spelling: String }
        let kind: Kind
        let identifier: Identifier
        let pathComponents: [String]
        let declarationFragments: [Fragment]?
        var name: String { pathComponents.joined(separator: ".") }
    }
    struct Relationship: Decodable {
        let kind: String
        let source: String
        let targetFallback: String?
    }
    let symbols: [Symbol]
    let relationships: [Relationship]

    /// Types that do not say that they are `Sendable`.
    var bound: [String] {
        let sendable = relationships.filter { $0.kind == "conformsTo" && $0.targetFallback == "Swift.Sendable" }.map(\.source)
        return symbols.filter { symbol in
            ["swift.struct", "swift.enum", "swift.class"].contains(symbol.kind.identifier)
                && !sendable.contains(symbol.identifier.precise)
        }.map(\.name)
    }
}

func stop(_ words: String, _ status: Int32) -> Never {
    FileHandle.standardError.write(Data("\(words)\n".utf8))
    exit(status)
}

guard CommandLine.arguments.count == 2, let bytes = FileManager.default.contents(atPath: CommandLine.arguments[1]) else {
    stop("usage: ApiDump GRAPH.symbols.json", 2)
}
let graph = try JSONDecoder().decode(Graph.self, from: bytes)
guard graph.bound.isEmpty else { stop("not Sendable: \(graph.bound.sorted().joined(separator: ", "))", 1) }
let lines = graph.symbols.map { symbol in
    let declaration = (symbol.declarationFragments ?? []).map(\.spelling).joined()
        .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return "\(symbol.name) | \(declaration)"
}
for line in Set(lines).sorted() { print(line) }
