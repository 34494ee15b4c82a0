#if canImport(AVFoundation)
import AVFoundation
import Foundation

/// Reads codes of this system in the camera's picture, with the core's own reader: one frame at a time, the rest are let go.
///
/// The app says why it wants the camera (`NSCameraUsageDescription`) and shows the preview of ``session``; frames never leave the memory.
public final class CameraScanner: NSObject, AVCaptureVideoDataOutputSampleBufferDelegate, @unchecked Sendable {
    /// For an `AVCaptureVideoPreviewLayer`.
    public let session = AVCaptureSession()
    /// What the camera sees, whenever that changes.
    public let frames: AsyncStream<FrameReader.Frame>

    private let found: AsyncStream<FrameReader.Frame>.Continuation
    private let queue = DispatchQueue(label: "skilling.camera")
    private let reader = try? FrameReader()
    private var last: FrameReader.Frame?

    /// Not started.
    public override init() {
        (frames, found) = AsyncStream.makeStream(of: FrameReader.Frame.self, bufferingPolicy: .bufferingNewest(4))
        super.init()
    }

    /// Asks the person for the camera where that was not done, and starts. Call ``stop()`` when the screen goes.
    ///
    /// - Throws: kind `cameraUnavailable` where there is no camera or the app may not use it.
    public func start() async throws(SkillingError) {
        // Without it the system asks while the session runs, and who says no looks at black frames.
        guard await AVCaptureDevice.requestAccess(for: .video), let camera = AVCaptureDevice.default(for: .video),
            let input = try? AVCaptureDeviceInput(device: camera), session.canAddInput(input)
        else { throw SkillingError.cameraUnavailable }
        let output = AVCaptureVideoDataOutput()
        output.alwaysDiscardsLateVideoFrames = true
        output.videoSettings = [
            kCVPixelBufferPixelFormatTypeKey as String: kCVPixelFormatType_420YpCbCr8BiPlanarFullRange
        ]
        output.setSampleBufferDelegate(self, queue: queue)
        guard session.canAddOutput(output) else { throw SkillingError.cameraUnavailable }
        session.beginConfiguration()
        session.addInput(input)
        session.addOutput(output)
        session.commitConfiguration()
        // Starting blocks; the screen must not.
        queue.async { [session] in session.startRunning() }
    }

    /// Stops and ends ``frames``.
    public func stop() {
        queue.async { [session] in session.stopRunning() }
        found.finish()
    }

    public func captureOutput(
        _ output: AVCaptureOutput, didOutput sampleBuffer: CMSampleBuffer, from connection: AVCaptureConnection
    ) {
        guard let frame = CMSampleBufferGetImageBuffer(sampleBuffer), let seen = read(frame) else { return }
        guard seen != last else { return }
        last = seen
        found.yield(seen)
    }

    /// The first plane of YCbCr is the brightness, a byte a pixel; rows may be longer than the picture is wide.
    private func read(_ frame: CVPixelBuffer) -> FrameReader.Frame? {
        guard CVPixelBufferLockBaseAddress(frame, .readOnly) == kCVReturnSuccess else { return nil }
        defer { CVPixelBufferUnlockBaseAddress(frame, .readOnly) }
        guard let base = CVPixelBufferGetBaseAddressOfPlane(frame, 0) else { return nil }
        let height = CVPixelBufferGetHeightOfPlane(frame, 0)
        let stride = CVPixelBufferGetBytesPerRowOfPlane(frame, 0)
        return try? reader?.read(
            brightness: Data(bytes: base, count: height * stride), width: CVPixelBufferGetWidthOfPlane(frame, 0), height: height,
            bytesPerRow: stride)
    }
}
#endif
