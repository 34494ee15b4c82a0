//! Stories for the kit beyond the vectors: each a TOML as a person would write it, and the code that must come of it.

use skilling_protocol::reason::Reason;

/// One story.
pub(super) struct Told {
    pub(super) name: &'static str,
    pub(super) reason: Reason,
    pub(super) toml: &'static str,
}

const fn told(name: &'static str, reason: Reason, toml: &'static str) -> Told {
    Told { name, reason, toml }
}

use Reason::{
    Accepted, AmountMismatch, BadAllowanceSignature, BadPaymentSignature, CategoryClosed,
    CurrencyMismatch, IssuerSuspended, Malformed, OutageRequired, TrustExpired, UnknownIssuer,
    Unsupported, UserAuthRequired,
};

/// All of them.
pub(super) const STORIES: &[Told] = &[
    told(
        "all in order, by other keys",
        Accepted,
        "kind = \"payment_token\"\nseed = \"another seed\"\n",
    ),
    told(
        "a printed code: the payer types the amount",
        Accepted,
        "kind = \"payment_token\"\n[request.off]\nleave_out = [\"amount\", \"answer_before\"]\n[payment]\namount = 7\nspent = 7\n",
    ),
    told(
        "a reference, an extension and categories change nothing",
        Accepted,
        "kind = \"payment_token\"\n[request]\nreference = \"Till 4, 0815\"\n[allowance]\ncategories = [5411, 5912]\nextensions = { 1000 = \"c0ffee\" }\n",
    ),
    told(
        "names of 40 bytes with letters of three languages",
        Accepted,
        "kind = \"payment_token\"\n[merchant]\nname = \"Çırağan Łódź Žižkov Ålborg Øst\"\n",
    ),
    told(
        "kronor for kroner",
        CurrencyMismatch,
        "kind = \"payment_token\"\n[allowance]\ncurrency = \"SEK\"\n",
    ),
    told(
        "one øre too little, honestly signed",
        AmountMismatch,
        "kind = \"payment_token\"\n[payment]\namount = \"125.49\"\n",
    ),
    told(
        "an allowance for pharmacies",
        CategoryClosed,
        "kind = \"payment_token\"\n[allowance]\ncategories = [5912]\n",
    ),
    told(
        "400.00 without authentication",
        UserAuthRequired,
        "kind = \"payment_token\"\n[request]\namount = \"400.00\"\n[payment]\namount = \"400.00\"\nspent = \"400.00\"\n[allowance]\nuser_auth = false\n",
    ),
    told(
        "a scheme for outages only, and there is none",
        OutageRequired,
        "kind = \"trust_bundle\"\n[trust.policies.DKK]\noutage_only = true\n",
    ),
    told(
        "a bundle signed by a stranger",
        TrustExpired,
        "kind = \"trust_bundle\"\n[trust.off]\nsigned_by = \"stranger\"\n",
    ),
    told(
        "a bundle that ended an hour ago",
        TrustExpired,
        "kind = \"trust_bundle\"\n[trust]\nissued = \"now-10d\"\nexpires = \"now-1h\"\n",
    ),
    told(
        "an issuer that is suspended",
        IssuerSuspended,
        "kind = \"trust_bundle\"\n[[trust.issuers]]\nkey = \"key:issuer\"\nname = \"Testbank\"\ncurrencies = [\"DKK\"]\nvalid_from = \"now-1d\"\nvalid_until = \"now+365d\"\nsuspended = true\nstatus_uri = \"https://bank.example/v1/status/1\"\n",
    ),
    told(
        "an allowance signed by the acquirer under its own key id",
        UnknownIssuer,
        "kind = \"payment_token\"\n[allowance.off]\nsigned_by = \"acquirer\"\n",
    ),
    told(
        "an allowance signed by the acquirer in the issuer's name",
        BadAllowanceSignature,
        "kind = \"payment_token\"\n[allowance.off]\nsigned_by = \"acquirer\"\nkey_id = \"key:issuer\"\n",
    ),
    told(
        "an allowance signed for another purpose",
        BadAllowanceSignature,
        "kind = \"payment_token\"\n[allowance.off]\ncontext = \"skilling/v1/merchant\"\n",
    ),
    told(
        "a payment bound to nothing",
        BadPaymentSignature,
        "kind = \"payment_token\"\n[payment.off]\nparent = \"none\"\n",
    ),
    told(
        "a payment bound to the request in place of the allowance",
        BadPaymentSignature,
        "kind = \"payment_token\"\n[payment.off]\nparent = \"id:request\"\n",
    ),
    told(
        "a payment signed for version 2",
        BadPaymentSignature,
        "kind = \"payment_token\"\n[payment.off]\ncontext = \"skilling/v2/payment\"\n",
    ),
    told(
        "an amount of 2^53",
        Malformed,
        "kind = \"payment_token\"\n[payment]\namount = 9007199254740992\n",
    ),
    told(
        "a negative amount",
        Malformed,
        "kind = \"payment_token\"\n[payment]\namount = { negative = -5 }\n",
    ),
    told(
        "null for the time",
        Malformed,
        "kind = \"payment_token\"\n[payment]\ntime = { cbor = \"f6\" }\n",
    ),
    told(
        "a key that is no point of the curve",
        Malformed,
        "kind = \"payment_token\"\n[allowance]\ndevice_key = { filled = 33 }\n",
    ),
    told(
        "a key id where none belongs",
        Malformed,
        "kind = \"payment_token\"\n[payment.off]\nkey_id = \"key:pay\"\n",
    ),
    told(
        "something in the unprotected header",
        Malformed,
        "kind = \"payment_token\"\n[payment.off]\nunprotected = \"a10126\"\n",
    ),
    told(
        "a signature of 63 bytes",
        Malformed,
        "kind = \"payment_token\"\n[payment.off]\nsignature = \"short\"\n",
    ),
    told(
        "bytes inside the payload after its map",
        Malformed,
        "kind = \"payment_token\"\n[payment.off]\npayload_after = \"00\"\n",
    ),
    told(
        "a message of indefinite length",
        Malformed,
        "kind = \"payment_token\"\n[off]\nindefinite = true\n",
    ),
    told(
        "a length of a terabyte",
        Malformed,
        "kind = \"payment_token\"\n[payment]\nmerchant_id = { cbor = \"5b0000010000000000\" }\n",
    ),
    told(
        "the token's objects under the receipt's type",
        Unsupported,
        "kind = \"payment_token\"\n[off]\ntype = 3\n",
    ),
];
