package io.github.reefknot

import io.github.reefknot.inbox.run
import java.nio.file.Files
import java.nio.file.Path
import java.time.Instant
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** The inbox of the examples, driven as from a command line. */
class InboxTest {
    private val invitation = fixtures.resolve("mail/gmail-invitation.eml").toString()
    private val now = Instant.parse("2023-02-27T10:00:00Z")

    @Test
    fun `an invitation that came by mail is answered by mail`(@TempDir folder: Path) {
        fun inbox(vararg words: String) = run(listOf(folder.toString(), "a@foo.com") + words, now)!!
        val read = inbox("read", invitation)
        assertEquals("Event: Tea (tea-1@baz.net)", read.first())
        inbox("answer", "tea-1@baz.net", "accepted", "Gladly")
        val written = Files.list(folder.resolve("out")).use { it.toList() }
        val answer = readEmail(Files.readAllBytes(written.single()))
        assertEquals(listOf("mailto:e@baz.net"), answer.to)
        val reply = answer.calendars.first().calendar
        assertEquals("REPLY", reply.method())
        val text = reply.toIcal().decodeToString().replace("\r\n ", "")
        assertTrue("PARTSTAT=ACCEPTED" in text && "COMMENT:Gladly" in text) { text }
        // Each call is a program of its own: what it knows is what the store kept.
        assertTrue(inbox("show").any { "a@foo.com" in it && "accepted" in it }) { inbox("show").toString() }
        assertTrue(inbox("read", invitation).any { it.startsWith("(") })
        assertEquals(1, Files.list(folder.resolve("out")).use { it.count() })
    }

    @Test
    fun `what nobody understands is not done`(@TempDir folder: Path) {
        assertNull(run(listOf(folder.toString(), "a@foo.com", "answer", "1", "perhaps"), now))
        assertNull(run(listOf(folder.toString()), now))
    }
}
