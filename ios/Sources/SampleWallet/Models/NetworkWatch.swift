import Foundation

#if canImport(Network)
import Network
#endif

/// Says whether there is a network. The system's in the app, a script in tests.
public protocol NetworkWatch: Sendable {
    /// Now, and whenever it changes.
    var states: AsyncStream<Bool> { get }
}

/// Where nobody knows: the payer is told nothing that may be wrong.
public struct AlwaysOnline: NetworkWatch {
    /// The only one.
    public init() {}

    public var states: AsyncStream<Bool> { AsyncStream { $0.yield(true) } }
}

#if canImport(Network)
/// The system's own view of it. A network is no promise that a bank can be reached.
public struct SystemNetwork: NetworkWatch {
    /// The usual one.
    public init() {}

    public var states: AsyncStream<Bool> {
        AsyncStream { continuation in
            let monitor = NWPathMonitor()
            monitor.pathUpdateHandler = { continuation.yield($0.status == .satisfied) }
            continuation.onTermination = { _ in monitor.cancel() }
            monitor.start(queue: DispatchQueue(label: "wallet.network"))
        }
    }
}
#endif
