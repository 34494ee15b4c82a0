// The camera, the past, the settings.
#if canImport(SwiftUI)
import Skilling
import SwiftUI

#if canImport(AVFoundation)
@available(iOS 17, *)
struct ScanView: View {
    let app: AppModel
    let purpose: AppModel.ScanPurpose
    @State private var scanner = CameraScanner()
    @State private var problem: String?

    var body: some View {
        VStack(spacing: 16) {
            // A real app shows the camera's preview here (AVCaptureVideoPreviewLayer of `scanner.session`).
            Text(problem ?? Words.text("scan.hint")).font(.headline)
            BackButton(app: app)
        }
        .navigationTitle(purpose == .receipt ? Words.text("code.receipt") : Words.text("scan.title"))
        .task { await look() }
    }

    private func look() async {
        do {
            try scanner.start()
        } catch {
            problem = error.localizedDescription
            return
        }
        defer { scanner.stop() }
        for await frame in scanner.frames {
            if case .message(let message) = frame { await app.scanned(message) }
        }
    }
}
#endif

@available(iOS 17, *)
struct HistoryView: View {
    let model: HistoryModel
    let app: AppModel

    var body: some View {
        List {
            if let problem = model.problem { Text(problem) }
            if model.lines.isEmpty && !model.hasMore { Text(Words.text("history.empty")) }
            ForEach(model.lines) { line in
                Section {
                    LabeledContent(line.merchant, value: line.amount)
                    LabeledContent(line.when, value: line.stage)
                    Button(Words.text("receipt.title")) { Task { await app.open(line.id) } }
                        .accessibilityLabel("\(Words.text("receipt.title")), \(line.merchant), \(line.amount)")
                }
            }
            if model.hasMore { Button(Words.text("history.more")) { Task { await model.more() } } }
            BackButton(app: app)
        }
        .navigationTitle(Words.text("history.title"))
    }
}

@available(iOS 17, *)
struct PaymentView: View {
    let model: PaymentModel
    let app: AppModel

    var body: some View {
        List {
            if let problem = model.problem { Text(problem) }
            ForEach(model.lines) { line in LabeledContent(line.when, value: line.what) }
            Button(Words.text("home.history")) { Task { await app.history() } }
            BackButton(app: app)
        }
        .navigationTitle(Words.text("receipt.title"))
    }
}

@available(iOS 17, *)
struct SettingsView: View {
    @Bindable var model: SettingsModel
    let app: AppModel

    var body: some View {
        List {
            Section {
                TextField(Words.text("settings.code"), text: $model.code)
                // As much as anybody may want: the bank grants what it has for this customer.
                Button(Words.text("settings.enrol")) {
                    Task { await model.enrol(wanting: Money(minorUnits: 200_000, currency: .dkk)) }
                }
                .disabled(!model.canEnrol)
            }
            ForEach(model.banks) { bank in LabeledContent(bank.name, value: bank.synced) }
            Button(Words.text("settings.sync")) { Task { await model.sync() } }
                .disabled(model.isWorking)
            if model.isWorking { ProgressView(Words.text("settings.working")) }
            if let result = model.result { Text(result) }
            Button(Words.text("settings.report")) { Task { await model.makeReport() } }
            if let report = model.report { Text(report).font(.footnote).textSelection(.enabled) }
            BackButton(app: app)
        }
        .navigationTitle(Words.text("settings.title"))
    }
}
#endif
