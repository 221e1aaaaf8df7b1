import Foundation
import Reefknot

/// One person's calendar in a folder: mails come in as files, answers go out as files into `out/`, and events are kept in
/// a `FileStore`.
public final class Inbox {
    /// Writes each message as a mail into a folder.
    private final class Out: Transport, @unchecked Sendable {
        let folder: URL
        let host: String

        init(folder: URL, host: String) {
            (self.folder, self.host) = (folder, host)
        }

        func mail(message: Message, mailbox: String, now: Date) throws -> Attempt {
            let id = "\(UUID().uuidString)@\(host)"
            let options = MailOptions(zone: TimeZone.current.identifier, messageId: id, date: now)
            do {
                try message.toEmail(options: options).bytes.write(to: folder.appendingPathComponent("\(id).eml"))
            } catch {
                throw HostError.Failed(reason: error.localizedDescription)
            }
            return .handed
        }
    }

    private let user = "me"
    private let zone = TimeZone.current.identifier
    private let out: URL
    private let store: FileStore
    private let scheduler: Scheduler

    public init(folder: URL, address: String) throws {
        out = folder.appendingPathComponent("out")
        try FileManager.default.createDirectory(at: out, withIntermediateDirectories: true)
        store = try FileStore(file: folder.appendingPathComponent("calendar"))
        let me = LocalUser(id: user, identities: Identities(addresses: [address]), zone: zone)
        let host = address.split(separator: "@").last.map(String.init) ?? "localhost"
        scheduler = try Scheduler(
            store: store, directory: UserList(users: [me]), transport: Out(folder: out, host: host), agent: .alone)
    }

    /// Takes the calendars of a mail in; says what they are and what became of them.
    public func read(mail: Data, now: Date) throws -> [String] {
        let calendars = try readEmail(mail: mail).calendars
        guard !calendars.isEmpty else { return ["There is no calendar in this mail."] }
        return try calendars.flatMap { part -> [String] in
            let outcome = try scheduler.receive(
                user: user, message: part.calendar, envelope: part.envelope, now: now)
            return try words(part.calendar) + told(outcome)
        }
    }

    /// Answers an invitation, and writes the mail that says so.
    public func answer(uid: String, answer: PartStat, comment: String?, now: Date) throws -> [String] {
        let outcome = try scheduler.answer(user: user, uid: uid, answer: answer, now: now, comment: comment)
        let sent = try scheduler.deliver(now: now)
        return told(outcome) + ["\(sent.done) mails written to \(out.path)."]
    }

    /// Everything in the calendar, and the questions that wait.
    public func show() throws -> [String] {
        let events = try store.calendar(user: user).objects.flatMap { object in
            try words(Reefknot.Calendar.parse(ical: object.calendar))
        }
        return try events + scheduler.questions(user: user).map { "Question \($0.id): \($0.words)" }
    }

    /// Answers a question that a message raised.
    public func decide(question: UInt64, yes: Bool, now: Date) throws -> [String] {
        let outcome = try scheduler.decide(user: user, id: question, yes: yes, now: now)
        let sent = try scheduler.deliver(now: now)
        return told(outcome) + ["\(sent.done) mails written to \(out.path)."]
    }

    private func words(_ calendar: Reefknot.Calendar) throws -> [String] {
        try calendar.describe(zone: zone).flatMap { item in
            ["\(item.kind): \(item.title) (\(item.uid))"] + item.lines.map { "  \($0.label): \($0.text)" }
        }
    }

    private func told(_ outcome: Outcome) -> [String] {
        outcome.notices.map { $0.message } + outcome.reasons.map { "(\($0.message))" }
    }
}

public let usage = """
    An inbox for invitations.

      inbox FOLDER ADDRESS read MAIL.eml
      inbox FOLDER ADDRESS answer UID accepted|declined|tentative [COMMENT]
      inbox FOLDER ADDRESS show
      inbox FOLDER ADDRESS decide QUESTION yes|no
    """

/// What a command line asks for, in lines; `nil` where it asks for nothing that there is.
public func run(words: [String], now: Date) throws -> [String]? {
    guard words.count >= 3 else { return nil }
    let inbox = try Inbox(folder: URL(fileURLWithPath: words[0]), address: words[1])
    let arguments = Array(words.dropFirst(3))
    let answers: [String: PartStat] = ["accepted": .accepted, "declined": .declined, "tentative": .tentative]
    switch (words[2], arguments.count) {
    case ("read", 1):
        return try inbox.read(mail: Data(contentsOf: URL(fileURLWithPath: arguments[0])), now: now)
    case ("show", 0):
        return try inbox.show()
    case ("answer", 2), ("answer", 3):
        guard let answer = answers[arguments[1]] else { return nil }
        let comment = arguments.count == 3 ? arguments[2] : nil
        return try inbox.answer(uid: arguments[0], answer: answer, comment: comment, now: now)
    case ("decide", 2):
        guard let question = UInt64(arguments[0]), ["yes", "no"].contains(arguments[1]) else { return nil }
        return try inbox.decide(question: question, yes: arguments[1] == "yes", now: now)
    default:
        return nil
    }
}
