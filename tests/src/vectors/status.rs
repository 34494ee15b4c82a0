//! Status lists: which count, and what they say of an index.

use serde_json::{Value, json};
use skilling_protocol::cbor::Writer;
use skilling_protocol::crypto::{Signer as _, SoftwareKey};

use crate::kit::{self, NOW, STATUS_URI};

/// A token built by hand, so that each part can be wrong.
struct Token {
    tag: Option<u8>,
    alg: u64,
    typ: &'static str,
    kid_protected: bool,
    uri: &'static str,
    bits: u8,
    extra_claim: bool,
    critical: bool,
    list: Vec<u8>,
    signer: SoftwareKey,
}

fn honest() -> Token {
    Token {
        tag: Some(0xd2),
        alg: 6,
        typ: "application/statuslist+cwt",
        kid_protected: true,
        uri: STATUS_URI,
        bits: 1,
        extra_claim: false,
        critical: false,
        // zlib of [0b1000_0001, 0]: entries 0 and 7 of 16 are set.
        list: miniz_oxide::deflate::compress_to_vec_zlib(&[0x81, 0], 9),
        signer: kit::issuer(),
    }
}

impl Token {
    fn encode(&self) -> Vec<u8> {
        let kid = kit::issuer().public_key().key_id();
        let mut protected = Writer::new();
        let entries = 2 + usize::from(self.kid_protected) + usize::from(self.critical);
        protected.map(entries).uint(1_u8).negative(self.alg);
        if self.critical {
            protected.uint(2_u8).array(1).text("unheard of");
        }
        if self.kid_protected {
            protected.uint(4_u8).bytes(&kid.0);
        }
        protected.uint(16_u8).text(self.typ);
        let protected = protected.into_bytes();
        let mut claims = Writer::new();
        claims.map(if self.extra_claim { 4 } else { 3 });
        claims.uint(2_u8).text(self.uri);
        claims.uint(6_u8).uint(NOW - 3_600);
        if self.extra_claim {
            claims.uint(9_u8).array(1).text("whatever");
        }
        claims.uint(65_533_u32).map(2);
        claims
            .text("lst")
            .bytes(&self.list)
            .text("bits")
            .uint(self.bits);
        let payload = claims.into_bytes();
        let mut structure = Writer::new();
        structure.array(4).text("Signature1").bytes(&protected);
        structure.bytes(&[]).bytes(&payload);
        let signature = self.signer.sign(&structure.into_bytes()).unwrap();
        let mut token = Writer::new();
        token.array(4).bytes(&protected);
        if self.kid_protected {
            token.map(0);
        } else {
            token.map(1).uint(4_u8).bytes(&kid.0);
        }
        token.bytes(&payload).bytes(signature.as_bytes());
        let mut bytes: Vec<u8> = self.tag.into_iter().collect();
        bytes.extend(token.into_bytes());
        bytes
    }
}

pub(super) fn cases() -> Vec<Value> {
    let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; (16 << 20) + 1], 9);
    let largest = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; 16 << 20], 9);
    let case = |name: &str, token: &Token, set: Option<&[u32]>| {
        json!({
            "name": name, "issuer_key": kit::issuer().public_key().to_string(),
            "uri": STATUS_URI, "cwt": hex::encode(token.encode()), "set_of_first_16": set,
        })
    };
    let set: Option<&[u32]> = Some(&[0, 7]);
    vec![
        case("in order", &honest(), set),
        case(
            "key id unprotected",
            &Token {
                kid_protected: false,
                ..honest()
            },
            set,
        ),
        case(
            "an unknown claim",
            &Token {
                extra_claim: true,
                ..honest()
            },
            set,
        ),
        case(
            "a critical header that nobody knows",
            &Token {
                critical: true,
                ..honest()
            },
            None,
        ),
        case(
            "inflates to 16 MiB",
            &Token {
                list: largest,
                ..honest()
            },
            Some(&[]),
        ),
        case(
            "inflates to a byte more",
            &Token {
                list: bomb,
                ..honest()
            },
            None,
        ),
        case(
            "not zlib",
            &Token {
                list: vec![1, 2, 3],
                ..honest()
            },
            None,
        ),
        case(
            "no tag",
            &Token {
                tag: None,
                ..honest()
            },
            None,
        ),
        case(
            "tag 17",
            &Token {
                tag: Some(0xd1),
                ..honest()
            },
            None,
        ),
        case(
            "alg ES384",
            &Token {
                alg: 34,
                ..honest()
            },
            None,
        ),
        case(
            "another typ",
            &Token {
                typ: "application/cwt",
                ..honest()
            },
            None,
        ),
        case(
            "another URI",
            &Token {
                uri: "https://bank.example/v1/status/2",
                ..honest()
            },
            None,
        ),
        case(
            "two bits an entry",
            &Token {
                bits: 2,
                ..honest()
            },
            None,
        ),
        case(
            "signed by a stranger",
            &Token {
                signer: kit::stranger(),
                ..honest()
            },
            None,
        ),
    ]
}
