//! A response: data and a status word.

use super::StatusWord;

/// One response as it travels: the data, then two status bytes (ISO 7816-4 section 5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// What precedes the status; of a `61xx` answer only the part that came.
    pub data: Vec<u8>,
    /// How the command ended.
    pub status: StatusWord,
}

/// Bytes that are no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResponseError {
    /// Fewer than the two status bytes came.
    #[error("a response of {0} bytes has no status word")]
    TooShort(usize),
}

impl Response {
    /// A response without data.
    pub fn status(status: StatusWord) -> Self {
        Self {
            data: Vec::new(),
            status,
        }
    }

    /// Takes a response apart.
    pub fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        match bytes {
            [data @ .., sw1, sw2] => Ok(Self {
                data: data.to_vec(),
                status: StatusWord::from_bytes(*sw1, *sw2),
            }),
            _ => Err(ResponseError::TooShort(bytes.len())),
        }
    }

    /// The bytes on the wire.
    pub fn into_bytes(self) -> Vec<u8> {
        let mut bytes = self.data;
        bytes.extend_from_slice(&self.status.to_bytes());
        bytes
    }
}
