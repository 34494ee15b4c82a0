import Foundation

/// One HTTP call to a bank or an acquirer.
public struct TransportRequest: Hashable, Sendable {
    /// The methods in use.
    public enum Method: String, Hashable, Sendable {
        /// Fetch.
        case get = "GET"
        /// Call.
        case post = "POST"
    }

    /// GET or POST.
    public let method: Method
    /// From the root, begins with `/v1/`.
    public let path: String
    /// `application/cbor`; empty for GET.
    public let body: Data
    /// Goes out as If-None-Match.
    public let etag: String?

    /// Takes what is to be sent.
    public init(method: Method, path: String, body: Data = Data(), etag: String? = nil) {
        (self.method, self.path, self.body, self.etag) = (method, path, body, etag)
    }
}

/// An answer, whatever its status.
public struct TransportResponse: Hashable, Sendable {
    /// HTTP status.
    public let status: Int
    /// At most ``largestBody`` bytes.
    public let body: Data
    /// Retry-After in seconds, if given.
    public let retryAfter: UInt32?
    /// ETag, if given.
    public let etag: String?

    /// The longest answer that is read: a trust bundle or status list.
    public static let largestBody = (16 << 20) + 16

    /// Takes what came.
    public init(status: Int, body: Data, retryAfter: UInt32? = nil, etag: String? = nil) {
        (self.status, self.body, self.retryAfter, self.etag) = (status, body, retryAfter, etag)
    }
}

/// No answer came; whether the call arrived is unknown, so the same bytes are sent again later. Anything else that an
/// implementation throws counts as ``TransportError/unreachable``.
public enum TransportError: String, Error, Hashable, Sendable, CaseIterable {
    /// No connection, or it broke.
    case unreachable
    /// No answer in time.
    case timedOut
    /// The answer is longer than any may be.
    case tooLong
    /// Somebody else answered, or TLS failed: nothing was sent. To the wallet that is the same as ``unreachable``.
    case notTrusted
}

/// The way to one server. ``URLSessionTransport`` is the one for production.
///
/// Has time-outs of its own, does not try again and follows no redirects. Called from any thread.
public protocol Transport: Sendable {
    /// Sends and waits for the answer.
    func send(_ request: TransportRequest) async throws -> TransportResponse
}
