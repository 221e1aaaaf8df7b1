package io.github.reefknot

import io.github.reefknot.inbox.FileStore
import java.nio.file.Files
import java.nio.file.Path
import java.time.Instant
import java.time.LocalDateTime
import java.time.ZoneOffset
import java.time.format.DateTimeFormatter
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.TestFactory
import org.junit.jupiter.api.io.TempDir

internal val fixtures: Path = Path.of(System.getProperty("reefknot.fixtures"))

@Suppress("UNCHECKED_CAST")
private fun Any?.map() = this as Map<String, Any?>

@Suppress("UNCHECKED_CAST")
private fun Any?.texts() = (this as List<String>?).orEmpty()

private fun instant(text: String): Instant =
    LocalDateTime.parse(text, DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'")).toInstant(ZoneOffset.UTC)

/** How the fixtures write the name of a case: `NEEDS_DECISION` and `PartyCrasher` have hyphens and small letters. */
private fun kebab(name: String) =
    name.replace(Regex("([a-z])([A-Z])"), "$1-$2").replace('_', '-').lowercase()

/** The smoke scenario that every language plays: `fixtures/smoke/README.md` tells how its file is read. */
class SmokeTest {
    /** Everybody's mail: what waits in each mailbox, and how much ever came. */
    private class Mailboxes : MailTransport() {
        val waiting = mutableMapOf<String, MutableList<ByteArray>>()
        val count = mutableMapOf<String, Long>()

        override fun mail(message: Message, mailbox: String, now: Instant): Attempt {
            val id = "${count.values.sum()}@foo.com"
            val mail = message.toEmail(MailOptions(zone = ZoneOffset.UTC, messageId = id, date = now))
            waiting.getOrPut(mailbox) { mutableListOf() }.add(mail.bytes)
            count.merge(mailbox, 1, Long::plus)
            return Attempt.Handed
        }
    }

    private class Host(described: Map<String, Any?>, val store: Store, mails: Mailboxes) {
        val addresses = described["users"].map().mapValues { it.value as String }
        val scheduler = Scheduler(
            store,
            UserList(addresses.map { (id, address) -> LocalUser(id = id, identities = Identities(listOf(address))) }),
            mails,
            if (described["agent"] == "server") Agent.SERVER else Agent.ALONE,
            Trust(access = described["access"] as String? ?: ""),
        )

        fun calendar(user: String, uid: String) = store.load(user, uid)?.calendar?.let { Calendar.parse(it) }

        /** What a user holds, with some of its lines replaced. */
        fun edited(user: String, uid: String, lines: Map<String, Any?>): Calendar {
            val before = unfolded(calendar(user, uid)!!)
            return Calendar.parseText(lines.entries.fold(before) { text, (old, new) ->
                assertTrue("\r\n$old\r\n" in text) { "no line $old in $text" }
                text.replace("\r\n$old\r\n", "\r\n$new\r\n")
            })
        }
    }

    private class Stage(hosts: Map<String, Any?>, makeStore: () -> Store) {
        val mails = Mailboxes()
        val hosts = hosts.mapValues { Host(it.value.map(), makeStore(), mails) }

        fun play(step: Map<String, Any?>) {
            if (step["do"] == "mails") return assertEquals(step["count"], mails.count)
            val host = hosts.getValue(step["host"] as String)
            val now = instant(step["at"] as String? ?: "20261124T120000Z")
            val (user, uid) = Pair(step["user"] as String? ?: "", step["uid"] as String? ?: "")
            val comment = step["comment"] as String?
            val outcome = when (step["do"]) {
                "put" -> {
                    val file = Files.readAllBytes(fixtures.resolve("smoke").resolve(step["file"] as String))
                    val residence = if (step["residence"] == "local-only") Residence.LOCAL_ONLY else Residence.SYNCED
                    host.scheduler.put(user, uid, Calendar.parse(file), now, residence = residence)
                }
                "edit" -> {
                    val residence = host.store.load(user, uid)!!.residence
                    host.scheduler.put(user, uid, host.edited(user, uid, step["lines"].map()), now, residence = residence)
                }
                "answer" ->
                    host.scheduler.answer(
                        user, uid, partstat(step["partstat"] as String), now, step["instance"] as String, comment,
                    )
                "propose" ->
                    host.scheduler.propose(user, uid, host.edited(user, uid, step["lines"].map()), now, comment)
                "decide" -> {
                    val open = host.scheduler.questions(user).single()
                    assertEquals(step["question"], name(open.question))
                    host.scheduler.decide(user, open.id, step["yes"] as Boolean, now)
                }
                "deliver" -> {
                    val delivered = host.scheduler.deliver(now)
                    assertEquals(step["gives"].map()["done"], delivered.done.toLong())
                    return assertEquals(Pair(0uL, 0uL), Pair(delivered.retried, delivered.failed))
                }
                "fetch" -> return fetch(step, host, user, now)
                "read" -> return read(step, host, user, uid, now)
                "holds" -> return holds(step, host, user, uid)
                else -> error("nobody knows how to do ${step["do"]}")
            }
            assertTold(step["gives"].map(), outcome)
        }

        private fun fetch(step: Map<String, Any?>, host: Host, user: String, now: Instant) {
            val arrived = mails.waiting.remove(host.addresses.getValue(user)).orEmpty()
            val expected = step["gives"] as List<*>
            assertEquals(expected.size, arrived.size)
            for ((mail, gives) in arrived.zip(expected)) {
                val part = readEmail(mail).calendars.first()
                assertTold(gives.map(), host.scheduler.receive(user, part.calendar, part.envelope, now))
            }
        }

        private fun read(step: Map<String, Any?>, host: Host, user: String, uid: String, now: Instant) {
            when (val shown = host.scheduler.read(Asker.User(step["asker"] as String), user, uid, now)) {
                is ReadAnswer.Refused -> assertEquals(step["refused"], shown.reason.code)
                is ReadAnswer.Shown -> contains(shown.calendar, step)
                is ReadAnswer.Nothing -> error("there is no $uid")
            }
        }

        private fun holds(step: Map<String, Any?>, host: Host, user: String, uid: String) {
            val calendar = host.calendar(user, uid) ?: return assertEquals(true, step["nothing"])
            step["residence"]?.let { assertEquals(it, kebab(host.store.load(user, uid)!!.residence.name)) }
            contains(calendar, step)
            for ((instance, answers) in step["answers"].map()) {
                val attendees = calendar.attendees(instance).associateBy { it.address.removePrefix("mailto:") }
                for ((who, answer) in answers.map()) {
                    assertEquals(partstat(answer as String), attendees.getValue(who).partstat) { "$who $instance" }
                }
            }
        }

        private fun assertTold(expected: Map<String, Any?>, outcome: Outcome) {
            val all = mapOf(
                "disposition" to kebab(outcome.disposition.name),
                "messages" to outcome.messages.map { "${it.method.name.replace("_", "")} ${it.recipient.removePrefix("mailto:")}" },
                "reasons" to outcome.reasons.map { it.code },
                "notices" to outcome.notices.map { it.code },
                "questions" to outcome.questions.map { name(it) },
            )
            assertEquals(expected, all.filterKeys { it in expected }) { outcome.reasons.toString() }
        }
    }

    @TestFactory
    fun `every conversation ends as the scenario says`(): List<DynamicTest> = conversations { MemoryStore() }

    @TestFactory
    fun `every conversation ends so in a store written in Kotlin`(@TempDir folder: Path): List<DynamicTest> {
        var stores = 0
        return conversations { FileStore(folder.resolve("store-${stores++}")) }
    }

    private fun conversations(makeStore: () -> Store): List<DynamicTest> {
        val scenario = Json.read(Files.readString(fixtures.resolve("smoke/scenario.json"))).map()
        return (scenario["conversations"] as List<*>).map { it.map() }.map { conversation ->
            DynamicTest.dynamicTest(conversation["name"] as String) {
                val stage = Stage(scenario["hosts"].map(), makeStore)
                (conversation["steps"] as List<*>).forEach { stage.play(it.map()) }
            }
        }
    }

    private companion object {
        fun unfolded(calendar: Calendar) = calendar.toIcal().decodeToString().replace("\r\n ", "")

        fun name(question: Question) = kebab(question::class.simpleName!!)

        /** The lines that a calendar has, and the texts that it has not. */
        fun contains(calendar: Calendar, step: Map<String, Any?>) {
            val text = unfolded(calendar)
            step["lines"].texts().forEach { assertTrue("\r\n$it\r\n" in text) { "no line $it in $text" } }
            step["without"].texts().forEach { assertTrue(it !in text) { "$it is in $text" } }
        }

        fun partstat(name: String) = when (name) {
            "ACCEPTED" -> PartStat.Accepted
            "DECLINED" -> PartStat.Declined
            "TENTATIVE" -> PartStat.Tentative
            "NEEDS-ACTION" -> PartStat.NeedsAction
            else -> PartStat.Other(name)
        }
    }
}
