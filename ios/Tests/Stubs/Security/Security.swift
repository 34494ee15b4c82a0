// A keychain in memory, as far as the package uses Apple's. CoreFoundation's names are Swift's own types here: Linux has no
// bridging, so `as CFDictionary` converts nothing and its absence is not found.
// From memory of Apple's headers, constants' values included: SecItem*, SecAccessControlCreateWithFlags.
import Foundation

public typealias CFString = String
public typealias CFDictionary = [String: Any]
public typealias CFTypeRef = Any
public typealias OSStatus = Int32
public final class CFAllocator {}
public final class CFError {}

public let errSecSuccess: OSStatus = 0
public let errSecItemNotFound: OSStatus = -25300
public let errSecDuplicateItem: OSStatus = -25299
public let errSecInteractionNotAllowed: OSStatus = -25308
public let errSecDecode: OSStatus = -26275
public let errSecMissingEntitlement: OSStatus = -34018

public let kSecClass: CFString = "class"
public let kSecClassGenericPassword: CFString = "genp"
public let kSecAttrService: CFString = "svce"
public let kSecAttrAccount: CFString = "acct"
public let kSecAttrSynchronizable: CFString = "sync"
public let kSecAttrAccessible: CFString = "pdmn"
public let kSecAttrAccessibleWhenPasscodeSetThisDeviceOnly: CFString = "akpu"
public let kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly: CFString = "cku"
public let kSecValueData: CFString = "v_Data"
public let kSecReturnData: CFString = "r_Data"
public let kSecMatchLimit: CFString = "m_Limit"
public let kSecMatchLimitOne: CFString = "m_LimitOne"

/// What tests do to it.
public enum StubKeychain {
    private static let lock = NSLock()
    nonisolated(unsafe) private static var items: [String: CFDictionary] = [:]
    nonisolated(unsafe) private static var failures: [String: OSStatus] = [:]

    /// Every call for this service fails so.
    public static func fail(_ service: String, with status: OSStatus?) {
        lock.withLock { failures[service] = status }
    }
    public static func attribute(_ key: CFString, of account: String, in service: String) -> Any? {
        lock.withLock { items["\(service)/\(account)"]?[key] }
    }
    public static func accounts(in service: String) -> [String] {
        lock.withLock { items.keys.filter { $0.hasPrefix("\(service)/") }.map { String($0.dropFirst(service.count + 1)) } }
    }
    public static func put(_ value: Data, _ account: String, in service: String) {
        lock.withLock { items["\(service)/\(account)"]?[kSecValueData] = value }
    }
    /// The passcode was taken away.
    public static func dropPasscodeItems(of service: String) {
        lock.withLock {
            items = items.filter { name, item in
                !(name.hasPrefix("\(service)/")
                    && item[kSecAttrAccessible] as? String == kSecAttrAccessibleWhenPasscodeSetThisDeviceOnly)
            }
        }
    }
    static func use<T>(_ query: CFDictionary, _ body: (String, inout [String: CFDictionary]) -> T, else failed: (OSStatus) -> T) -> T {
        lock.withLock {
            let service = query[kSecAttrService] as? String ?? ""
            if let failure = failures[service] { return failed(failure) }
            return body("\(service)/\(query[kSecAttrAccount] as? String ?? "")", &items)
        }
    }
}

public func SecItemCopyMatching(_ query: CFDictionary, _ result: UnsafeMutablePointer<CFTypeRef?>?) -> OSStatus {
    StubKeychain.use(query) { name, items in
        guard let item = items[name] else { return errSecItemNotFound }
        result?.pointee = query[kSecReturnData] as? Bool == true ? item[kSecValueData] : nil
        return errSecSuccess
    } else: {
        $0
    }
}

public func SecItemAdd(_ attributes: CFDictionary, _ result: UnsafeMutablePointer<CFTypeRef?>?) -> OSStatus {
    StubKeychain.use(attributes) { name, items in
        guard items[name] == nil else { return errSecDuplicateItem }
        items[name] = attributes
        return errSecSuccess
    } else: {
        $0
    }
}

public func SecItemUpdate(_ query: CFDictionary, _ attributesToUpdate: CFDictionary) -> OSStatus {
    StubKeychain.use(query) { name, items in
        guard items[name] != nil else { return errSecItemNotFound }
        items[name]?.merge(attributesToUpdate) { $1 }
        return errSecSuccess
    } else: {
        $0
    }
}

public func SecItemDelete(_ query: CFDictionary) -> OSStatus {
    StubKeychain.use(query) { name, items in
        items.removeValue(forKey: name) == nil ? errSecItemNotFound : errSecSuccess
    } else: {
        $0
    }
}

/// Not `Sendable`: the strictest reading.
public final class SecAccessControl {
    public let stubProtection: String
    public let stubFlags: SecAccessControlCreateFlags
    init(_ protection: String, _ flags: SecAccessControlCreateFlags) { (stubProtection, stubFlags) = (protection, flags) }
}

public struct SecAccessControlCreateFlags: OptionSet, Sendable {
    public let rawValue: UInt
    public init(rawValue: UInt) { self.rawValue = rawValue }
    public static let userPresence = Self(rawValue: 1 << 0)
    public static let biometryAny = Self(rawValue: 1 << 1)
    public static let biometryCurrentSet = Self(rawValue: 1 << 3)
    public static let devicePasscode = Self(rawValue: 1 << 4)
    public static let privateKeyUsage = Self(rawValue: 1 << 30)
}

public func SecAccessControlCreateWithFlags(
    _ allocator: CFAllocator?, _ protection: CFTypeRef, _ flags: SecAccessControlCreateFlags,
    _ error: UnsafeMutablePointer<Unmanaged<CFError>?>?
) -> SecAccessControl? {
    (protection as? String).map { SecAccessControl($0, flags) }
}

// A server's chain, as URLSession gives it on Apple's systems: SecTrustCopyCertificateChain (iOS 15) and SecCertificateCopyData are
// checked against Apple's documentation.
public typealias CFArray = [Any]
public typealias CFData = Data
public final class SecCertificate {
    let bytes: Data
    public init(stub bytes: Data) { self.bytes = bytes }
}
public final class SecTrust {
    let chain: [SecCertificate]
    public init(stub chain: [SecCertificate]) { self.chain = chain }
}
public func SecTrustCopyCertificateChain(_ trust: SecTrust) -> CFArray? { trust.chain }
public func SecCertificateCopyData(_ certificate: SecCertificate) -> CFData { certificate.bytes }
