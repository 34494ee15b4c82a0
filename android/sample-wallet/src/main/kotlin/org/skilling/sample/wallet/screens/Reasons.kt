// The registry of reasons (protocol sections 5 and 6) in the payer's words and language.
package org.skilling.sample.wallet.screens

import android.content.Context
import org.skilling.sample.wallet.R

/** What [code] means to the payer, and that nothing was paid where nothing was. */
internal fun Context.reason(code: Int): String = getString(REASONS[code] ?: R.string.reason_unknown)

/** Every code that a payer may meet. */
internal val REASONS: Map<Int, Int> = sortedMapOf(
    0 to R.string.reason_accepted,
    1 to R.string.reason_malformed,
    2 to R.string.reason_unsupported,
    3 to R.string.reason_trust_expired,
    4 to R.string.reason_unknown_issuer,
    5 to R.string.reason_issuer_suspended,
    6 to R.string.reason_bad_allowance_signature,
    7 to R.string.reason_allowance_not_valid_yet,
    8 to R.string.reason_allowance_expired,
    9 to R.string.reason_allowance_revoked,
    10 to R.string.reason_bad_payment_signature,
    11 to R.string.reason_unknown_request,
    12 to R.string.reason_request_expired,
    13 to R.string.reason_merchant_mismatch,
    14 to R.string.reason_currency_mismatch,
    15 to R.string.reason_amount_mismatch,
    16 to R.string.reason_clock_skew,
    17 to R.string.reason_over_cap,
    18 to R.string.reason_over_limit,
    19 to R.string.reason_over_count,
    20 to R.string.reason_category_closed,
    21 to R.string.reason_user_auth_required,
    22 to R.string.reason_key_protection_too_weak,
    23 to R.string.reason_over_exposure,
    24 to R.string.reason_conflicting_payment,
    25 to R.string.reason_inconsistent_history,
    26 to R.string.reason_storage_failed,
    27 to R.string.reason_outage_required,
    28 to R.string.reason_request_already_paid,
    29 to R.string.reason_terminal_clock,
    40 to R.string.reason_payer_refused,
    41 to R.string.reason_no_allowance,
    42 to R.string.reason_high_water_mark,
    43 to R.string.reason_wallet_busy,
    44 to R.string.reason_merchant_certificate,
    45 to R.string.reason_bad_request_signature,
    46 to R.string.reason_unknown_acquirer,
    47 to R.string.reason_wallet_storage_failed,
    60 to R.string.reason_no_funds,
    61 to R.string.reason_product_limits,
    62 to R.string.reason_currency_not_offered,
    63 to R.string.reason_blocked,
    64 to R.string.reason_pay_key_attestation,
)
