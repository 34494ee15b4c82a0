// Pictures of grey bytes. The bitmap initialiser is checked against documentation of Core Image, the rest is from memory.
import Foundation

public struct CGColorSpace: Sendable {}
public func CGColorSpaceCreateDeviceGray() -> CGColorSpace { CGColorSpace() }
public struct CGAffineTransform: Sendable {
    let x, y: CGFloat
    public init(scaleX x: CGFloat, y: CGFloat) { (self.x, self.y) = (x, y) }
}
public struct CIFormat: Sendable, Equatable { public static let L8 = CIFormat() }
public final class CGImage: @unchecked Sendable {
    public let width, height: Int
    public let stubPixels: Data
    init(_ width: Int, _ height: Int, _ pixels: Data) { (self.width, self.height, stubPixels) = (width, height, pixels) }
}
public final class CIImage {
    let pixels: Data
    let columns: Int
    let factor: CGFloat
    public let extent: CGRect
    public init(bitmapData data: Data, bytesPerRow: Int, size: CGSize, format: CIFormat, colorSpace: CGColorSpace?) {
        precondition(data.count == bytesPerRow * Int(size.height))
        (pixels, columns, factor) = (data, bytesPerRow, 1)
        extent = CGRect(x: 0, y: 0, width: size.width, height: size.height)
    }
    private init(_ other: CIImage, _ factor: CGFloat) {
        (pixels, columns, self.factor) = (other.pixels, other.columns, factor)
        extent = CGRect(x: 0, y: 0, width: other.extent.width * factor, height: other.extent.height * factor)
    }
    public func samplingNearest() -> CIImage { self }
    public func transformed(by matrix: CGAffineTransform) -> CIImage { CIImage(self, matrix.x) }
}
public final class CIContext {
    public init() {}
    public func createCGImage(_ image: CIImage, from fromRect: CGRect) -> CGImage? {
        let (width, height, factor) = (Int(fromRect.width), Int(fromRect.height), Int(image.factor))
        var pixels = Data(capacity: width * height)
        for y in 0..<height {
            for x in 0..<width { pixels.append(image.pixels[y / factor * image.columns + x / factor]) }
        }
        return CGImage(width, height, pixels)
    }
}
