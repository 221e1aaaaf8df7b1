package io.github.reefknot

import io.github.reefknot.inbox.FileStore
import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path
import java.time.Duration
import java.time.Instant
import java.time.LocalDate
import java.time.LocalDateTime
import java.time.ZoneId
import java.util.UUID
import java.util.concurrent.Executors
import java.util.concurrent.TimeUnit
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** What an app that embeds the engine can count on, in Kotlin's own types. */
class AppTest {
    private val now = Instant.parse("2026-11-24T09:00:00Z")
    private val berlin = ZoneId.of("Europe/Berlin")

    private fun tea(uid: String = "tea@foo.com", vararg attendees: String) = Calendar.ofEvent(
        NewEvent(
            uid = uid,
            summary = "Tea, and cake",
            start = DateTime.Zoned(LocalDateTime.parse("2026-12-01T15:00:00"), "Europe/Berlin"),
            end = DateTime.Zoned(LocalDateTime.parse("2026-12-01T15:30:00"), "Europe/Berlin"),
            organizer = "a@foo.com",
            attendees = attendees.toList(),
            properties = listOf(Property("RRULE", "FREQ=WEEKLY;COUNT=3")),
        ),
        now,
    )

    private class NoMail(private val why: () -> Nothing) : MailTransport() {
        override fun mail(message: Message, mailbox: String, now: Instant): Attempt = why()
    }

    private fun scheduler(store: Store, transport: Transport = NoMail { error("nothing is sent") }) = Scheduler(
        store,
        UserList(listOf(LocalUser(id = "a", identities = Identities(listOf("a@foo.com")), zone = berlin))),
        transport,
        Agent.ALONE,
    )

    @Test
    fun `times are Kotlin's own`() {
        val found = tea().occurrences(now, now + Duration.ofDays(30), berlin)
        assertEquals(
            listOf("2026-12-01T14:00:00Z", "2026-12-08T14:00:00Z", "2026-12-15T14:00:00Z").map(Instant::parse),
            found.items.map { it.startInstant },
        )
        assertEquals(DateTime.Zoned(LocalDateTime.of(2026, 12, 8, 15, 0), "Europe/Berlin"), found.items[1].start)
        val day = dateTimeProperty("DTSTART", DateTime.Date(LocalDate.of(2026, 12, 24)))
        assertEquals("20261224", day.value)
        assertEquals(listOf(Value.DateTime(DateTime.Date(LocalDate.of(2026, 12, 24)))), day.values())
    }

    /** The example of the README and of docs/embedding.md. */
    @Test
    fun `an invitation is answered in ten lines`() {
        val (bytes, sent) = Pair(Files.readAllBytes(fixtures.resolve("mail/gmail-invitation.eml")), mutableListOf<ByteArray>())
        fun send(mail: ByteArray) = sent.add(mail)
        val engine = Engine(Identities(listOf("a@foo.com")), Agent.ALONE)
        for (part in readEmail(bytes).calendars) {
            val outcome = engine.receive(part.calendar, stored = null, part.envelope, Instant.now())
            val copy = outcome.resulting(null) ?: continue
            val answered = engine.answer(copy, PartStat.Accepted, Instant.now(), state = outcome.state)
            for (message in answered.messages) {
                val options = MailOptions(ZoneId.systemDefault(), "${UUID.randomUUID()}@foo.com", Instant.now())
                send(message.toEmail(options).bytes)
            }
        }
        val reply = readEmail(sent.single())
        assertEquals(listOf("mailto:e@baz.net"), reply.to)
        assertEquals("REPLY", reply.calendars.first().calendar.method())
    }

    @Test
    fun `calendars are values`() {
        assertEquals(tea(), tea())
        assertEquals(tea().hashCode(), tea().hashCode())
        assertEquals(tea(), Calendar.parse(tea().toIcal()))
        val coffee = tea().withProperties(listOf(textProperty("SUMMARY", "Coffee")))
        assertNotEquals(tea(), coffee)
        assertEquals("Coffee", coffee.component()?.property("summary")?.text())
    }

    @Test
    fun `errors are typed, and their text is for people`() {
        val syntax = assertThrows(ReefknotException.Syntax::class.java) { Calendar.parseText("Dear A, let us meet.") }
        assertTrue("BEGIN:VCALENDAR" in syntax.message!!) { syntax.message!! }
        val invalid = assertThrows(ReefknotException.Invalid::class.java) {
            Engine(Identities(emptyList()), Agent.ALONE)
        }
        assertTrue("mailto:a@foo.com" in invalid.message!!) { invalid.message!! }
        assertThrows(ReefknotException.Syntax::class.java) { Engine(Identities(listOf("nobody")), Agent.ALONE) }
        val stranger = assertThrows(ReefknotException.Invalid::class.java) {
            scheduler(MemoryStore()).put("b", "tea@foo.com", tea(), now)
        }
        assertTrue("no user `b`" in stranger.message!!) { stranger.message!! }
    }

    @Test
    fun `what the app's store throws comes back with its text and without its stack`() {
        class Full(private val inner: MemoryStore, private val why: () -> Throwable) : Store by inner {
            override fun commit(commit: Commit): ULong = throw why()
        }
        val declared = assertThrows(ReefknotException.Host::class.java) {
            scheduler(Full(MemoryStore()) { HostException.Failed("the disk is full") }).put("a", "tea@foo.com", tea(), now)
        }
        assertEquals("the disk is full", declared.message)
        val other = assertThrows(ReefknotException.Host::class.java) {
            scheduler(Full(MemoryStore()) { IOException("disk gone") }).put("a", "tea@foo.com", tea(), now)
        }
        assertTrue("disk gone" in other.message!! && "\n" !in other.message!!) { other.message!! }
    }

    @Test
    fun `a mail that cannot be sent is tried again`() {
        val store = MemoryStore()
        val scheduler = scheduler(store, NoMail { throw HostException.Failed("the mail server is down") })
        scheduler.put("a", "tea@foo.com", tea(attendees = arrayOf("b@bar.com")), now)
        assertEquals(1uL, scheduler.deliver(now).retried)
        assertTrue("the mail server is down" in store.due(now + Duration.ofDays(1), 1u).single().status!!)
    }

    @Test
    fun `a store in Kotlin keeps everything, and two threads lose nothing`(@TempDir folder: Path) {
        val file = folder.resolve("calendar")
        val scheduler = scheduler(FileStore(file))
        val threads = Executors.newFixedThreadPool(2)
        val puts = (1..20).map { number ->
            threads.submit { scheduler.put("a", "tea$number@foo.com", tea("tea$number@foo.com"), now) }
        }
        puts.forEach { it.get() }
        threads.shutdown()
        assertTrue(threads.awaitTermination(10, TimeUnit.SECONDS))
        val again = FileStore(file)
        assertEquals(20, again.uids("a").size)
        assertEquals(20uL, again.calendar("a").version)
        assertEquals("tea7@foo.com", Calendar.parse(again.load("a", "tea7@foo.com")!!.calendar!!).uid())
    }

    @Test
    fun `a commit on another version is a conflict and changes nothing`(@TempDir folder: Path) {
        val store = FileStore(folder.resolve("calendar"))
        scheduler(store).put("a", "tea@foo.com", tea(), now)
        val held = store.load("a", "tea@foo.com")!!
        val stale = Commit(
            "a", "tea@foo.com", null, null, null, held.state, held.residence, null, emptyList(), emptyList(),
            emptyList(), null, null,
        )
        assertThrows(HostException.Conflict::class.java) { store.commit(stale) }
        assertEquals(1uL, store.load("a", "tea@foo.com")!!.version)
        assertThrows(ReefknotException.Conflict::class.java) {
            scheduler(store).put("a", "tea@foo.com", tea(), now, basedOn = 7u)
        }
    }

    @Test
    fun `busy time is merged and times are suggested`() {
        val (from, to) = Pair(Instant.parse("2026-12-01T13:00:00Z"), Instant.parse("2026-12-01T16:00:00Z"))
        val busy = freebusy(listOf(tea()), Identities(listOf("a@foo.com")), from, to, berlin)
        assertEquals(listOf(Instant.parse("2026-12-01T14:00:00Z")), busy.periods.map { it.start })
        val people = listOf(Person("a@foo.com", Attendance.REQUIRED, busy))
        val times = suggestTimes(people, Search(from, to, length = 3600, step = 1800, most = 2u))
        assertEquals(listOf(from, Instant.parse("2026-12-01T14:30:00Z")), times.map { it.start })
        assertTrue(times.all { it.clashes.isEmpty() })
    }
}
