package io.github.reefknot

/** Reads JSON for the tests: maps, lists, texts, numbers, booleans and null. */
internal class Json private constructor(private val text: String) {
    private var at = 0

    private fun value(): Any? {
        space()
        return when (val next = text[at]) {
            '{' -> items('}') { string().also { space(); skip(':') } to value() }.toMap()
            '[' -> items(']') { value() }
            '"' -> string()
            else -> {
                val word = text.drop(at).takeWhile { it.isLetterOrDigit() || it in "+-." }
                at += word.length
                when (word) {
                    "true" -> true
                    "false" -> false
                    "null" -> null
                    else -> word.toLongOrNull() ?: error("$next at $at is no JSON")
                }
            }
        }
    }

    private fun <T> items(end: Char, item: () -> T): List<T> {
        val items = mutableListOf<T>()
        at++
        space()
        while (text[at] != end) {
            items.add(item())
            space()
            if (text[at] == ',') at++
            space()
        }
        at++
        return items
    }

    private fun string(): String {
        space()
        skip('"')
        val written = StringBuilder()
        while (text[at] != '"') {
            // The only escape in the fixtures is that of a character for itself.
            if (text[at] == '\\') at++
            written.append(text[at++])
        }
        at++
        return written.toString()
    }

    private fun space() {
        while (text[at].isWhitespace()) at++
    }

    private fun skip(expected: Char) = check(text[at++] == expected) { "$expected is wanted before $at" }

    companion object {
        fun read(text: String): Any? = Json(text).value()
    }
}
