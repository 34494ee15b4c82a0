// The story's wallets and tills as iPhone apps have them: Swift's, in a process of its own, spoken to in lines of JSON.
package org.skilling.tests

import java.util.concurrent.TimeUnit
import org.json.JSONObject
import org.skilling.terminal.LinkLost
import org.skilling.terminal.Transceiver

/** The process: what is said to it, and what it answers. */
class SwiftPeer(private val clock: TownClock, bank: Bank) : AutoCloseable {
    private val command = checkNotNull(System.getenv("SKILLING_PEER")) { "SKILLING_PEER names no command: run scripts/story" }
    private val process = ProcessBuilder("bash", "-c", command).redirectError(ProcessBuilder.Redirect.INHERIT).start()
    private val to = process.outputStream.bufferedWriter()
    private val from = process.inputStream.bufferedReader()

    init {
        ask("town", "root" to bank.root.hex(), "url" to bank.url)
    }

    /** Says something and waits for the answer. */
    fun ask(what: String, vararg given: Pair<String, Any>, reader: Transceiver? = null): JSONObject = synchronized(this) {
        say(JSONObject(given.toMap()).put("what", what).put("now", clock.now()))
        while (true) {
            val answer = JSONObject(from.readLine() ?: error("Swift ended while it was asked to $what"))
            if (!answer.has("apdu")) {
                check(!answer.has("error")) { "Swift cannot $what: ${answer.getString("error")}" }
                return answer
            }
            val heard = try {
                checkNotNull(reader).transceive(answer.getString("apdu").unhex()).hex()
            } catch (_: LinkLost) {
                null
            }
            say(JSONObject().put("what", "apdu").put("bytes", heard))
        }
        @Suppress("UNREACHABLE_CODE")
        error("never")
    }

    private fun say(line: JSONObject) {
        to.write("$line\n")
        to.flush()
    }

    override fun close() {
        to.close()
        if (!process.waitFor(60, TimeUnit.SECONDS)) process.destroyForcibly()
    }
}

/** A phone with iOS. */
class SwiftPhone(private val peer: SwiftPeer, private val name: String) : StoryPhone {
    override suspend fun pay(code: String): Answer {
        val answer = ask("pay", "code" to code)
        return if (answer.has("refused")) Answer.Refused(answer.getInt("refused")) else Answer.Token(answer.getString("payment"), answer.getString("code"))
    }

    override suspend fun takeReceipt(code: String): String = ask("receipt", "code" to code).getString("stage")

    override suspend fun agreeWhenAsked() {
        ask("agree")
    }

    override suspend fun arm(ceiling: Long) {
        ask("arm", "amount" to ceiling)
    }

    override suspend fun card(): Card = object : Card {
        override fun transceive(command: ByteArray): ByteArray = ask("apdu", "bytes" to command.hex()).getString("bytes").unhex()

        override fun leave() {
            ask("leave")
        }
    }

    override suspend fun stage(payment: String): String = ask("stage", "payment" to payment).getString("stage")

    override suspend fun remaining(): Long = ask("remaining").getLong("remaining")

    override suspend fun sync(): Map<String, Int> = ask("sync").counts()

    override suspend fun clone(name: String): StoryPhone {
        ask("clone", "name" to name)
        return SwiftPhone(peer, name)
    }

    override fun close() = Unit

    private fun ask(what: String, vararg given: Pair<String, Any>) = peer.ask(what, "who" to name, *given)
}

/** A till with iOS. */
class SwiftTill(private val peer: SwiftPeer, private val name: String) : StoryTill {
    override suspend fun request(amount: Long): Asked = ask("request", "amount" to amount).let { Asked(it.getString("id"), it.getString("code")) }

    override suspend fun accept(code: String, sale: String): Met = met(ask("accept", "code" to code, "sale" to sale).getJSONObject("met"))

    override suspend fun tap(reader: Transceiver, sale: String): Tapped {
        val report = peer.ask("tap", "who" to name, "sale" to sale, reader = reader)
        return Tapped(report.getString("end"), report.optJSONObject("met")?.let(::met))
    }

    override suspend fun void(payment: String): String = ask("void", "payment" to payment).getString("code")

    override suspend fun refresh() {
        ask("refresh")
    }

    override suspend fun deposit(): Map<String, Int> = ask("deposit").counts()

    override fun close() = Unit

    private fun met(it: JSONObject) = Met(it.getString("outcome"), it.getInt("code"), it.optText("payment"), it.optText("receipt"))

    private fun JSONObject.optText(key: String): String? = if (has(key)) getString(key) else null

    private fun ask(what: String, vararg given: Pair<String, Any>) = peer.ask(what, "who" to name, *given)
}

private fun JSONObject.counts(): Map<String, Int> = getJSONObject("counts").let { all -> all.keys().asSequence().associateWith(all::getInt) }

/** Wallets and tills of the Swift package. */
class SwiftCast(private val bank: Bank, private val peer: SwiftPeer) : Cast {
    override suspend fun phone(name: String, enrolmentCode: String, allowance: Long): StoryPhone {
        peer.ask("phone", "who" to name, "code" to enrolmentCode, "amount" to allowance)
        return SwiftPhone(peer, name)
    }

    override suspend fun till(name: String): StoryTill {
        val key = peer.ask("till", "who" to name).getString("bytes").unhex()
        peer.ask("certificate", "who" to name, "bytes" to bank.certify(key).hex())
        return SwiftTill(peer, name)
    }
}
