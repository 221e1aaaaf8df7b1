package io.github.reefknot.inbox

import io.github.reefknot.Commit
import io.github.reefknot.HostException
import io.github.reefknot.Residence
import io.github.reefknot.Settled
import io.github.reefknot.Span
import io.github.reefknot.Store
import io.github.reefknot.StoredCalendar
import io.github.reefknot.StoredMessage
import io.github.reefknot.StoredObject
import io.github.reefknot.StoredQuestion
import io.github.reefknot.StoredText
import java.io.DataInputStream
import java.io.DataOutputStream
import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardCopyOption
import java.time.Instant

/**
 * A store in one file, which every commit writes anew beside the old one and then puts in its place: so a commit happens
 * as a whole or not at all. Enough for one person's calendar; an app with a database makes rows of the same values.
 */
class FileStore(private val file: Path) : Store {
    private class Key(val user: String, val uid: String) {
        override fun equals(other: Any?) = other is Key && user == other.user && uid == other.uid
        override fun hashCode() = 31 * user.hashCode() + uid.hashCode()
    }

    private class Question(val user: String, val stored: StoredQuestion)

    private class Row(val message: StoredMessage, val givenUp: Boolean)

    /** Everything; a commit changes a copy, which counts once it is on the disk. */
    private class Data(
        val objects: MutableMap<Key, StoredObject> = HashMap(),
        val versions: MutableMap<String, ULong> = HashMap(),
        val questions: MutableMap<ULong, Question> = LinkedHashMap(),
        val outbox: MutableMap<ULong, Row> = LinkedHashMap(),
        var lastId: ULong = 0u,
    ) {
        fun copy() = Data(HashMap(objects), HashMap(versions), LinkedHashMap(questions), LinkedHashMap(outbox), lastId)
    }

    private var data = if (Files.exists(file)) read() else Data()

    @Synchronized
    override fun load(user: String, uid: String) = data.objects[Key(user, uid)]

    @Synchronized
    override fun uids(user: String) = calendar(user).objects.map { it.uid }

    @Synchronized
    override fun calendar(user: String): StoredCalendar {
        val living = data.objects.filter { (key, stored) -> key.user == user && stored.calendar != null }
        // In the order of the UIDs' octets, which is not that of Kotlin's strings beyond ASCII.
        val order = Comparator<Key> { one, other ->
            java.util.Arrays.compareUnsigned(one.uid.toByteArray(), other.uid.toByteArray())
        }
        val objects = living.toSortedMap(order).map { (key, stored) -> StoredText(key.uid, stored.calendar!!) }
        return StoredCalendar(data.versions[user] ?: 0u, objects)
    }

    override fun calendarWithin(user: String, window: Span) = calendar(user)

    @Synchronized
    override fun commit(commit: Commit): ULong {
        val key = Key(commit.user, commit.uid)
        val (held, calendarVersion) = Pair(data.objects[key]?.version, data.versions[commit.user] ?: 0u)
        if (held != commit.expected || commit.expectedCalendar.let { it != null && it != calendarVersion }) {
            throw HostException.Conflict()
        }
        val new = data.copy()
        commit.answers?.let { id ->
            val asked = new.questions.remove(id) ?: throw HostException.Unknown()
            if (asked.user != commit.user || asked.stored.uid != commit.uid) throw HostException.Unknown()
        }
        commit.settles?.let { (id, how) -> settle(new, id, how) }
        val version = (held ?: 0u) + 1u
        new.objects[key] = StoredObject(commit.calendar, commit.state, commit.residence, version)
        new.versions[commit.user] = calendarVersion + 1u
        for (question in commit.questions) {
            val id = ++new.lastId
            new.questions[id] =
                Question(commit.user, StoredQuestion(id, commit.uid, question.calendar, question.content))
        }
        for (queued in commit.outbox) {
            val id = ++new.lastId
            val body = commit.bodies[queued.body.toInt()]
            val message = StoredMessage(id, commit.user, commit.uid, body, queued.content, 0u, queued.due, null)
            new.outbox[id] = Row(message, false)
        }
        write(new)
        return version
    }

    @Synchronized
    override fun questions(user: String) = data.questions.values.filter { it.user == user }.map { it.stored }

    @Synchronized
    override fun due(now: Instant, limit: UInt): List<StoredMessage> {
        val due = data.outbox.values.filter { !it.givenUp && it.message.due <= now }.map { it.message }
        return due.sortedWith(compareBy({ it.due }, { it.id })).take(limit.toInt())
    }

    @Synchronized
    override fun settle(id: ULong, how: Settled) = write(data.copy().also { settle(it, id, how) })

    @Synchronized
    override fun failed() = data.outbox.values.filter { it.givenUp }.map { it.message }

    private fun settle(data: Data, id: ULong, how: Settled) {
        val message = data.outbox.remove(id)?.message ?: throw HostException.Unknown()
        val attempts = message.attempts + 1u
        when (how) {
            is Settled.Delivered -> return
            is Settled.Retry ->
                data.outbox[id] = Row(message.copy(attempts = attempts, due = how.due, status = how.status), false)
            is Settled.Failed ->
                data.outbox[id] = Row(message.copy(attempts = attempts, status = how.status), true)
        }
        val inOrder = data.outbox.toSortedMap()
        data.outbox.clear()
        data.outbox.putAll(inOrder)
    }

    private fun write(new: Data) {
        try {
            val beside = file.resolveSibling("${file.fileName}.new")
            DataOutputStream(Files.newOutputStream(beside).buffered()).use { it.data(new) }
            Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE)
        } catch (error: IOException) {
            throw HostException.Failed("$file could not be written: ${error.message}")
        }
        data = new
    }

    private fun read(): Data = DataInputStream(Files.newInputStream(file).buffered()).use { it.data() }

    private fun DataOutputStream.data(data: Data) {
        writeLong(data.lastId.toLong())
        all(data.versions.entries) { (user, version) -> text(user); writeLong(version.toLong()) }
        all(data.objects.entries) { (key, stored) ->
            text(key.user); text(key.uid); optional(stored.calendar); text(stored.state)
            text(stored.residence.name); writeLong(stored.version.toLong())
        }
        all(data.questions.values) {
            text(it.user); writeLong(it.stored.id.toLong()); text(it.stored.uid)
            bytes(it.stored.calendar); text(it.stored.content)
        }
        all(data.outbox.values) { (message, givenUp) ->
            writeLong(message.id.toLong()); text(message.user); text(message.uid); bytes(message.calendar)
            text(message.content); writeInt(message.attempts.toInt()); writeLong(message.due.epochSecond)
            optional(message.status?.toByteArray()); writeBoolean(givenUp)
        }
    }

    private operator fun Row.component1() = message

    private operator fun Row.component2() = givenUp

    private fun DataInputStream.data(): Data {
        val data = Data(lastId = readLong().toULong())
        repeat(readInt()) { data.versions[text()] = readLong().toULong() }
        repeat(readInt()) {
            val key = Key(text(), text())
            val (calendar, state, residence) = Triple(optional(), text(), Residence.valueOf(text()))
            data.objects[key] = StoredObject(calendar, state, residence, readLong().toULong())
        }
        repeat(readInt()) {
            val (user, id) = Pair(text(), readLong().toULong())
            data.questions[id] = Question(user, StoredQuestion(id, text(), bytes(), text()))
        }
        repeat(readInt()) {
            val id = readLong().toULong()
            val (user, uid, calendar) = Triple(text(), text(), bytes())
            val (content, attempts, due) = Triple(text(), readInt().toUInt(), Instant.ofEpochSecond(readLong()))
            val status = optional()?.decodeToString()
            val message = StoredMessage(id, user, uid, calendar, content, attempts, due, status)
            data.outbox[id] = Row(message, readBoolean())
        }
        return data
    }

    private fun <T> DataOutputStream.all(items: Collection<T>, write: (T) -> Unit) {
        writeInt(items.size)
        items.forEach(write)
    }

    private fun DataOutputStream.bytes(bytes: ByteArray) {
        writeInt(bytes.size)
        write(bytes)
    }

    private fun DataOutputStream.text(text: String) = bytes(text.toByteArray())

    private fun DataOutputStream.optional(bytes: ByteArray?) {
        writeBoolean(bytes != null)
        bytes?.let { bytes(it) }
    }

    private fun DataInputStream.bytes(): ByteArray = readNBytes(readInt())

    private fun DataInputStream.text(): String = bytes().decodeToString()

    private fun DataInputStream.optional(): ByteArray? = if (readBoolean()) bytes() else null
}
