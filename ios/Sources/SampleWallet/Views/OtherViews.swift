// The past, the settings, the bank's code, the simulator.
#if canImport(SwiftUI)
import Skilling
import SwiftUI

@available(iOS 17, *)
struct HistoryView: View {
    let model: HistoryModel
    let app: AppModel

    var body: some View {
        List {
            if let problem = model.problem { Text(problem) }
            if model.lines.isEmpty && !model.hasMore { Text(Words.text("no_history")) }
            ForEach(model.lines) { line in
                Section {
                    LabeledContent(line.merchant, value: line.amount)
                    LabeledContent(line.when, value: line.standing)
                    Button(Words.text("payment")) { Task { await app.open(line.id) } }
                        .accessibilityLabel("\(Words.text("payment")), \(line.merchant), \(line.amount)")
                }
            }
            if model.hasMore { Button(Words.text("more")) { Task { await model.more() } } }
            BackButton(app: app)
        }
        .navigationTitle(Words.text("history"))
    }
}

@available(iOS 17, *)
struct PaymentView: View {
    let model: PaymentModel
    let app: AppModel

    var body: some View {
        List {
            if let merchant = model.merchant { LabeledContent(Words.text("pay_to"), value: merchant) }
            if let amount = model.amount { Text(amount).font(.title) }
            Facts(facts: model.facts)
            Section(Words.text("what_happened")) {
                ForEach(model.lines) { line in
                    LabeledContent(line.what, value: line.when)
                    if let reason = line.reason { Text(reason) }
                }
            }
            if model.isWaiting {
                Label(Words.text("unconfirmed_detail"), systemImage: "clock")
                Button(Words.text("show_again")) { Task { await app.showAgain(model.payment) } }
                Button(Words.text("scan_receipt")) { Task { await app.scan(for: .receipt) } }
            }
            Button(Words.text("history")) { Task { await app.history() } }
            BackButton(app: app)
        }
        .navigationTitle(Words.text("payment"))
    }
}

@available(iOS 17, *)
struct SettingsView: View {
    let model: SettingsModel
    let app: AppModel

    var body: some View {
        List {
            Section(Words.text("banks")) {
                if model.banks.isEmpty { Text(Words.text("no_bank")) }
                ForEach(model.banks, id: \.self) { Text($0) }
                Text(model.synced)
                Button(Words.text(app.home.isUpdating ? "updating" : "update")) { Task { await app.home.update() } }
                    .disabled(app.home.isUpdating)
                if let notice = app.home.notice { Text(notice) }
                Button(Words.text("enrol")) { app.enrol() }
            }
            Section(Words.text("support")) {
                Button(Words.text("make_report")) { Task { await model.makeReport() } }
                if let report = model.report { Text(report).font(.footnote).textSelection(.enabled) }
            }
            Section(Words.text("for_developers")) {
                Button(Words.text("simulator")) { app.simulator() }
                Text(Words.text("simulator_detail")).font(.footnote)
            }
            BackButton(app: app)
        }
        .navigationTitle(Words.text("settings"))
    }
}

@available(iOS 17, *)
struct EnrolView: View {
    @Bindable var model: EnrolModel
    let app: AppModel

    var body: some View {
        List {
            Text(Words.text("enrol_detail"))
            TextField(Words.text("enrol_code"), text: $model.code)
            if let notice = model.notice { Label(notice, systemImage: "xmark.circle") }
            Button(Words.text(model.isBusy ? "updating" : "enrol")) { Task { await model.enrol() } }
                .disabled(!model.canEnrol)
            BackButton(app: app)
        }
        .navigationTitle(Words.text("enrol"))
    }
}

@available(iOS 17, *)
struct SimulatorView: View {
    let model: SimulatorModel
    let app: AppModel

    var body: some View {
        List {
            Section {
                Toggle(Words.text("sim_practice"), isOn: practice).disabled(model.isBusy)
                Text(Words.text("sim_practice_detail")).font(.footnote)
            }
            if model.isPractice {
                Section {
                    Toggle(Words.text("sim_network"), isOn: network)
                    Text(Words.text("sim_network_detail")).font(.footnote)
                }
                Section(Words.text("sim_clock")) {
                    Text(Words.text("sim_clock_now", model.hoursAhead.formatted()))
                    Button(Words.text("sim_clock_on")) { Task { await model.moveClock(days: 1) } }
                    Button(Words.text("sim_clock_off")) { Task { await model.moveClock(days: -1) } }
                    Button(Words.text("sim_clock_right")) { Task { await model.resetClock() } }
                }
                Section(Words.text("sim_trouble")) {
                    Button(Words.text("sim_torn")) { Task { await model.tornTap() } }
                    Button(Words.text("sim_replay")) { Task { await model.replay() } }
                    Button(Words.text("sim_revoked")) { Task { await model.revokedKey() } }
                }
                Section(Words.text("sim_amounts")) {
                    Text(Words.text("sim_amounts_detail")).font(.footnote)
                    ForEach(model.amounts) { magic in
                        Button(magic.amount) { Task { await model.practise(magic) } }
                            .accessibilityLabel("\(magic.amount), \(magic.words)")
                        Text(magic.words).font(.footnote)
                    }
                }
            }
            BackButton(app: app)
        }
        .navigationTitle(Words.text("simulator"))
    }

    private var practice: Binding<Bool> {
        Binding(get: { model.isPractice }, set: { isOn in Task { await model.setPractice(isOn) } })
    }

    private var network: Binding<Bool> {
        Binding(get: { model.hasNetwork }, set: { isUp in Task { await model.setNetwork(isUp) } })
    }
}
#endif
