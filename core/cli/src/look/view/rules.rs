//! What each rule of form is for and how a message that breaks it is mended: the words of a diagnosis.

/// The words for one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct About {
    /// Where it stands.
    pub(crate) section: &'static str,
    /// Why there is such a rule.
    pub(crate) why: &'static str,
    /// What whoever made the message does about it.
    pub(crate) help: &'static str,
}

const ENCODING: &str = "protocol section 2";
const OBJECTS: &str = "protocol section 3";
const MESSAGES: &str = "protocol section 4";
const CODES: &str = "protocol section 4, QR";

/// Name, section, reason, advice.
const RULES: [(&str, &str, &str, &str); 35] = [
    (
        "truncated",
        ENCODING,
        "a length is held against the bytes that are left before anything is read or allocated",
        "something was cut off, or the length in front of it is wrong: compare with the sender's bytes",
    ),
    (
        "trailing_bytes",
        ENCODING,
        "one message is one item: what follows it belongs to nobody and is not signed over",
        "send the item alone; look for a line end, padding or a second message after it",
    ),
    (
        "not_shortest",
        ENCODING,
        "every number has exactly one encoding, so that no two byte strings mean the same",
        "use an encoder in core deterministic mode (RFC 8949 section 4.2.1)",
    ),
    (
        "indefinite_length",
        ENCODING,
        "a length stands in front of what it counts, so that it can be checked first",
        "use an encoder in core deterministic mode (RFC 8949 section 4.2.1): it knows every length beforehand",
    ),
    (
        "reserved_header",
        ENCODING,
        "CBOR gives these header bytes no meaning (RFC 8949 section 3)",
        "these bytes are not CBOR: check what they are and where they were cut",
    ),
    (
        "unsorted_keys",
        ENCODING,
        "the keys of a map ascend, so that a map has exactly one encoding",
        "write the keys in ascending order: lowest number first",
    ),
    (
        "duplicate_key",
        ENCODING,
        "two readers could take two different values",
        "write each key once",
    ),
    (
        "tag",
        ENCODING,
        "tags would give one value several encodings; only a status list has one",
        "leave the tag out: COSE objects here are untagged, times and amounts are plain numbers",
    ),
    (
        "simple_or_float",
        ENCODING,
        "money and times are whole numbers; absent is absent, not null",
        "write whole numbers, 0 or 1 for yes and no, and leave out what is absent",
    ),
    (
        "not_utf8",
        ENCODING,
        "text is UTF-8, or nobody knows what it shows",
        "encode the text as UTF-8, or use a byte string",
    ),
    (
        "too_deep",
        ENCODING,
        "at most 8 arrays and maps inside each other: no message needs more",
        "this is no message of the protocol: check what was read",
    ),
    (
        "message_too_long",
        ENCODING,
        "each type has a limit, so that a small device can always hold it",
        "send less in one message: fewer evidence elements, a shorter list",
    ),
    (
        "wrong_type",
        OBJECTS,
        "each field has one CBOR type",
        "compare the field with the CDDL of section 3: number, byte string, text, array or map",
    ),
    (
        "wrong_length",
        OBJECTS,
        "keys, ids, nonces, labels and lists have fixed lengths or bounds",
        "compare the length with the CDDL of section 3",
    ),
    (
        "out_of_range",
        OBJECTS,
        "each number has bounds that every implementation keeps",
        "compare the number with the CDDL of section 3; check minor units and seconds",
    ),
    (
        "inconsistent",
        OBJECTS,
        "where two fields bound each other, both must hold",
        "check the pairs of section 3: cap and limit, from and until, amount and answer before, outcome and code",
    ),
    (
        "missing_key",
        OBJECTS,
        "a field without \"?\" is always there",
        "write the key that the CDDL of section 3 names",
    ),
    (
        "unknown_key",
        OBJECTS,
        "a key that is not understood could change the meaning; extensions go under key 15",
        "leave the key out, or put it under 15; check which version wrote it",
    ),
    (
        "unsorted_list",
        OBJECTS,
        "lists ascend without duplicates, so that a list has exactly one encoding",
        "sort the list and write each entry once",
    ),
    (
        "bad_label",
        ENCODING,
        "text that people read cannot hide, turn round or command anything",
        "use letters, digits and signs up to U+017F, single spaces inside, none at the ends",
    ),
    (
        "bad_header",
        ENCODING,
        "the header says ES256, and of an issuer, acquirer or root the key id, and nothing else",
        "protected: {1: -7} for phones and terminals, {1: -7, 4: key id} for the others; unprotected: {}",
    ),
    (
        "bad_public_key",
        "protocol section 1",
        "a key is a point of P-256, compressed: 33 bytes that begin with 02 or 03",
        "check that the key is SEC1 compressed and of curve P-256",
    ),
    (
        "bad_signature_value",
        "protocol section 1",
        "r and s are between 1 and n - 1, or no key can have made them",
        "check that the signature is raw r || s of 32 bytes each, not DER, and that it was not overwritten",
    ),
    (
        "unknown_message_type",
        MESSAGES,
        "a newer version may know this type",
        "update this command; or check the first number of the array",
    ),
    (
        "unexpected_message_type",
        MESSAGES,
        "another type is expected in this place",
        "check which message was sent at which step",
    ),
    (
        "unknown_enum_value",
        OBJECTS,
        "a newer version may know this value; nobody may guess what it means",
        "update this command; or check the value against section 3",
    ),
    (
        "base45_character",
        CODES,
        "a code's text has the 45 characters of RFC 9285 only, all in upper case",
        "check that the text was not changed on its way: lower case, quotes, line breaks",
    ),
    (
        "base45_group",
        CODES,
        "three characters stand for two bytes, and these stand for more than 65535",
        "a character was changed or lost: read the code again",
    ),
    (
        "base45_truncated",
        CODES,
        "Base45 comes in groups of three characters, and two at the end",
        "a character was lost: read the code again",
    ),
    (
        "unknown_prefix",
        CODES,
        "the prefix says which protocol and version a code is of",
        "check that it is a code of this protocol; SKL2: needs a newer version",
    ),
    (
        "status_list",
        "protocol section 3, status list",
        "a list that breaks any of its rules is as if absent",
        "compare it with the Token Status List specification (CWT form) and section 3",
    ),
    (
        "trace_direction",
        "skilling inspect --help",
        "each line of a trace is a command or a response",
        "begin every line with > for a command or < for a response; # begins a remark",
    ),
    (
        "trace_hex",
        "skilling inspect --help",
        "what stands behind > or < is hex",
        "write two hex digits a byte; spaces are allowed",
    ),
    (
        "trace_apdu",
        "ISO 7816-4",
        "a command has a header of four bytes, a response ends with a status word",
        "check that the line is one whole command or response",
    ),
    (
        "",
        ENCODING,
        "a message keeps every rule of sections 2 and 3, or it is refused as a whole",
        "compare the message with the CDDL of section 3",
    ),
];

/// The words for the rule of this name; general ones for a name that is not in the table.
pub(crate) fn about(rule: &str) -> About {
    let row = RULES.iter().find(|row| row.0 == rule);
    let (_, section, why, help) = row.or(RULES.last()).copied().unwrap_or_default();
    About { section, why, help }
}

#[cfg(test)]
mod tests {
    use skilling_protocol::error::Rule;

    use super::*;
    use crate::look::view::broken::rule_name;

    #[test]
    fn every_rule_a_decoder_enforces_has_words_of_its_own() {
        use Rule::*;
        for rule in [
            Truncated,
            TrailingBytes,
            NotShortest,
            IndefiniteLength,
            ReservedHeader,
            UnsortedKeys,
            DuplicateKey,
            Tag,
            SimpleOrFloat,
            NotUtf8,
            TooDeep,
            MessageTooLong,
            WrongType,
            WrongLength,
            OutOfRange,
            Inconsistent,
            MissingKey,
            UnknownKey,
            UnsortedList,
            BadLabel,
            BadHeader,
            BadPublicKey,
            BadSignatureValue,
            UnknownMessageType,
            UnexpectedMessageType,
            UnknownEnumValue,
        ] {
            assert_ne!(about(&rule_name(rule)), about(""), "{rule:?}");
        }
    }

    #[test]
    fn no_rule_stands_twice() {
        for (index, row) in RULES.iter().enumerate() {
            assert!(
                RULES.iter().skip(index + 1).all(|it| it.0 != row.0),
                "{}",
                row.0
            );
        }
    }
}
