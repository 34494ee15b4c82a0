//! RFC 8949 diagnostic notation (section 8) of any well-formed CBOR, not only of what the protocol allows.

use std::fmt::Write as _;

/// Arrays, maps and tags inside each other; a message has far fewer.
const DEEPEST: usize = 64;

/// The notation of exactly one item.
///
/// # Errors
/// The offset at which the bytes stop being well-formed, and why.
pub(crate) fn notation(bytes: &[u8]) -> Result<String, (usize, &'static str)> {
    let mut writer = Writer {
        bytes,
        at: 0,
        text: String::new(),
    };
    writer.item(0)?;
    if writer.at == bytes.len() {
        Ok(writer.text)
    } else {
        Err((writer.at, "bytes follow the item"))
    }
}

type Outcome<T> = Result<T, (usize, &'static str)>;

const CUT: &str = "the bytes end within an item";

struct Writer<'a> {
    bytes: &'a [u8],
    at: usize,
    text: String,
}

/// The argument of a header; `None` for an indefinite length.
type Argument = Option<u64>;

impl<'a> Writer<'a> {
    fn item(&mut self, depth: usize) -> Outcome<()> {
        let start = self.at;
        if depth > DEEPEST {
            return Err((start, "nested too deep to be shown"));
        }
        let (major, info, argument) = self.head()?;
        match (major, argument) {
            (0, Some(number)) => self.put(number),
            (1, Some(number)) => self.put(-1 - i128::from(number)),
            (2 | 3, argument) => return self.string(major, argument),
            (4, argument) => return self.list(argument, depth, ["[", "]"], false),
            (5, argument) => return self.list(argument, depth, ["{", "}"], true),
            (6, Some(tag)) => {
                let _ = write!(self.text, "{tag}(");
                self.item(depth + 1)?;
                self.text.push(')');
            }
            (7, Some(value)) => self.simple(info, value, start)?,
            _ => return Err((start, "an indefinite length where there is none")),
        }
        Ok(())
    }

    fn put(&mut self, value: impl std::fmt::Display) {
        let _ = write!(self.text, "{value}");
    }

    fn take(&mut self, count: u64) -> Outcome<&'a [u8]> {
        let end = usize::try_from(count)
            .ok()
            .and_then(|count| self.at.checked_add(count));
        let taken = end.and_then(|end| Some((self.bytes.get(self.at..end)?, end)));
        let (bytes, end) = taken.ok_or((self.at, CUT))?;
        self.at = end;
        Ok(bytes)
    }

    fn head(&mut self) -> Outcome<(u8, u8, Argument)> {
        let start = self.at;
        let first = self.take(1)?.first().copied().unwrap_or_default();
        let (major, info) = (first >> 5, first & 0x1f);
        let width = match info {
            0..=23 => return Ok((major, info, Some(u64::from(info)))),
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            31 => return Ok((major, info, None)),
            _ => return Err((start, "a reserved header")),
        };
        let bytes = self.take(width)?;
        let argument = bytes
            .iter()
            .fold(0, |value, byte| (value << 8) | u64::from(*byte));
        Ok((major, info, Some(argument)))
    }

    /// Whether a break comes next; it is stepped over.
    fn ends(&mut self) -> bool {
        let ends = self.bytes.get(self.at) == Some(&0xff);
        self.at += usize::from(ends);
        ends
    }

    fn string(&mut self, major: u8, length: Argument) -> Outcome<()> {
        let Some(length) = length else {
            return self.chunks(major);
        };
        let start = self.at;
        let content = self.take(length)?;
        if major == 2 {
            let _ = write!(self.text, "h'{}'", hex::encode(content));
            return Ok(());
        }
        let text = std::str::from_utf8(content).map_err(|_| (start, "text that is not UTF-8"))?;
        // JSON's escapes, which the notation shares.
        let quoted = crate::escape::json(&serde_json::Value::from(text));
        self.text.push_str(&quoted);
        Ok(())
    }

    fn chunks(&mut self, major: u8) -> Outcome<()> {
        self.text.push_str("(_ ");
        let mut first = true;
        while !self.ends() {
            if !std::mem::take(&mut first) {
                self.text.push_str(", ");
            }
            let start = self.at;
            let (chunk, _, length) = self.head()?;
            if chunk != major || length.is_none() {
                return Err((start, "a chunk of another kind"));
            }
            self.string(major, length)?;
        }
        self.text.push(')');
        Ok(())
    }

    fn list(
        &mut self,
        count: Argument,
        depth: usize,
        [open, close]: [&str; 2],
        is_map: bool,
    ) -> Outcome<()> {
        self.text.push_str(open);
        if count.is_none() {
            self.text.push_str("_ ");
        }
        let mut done = 0;
        loop {
            let finished = match count {
                Some(count) => done == count,
                None => self.ends(),
            };
            if finished {
                break;
            }
            if done > 0 {
                self.text.push_str(", ");
            }
            self.item(depth + 1)?;
            if is_map {
                self.text.push_str(": ");
                self.item(depth + 1)?;
            }
            done += 1;
        }
        self.text.push_str(close);
        Ok(())
    }

    fn simple(&mut self, info: u8, value: u64, start: usize) -> Outcome<()> {
        match info {
            20 => self.text.push_str("false"),
            21 => self.text.push_str("true"),
            22 => self.text.push_str("null"),
            23 => self.text.push_str("undefined"),
            24 if value < 32 => return Err((start, "a simple value in the wrong form")),
            0..=24 => self.put(format_args!("simple({value})")),
            25 => self.float(half(value)),
            26 => self.float(f64::from(f32::from_bits(
                u32::try_from(value).unwrap_or_default(),
            ))),
            _ => self.float(f64::from_bits(value)),
        }
        Ok(())
    }

    fn float(&mut self, value: f64) {
        if value.is_nan() {
            self.text.push_str("NaN");
        } else if value.is_infinite() {
            self.text
                .push_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
        } else {
            self.put(format_args!("{value:?}"));
        }
    }
}

/// Half precision (RFC 8949 appendix D).
fn half(bits: u64) -> f64 {
    let exponent = i32::try_from((bits >> 10) & 0x1f).unwrap_or_default();
    let mantissa = f64::from(u32::try_from(bits & 0x3ff).unwrap_or_default());
    let value = match exponent {
        0 => mantissa * 2_f64.powi(-24),
        31 if mantissa == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (mantissa + 1024.0) * 2_f64.powi(exponent - 25),
    };
    if bits & 0x8000 == 0 { value } else { -value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_rfc_8949_appendix_a_are_written_as_there() {
        for (hex, text) in [
            ("00", "0"),
            ("1bffffffffffffffff", "18446744073709551615"),
            ("3bffffffffffffffff", "-18446744073709551616"),
            ("3903e7", "-1000"),
            ("f93e00", "1.5"),
            ("f90001", "5.960464477539063e-8"),
            ("f97c00", "Infinity"),
            ("f97e00", "NaN"),
            ("fb3ff199999999999a", "1.1"),
            ("fa47c35000", "100000.0"),
            ("f4", "false"),
            ("f6", "null"),
            ("f7", "undefined"),
            ("f0", "simple(16)"),
            ("f8ff", "simple(255)"),
            ("c11a514b67b0", "1(1363896240)"),
            ("4401020304", "h'01020304'"),
            ("62225c", "\"\\\"\\\\\""),
            ("826161a161626163", "[\"a\", {\"b\": \"c\"}]"),
            ("5f42010243030405ff", "(_ h'0102', h'030405')"),
            ("9f018202039f0405ffff", "[_ 1, [2, 3], [_ 4, 5]]"),
            ("bf6346756ef563416d7421ff", "{_ \"Fun\": true, \"Amt\": -2}"),
        ] {
            assert_eq!(
                notation(&hex::decode(hex).unwrap()).as_deref(),
                Ok(text),
                "{hex}"
            );
        }
    }

    #[test]
    fn what_is_not_well_formed_has_no_notation() {
        for hex in [
            "",
            "18",
            "62ff",
            "61ff",
            "0000",
            "1c",
            "ff",
            "9f00",
            "5f00ff",
            "f818",
            "9bffffffffffffffff",
        ] {
            assert!(notation(&hex::decode(hex).unwrap()).is_err(), "{hex}");
        }
        let deep = [vec![0x81; 5_000], vec![0]].concat();
        assert!(notation(&deep).is_err());
    }
}
