// Layers that draw nothing. Checked against Apple's documentation: a layer is made with `init()`.
open class CALayer {
    public required init() {}
}
