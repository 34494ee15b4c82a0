import Foundation
internal import SkillingCore

/// Runs your own implementation of a port through its contract. For your tests, on a phone of your own: keys are made and deleted.
public enum PortContract: Sendable {
    /// - Throws: kind `portFailed`; ``SkillingError/detail`` says which sentence of the contract is broken.
    public static func check(_ keys: any DeviceKeys) async throws(SkillingError) {
        try await waited { try await checkDeviceKeys(keys: DeviceKeysAdapter(keys)) }
    }

    /// - Parameters:
    ///   - vault: one.
    ///   - reopened: the same, as another start of the app would make it.
    /// - Throws: kind `portFailed`.
    public static func check(_ vault: any KeyVault, reopened: any KeyVault) async throws(SkillingError) {
        try await aside { try checkKeyVault(vault: KeyVaultAdapter(vault), reopened: KeyVaultAdapter(reopened)) }
    }

    /// - Parameters:
    ///   - rollbackGuard: one that keeps nothing yet.
    ///   - reopened: the same, as another start of the app would make it.
    /// - Throws: kind `portFailed`.
    public static func check(
        _ rollbackGuard: any RollbackGuard, reopened: any RollbackGuard
    ) async throws(SkillingError) {
        try await aside {
            try checkRollbackGuard(guard: RollbackGuardAdapter(rollbackGuard), reopened: RollbackGuardAdapter(reopened))
        }
    }

    /// - Throws: kind `portFailed`. Sends one call to a path that no server has.
    public static func check(_ transport: any Transport) async throws(SkillingError) {
        try await waited { try await checkTransport(transport: TransportAdapter(transport)) }
    }
}
