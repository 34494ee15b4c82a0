// A wallet app that is killed: does one step of a payment with the wallet in a folder, says "ready", and waits for its end.
//
//   Victim agree|arm|pay FOLDER ROOT REQUEST
//
// Ports are files in FOLDER, ROOT is the scheme's key in hex, REQUEST a file.
import Foundation
import Skilling

let arguments = CommandLine.arguments
guard arguments.count == 5 else { exit(2) }
let folder = URL(fileURLWithPath: arguments[2])
let root = Data(stride(from: 0, to: arguments[3].count, by: 2).compactMap { UInt8(arguments[3].dropFirst($0).prefix(2), radix: 16) })
let request = try Data(contentsOf: URL(fileURLWithPath: arguments[4]))

let wallet = try await SkillingWallet.open(
    WalletConfiguration(folder: folder.appendingPathComponent("wallet"), roots: [root]),
    keys: SoftwareDeviceKeys(folder: folder.appendingPathComponent("keys")),
    vault: FileKeyVault(file: folder.appendingPathComponent("vault")),
    rollbackGuard: FileRollbackGuard(file: folder.appendingPathComponent("mark")))
wallet.setInFront(true)
if arguments[1] == "arm" {
    guard let allowance = try await wallet.allowances().first else { exit(3) }
    _ = try await wallet.arm(allowance.id, ceiling: allowance.cap)
} else {
    guard case .new(let review) = try await wallet.review(request) else { exit(4) }
    let authorised = try await wallet.agree(to: review)
    if arguments[1] == "pay" { _ = try await wallet.pay(authorised) }
}
FileHandle.standardOutput.write(Data("ready\n".utf8))
while true { try await Task.sleep(nanoseconds: 1_000_000_000) }
