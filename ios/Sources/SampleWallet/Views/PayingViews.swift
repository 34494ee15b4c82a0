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
                Label(app.home.network, systemImage: app.home.isOnline ? "wifi" : "wifi.slash")
                if let notice = app.home.notice { Label(notice, systemImage: "info.circle") }
                ForEach(app.home.purses ?? []) { purse in
                    VStack(alignment: .leading, spacing: 4) {
                        Text(purse.headline).font(.headline).accessibilityAddTraits(.isHeader)
                        if let amount = purse.amount { Text(amount).font(.largeTitle) }
                        Facts(facts: purse.facts)
                        if let why = purse.why { Text(why) }
                    }
                    .accessibilityElement(children: .combine)
                }
                if let todo = app.home.todo { TodoView(todo: todo, app: app) }
                if app.home.canPay {
                    Button(Words.text("scan")) { Task { await app.scan(for: .request) } }
                        .buttonStyle(.borderedProminent)
                    Button(Words.text("tap")) { Task { await app.tap() } }
                }
                Button(Words.text("history")) { Task { await app.history() } }
                Button(Words.text("settings")) { Task { await app.settings() } }
            }
        }
        .navigationTitle(Words.text("app_name"))
    }
}

@available(iOS 17, *)
struct TodoView: View {
    let todo: HomeModel.Todo
    let app: AppModel

    var body: some View {
        VStack(alignment: .leading, spacing: 8) {
            Label(todo.words, systemImage: "exclamationmark.circle")
            switch todo {
            case .setClock: EmptyView()
            case .update:
                Button(Words.text(app.home.isUpdating ? "updating" : "update")) { Task { await app.home.update() } }
                    .disabled(app.home.isUpdating)
            case .enrol: Button(Words.text("enrol")) { app.enrol() }
            }
        }
    }
}

@available(iOS 17, *)
struct ReviewView: View {
    @Bindable var model: ReviewModel

    var body: some View {
        ScrollView {
            VStack(alignment: .leading, spacing: 16) {
                LabeledContent(Words.text("pay_to"), value: model.merchant)
                if model.asksAmount {
                    TextField(Words.text("type_amount"), text: $model.typedAmount).keyboardType(.decimalPad)
                    Button(Words.text("go_on")) { Task { await model.enterAmount() } }
                        .buttonStyle(.borderedProminent)
                } else {
                    if let amount = model.amount { Text(amount).font(.largeTitle) }
                    Facts(facts: model.facts)
                    if let offline = model.offline { Label(offline, systemImage: "wifi.slash") }
                    if let warning = model.warning { Label(warning, systemImage: "exclamationmark.triangle") }
                    if let refusal = model.refusal {
                        Label(refusal, systemImage: "xmark.circle")
                    } else {
                        Button(model.agreeTitle) { Task { await model.agree() } }
                            .buttonStyle(.borderedProminent)
                            .disabled(!model.canAgree)
                    }
                }
                switch model.state {
                case .looking: EmptyView()
                case .agreeing: ProgressView(Words.text("review.waiting"))
                case .failed(let words): Label(words, systemImage: "xmark.circle")
                }
                Button(Words.text("decline"), role: .cancel) { Task { await model.decline() } }
            }
        }
        .navigationTitle(Words.text(model.asksAmount ? "type_amount" : "review"))
    }
}

@available(iOS 17, *)
struct CodeView: View {
    let model: CodeModel
    let app: AppModel

    var body: some View {
        ScrollView {
            VStack(spacing: 16) {
                if model.isRepeat { Label(Words.text("same_code"), systemImage: "info.circle") }
                if let problem = model.problem { Text(problem) }
                if let picture = model.code?.image() {
                    // Always dark on white, whatever the phone's appearance: cameras expect it.
                    Image(picture, scale: 1, label: Text(model.label))
                        .interpolation(.none)
                        .resizable()
                        .scaledToFit()
                        .background(.white)
                }
                if let merchant = model.merchant { LabeledContent(Words.text("pay_to"), value: merchant) }
                if let amount = model.amount { Text(amount).font(.title) }
                Button(Words.text("scan_receipt")) { Task { await app.scan(for: .receipt) } }
                    .buttonStyle(.borderedProminent)
                Button(Words.text("till_says_paid")) { Task { await app.goHome() } }
            }
        }
        .navigationTitle(Words.text("show_code"))
        .task { await model.draw() }
    }
}

@available(iOS 17, *)
struct TapView: View {
    let model: TapModel
    let app: AppModel

    var body: some View {
        ScrollView {
            VStack(spacing: 16) {
                Text(model.words).font(.title2).multilineTextAlignment(.center).accessibilityAddTraits(.updatesFrequently)
                if let atMost = model.atMost { LabeledContent(atMost.label, value: atMost.value) }
                if let left = model.secondsLeft { Text(left) }
                if model.isArmed {
                    Button(Words.text("stop")) { Task { await model.stop() } }
                } else {
                    Button(model.armTitle) { Task { await model.arm() } }
                        .buttonStyle(.borderedProminent)
                        .disabled(!model.canArm)
                    BackButton(app: app)
                }
            }
        }
        .navigationTitle(Words.text("tap"))
    }
}

@available(iOS 17, *)
struct ReceiptView: View {
    let model: ReceiptModel
    let app: AppModel

    var body: some View {
        ScrollView {
            VStack(spacing: 16) {
                Label(model.title, systemImage: model.isPaid ? "checkmark.circle" : "xmark.circle").font(.title)
                if let amount = model.amount { Text(amount).font(.title) }
                if let detail = model.detail { Text(detail) }
                Facts(facts: model.facts)
                Button(Words.text("done")) { Task { await app.goHome() } }
                    .buttonStyle(.borderedProminent)
            }
        }
        .navigationTitle(Words.text("receipt"))
    }
}
#endif
