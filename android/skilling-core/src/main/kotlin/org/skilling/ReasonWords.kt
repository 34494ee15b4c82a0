// The words of the registry in the languages of the libraries: what payer and cashier are shown.
package org.skilling

import android.content.Context

/** The words of reason codes as resources, in the language of the phone. An app that wants other words overrides the strings. */
public object ReasonWords {
    /** Every code that has words: all that this release knows. */
    public val codes: Set<Int> get() = ROWS.keys

    /** What [code] means to the person with the phone, and that nothing was paid where nothing was. */
    public fun payer(context: Context, code: Int): String = context.getString(ROWS[code]?.payer ?: R.string.skilling_reason_unknown)

    /** What [code] means to the person at the till. */
    public fun cashier(context: Context, code: Int): String = context.getString(ROWS[code]?.cashier ?: R.string.skilling_reason_unknown)

    private class Row(val payer: Int, val cashier: Int)

    private val ROWS: Map<Int, Row> = sortedMapOf(
        0 to Row(R.string.skilling_payer_accepted, R.string.skilling_cashier_accepted),
        1 to Row(R.string.skilling_payer_malformed, R.string.skilling_cashier_malformed),
        2 to Row(R.string.skilling_payer_unsupported, R.string.skilling_cashier_unsupported),
        3 to Row(R.string.skilling_payer_trust_expired, R.string.skilling_cashier_trust_expired),
        4 to Row(R.string.skilling_payer_unknown_issuer, R.string.skilling_cashier_unknown_issuer),
        5 to Row(R.string.skilling_payer_issuer_suspended, R.string.skilling_cashier_issuer_suspended),
        6 to Row(R.string.skilling_payer_bad_allowance_signature, R.string.skilling_cashier_bad_allowance_signature),
        7 to Row(R.string.skilling_payer_allowance_not_valid_yet, R.string.skilling_cashier_allowance_not_valid_yet),
        8 to Row(R.string.skilling_payer_allowance_expired, R.string.skilling_cashier_allowance_expired),
        9 to Row(R.string.skilling_payer_allowance_revoked, R.string.skilling_cashier_allowance_revoked),
        10 to Row(R.string.skilling_payer_bad_payment_signature, R.string.skilling_cashier_bad_payment_signature),
        11 to Row(R.string.skilling_payer_unknown_request, R.string.skilling_cashier_unknown_request),
        12 to Row(R.string.skilling_payer_request_expired, R.string.skilling_cashier_request_expired),
        13 to Row(R.string.skilling_payer_merchant_mismatch, R.string.skilling_cashier_merchant_mismatch),
        14 to Row(R.string.skilling_payer_currency_mismatch, R.string.skilling_cashier_currency_mismatch),
        15 to Row(R.string.skilling_payer_amount_mismatch, R.string.skilling_cashier_amount_mismatch),
        16 to Row(R.string.skilling_payer_clock_skew, R.string.skilling_cashier_clock_skew),
        17 to Row(R.string.skilling_payer_over_cap, R.string.skilling_cashier_over_cap),
        18 to Row(R.string.skilling_payer_over_limit, R.string.skilling_cashier_over_limit),
        19 to Row(R.string.skilling_payer_over_count, R.string.skilling_cashier_over_count),
        20 to Row(R.string.skilling_payer_category_closed, R.string.skilling_cashier_category_closed),
        21 to Row(R.string.skilling_payer_user_auth_required, R.string.skilling_cashier_user_auth_required),
        22 to Row(R.string.skilling_payer_key_protection_too_weak, R.string.skilling_cashier_key_protection_too_weak),
        23 to Row(R.string.skilling_payer_over_exposure, R.string.skilling_cashier_over_exposure),
        24 to Row(R.string.skilling_payer_conflicting_payment, R.string.skilling_cashier_conflicting_payment),
        25 to Row(R.string.skilling_payer_inconsistent_history, R.string.skilling_cashier_inconsistent_history),
        26 to Row(R.string.skilling_payer_storage_failed, R.string.skilling_cashier_storage_failed),
        27 to Row(R.string.skilling_payer_outage_required, R.string.skilling_cashier_outage_required),
        28 to Row(R.string.skilling_payer_request_already_paid, R.string.skilling_cashier_request_already_paid),
        29 to Row(R.string.skilling_payer_terminal_clock, R.string.skilling_cashier_terminal_clock),
        40 to Row(R.string.skilling_payer_payer_refused, R.string.skilling_cashier_payer_refused),
        41 to Row(R.string.skilling_payer_no_allowance, R.string.skilling_cashier_no_allowance),
        42 to Row(R.string.skilling_payer_high_water_mark, R.string.skilling_cashier_high_water_mark),
        43 to Row(R.string.skilling_payer_wallet_busy, R.string.skilling_cashier_wallet_busy),
        44 to Row(R.string.skilling_payer_merchant_certificate, R.string.skilling_cashier_merchant_certificate),
        45 to Row(R.string.skilling_payer_bad_request_signature, R.string.skilling_cashier_bad_request_signature),
        46 to Row(R.string.skilling_payer_unknown_acquirer, R.string.skilling_cashier_unknown_acquirer),
        47 to Row(R.string.skilling_payer_wallet_storage_failed, R.string.skilling_cashier_wallet_storage_failed),
        50 to Row(R.string.skilling_payer_nonce, R.string.skilling_cashier_nonce),
        51 to Row(R.string.skilling_payer_idempotency_id_reused, R.string.skilling_cashier_idempotency_id_reused),
        52 to Row(R.string.skilling_payer_attestation, R.string.skilling_cashier_not_enrolled_now),
        53 to Row(R.string.skilling_payer_customer, R.string.skilling_cashier_not_enrolled_now),
        54 to Row(R.string.skilling_payer_too_large, R.string.skilling_cashier_too_large),
        55 to Row(R.string.skilling_payer_server_busy, R.string.skilling_cashier_server_busy),
        56 to Row(R.string.skilling_payer_unknown_link_key, R.string.skilling_cashier_unknown_link_key),
        57 to Row(R.string.skilling_payer_terminal_not_trusted, R.string.skilling_cashier_terminal_not_trusted),
        58 to Row(R.string.skilling_payer_bad_call_signature, R.string.skilling_cashier_bad_call_signature),
        60 to Row(R.string.skilling_payer_no_funds, R.string.skilling_cashier_no_grant),
        61 to Row(R.string.skilling_payer_product_limits, R.string.skilling_cashier_no_grant),
        62 to Row(R.string.skilling_payer_currency_not_offered, R.string.skilling_cashier_no_grant),
        63 to Row(R.string.skilling_payer_blocked, R.string.skilling_cashier_no_grant),
        64 to Row(R.string.skilling_payer_pay_key_attestation, R.string.skilling_cashier_no_grant),
    )
}
