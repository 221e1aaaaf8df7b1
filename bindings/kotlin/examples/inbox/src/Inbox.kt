package io.github.reefknot.inbox

import io.github.reefknot.Agent
import io.github.reefknot.Attempt
import io.github.reefknot.Calendar
import io.github.reefknot.Identities
import io.github.reefknot.LocalUser
import io.github.reefknot.MailOptions
import io.github.reefknot.MailTransport
import io.github.reefknot.Message
import io.github.reefknot.Outcome
import io.github.reefknot.PartStat
import io.github.reefknot.ReefknotException
import io.github.reefknot.Scheduler
import io.github.reefknot.UserList
import io.github.reefknot.readEmail
import java.nio.file.Files
import java.nio.file.Path
import java.time.Instant
import java.time.ZoneId
import java.util.UUID
import kotlin.system.exitProcess

/**
 * One person's calendar in a folder: mails come in as files, answers go out as files into `out/`, and events are kept in
 * [FileStore].
 */
class Inbox(private val folder: Path, private val address: String, private val zone: ZoneId) {
    private val user = "me"
    private val out: Path = Files.createDirectories(folder.resolve("out"))
    private val store = FileStore(folder.resolve("calendar"))
    private val scheduler = Scheduler(
        store,
        UserList(listOf(LocalUser(id = user, identities = Identities(listOf(address)), zone = zone))),
        object : MailTransport() {
            override fun mail(message: Message, mailbox: String, now: Instant): Attempt {
                val id = "${UUID.randomUUID()}@${address.substringAfter('@')}"
                val mail = message.toEmail(MailOptions(zone = zone, messageId = id, date = now))
                Files.write(out.resolve("$id.eml"), mail.bytes)
                return Attempt.Handed
            }
        },
        Agent.ALONE,
    )

    /** Takes the calendars of a mail in; says what they are and what became of them. */
    fun read(mail: ByteArray, now: Instant): List<String> {
        val calendars = readEmail(mail).calendars
        if (calendars.isEmpty()) return listOf("There is no calendar in this mail.")
        return calendars.flatMap { part ->
            val outcome = scheduler.receive(user, part.calendar, part.envelope, now)
            words(part.calendar) + told(outcome)
        }
    }

    /** Answers an invitation, and writes the mail that says so. */
    fun answer(uid: String, answer: PartStat, comment: String?, now: Instant): List<String> {
        val outcome = scheduler.answer(user, uid, answer, now, comment = comment)
        val sent = scheduler.deliver(now)
        return told(outcome) + "${sent.done} mails written to $out."
    }

    /** Everything in the calendar, and the questions that wait. */
    fun show(): List<String> {
        val events = store.uids(user).mapNotNull { store.load(user, it)?.calendar }.flatMap { words(Calendar.parse(it)) }
        return events + scheduler.questions(user).map { "Question ${it.id}: ${it.words}" }
    }

    /** Answers a question that a message raised. */
    fun decide(question: ULong, yes: Boolean, now: Instant): List<String> {
        val outcome = scheduler.decide(user, question, yes, now)
        val sent = scheduler.deliver(now)
        return told(outcome) + "${sent.done} mails written to $out."
    }

    private fun words(calendar: Calendar): List<String> = calendar.describe(zone).flatMap { item ->
        listOf("${item.kind}: ${item.title} (${item.uid})") + item.lines.map { "  ${it.label}: ${it.text}" }
    }

    private fun told(outcome: Outcome): List<String> =
        outcome.notices.map { it.message } + outcome.reasons.map { "(${it.message})" }
}

private const val USAGE = """An inbox for invitations.

  inbox FOLDER ADDRESS read MAIL.eml
  inbox FOLDER ADDRESS answer UID accepted|declined|tentative [COMMENT]
  inbox FOLDER ADDRESS show
  inbox FOLDER ADDRESS decide QUESTION yes|no"""

private val ANSWERS =
    mapOf("accepted" to PartStat.Accepted, "declined" to PartStat.Declined, "tentative" to PartStat.Tentative)

/** What a command line asks for, in lines; `null` where it asks for nothing that there is. */
fun run(words: List<String>, now: Instant): List<String>? {
    if (words.size < 3) return null
    val inbox = Inbox(Path.of(words[0]), words[1], ZoneId.systemDefault())
    val arguments = words.drop(3)
    return when {
        words[2] == "read" && arguments.size == 1 -> inbox.read(Files.readAllBytes(Path.of(arguments[0])), now)
        words[2] == "show" && arguments.isEmpty() -> inbox.show()
        words[2] == "answer" && arguments.size in 2..3 ->
            ANSWERS[arguments[1]]?.let { inbox.answer(arguments[0], it, arguments.getOrNull(2), now) }
        words[2] == "decide" && arguments.size == 2 && arguments[1] in listOf("yes", "no") ->
            arguments[0].toULongOrNull()?.let { inbox.decide(it, arguments[1] == "yes", now) }
        else -> null
    }
}

fun main(arguments: Array<String>) {
    try {
        val lines = run(arguments.toList(), Instant.now())
        println(lines?.joinToString("\n") ?: USAGE)
        if (lines == null) exitProcess(2)
    } catch (error: ReefknotException) {
        System.err.println(error.message)
        exitProcess(1)
    }
}
