import Foundation
import InboxExample

do {
    guard let lines = try run(words: Array(CommandLine.arguments.dropFirst()), now: Date()) else {
        print(usage)
        exit(2)
    }
    print(lines.joined(separator: "\n"))
} catch {
    FileHandle.standardError.write(Data("\(error.localizedDescription)\n".utf8))
    exit(1)
}
