//! Throw-away keys: derived from a seed's name, so that a test makes the same bytes every time, and worth nothing.

use sha2::{Digest as _, Sha256};
use skilling_protocol::crypto::{Signer as _, SoftwareKey};
use skilling_protocol::values::PublicKey;

/// Mixed in before the seed, so that no other use of the same name gives these keys.
const PURPOSE: &str = "skilling throw-away test key, worth nothing";

/// The seed where a TOML names none.
pub(super) const DEFAULT_SEED: &str = "example";

/// Who signs in a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Role {
    Root,
    Issuer,
    Acquirer,
    Terminal,
    /// The pay key of the phone.
    Pay,
    /// The link key of the phone.
    Link,
    /// Somebody whom nobody vouches for.
    Stranger,
}

impl Role {
    pub(super) const ALL: [Self; 7] = [
        Self::Root,
        Self::Issuer,
        Self::Acquirer,
        Self::Terminal,
        Self::Pay,
        Self::Link,
        Self::Stranger,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Issuer => "issuer",
            Self::Acquirer => "acquirer",
            Self::Terminal => "terminal",
            Self::Pay => "pay",
            Self::Link => "link",
            Self::Stranger => "stranger",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Every name, for messages.
    pub(super) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }
}

/// The keys of one seed.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    seed: String,
    /// In the order of [`Role::ALL`].
    keys: [SoftwareKey; 7],
}

impl Keys {
    /// # Errors
    /// What should be a name looks like a key, or is too long.
    pub(super) fn new(seed: &str) -> Result<Self, String> {
        if looks_like_a_key(seed) {
            return Err(
                "a seed is a name, and this looks like a key: real keys never sign test messages"
                    .into(),
            );
        }
        if seed.is_empty() || seed.len() > 64 {
            return Err("a seed is a name of 1 to 64 bytes, like \"terminal 7, release 2\"".into());
        }
        let key = |role| derive(seed, role).ok_or("no keys come from this seed: take another");
        let [a, b, c, d, e, f, g] = Role::ALL;
        Ok(Self {
            seed: seed.into(),
            keys: [
                key(a)?,
                key(b)?,
                key(c)?,
                key(d)?,
                key(e)?,
                key(f)?,
                key(g)?,
            ],
        })
    }

    pub(super) fn seed(&self) -> &str {
        &self.seed
    }

    /// The key of a role.
    pub(super) fn key(&self, role: Role) -> &SoftwareKey {
        &self.keys[role as usize]
    }

    pub(super) fn public(&self, role: Role) -> PublicKey {
        self.key(role).public_key()
    }
}

/// Hex of 16 bytes or more, however it is set; base64 of 30 or more.
fn looks_like_a_key(seed: &str) -> bool {
    let digits = seed
        .strip_prefix("0x")
        .unwrap_or(seed)
        .replace([':', ' '], "");
    let is_hex = digits.len() >= 32 && digits.bytes().all(|it| it.is_ascii_hexdigit());
    let all = |is: fn(&u8) -> bool| seed.bytes().all(|it| is(&it));
    let any = |is: fn(&u8) -> bool| seed.bytes().any(|it| is(&it));
    let is_base64 = seed.len() >= 40
        && all(|it| it.is_ascii_alphanumeric() || b"+/-_=".contains(it))
        && any(u8::is_ascii_uppercase)
        && any(u8::is_ascii_lowercase)
        && any(u8::is_ascii_digit);
    is_hex || is_base64
}

fn derive(seed: &str, role: Role) -> Option<SoftwareKey> {
    // One digest in 2^32 is no scalar of P-256; the next counter then gives one.
    (0..=u8::MAX).find_map(|counter| {
        let mut hasher = Sha256::new();
        for part in [PURPOSE, seed, role.name()] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        hasher.update([counter]);
        SoftwareKey::from_scalar(&hasher.finalize()).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_keys_every_time_and_each_role_its_own() {
        let (one, again, other) = (Keys::new("a"), Keys::new("a"), Keys::new("b"));
        let (one, again, other) = (one.unwrap(), again.unwrap(), other.unwrap());
        let mut all: Vec<_> = Role::ALL.map(|role| one.public(role)).into();
        assert_eq!(all, Role::ALL.map(|role| again.public(role)));
        all.extend(Role::ALL.map(|role| other.public(role)));
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 14);
    }

    #[test]
    fn a_key_is_no_seed() {
        let hex = "ab".repeat(31);
        for wrong in [
            "",
            &"ab".repeat(32),
            &format!("0x{hex}"),
            "ab:cd:ef:01:23:45:67:89:ab:cd:ef:01:23:45:67:89",
            "n4Ji+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU=",
            &"x".repeat(65),
        ] {
            assert!(Keys::new(wrong).is_err(), "{wrong}");
        }
        assert!(Keys::new("a-quite-long-name-of-a-release-number-2-of-ours").is_ok());
    }
}
