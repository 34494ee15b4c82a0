// Every language has every text, with the same places for names and numbers in it.
package org.skilling.sample.screens

import java.io.File
import javax.xml.parsers.DocumentBuilderFactory
import org.w3c.dom.Element

private val LANGUAGES = listOf("da", "sv", "nb", "fi", "et")
private val PLACE = Regex("%\\d\\$[sd]")

/** What is missing or differs in the languages of a folder `res`; empty if nothing is. */
fun gaps(res: File): List<String> {
    val english = texts(File(res, "values"))
    check(english.isNotEmpty()) { "$res has no texts" }
    return LANGUAGES.flatMap { language ->
        val theirs = texts(File(res, "values-$language"))
        english.mapNotNull { (name, text) ->
            when {
                name !in theirs -> "$language has no $name"
                places(text) != places(theirs.getValue(name)) -> "$language has other places in $name"
                else -> null
            }
        } + (theirs.keys - english.keys).map { "$language has $it, English has not" }
    }
}

private fun places(text: String): Set<String> = PLACE.findAll(text).map { it.value }.toSet()

private fun texts(folder: File): Map<String, String> = folder.listFiles { file -> file.name.endsWith("strings.xml") || file.name.endsWith("reasons.xml") }.orEmpty()
    .flatMap { file ->
        val document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file)
        listOf("string", "plurals").flatMap { tag ->
            val found = document.getElementsByTagName(tag)
            (0 until found.length).map { at -> (found.item(at) as Element).let { it.getAttribute("name") to it.textContent } }
        }
    }.toMap()
