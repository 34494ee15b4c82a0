//! The one registry of codes: what each means to a cashier, a payer and a developer, and what to do next.
//!
//! Terminals, wallets, servers, the command line and the documentation all take their words from here, so that
//! one number never means two things. A code is stable for ever: a new rule gets a new number, and no number is
//! used again. The texts name no person, amount or merchant, so they may be shown and logged anywhere.

use core::fmt;

/// Where the terminal's rules stand.
const RULES: &str = "protocol section 6";
/// Where the wallet's refusals stand.
const WALLET: &str = "protocol section 5";
/// Where the errors of HTTP calls stand.
const CALLS: &str = "sync, errors";
/// Where it stands why a wanted grant was not given.
const GRANTS: &str = "sync, why no grant";

/// Everything the registry knows of one code.
struct Row {
    code: u32,
    name: &'static str,
    section: &'static str,
    http: Option<u16>,
    cashier: &'static str,
    payer: &'static str,
    developer: &'static str,
    action: &'static str,
}

/// One row a code: the enum, the texts and the lookups all come from the same lines, so none can be forgotten.
macro_rules! reasons {
    ($( $variant:ident = $code:literal, $name:literal, $section:ident, $http:expr,
        cashier: $cashier:literal, payer: $payer:literal,
        developer: $developer:literal, action: $action:literal; )+) => {
        /// Why a payment, a call or a grant was refused, or that a payment was accepted.
        ///
        /// The numbers are those of receipts, refusals, logs and `application/problem+json`
        /// (protocol sections 5 and 6, sync). `Copy` and without data: safe to share between threads.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[repr(u32)]
        pub enum Reason {
            $( #[doc = $developer] $variant = $code, )+
        }

        impl Reason {
            /// Every reason, by ascending code.
            #[must_use]
            pub const fn all() -> &'static [Reason] {
                &[$( Reason::$variant, )+]
            }

            /// The reason with this code; `None` for a code that the registry does not know, which a newer
            /// version of the protocol may well send.
            #[must_use]
            pub const fn from_code(code: u32) -> Option<Reason> {
                match code {
                    $( $code => Some(Reason::$variant), )+
                    _ => None,
                }
            }

            /// The reason with this exact `snake_case` name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Reason> {
                match name {
                    $( $name => Some(Reason::$variant), )+
                    _ => None,
                }
            }

            const fn row(self) -> &'static Row {
                match self {
                    $( Reason::$variant => &Row {
                        code: $code, name: $name, section: $section, http: $http,
                        cashier: $cashier, payer: $payer, developer: $developer, action: $action,
                    }, )+
                }
            }
        }
    };
}

impl Reason {
    /// The number that stands in receipts, refusals and problem documents.
    #[must_use]
    pub const fn code(self) -> u32 {
        self.row().code
    }

    /// The stable `snake_case` name, for JSON, logs and `skilling explain`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// What it means to the person at the till, in one or two short sentences.
    #[must_use]
    pub const fn cashier(self) -> &'static str {
        self.row().cashier
    }

    /// What it means to the person with the phone, without technical terms.
    #[must_use]
    pub const fn payer(self) -> &'static str {
        self.row().payer
    }

    /// What it means exactly: for logs and for whoever integrates the system.
    #[must_use]
    pub const fn developer(self) -> &'static str {
        self.row().developer
    }

    /// What to do next.
    #[must_use]
    pub const fn action(self) -> &'static str {
        self.row().action
    }

    /// The HTTP status that a server answers with; `None` for what never is the error of a call. `busy` also
    /// comes with 429 when it is one client that calls too often.
    #[must_use]
    pub const fn http_status(self) -> Option<u16> {
        self.row().http
    }

    /// The document and section that define it.
    #[must_use]
    pub const fn section(self) -> &'static str {
        self.row().section
    }
}

/// Shows the stable name.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

reasons! {
    Accepted = 0, "accepted", RULES, None,
        cashier: "Paid.",
        payer: "Paid.",
        developer: "Every rule passed and the acceptance is durable.",
        action: "Hand over the goods.";
    Malformed = 1, "malformed", RULES, Some(400),
        cashier: "The code or tap could not be read. Nothing was paid.",
        payer: "The shop could not read what your phone sent. Nothing was paid.",
        developer: "Breaks the encoding rules of section 2 or a bound of section 3; the error names rule and byte offset.",
        action: "Try again; if it happens again, inspect the message with `skilling inspect`.";
    Unsupported = 2, "unsupported", RULES, Some(400),
        cashier: "The phone and the till do not speak the same version. Nothing was paid.",
        payer: "Your app and the shop's till do not understand each other. Nothing was paid.",
        developer: "Well formed, but of an unknown or unexpected type, another protocol version, or with an unknown enumeration value.",
        action: "Update the app and the till.";
    TrustExpired = 3, "trust_expired", RULES, None,
        cashier: "The till has been offline too long to take payments.",
        payer: "The list of banks has run out here. Nothing was paid.",
        developer: "No trust bundle is held, or now is past its expiry plus an outage's extension.",
        action: "Go online once, or load a newer trust bundle or an outage bulletin from a file.";
    UnknownIssuer = 4, "unknown_issuer", RULES, None,
        cashier: "This bank is not part of the scheme. Nothing was paid.",
        payer: "This shop does not know your bank. Nothing was paid.",
        developer: "No issuer key with that key id stands in the trust bundle.",
        action: "Pay in another way; if the bank is a member, the till needs a newer trust bundle.";
    IssuerSuspended = 5, "issuer_suspended", RULES, None,
        cashier: "This bank cannot be accepted at present. Nothing was paid.",
        payer: "Payments from your bank are not accepted at present. Nothing was paid.",
        developer: "The issuer is suspended, outside its validity, or not listed for that currency.",
        action: "Pay in another way, and ask the bank.";
    BadAllowanceSignature = 6, "bad_allowance_signature", RULES, None,
        cashier: "The phone's offline money is not genuine. Nothing was paid.",
        payer: "The shop could not confirm that your offline money comes from your bank. Nothing was paid.",
        developer: "No issuer key with the key id verifies the allowance.",
        action: "Pay in another way; the app should sync and get a new allowance.";
    AllowanceNotValidYet = 7, "allowance_not_valid_yet", RULES, None,
        cashier: "The phone's offline money is not valid yet. Check the till's clock.",
        payer: "Your offline money is not valid yet. Nothing was paid.",
        developer: "now + skew is before the allowance's `valid from`.",
        action: "Check the clock of the till; otherwise wait or pay in another way.";
    AllowanceExpired = 8, "allowance_expired", RULES, None,
        cashier: "The phone's offline money has run out of time. Nothing was paid.",
        payer: "Your offline money has expired. Nothing was paid.",
        developer: "now is at or past the allowance's `valid until` plus an outage's extension.",
        action: "Go online once with the phone to get a new allowance, or pay in another way.";
    AllowanceRevoked = 9, "allowance_revoked", RULES, None,
        cashier: "This phone's offline money has been stopped. Nothing was paid.",
        payer: "Your bank has stopped this offline money. Nothing was paid.",
        developer: "Its bit is set in the issuer's status list, or a fraud proof under this pay key is held.",
        action: "Pay in another way; the payer asks the bank.";
    BadPaymentSignature = 10, "bad_payment_signature", RULES, None,
        cashier: "The payment is not genuine. Nothing was paid.",
        payer: "The shop could not confirm that the payment comes from your phone. Nothing was paid.",
        developer: "The allowance's pay key does not verify the payment.",
        action: "Try once more, then pay in another way.";
    UnknownRequest = 11, "unknown_request", RULES, None,
        cashier: "This payment was not made for this till.",
        payer: "This payment was made for another till.",
        developer: "Payment key 5 is not the id of a request made by this terminal store.",
        action: "Read it at the till that asked for it.";
    RequestExpired = 12, "request_expired", RULES, None,
        cashier: "Too late, or the sale was cancelled. Nothing was paid.",
        payer: "It took too long, or the shop cancelled the sale. Nothing was paid.",
        developer: "now is at or past the request's `answer before`, or the request was cancelled.",
        action: "Start the sale again at the till.";
    MerchantMismatch = 13, "merchant_mismatch", RULES, None,
        cashier: "This payment names another shop. Nothing was paid.",
        payer: "This payment was made for another shop. Nothing was paid.",
        developer: "Payment key 4 is not the merchant id of the certificate that the request hangs under.",
        action: "Start the sale again at the till.";
    CurrencyMismatch = 14, "currency_mismatch", RULES, None,
        cashier: "The phone's offline money is in another currency. Nothing was paid.",
        payer: "Your offline money is in another currency. Nothing was paid.",
        developer: "The request names another currency than the allowance, or the bundle has no policy for it.",
        action: "Choose an allowance of the right currency, or pay in another way.";
    AmountMismatch = 15, "amount_mismatch", RULES, None,
        cashier: "The phone paid another amount than was asked for. Nothing was paid.",
        payer: "The amount is not the one the shop asked for. Nothing was paid.",
        developer: "The payment's amount differs from the request's.",
        action: "Start the sale again at the till.";
    ClockSkew = 16, "clock_skew", RULES, None,
        cashier: "The clocks of phone and till differ too much. Nothing was paid.",
        payer: "The clock of your phone and the clock of the till differ too much. Nothing was paid.",
        developer: "The payment's time (in the wallet: the request's `made at`) is further from now than the policy's skew.",
        action: "Set the clocks of phone and till to automatic, or by hand, and try again.";
    OverCap = 17, "over_cap", RULES, None,
        cashier: "The amount is more than one offline payment may be. Nothing was paid.",
        payer: "The amount is more than you can pay at once without a network. Nothing was paid.",
        developer: "The amount is over the allowance's cap or over policy 1.",
        action: "Pay a smaller amount, or in another way.";
    OverLimit = 18, "over_limit", RULES, None,
        cashier: "The phone does not have enough offline money left. Nothing was paid.",
        payer: "You do not have enough offline money left. Nothing was paid.",
        developer: "spent - released is over the limit, spent is below amount + released, or released is over the limit.",
        action: "Pay a smaller amount, or go online once with the phone.";
    OverCount = 19, "over_count", RULES, None,
        cashier: "The phone has made all its offline payments. Nothing was paid.",
        payer: "You have used all the payments you can make without a network. Nothing was paid.",
        developer: "The sequence is over the allowance's number of payments.",
        action: "Go online once with the phone to get a new allowance.";
    CategoryClosed = 20, "category_closed", RULES, None,
        cashier: "Offline payment is not open to this kind of shop at present. Nothing was paid.",
        payer: "You cannot pay without a network in this kind of shop at present. Nothing was paid.",
        developer: "The merchant's category is missing from the allowance's list or from the policy's.",
        action: "Pay in another way; a newer trust bundle may open the category.";
    UserAuthRequired = 21, "user_auth_required", RULES, None,
        cashier: "The amount is too large for this phone here and now. Nothing was paid.",
        payer: "Only smaller amounts can be paid at present. Nothing was paid.",
        developer: "Over policy 2, and the pay key needs no user authentication or the status list is too old.",
        action: "Pay a smaller amount, or refresh the till's status list.";
    KeyProtectionTooWeak = 22, "key_protection_too_weak", RULES, None,
        cashier: "This phone is not safe enough for offline payment. Nothing was paid.",
        payer: "This phone cannot be used to pay without a network here. Nothing was paid.",
        developer: "The allowance's key protection is weaker than policy 3.",
        action: "Pay in another way.";
    OverExposure = 23, "over_exposure", RULES, None,
        cashier: "This phone has paid here as much as it may offline. Nothing was paid.",
        payer: "You have paid here as much as you may without a network. Nothing was paid.",
        developer: "The accepted total of this allowance in this store, net of voids, would pass policy 6.",
        action: "Pay a smaller amount, or in another way.";
    ConflictingPayment = 24, "conflicting_payment", RULES, None,
        cashier: "This phone has used the same offline money twice. Nothing was paid.",
        payer: "This offline money has been used before. Nothing was paid.",
        developer: "A payment with another id, this allowance and this sequence is known; both tokens are kept as a fraud proof.",
        action: "Pay in another way; the proof travels with the next deposit. It accuses no person by itself.";
    InconsistentHistory = 25, "inconsistent_history", RULES, None,
        cashier: "This phone's payments do not add up. Nothing was paid.",
        payer: "The payments of this phone do not add up. Nothing was paid.",
        developer: "Of two payments of one allowance the later has a lower spent than the earlier's plus its own amount, or a lower released; both tokens are kept.",
        action: "Pay in another way; the proof travels with the next deposit. It accuses no person by itself.";
    StorageFailed = 26, "storage_failed", RULES, None,
        cashier: "The till could not save the payment. Nothing was paid.",
        payer: "The shop's till could not save the payment. Nothing was paid.",
        developer: "The acceptance could not be made durable; the state is as before.",
        action: "Free space on the till or mend its disk, then let the phone answer the same request again.";
    OutageRequired = 27, "outage_required", RULES, None,
        cashier: "Offline payment is open only while there is no network. Nothing was paid.",
        payer: "This way of paying is open only while there is no network. Nothing was paid.",
        developer: "Policy 8 is 1, the request has no `offline since`, and no outage is declared.",
        action: "Pay in the ordinary way; offline, let the till declare itself offline or read an outage bulletin.";
    RequestAlreadyPaid = 28, "request_already_paid", RULES, None,
        cashier: "This sale has already been paid.",
        payer: "This has already been paid. You have not paid twice.",
        developer: "Another payment was accepted for this request, even if voided since.",
        action: "Do not ask again; start a new sale for a new payment.";
    TerminalClock = 29, "terminal_clock", RULES, None,
        cashier: "The till's clock is wrong. Set the time before taking payments.",
        payer: "The clock of the shop's till is wrong. Nothing was paid.",
        developer: "The terminal's clock is before its bundle's `issued`, or over 300 s before its last acceptance.",
        action: "Set the till's clock, then let the phone answer the same request again.";
    PayerRefused = 40, "payer_refused", WALLET, None,
        cashier: "The customer said no.",
        payer: "You said no. Nothing was paid.",
        developer: "The payer refused this request.",
        action: "Ask the customer, then start a new sale.";
    NoAllowance = 41, "no_allowance", WALLET, None,
        cashier: "The phone cannot pay this offline.",
        payer: "You have no offline money that can pay this. Nothing was paid.",
        developer: "No allowance of the wallet can pay it: none, rules 5-9, cap, limit, count, category list, 21 or 22. Which one is not told to the reader.",
        action: "Pay a smaller amount or in another way; the app shows what is lacking.";
    HighWaterMark = 42, "high_water_mark", WALLET, None,
        cashier: "The customer's phone must set its clock first.",
        payer: "The clock of your phone is behind. Set the time, then try again.",
        developer: "The wallet's clock is behind the latest time signed by a root or an issuer, by more than the skew.",
        action: "Set the phone's clock to automatic, or by hand, and try again.";
    WalletBusy = 43, "wallet_busy", WALLET, None,
        cashier: "The phone is busy with another payment. Wait a moment.",
        payer: "Your phone is still busy with another payment.",
        developer: "Another payment of this wallet is being agreed, signed or committed.",
        action: "Wait a moment, then ask again with the same request.";
    MerchantCertificate = 44, "merchant_certificate", WALLET, None,
        cashier: "The customer's phone does not recognise this till. The till must be renewed.",
        payer: "Your phone could not confirm which shop this is. Nothing was paid.",
        developer: "The merchant certificate's signature does not verify, or now is outside its validity.",
        action: "Renew the terminal's certificate at the acquirer.";
    BadRequestSignature = 45, "bad_request_signature", WALLET, None,
        cashier: "The phone could not confirm the till's request. Start the sale again.",
        payer: "Your phone could not confirm that the request comes from this shop. Nothing was paid.",
        developer: "The terminal key of the certificate does not verify the request.",
        action: "Start the sale again; if it happens again, check which key the terminal signs with.";
    UnknownAcquirer = 46, "unknown_acquirer", WALLET, None,
        cashier: "The customer's phone does not know the shop's bank.",
        payer: "Your phone does not know this shop's bank. Nothing was paid.",
        developer: "No acquirer key with that key id in the wallet's trust bundle, or suspended, or outside its validity.",
        action: "Pay in another way; the wallet may need a newer trust bundle.";
    WalletStorageFailed = 47, "wallet_storage_failed", WALLET, None,
        cashier: "The phone could not save the payment. Nothing was paid.",
        payer: "Your phone could not save the payment. Nothing was paid.",
        developer: "The wallet's commit failed, or its rollback guard could not be read, advanced, or does not fit the store.",
        action: "Free space and try again; after a restored backup, go online once so that the wallet gets a new allowance.";
    Nonce = 50, "nonce", CALLS, Some(401),
        cashier: "The server did not take the call. The till tries again by itself.",
        payer: "The connection took too long. The app tries again by itself.",
        developer: "The nonce is unknown, used or older than 10 minutes; nothing was done.",
        action: "Fetch a nonce and sign anew under a new idempotency id.";
    IdempotencyReused = 51, "idempotency_id_reused", CALLS, Some(409),
        cashier: "The server has already answered another call of this till. Call support.",
        payer: "Something went wrong between the app and the bank. Nothing was changed.",
        developer: "The same key and idempotency id came with another body; nothing was done.",
        action: "Repeat the identical bytes, or sign a new call under a new idempotency id.";
    Attestation = 52, "attestation", CALLS, Some(403),
        cashier: "The phone could not be enrolled.",
        payer: "Your bank could not confirm that this phone is safe.",
        developer: "The attestation of the link key does not verify, or does not meet what the issuer asks for.",
        action: "Use a phone with a locked boot loader and a genuine app; the kind of attestation must be one the issuer takes.";
    Customer = 53, "customer", CALLS, Some(403),
        cashier: "The phone could not be enrolled.",
        payer: "Your bank could not confirm who you are.",
        developer: "The bank's own proof of the customer (enrolment field 5) does not hold.",
        action: "Get a fresh enrolment code or log in at the bank again.";
    TooLarge = 54, "too_large", CALLS, Some(413),
        cashier: "The till sent too much at once. It tries again in parts.",
        payer: "The app sent too much at once. It tries again in parts.",
        developer: "The body is over 1 MiB.",
        action: "Send the evidence in several calls.";
    ServerBusy = 55, "server_busy", CALLS, Some(503),
        cashier: "The server is busy. The till tries again by itself.",
        payer: "The bank is busy. The app tries again by itself.",
        developer: "Too many calls (429 for one client, 503 for the server); nothing was done.",
        action: "Repeat the same bytes after `Retry-After`, plus a random 0-100 %.";
    UnknownLinkKey = 56, "unknown_link_key", CALLS, Some(401),
        cashier: "The phone is not enrolled.",
        payer: "Your bank does not know this phone yet.",
        developer: "No enrolment is known for this link key.",
        action: "Enrol the phone.";
    TerminalNotTrusted = 57, "terminal_not_trusted", CALLS, Some(403),
        cashier: "The till is not recognised by its bank. Call support.",
        payer: "The shop's till is not recognised by its bank.",
        developer: "The merchant certificate or the terminal's signature in the call does not hold.",
        action: "Check that certificate, terminal key and acquirer belong together; renew the certificate.";
    BadCallSignature = 58, "bad_call_signature", CALLS, Some(401),
        cashier: "The server could not confirm who is calling.",
        payer: "Your bank could not confirm that the call comes from this phone.",
        developer: "The signature of the enrolment or sync object does not verify under its link key.",
        action: "Sign the very bytes that are sent, with the link key that the object names.";
    NoFunds = 60, "no_funds", GRANTS, None,
        cashier: "The customer's bank gave no offline money.",
        payer: "There is not enough money in your account for more offline money.",
        developer: "Neither the account nor the line covers the wanted limit.",
        action: "Pay money into the account or ask for a smaller amount.";
    ProductLimits = 61, "product_limits", GRANTS, None,
        cashier: "The customer's bank gave no offline money.",
        payer: "You already have as much offline money as your bank gives at a time.",
        developer: "The limits of the issuer's product do not allow this grant.",
        action: "Use or close an allowance first, or ask for a smaller amount.";
    CurrencyNotOffered = 62, "currency_not_offered", GRANTS, None,
        cashier: "The customer's bank gave no offline money.",
        payer: "Your bank offers no offline money in this currency.",
        developer: "The issuer has no product or the bundle no policy for the wanted currency.",
        action: "Ask for a currency that the bank offers.";
    Blocked = 63, "blocked", GRANTS, None,
        cashier: "The customer's bank gave no offline money.",
        payer: "Your bank gives this phone no offline money at present.",
        developer: "The customer or the device is blocked at the issuer, for instance after a fraud proof.",
        action: "The customer asks the bank; the app does not ask again by itself.";
    PayKeyAttestation = 64, "pay_key_attestation", GRANTS, None,
        cashier: "The customer's bank gave no offline money.",
        payer: "Your bank could not confirm that this phone keeps your offline money safe.",
        developer: "The attestation of the wanted pay key does not verify, is stale, or does not meet the product.",
        action: "Make a fresh pay key with the nonce of the last answer and ask again.";
}

#[cfg(test)]
mod tests {
    extern crate alloc;

    use alloc::string::ToString;
    use alloc::vec::Vec;

    use super::Reason;

    #[test]
    fn the_registry_holds_exactly_the_codes_of_the_documents() {
        let codes: Vec<u32> = Reason::all().iter().map(|r| r.code()).collect();
        let documented: Vec<u32> = (0..=29)
            .chain(40..=47)
            .chain(50..=58)
            .chain(60..=64)
            .collect();
        assert_eq!(codes, documented);
    }

    #[test]
    fn a_reason_is_found_again_by_its_code_and_by_its_name() {
        for reason in Reason::all() {
            assert_eq!(Reason::from_code(reason.code()), Some(*reason));
            assert_eq!(Reason::from_name(reason.name()), Some(*reason));
            assert_eq!(*reason as u32, reason.code());
            assert_eq!(reason.to_string(), reason.name());
        }
        for unknown in [30, 39, 48, 49, 59, 65, u32::MAX] {
            assert_eq!(Reason::from_code(unknown), None);
        }
        assert_eq!(Reason::from_name("Accepted"), None);
        assert_eq!(Reason::from_name(""), None);
    }

    #[test]
    fn whoever_reads_the_documents_finds_every_code_under_its_name() {
        let documents = concat!(
            include_str!("../../../docs/protocol.md"),
            include_str!("../../../docs/sync.md")
        );
        for reason in Reason::all().iter().skip(1) {
            let row = alloc::format!("| {} | {} |", reason.code(), reason.name());
            assert!(documents.contains(&row), "no row begins with {row:?}");
        }
    }

    #[test]
    fn no_name_stands_twice_and_every_name_is_snake_case() {
        let mut names: Vec<&str> = Reason::all().iter().map(|r| r.name()).collect();
        names.sort_unstable();
        let before = names.len();
        names.dedup();
        assert_eq!(names.len(), before);
        for name in names {
            assert!(
                name.bytes().all(|b| b == b'_' || b.is_ascii_lowercase()),
                "{name}"
            );
        }
    }

    #[test]
    fn every_text_is_a_whole_sentence() {
        for reason in Reason::all() {
            let texts = [
                reason.cashier(),
                reason.payer(),
                reason.developer(),
                reason.action(),
            ];
            for text in texts {
                assert!(
                    text.ends_with('.') && text.trim() == text,
                    "{reason}: {text}"
                );
                assert!(text.len() > 4 && !text.contains("  "), "{reason}: {text}");
            }
            assert!(!reason.section().is_empty());
        }
    }

    #[test]
    fn a_payer_or_cashier_never_reads_jargon() {
        const JARGON: [&str; 20] = [
            "allowance",
            "token",
            "signature",
            "sign ",
            "certificate",
            "nonce",
            "key",
            "policy",
            "sequence",
            "bundle",
            "attest",
            "issuer",
            "acquirer",
            "status list",
            "digest",
            "payload",
            "idempot",
            "skew",
            "malformed",
            "http",
        ];
        for reason in Reason::all() {
            for text in [reason.payer(), reason.cashier()] {
                let lower = text.to_ascii_lowercase();
                for word in JARGON {
                    assert!(!lower.contains(word), "{reason} says {word:?}: {text}");
                }
            }
        }
    }

    #[test]
    fn calls_to_a_server_have_the_http_status_of_the_sync_document() {
        let expected = [
            (1, 400),
            (2, 400),
            (50, 401),
            (51, 409),
            (52, 403),
            (53, 403),
            (54, 413),
            (55, 503),
            (56, 401),
            (57, 403),
            (58, 401),
        ];
        for reason in Reason::all() {
            let status = expected
                .iter()
                .find(|(code, _)| *code == reason.code())
                .map(|(_, status)| *status);
            assert_eq!(reason.http_status(), status, "{reason}");
        }
    }
}
