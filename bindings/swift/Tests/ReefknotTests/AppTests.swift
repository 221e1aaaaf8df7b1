import Foundation
import InboxExample
import Reefknot
import XCTest

/// What an app that embeds the engine can count on, and the inbox of the examples, driven as from a command line.
final class AppTests: XCTestCase {
    private let now = Date(timeIntervalSince1970: 1_677_492_000)
    private let invitation = fixtures.appendingPathComponent("mail/gmail-invitation.eml")

    /// The example of the README and of docs/embedding.md.
    func testAnInvitationIsAnsweredInTenLines() throws {
        let bytes = try Data(contentsOf: invitation)
        var sent: [Data] = []
        let engine = try Engine(identities: Identities(addresses: ["a@foo.com"]), agent: .alone)
        for part in try readEmail(mail: bytes).calendars {
            let outcome = try engine.receive(
                message: part.calendar, stored: nil, envelope: part.envelope, now: Date())
            guard let copy = outcome.resulting(stored: nil) else { continue }
            let answered = try engine.answer(stored: copy, answer: .accepted, now: Date(), state: outcome.state)
            for message in answered.messages {
                let id = "\(UUID().uuidString)@foo.com"
                let options = MailOptions(zone: TimeZone.current.identifier, messageId: id, date: Date())
                sent.append(try message.toEmail(options: options).bytes)
            }
        }
        XCTAssertEqual(sent.count, 1)
        let reply = try readEmail(mail: sent[0])
        XCTAssertEqual(reply.to, ["mailto:e@baz.net"])
        XCTAssertEqual(reply.calendars.first?.calendar.method(), "REPLY")
    }

    func testErrorsAreTypedAndTheirTextIsForPeople() {
        XCTAssertThrowsError(try Reefknot.Calendar.parseText(ical: "Dear A, let us meet.")) { error in
            guard case ReefknotError.Syntax = error else { return XCTFail("\(error)") }
            XCTAssertTrue(error.localizedDescription.contains("BEGIN:VCALENDAR"), error.localizedDescription)
        }
    }

    func testAnInvitationThatCameByMailIsAnsweredByMail() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        func inbox(_ words: String...) throws -> [String] {
            try XCTUnwrap(run(words: [folder.path, "a@foo.com"] + words, now: now))
        }
        XCTAssertEqual(try inbox("read", invitation.path).first, "Event: Tea (tea-1@baz.net)")
        _ = try inbox("answer", "tea-1@baz.net", "accepted", "Gladly")
        let out = folder.appendingPathComponent("out")
        let written = try FileManager.default.contentsOfDirectory(at: out, includingPropertiesForKeys: nil)
        XCTAssertEqual(written.count, 1)
        let reply = try XCTUnwrap(readEmail(mail: Data(contentsOf: written[0])).calendars.first).calendar
        let text = String(decoding: reply.toIcal(), as: UTF8.self)
        XCTAssertTrue(text.contains("PARTSTAT=ACCEPTED") && text.contains("COMMENT:Gladly"), text)
        // Each call is a program of its own: what it knows is what the store kept.
        XCTAssertTrue(try inbox("show").contains { $0.contains("a@foo.com") && $0.contains("accepted") })
        XCTAssertNil(try run(words: [folder.path, "a@foo.com", "answer", "1", "perhaps"], now: now))
    }
}
