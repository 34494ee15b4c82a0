import Foundation
import Observation
import Skilling

/// Opens the wallet when the app starts, be it in front or for a sync in the background.
@available(iOS 17, *)
@MainActor
@Observable
public final class LaunchModel {
    /// Where it stands.
    public enum State {
        case opening
        case ready(AppModel)
        /// What the payer reads; they may try again.
        case failed(String)
    }

    public private(set) var state = State.opening
    private let open: @MainActor () async throws -> AppModel
    private var opening: Task<AppModel, any Error>?

    /// - Parameter open: opens the wallet; called until it succeeds once.
    public init(open: @escaping @MainActor () async throws -> AppModel) { self.open = open }

    /// Opens, if nothing is open yet.
    public func begin() async {
        _ = try? await app()
    }

    /// What the system runs in the background. True: every bank answered.
    ///
    /// - Throws: what kept the wallet from opening, such as a phone that was not unlocked since it started, or from syncing.
    public func sync() async throws -> Bool {
        try await app().sync()
    }

    /// Screen and background may both ask at the start: it is opened once.
    private func app() async throws -> AppModel {
        if case .ready(let app) = state { return app }
        let task = opening ?? Task { try await open() }
        (opening, state) = (task, .opening)
        defer { opening = nil }
        do {
            let app = try await task.value
            state = .ready(app)
            return app
        } catch {
            state = .failed(error is SkillingError ? error.localizedDescription : Words.text("cannot_open"))
            throw error
        }
    }
}

/// What Info.plist says of bank and scheme. All of it comes from the project's build settings.
public struct AppSettings: Sendable {
    /// `SkillingBankServer`.
    public let server: URL
    /// `SkillingSchemeRoot`, 66 hex digits; nil: none yet.
    public let root: Data?
    /// `SkillingIsTestBank`, only where it is `YES`: the bank takes keys that nobody vouches for, and answers without TLS.
    public let isTestBank: Bool

    /// Takes the dictionary of the app's bundle. An address that is none is refused by the transport.
    public init(_ info: [String: Any]) {
        let address = (info["SkillingBankServer"] as? String).flatMap(URL.init(string:))
        server = address.flatMap { $0.host == nil ? nil : $0 } ?? URL(fileURLWithPath: "/")
        let digits = Array((info["SkillingSchemeRoot"] as? String ?? "").utf8)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
        }
        root = digits.count == 66 && bytes.count == 33 ? Data(bytes) : nil
        isTestBank = info["SkillingIsTestBank"] as? String == "YES"
    }

    /// The root to pin. Without one the wallet trusts a key that nobody has: there is the practice mode alone.
    public func roots() throws(SkillingError) -> [Data] {
        if let root { return [root] }
        return try Simulator().roots
    }
}
