// What needs no server: runs in an iPhone simulator with Apple's own frameworks, and on Linux with the stand-ins.
import CoreImage
import Foundation
import SampleWallet
import Skilling
import Testing

@MainActor struct InASimulator {
    private func open() async throws -> SkillingWallet {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        // A simulator has no enclave; any point of the curve may stand for a root that nobody ever uses.
        let root = Data(
            [0x03, 0x6B, 0x17, 0xD1, 0xF2, 0xE1, 0x2C, 0x42, 0x47, 0xF8, 0xBC, 0xE6, 0xE5, 0x63, 0xA4, 0x40, 0xF2]
                + [0x77, 0x03, 0x7D, 0x81, 0x2D, 0xEB, 0x33, 0xA0, 0xF4, 0xA1, 0x39, 0x45, 0xD8, 0x98, 0xC2, 0x96])
        return try await SkillingWallet.open(
            WalletConfiguration(folder: folder.appendingPathComponent("wallet"), roots: [root]),
            keys: SoftwareDeviceKeys(folder: folder.appendingPathComponent("keys")),
            vault: FileKeyVault(file: folder.appendingPathComponent("vault")),
            rollbackGuard: FileRollbackGuard(file: folder.appendingPathComponent("mark")))
    }

    @Test func aNewWalletOpensAndSaysWhatToDo() async throws {
        guard #available(iOS 17, *) else { return }
        let wallet = try await open()
        let server = try URLSessionTransport(server: #require(URL(string: "http://127.0.0.1:9")))
        let app = AppModel(wallet: wallet, transport: server, presenter: SystemPresenter())
        await app.moved(to: .inFront)
        #expect(app.home.canPay == false && app.home.todo == .enrol)
        #expect(try await wallet.history().entries.isEmpty)
    }

    @Test func aReaderIsAnsweredWhateverItSends() async throws {
        let wallet = try await open()
        for command in [Data(), Data([0x00, 0xA4]), Data(repeating: 0xFF, count: 5_000)] {
            #expect(wallet.card.process(command).count >= 2)
        }
    }

    @Test func aCodeIsDrawnByCoreImage() throws {
        let code = try QRCode(message: Data([0x82, 0x00, 0x18, 0x29]))
        let picture = try #require(code.image(scale: 3))
        #expect(picture.width == (code.size + 8) * 3 && picture.height == picture.width)
        #expect(try QRCode.message(inText: code.text) == Data([0x82, 0x00, 0x18, 0x29]))
    }

    @Test func theKeychainOfThisMachineKeepsItsContract() async throws {
        let service = "simulator-\(UUID().uuidString)"
        try await PortContract.check(KeychainRollbackGuard(service: service), reopened: KeychainRollbackGuard(service: service))
    }
}
