// A phone and a till on the generated Swift, for scripts/bench: the same calls in the same order as
// bindings/examples/phone-bench.rs, which says what goes in and comes out.
import Foundation
import SkillingCore

let arguments = Array(CommandLine.arguments.dropFirst())
switch (arguments.first, arguments.count) {
case ("cost", 2): try await cost(in: arguments[1])
case ("open", 3): try open(in: arguments[1], root: arguments[2])
case ("memory", 2): try await memory(in: arguments[1])
default:
    FileHandle.standardError.write(Data("usage: Bench cost|memory FOLDER, Bench open FOLDER ROOT\n".utf8))
    exit(2)
}

func cost(in folder: String) async throws {
    let pair = try await Pair(in: folder)
    while let line = readLine() {
        guard let rounds = Int(line) else { throw Trouble("not a count: \(line)") }
        let allowance = try await pair.grants()
        for _ in 0..<rounds {
            try await pair.payByCode()
            try await pair.payByTap(from: allowance)
        }
        for (name, took) in pair.took { print("\(name)\t\(microseconds(took))") }
        pair.took.removeAll()
        print("")
        fflush(nil)
    }
}

func open(in folder: String, root: String) throws {
    var key = Data()
    var rest = Substring(root)
    while let byte = UInt8(rest.prefix(2), radix: 16) {
        key.append(byte)
        rest = rest.dropFirst(2)
    }
    for _ in 0..<21 {
        let keys = try SoftwareDeviceKeys.open(folder: folder + "/keys", clock: nil).keys()
        let vault = try softwareKeyVault(path: folder + "/vault")
        let guardPort = try softwareRollbackGuard(path: folder + "/guard")
        let config = WalletConfig(
            folder: folder + "/wallet", roots: [key], patienceMillis: nil, largestCommandData: nil, portPatienceMillis: nil)
        let began = ContinuousClock.now
        let wallet = try Wallet.open(config: config, keys: keys, vault: vault, guard: guardPort, clock: nil)
        print("open\t\(microseconds(ContinuousClock.now - began))")
        try wallet.shutDown()
    }
}

func memory(in folder: String) async throws {
    let pair = try await Pair(in: folder)
    var allowance = ""
    for taps in 0...1_000 {
        if taps % 100 == 0 { allowance = try await pair.grants() }
        if taps == 100 || taps == 1_000 { print("resident_after_\(taps)_taps\t\(try resident())") }
        try await pair.payByTap(from: allowance)
        pair.took.removeAll()
    }
}

/// KiB of this process that are in memory.
func resident() throws -> String {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }) else {
        throw Trouble("no VmRSS in /proc/self/status")
    }
    return line.filter(\.isNumber)
}

func microseconds(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    return String(format: "%.1f", Double(seconds) * 1e6 + Double(attoseconds) / 1e12)
}

func kroner(_ amount: UInt64) -> Money { Money(minorUnits: amount * 100, currency: 208) }

struct Trouble: Error {
    let what: String
    init(_ what: String) { self.what = what }
}

/// A phone and a till, and how long each call took.
final class Pair {
    var took: [(String, Duration)] = []
    private let server: Transport
    private let roots: [Data]
    private let bundle: Data
    private let phone: Wallet
    private let till: Terminal
    private let bank: Int64

    init(in folder: String) async throws {
        let home = folder + "/swift-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        let simulator = try Simulator.create(clock: nil)
        server = try simulator.server()
        roots = try simulator.roots()
        bundle = try simulator.bundle()
        phone = try Wallet.open(
            config: WalletConfig(
                folder: home + "/wallet", roots: roots, patienceMillis: 100, largestCommandData: nil,
                portPatienceMillis: 2_000),
            keys: SoftwareDeviceKeys.open(folder: home + "/keys", clock: nil).keys(),
            vault: softwareKeyVault(path: home + "/vault"), guard: softwareRollbackGuard(path: home + "/guard"), clock: nil)
        try phone.setInFront(isInFront: true)
        bank = try await phone.enrol(transport: server, code: simulator.enrolmentCode())
        till = try Terminal.open(
            config: TerminalConfig(storePath: home + "/till.db", roots: roots, portPatienceMillis: 2_000),
            keys: softwareTerminalKeys(folder: home + "/till-keys"), clock: nil)
        let key = try till.createKey()
        _ = try await till.refresh(transport: server)
        _ = try till.takeCertificate(
            object: simulator.certificate(terminalKey: key, merchant: "Netto Torvegade, Aarhus"))
    }

    func grants() async throws -> String {
        let want = Want(limit: kroner(1_000), categories: nil)
        let report = try await phone.sync(transport: server, bank: bank, want: want)
        guard let granted = report.granted.first else { throw Trouble("no allowance: \(report)") }
        return granted
    }

    func payByCode() async throws {
        let request = try asks()
        var began = ContinuousClock.now
        let reviewed = try phone.review(messageBytes: request.bytes)
        took.append(("review", ContinuousClock.now - began))
        guard case .new(let review) = reviewed else { throw Trouble("a fresh request was answered before") }
        let authorised = try await phone.agree(review: review)
        began = ContinuousClock.now
        let token = try phone.pay(authorised: authorised)
        took.append(("pay", ContinuousClock.now - began))
        try phone.presented(paymentId: token.paymentId)

        let context = VerifyContext(
            now: Int64(Date().timeIntervalSince1970), roots: roots, bundle: bundle, outages: [], statusLists: [],
            request: request.bytes)
        began = ContinuousClock.now
        let verification = try verify(messageBytes: token.bytes, context: context)
        took.append(("verify", ContinuousClock.now - began))
        guard !verification.checks.isEmpty else { throw Trouble("nothing was checked") }

        guard case .accepted(let answered, _) = try till.accept(token: token.bytes, sale: request.requestId) else {
            throw Trouble("not accepted")
        }
        _ = try phone.takeReceipt(messageBytes: answered.receipt)
    }

    func payByTap(from allowance: String) async throws {
        _ = try await phone.arm(allowanceId: allowance, ceiling: kroner(1))
        let sale = try asks().requestId
        let field = Field(phone)
        let report = try till.tap(
            transceiver: field, sale: sale, control: TapControl.create(), giveUpAfterMillis: nil)
        guard report.sale != nil else { throw Trouble("no token came: \(report)") }
        try phone.deactivated()
        took.append(("select_apdu", field.took[0]))
        took.append(("process_apdu", field.took.reduce(.zero, +)))
    }

    private func asks() throws -> OpenRequest {
        try till.request(sale: Sale(amount: kroner(1), reference: "Till 1, 17", answerWithinSeconds: nil))
    }
}

/// The phone as the till's reader has it in its field. One command at a time.
final class Field: Transceiver, @unchecked Sendable {
    private let phone: Wallet
    private(set) var took: [Duration] = []

    init(_ phone: Wallet) { self.phone = phone }

    func transceive(command: Data) throws -> ApduResponse {
        let began = ContinuousClock.now
        do {
            let response = try phone.processApdu(command: command)
            took.append(ContinuousClock.now - began)
            return ApduResponse(bytes: response)
        } catch {
            throw TransceiverError.LinkLost
        }
    }
}
