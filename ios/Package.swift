// swift-tools-version: 6.0
import PackageDescription

// On a Mac the core comes as an XCFramework, made by scripts/ios-build; on Linux scripts/swift-test puts a static library into
// `.build/core`, which is how an iPhone links it too.
#if os(Linux)
let library: Target = .systemLibrary(name: "SkillingFFI")
#else
let library: Target = .binaryTarget(name: "SkillingFFI", path: "SkillingFFI.xcframework")
#endif

// With SKILLING_STUBS=1 stand-ins for Apple's modules make the files behind `canImport` compile and run on Linux. They are for
// our own tests; no product contains them.
let stubbed = Context.environment["SKILLING_STUBS"] == "1"
let stubNames = [
    "Security", "LocalAuthentication", "CryptoKit", "DeviceCheck", "CoreNFC", "BackgroundTasks", "CoreImage", "QuartzCore",
    "AVFoundation", "Network", "UIKit", "SwiftUI",
]
let stubNeeds = [
    "LocalAuthentication": ["Security"], "CryptoKit": ["LocalAuthentication", "Security"], "AVFoundation": ["QuartzCore"],
    "UIKit": ["QuartzCore"], "SwiftUI": ["CoreImage", "UIKit"],
]
let languages = ["en", "da", "sv", "nb", "fi", "et"]
let apple: [Target.Dependency] = stubbed ? stubNames.map { .target(name: $0) } : []

let package = Package(
    name: "Skilling",
    defaultLocalization: "en",
    platforms: [.iOS(.v15)],
    products: [
        .library(name: "Skilling", targets: ["Skilling"]),
        .library(name: "SampleWallet", targets: ["SampleWallet"]),
    ],
    targets: [
        library,
        // Swift 5 mode: in Swift 6 mode the compiler of Swift 6.0 crashes on generated asynchronous callbacks.
        // The core's reader of codes is C++, whose library Xcode links to no app by itself.
        .target(
            name: "SkillingCore", dependencies: ["SkillingFFI"], swiftSettings: [.swiftLanguageMode(.v5)],
            linkerSettings: [.linkedLibrary("c++", .when(platforms: [.iOS]))]),
        .target(
            name: "Skilling", dependencies: ["SkillingCore"] + apple,
            resources: [.process("Resources"), .copy("PrivacyInfo.xcprivacy")]),
        .target(name: "SampleWallet", dependencies: ["Skilling"] + apple, resources: [.process("Resources")]),
    ]
)
#if !os(Linux)
package.targets.append(.testTarget(name: "SimulatorTests", dependencies: ["Skilling", "SampleWallet"]))
#endif
if stubbed {
    for name in stubNames {
        let needs: [Target.Dependency] = (stubNeeds[name] ?? []).map { .target(name: $0) }
        package.targets.append(.target(name: name, dependencies: needs, path: "Tests/Stubs/\(name)"))
    }
    package.targets.append(.testTarget(name: "SimulatorTests", dependencies: ["Skilling", "SampleWallet"] + apple))
    package.targets.append(.executableTarget(name: "ApiDump", path: "Tests/ApiDump"))
    package.targets.append(.executableTarget(name: "Bench", dependencies: ["SkillingCore"], path: "Tests/Bench"))
    // What Xcode builds from SampleWalletApp.
    package.targets.append(
        .executableTarget(
            name: "SampleWalletApp", dependencies: ["SampleWallet", "Skilling"] + apple, path: "SampleWalletApp/App",
            exclude: ["Info.plist", "SampleWallet.entitlements", "PrivacyInfo.xcprivacy"] + languages.map { "\($0).lproj" }))
    // A wallet app to be killed by the tests.
    package.targets.append(.executableTarget(name: "Victim", dependencies: ["Skilling"] + apple, path: "Tests/Victim"))
    package.targets.append(.target(name: "Snippets", dependencies: ["Skilling"] + apple, path: "Tests/Snippets"))
    // The story's wallets and tills: for Swift's own test, and for another language at the other end of a pipe.
    package.targets.append(.target(name: "StoryKit", dependencies: ["Skilling"] + apple, path: "Tests/StoryKit"))
    package.targets.append(
        .executableTarget(name: "StoryPeer", dependencies: ["Skilling", "StoryKit"], path: "Tests/StoryPeer"))
    package.targets.append(
        .testTarget(
            name: "SkillingTests",
            dependencies: ["Skilling", "SkillingCore", "SampleWallet", "Snippets", "StoryKit"] + apple))
}
