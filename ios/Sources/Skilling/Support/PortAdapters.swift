// What the core sees instead of the app's own objects. An error that nobody declared is a fault here, and its own text goes no
// further: it may hold anything. Deadlines are the core's.
import Foundation
internal import SkillingCore

final class DeviceKeysAdapter: SkillingCore.DeviceKeys, Sendable {
    private let keys: any Skilling.DeviceKeys

    init(_ keys: any Skilling.DeviceKeys) { self.keys = keys }

    func describe() throws -> DeviceKeysInfo {
        DeviceKeysInfo(attestation: keys.attestation == .apple ? .apple : .none, protection: keys.protection)
    }

    func generate(alias: String, usage: SkillingCore.KeyUse, nonce: Data) async throws -> GeneratedDeviceKey {
        do {
            let key = try await keys.generate(alias: alias, use: usage == .pay ? .pay : .link, nonce: nonce)
            return GeneratedDeviceKey(publicKey: key.publicKey, attestation: key.attestation)
        } catch { throw Self.declared(error) }
    }

    func authorize(alias: String, prompt: Prompt?) async throws -> AuthorizedOperation {
        do {
            let authorization = try await keys.authorize(alias: alias, prompt: prompt.map(ConsentPrompt.init))
            guard authorization.alias == alias else { throw Skilling.DeviceKeysError.fault }
            return AuthorizedOperation(handle: authorization.handle)
        } catch { throw Self.declared(error) }
    }

    func sign(alias: String, operation: AuthorizedOperation, message: Data) throws -> SignatureBytes {
        do {
            return SignatureBytes(bytes: try keys.sign(message, with: Authorization(alias: alias, handle: operation.handle)))
        } catch { throw Self.declared(error) }
    }

    func deleteKey(alias: String) async throws {
        do { try await keys.delete(alias: alias) } catch { throw Self.declared(error) }
    }

    private static func declared(_ error: any Error) -> SkillingCore.DeviceKeysError {
        switch error as? Skilling.DeviceKeysError {
        case .refused: .Refused
        case .lockedOut: .LockedOut
        case .noPasscode: .NoScreenLock
        case .busy: .Busy
        case .invalidated: .Invalidated
        case .noSuchKey: .NoSuchKey
        case .aliasInUse: .AliasInUse
        case .expired: .Expired
        case .fault: .Fault(code: 0)
        case nil: .Undeclared
        }
    }
}

final class KeyVaultAdapter: SkillingCore.KeyVault, Sendable {
    private let vault: any Skilling.KeyVault

    init(_ vault: any Skilling.KeyVault) { self.vault = vault }

    func seal(secret: SecretBytes) throws -> SealedBytes {
        do { return SealedBytes(bytes: try vault.seal(secret.bytes)) } catch { throw Self.declared(error) }
    }

    func openSealed(sealed: SealedBytes) throws -> SecretBytes {
        do { return SecretBytes(bytes: try vault.open(sealed.bytes)) } catch { throw Self.declared(error) }
    }

    private static func declared(_ error: any Error) -> SkillingCore.KeyVaultError {
        switch error as? Skilling.KeyVaultError {
        case .locked: .Locked
        case .cannotOpen: .CannotOpen
        case .fault: .Fault(code: 0)
        case nil: .Undeclared
        }
    }
}

final class RollbackGuardAdapter: SkillingCore.RollbackGuard, Sendable {
    private let kept: any Skilling.RollbackGuard

    init(_ kept: any Skilling.RollbackGuard) { self.kept = kept }

    func read() throws -> KeptMark {
        do {
            return KeptMark(mark: try kept.read().map { GuardMark(counter: $0.counter, digest: $0.digest) })
        } catch { throw Self.declared(error) }
    }

    func advance(mark: GuardMark) throws {
        do {
            try kept.advance(to: RollbackMark(counter: mark.counter, digest: mark.digest))
        } catch { throw Self.declared(error) }
    }

    private static func declared(_ error: any Error) -> SkillingCore.RollbackGuardError {
        switch error as? Skilling.RollbackGuardError {
        case .notAbove: .NotAbove
        case .fault: .Fault(code: 0)
        case nil: .Undeclared
        }
    }
}

final class TransportAdapter: SkillingCore.Transport, Sendable {
    private let transport: any Skilling.Transport

    init(_ transport: any Skilling.Transport) { self.transport = transport }

    func send(call: HttpCall) async throws -> HttpAnswer {
        do {
            let request = TransportRequest(
                method: call.method == .post ? .post : .get, path: call.path, body: call.body, etag: call.etag)
            let response = try await transport.send(request)
            return HttpAnswer(
                status: UInt32(clamping: response.status), body: response.body, retryAfterSeconds: response.retryAfter,
                etag: response.etag)
        } catch { throw Self.declared(error) }
    }

    private static func declared(_ error: any Error) -> TransportPortError {
        switch error as? Skilling.TransportError {
        case .unreachable, .notTrusted: .Unreachable
        case .timedOut: .TimedOut
        case .tooLong: .TooLong
        case nil: .Undeclared
        }
    }
}

final class ClockAdapter: WallClock, Sendable {
    private let now_: @Sendable () -> Date

    init(_ now: @escaping @Sendable () -> Date) { now_ = now }

    func now() throws -> ClockReading { ClockReading(unixSeconds: now_().unix) }
}

extension ConsentPrompt {
    init(_ core: Prompt) {
        let purpose: Purpose =
            switch core.purpose {
            case .payment(let merchant, let reference): .payment(merchant: merchant, reference: reference)
            case .arming: .arming
            }
        self.init(purpose: purpose, amount: Money(core.amount), decimals: Int(core.decimals))
    }
}
