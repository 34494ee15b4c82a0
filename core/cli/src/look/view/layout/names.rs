//! The names of elements and map keys, for objects that cannot be read as a whole (protocol section 3, sync.md).

/// The names of an object's map keys, from key 1 on.
const OBJECTS: [(&str, &[&str]); 21] = [
    (
        "allowance",
        &[
            "id",
            "device_key",
            "currency",
            "limit",
            "cap",
            "max_payments",
            "valid_from",
            "valid_until",
            "key_protection",
            "user_auth",
            "status_index",
            "categories",
        ],
    ),
    (
        "merchant",
        &[
            "id",
            "name",
            "mcc",
            "country",
            "terminal_key",
            "terminal_id",
            "valid_from",
            "valid_until",
        ],
    ),
    (
        "request",
        &[
            "amount",
            "currency",
            "nonce",
            "made_at",
            "answer_before",
            "reference",
            "offline_since",
        ],
    ),
    (
        "payment",
        &[
            "sequence",
            "amount",
            "spent",
            "merchant_id",
            "request_id",
            "time",
            "released",
        ],
    ),
    ("receipt", &["outcome", "code", "time"]),
    (
        "outage",
        &["serial", "currency", "from", "until", "extension"],
    ),
    (
        "trust_bundle",
        &[
            "version",
            "issued",
            "expires",
            "issuers",
            "acquirers",
            "policies",
            "lowest_protocol",
        ],
    ),
    (
        "issuers",
        &[
            "key",
            "name",
            "currencies",
            "valid_from",
            "valid_until",
            "suspended",
            "status_uri",
        ],
    ),
    (
        "acquirers",
        &["key", "name", "", "valid_from", "valid_until", "suspended"],
    ),
    (
        "policies",
        &[
            "max_payment",
            "max_unauthenticated",
            "min_key_protection",
            "skew",
            "max_status_age",
            "max_exposure",
            "categories",
            "outage_only",
            "deposit_window",
            "decimals",
        ],
    ),
    (
        "enrolment",
        &[
            "nonce",
            "link_key",
            "attestation_kind",
            "attestation",
            "customer_proof",
        ],
    ),
    ("enrolled", &["time"]),
    (
        "sync",
        &[
            "idempotency_id",
            "nonce",
            "time",
            "bundle_version",
            "allowances",
            "wanted",
            "link_key",
        ],
    ),
    (
        "allowances",
        &["id", "last_sequence", "spent", "released", "state"],
    ),
    (
        "wanted",
        &[
            "currency",
            "limit",
            "device_key",
            "attestation",
            "categories",
        ],
    ),
    (
        "synced",
        &["time", "next_nonce", "payments", "reserved", "no_grant"],
    ),
    ("deposit", &["idempotency_id", "time", "payments"]),
    ("deposited", &["time", "payments"]),
    ("renewal", &["idempotency_id", "time", "new_terminal_key"]),
    // COSE and the status list's claims have few keys, some of them far from the others.
    ("protected header", &["alg", "", "", "kid"]),
    ("unprotected header", &["alg", "", "", "kid"]),
];

/// The name of a map key in an object or table of this name.
pub(super) fn key(table: &str, key: u64) -> String {
    let known = OBJECTS
        .iter()
        .find(|row| row.0 == table)
        .and_then(|row| row.1.get(usize::try_from(key.checked_sub(1)?).ok()?))
        .filter(|name| !name.is_empty());
    match (known, key) {
        (Some(name), _) => (*name).to_owned(),
        (None, 16) if table.ends_with("header") => "typ".into(),
        (None, 15) if has_extensions(table) => "extensions".into(),
        (None, _) if table == "claims" => claim(key),
        (None, _) => format!("key {key}"),
    }
}

/// RFC 8392, RFC 9597 and the status list draft's registrations.
fn claim(key: u64) -> String {
    match key {
        1 => "issuer".into(),
        2 => "uri".into(),
        4 => "expires".into(),
        6 => "issued_at".into(),
        65_533 => "status_list".into(),
        65_534 => "ttl".into(),
        other => format!("claim {other}"),
    }
}

fn has_extensions(table: &str) -> bool {
    [
        "allowance",
        "merchant",
        "trust_bundle",
        "issuers",
        "acquirers",
        "policies",
    ]
    .contains(&table)
}

/// What stands as the element at `index` (from 0) of a message of a type.
pub(super) fn element(message_type: u64, index: usize) -> Option<&'static str> {
    let name = match (message_type, index) {
        (1 | 14 | 16 | 17, 0) => "merchant",
        (1, 1) => "request",
        (2, 0) | (13, 1) => "allowance",
        (2, 1) => "payment",
        (3, 0) => "receipt",
        (4, 0) => "trust_bundle",
        (5, 0) => "status_list",
        (6, 0 | 1) | (7, 0) => "payment_token",
        (7, 1) => "payment_request",
        (7, _) => "receipt",
        (8, 0) => "outage",
        (10, 0) => "enrolment",
        (11, 0) => "enrolled",
        (12, 0) => "sync",
        (13, 0) => "synced",
        (12 | 14, _) if index > 0 && (message_type, index) != (14, 1) => "evidence",
        (14, 1) => "deposit",
        (15, 0) => "deposited",
        (16, 1) => "renewal",
        _ => return None,
    };
    Some(name)
}

/// Whose names the keys inside a field have: `field` stands in a table named `around`.
pub(super) fn table_of(field: &str, around: &str) -> &'static str {
    const TABLES: [&str; 5] = ["issuers", "acquirers", "policies", "allowances", "wanted"];
    // A policy stands under its currency.
    let name = if around == "policies" { around } else { field };
    TABLES.into_iter().find(|it| *it == name).unwrap_or("")
}
