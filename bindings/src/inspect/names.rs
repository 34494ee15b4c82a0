//! The names of fields by their keys (protocol section 3, sync.md).

/// A field of a map.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name {
    key: u64,
    pub(super) name: &'static str,
    /// It names a person, a shop, a device or a payment.
    pub(super) is_private: bool,
    /// The table of the maps in it.
    pub(super) inner: &'static [Name],
}

const fn open(key: u64, name: &'static str) -> Name {
    Name {
        key,
        name,
        is_private: false,
        inner: &[],
    }
}

const fn private(key: u64, name: &'static str) -> Name {
    Name {
        is_private: true,
        ..open(key, name)
    }
}

const fn maps(key: u64, name: &'static str, inner: &'static [Name]) -> Name {
    Name {
        inner,
        ..open(key, name)
    }
}

/// The field of a key; what a newer version adds has its number for a name and counts as private.
pub(super) fn find(table: &'static [Name], key: u64) -> Option<&'static Name> {
    table.iter().find(|name| name.key == key)
}

/// The table of an object, by its name in the protocol.
pub(super) fn of(object: &str) -> &'static [Name] {
    let found = OBJECTS.iter().find(|(name, _)| *name == object);
    found.map_or(&[], |(_, table)| *table)
}

const EXTENSIONS: Name = private(15, "extensions");

const OBJECTS: &[(&str, &[Name])] = &[
    (
        "allowance",
        &[
            private(1, "id"),
            private(2, "device_key"),
            open(3, "currency"),
            open(4, "limit"),
            open(5, "cap"),
            open(6, "max_payments"),
            open(7, "valid_from"),
            open(8, "valid_until"),
            open(9, "key_protection"),
            open(10, "user_auth"),
            private(11, "status_index"),
            open(12, "categories"),
            EXTENSIONS,
        ],
    ),
    (
        "merchant",
        &[
            private(1, "id"),
            private(2, "name"),
            open(3, "mcc"),
            open(4, "country"),
            private(5, "terminal_key"),
            private(6, "terminal_id"),
            open(7, "valid_from"),
            open(8, "valid_until"),
            EXTENSIONS,
        ],
    ),
    (
        "request",
        &[
            open(1, "amount"),
            open(2, "currency"),
            private(3, "nonce"),
            open(4, "made_at"),
            open(5, "answer_before"),
            private(6, "reference"),
            open(7, "offline_since"),
        ],
    ),
    (
        "payment",
        &[
            open(1, "sequence"),
            open(2, "amount"),
            open(3, "spent"),
            private(4, "merchant_id"),
            private(5, "request_id"),
            open(6, "time"),
            open(7, "released"),
        ],
    ),
    (
        "receipt",
        &[open(1, "outcome"), open(2, "code"), open(3, "time")],
    ),
    (
        "outage",
        &[
            open(1, "serial"),
            open(2, "currency"),
            open(3, "from"),
            open(4, "until"),
            open(5, "extension"),
        ],
    ),
    (
        "trust_bundle",
        &[
            open(1, "version"),
            open(2, "issued"),
            open(3, "expires"),
            maps(4, "issuers", PARTY),
            maps(5, "acquirers", PARTY),
            maps(6, "policies", POLICY),
            open(7, "lowest_protocol"),
            EXTENSIONS,
        ],
    ),
    (
        "enrolment",
        &[
            private(1, "nonce"),
            private(2, "link_key"),
            open(3, "attestation_kind"),
            private(4, "attestation"),
            private(5, "customer_proof"),
        ],
    ),
    ("enrolled", &[open(1, "time")]),
    (
        "sync",
        &[
            private(1, "idempotency_id"),
            private(2, "nonce"),
            open(3, "time"),
            open(4, "bundle_version"),
            maps(5, "allowances", STATEMENT),
            maps(6, "wanted", WANTED),
            private(7, "link_key"),
        ],
    ),
    (
        "synced",
        &[
            open(1, "time"),
            private(2, "next_nonce"),
            private(3, "payments"),
            private(4, "reserved"),
            open(5, "no_grant"),
        ],
    ),
    (
        "deposit",
        &[
            private(1, "idempotency_id"),
            open(2, "time"),
            private(3, "payments"),
        ],
    ),
    ("deposited", &[open(1, "time"), private(2, "payments")]),
    (
        "renewal",
        &[
            private(1, "idempotency_id"),
            open(2, "time"),
            private(3, "new_terminal_key"),
        ],
    ),
];

const PARTY: &[Name] = &[
    open(1, "key"),
    open(2, "name"),
    open(3, "currencies"),
    open(4, "valid_from"),
    open(5, "valid_until"),
    open(6, "suspended"),
    open(7, "status_uri"),
    EXTENSIONS,
];

const POLICY: &[Name] = &[
    open(1, "max_payment"),
    open(2, "max_unauthenticated"),
    open(3, "min_key_protection"),
    open(4, "skew"),
    open(5, "max_status_age"),
    open(6, "max_exposure"),
    open(7, "categories"),
    open(8, "outage_only"),
    open(9, "deposit_window"),
    open(10, "decimals"),
    EXTENSIONS,
];

const STATEMENT: &[Name] = &[
    private(1, "id"),
    open(2, "last_sequence"),
    open(3, "spent"),
    open(4, "released"),
    open(5, "state"),
];

const WANTED: &[Name] = &[
    open(1, "currency"),
    open(2, "limit"),
    private(3, "device_key"),
    private(4, "attestation"),
    open(5, "categories"),
];
