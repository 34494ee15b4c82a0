import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Calls one server over HTTPS with `URLSession`.
///
/// One attempt a call, no redirects, no cookies, no cache of its own (the core keeps ETags), TLS 1.3 and at least 1.2. A longer
/// answer than any may be is cut off while it comes, not after.
public final class URLSessionTransport: Transport {
    private let server: URL
    private let session: URLSession
    private let calls: Calls

    /// - Parameters:
    ///   - server: scheme, host and port; `http` reaches this machine only, for tests.
    ///   - timeout: seconds until silence counts as no answer.
    ///   - configuration: for an app that pins certificates or routes calls its own way; nil for the usual one.
    /// - Throws: ``SkillingError`` `bad_argument` for an address that is not `https` (or `http` to this machine).
    public init(
        server: URL, timeout: TimeInterval = 20, configuration: URLSessionConfiguration? = nil
    ) throws(SkillingError) {
        let isLocal = ["127.0.0.1", "::1", "localhost"].contains(server.host ?? "")
        guard server.scheme == "https" || (server.scheme == "http" && isLocal), server.host != nil else {
            throw SkillingError.badArgument("server or path")
        }
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
        calls = Calls()
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
    }

    private let lock = NSLock()
    private var open: [Int: Call] = [:]

    func begin(_ id: Int, _ continuation: CheckedContinuation<TransportResponse, any Error>) {
        lock.lock()
        open[id] = Call(continuation: continuation)
        lock.unlock()
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

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        lock.lock()
        let call = open.removeValue(forKey: task.taskIdentifier)
        lock.unlock()
        guard let call else { return }
        if call.isTooLong { return call.continuation.resume(throwing: TransportError.tooLong) }
        guard error == nil, let response = task.response as? HTTPURLResponse else {
            let isLate = (error as? URLError)?.code == .timedOut
            return call.continuation.resume(throwing: isLate ? TransportError.timedOut : .unreachable)
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
