// Bytes as digits, as the command and the other side of a pipe read them.
import Foundation

extension Data {
    /// Of lower-case or upper-case digits.
    public init(digits hex: String) throws {
        let digits = Array(hex.utf8)
        guard digits.count % 2 == 0 else { throw StoryTrouble("odd hex") }
        self.init()
        for i in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[i...(i + 1)], as: UTF8.self), radix: 16) else {
                throw StoryTrouble("no hex")
            }
            append(byte)
        }
    }

    public var digits: String { map { String(format: "%02x", $0) }.joined() }
}
