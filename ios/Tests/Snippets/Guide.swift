// The code of docs/integrate-ios.md and of the documentation catalogue, so that it compiles. Each block there stands here, word for
// word; a test compares them.
import AVFoundation
import BackgroundTasks
import CoreImage
import CoreNFC
import Foundation
import Skilling
import SwiftUI

/// The app's own screens.
enum Screen {
    case show(Review)
    case draw(QRCode)
}

func pinnedRoot(hex: String) throws -> Data {
    let digits = Array(hex)
    let root = Data(stride(from: 0, to: digits.count - 1, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) })
    guard digits.count == 66, root.count == 33 else { throw CocoaError(.coderInvalidValue) }
    return root
}

func openWallet(root: Data) async throws -> SkillingWallet {
    let folder = try FileManager.default.url(
        for: .applicationSupportDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
    let service = Bundle.main.bundleIdentifier ?? "wallet"
    let wallet = try await SkillingWallet.open(
        WalletConfiguration(folder: folder.appendingPathComponent("wallet"), roots: [root]),
        keys: SecureEnclaveDeviceKeys(service: service),
        vault: KeychainVault(service: service),
        rollbackGuard: KeychainRollbackGuard(service: service))
    return wallet
}

func testKeys(service: String, folder: URL) throws -> any DeviceKeys {
    guard SecureEnclaveDeviceKeys.isAvailable else {
        return try SoftwareDeviceKeys(folder: folder.appendingPathComponent("keys"))
    }
    return SecureEnclaveDeviceKeys(service: service, attestation: nil)
}

func moved(to phase: ScenePhase, wallet: SkillingWallet) {
    switch phase {
    case .active: wallet.setInFront(true)
    case .background: wallet.setInFront(false)
    default: break
    }
}

func enrol(wallet: SkillingWallet, code: String) async throws {
    let server = try URLSessionTransport(server: URL(string: "https://bank.example")!)
    let bank = try await wallet.enrol(code: code, over: server)
    let limit = Money(minorUnits: 200_000, currency: .dkk)
    let report = try await wallet.sync(with: bank, over: server, wanting: Want(limit: limit))
    for refused in report.notGranted { print(refused.reason?.payerText ?? "") }
}

func scan(with scanner: CameraScanner, in preview: AVCaptureVideoPreviewLayer) async throws -> Data? {
    preview.session = scanner.session
    try await scanner.start()
    defer { scanner.stop() }
    for await frame in scanner.frames {
        if case .message(let scanned) = frame { return scanned }
    }
    return nil
}

func payByCode(wallet: SkillingWallet, scanned: Data, show: (Screen) async -> Bool) async throws {
    switch try await wallet.review(scanned) {
    case .answered(let token):
        // Paid before, and no receipt came: the very same code again.
        _ = await show(.draw(try QRCode(message: token.message)))
    case .new(let review):
        guard await show(.show(review)) else { return wallet.decline(review) }
        let authorised = try await wallet.agree(to: review)
        let token = try await wallet.pay(authorised)
        _ = await show(.draw(try QRCode(message: token.message)))
        try await wallet.presented(token.payment)
    }
}

@available(iOS 17.4, *)
func payByTap(wallet: SkillingWallet, ceiling: Money) async throws -> CardSessionPresenter.End? {
    guard let allowance = try await wallet.allowances().first(where: { $0.state == .open }) else { return nil }
    guard await CardSessionPresenter.availability() == .available else { return .unavailable(.unsupported) }
    _ = try await wallet.arm(allowance.id, ceiling: ceiling)
    let presenter = CardSessionPresenter(card: wallet.card)
    let end = await presenter.present(message: "Hold near the till") { progress in
        if progress == .torn { print("Hold the phone to the reader again") }
    }
    try await wallet.disarm()
    return end
}

func follow(wallet: SkillingWallet) async throws {
    for await event in wallet.events {
        switch event.kind {
        case .accepted(_, let amount): print("Paid \(amount.formatted(decimals: 2))")
        case .syncNeeded: print("Go online soon")
        case .fraudNotice(let reason, _): print(reason.payerText)
        default: break
        }
        try await wallet.acknowledge(event)
    }
}

@MainActor
final class Launch {
    private let root: Data
    private let server: URLSessionTransport
    private var opening: Task<SkillingWallet, any Error>?

    init(root: Data, server: URLSessionTransport) { (self.root, self.server) = (root, server) }

    /// Opens it once, whoever asks first: the screen or the system's task.
    func wallet() async throws -> SkillingWallet {
        let task = opening ?? Task { [root] in try await openWallet(root: root) }
        opening = task
        do {
            return try await task.value
        } catch {
            if opening == task { opening = nil }
            throw error
        }
    }

    func sync() async throws -> Bool {
        let reports = try await wallet().syncEverything { [server] _ in server }
        return reports.values.allSatisfy { $0.failure == nil }
    }
}

@MainActor
func start(root: Data, server: URLSessionTransport) -> Launch {
    let launch = Launch(root: root, server: server)
    // Before the app has finished launching, or the system ends it.
    BackgroundSync.register { try await launch.sync() }
    return launch
}

func payOrExplain(wallet: SkillingWallet, review: Review) async -> String {
    do {
        _ = try await wallet.pay(wallet.agree(to: review))
        return ""
    } catch {
        if case .keyGone = error.kind { return "Go online to get new offline money." }
        return error.localizedDescription
    }
}

func practise(folder: URL, limit: Money, show: (Data, Reason) async -> Void) async throws {
    let simulator = try Simulator()
    let wallet = try await simulator.openWallet(in: folder)
    wallet.setInFront(true)
    try await wallet.refresh(over: simulator.server)
    let bank = try await wallet.enrol(code: simulator.enrolmentCode, over: simulator.server)
    try await wallet.sync(with: bank, over: simulator.server, wanting: Want(limit: limit))
    let shop = try simulator.shop(for: wallet)
    for reason in Reason.all where (1..<50).contains(reason.code) {
        await show(try await shop.asks(Simulator.magicAmount(for: reason)), reason)
        try await shop.done()
    }
}

func sell(
    amount: Money, store: URL, root: Data, keys: any TerminalKeys, reader: any Transceiver, acquirer: any Transport
) async throws {
    let till = try await SkillingTerminal.open(TerminalConfiguration(store: store, roots: [root]), keys: keys)
    switch try await till.canAcceptOffline(amount) {
    case .yes(let room): print("Up to \(room.largest.formatted(decimals: 2)) until \(room.until)")
    case .no(let reasons): for reason in reasons { print(reason.cashierText) }
    }
    let request = try await till.request(amount, reference: "42")
    let report = try await till.tap(reader, sale: request.id)
    if report.isPaid { print("Paid") }
    if try await till.offlineStatus().requiresUpload { try await till.syncAll(over: acquirer) }
}
