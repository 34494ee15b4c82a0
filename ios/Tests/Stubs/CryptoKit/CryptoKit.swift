// Keys of a pretended enclave that really sign, so that the core behind the package accepts them; hashes that are right; a
// sealing that only keeps its contract. Initialisers of the enclave's keys are checked against Apple's documentation, AES.GCM
// and SHA256 are from memory.
import Foundation
@_exported import LocalAuthentication
@_exported import Security

public enum P256 {
    public enum Signing {
        public struct PublicKey: Sendable {
            public let x963Representation: Data
        }
        public struct ECDSASignature: Sendable {
            public let rawRepresentation: Data
        }
    }
}

public enum SecureEnclave {
    public static var isAvailable: Bool { true }

    private static let lock = NSLock()
    nonisolated(unsafe) private static var fingers: UInt8 = 1
    /// Somebody enrols a finger: keys that were bound to the fingers of before are of no use any more.
    public static func stubEnrolFinger() { lock.withLock { fingers += 1 } }
    static var stubFingers: UInt8 { lock.withLock { fingers } }

    public enum P256 {
        public enum Signing {
            public struct PrivateKey {
                public let dataRepresentation: Data
                public let publicKey: CryptoKit.P256.Signing.PublicKey
                private let scalar: Limbs
                private let asksPerson: Bool
                /// Of which set of fingers; 0: of any.
                private let fingers: UInt8
                private let context: LAContext?

                public init(
                    compactRepresentable: Bool = true,
                    accessControl: SecAccessControl = SecAccessControlCreateWithFlags(
                        nil, kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly, [.privateKeyUsage], nil)!,
                    authenticationContext: LAContext? = nil
                ) throws {
                    let asks = accessControl.stubFlags.contains(.userPresence)
                    let scalar = Curve.randomScalar()
                    let isBound = accessControl.stubFlags.contains(.biometryCurrentSet)
                    self.init(scalar, asks, isBound ? SecureEnclave.stubFingers : 0, authenticationContext)
                }

                public init(dataRepresentation: Data, authenticationContext: LAContext? = nil) throws {
                    let bytes = [UInt8](dataRepresentation)
                    guard bytes.count == 34 else { throw CryptoKitError.incorrectKeySize }
                    self.init(Limbs(bytes: Array(bytes[2...])), bytes[0] == 1, bytes[1], authenticationContext)
                }

                private init(_ scalar: Limbs, _ asksPerson: Bool, _ fingers: UInt8, _ context: LAContext?) {
                    (self.scalar, self.asksPerson, self.fingers, self.context) = (scalar, asksPerson, fingers, context)
                    dataRepresentation = Data([asksPerson ? 1 : 0, fingers] + scalar.bytes)
                    let point = Curve.g.times(scalar).affine
                    publicKey = .init(x963Representation: Data([4] + point.x.bytes + point.y.bytes))
                }

                public func signature<D: DataProtocol>(for data: D) throws -> CryptoKit.P256.Signing.ECDSASignature {
                    guard fingers == 0 || fingers == SecureEnclave.stubFingers else { throw LAError(.invalidContext) }
                    if asksPerson {
                        guard let context, context.stubIsEvaluated, !context.stubIsInvalid else { throw LAError(.notInteractive) }
                    }
                    let digest = Array(SHA256.hash(data: data))
                    return .init(rawRepresentation: Data(Curve.sign(digest: digest, key: scalar)))
                }
            }
        }
    }
}

public enum CryptoKitError: Error { case incorrectKeySize, incorrectParameterSize, authenticationFailure }

public struct SymmetricKeySize: Sendable {
    public let bitCount: Int
    public static let bits256 = SymmetricKeySize(bitCount: 256)
}

public struct SymmetricKey: Sendable {
    private let bytes: [UInt8]
    public init(size: SymmetricKeySize) { bytes = (0..<size.bitCount / 8).map { _ in .random(in: 0...255) } }
    public init<D: ContiguousBytes>(data: D) { bytes = data.withUnsafeBytes { Array($0) } }
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R { try bytes.withUnsafeBytes(body) }
}

public enum AES {
    public enum GCM {
        public struct SealedBox: Sendable {
            let bytes: [UInt8]
            public var combined: Data? { Data(bytes) }
            public init<D: DataProtocol>(combined: D) throws {
                bytes = Array(combined)
                guard bytes.count >= 28 else { throw CryptoKitError.incorrectParameterSize }
            }
            init(_ bytes: [UInt8]) { self.bytes = bytes }
        }
        public static func seal<P: DataProtocol>(_ message: P, using key: SymmetricKey) throws -> SealedBox {
            let nonce = (0..<12).map { _ in UInt8.random(in: 0...255) }
            let body = masked(Array(message), nonce, key)
            return SealedBox(nonce + body + tag(nonce + body, key))
        }
        public static func open(_ sealedBox: SealedBox, using key: SymmetricKey) throws -> Data {
            let (head, mark) = (Array(sealedBox.bytes.dropLast(16)), Array(sealedBox.bytes.suffix(16)))
            guard tag(head, key) == mark else { throw CryptoKitError.authenticationFailure }
            return Data(masked(Array(head.dropFirst(12)), Array(head.prefix(12)), key))
        }
        private static func masked(_ bytes: [UInt8], _ nonce: [UInt8], _ key: SymmetricKey) -> [UInt8] {
            let secret = key.withUnsafeBytes { Array($0) }
            return bytes.enumerated().map { i, byte in
                let block = Array(SHA256.hash(data: secret + nonce + [UInt8(i / 32)]))
                return byte ^ block[i % 32]
            }
        }
        private static func tag(_ bytes: [UInt8], _ key: SymmetricKey) -> [UInt8] {
            Array(Array(SHA256.hash(data: bytes + key.withUnsafeBytes { Array($0) })).prefix(16))
        }
    }
}

public struct SHA256Digest: Sequence, Sendable {
    let bytes: [UInt8]
    public func makeIterator() -> Array<UInt8>.Iterator { bytes.makeIterator() }
}

/// FIPS 180-4.
public enum SHA256 {
    private static let k: [UInt32] = primes(64).map { fraction(of: $0, root: { Foundation.cbrt($0) }) }
    private static let start: [UInt32] = primes(8).map { fraction(of: $0, root: { $0.squareRoot() }) }

    private static func primes(_ count: Int) -> [Int] {
        var found: [Int] = []
        var next = 2
        while found.count < count {
            if !found.contains(where: { next % $0 == 0 }) { found.append(next) }
            next += 1
        }
        return found
    }

    /// The first 32 bits behind the point.
    private static func fraction(of prime: Int, root: (Double) -> Double) -> UInt32 {
        let value = root(Double(prime))
        return UInt32((value - value.rounded(.down)) * 4_294_967_296)
    }

    public static func hash<D: DataProtocol>(data: D) -> SHA256Digest {
        var bytes = Array(data)
        let bits = UInt64(bytes.count) * 8
        bytes.append(0x80)
        bytes += [UInt8](repeating: 0, count: (120 - bytes.count % 64) % 64)
        bytes += (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64($0))) }
        var h = start
        for block in stride(from: 0, to: bytes.count, by: 64) {
            var w = (0..<16).map { i in bytes[(block + 4 * i)..<(block + 4 * i + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } }
            for i in 16..<64 {
                let s0 = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3
                let s1 = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10
                w.append(w[i - 16] &+ s0 &+ w[i - 7] &+ s1)
            }
            var v = h
            for i in 0..<64 {
                let s1 = turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25)
                let choice = v[4] & v[5] ^ ~v[4] & v[6]
                let t1 = v[7] &+ s1 &+ choice &+ k[i] &+ w[i]
                let s0 = turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22)
                let majority = v[0] & v[1] ^ v[0] & v[2] ^ v[1] & v[2]
                v = [t1 &+ s0 &+ majority, v[0], v[1], v[2], v[3] &+ t1, v[4], v[5], v[6]]
            }
            for i in 0..<8 { h[i] = h[i] &+ v[i] }
        }
        return SHA256Digest(bytes: h.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32($0))) } })
    }

    private static func turn(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }
}
