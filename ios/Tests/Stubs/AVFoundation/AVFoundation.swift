// A camera that sees what the test shows it. From memory of Apple's headers, CoreMedia's and CoreVideo's parts included.
import Foundation
@_exported import QuartzCore

public final class CVPixelBuffer {
    let rows: [UInt8]
    let width, height, stride: Int
    public init(stubGrey pixels: Data, width: Int, height: Int, padding: Int) {
        (self.width, self.height, stride) = (width, height, width + padding)
        rows = (0..<height).flatMap { y in pixels[(y * width)..<((y + 1) * width)] + [UInt8](repeating: 0, count: padding) }
    }
}
public struct CVPixelBufferLockFlags: OptionSet, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public static let readOnly = Self(rawValue: 1)
}
public typealias CVReturn = Int32
public typealias CVImageBuffer = CVPixelBuffer
public let kCVReturnSuccess: CVReturn = 0
public let kCVPixelBufferPixelFormatTypeKey = "PixelFormatType"
public let kCVPixelFormatType_420YpCbCr8BiPlanarFullRange: UInt32 = 0x3432_3066
public func CVPixelBufferLockBaseAddress(_ buffer: CVPixelBuffer, _ flags: CVPixelBufferLockFlags) -> CVReturn { kCVReturnSuccess }
@discardableResult
public func CVPixelBufferUnlockBaseAddress(_ buffer: CVPixelBuffer, _ flags: CVPixelBufferLockFlags) -> CVReturn { kCVReturnSuccess }
public func CVPixelBufferGetBaseAddressOfPlane(_ buffer: CVPixelBuffer, _ plane: Int) -> UnsafeMutableRawPointer? {
    // The array lives as long as the buffer and is never changed.
    buffer.rows.withUnsafeBytes { UnsafeMutableRawPointer(mutating: $0.baseAddress) }
}
public func CVPixelBufferGetWidthOfPlane(_ buffer: CVPixelBuffer, _ plane: Int) -> Int { buffer.width }
public func CVPixelBufferGetHeightOfPlane(_ buffer: CVPixelBuffer, _ plane: Int) -> Int { buffer.height }
public func CVPixelBufferGetBytesPerRowOfPlane(_ buffer: CVPixelBuffer, _ plane: Int) -> Int { buffer.stride }

public final class CMSampleBuffer {
    let frame: CVPixelBuffer
    public init(stub frame: CVPixelBuffer) { self.frame = frame }
}
public func CMSampleBufferGetImageBuffer(_ buffer: CMSampleBuffer) -> CVImageBuffer? { buffer.frame }

public struct AVMediaType: Sendable { public static let video = AVMediaType() }
public final class AVCaptureDevice {
    nonisolated(unsafe) public static var stubHasCamera = true
    nonisolated(unsafe) public static var stubIsAllowed = true
    public class func requestAccess(for mediaType: AVMediaType) async -> Bool { stubIsAllowed }
    public class func `default`(for mediaType: AVMediaType) -> AVCaptureDevice? { stubHasCamera ? AVCaptureDevice() : nil }
}
open class AVCaptureInput {}
public final class AVCaptureDeviceInput: AVCaptureInput { public init(device: AVCaptureDevice) throws {} }
open class AVCaptureOutput { public init() {} }
public final class AVCaptureConnection { public init() {} }
public protocol AVCaptureVideoDataOutputSampleBufferDelegate: AnyObject {
    func captureOutput(_ output: AVCaptureOutput, didOutput sampleBuffer: CMSampleBuffer, from connection: AVCaptureConnection)
}
public final class AVCaptureVideoDataOutput: AVCaptureOutput {
    public var alwaysDiscardsLateVideoFrames = false
    public var videoSettings: [String: Any]! = [:]
    public func setSampleBufferDelegate(
        _ sampleBufferDelegate: (any AVCaptureVideoDataOutputSampleBufferDelegate)?, queue sampleBufferCallbackQueue: DispatchQueue?
    ) {}
}
/// `Sendable` since iOS 17's SDK, by Apple's own annotation.
public final class AVCaptureSession: @unchecked Sendable {
    public init() {}
    public func canAddInput(_ input: AVCaptureInput) -> Bool { true }
    public func canAddOutput(_ output: AVCaptureOutput) -> Bool { true }
    public func addInput(_ input: AVCaptureInput) {}
    public func addOutput(_ output: AVCaptureOutput) {}
    public func beginConfiguration() {}
    public func commitConfiguration() {}
    public func startRunning() {}
    public func stopRunning() {}
}

/// Checked against Apple's documentation: `session` and `videoGravity`.
open class AVCaptureVideoPreviewLayer: CALayer {
    open var session: AVCaptureSession?
    open var videoGravity = AVLayerVideoGravity.resizeAspect
}
public struct AVLayerVideoGravity: Hashable, Sendable {
    let name: String
    public static let resizeAspect = Self(name: "resizeAspect"), resizeAspectFill = Self(name: "resizeAspectFill")
}
