#if canImport(CryptoKit) && canImport(Security)
import CryptoKit
import Foundation
import Security

/// Public keys of which a server's chain must hold one, as SHA-256 of their SubjectPublicKeyInfo in Base64.
struct PinnedKeys: Sendable {
    let pins: Set<String>

    /// Whether one of these certificates (DER) has a pinned key. Says nothing of whether the chain is to be trusted at all.
    func allow(_ certificates: [Data]) -> Bool {
        certificates.contains { certificate in
            guard let info = Self.subjectPublicKeyInfo(of: certificate) else { return false }
            return pins.contains(Data(SHA256.hash(data: info)).base64EncodedString())
        }
    }

    /// The chain that the system found, the server's own first.
    static func certificates(of trust: SecTrust) -> [Data] {
        let chain = SecTrustCopyCertificateChain(trust) as? [SecCertificate] ?? []
        return chain.map { SecCertificateCopyData($0) as Data }
    }

    /// RFC 5280: TBSCertificate is the first of a certificate; the key's information follows optional version, serial number,
    /// algorithm, issuer, validity and subject. Nil for anything else. Apple's own call for a key gives it without this frame.
    static func subjectPublicKeyInfo(of certificate: Data) -> Data? {
        var whole = DER(Data(certificate))
        guard let outer = whole.next(), outer.tag == 0x30 else { return nil }
        var parts = DER(outer.content)
        guard let first = parts.next(), first.tag == 0x30 else { return nil }
        var fields = DER(first.content)
        guard var field = fields.next() else { return nil }
        if field.tag == 0xA0 {
            guard let serial = fields.next() else { return nil }
            field = serial
        }
        guard field.tag == 0x02 else { return nil }
        for _ in 0..<4 {
            guard let skipped = fields.next(), skipped.tag == 0x30 else { return nil }
        }
        guard let info = fields.next(), info.tag == 0x30 else { return nil }
        return info.whole
    }
}

/// Reads elements of DER one after another; nil for what is none.
private struct DER {
    struct Element {
        let tag: UInt8
        let content: Data
        let whole: Data
    }

    private var rest: Data

    init(_ bytes: Data) { rest = bytes }

    mutating func next() -> Element? {
        let bytes = [UInt8](rest.prefix(6))
        guard bytes.count >= 2, bytes[0] & 0x1F != 0x1F else { return nil }
        var (length, header) = (Int(bytes[1]), 2)
        if length >= 0x80 {
            let count = length - 0x80
            // A certificate is some kilobytes.
            guard (1...3).contains(count), bytes.count >= 2 + count else { return nil }
            length = bytes[2..<(2 + count)].reduce(0) { $0 << 8 | Int($1) }
            header += count
        }
        guard rest.count - header >= length else { return nil }
        let whole = Data(rest.prefix(header + length))
        rest = Data(rest.dropFirst(header + length))
        return Element(tag: bytes[0], content: Data(whole.dropFirst(header)), whole: whole)
    }
}
#endif
