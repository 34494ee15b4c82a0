// Home, review, code, tap, receipt. Text styles grow with the reader's setting (Dynamic Type); nothing is said by colour alone.
#if canImport(SwiftUI)
import Skilling
import SwiftUI

@available(iOS 17, *)
struct HomeView: View {
    let app: AppModel

    var body: some View {
        ScrollView {
            VStack(alignment: .leading, spacing: 16) {
                if let hint = app.home.hint { Text(hint) }
                if let problem = app.home.problem { Text(problem) }
                ForEach(app.home.lines ?? []) { line in
                    VStack(alignment: .leading, spacing: 4) {
                        Text(line.headline).font(.title2).accessibilityAddTraits(.isHeader)
                        ForEach(line.details, id: \.self) { Text($0) }
                        ForEach(line.advice, id: \.self) { Label($0, systemImage: "exclamationmark.circle") }
                    }
                    .accessibilityElement(children: .combine)
                }
                Button(Words.text("home.scan")) { app.scan(for: .request) }
                    .buttonStyle(.borderedProminent)
                Button(Words.text("home.tap")) { Task { await app.tap() } }
                    .disabled(!app.home.canPay)
                Button(Words.text("home.history")) { Task { await app.history() } }
                Button(Words.text("home.settings")) { Task { await app.settings() } }
            }
        }
        .navigationTitle(Words.text("home.title"))
    }
}

@available(iOS 17, *)
struct ReviewView: View {
    @Bindable var model: ReviewModel

    var body: some View {
        ScrollView {
            VStack(alignment: .leading, spacing: 16) {
                LabeledContent(Words.text("review.to"), value: model.merchant)
                if let amount = model.amount {
                    LabeledContent(Words.text("review.amount"), value: amount).font(.title)
                }
                if let reference = model.review.reference {
                    LabeledContent(Words.text("review.reference"), value: reference)
                }
                if model.asksAmount {
                    TextField(Words.text("review.type_amount"), text: $model.typedAmount).keyboardType(.decimalPad)
                    Button(Words.text("review.type_amount")) { Task { await model.enterAmount() } }
                }
                if let left = model.leftAfter { Text(left) }
                if let refusal = model.refusal { Label(refusal, systemImage: "xmark.circle") }
                if let warning = model.warning { Label(warning, systemImage: "exclamationmark.triangle") }
                switch model.state {
                case .looking: EmptyView()
                case .agreeing: ProgressView(Words.text("review.waiting"))
                case .failed(let words): Label(words, systemImage: "xmark.circle")
                }
                Button(model.agreeTitle) { Task { await model.agree() } }
                    .buttonStyle(.borderedProminent)
                    .disabled(!model.canAgree)
                Button(Words.text("review.decline"), role: .cancel) { Task { await model.decline() } }
            }
        }
        .navigationTitle(Words.text("review.title"))
    }
}

@available(iOS 17, *)
struct CodeView: View {
    let model: CodeModel
    let app: AppModel

    var body: some View {
        VStack(spacing: 16) {
            if let problem = model.problem { Text(problem) }
            if let picture = model.code?.image() {
                // Always dark on white, whatever the phone's appearance: cameras expect it.
                Image(picture, scale: 1, label: Text(model.label))
                    .interpolation(.none)
                    .resizable()
                    .scaledToFit()
                    .background(.white)
            }
            Button(Words.text("code.receipt")) { app.scan(for: .receipt) }
                .buttonStyle(.borderedProminent)
            Button(Words.text("code.done")) { Task { await app.goHome() } }
        }
        .navigationTitle(Words.text("code.title"))
        .task { await model.draw() }
    }
}

@available(iOS 17, *)
struct TapView: View {
    let model: TapModel
    let app: AppModel

    var body: some View {
        VStack(spacing: 16) {
            Text(model.words).font(.title2).multilineTextAlignment(.center).accessibilityAddTraits(.updatesFrequently)
            Button(buttonTitle) { Task { await model.arm() } }
                .buttonStyle(.borderedProminent)
                .disabled(!model.canArm || isArmed)
            BackButton(app: app)
        }
        .navigationTitle(Words.text("tap.title"))
    }

    private var isArmed: Bool {
        if case .armed = model.state { return true }
        return false
    }

    private var buttonTitle: String {
        switch model.state {
        case .ended, .failed: Words.text("tap.again")
        default: Words.text("tap.title")
        }
    }
}

@available(iOS 17, *)
struct ReceiptView: View {
    let model: ReceiptModel
    let app: AppModel

    var body: some View {
        VStack(spacing: 16) {
            Label(model.words, systemImage: model.isPaid ? "checkmark.circle" : "xmark.circle").font(.title)
            Button(Words.text("receipt.done")) { Task { await app.goHome() } }
        }
        .navigationTitle(Words.text("receipt.title"))
    }
}
#endif
