//! The phone's end of a virtual reader: the protocol of vsmartcard's `vpcd`, a driver of `pcscd` on Linux.
//!
//! The card is the client of a TCP connection. Each message is two bytes of length, most significant first, and that many
//! bytes: one byte switches (0 power off, 1 power on, 2 reset, 4 asks for the answer to reset), anything longer is a
//! command. Only 4 and commands are answered.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs};

/// The answer to reset that PC/SC part 3 gives a contactless phone without historical bytes.
const ATR: [u8; 5] = [0x3B, 0x80, 0x80, 0x01, 0x01];

const POWER_OFF: u8 = 0;
const POWER_ON: u8 = 1;
const RESET: u8 = 2;
const GET_ATR: u8 = 4;

/// The port on which the first virtual reader usually waits; the second waits on the next.
pub const USUAL_PORT: u16 = 35_963;

/// What the reader does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The field is there: a session may begin.
    PowerOn,
    /// The field is gone, or was for a moment: what was selected is not any more.
    FieldLost,
    /// A command, to be answered. At least two bytes, at most 65,535.
    Command(Vec<u8>),
}

/// A phone that lies on a virtual reader until this is dropped. Reading blocks as long as the reader is quiet.
#[derive(Debug)]
pub struct VirtualReader(TcpStream);

impl VirtualReader {
    /// Lays the phone on the reader.
    ///
    /// # Errors
    /// Nothing waits there: `pcscd` is not running, or its `vpcd` driver is not installed.
    pub fn connect(address: impl ToSocketAddrs) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self(stream))
    }

    /// Waits for what the reader does next; `None` once it has gone.
    ///
    /// # Errors
    /// The connection failed otherwise than by ending.
    pub fn signal(&mut self) -> io::Result<Option<Signal>> {
        loop {
            let Some(message) = self.receive()? else {
                return Ok(None);
            };
            match *message.as_slice() {
                [GET_ATR] => self.answer(&ATR)?,
                [POWER_ON] => return Ok(Some(Signal::PowerOn)),
                [POWER_OFF | RESET] => return Ok(Some(Signal::FieldLost)),
                [] | [_] => {}
                _ => return Ok(Some(Signal::Command(message))),
            }
        }
    }

    /// Answers a command, status bytes included.
    ///
    /// # Errors
    /// Over 65,535 bytes, or the connection failed.
    pub fn answer(&mut self, response: &[u8]) -> io::Result<()> {
        let length = u16::try_from(response.len())
            .map_err(|_| io::Error::new(ErrorKind::InvalidInput, "a response is too long"))?;
        // In one write: a length alone in its packet would wait for the other side's acknowledgement.
        let mut message = length.to_be_bytes().to_vec();
        message.extend_from_slice(response);
        self.0.write_all(&message)
    }

    fn receive(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut length = [0; 2];
        let mut message = Vec::new();
        let received = self.read_exact(&mut length).and_then(|()| {
            message.resize(usize::from(u16::from_be_bytes(length)), 0);
            self.read_exact(&mut message)
        });
        match received {
            Ok(()) => Ok(Some(message)),
            Err(error) if has_gone(error.kind()) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn read_exact(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        self.acknowledge_at_once()?;
        self.0.read_exact(bytes)
    }

    /// The driver writes length and command apart and waits in between: a delayed acknowledgement costs 40 ms each time.
    #[cfg(target_os = "linux")]
    fn acknowledge_at_once(&self) -> io::Result<()> {
        use std::os::linux::net::TcpStreamExt as _;
        self.0.set_quickack(true)
    }

    #[cfg(not(target_os = "linux"))]
    fn acknowledge_at_once(&self) -> io::Result<()> {
        Ok(())
    }
}

fn has_gone(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Shutdown, TcpListener};

    /// A reader that sends `bytes`, then says what came back before the phone left.
    fn reader(bytes: &'static [u8]) -> (VirtualReader, std::thread::JoinHandle<Vec<u8>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let driver = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(bytes).unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
            let mut back = Vec::new();
            stream.read_to_end(&mut back).unwrap();
            back
        });
        (VirtualReader::connect(address).unwrap(), driver)
    }

    #[test]
    fn switches_and_commands_are_told_apart_and_only_what_must_be_is_answered() {
        let (mut phone, driver) = reader(&[
            0, 1, 1, // power on
            0, 1, 4, // the answer to reset is asked for
            0, 0, // nothing
            0, 1, 9, // an unknown switch
            0, 4, 0x80, 0x40, 0, 0, // a command
            0, 1, 2, // reset
            0, 1, 0, // power off
            0, 9, 1, // cut
        ]);
        assert_eq!(phone.signal().unwrap(), Some(Signal::PowerOn));
        let command = Signal::Command(vec![0x80, 0x40, 0, 0]);
        assert_eq!(phone.signal().unwrap(), Some(command));
        phone.answer(&[0x90, 0x00]).unwrap();
        assert_eq!(phone.signal().unwrap(), Some(Signal::FieldLost));
        assert_eq!(phone.signal().unwrap(), Some(Signal::FieldLost));
        assert_eq!(phone.signal().unwrap(), None);
        assert!(phone.answer(&[0; 65_536]).is_err());
        drop(phone);
        let back = driver.join().unwrap();
        assert_eq!(back, [0, 5, 0x3B, 0x80, 0x80, 1, 1, 0, 2, 0x90, 0]);
    }
}
