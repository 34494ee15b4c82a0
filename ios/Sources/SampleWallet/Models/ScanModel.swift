import Foundation
import Observation
import Skilling

/// The camera looks for a code.
@available(iOS 17, *)
@MainActor
@Observable
public final class ScanModel {
    /// What is looked for.
    public enum Purpose: Equatable, Sendable { case request, receipt }

    public let purpose: Purpose
    /// What the payer should do.
    public private(set) var hint = Words.text("scan_looking")
    /// There is no camera, or it may not be used.
    public private(set) var hasCamera = true

    private unowned let app: AppModel

    init(purpose: Purpose, app: AppModel) { (self.purpose, self.app) = (purpose, app) }

    /// The camera cannot be used.
    public func cannotLook() {
        (hasCamera, hint) = (false, Words.text("no_camera"))
    }

    /// What the camera sees now.
    public func saw(_ frame: FrameReader.Frame) async {
        switch frame {
        case .nothing: break
        case .several: hint = Words.text("scan_several")
        case .damaged: hint = Words.text("scan_damaged")
        case .newer: hint = Words.text("scan_newer")
        case .message(let message):
            if await app.scanned(message) == false { hint = Words.text("scan_other") }
        }
    }
}
