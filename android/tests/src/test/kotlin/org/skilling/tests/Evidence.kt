// Every token of a story with what its till knew, so that `skilling verify` can judge each of them once more.
package org.skilling.tests

import java.io.File
import kotlin.test.assertEquals
import org.json.JSONArray
import org.json.JSONObject
import org.skilling.HttpMethod
import org.skilling.HttpRequest
import org.skilling.Qr
import org.skilling.core.ffi.inspect

/** Cases of `skilling verify --batch`, each with the code that the till gave. */
class Evidence(private val bank: Bank, private val clock: TownClock) {
    private class Till(val bundle: ByteArray, val statusLists: List<ByteArray>, val seen: MutableList<String>)

    private val tills = mutableMapOf<String, Till>()
    private val cases = JSONArray()

    /** A till has just fetched its papers: they are fetched once more. */
    suspend fun refreshed(till: String) {
        val bundle = fetched("/v1/trust")
        val addresses = inspect(bundle).objects.flatMap { it.fields }.filter { it.path.endsWith("status_uri") }.map { it.value }
        check(addresses.isNotEmpty()) { "the bundle names no status list" }
        val lists = addresses.map { fetched("/v1/" + it.substringAfter("/v1/")) }
        tills[till] = Till(bundle, lists, tills[till]?.seen ?: mutableListOf())
    }

    private suspend fun fetched(path: String): ByteArray {
        val answer = bank.line.send(HttpRequest(HttpMethod.GET, path, ByteArray(0)))
        check(answer.status == 200) { "$path: ${answer.status}" }
        return answer.body
    }

    /** A till gave this code to this token; both are texts of codes. */
    fun judged(till: String, name: String, token: String, request: String, code: Int) {
        val knows = tills.getValue(till)
        val bytes = Qr.message(token).hex()
        cases.put(
            JSONObject().put("name", name).put("token", bytes).put("request", Qr.message(request).hex()).put("code", code)
                .put("trust", knows.bundle.hex()).put("root", bank.root.hex()).put("now", clock.now())
                .put("status", JSONArray(knows.statusLists.map { it.hex() })).put("seen", JSONArray(knows.seen.toList()))
                .put("outage", JSONObject.NULL),
        )
        knows.seen += bytes
    }

    /** All of them, by the command: each verdict must be the till's. */
    fun judge(file: File) {
        file.writeText(JSONObject().put("cases", cases).toString())
        val (status, said) = bank.run("verify", "--batch", file.path, "--json")
        assertEquals(0, status, said)
        assertEquals(cases.length(), JSONArray(said).length())
        check(cases.length() > 0) { "no token was shown" }
        println("skilling verify gave ${cases.length()} tokens the code that their till gave them")
    }
}
