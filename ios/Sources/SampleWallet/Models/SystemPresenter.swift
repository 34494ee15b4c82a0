#if canImport(CoreNFC)
import Foundation
import Skilling

/// The system's card session, in the sample's words. Below iOS 17.4 and outside its regions there is no tap.
@available(iOS 17, *)
public struct SystemPresenter: Presenting {
    /// The usual one.
    public init() {}

    public func present(
        _ card: any CardEmulation, message: String, progress: @escaping @Sendable (TapModel.Progress) -> Void
    ) async -> TapModel.Ended {
        guard #available(iOS 17.4, *) else { return .unavailable }
        let presenter = CardSessionPresenter(card: card)
        let end = await presenter.present(message: message) { step in
            switch step {
            case .preparing: break
            case .hold(let seconds): progress(.hold(seconds: seconds))
            case .reading: progress(.reading)
            case .torn: progress(.torn)
            }
        }
        return switch end {
        case .done: .done
        case .cancelled, .tooLong, .lost: .passed
        case .coolingDown(let seconds): .coolingDown(seconds: seconds)
        case .unavailable: .unavailable
        }
    }
}
#endif
