//! A whole tap: what is torn is settled first, then a bulletin is passed on, then the sale is asked for.

use super::{Answer, Next, Pause, Reader, ReceiptGiven, RepeatAnswer, TapError, Transceiver};
use crate::apdu::SelectInfo;

/// The most torn requests that are repeated in one tap (protocol section 4).
pub const MAX_TORN_REQUESTS: usize = 3;

/// The decisions of a till during a tap. Every method returns before the next byte is sent: keep them quick.
///
/// A process can die at any byte. So a request handed out by [`Till::current_request`] is durable as open, and a
/// till that finds it open after a restart without a final answer treats it as torn.
pub trait Till {
    /// The requests to repeat before anything else, newest first: those whose answer came incomplete, and those
    /// whose receipt the phone did not acknowledge. Only the first [`MAX_TORN_REQUESTS`] are sent; a till stops
    /// listing one 24 h after its "answer before".
    fn torn_requests(&mut self) -> Vec<Vec<u8>>;

    /// The request of the present sale, if one is open; asked for only after the torn ones, which may settle it.
    fn current_request(&mut self) -> Option<Vec<u8>>;

    /// A token came for this request: verify, accept or decline durably, and return the receipt to give, if any.
    fn on_token(&mut self, request: &[u8], token: Vec<u8>) -> Option<Vec<u8>>;

    /// The phone refused this request. Of a torn one that settles nothing: another phone may hold its token.
    fn on_refusal(&mut self, request: &[u8], code: u32);

    /// This phone has no token to repeat for this request; another may, so it stays torn.
    fn on_nothing_to_repeat(&mut self, request: &[u8]);

    /// A token for this request may have been presented and did not arrive: remember it as torn, durably.
    fn on_torn(&mut self, request: &[u8]);

    /// What the phone did with the receipt for this request; nothing if the link broke before it said so.
    fn on_receipt(&mut self, request: &[u8], given: Option<ReceiptGiven>);

    /// The outage bulletin (message type 8) that this phone lacks, if any.
    fn bulletin_for(&mut self, phone: &SelectInfo) -> Option<Vec<u8>> {
        let _ = phone;
        None
    }
}

/// How a tap came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TapEnd {
    /// All there was to do is done; the phone may leave.
    Done,
    /// The pause stopped the tap while the payer had not agreed.
    StillWaiting,
}

/// Drives a whole tap. The till has heard of everything by the time this returns, error or not.
pub fn tap<T: Transceiver>(
    reader: &mut Reader<T>,
    till: &mut dyn Till,
    pause: &mut dyn Pause,
) -> Result<TapEnd, TapError> {
    let phone = reader.select()?;
    for request in till.torn_requests().iter().take(MAX_TORN_REQUESTS) {
        if repeat(reader, till, pause, request)? == TapEnd::StillWaiting {
            return Ok(TapEnd::StillWaiting);
        }
    }
    if let Some(bulletin) = till.bulletin_for(&phone) {
        // A phone that cannot use the bulletin may still pay, so the answer decides nothing.
        reader.carry(&bulletin)?;
    }
    let Some(request) = till.current_request() else {
        return Ok(TapEnd::Done);
    };
    let answer = reader
        .ask_until_answered(&request, pause)
        .inspect_err(|error| note_torn(till, &request, error))?;
    settle(reader, till, &request, answer)
}

fn repeat<T: Transceiver>(
    reader: &mut Reader<T>,
    till: &mut dyn Till,
    pause: &mut dyn Pause,
    request: &[u8],
) -> Result<TapEnd, TapError> {
    loop {
        let answer = reader
            .repeat_only(request)
            .inspect_err(|error| note_torn(till, request, error))?;
        match answer {
            RepeatAnswer::NothingToRepeat => {
                till.on_nothing_to_repeat(request);
                return Ok(TapEnd::Done);
            }
            RepeatAnswer::Answered(Answer::Waiting) => {
                if pause.pause() == Next::Stop {
                    return Ok(TapEnd::StillWaiting);
                }
            }
            RepeatAnswer::Answered(answer) => return settle(reader, till, request, answer),
        }
    }
}

fn settle<T: Transceiver>(
    reader: &mut Reader<T>,
    till: &mut dyn Till,
    request: &[u8],
    answer: Answer,
) -> Result<TapEnd, TapError> {
    let token = match answer {
        Answer::Token(token) => token,
        Answer::Refusal(code) => {
            till.on_refusal(request, code);
            return Ok(TapEnd::Done);
        }
        Answer::Waiting => return Ok(TapEnd::StillWaiting),
    };
    if let Some(receipt) = till.on_token(request, token) {
        let given = reader.give_receipt(&receipt);
        till.on_receipt(request, given.ok());
        given?;
    }
    Ok(TapEnd::Done)
}

fn note_torn(till: &mut dyn Till, request: &[u8], error: &TapError) {
    if error.must_repeat() {
        till.on_torn(request);
    }
}
