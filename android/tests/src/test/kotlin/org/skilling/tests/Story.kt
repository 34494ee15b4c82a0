// The story of tests/conformance/story.json, played by whatever wallets and tills there are.
package org.skilling.tests

import java.io.File
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import org.json.JSONArray
import org.json.JSONObject
import org.skilling.Qr
import org.skilling.terminal.Transceiver

/** The files that Rust, Kotlin and Swift are held to alike. */
object Conformance {
    private val folder = File(checkNotNull(System.getProperty("skilling.conformance")) { "skilling.conformance names no folder" })

    fun story(): JSONObject = JSONObject(File(folder, "conformance/story.json").readText())

    fun vectors(name: String): List<JSONObject> =
        JSONObject(File(folder, "vectors/$name.json").readText()).getJSONArray("cases").objects()
}

fun JSONArray.objects(): List<JSONObject> = List(length()) { getJSONObject(it) }

/** What a phone answers to a code: a token as a code, or why not. */
sealed class Answer {
    class Token(val payment: String, val code: String) : Answer()
    class Refused(val code: Int) : Answer()
}

/** What a till made of a payment. [receipt] is a code. */
class Met(val outcome: String, val code: Int, val payment: String?, val receipt: String?)

/** How a tap ended, and what the till made of the payment, if one came. */
class Tapped(val end: String, val met: Met?)

/** A request: its id, and what is drawn. */
class Asked(val id: String, val code: String)

/** A phone held to a reader. */
interface Card : Transceiver {
    fun leave()
}

/** A wallet. What it shows and reads are the texts of codes. */
interface StoryPhone : AutoCloseable {
    suspend fun pay(code: String): Answer
    suspend fun takeReceipt(code: String): String

    /** The payer watches the screen, reads what a reader asks for, and agrees. Returns at once. */
    suspend fun agreeWhenAsked()
    suspend fun arm(ceiling: Long)
    suspend fun card(): Card
    suspend fun stage(payment: String): String
    suspend fun remaining(): Long
    suspend fun sync(): Map<String, Int>
    suspend fun clone(name: String): StoryPhone
}

/** A till. What it shows and reads are the texts of codes. */
interface StoryTill : AutoCloseable {
    suspend fun request(amount: Long): Asked
    suspend fun accept(code: String, sale: String): Met
    suspend fun tap(reader: Transceiver, sale: String): Tapped
    suspend fun void(payment: String): String
    suspend fun refresh()
    suspend fun deposit(): Map<String, Int>
}

/** Opens who plays. */
interface Cast {
    suspend fun phone(name: String, enrolmentCode: String, allowance: Long): StoryPhone
    suspend fun till(name: String): StoryTill
}

/** Plays the story, and compares every step with what is written. */
class Story(private val folder: File, private val bank: Bank, private val clock: TownClock, private val cast: Cast) : AutoCloseable {
    private val phones = mutableMapOf<String, StoryPhone>()
    private val tills = mutableMapOf<String, StoryTill>()
    private val paid = mutableMapOf<String, Paid>()
    private val evidence = Evidence(bank, clock)

    private class Paid(val phone: String, val till: String, val payment: String, val sale: Asked, val token: String)

    suspend fun play(story: JSONObject) {
        assertEquals(208, story.getInt("currency"), "phones and tills here use kroner")
        for (name in story.getJSONObject("phones").keys()) {
            val has = story.getJSONObject("phones").getJSONObject(name)
            val code = bank.customer(has.getLong("account") / 100)
            phones[name] = cast.phone(name, code, has.getLong("allowance"))
        }
        for (at in 0 until story.getJSONArray("tills").length()) {
            val name = story.getJSONArray("tills").getString(at)
            tills[name] = cast.till(name)
            evidence.refreshed(name)
        }
        val steps = story.getJSONArray("steps").objects()
        for (step in steps) {
            val seen = try {
                played(step)
            } catch (error: Throwable) {
                throw AssertionError("$step: $error", error)
            }
            val expected = step.optJSONObject("expect")?.let { all -> all.keys().asSequence().associateWith(all::get) }
            assertEquals(words(expected), words(seen), "$step")
        }
        evidence.judge(File(folder, "tokens.json"))
    }

    private suspend fun played(step: JSONObject): Map<String, Any>? {
        when (val what = step.getString("do")) {
            "network" -> if (step.getBoolean("up")) bank.serve() else bank.goAway()
            "days" -> clock.advanceDays(step.getLong("days"))
            "clone" -> phones[step.getString("as")] = phone(step).clone(step.getString("as"))
            "refresh" -> {
                till(step).refresh()
                evidence.refreshed(step.getString("till"))
            }
            "pay" -> return pay(step)
            "show_again" -> {
                val before = paid.getValue(step.getString("payment"))
                return mapOf("outcome" to tills.getValue(before.till).accept(before.token, before.sale.id).outcome)
            }
            "void" -> {
                val before = paid.getValue(step.getString("payment"))
                val receipt = tills.getValue(before.till).void(before.payment)
                val phone = phones.getValue(before.phone)
                return mapOf("stage" to phone.takeReceipt(receipt), "remaining" to phone.remaining())
            }
            "deposit" -> return till(step).deposit()
            "sync" -> return phone(step).sync()
            "books" -> return books()
            else -> error("nobody knows how to $what")
        }
        return null
    }

    private suspend fun pay(step: JSONObject): Map<String, Any> {
        val (phone, till) = phone(step) to till(step)
        val sale = till.request(step.getLong("amount"))
        val (token, met) = when (val way = step.getString("by")) {
            "code" -> when (val answer = phone.pay(sale.code)) {
                is Answer.Refused -> return mapOf("refused_by_phone" to answer.code)
                is Answer.Token -> answer.code to till.accept(answer.code, sale.id).also { it.receipt?.let { phone.takeReceipt(it) } }
            }
            "tap" -> {
                phone.agreeWhenAsked()
                tapped(till, Listener(phone.card()), sale)
            }
            "armed_tap" -> {
                phone.arm(CEILING)
                tapped(till, Listener(phone.card()), sale)
            }
            "torn_tap" -> {
                phone.arm(CEILING)
                val torn = Listener(phone.card(), isTornAtPayment = true)
                assertEquals("torn", till.tap(torn, sale.id).end)
                tapped(till, Listener(phone.card()), sale)
            }
            else -> error("nobody pays by $way")
        }
        val payment = assertNotNull(met.payment)
        paid[step.getString("as")] = Paid(step.getString("phone"), step.getString("till"), payment, sale, token)
        evidence.judged(step.getString("till"), step.getString("as"), token, sale.code, met.code)
        return mapOf(
            "outcome" to met.outcome, "code" to met.code, "stage" to phone.stage(payment), "remaining" to phone.remaining(),
        )
    }

    private suspend fun tapped(till: StoryTill, card: Listener, sale: Asked): Pair<String, Met> {
        val report = till.tap(card, sale.id)
        card.leave()
        assertEquals("done", report.end, sale.id)
        return Qr.text(card.token()) to assertNotNull(report.met)
    }

    private fun books(): Map<String, Any> {
        fun asked(what: String) = JSONObject(bank.skilling("issuer", what, "--home", bank.home.path, "--json"))
        val currency = asked("report").getJSONArray("currencies").objects().single { it.getInt("currency") == 208 }
        return mapOf(
            "merchant_payable" to currency.getJSONObject("accounts").getLong("merchant_payable"),
            "sum" to currency.getInt("sum"),
            "proofs" to asked("proofs").getJSONArray("proofs").length(),
        )
    }

    private fun phone(step: JSONObject) = phones.getValue(step.getString("phone"))

    private fun till(step: JSONObject) = tills.getValue(step.getString("till"))

    /** A number is the same whatever width it was read in. */
    private fun words(values: Map<String, Any>?) = values?.mapValues { "${it.value}" }

    override fun close() {
        phones.values.forEach(AutoCloseable::close)
        tills.values.forEach(AutoCloseable::close)
    }

    private companion object {
        /** Of an arming: above what the story's taps cost, below what needs authentication. */
        const val CEILING = 35_000L
    }
}

/** Between reader and phone: hears the payment go by, or takes the phone away when it does. */
private class Listener(private val card: Card, private val isTornAtPayment: Boolean = false) : Transceiver {
    private val heard = mutableListOf<ByteArray>()
    private var isPaying = false
    private var isGone = false

    override fun transceive(command: ByteArray): ByteArray {
        if (isGone) throw org.skilling.terminal.LinkLost()
        val answer = card.transceive(command)
        if (command[1] == PAY) heard.clear()
        if (command[1] == PAY || command[1] == GET_RESPONSE) {
            heard += answer.copyOf(answer.size - STATUS)
            isPaying = answer.size > STATUS
        }
        if (isTornAtPayment && isPaying) {
            isGone = true
            card.leave()
            throw org.skilling.terminal.LinkLost()
        }
        if (isPaying && token.isEmpty() && !hasMore(answer)) token = heard.reduce(ByteArray::plus)
        return answer
    }

    private var token = ByteArray(0)

    private fun hasMore(answer: ByteArray) = answer[answer.size - STATUS] == MORE

    /** The phone is taken away, as after every tap. */
    fun leave() = card.leave()

    /** The payment that went by. */
    fun token(): ByteArray = token.also { check(it.isNotEmpty()) { "no payment went by" } }

    private companion object {
        const val PAY: Byte = 0x40
        const val GET_RESPONSE = 0xC0.toByte()
        const val MORE: Byte = 0x61
        const val STATUS = 2
    }
}
