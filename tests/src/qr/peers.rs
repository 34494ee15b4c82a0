//! What a reader made of each picture, ours or a peer's, as one JSON line a picture.

use serde::{Deserialize, Serialize};

use super::corpus::Entry;

/// What one reader read in one picture.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reading {
    /// As in the index.
    pub file: String,
    /// Processor time, in milliseconds.
    pub ms: f64,
    /// The texts of all codes, in any order.
    pub texts: Vec<String>,
}

impl Reading {
    /// Every code of the picture was read, exactly.
    #[must_use]
    pub fn complete(&self, entry: &Entry) -> bool {
        entry.texts.iter().all(|text| self.texts.contains(text))
    }

    /// Texts that look like ours and are not in the picture.
    #[must_use]
    pub fn wrong(&self, entry: &Entry) -> usize {
        let ours = |text: &&String| text.starts_with("SKL1:");
        let made_up = |text: &&String| !entry.texts.contains(text);
        self.texts.iter().filter(ours).filter(made_up).count()
    }
}
