#if canImport(SwiftUI)
import Skilling
import SwiftUI

/// The first thing that an app shows: the wallet, as soon as it is open.
@available(iOS 17, *)
public struct LaunchView: View {
    private let model: LaunchModel

    /// Draws `model`.
    public init(model: LaunchModel) { self.model = model }

    public var body: some View {
        VStack(spacing: 16) {
            switch model.state {
            case .opening: ProgressView(Words.text("updating"))
            case .ready(let app): SampleWalletView(model: app)
            case .failed(let words):
                Label(words, systemImage: "exclamationmark.triangle")
                Button(Words.text("tap.again")) { Task { await model.begin() } }
            }
        }
        .task { await model.begin() }
    }
}
#endif
