#if canImport(SwiftUI)
import Skilling
import SwiftUI

/// The whole sample: one screen at a time, each a `switch` over its model. An app shows it with
/// `WindowGroup { SampleWalletView(model: …) }`.
@available(iOS 17, *)
public struct SampleWalletView: View {
    @State private var model: AppModel
    @Environment(\.scenePhase) private var phase

    /// Draws `model`.
    public init(model: AppModel) {
        _model = State(initialValue: model)
    }

    public var body: some View {
        NavigationStack {
            VStack(spacing: 16) {
                if model.practice != nil {
                    Label(Words.text("practice_on"), systemImage: "graduationcap").font(.headline)
                }
                if let problem = model.problem {
                    Label(problem, systemImage: "exclamationmark.triangle").foregroundStyle(.red)
                }
                switch model.screen {
                case .home: HomeView(app: model)
                case .scan(let scan): ScanView(model: scan, app: model)
                case .review(let review): ReviewView(model: review)
                case .code(let code): CodeView(model: code, app: model)
                case .tap(let tap): TapView(model: tap, app: model)
                case .receipt(let receipt): ReceiptView(model: receipt, app: model)
                case .history(let history): HistoryView(model: history, app: model)
                case .payment(let payment): PaymentView(model: payment, app: model)
                case .settings(let settings): SettingsView(model: settings, app: model)
                case .enrol(let enrol): EnrolView(model: enrol, app: model)
                case .simulator(let simulator): SimulatorView(model: simulator, app: model)
                }
            }
            .padding()
        }
        .task(id: model.practice == nil) { await model.follow() }
        .task { await model.followNetwork() }
        .onChange(of: phase, initial: true) { _, phase in
            Task { await model.moved(to: AppModel.Place(phase)) }
        }
    }
}

@available(iOS 17, *)
extension AppModel.Place {
    init(_ phase: ScenePhase) {
        switch phase {
        case .active: self = .inFront
        case .inactive: self = .covered
        default: self = .away
        }
    }
}

/// Back to the start, on every screen but the first.
@available(iOS 17, *)
struct BackButton: View {
    let app: AppModel

    var body: some View {
        Button(Words.text("common.back"), role: .cancel) { Task { await app.goHome() } }
    }
}

/// Labels and what they say, each read aloud as one.
@available(iOS 17, *)
struct Facts: View {
    let facts: [Fact]

    var body: some View {
        ForEach(facts) { LabeledContent($0.label, value: $0.value) }
    }
}
#endif
