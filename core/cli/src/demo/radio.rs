//! A tap over PC/SC: the phone on a virtual reader (vpcd), the till at the same reader through the smart card service.
//!
//! Used only where such a reader is there and free. Whatever is missing or slow, the tap is held in memory instead.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use skilling_link::pcsc::{self, Link, Seen, Station};
use skilling_link::reader::{LinkLost, Transceiver};
use skilling_link::vpcd::{Signal, USUAL_PORT, VirtualReader};

use super::cable::Held;

/// The first of vpcd's readers, the one that waits on [`USUAL_PORT`].
pub(super) const READER: &str = "Virtual PCD 00 00";
/// How long the reader may take to notice a phone, or that it left: it looks every 0.4 s.
const NOTICES_WITHIN: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(100);

/// A phone on the virtual reader, and the till's connection to it. The phone leaves when this is dropped.
pub(super) struct Radio {
    station: Station,
    link: Option<Link>,
}

impl Radio {
    /// Lays the phone on the reader; `None` where there is none that is free.
    pub(super) fn lay(held: &Arc<Mutex<Held>>) -> Option<Self> {
        let mut station = free_reader()?;
        let reader = VirtualReader::connect(("127.0.0.1", USUAL_PORT)).ok()?;
        let held = Arc::clone(held);
        std::thread::spawn(move || answer(reader, &held));
        let link = connect(&mut station)?;
        Some(Self {
            station,
            link: Some(link),
        })
    }
}

impl Transceiver for Radio {
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, LinkLost> {
        self.link.as_mut().ok_or(LinkLost)?.transceive(command)
    }
}

impl Drop for Radio {
    fn drop(&mut self) {
        if let Some(link) = self.link.take() {
            self.station.end(link);
        }
    }
}

fn free_reader() -> Option<Station> {
    let names = pcsc::readers().ok()?;
    if !names.iter().any(|name| name == READER) {
        return None;
    }
    let mut station = Station::new(READER, PATIENCE).ok()?;
    // The phone before may not have been missed yet.
    until(|| Some(station.look(LOOK).ok()? == Seen::Empty))?;
    Some(station)
}

fn connect(station: &mut Station) -> Option<Link> {
    let mut link = None;
    until(|| {
        if matches!(station.look(LOOK).ok()?, Seen::Phone { .. }) {
            link = station.connect().ok();
        }
        Some(link.is_some())
    })?;
    link
}

/// Waits until it is so; `None` where it does not become so, or cannot be said.
fn until(mut is_so: impl FnMut() -> Option<bool>) -> Option<()> {
    let begun = Instant::now();
    while begun.elapsed() < NOTICES_WITHIN {
        if is_so()? {
            return Some(());
        }
    }
    None
}

/// The phone answers until the reader has done with it, or it leaves by itself.
fn answer(mut reader: VirtualReader, held: &Mutex<Held>) {
    let mut was_asked = false;
    while let Ok(Some(signal)) = reader.signal() {
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        match signal {
            Signal::PowerOn => {}
            Signal::FieldLost if was_asked => return,
            Signal::FieldLost => held.field_lost(),
            Signal::Command(command) => {
                was_asked = true;
                let Some(response) = held.answer(&command) else {
                    return;
                };
                if reader.answer(&response).is_err() {
                    return;
                }
            }
        }
    }
}
