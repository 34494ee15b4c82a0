package org.skilling.tests

import kotlin.test.Test
import kotlin.test.assertEquals
import org.json.JSONArray
import org.json.JSONObject
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.skilling.core.ffi.CoreException
import org.skilling.core.ffi.TillMemory
import org.skilling.core.ffi.VerifyContext
import org.skilling.core.ffi.inspect
import org.skilling.core.ffi.verify
import org.skilling.core.ffi.verifyToken

/** The vectors of tests/vectors, every case of them, through the library that Android apps load. */
@RunWith(RobolectricTestRunner::class)
class VectorsTest {
    @Test
    fun `every message is of its kind`() = every("messages", "kind") { kind(it.bytes("message")) }

    @Test
    fun `every bound of every object holds`() = every("objects", "result") {
        when (val kind = kind(it.bytes("message"))) {
            "malformed", "unsupported" -> kind
            else -> "ok"
        }
    }

    @Test
    fun `every token gets its verdict`() = every("verify", "code", ::verdict)

    /** Judges all cases of a file and compares with its member [expected]. */
    private fun every(file: String, expected: String, judged: (JSONObject) -> Any) {
        val cases = Conformance.vectors(file)
        val seen = cases.mapIndexed { at, case -> "$at ${case.getString("name")}: ${judged(case)}" }
        assertEquals(cases.mapIndexed { at, case -> "$at ${case.getString("name")}: ${case.get(expected)}" }, seen)
        check(cases.isNotEmpty()) { "$file holds no cases" }
    }

    private fun kind(message: ByteArray): String =
        try {
            inspect(message).kind
        } catch (error: CoreException.Malformed) {
            if (error.rule in NEWER) "unsupported" else "malformed"
        }

    /** As a till does: papers that are not signed by whom they should be are thrown away, then the token is judged. */
    private fun verdict(case: JSONObject): Int {
        val bare = VerifyContext(case.getLong("now"), listOf(case.bytes("root")), null, emptyList(), emptyList(), case.bytes("request"))
        val bundle = case.bytes("trust").takeIf { isTaken { verify(it, bare) } }
        val trusting = bare.copy(bundle = bundle)
        val outages = listOfNotNull(case.optBytes("outage")).filter { isTaken { verify(it, trusting) } }
        val lists = case.getJSONArray("status").all().filter { list ->
            isTaken { verify(case.bytes("request"), trusting.copy(statusLists = listOf(list))) }
        }
        val memory = case.getJSONObject("memory").let {
            TillMemory(
                lastAcceptance = if (it.isNull("last_acceptance")) null else it.getLong("last_acceptance"),
                acceptedTotal = it.getLong("accepted_total").toULong(),
                isConvicted = it.getBoolean("convicted"),
                isRequestPaid = it.getBoolean("request_paid"),
                isRequestCancelled = it.getBoolean("request_cancelled"),
            )
        }
        val seen = case.getJSONArray("seen").all()
        val context = trusting.copy(outages = outages, statusLists = lists, seen = seen, memory = memory)
        return verifyToken(case.bytes("token"), context).reason.code.toInt()
    }

    private fun isTaken(check: () -> Unit): Boolean =
        try {
            check()
            true
        } catch (_: CoreException) {
            false
        }

    private fun JSONObject.bytes(key: String): ByteArray = getString(key).unhex()

    private fun JSONObject.optBytes(key: String): ByteArray? = if (isNull(key)) null else bytes(key)

    private fun JSONArray.all(): List<ByteArray> = List(length()) { getString(it).unhex() }

    private companion object {
        /** Rules that a newer version of the protocol would break: "update", not "damaged". */
        val NEWER = setOf("unknown_message_type", "unexpected_message_type", "unknown_enum_value")
    }
}
