// The transport against real TLS servers, which scripts/swift-test starts: trusted, pretended, ended. Whether pins hold is Apple's
// URLSession's to ask; what a pin is compared with is tested here.
import Foundation
import Security
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

@testable import Skilling

/// Swift's URLSession for Linux aborts now and then when a session ends whose TLS failed: these end with the process.
private enum Kept {
    private static let lock = NSLock()
    nonisolated(unsafe) private static var transports: [URLSessionTransport] = []
    static func keep(_ transport: URLSessionTransport) { lock.withLock { transports.append(transport) } }
}

struct OverTls {
    private let folder: URL
    private let ports: [String: Int]

    init() throws {
        guard let path = ProcessInfo.processInfo.environment["SKILLING_TLS"] else {
            throw Town.Trouble("SKILLING_TLS names no servers: run scripts/swift-test")
        }
        folder = URL(fileURLWithPath: path)
        let file = try Data(contentsOf: folder.appendingPathComponent("servers.json"))
        ports = try JSONDecoder().decode([String: Int].self, from: file)
    }

    private func transport(_ name: String) throws -> URLSessionTransport {
        let transport = try URLSessionTransport(server: #require(URL(string: "https://localhost:\(ports[name] ?? 0)")))
        Kept.keep(transport)
        return transport
    }

    private func file(_ name: String) throws -> Data { try Data(contentsOf: folder.appendingPathComponent(name)) }

    @Test(arguments: ["good", "rsa"])
    func aServerWithACertificateOfATrustedAuthorityIsTalkedTo(name: String) async throws {
        let answer = try await transport(name).send(TransportRequest(method: .get, path: "/v1/trust"))
        #expect(answer == TransportResponse(status: 200, body: Data("over TLS".utf8), etag: "\"7\""))
    }

    @Test func aCallThatNobodyWantedBeforeItBeganEnds() async throws {
        let transport = try transport("good")
        for _ in 0..<20 {
            let call = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await transport.send(TransportRequest(method: .get, path: "/v1/trust"))
            }
            await #expect(throws: TransportError.unreachable) { _ = try await waiting(for: call, atMost: 60) }
        }
    }

    @Test(arguments: ["other_host", "unknown_authority", "ended"])
    func aServerThatOnlyPretendsGetsNothing(name: String) async throws {
        let transport = try transport(name)
        // Here any failure of TLS is one of the connection; Apple's URLSession tells them apart, as below.
        await #expect(throws: TransportError.unreachable) {
            _ = try await transport.send(TransportRequest(method: .get, path: "/v1/trust"))
        }
    }

    @Test(arguments: [
        (URLError.Code.serverCertificateUntrusted, TransportError.notTrusted), (.serverCertificateHasUnknownRoot, .notTrusted),
        (.serverCertificateHasBadDate, .notTrusted), (.serverCertificateNotYetValid, .notTrusted),
        (.secureConnectionFailed, .notTrusted), (.timedOut, .timedOut), (.cannotConnectToHost, .unreachable),
        (.notConnectedToInternet, .unreachable), (.cancelled, .unreachable),
    ])
    func whatTheSystemSaysOfACallIsToldApart(code: URLError.Code, meaning: TransportError) {
        #expect(TransportError(URLError(code)) == meaning)
    }

    @Test func aWalletThatMeetsAPretenderIsOfflineAndLosesNothing() async throws {
        let town = try Town()
        let wallet = try await Phone(in: town).ready()
        let bank = try #require(try await wallet.banks().first)
        #expect(try await wallet.sync(with: bank.id, over: transport("unknown_authority")).failure?.problem == .unreachable)
        #expect(try await wallet.sync(with: bank.id, over: town.transport()).failure == nil)
    }

    @Test(arguments: ["good", "rsa", "other_host"])
    func aPinIsTheHashOfThePublicKeyAsOpensslSeesIt(name: String) throws {
        let (certificate, pin) = (try file("\(name).der"), String(decoding: try file("\(name).pin"), as: UTF8.self))
        let trust = SecTrust(stub: [SecCertificate(stub: try file("ended.der")), SecCertificate(stub: certificate)])
        let chain = PinnedKeys.certificates(of: trust)
        #expect(PinnedKeys(pins: [pin]).allow(chain))
        #expect(!PinnedKeys(pins: [pin]).allow([chain[0]]), "another key")
        #expect(!PinnedKeys(pins: [pin]).allow([]))
    }

    @Test func whatIsNoCertificateHasNoKey() throws {
        let certificate = try file("good.der")
        for length in 0..<certificate.count {
            #expect(PinnedKeys.subjectPublicKeyInfo(of: Data(certificate.prefix(length))) == nil)
        }
        var numbers = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            var broken = certificate
            let place = Int.random(in: 0..<broken.count, using: &numbers)
            broken[place] = UInt8.random(in: 0...255, using: &numbers)
            _ = PinnedKeys.subjectPublicKeyInfo(of: broken)
        }
        #expect(PinnedKeys.subjectPublicKeyInfo(of: Data(repeating: 0x30, count: 10_000)) == nil)
    }

    @Test func addressesAndPinsThatCannotBeAreRefused() {
        // On Linux nobody could check the last one.
        for (address, pin) in [
            ("http://bank.example", nil), ("ftp://localhost", nil), ("https:", nil), ("https://bank.example", "no pin"),
            ("https://bank.example", Data(count: 31).base64EncodedString()),
            ("https://bank.example", Data(count: 32).base64EncodedString()),
        ] {
            #expect { _ = try URLSessionTransport(server: #require(URL(string: address)), pins: Set([pin].compactMap { $0 })) } throws: {
                ($0 as? SkillingError)?.kind == .invalidArgument
            }
        }
    }

    @Test func aTestBankOnAnotherMachineIsReachedWithoutTlsOnlyWhereThatIsSaid() throws {
        let desk = try #require(URL(string: "http://mac.local:8460"))
        #expect(throws: SkillingError.self) { _ = try URLSessionTransport(server: desk) }
        #expect(throws: Never.self) { _ = try URLSessionTransport(server: desk, allowsCleartext: true) }
        #expect(throws: SkillingError.self) {
            _ = try URLSessionTransport(server: #require(URL(string: "ftp://mac.local")), allowsCleartext: true)
        }
    }
}
