import Foundation

/// Knows when a tap is complete: the last thing that the reader did was to give a receipt, and it was taken. A receipt for an earlier
/// payment, which a till gives first, is followed by more.
final class ReceiptWatch: CardEmulation, @unchecked Sendable {
    private let card: any CardEmulation
    private let lock = NSLock()
    private var isTaken = false

    init(_ card: any CardEmulation) { self.card = card }

    var hasReceipt: Bool {
        lock.lock()
        defer { lock.unlock() }
        return isTaken
    }

    /// The receipt said that nothing was paid. Reads the store.
    var isRefused: Bool { (card as? any PaymentKnowing)?.isNewestRefused ?? false }

    func process(_ command: Data) -> Data {
        let response = card.process(command)
        // INS 42, the last block of its chain: protocol section 4.
        let isReceipt = command.prefix(2).elementsEqual([0x80, 0x42])
        lock.lock()
        isTaken = isReceipt && response.elementsEqual([0x90, 0x00])
        lock.unlock()
        return response
    }

    func fieldLost() { card.fieldLost() }
}

/// A card that knows what came of its newest payment.
protocol PaymentKnowing: CardEmulation {
    /// It was declined or taken back.
    var isNewestRefused: Bool { get }
}
