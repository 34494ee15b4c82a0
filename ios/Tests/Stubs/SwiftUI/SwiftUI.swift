// Draws nothing. A view says which words it would show and what would be read aloud, and its buttons can be pressed: enough to see
// what a state leads to. Signatures from memory of Apple's documentation, as far as the sample uses them.
@_exported import CoreImage
@_exported import Foundation
@_exported import Observation
@_exported import UIKit

@MainActor public protocol View {
    associatedtype Body: View
    @ViewBuilder var body: Body { get }
    var stub: StubNode { get }
}
extension View {
    public var stub: StubNode { body.stub }
}
extension Never: View {}

/// What a view shows, in reading order.
public struct StubNode {
    public var words: [String] = []
    /// What VoiceOver says of controls and pictures.
    public var labels: [String] = []
    public var buttons: [(title: String, isDisabled: Bool, press: @MainActor () -> Void)] = []
    public var fields: [(label: String, type: @MainActor (String) -> Void)] = []
    /// Words, fields and pictures outside everything that scrolls: large text pushes them off the screen.
    public var unscrolled: [String] = []
    /// Pictures that are neither labelled nor decorative, controls without a title.
    public var unlabelled = 0

    public init(words: [String] = []) { (self.words, unscrolled) = (words, words) }
    public static func + (a: StubNode, b: StubNode) -> StubNode {
        var sum = a
        sum.words += b.words
        sum.labels += b.labels
        sum.buttons += b.buttons
        sum.fields += b.fields
        sum.unlabelled += b.unlabelled
        sum.unscrolled += b.unscrolled
        return sum
    }
    var scrolled: StubNode {
        var node = self
        node.unscrolled = []
        return node
    }
    @MainActor public func press(_ title: String) -> Bool {
        guard let button = buttons.first(where: { $0.title == title && !$0.isDisabled }) else { return false }
        button.press()
        return true
    }
}

/// A view without a body.
public protocol StubLeaf: View where Body == Never {}
extension View where Body == Never {
    public var body: Never { fatalError("a leaf has no body") }
}
public struct StubView: StubLeaf {
    public let stub: StubNode
    init(_ stub: StubNode) { self.stub = stub }
}

@resultBuilder @MainActor public enum ViewBuilder {
    public static func buildBlock() -> EmptyView { EmptyView() }
    public static func buildBlock<each V: View>(_ views: repeat each V) -> StubView {
        var sum = StubNode()
        repeat sum = sum + (each views).stub
        return StubView(sum)
    }
    public static func buildExpression<V: View>(_ view: V) -> V { view }
    public static func buildEither(first: some View) -> StubView { StubView(first.stub) }
    public static func buildEither(second: some View) -> StubView { StubView(second.stub) }
    public static func buildIf<V: View>(_ view: V?) -> V? { view }
}

extension Optional: View where Wrapped: View {
    public var body: StubView { StubView(stub) }
    public var stub: StubNode { self?.stub ?? StubNode() }
}

public struct EmptyView: StubLeaf {
    public init() {}
    public var stub: StubNode { StubNode() }
}
public struct ProgressView: StubLeaf {
    public let stub: StubNode
    public init(_ title: some StringProtocol) { stub = StubNode(words: [String(title)]) }
}
public struct Text: StubLeaf {
    public let stub: StubNode
    public init(_ content: some StringProtocol) { stub = StubNode(words: [String(content)]) }
}
public struct Label: StubLeaf {
    public let stub: StubNode
    public init(_ title: some StringProtocol, systemImage name: String) { stub = StubNode(words: [String(title)]) }
}
public struct Image: StubLeaf {
    public let stub: StubNode
    public init(decorative cgImage: CGImage, scale: CGFloat) { stub = StubNode() }
    public init(_ cgImage: CGImage, scale: CGFloat, label: Text) {
        var node = StubNode()
        node.labels = label.stub.words
        stub = node
    }
    public init(systemName: String) {
        var node = StubNode()
        node.unlabelled = 1
        stub = node
    }
    public enum Interpolation: Sendable { case none, low, medium, high }
    public func interpolation(_ interpolation: Interpolation) -> Image { self }
    public func resizable() -> Image { self }
}
public struct ButtonRole: Equatable, Sendable {
    public static let cancel = ButtonRole(), destructive = ButtonRole()
}
public struct Button: StubLeaf {
    public let stub: StubNode
    public init(_ title: some StringProtocol, role: ButtonRole? = nil, action: @escaping @MainActor () -> Void) {
        var node = StubNode(words: ["[\(title)]"])
        node.buttons = [(String(title), false, action)]
        if title.isEmpty { node.unlabelled = 1 }
        stub = node
    }
}
public struct TextField: StubLeaf {
    public let stub: StubNode
    public init(_ title: some StringProtocol, text: Binding<String>) {
        var node = StubNode(words: ["<\(title)> \(text.wrappedValue)"])
        node.fields = [(String(title), { text.wrappedValue = $0 })]
        if title.isEmpty { node.unlabelled = 1 }
        stub = node
    }
}
public struct Toggle: StubLeaf {
    public let stub: StubNode
    public init(_ title: some StringProtocol, isOn: Binding<Bool>) {
        var node = StubNode(words: ["(\(isOn.wrappedValue ? "on" : "off")) \(title)"])
        node.buttons = [(String(title), false, { isOn.wrappedValue.toggle() })]
        if title.isEmpty { node.unlabelled = 1 }
        stub = node
    }
}
public enum HorizontalAlignment: Sendable { case leading, center, trailing }
public struct VStack: StubLeaf {
    public let stub: StubNode
    public init(alignment: HorizontalAlignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> some View) {
        stub = content().stub
    }
}
public struct ScrollView: StubLeaf {
    public let stub: StubNode
    public init(@ViewBuilder content: () -> some View) { stub = content().stub.scrolled }
}
public struct List: StubLeaf {
    public let stub: StubNode
    public init(@ViewBuilder content: () -> some View) { stub = content().stub.scrolled }
}
public struct Section: StubLeaf {
    public let stub: StubNode
    public init(@ViewBuilder content: () -> some View) { stub = content().stub }
    public init(_ title: some StringProtocol, @ViewBuilder content: () -> some View) {
        stub = StubNode(words: [String(title)]) + content().stub
    }
}
public struct ForEach: StubLeaf {
    public let stub: StubNode
    public init<D: RandomAccessCollection>(_ data: D, @ViewBuilder content: @escaping (D.Element) -> some View)
    where D.Element: Identifiable {
        stub = data.map { content($0).stub }.reduce(StubNode(), +)
    }
    public init<D: RandomAccessCollection, ID: Hashable>(
        _ data: D, id: KeyPath<D.Element, ID>, @ViewBuilder content: @escaping (D.Element) -> some View
    ) {
        stub = data.map { content($0).stub }.reduce(StubNode(), +)
    }
}
public struct LabeledContent: StubLeaf {
    public let stub: StubNode
    public init(_ title: some StringProtocol, value: some StringProtocol) { stub = StubNode(words: ["\(title): \(value)"]) }
}
public struct NavigationStack: StubLeaf {
    public let stub: StubNode
    public init(@ViewBuilder root: () -> some View) { stub = root().stub }
}

public struct Font: Sendable {
    /// Styles alone, which grow with the reader's setting; sizes in points do not.
    public static let largeTitle = Font(), title = Font(), title2 = Font(), headline = Font(), body = Font(), footnote = Font()
}
public protocol ShapeStyle {}
public struct Color: ShapeStyle, Sendable { public static let white = Color(), secondary = Color() }
extension ShapeStyle where Self == Color {
    public static var red: Color { Color() }
    public static var secondary: Color { Color() }
    public static var white: Color { Color() }
}
public protocol PrimitiveButtonStyle {}
public struct BorderedProminentButtonStyle: PrimitiveButtonStyle {}
extension PrimitiveButtonStyle where Self == BorderedProminentButtonStyle { public static var borderedProminent: Self { Self() } }
public struct UIKeyboardType: Sendable { public static let decimalPad = UIKeyboardType() }
public struct AccessibilityTraits: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
    public static let isHeader = Self(rawValue: 1), updatesFrequently = Self(rawValue: 2), isImage = Self(rawValue: 4)
}
public struct AccessibilityChildBehavior: Sendable { public static let combine = AccessibilityChildBehavior(), contain = combine }
public enum ContentMode: Sendable { case fit, fill }

extension View {
    public func font(_ font: Font?) -> some View { self }
    public func foregroundStyle(_ style: some ShapeStyle) -> some View { self }
    public func background(_ style: some ShapeStyle) -> some View { self }
    public func buttonStyle(_ style: some PrimitiveButtonStyle) -> some View { self }
    public func keyboardType(_ type: UIKeyboardType) -> some View { self }
    public func navigationTitle(_ title: some StringProtocol) -> some View { StubView(StubNode(words: ["# \(title)"]).scrolled + stub) }
    public func accessibilityLabel(_ label: some StringProtocol) -> some View {
        var node = stub
        node.labels.append(String(label))
        node.unlabelled = 0
        return StubView(node)
    }
    public func accessibilityHidden(_ hidden: Bool) -> some View {
        var node = stub
        node.unlabelled = hidden ? 0 : node.unlabelled
        return StubView(node)
    }
    public func accessibilityAddTraits(_ traits: AccessibilityTraits) -> some View { self }
    public func accessibilityElement(children: AccessibilityChildBehavior) -> some View { self }
    public func disabled(_ disabled: Bool) -> some View {
        var node = stub
        if disabled {
            node.buttons = node.buttons.map { ($0.title, true, $0.press) }
            node.words = node.words.map { $0.hasPrefix("[") ? "\($0) off" : $0 }
        }
        return StubView(node)
    }
    public func padding(_ length: CGFloat? = nil) -> some View { self }
    public func scaledToFit() -> some View { self }
    public func frame(maxWidth: CGFloat? = nil, minHeight: CGFloat? = nil, maxHeight: CGFloat? = nil) -> some View { self }
    public func task(priority: TaskPriority = .userInitiated, _ action: @escaping @Sendable () async -> Void) -> some View { self }
    public func task<T: Equatable>(
        id value: T, priority: TaskPriority = .userInitiated, _ action: @escaping @Sendable () async -> Void
    ) -> some View { self }
    public func onChange<V: Equatable>(of value: V, initial: Bool = false, _ action: @escaping (V, V) -> Void) -> some View { self }
    public func multilineTextAlignment(_ alignment: TextAlignment) -> some View { self }
    public func textSelection(_ selectability: EnabledTextSelectability) -> some View { self }
}
public enum TextAlignment: Sendable { case leading, center, trailing }
public struct EnabledTextSelectability: Sendable { public static var enabled: EnabledTextSelectability { .init() } }

@propertyWrapper public struct State<Value> {
    private final class Box {
        var value: Value
        init(_ value: Value) { self.value = value }
    }
    private let box: Box
    public var wrappedValue: Value {
        get { box.value }
        nonmutating set { box.value = newValue }
    }
    public init(initialValue: Value) { box = Box(initialValue) }
    public init(wrappedValue: Value) { box = Box(wrappedValue) }
}
@propertyWrapper @dynamicMemberLookup public struct Binding<Value> {
    let get: @MainActor () -> Value
    let set: @MainActor (Value) -> Void
    @MainActor public init(get: @escaping @MainActor () -> Value, set: @escaping @MainActor (Value) -> Void) {
        (self.get, self.set) = (get, set)
    }
    @MainActor public var wrappedValue: Value {
        get { get() }
        nonmutating set { set(newValue) }
    }
    @MainActor public subscript<T>(dynamicMember path: WritableKeyPath<Value, T>) -> Binding<T> {
        Binding<T>(get: { wrappedValue[keyPath: path] }, set: { wrappedValue[keyPath: path] = $0 })
    }
}
@MainActor @propertyWrapper @dynamicMemberLookup public struct Bindable<Value: AnyObject> {
    public var wrappedValue: Value
    public init(_ wrappedValue: Value) { self.wrappedValue = wrappedValue }
    public init(wrappedValue: Value) { self.wrappedValue = wrappedValue }
    public subscript<T>(dynamicMember path: ReferenceWritableKeyPath<Value, T>) -> Binding<T> {
        let object = wrappedValue
        return Binding<T>(get: { object[keyPath: path] }, set: { object[keyPath: path] = $0 })
    }
    public var projectedValue: Bindable<Value> { self }
}

public enum ScenePhase: Comparable, Sendable { case background, inactive, active }
public struct EnvironmentValues { public var scenePhase: ScenePhase { .active } }
@propertyWrapper public struct Environment<Value> {
    private let path: KeyPath<EnvironmentValues, Value>
    public init(_ path: KeyPath<EnvironmentValues, Value>) { self.path = path }
    public var wrappedValue: Value { EnvironmentValues()[keyPath: path] }
}

/// A view of UIKit's. Checked against Apple's documentation: `makeUIView(context:)`, `updateUIView(_:context:)` and `Context` on the main
/// actor. It is made when its words are asked for, so that what it does to UIKit runs.
@MainActor public protocol UIViewRepresentable: View where Body == Never {
    associatedtype UIViewType: UIView
    typealias Context = UIViewRepresentableContext<Self>
    func makeUIView(context: Context) -> UIViewType
    func updateUIView(_ uiView: UIViewType, context: Context)
}
public struct UIViewRepresentableContext<Representable: UIViewRepresentable> {
    public static var stub: Self { Self() }
}
extension UIViewRepresentable {
    public var stub: StubNode {
        let view = makeUIView(context: UIViewRepresentableContext())
        updateUIView(view, context: UIViewRepresentableContext())
        var node = StubNode(words: ["{\(type(of: view.layer))}"])
        // A picture without a label.
        node.unlabelled = 1
        return node
    }
}

/// An app that starts, prints the words of its first screen, and ends.
@MainActor public protocol App {
    associatedtype Body: Scene
    @SceneBuilder var body: Body { get }
    init()
}
extension App {
    public static func main() { print(Self().body.stubWords.joined(separator: "\n")) }
}
@MainActor public protocol Scene { var stubWords: [String] { get } }
public struct WindowGroup: Scene {
    public let stubWords: [String]
    public init(@ViewBuilder content: () -> some View) { stubWords = content().stub.words }
}
@resultBuilder @MainActor public enum SceneBuilder {
    public static func buildBlock<S: Scene>(_ scene: S) -> S { scene }
}
