// Storage that is full: wallet and till each on a small file system of their own, which really has no room left.
#if os(Linux)
import Foundation
import Glibc
import Testing

@testable import Skilling

struct FullDisk {
    @Test func aWalletWithoutRoomSaysSoOwesNothingAndPaysOnceThereIsSome() async throws {
        let town = try Town()
        let disk = try SmallDisk(at: town.folder.appendingPathComponent("phone"))
        let (phone, till) = (Phone(in: town, folder: disk.folder.appendingPathComponent("wallet")), try await town.till())
        let wallet = try await phone.ready()
        try disk.fill()
        var (paid, failure): (UInt64, SkillingError?) = (0, nil)
        // What was set aside for the journal before may take some payments still.
        while failure == nil && paid < 300 {
            let request = try await till.request(dkk(100))
            do {
                _ = try await wallet.pays(request.message)
                paid += 1
            } catch { failure = error as? SkillingError }
        }
        #expect(failure?.kind == .storage(.full), "\(String(describing: failure))")
        #expect(failure?.localizedDescription == "The phone is full. Free some space, then try again.")
        #expect(failure?.advice.isEmpty == false)
        disk.free()
        wallet.shutDown()
        let again = try await phone.open()
        let spent = try #require(try await again.allowances().first).remaining
        #expect(spent == dkk(100_000 - 100 * paid), "the one that failed took nothing")
        #expect(try await till.accept(again.pays(till.request(dkk(700)).message).message).accepted != nil)
    }

    @Test func aTillWithoutRoomNeverSaysPaid() async throws {
        let town = try Town()
        let disk = try SmallDisk(at: town.folder.appendingPathComponent("shop"))
        let (wallet, till) = (try await Phone(in: town).ready(), try await town.till(in: disk.folder))
        let request = try await till.request(dkk(300))
        let token = try await wallet.pays(request.message)
        try disk.fill()
        var accepted = 0
        var refusal: Reason?
        var failure: SkillingError?
        // As above: first whatever room the journal has.
        for _ in 0..<300 where refusal == nil && failure == nil {
            do {
                let sale = try await till.request(dkk(100))
                switch try await till.accept(wallet.pays(sale.message).message) {
                case .refused(let reason): refusal = reason
                default: accepted += 1
                }
            } catch { failure = error as? SkillingError }
        }
        #expect(refusal?.name == "storage_failed" || failure?.kind == .storage(.full), "\(String(describing: failure))")
        disk.free()
        #expect(try await till.accept(token.message, for: request.id).accepted != nil, "the next payment works")
        #expect(try await till.offlineStatus().offlinePaymentsCount == accepted + 1)
    }
}

/// A file system in memory, seen by this process alone.
final class SmallDisk: @unchecked Sendable {
    let folder: URL
    private var filler: URL { folder.appendingPathComponent("filler") }

    init(at folder: URL) throws {
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        guard mount("skilling-test", folder.path, "tmpfs", 0, "size=8m") == 0 else {
            throw Town.Trouble("no file system can be mounted (errno \(errno)): run the tests by scripts/swift-test")
        }
    }

    deinit { umount2(folder.path, Int32(MNT_DETACH)) }

    /// Takes every byte that is left.
    func fill() throws {
        let file = open(filler.path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        guard file >= 0 else { throw Town.Trouble("the disk cannot be filled") }
        defer { close(file) }
        let block = [UInt8](repeating: 0, count: 4096)
        while write(file, block, block.count) > 0 {}
        guard errno == ENOSPC else { throw Town.Trouble("the disk is not full: errno \(errno)") }
    }

    func free() { try? FileManager.default.removeItem(at: filler) }
}
#endif
