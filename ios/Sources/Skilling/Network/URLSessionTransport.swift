import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Calls one server over HTTPS with `URLSession`.
///
/// One attempt a call, no redirects, no cookies, no cache of its own (the core keeps ETags), TLS 1.3 and at least 1.2. A longer
/// answer than any may be is cut off while it comes, not after. A server whose certificate the system does not trust, or that has
/// none of the pinned keys, is ``TransportError/notTrusted``: nothing was sent to it.
public final class URLSessionTransport: Transport {
    private let server: URL
    private let session: URLSession
    private let calls: Calls

    /// - Parameters:
    ///   - server: scheme, host and port; `http` reaches this machine only.
    ///   - pins: SHA-256 of the SubjectPublicKeyInfo of keys that the server's chain must hold one of, in Base64; empty: no pinning.
    ///     Pin at least one key that is not in use yet, or a lost key locks everybody out. On Apple's systems only.
    ///   - timeout: seconds until silence counts as no answer.
    ///   - configuration: for an app that routes calls its own way; nil for the usual one.
    ///   - allowsCleartext: `http` to other machines too, for a phone and a test bank without TLS. Never in an app for people.
    /// - Throws: kind `invalidArgument` for an address that is not `https` (or `http` where that may be), for a pin that is none, and
    ///   for pins where they cannot be checked.
    public init(
        server: URL, pins: Set<String> = [], timeout: TimeInterval = 20, configuration: URLSessionConfiguration? = nil,
        allowsCleartext: Bool = false
    ) throws(SkillingError) {
        let mayBeClear = allowsCleartext || ["127.0.0.1", "::1", "localhost"].contains(server.host ?? "")
        guard server.scheme == "https" || (server.scheme == "http" && mayBeClear), server.host != nil else {
            throw SkillingError.badArgument("server or path")
        }
        guard pins.allSatisfy({ Data(base64Encoded: $0)?.count == 32 }) else { throw SkillingError.badArgument("pins") }
        #if canImport(FoundationNetworking)
        // This URLSession shows nobody the server's chain, and a pin that is not looked at protects nobody.
        guard pins.isEmpty else { throw SkillingError.badArgument("pins") }
        #endif
        let configuration = configuration ?? .ephemeral
        configuration.timeoutIntervalForRequest = timeout
        configuration.timeoutIntervalForResource = timeout * 3
        configuration.httpShouldSetCookies = false
        configuration.urlCache = nil
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        #if !canImport(FoundationNetworking)
        configuration.waitsForConnectivity = false
        configuration.tlsMinimumSupportedProtocolVersion = .TLSv12
        #endif
        self.server = server
        calls = Calls(pins: pins)
        session = URLSession(configuration: configuration, delegate: calls, delegateQueue: nil)
    }

    deinit { session.finishTasksAndInvalidate() }

    public func send(_ request: TransportRequest) async throws -> TransportResponse {
        guard request.path.hasPrefix("/v1/"), let url = URL(string: request.path, relativeTo: server) else {
            throw SkillingError.badArgument("server or path")
        }
        var call = URLRequest(url: url)
        call.httpMethod = request.method.rawValue
        if request.method == .post {
            call.httpBody = request.body
            call.setValue("application/cbor", forHTTPHeaderField: "Content-Type")
        }
        if let etag = request.etag { call.setValue(etag, forHTTPHeaderField: "If-None-Match") }
        let task = session.dataTask(with: call)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                calls.begin(task.taskIdentifier, continuation)
                task.resume()
                // Cancelled before: the end of the call may have been told when nobody waited for it yet.
                if Task.isCancelled { calls.end(task.taskIdentifier) }
            }
        } onCancel: {
            task.cancel()
        }
    }
}

/// Gathers what the calls bring; a call ends exactly once.
private final class Calls: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    private struct Call {
        let continuation: CheckedContinuation<TransportResponse, any Error>
        var body = Data()
        var isTooLong = false
        var isNotPinned = false
    }

    private let pins: Set<String>
    private let lock = NSLock()
    private var open: [Int: Call] = [:]

    init(pins: Set<String>) { self.pins = pins }

    func begin(_ id: Int, _ continuation: CheckedContinuation<TransportResponse, any Error>) {
        lock.lock()
        open[id] = Call(continuation: continuation)
        lock.unlock()
    }

    /// Nobody wants the answer any more.
    func end(_ id: Int) {
        lock.lock()
        let call = open.removeValue(forKey: id)
        lock.unlock()
        call?.continuation.resume(throwing: TransportError.unreachable)
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        let isTooLong = response.expectedContentLength > Int64(TransportResponse.largestBody)
        if isTooLong { markTooLong(dataTask.taskIdentifier) }
        completionHandler(isTooLong ? .cancel : .allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        lock.lock()
        let id = dataTask.taskIdentifier
        let isTooLong = (open[id]?.body.count ?? 0) + data.count > TransportResponse.largestBody
        if isTooLong {
            open[id]?.isTooLong = true
        } else {
            open[id]?.body.append(data)
        }
        lock.unlock()
        if isTooLong { dataTask.cancel() }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    #if !canImport(FoundationNetworking)
    func urlSession(
        _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
        completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
    ) {
        guard !pins.isEmpty, challenge.protectionSpace.authenticationMethod == NSURLAuthenticationMethodServerTrust else {
            return completionHandler(.performDefaultHandling, nil)
        }
        let chain = challenge.protectionSpace.serverTrust.map(PinnedKeys.certificates) ?? []
        if PinnedKeys(pins: pins).allow(chain) {
            // Pins come on top of what the system asks of a certificate, never instead.
            completionHandler(.performDefaultHandling, nil)
        } else {
            lock.lock()
            open[task.taskIdentifier]?.isNotPinned = true
            lock.unlock()
            completionHandler(.cancelAuthenticationChallenge, nil)
        }
    }
    #endif

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        lock.lock()
        let call = open.removeValue(forKey: task.taskIdentifier)
        lock.unlock()
        guard let call else { return }
        if call.isTooLong { return call.continuation.resume(throwing: TransportError.tooLong) }
        guard error == nil, let response = task.response as? HTTPURLResponse else {
            return call.continuation.resume(throwing: call.isNotPinned ? TransportError.notTrusted : TransportError(error))
        }
        let seconds = response.value(forHTTPHeaderField: "Retry-After").flatMap { UInt32($0) }
        call.continuation.resume(
            returning: TransportResponse(
                status: response.statusCode, body: call.body, retryAfter: seconds,
                etag: response.value(forHTTPHeaderField: "ETag")))
    }

    private func markTooLong(_ id: Int) {
        lock.lock()
        open[id]?.isTooLong = true
        lock.unlock()
    }
}

extension TransportError {
    /// What a call that ended without an answer means. On Linux `URLSession` tells no failure of TLS apart from a server that is away.
    init(_ error: (any Error)?) {
        self =
            switch (error as? URLError)?.code {
            case .timedOut: .timedOut
            case .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasUnknownRoot,
                .serverCertificateHasBadDate, .serverCertificateNotYetValid:
                .notTrusted
            default: .unreachable
            }
    }
}
