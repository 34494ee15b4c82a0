// A view that draws nothing and has the layer that its class asks for. Checked against Apple's documentation: `layerClass`, `layer`; a
// plain `init()` is a view's of no size.
@_exported import Foundation
@_exported import QuartzCore

@MainActor open class UIView {
    open class var layerClass: AnyClass { CALayer.self }
    public let layer: CALayer
    public init() {
        // swift-format-ignore: NeverForceUnwrap
        layer = (Self.layerClass as! CALayer.Type).init()
    }
}
