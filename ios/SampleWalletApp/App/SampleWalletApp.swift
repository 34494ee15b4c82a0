// The app: what SampleWallet needs of a phone, put together. Everything else is in the package.
import Foundation
import SampleWallet
import Skilling
import SwiftUI

@main
struct SampleWalletApp: App {
    @State private var launch: LaunchModel

    init() {
        let settings = AppSettings(Bundle.main.infoDictionary ?? [:])
        let launch = LaunchModel { try await settings.open() }
        // Before the app has finished launching, or the system ends it.
        BackgroundSync.register { try await launch.sync() }
        _launch = State(initialValue: launch)
    }

    var body: some Scene {
        WindowGroup { LaunchView(model: launch) }
    }
}

extension AppSettings {
    /// The wallet of this phone, with Apple's own ports.
    @MainActor func open() async throws -> AppModel {
        let folder = try FileManager.default.url(
            for: .applicationSupportDirectory, in: .userDomainMask, appropriateFor: nil, create: true
        ).appendingPathComponent("wallet")
        let service = Bundle.main.bundleIdentifier ?? "wallet"
        let keys = try isTestBank ? testKeys(service, folder) : SecureEnclaveDeviceKeys(service: service)
        let wallet = try await SkillingWallet.open(
            WalletConfiguration(folder: folder.appendingPathComponent("store"), roots: try roots()), keys: keys,
            vault: KeychainVault(service: service), rollbackGuard: KeychainRollbackGuard(service: service))
        let bank = try URLSessionTransport(server: server, allowsCleartext: isTestBank)
        return AppModel(wallet: wallet, transport: bank, presenter: SystemPresenter(), network: SystemNetwork())
    }

    /// Keys that nobody vouches for, which test schemes alone take. A simulator has no Secure Enclave.
    private func testKeys(_ service: String, _ folder: URL) throws -> any DeviceKeys {
        guard SecureEnclaveDeviceKeys.isAvailable else {
            return try SoftwareDeviceKeys(folder: folder.appendingPathComponent("keys"))
        }
        return SecureEnclaveDeviceKeys(service: service, attestation: nil)
    }
}
