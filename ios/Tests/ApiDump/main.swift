// Prints the public API of a symbol graph, one line a declaration, sorted: what is committed and compared.
import Foundation

struct Graph: Decodable {
    struct Symbol: Decodable {
        struct Kind: Decodable { let identifier: String }
        struct Fragment: Decodable { let spelling: String }
        let kind: Kind
        let pathComponents: [String]
        let declarationFragments: [Fragment]?
    }
    let symbols: [Symbol]
}

guard CommandLine.arguments.count == 2, let bytes = FileManager.default.contents(atPath: CommandLine.arguments[1]) else {
    FileHandle.standardError.write(Data("usage: ApiDump GRAPH.symbols.json\n".utf8))
    exit(2)
}
let graph = try JSONDecoder().decode(Graph.self, from: bytes)
let lines = graph.symbols.map { symbol in
    let declaration = (symbol.declarationFragments ?? []).map(\.spelling).joined()
        .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return "\(symbol.pathComponents.joined(separator: ".")) | \(declaration)"
}
for line in Set(lines).sorted() { print(line) }
