#if canImport(CoreImage)
import CoreImage
import Foundation

extension QRCode {
    /// The code as a picture by Core Image: `scale` pixels a module, with the quiet zone of four modules around it. The modules are the
    /// core's, so that mode and version are those that the tills were tested with.
    ///
    /// - Returns: nil where Core Image cannot draw (out of memory).
    public func image(scale: Int = 8) -> CGImage? {
        let quiet = 4
        let side = size + 2 * quiet
        var pixels = Data(repeating: 0xFF, count: side * side)
        for y in 0..<size {
            for x in 0..<size where isDark(x, y) {
                pixels[(y + quiet) * side + x + quiet] = 0
            }
        }
        let modules = CIImage(
            bitmapData: pixels, bytesPerRow: side, size: CGSize(width: side, height: side), format: .L8,
            colorSpace: CGColorSpaceCreateDeviceGray())
        let factor = CGFloat(max(1, scale))
        let enlarged = modules.samplingNearest().transformed(by: CGAffineTransform(scaleX: factor, y: factor))
        return CIContext().createCGImage(enlarged, from: enlarged.extent)
    }
}
#endif
