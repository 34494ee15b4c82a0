// The app project, which no Mac has opened here: its files parse, name what is there, and agree with the code.
import BackgroundTasks
import Foundation
import Security
import SwiftUI
import Testing

@testable import SampleWallet
@testable import Skilling

struct AppProject {
    private static let folder = URL(fileURLWithPath: "SampleWalletApp")

    private func list(_ path: String) throws -> [String: Any] {
        let bytes = try Data(contentsOf: Self.folder.appendingPathComponent(path))
        return try #require(PropertyListSerialization.propertyList(from: bytes, format: nil) as? [String: Any])
    }

    private func objects() throws -> [String: [String: Any]] {
        try #require(try list("SampleWallet.xcodeproj/project.pbxproj")["objects"] as? [String: [String: Any]])
    }

    private func settings(_ configuration: String) throws -> [String: String] {
        try objects().values.filter { $0["isa"] as? String == "XCBuildConfiguration" && $0["name"] as? String == configuration }
            .compactMap { $0["buildSettings"] as? [String: String] }.reduce(into: [:]) { $0.merge($1) { $1 } }
    }

    @Test func everyObjectThatTheProjectNamesIsInIt() throws {
        let objects = try objects()
        let text = try String(contentsOf: Self.folder.appendingPathComponent("SampleWallet.xcodeproj/project.pbxproj"), encoding: .utf8)
        let named = Set(text.matches(of: /A0{15}[0-9]{8}/).map { String($0.0) })
        #expect(named == Set(objects.keys) && objects.values.allSatisfy { $0["isa"] is String })
        let products = objects.values.filter { $0["isa"] as? String == "XCSwiftPackageProductDependency" }
        let manifest = try String(contentsOfFile: "Package.swift", encoding: .utf8)
        for product in products.compactMap({ $0["productName"] as? String }) {
            #expect(manifest.contains(".library(name: \"\(product)\""))
        }
        #expect(products.count == 2)
        let package = objects.values.first { $0["isa"] as? String == "XCLocalSwiftPackageReference" }?["relativePath"] as? String
        #expect(FileManager.default.fileExists(atPath: Self.folder.path + "/\(package ?? "?")/Package.swift"))
    }

    /// No Mac has linked an app here; on Linux scripts/swift-test names C++'s library.
    @Test func anAppIsLinkedWithTheLibraryOfCPlusPlus() throws {
        let manifest = try String(contentsOfFile: "Package.swift", encoding: .utf8)
        #expect(manifest.contains(".linkedLibrary(\"c++\", .when(platforms: [.iOS]))"))
    }

    @Test(arguments: ["Debug", "Release"])
    func theFilesOfTheBuildSettingsAreThere(configuration: String) throws {
        let settings = try settings(configuration)
        for key in ["INFOPLIST_FILE", "CODE_SIGN_ENTITLEMENTS"] {
            #expect(FileManager.default.fileExists(atPath: Self.folder.path + "/\(settings[key] ?? "?")"), "\(key)")
        }
        #expect(settings["IPHONEOS_DEPLOYMENT_TARGET"] == "17.0", "what the sample's models need")
        #expect(settings["MARKETING_VERSION"] == SkillingVersion.package && settings["SWIFT_VERSION"] == "6.0")
        // Whatever Info.plist takes from the settings is set.
        let text = try String(contentsOf: Self.folder.appendingPathComponent("App/Info.plist"), encoding: .utf8)
        for name in text.matches(of: /\$\(([A-Z_]+)\)/).map({ String($0.1) }) where name != "EXECUTABLE_NAME" {
            #expect(settings[name] != nil, "\(name)")
        }
        #expect(throws: Never.self) { _ = try URLSessionTransport(server: #require(URL(string: settings["BANK_SERVER"] ?? ""))) }
    }

    @Test(arguments: [("Debug", true), ("Release", false)])
    func onlyADebugBuildIsForTheTestBank(configuration: String, isTestBank: Bool) throws {
        let set = try settings(configuration)
        let plist = try list("App/Info.plist").compactMapValues { $0 as? String }
        let info = plist.mapValues { $0.hasPrefix("$(") ? set[String($0.dropFirst(2).dropLast())] ?? "" : $0 }
        let settings = AppSettings(info)
        #expect(settings.isTestBank == isTestBank)
        #expect(settings.server.absoluteString == (isTestBank ? "http://127.0.0.1:8460" : "https://bank.example"))
        // Whatever is not said counts as a real bank.
        for text in ["", "NO", "yes", "1"] { #expect(!AppSettings(["SkillingIsTestBank": text]).isTestBank) }
        #expect(!AppSettings([:]).isTestBank)
    }

    @Test func infoPlistSaysWhatTheCodeAsksFor() throws {
        let info = try list("App/Info.plist")
        #expect(info["BGTaskSchedulerPermittedIdentifiers"] as? [String] == [BackgroundSync.identifier])
        #expect(info["UIBackgroundModes"] as? [String] == ["processing"], "what BGProcessingTask needs")
        for key in ["NSCameraUsageDescription", "NSFaceIDUsageDescription"] {
            #expect((info[key] as? String)?.isEmpty == false, "without \(key) the system ends the app")
        }
        #expect(Set(try #require(info["CFBundleLocalizations"] as? [String])) == Set(Languages.all))
        for language in Languages.all {
            let words = try #require(try list("App/\(language).lproj/InfoPlist.strings") as? [String: String])
            #expect(Set(words.keys) == ["CFBundleDisplayName", "NSCameraUsageDescription", "NSFaceIDUsageDescription"])
            #expect(words.values.allSatisfy { !$0.isEmpty })
        }
        let cleartext = info["NSAppTransportSecurity"] as? [String: Bool]
        #expect(cleartext == ["NSAllowsLocalNetworking": true], "TLS everywhere else")
    }

    @Test func entitlementsAllowTheTapThatTheCoreAnswers() async throws {
        let rights = try list("App/SampleWallet.entitlements")
        #expect(rights["com.apple.developer.nfc.hce"] as? Bool == true)
        let prefixes = try #require(rights["com.apple.developer.nfc.hce.iso7816.select-identifier-prefixes"] as? [String])
        // SELECT by name, as a reader sends it: the wallet knows itself by the very identifier that the system lets through.
        let town = try Town()
        let wallet = try await Phone(in: town).open()
        let name = try Data(hex: #require(prefixes.first))
        let answer = wallet.card.process(Data([0x00, 0xA4, 0x04, 0x00, UInt8(name.count)]) + name + Data([0x00]))
        #expect(prefixes.count == 1 && answer.suffix(2) == Data([0x90, 0x00]))
        #expect(["development", "production"].contains(rights["com.apple.developer.devicecheck.appattest-environment"] as? String))
    }

    @Test(arguments: ["SampleWalletApp/App/PrivacyInfo.xcprivacy", "Sources/Skilling/PrivacyInfo.xcprivacy"])
    func privacyManifestsSayEverythingThatAppleAsksFor(path: String) throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let manifest = try #require(PropertyListSerialization.propertyList(from: bytes, format: nil) as? [String: Any])
        #expect(manifest["NSPrivacyTracking"] as? Bool == false && (manifest["NSPrivacyTrackingDomains"] as? [String])?.isEmpty == true)
        #expect(manifest["NSPrivacyCollectedDataTypes"] is [Any] && manifest["NSPrivacyAccessedAPITypes"] is [Any])
    }

    @Test func theAppStartsAndRegistersItsSync() throws {
        let app = Process()
        let path = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        app.executableURL = path.appendingPathComponent("SampleWalletApp")
        let output = try app.start()
        let said = String(decoding: output.readDataToEndOfFile(), as: UTF8.self)
        app.waitUntilExit()
        #expect(app.terminationStatus == 0 && said.contains("Updating…"), "\(said)")
    }

    @Test(arguments: [("", false), ("02", false), (String(repeating: "zz", count: 33), false), (String(repeating: "02", count: 33), true)])
    func aRootIsSixtySixHexDigits(text: String, isOne: Bool) throws {
        let settings = AppSettings(["SkillingSchemeRoot": text, "SkillingBankServer": "https://bank.example"])
        #expect((settings.root != nil) == isOne && settings.server.host == "bank.example")
        #expect(try settings.roots().map(\.count) == [33])
        #expect(throws: SkillingError.self) { _ = try URLSessionTransport(server: AppSettings([:]).server) }
    }
}

@MainActor struct Launching {
    @Test func aWalletThatCannotOpenSaysSoAndOpensLater() async throws {
        let town = try Town()
        let (phone, way) = (Phone(in: town), try town.transport())
        try await phone.ready().shutDown()
        StubKeychain.fail("\(phone.service).skilling", with: errSecInteractionNotAllowed)
        let launch = LaunchModel { AppModel(wallet: try await phone.open(), transport: way, presenter: Scripted()) }
        await #expect(throws: SkillingError.self) { _ = try await launch.sync() }
        #expect(LaunchView(model: launch).stub.words.contains("Unlock the phone once, then try again."))
        StubKeychain.fail("\(phone.service).skilling", with: nil)
        await launch.begin()
        #expect(LaunchView(model: launch).stub.words.contains("# Offline wallet"))
        #expect(try await launch.sync())
    }

    @Test func theBackgroundSyncsTheRealWalletAndSaysWhetherABankAnswered() async throws {
        let town = try Town()
        let way = Counted(try town.transport())
        let wallet = try await Phone(in: town).ready()
        let launch = LaunchModel { AppModel(wallet: wallet, transport: way, presenter: Scripted()) }
        #expect(try await launch.sync() && way.calls > 0)
        guard case .ready(let app) = launch.state else { Issue.record("not open"); return }
        await app.setPractice(true)
        let before = way.calls
        #expect(try await launch.sync() && way.calls > before, "practice has a bank of its own")
        #expect(app.practice != nil && app.home.notice == nil, "nobody asked")
        town.networkDown()
        #expect(try await !launch.sync())
    }

    @Test func whateverElseIsThrownIsOneSentence() async {
        let launch = LaunchModel { throw CocoaError(.fileNoSuchFile) }
        await launch.begin()
        #expect(LaunchView(model: launch).stub.words.contains("The wallet cannot be opened. Close the app and open it again."))
    }
}
