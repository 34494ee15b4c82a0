import Foundation
internal import SkillingCore

/// A message as a QR code: the modules, for whoever draws them.
public struct QRCode: Hashable, Sendable {
    /// Modules a side, without the quiet zone of four.
    public let size: Int
    /// The text in it: `SKL1:` and Base45.
    public let text: String
    private let dark: [Bool]

    /// - Parameters:
    ///   - message: what is to be shown.
    ///   - displayPixels: width of the space for it; where a module would be under 3 pixels, a coarser code is made. Nil: level M.
    /// - Throws: kind `malformed` for a message too long for any code.
    public init(message: Data, displayPixels: Int? = nil) throws(SkillingError) {
        do {
            let drawn = try qrModules(messageBytes: message, displayPixels: displayPixels.map { UInt32(clamping: $0) })
            let (side, quiet) = (Int(drawn.side), Int(drawn.quietZone))
            let modules = [UInt8](drawn.modules)
            let inner = side - 2 * quiet
            var dark: [Bool] = []
            for y in quiet..<(quiet + inner) {
                let row: ArraySlice<UInt8> = modules[(y * side + quiet)..<(y * side + quiet + inner)]
                dark += row.map { $0 == 1 }
            }
            size = inner
            self.dark = dark
            text = drawn.text
        } catch {
            throw SkillingError(error)
        }
    }

    /// Row and column from the top left; light outside.
    public func isDark(_ x: Int, _ y: Int) -> Bool {
        (0..<size).contains(x) && (0..<size).contains(y) && dark[y * size + x]
    }

    /// The message in the text of a code.
    ///
    /// - Throws: kind `malformed`: no code of this system.
    public static func message(inText text: String) throws(SkillingError) -> Data {
        do { return try qrMessage(text: text) } catch { throw SkillingError(error) }
    }
}

/// Reads the frames of one camera session. Not shared between cameras; any thread.
public final class FrameReader: Sendable {
    /// What a frame shows.
    public enum Frame: Hashable, Sendable {
        /// No code of this system, or not the whole of it: go on.
        case nothing
        /// The one code in view. Unverified.
        case message(Data)
        /// Several codes: hold the camera to one.
        case several(Int)
        /// The one code in view is damaged: go on.
        case damaged
        /// Of a newer version: update the app.
        case newer
    }

    private let core: SkillingCore.FrameReader

    /// For a camera that has just been opened.
    public init() throws(SkillingError) {
        do { core = try .create() } catch { throw SkillingError(error) }
    }

    /// Looks for a code in a frame. Some milliseconds: on the camera's queue, dropping the frames that come meanwhile.
    ///
    /// - Parameters:
    ///   - brightness: a byte a pixel, row by row.
    ///   - width: in pixels.
    ///   - height: in pixels.
    ///   - bytesPerRow: at least `width`.
    /// - Throws: kind `invalidArgument` where these do not fit.
    public func read(brightness: Data, width: Int, height: Int, bytesPerRow: Int) throws(SkillingError) -> Frame {
        do {
            let frame = try core.feed(
                plane: brightness, width: UInt32(clamping: width), height: UInt32(clamping: height),
                rowStride: UInt32(clamping: bytesPerRow))
            return switch frame {
            case .nothing: .nothing
            case .message(let bytes): .message(bytes)
            case .severalCodes(let count): .several(Int(count))
            case .damaged: .damaged
            case .newer: .newer
            }
        } catch {
            throw SkillingError(error)
        }
    }
}
