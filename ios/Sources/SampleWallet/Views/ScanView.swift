// The camera: its picture, and what the payer should do.
#if canImport(SwiftUI) && canImport(AVFoundation)
import AVFoundation
import Skilling
import SwiftUI

@available(iOS 17, *)
struct ScanView: View {
    let model: ScanModel
    let app: AppModel
    @State private var scanner = CameraScanner()

    var body: some View {
        ScrollView {
            VStack(spacing: 16) {
                if model.hasCamera {
                    #if canImport(UIKit)
                    Viewfinder(session: scanner.session)
                        // Nothing else says how tall it is in something that scrolls.
                        .frame(maxWidth: .infinity, minHeight: 320, maxHeight: 480)
                        .accessibilityLabel(Words.text("viewfinder"))
                    #endif
                }
                Text(model.hint).font(.headline).accessibilityAddTraits(.updatesFrequently)
                BackButton(app: app)
            }
        }
        .navigationTitle(Words.text(model.purpose == .receipt ? "scan_receipt" : "scan"))
        .task { await look() }
    }

    private func look() async {
        do {
            try await scanner.start()
        } catch {
            return model.cannotLook()
        }
        defer { scanner.stop() }
        for await frame in scanner.frames { await model.saw(frame) }
    }
}

#if canImport(UIKit)
import UIKit

/// What the camera sees, drawn by the system: no frame of it passes through the app.
@available(iOS 17, *)
struct Viewfinder: UIViewRepresentable {
    let session: AVCaptureSession

    func makeUIView(context: Context) -> PreviewView {
        let view = PreviewView()
        view.previewLayer?.session = session
        view.previewLayer?.videoGravity = .resizeAspectFill
        return view
    }

    func updateUIView(_ view: PreviewView, context: Context) {}

    /// A view whose own layer is the preview, so that it is always as large as the view.
    final class PreviewView: UIView {
        override class var layerClass: AnyClass { AVCaptureVideoPreviewLayer.self }

        var previewLayer: AVCaptureVideoPreviewLayer? { layer as? AVCaptureVideoPreviewLayer }
    }
}
#endif
#endif
