import Foundation
import Reefknot
import XCTest

/// The repository's fixtures, from where this file lies.
let fixtures = (1...5).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
    .appendingPathComponent("fixtures")

/// The smoke scenario that every language plays: `fixtures/smoke/README.md` tells how its file is read.
final class SmokeTests: XCTestCase {
    typealias Step = [String: Any]

    /// Everybody's mail: what waits in each mailbox, and how much ever came.
    final class Mailboxes: Transport, @unchecked Sendable {
        var waiting: [String: [Data]] = [:]
        var count: [String: Int] = [:]

        func mail(message: Message, mailbox: String, now: Date) throws -> Attempt {
            let id = "\(count.values.reduce(0, +))@foo.com"
            let mail = try message.toEmail(options: MailOptions(zone: "UTC", messageId: id, date: now))
            waiting[mailbox, default: []].append(mail.bytes)
            count[mailbox, default: 0] += 1
            return .handed
        }
    }

    final class Host {
        let store = MemoryStore()
        let addresses: [String: String]
        let scheduler: Scheduler

        init(_ described: Step, _ mails: Mailboxes) throws {
            addresses = try XCTUnwrap(described["users"] as? [String: String])
            let users = addresses.map { id, address in
                LocalUser(id: id, identities: Identities(addresses: [address]))
            }
            scheduler = try Scheduler(
                store: store, directory: UserList(users: users), transport: mails,
                agent: described["agent"] as? String == "server" ? .server : .alone,
                trust: Trust(access: described["access"] as? String ?? ""))
        }

        func calendar(_ user: String, _ uid: String) throws -> Reefknot.Calendar? {
            try store.load(user: user, uid: uid)?.calendar.map { try Reefknot.Calendar.parse(ical: $0) }
        }

        /// What a user holds, with some of its lines replaced.
        func edited(_ user: String, _ uid: String, _ lines: [String: String]) throws -> Reefknot.Calendar {
            var text = unfolded(try XCTUnwrap(calendar(user, uid)))
            for (old, new) in lines {
                XCTAssertTrue(text.contains("\r\n\(old)\r\n"), "no line \(old) in \(text)")
                text = text.replacingOccurrences(of: "\r\n\(old)\r\n", with: "\r\n\(new)\r\n")
            }
            return try Reefknot.Calendar.parseText(ical: text)
        }
    }

    func testEveryConversationEndsAsTheScenarioSays() throws {
        let file = try Data(contentsOf: fixtures.appendingPathComponent("smoke/scenario.json"))
        let scenario = try XCTUnwrap(JSONSerialization.jsonObject(with: file) as? Step)
        let hosts = try XCTUnwrap(scenario["hosts"] as? [String: Step])
        let conversations = try XCTUnwrap(scenario["conversations"] as? [Step])
        XCTAssertFalse(conversations.isEmpty)
        for conversation in conversations {
            let mails = Mailboxes()
            let stage = try hosts.mapValues { try Host($0, mails) }
            for step in try XCTUnwrap(conversation["steps"] as? [Step]) {
                try play(step, stage, mails)
            }
        }
    }

    private func play(_ step: Step, _ stage: [String: Host], _ mails: Mailboxes) throws {
        let what = step["do"] as? String
        if what == "mails" {
            return XCTAssertEqual(mails.count, step["count"] as? [String: Int])
        }
        let host = try XCTUnwrap(stage[step["host"] as? String ?? ""])
        let now = try instant(step["at"] as? String ?? "20261124T120000Z")
        let (user, uid) = (step["user"] as? String ?? "", step["uid"] as? String ?? "")
        let comment = step["comment"] as? String
        let lines = step["lines"] as? [String: String] ?? [:]
        let outcome: Outcome
        switch what {
        case "put":
            let name = try XCTUnwrap(step["file"] as? String)
            let file = try Data(contentsOf: fixtures.appendingPathComponent("smoke/\(name)"))
            outcome = try host.scheduler.put(
                user: user, uid: uid, calendar: Reefknot.Calendar.parse(ical: file), now: now,
                residence: step["residence"] as? String == "local-only" ? .localOnly : .synced)
        case "edit":
            let residence = try XCTUnwrap(host.store.load(user: user, uid: uid)).residence
            outcome = try host.scheduler.put(
                user: user, uid: uid, calendar: host.edited(user, uid, lines), now: now, residence: residence)
        case "answer":
            outcome = try host.scheduler.answer(
                user: user, uid: uid, answer: partstat(step["partstat"] as? String), now: now,
                instance: step["instance"] as? String, comment: comment)
        case "propose":
            outcome = try host.scheduler.propose(
                user: user, uid: uid, proposal: host.edited(user, uid, lines), now: now, comment: comment)
        case "decide":
            let open = try host.scheduler.questions(user: user)
            XCTAssertEqual(open.map { name($0.question) }, [step["question"] as? String])
            outcome = try host.scheduler.decide(
                user: user, id: open[0].id, yes: step["yes"] as? Bool == true, now: now)
        case "deliver":
            let delivered = try host.scheduler.deliver(now: now)
            XCTAssertEqual(Int(delivered.done), (step["gives"] as? Step)?["done"] as? Int)
            return XCTAssertEqual([delivered.retried, delivered.failed], [0, 0])
        case "fetch":
            let arrived = mails.waiting.removeValue(forKey: host.addresses[user] ?? "") ?? []
            let expected = try XCTUnwrap(step["gives"] as? [Step])
            XCTAssertEqual(arrived.count, expected.count)
            for (mail, gives) in zip(arrived, expected) {
                let part = try XCTUnwrap(readEmail(mail: mail).calendars.first)
                let received = try host.scheduler.receive(
                    user: user, message: part.calendar, envelope: part.envelope, now: now)
                assertTold(gives, received)
            }
            return
        case "read":
            let asker = Asker.user(id: step["asker"] as? String ?? "")
            switch try host.scheduler.read(asker: asker, user: user, uid: uid, now: now) {
            case .refused(let reason): return XCTAssertEqual(reason.code, step["refused"] as? String)
            case .shown(let calendar): return contains(calendar, step)
            case .nothing: return XCTFail("there is no \(uid)")
            }
        case "holds":
            return try holds(step, host, user, uid)
        default:
            return XCTFail("nobody knows how to do \(what ?? "nothing")")
        }
        assertTold(try XCTUnwrap(step["gives"] as? Step), outcome)
    }

    private func holds(_ step: Step, _ host: Host, _ user: String, _ uid: String) throws {
        guard let calendar = try host.calendar(user, uid) else {
            return XCTAssertEqual(step["nothing"] as? Bool, true)
        }
        if let residence = step["residence"] as? String {
            let stored = try XCTUnwrap(host.store.load(user: user, uid: uid))
            XCTAssertEqual(kebab("\(stored.residence)"), residence)
        }
        contains(calendar, step)
        for (instance, answers) in step["answers"] as? [String: [String: String]] ?? [:] {
            let attendees = try calendar.attendees(instance: instance)
            for (who, answer) in answers {
                let attendee = try XCTUnwrap(attendees.first { $0.address == "mailto:\(who)" })
                XCTAssertEqual(attendee.partstat, partstat(answer), "\(who) \(instance)")
            }
        }
    }

    private func assertTold(_ expected: Step, _ outcome: Outcome) {
        let reasons = outcome.reasons.map { $0.message }.joined(separator: "; ")
        if let disposition = expected["disposition"] as? String {
            XCTAssertEqual(kebab("\(outcome.disposition)"), disposition, reasons)
        }
        let messages = outcome.messages.map { message in
            "\(message.method)".uppercased() + " " + message.recipient.replacingOccurrences(of: "mailto:", with: "")
        }
        let told = [
            "messages": messages,
            "reasons": outcome.reasons.map { $0.code },
            "notices": outcome.notices.map { $0.code },
            "questions": outcome.questions.map(name),
        ]
        for (what, found) in told {
            if let wanted = expected[what] as? [String] {
                XCTAssertEqual(found, wanted, reasons)
            }
        }
    }

    /// The lines that a calendar has, and the texts that it has not.
    private func contains(_ calendar: Reefknot.Calendar, _ step: Step) {
        let text = unfolded(calendar)
        for line in step["lines"] as? [String] ?? [] {
            XCTAssertTrue(text.contains("\r\n\(line)\r\n"), "no line \(line) in \(text)")
        }
        for words in step["without"] as? [String] ?? [] {
            XCTAssertFalse(text.contains(words), "\(words) is in \(text)")
        }
    }
}

private func instant(_ text: String) throws -> Date {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(identifier: "UTC")
    format.dateFormat = "yyyyMMdd'T'HHmmss'Z'"
    return try XCTUnwrap(format.date(from: text))
}

private func unfolded(_ calendar: Reefknot.Calendar) -> String {
    String(decoding: calendar.toIcal(), as: UTF8.self).replacingOccurrences(of: "\r\n ", with: "")
}

/// How the fixtures write the name of a case: `needsDecision` has a hyphen and small letters.
private func kebab(_ name: String) -> String {
    name.reduce(into: "") { $0 += $1.isUppercase ? "-\($1.lowercased())" : String($1) }
}

private func name(_ question: Question) -> String {
    switch question {
    case .partyCrasher: return "party-crasher"
    case .forwarded: return "forwarded"
    case .newOrganizer: return "new-organizer"
    case .sentBy: return "sent-by"
    case .counter: return "counter"
    }
}

private func partstat(_ name: String?) -> PartStat {
    switch name {
    case "ACCEPTED": return .accepted
    case "DECLINED": return .declined
    case "TENTATIVE": return .tentative
    case "NEEDS-ACTION": return .needsAction
    default: return .other(name: name ?? "")
    }
}
