//! A recorded exchange as text: one command (`>`) or response (`<`) in hex a line.
//!
//! [`Transcript`] writes it, [`parse`] reads it and puts chained commands and `61xx` responses together again.

use std::fmt::{self, Write as _};

use super::{
    CLA_CHAINED, CLA_ISO, Command, Header, INS_CARRY, INS_GET_RESPONSE, INS_PAY, INS_RECEIPT,
};
use super::{Response, StatusWord};

/// Which way bytes went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the terminal to the phone, `>`.
    Command,
    /// From the phone to the terminal, `<`.
    Response,
}

/// Commands and responses in the order in which they were said. Its `Display` is the trace text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript(Vec<(Direction, Vec<u8>)>);

impl Transcript {
    /// Adds one command or response at the end.
    pub fn push(&mut self, direction: Direction, bytes: &[u8]) {
        self.0.push((direction, bytes.to_vec()));
    }

    /// What was said, as it was said.
    pub fn entries(&self) -> &[(Direction, Vec<u8>)] {
        &self.0
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (direction, bytes) in &self.0 {
            f.write_str(match direction {
                Direction::Command => "> ",
                Direction::Response => "< ",
            })?;
            for byte in bytes {
                write!(f, "{byte:02X}")?;
            }
            f.write_char('\n')?;
        }
        Ok(())
    }
}

/// A command or a response put together from the lines that carried it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceItem {
    /// Which way it went.
    pub direction: Direction,
    /// The first of its lines, from 1.
    pub first_line: usize,
    /// The last of its lines.
    pub last_line: usize,
    /// How many commands or responses carried it.
    pub pieces: usize,
    /// The header of the (last) command; of a response, that of the command it answers, if one was seen.
    pub header: Option<Header>,
    /// All of the data.
    pub data: Vec<u8>,
    /// The final status; only of responses.
    pub status: Option<StatusWord>,
    /// Whether it came to its end: the last block of a chain, the last part of a response.
    pub complete: bool,
}

impl TraceItem {
    /// The Skilling message that travelled in it, if it is whole and there is one.
    pub fn message(&self) -> Option<&[u8]> {
        let ins = self.header?.ins;
        let carries = match self.direction {
            Direction::Command => matches!(ins, INS_PAY | INS_RECEIPT | INS_CARRY),
            Direction::Response => ins == INS_PAY,
        };
        (self.complete && carries && !self.data.is_empty()).then_some(&self.data)
    }
}

/// Why a text is no trace. Lines are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TraceError {
    /// A line begins neither with `>` nor with `<`.
    #[error("line {line} begins neither with > nor with <")]
    NoDirection {
        /// The line.
        line: usize,
    },
    /// A line holds something else than pairs of hex digits.
    #[error("line {line} is not hexadecimal")]
    NotHex {
        /// The line.
        line: usize,
    },
    /// The bytes of a line are no command or no response.
    #[error("line {line} is not an APDU")]
    NotApdu {
        /// The line.
        line: usize,
    },
}

/// Reads a trace. Blank lines and lines that begin with `#` are skipped; spaces between digits are allowed.
///
/// Allocates in proportion to the text. A trace may stop anywhere: what was cut comes out as not complete.
pub fn parse(text: &str) -> Result<Vec<TraceItem>, TraceError> {
    let mut joiner = Joiner::default();
    for line in lines(text) {
        let (line, direction, bytes) = line?;
        let wrong = TraceError::NotApdu { line };
        match direction {
            Direction::Command => {
                joiner.command(line, &Command::parse(&bytes).map_err(|_| wrong)?);
            }
            Direction::Response => {
                joiner.response(line, Response::parse(&bytes).map_err(|_| wrong)?);
            }
        }
    }
    Ok(joiner.finish())
}

/// Reads a trace as it was said, nothing put together: the other way round from `Display`. See [`parse`].
pub fn read(text: &str) -> Result<Transcript, TraceError> {
    let entries = lines(text).map(|line| line.map(|(_, direction, bytes)| (direction, bytes)));
    entries.collect::<Result<_, _>>().map(Transcript)
}

/// Every line that says something, with its number, from 1.
fn lines(text: &str) -> impl Iterator<Item = Result<(usize, Direction, Vec<u8>), TraceError>> {
    let trimmed = (1..).zip(text.lines().map(str::trim));
    let told = trimmed.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    told.map(|(number, line)| {
        let (direction, hex) = if let Some(hex) = line.strip_prefix('>') {
            (Direction::Command, hex)
        } else if let Some(hex) = line.strip_prefix('<') {
            (Direction::Response, hex)
        } else {
            return Err(TraceError::NoDirection { line: number });
        };
        let bytes = unhex(hex).ok_or(TraceError::NotHex { line: number })?;
        Ok((number, direction, bytes))
    })
}

#[derive(Default)]
struct Joiner {
    done: Vec<TraceItem>,
    chain: Option<TraceItem>,
    answer: Option<TraceItem>,
    asked: Option<Header>,
}

impl Joiner {
    fn command(&mut self, line: usize, command: &Command<'_>) {
        let header = command.header;
        if (header.cla, header.ins) == (CLA_ISO, INS_GET_RESPONSE) && self.answer.is_some() {
            return;
        }
        self.done.extend(self.answer.take());
        let continues = self
            .chain
            .as_ref()
            .and_then(|chain| chain.header)
            .is_some_and(|open| (open.ins, open.p1, open.p2) == (header.ins, header.p1, header.p2));
        if !continues {
            self.done.extend(self.chain.take());
        }
        let mut item = self
            .chain
            .take()
            .unwrap_or_else(|| TraceItem::begun(Direction::Command, line));
        item.extend(line, command.data);
        item.header = Some(header);
        item.complete = header.cla != CLA_CHAINED;
        if item.complete {
            self.asked = Some(header);
            self.done.push(item);
        } else {
            self.chain = Some(item);
        }
    }

    fn response(&mut self, line: usize, response: Response) {
        if let Some(chain) = self.chain.take() {
            if response.status == StatusWord::Success && response.data.is_empty() {
                self.chain = Some(chain);
                return;
            }
            self.asked = chain.header;
            self.done.push(chain);
        }
        let mut item = self
            .answer
            .take()
            .unwrap_or_else(|| TraceItem::begun(Direction::Response, line));
        item.extend(line, &response.data);
        item.header = self.asked;
        item.status = Some(response.status);
        item.complete = !matches!(response.status, StatusWord::MoreData(_));
        if item.complete {
            self.done.push(item);
        } else {
            self.answer = Some(item);
        }
    }

    fn finish(mut self) -> Vec<TraceItem> {
        self.done.extend(self.chain.take());
        self.done.extend(self.answer.take());
        self.done
    }
}

impl TraceItem {
    fn begun(direction: Direction, line: usize) -> Self {
        Self {
            direction,
            first_line: line,
            last_line: line,
            pieces: 0,
            header: None,
            data: Vec::new(),
            status: None,
            complete: false,
        }
    }

    fn extend(&mut self, line: usize, data: &[u8]) {
        self.last_line = line;
        self.pieces = self.pieces.saturating_add(1);
        self.data.extend_from_slice(data);
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !c.is_ascii_whitespace())
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty()
        .then(|| pairs.iter().map(|[high, low]| (high << 4) | low).collect())
}
