//! A wire between a phone and the virtual reader, on which a test pulls: it counts, measures, and cuts.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Where the first virtual reader of `scripts/with-pcscd` waits for a phone.
pub(crate) const VPCD: &str = "127.0.0.1:35963";

const POWER_OFF: [u8; 1] = [0];

/// When the phone leaves. Commands are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    Never,
    /// Before this command gets to the phone.
    Before(usize),
    /// Before the answer to this command gets to the reader.
    After(usize),
    /// Before the first answer with a token in it gets to the reader.
    Token,
    /// Nowhere; but of the receipt the reader hears that it fits no payment (6982).
    Receipt,
    /// Before the first long command, as a reader does that cannot send it.
    Long,
}

#[derive(Default)]
pub(crate) struct Passed {
    /// The commands that the phone saw.
    pub(crate) commands: Vec<Vec<u8>>,
    pub(crate) answers: Vec<Vec<u8>>,
    pub(crate) is_cut: bool,
}

/// A wire for one phone.
pub(crate) struct Wire {
    pub(crate) address: String,
    pub(crate) passed: Arc<Mutex<Passed>>,
    away: Arc<AtomicBool>,
}

impl Wire {
    pub(crate) fn new(cut: Cut) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let passed = Arc::new(Mutex::new(Passed::default()));
        let away = Arc::new(AtomicBool::new(false));
        let (for_thread, is_away) = (passed.clone(), away.clone());
        std::thread::spawn(move || {
            let (phone, _) = listener.accept().unwrap();
            carry(phone, cut, &for_thread, &is_away);
        });
        Self {
            address,
            passed,
            away,
        }
    }

    /// The phone leaves at the next command, and its application stays open.
    pub(crate) fn leave(&self) {
        self.away.store(true, Ordering::SeqCst);
    }

    /// The phone is back.
    pub(crate) fn come_back(&self) {
        self.away.store(false, Ordering::SeqCst);
    }
}

/// Until one of the two goes, or the wire is cut.
fn carry(mut phone: TcpStream, cut: Cut, passed: &Mutex<Passed>, away: &AtomicBool) {
    let mut reader = TcpStream::connect(VPCD).unwrap();
    phone.set_nodelay(true).unwrap();
    while let Some(message) = receive(&mut reader) {
        let is_command = message.len() > 1;
        if is_command && away.load(Ordering::SeqCst) {
            drop(reader);
            send(&mut phone, &POWER_OFF);
            while away.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(20));
            }
            reader = TcpStream::connect(VPCD).unwrap();
            continue;
        }
        let number = passed.lock().unwrap().commands.len();
        let is_long = message.len() > 261;
        if is_command && (cut == Cut::Before(number) || (cut == Cut::Long && is_long)) {
            passed.lock().unwrap().is_cut = true;
            return;
        }
        send(&mut phone, &message);
        if !is_command && message != [4] {
            continue;
        }
        let Some(mut answer) = receive(&mut phone) else {
            return;
        };
        if cut == Cut::Receipt && message.get(1) == Some(&0x42) {
            answer = vec![0x69, 0x82];
        }
        if is_command {
            let mut passed = passed.lock().unwrap();
            passed.commands.push(message);
            passed.answers.push(answer.clone());
            let has_token = answer.starts_with(&[0x83, 0x02]);
            if cut == Cut::After(number) || (cut == Cut::Token && has_token) {
                passed.is_cut = true;
                return;
            }
        }
        send(&mut reader, &answer);
    }
}

/// One message; none once the other side has gone.
pub(crate) fn receive(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut length = [0; 2];
    let read = stream.read_exact(&mut length).and_then(|()| {
        let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut message)?;
        Ok(message)
    });
    match read {
        Ok(message) => Some(message),
        Err(error) => {
            let gone = [ErrorKind::UnexpectedEof, ErrorKind::ConnectionReset];
            assert!(gone.contains(&error.kind()), "{error}");
            None
        }
    }
}

pub(crate) fn send(stream: &mut TcpStream, message: &[u8]) {
    let length = u16::try_from(message.len()).unwrap().to_be_bytes();
    // Gone meanwhile: the next reading says so.
    let _ = stream.write_all(&[&length[..], message].concat());
}

/// A card that is none of ours: it gives its answer to reset, and `answers` to commands until that gives nothing.
pub(crate) fn strange_card(mut answers: impl FnMut(usize, &[u8]) -> Option<Vec<u8>>) {
    let mut reader = TcpStream::connect(VPCD).unwrap();
    let mut number = 0;
    while let Some(message) = receive(&mut reader) {
        match message.as_slice() {
            [4] => send(&mut reader, &[0x3B, 0x80, 0x80, 0x01, 0x01]),
            [] | [_] => {}
            command => {
                let Some(answer) = answers(number, command) else {
                    return;
                };
                number += 1;
                send(&mut reader, &answer);
            }
        }
    }
}
