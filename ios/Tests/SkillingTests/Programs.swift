// Other programs that tests start: the bank's server, the command, a wallet that will be killed.
import Foundation

extension Process {
    private static let oneAtATime = NSLock()

    /// Starts the program and gives its output. One at a time: Foundation's ends of the pipes are open for a moment for whatever
    /// else is started then, and a server that inherited them would keep this program's output and end from ever being seen.
    func start() throws -> FileHandle {
        try Self.oneAtATime.withLock {
            let output = Pipe()
            standardOutput = output
            try run()
            return output.fileHandleForReading
        }
    }
}
