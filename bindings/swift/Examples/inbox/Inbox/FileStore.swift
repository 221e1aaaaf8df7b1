import Foundation
import Reefknot

/// A store in one file, which every commit writes anew beside the old one and then puts in its place: so a commit happens
/// as a whole or not at all. Enough for one person's calendar; an app with a database makes rows of the same values.
public final class FileStore: Store, @unchecked Sendable {
    private struct Object: Codable {
        var calendar: Data?
        var state: String
        var isLocalOnly: Bool
        var version: UInt64

        var stored: StoredObject {
            StoredObject(
                calendar: calendar, state: state, residence: isLocalOnly ? .localOnly : .synced, version: version)
        }
    }

    private struct Question: Codable {
        var user: String
        var uid: String
        var calendar: Data
        var content: String
    }

    private struct Row: Codable {
        var user: String
        var uid: String
        var calendar: Data
        var content: String
        var attempts: UInt32 = 0
        var due: Date
        var status: String?
        var isGivenUp = false
    }

    /// Everything; a commit changes a copy, which counts once it is on the disk.
    private struct Contents: Codable {
        var objects: [String: [String: Object]] = [:]
        var versions: [String: UInt64] = [:]
        var questions: [UInt64: Question] = [:]
        var outbox: [UInt64: Row] = [:]
        var lastId: UInt64 = 0

        mutating func nextId() -> UInt64 {
            lastId += 1
            return lastId
        }

        mutating func settle(id: UInt64, how: Settled) throws {
            guard var row = outbox[id] else { throw HostError.Unknown }
            row.attempts += 1
            switch how {
            case .delivered:
                outbox[id] = nil
                return
            case .retry(let due, let status):
                (row.due, row.status, row.isGivenUp) = (due, status, false)
            case .failed(let status):
                (row.status, row.isGivenUp) = (status, true)
            }
            outbox[id] = row
        }
    }

    private let file: URL
    private let lock = NSLock()
    private var contents: Contents

    public init(file: URL) throws {
        self.file = file
        if FileManager.default.fileExists(atPath: file.path) {
            contents = try PropertyListDecoder().decode(Contents.self, from: Data(contentsOf: file))
        } else {
            contents = Contents()
        }
    }

    private func read<T>(_ look: (Contents) -> T) -> T {
        lock.lock()
        defer { lock.unlock() }
        return look(contents)
    }

    private func write<T>(_ change: (inout Contents) throws -> T) throws -> T {
        lock.lock()
        defer { lock.unlock() }
        var new = contents
        let result = try change(&new)
        let encoder = PropertyListEncoder()
        encoder.outputFormat = .binary
        do {
            try encoder.encode(new).write(to: file, options: .atomic)
        } catch {
            throw HostError.Failed(reason: "\(file.path) could not be written: \(error.localizedDescription)")
        }
        contents = new
        return result
    }

    public func load(user: String, uid: String) throws -> StoredObject? {
        read { $0.objects[user]?[uid]?.stored }
    }

    public func uids(user: String) throws -> [String] {
        try calendar(user: user).objects.map { $0.uid }
    }

    public func calendar(user: String) throws -> StoredCalendar {
        read { contents -> StoredCalendar in
            let living = (contents.objects[user] ?? [:]).compactMap { uid, object in
                object.calendar.map { StoredText(uid: uid, calendar: $0) }
            }
            let objects = living.sorted { $0.uid.utf8.lexicographicallyPrecedes($1.uid.utf8) }
            return StoredCalendar(version: contents.versions[user] ?? 0, objects: objects)
        }
    }

    public func calendarWithin(user: String, window: Span) throws -> StoredCalendar {
        try calendar(user: user)
    }

    public func commit(commit: Commit) throws -> UInt64 {
        try write { contents -> UInt64 in
            let held = contents.objects[commit.user]?[commit.uid]?.version
            let version = contents.versions[commit.user] ?? 0
            guard held == commit.expected, commit.expectedCalendar == nil || commit.expectedCalendar == version else {
                throw HostError.Conflict
            }
            if let id = commit.answers {
                guard let asked = contents.questions[id], asked.user == commit.user, asked.uid == commit.uid else {
                    throw HostError.Unknown
                }
                contents.questions[id] = nil
            }
            if let settlement = commit.settles {
                try contents.settle(id: settlement.id, how: settlement.how)
            }
            let object = Object(
                calendar: commit.calendar, state: commit.state, isLocalOnly: commit.residence == .localOnly,
                version: (held ?? 0) + 1)
            contents.objects[commit.user, default: [:]][commit.uid] = object
            contents.versions[commit.user] = version + 1
            for question in commit.questions {
                let id = contents.nextId()
                contents.questions[id] = Question(
                    user: commit.user, uid: commit.uid, calendar: question.calendar, content: question.content)
            }
            for queued in commit.outbox {
                let id = contents.nextId()
                contents.outbox[id] = Row(
                    user: commit.user, uid: commit.uid, calendar: commit.bodies[Int(queued.body)],
                    content: queued.content, due: queued.due)
            }
            return object.version
        }
    }

    public func questions(user: String) throws -> [StoredQuestion] {
        read { contents -> [StoredQuestion] in
            let own = contents.questions.filter { $0.value.user == user }.sorted { $0.key < $1.key }
            return own.map { id, question in
                StoredQuestion(id: id, uid: question.uid, calendar: question.calendar, content: question.content)
            }
        }
    }

    public func due(now: Date, limit: UInt32) throws -> [StoredMessage] {
        let due = rows { !$0.isGivenUp && $0.due <= now }
        return Array(due.sorted { ($0.due, $0.id) < ($1.due, $1.id) }.prefix(Int(limit)))
    }

    public func settle(id: UInt64, how: Settled) throws {
        try write { try $0.settle(id: id, how: how) }
    }

    public func failed() throws -> [StoredMessage] {
        rows { $0.isGivenUp }
    }

    private func rows(_ wanted: (Row) -> Bool) -> [StoredMessage] {
        read { contents in
            contents.outbox.filter { wanted($0.value) }.sorted { $0.key < $1.key }.map { id, row in
                StoredMessage(
                    id: id, user: row.user, uid: row.uid, calendar: row.calendar, content: row.content,
                    attempts: row.attempts, due: row.due, status: row.status)
            }
        }
    }
}
