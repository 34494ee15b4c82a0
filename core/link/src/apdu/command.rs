//! A command: header, data and the length expected back, in the short or the extended form.

/// The most data bytes of a short command.
pub const MAX_SHORT_DATA: usize = 255;

const MAX_SHORT_EXPECTED: u32 = 256;
const MAX_EXTENDED_EXPECTED: u32 = 65_536;

/// The four bytes that begin every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// Class.
    pub cla: u8,
    /// Instruction.
    pub ins: u8,
    /// First parameter.
    pub p1: u8,
    /// Second parameter.
    pub p2: u8,
}

impl Header {
    /// A header from its four bytes.
    pub const fn new(cla: u8, ins: u8, p1: u8, p2: u8) -> Self {
        Self { cla, ins, p1, p2 }
    }

    /// The header in front of a command, whatever follows it.
    pub fn of(command: &[u8]) -> Result<Self, CommandError> {
        match command {
            [cla, ins, p1, p2, ..] => Ok(Self::new(*cla, *ins, *p1, *p2)),
            _ => Err(CommandError::TooShort(command.len())),
        }
    }
}

/// How the length fields of a command are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One byte: up to 255 bytes of data, up to 256 expected.
    Short,
    /// Two bytes, a zero byte in front: up to 65,535 bytes of data, up to 65,536 expected.
    Extended,
}

/// One command (ISO 7816-4 section 5.1), borrowing its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command<'a> {
    /// Class, instruction and parameters.
    pub header: Header,
    /// The data field; empty where there is none.
    pub data: &'a [u8],
    /// The most response bytes wanted (Ne, with 00 already read as 256 or 65,536); nothing where Le is absent.
    pub expected: Option<u32>,
    /// The form of the length fields. A command without any is short.
    pub form: Form,
}

/// Why bytes are no command, or a command has no bytes. A card answers all of them `6700`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// A command has at least its four header bytes.
    #[error("a command of {0} bytes has no header")]
    TooShort(usize),
    /// The length fields do not fit the bytes that came.
    #[error("the length fields do not fit a command of {0} bytes")]
    WrongLength(usize),
    /// The data is too long for the form asked for.
    #[error("{0} bytes of data do not fit the form of the command")]
    TooMuchData(usize),
    /// The expected length is 0 or too large for the form asked for.
    #[error("an expected length of {0} cannot be written in the form of the command")]
    BadExpected(u32),
}

impl<'a> Command<'a> {
    /// Takes a command apart. The whole input is one command: what remains is an error.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, CommandError> {
        let header = Header::of(bytes)?;
        let wrong = CommandError::WrongLength(bytes.len());
        let body = bytes.get(4..).unwrap_or_default();
        let (data, expected, form) = match body {
            [] => (&[][..], None, Form::Short),
            [le] => (&[][..], Some(short_expected(*le)), Form::Short),
            [0, high, low] => (
                &[][..],
                Some(extended_expected(*high, *low)),
                Form::Extended,
            ),
            [0, high, low, rest @ ..] => {
                let count = usize::from(u16::from_be_bytes([*high, *low]));
                let (data, tail) = split(rest, count).ok_or(wrong)?;
                let expected = match tail {
                    [] => None,
                    [high, low] => Some(extended_expected(*high, *low)),
                    _ => return Err(wrong),
                };
                (data, expected, Form::Extended)
            }
            [count, rest @ ..] => {
                let (data, tail) = split(rest, usize::from(*count)).ok_or(wrong)?;
                let expected = match tail {
                    [] => None,
                    [le] => Some(short_expected(*le)),
                    _ => return Err(wrong),
                };
                (data, expected, Form::Short)
            }
        };
        Ok(Self {
            header,
            data,
            expected,
            form,
        })
    }

    /// The bytes on the wire.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CommandError> {
        let Header { cla, ins, p1, p2 } = self.header;
        let mut bytes = vec![cla, ins, p1, p2];
        match self.form {
            Form::Short => self.put_short(&mut bytes)?,
            Form::Extended => self.put_extended(&mut bytes)?,
        }
        Ok(bytes)
    }

    fn put_short(&self, bytes: &mut Vec<u8>) -> Result<(), CommandError> {
        if !self.data.is_empty() {
            let count = u8::try_from(self.data.len())
                .map_err(|_| CommandError::TooMuchData(self.data.len()))?;
            bytes.push(count);
            bytes.extend_from_slice(self.data);
        }
        if let Some(expected) = self.expected {
            if expected == 0 || expected > MAX_SHORT_EXPECTED {
                return Err(CommandError::BadExpected(expected));
            }
            bytes.push(u8::try_from(expected).unwrap_or(0));
        }
        Ok(())
    }

    fn put_extended(&self, bytes: &mut Vec<u8>) -> Result<(), CommandError> {
        if !self.data.is_empty() || self.expected.is_some() {
            bytes.push(0);
        }
        if !self.data.is_empty() {
            let count = u16::try_from(self.data.len())
                .map_err(|_| CommandError::TooMuchData(self.data.len()))?;
            bytes.extend_from_slice(&count.to_be_bytes());
            bytes.extend_from_slice(self.data);
        }
        if let Some(expected) = self.expected {
            if expected == 0 || expected > MAX_EXTENDED_EXPECTED {
                return Err(CommandError::BadExpected(expected));
            }
            bytes.extend_from_slice(&u16::try_from(expected).unwrap_or(0).to_be_bytes());
        }
        Ok(())
    }
}

/// Splits off the data that a length field announces; a length field of zero announces nothing and is wrong.
fn split(bytes: &[u8], count: usize) -> Option<(&[u8], &[u8])> {
    if count == 0 {
        return None;
    }
    bytes.split_at_checked(count)
}

fn short_expected(le: u8) -> u32 {
    match le {
        0 => MAX_SHORT_EXPECTED,
        le => u32::from(le),
    }
}

fn extended_expected(high: u8, low: u8) -> u32 {
    match u16::from_be_bytes([high, low]) {
        0 => MAX_EXTENDED_EXPECTED,
        le => u32::from(le),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEADER: Header = Header::new(0x80, 0x40, 0, 0);

    fn command(data: &[u8], expected: Option<u32>, form: Form) -> Command<'_> {
        Command {
            header: HEADER,
            data,
            expected,
            form,
        }
    }

    #[test]
    fn the_seven_cases_are_written_as_the_standard_says() {
        use Form::{Extended, Short};
        let cases: [(Command<'_>, &[u8]); 7] = [
            (command(&[], None, Short), &[]),
            (command(&[], Some(256), Short), &[0]),
            (command(&[7], None, Short), &[1, 7]),
            (command(&[7], Some(16), Short), &[1, 7, 16]),
            (command(&[], Some(65_536), Extended), &[0, 0, 0]),
            (command(&[7], None, Extended), &[0, 0, 1, 7]),
            (command(&[7], Some(300), Extended), &[0, 0, 1, 7, 1, 44]),
        ];
        for (command, body) in cases {
            let bytes = command.to_bytes().unwrap();
            assert_eq!(bytes[4..], *body);
            assert_eq!(Command::parse(&bytes), Ok(command));
        }
    }

    #[test]
    fn lengths_that_do_not_fit_are_refused() {
        for bytes in [
            &[0x80, 0x40, 0][..],
            &[0x80, 0x40, 0, 0, 2, 7],
            &[0x80, 0x40, 0, 0, 1, 7, 0, 0],
            &[0x80, 0x40, 0, 0, 0, 7],
            &[0x80, 0x40, 0, 0, 0, 0, 0, 7],
            &[0x80, 0x40, 0, 0, 0, 0, 2, 7],
            &[0x80, 0x40, 0, 0, 0, 0, 1, 7, 0],
        ] {
            assert!(Command::parse(bytes).is_err(), "{bytes:02x?}");
        }
        assert!(command(&[0; 256], None, Form::Short).to_bytes().is_err());
        assert!(command(&[], Some(257), Form::Short).to_bytes().is_err());
        assert!(command(&[], Some(0), Form::Extended).to_bytes().is_err());
    }

    proptest! {
        #[test]
        fn whatever_can_be_read_is_written_back_the_same(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            if let Ok(command) = Command::parse(&bytes) {
                prop_assert_eq!(command.to_bytes().unwrap(), bytes);
            }
        }
    }
}
