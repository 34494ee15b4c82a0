#if canImport(Security)
import Foundation
import Security

/// Generic passwords of one service, on this phone alone: never synchronised, and in no backup that another phone could open.
///
/// Items outlive the app: after a reinstall on the same phone they are there again.
struct Keychain: Sendable {
    /// A status that is none of the expected ones.
    struct Failure: Error, Equatable { let status: OSStatus }

    /// When an item can be read.
    enum Access: Sendable {
        /// Once the phone was unlocked since it started: for work in the background.
        case afterFirstUnlock
        /// While unlocked, and only as long as the phone has a passcode; taking the passcode away deletes it.
        case whilePasscodeSet

        var attribute: CFString {
            switch self {
            case .afterFirstUnlock: kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly
            case .whilePasscodeSet: kSecAttrAccessibleWhenPasscodeSetThisDeviceOnly
            }
        }
    }

    let service: String

    /// nil: there is no such item.
    func read(_ name: String) throws -> Data? {
        var query = query(name)
        query[kSecReturnData as String] = true
        query[kSecMatchLimit as String] = kSecMatchLimitOne
        var found: CFTypeRef?
        let status = SecItemCopyMatching(query as CFDictionary, &found)
        switch status {
        case errSecSuccess:
            guard let data = found as? Data else { throw Failure(status: errSecDecode) }
            return data
        case errSecItemNotFound: return nil
        default: throw Failure(status: status)
        }
    }

    /// Adds an item; false where there is one of that name.
    func add(_ value: Data, as name: String, access: Access) throws -> Bool {
        var item = query(name)
        item[kSecValueData as String] = value
        item[kSecAttrAccessible as String] = access.attribute
        let status = SecItemAdd(item as CFDictionary, nil)
        guard status != errSecDuplicateItem else { return false }
        guard status == errSecSuccess else { throw Failure(status: status) }
        return true
    }

    /// Replaces the value of an item, in one step; false where there is none.
    func replace(_ value: Data, of name: String) throws -> Bool {
        let change: [String: Any] = [kSecValueData as String: value]
        let status = SecItemUpdate(query(name) as CFDictionary, change as CFDictionary)
        guard status != errSecItemNotFound else { return false }
        guard status == errSecSuccess else { throw Failure(status: status) }
        return true
    }

    /// Succeeds where there is none.
    func remove(_ name: String) throws {
        let status = SecItemDelete(query(name) as CFDictionary)
        guard status == errSecSuccess || status == errSecItemNotFound else { throw Failure(status: status) }
    }

    private func query(_ name: String) -> [String: Any] {
        [
            kSecClass as String: kSecClassGenericPassword,
            kSecAttrService as String: service,
            kSecAttrAccount as String: name,
            kSecAttrSynchronizable as String: false,
        ]
    }
}
#endif
