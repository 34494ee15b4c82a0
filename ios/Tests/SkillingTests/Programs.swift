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

    /// What the program prints until it ends, which it must do well.
    static func output(of command: String, _ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command)
        process.arguments = arguments
        let output = try process.start()
        let said = output.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let text = String(decoding: said, as: UTF8.self)
            throw Town.Trouble("skilling \(arguments.joined(separator: " ")) ended with \(process.terminationStatus): \(text)")
        }
        return said
    }

    /// `skilling issuer serve`, once it listens, and its address.
    static func server(_ command: String, _ arguments: [String], port: Int = 0) throws -> (Process, URL) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command)
        process.arguments = ["issuer", "serve", "--listen", "127.0.0.1:\(port)"] + arguments
        process.standardError = FileHandle.nullDevice
        let output = try process.start()
        var line = Data()
        // One line with the address comes once it listens; the server's end is the only other end of this.
        while !line.contains(0x0A) {
            let more = output.availableData
            if more.isEmpty { throw Town.Trouble("the server did not start") }
            line += more
        }
        guard let object = try JSONSerialization.jsonObject(with: line) as? [String: Any],
            let text = object["url"] as? String, let url = URL(string: text)
        else { throw Town.Trouble("the server gave no address") }
        return (process, url)
    }
}
