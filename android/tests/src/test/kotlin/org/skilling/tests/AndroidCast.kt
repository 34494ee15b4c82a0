// The story's wallets and tills as Android apps have them: the libraries' own classes, the card service, the fake Keystore.
package org.skilling.tests

import java.io.File
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import org.robolectric.Robolectric
import org.skilling.Currency
import org.skilling.Money
import org.skilling.Qr
import org.skilling.SkillingException
import org.skilling.terminal.OpenRequest
import org.skilling.terminal.Outcome
import org.skilling.terminal.SkillingTerminal
import org.skilling.terminal.TapEnd
import org.skilling.terminal.Transceiver
import org.skilling.wallet.BankState
import org.skilling.wallet.Reviewed
import org.skilling.wallet.SkillingWallet
import org.skilling.wallet.Want
import org.skilling.wallet.card.SkillingCardService

private fun ore(amount: Long) = Money(amount, Currency.DKK)

/** A phone with Android. */
class AndroidPhone private constructor(
    private val make: (String) -> Phone,
    private val service: SkillingCardService,
    private val name: String,
    private val phone: Phone,
    private val wallet: SkillingWallet,
) : StoryPhone {
    private val payer = CoroutineScope(SupervisorJob() + Dispatchers.IO)

    override suspend fun pay(code: String): Answer {
        val review = try {
            when (val reviewed = wallet.review(Qr.message(code))) {
                is Reviewed.Answered -> return Answer.Token(reviewed.token.paymentId, Qr.text(reviewed.token.message))
                is Reviewed.New -> reviewed.review
            }
        } catch (refused: SkillingException.Refused) {
            return Answer.Refused(refused.reason.code)
        }
        val agreement = try {
            wallet.agree(review)
        } catch (refused: SkillingException.Refused) {
            return Answer.Refused(refused.reason.code)
        }
        val token = wallet.pay(agreement)
        wallet.presented(token)
        return Answer.Token(token.paymentId, Qr.text(token.message))
    }

    override suspend fun takeReceipt(code: String): String = wallet.takeReceipt(Qr.message(code)).stage.name.lowercase()

    override suspend fun agreeWhenAsked() {
        payer.launch {
            while (true) {
                val asked = wallet.asked()
                if (asked != null) {
                    val reviewed = wallet.review(asked)
                    if (reviewed is Reviewed.New) wallet.agree(reviewed.review)
                    return@launch
                }
                delay(10)
            }
        }
    }

    override suspend fun arm(ceiling: Long) {
        wallet.arm(wallet.allowances().last().id, ore(ceiling))
    }

    override suspend fun card(): Card {
        app().skillingWallet = wallet
        val field = NfcField(service)
        return object : Card {
            override fun transceive(command: ByteArray): ByteArray = field.transceive(command)

            override fun leave() = field.leave()
        }
    }

    override suspend fun stage(payment: String): String = wallet.stage(payment).name.lowercase()

    override suspend fun remaining(): Long = wallet.allowances().last().remaining.minorUnits

    override suspend fun sync(): Map<String, Int> {
        val report = wallet.sync(wallet.banks().single().number)
        check(report.isComplete) { "$report" }
        fun count(state: BankState) = report.payments.values.count { it == state }
        return mapOf("paid" to count(BankState.PAID), "given_back" to count(BankState.GIVEN_BACK))
    }

    /** Everything that a phone's storage holds; the keys are in the one Keystore of this process anyway. */
    override suspend fun clone(name: String): StoryPhone {
        val copy = make(name)
        phone.folder.copyRecursively(copy.folder)
        File(phone.folder.parentFile, "${this.name}.mark").copyTo(File(phone.folder.parentFile, "$name.mark"))
        copy.vault = phone.vault
        return open(make, service, name, copy)
    }

    override fun close() {
        payer.cancel()
        wallet.close()
    }

    companion object {
        private suspend fun open(make: (String) -> Phone, service: SkillingCardService, name: String, phone: Phone) =
            AndroidPhone(make, service, name, phone, phone.open().also { it.setInFront(true) })

        suspend fun bought(
            make: (String) -> Phone,
            service: SkillingCardService,
            name: String,
            enrolmentCode: String,
            allowance: Long,
        ): AndroidPhone {
            val phone = open(make, service, name, make(name))
            val number = phone.wallet.enrol(enrolmentCode)
            val report = phone.wallet.sync(number, Want(ore(allowance)))
            check(report.isComplete && report.granted.size == 1) { "no allowance: $report" }
            return phone
        }
    }
}

/** A till with Android. */
class AndroidTill(private val till: SkillingTerminal) : StoryTill {
    private val open = mutableMapOf<String, OpenRequest>()

    override suspend fun request(amount: Long): Asked {
        val request = till.request(ore(amount))
        open[request.requestId] = request
        return Asked(request.requestId, Qr.text(request.message))
    }

    override suspend fun accept(code: String, sale: String): Met = met(till.accept(Qr.message(code), open.getValue(sale)))

    override suspend fun tap(reader: Transceiver, sale: String): Tapped {
        val report = till.tap(reader, open.getValue(sale), PATIENCE_MILLIS)
        val end = when (report.end) {
            is TapEnd.Done -> "done"
            is TapEnd.StillWaiting -> "still_waiting"
            is TapEnd.Torn -> "torn"
            is TapEnd.NoWallet -> "no_wallet"
            is TapEnd.NotUsable -> "not_usable"
        }
        return Tapped(end, (report.sale ?: report.settled[sale])?.let(::met))
    }

    override suspend fun void(payment: String): String = Qr.text(till.voidPayment(payment).receipt)

    override suspend fun refresh() = check(till.refresh().failures.isEmpty()) { "not refreshed" }

    override suspend fun deposit(): Map<String, Int> {
        val report = till.deposit()
        check(report.failure == null) { "not deposited" }
        return mapOf(
            "paid" to report.paid.toInt(), "given_back" to report.givenBack.toInt(), "refused" to report.refused.toInt(),
            "still_due" to report.stillDue.toInt(),
        )
    }

    override fun close() = till.close()

    private fun met(outcome: Outcome): Met = when (outcome) {
        is Outcome.Accepted -> Met("accepted", 0, outcome.answered.paymentId, Qr.text(outcome.answered.receipt))
        is Outcome.Again -> Met("again", 0, outcome.answered.paymentId, Qr.text(outcome.answered.receipt))
        is Outcome.Declined -> Met("declined", outcome.reason.code, outcome.answered.paymentId, Qr.text(outcome.answered.receipt))
        is Outcome.ConfirmAmount -> Met("confirm_amount", 0, outcome.paymentId, null)
        is Outcome.Refused -> Met("refused", outcome.reason.code, null, null)
    }

    private companion object {
        const val PATIENCE_MILLIS = 60_000
    }
}

/** Wallets and tills of the Android libraries. Made on Android's main thread. */
class AndroidCast(private val bank: Bank, private val clock: TownClock) : Cast {
    private val keystore = FakeKeystore().install()

    /** Android knows one for the whole app: whose wallet it is, the `Application` says. */
    private val service = Robolectric.buildService(SkillingCardService::class.java).create().get()

    override suspend fun phone(name: String, enrolmentCode: String, allowance: Long): StoryPhone =
        AndroidPhone.bought({ Phone(app(), bank, clock, keystore, it) }, service, name, enrolmentCode, allowance)

    override suspend fun till(name: String): StoryTill = AndroidTill(till(app(), bank, clock, name))
}
